"""Calibration runs in SQL."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from testing_center.domain.calibrations import CalibrationDecision, CalibrationRun
from testing_center.storage.schema.calibrations import (
    CalibrationDecisionRow,
    CalibrationResultRow,
    CalibrationRunRow,
)


class SqlCalibrationRuns:
    """``CalibrationRuns`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        job_uid: str,
        release_number: int,
        subject: str,
        model: str,
        plan: Mapping[str, Any],
        requested_by: int | None,
        at: datetime,
    ) -> CalibrationRun:
        row = CalibrationRunRow(
            uid=uuid.uuid4().hex,
            job_uid=job_uid,
            release_number=release_number,
            subject=subject,
            model=model,
            plan=dict(plan),
            requested_by=requested_by,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _run(row)

    def all(self, limit: int = 50) -> Sequence[CalibrationRun]:
        query = select(CalibrationRunRow).order_by(CalibrationRunRow.id.desc()).limit(limit)
        return [_run(row) for row in self._session.scalars(query)]

    def by_uid(self, uid: str) -> CalibrationRun | None:
        row = self._session.scalar(select(CalibrationRunRow).where(CalibrationRunRow.uid == uid))
        return _run(row) if row else None

    def of_job(self, job_uid: str) -> CalibrationRun | None:
        row = self._session.scalar(select(CalibrationRunRow).where(CalibrationRunRow.job_uid == job_uid))
        return _run(row) if row else None

    def freeze(self, run_id: int, data: Mapping[str, Any], content_hash: str, at: datetime) -> None:
        row = CalibrationResultRow(run_id=run_id, data=dict(data), content_hash=content_hash, created_at=at)
        self._session.add(row)
        self._session.flush()

    def result(self, run_id: int) -> Mapping[str, Any] | None:
        row = self._session.get(CalibrationResultRow, run_id)
        return row.data if row else None

    def newest_results(self) -> Sequence[Mapping[str, Any]]:
        newest = (
            select(func.max(CalibrationRunRow.id))
            .join(CalibrationResultRow, CalibrationResultRow.run_id == CalibrationRunRow.id)
            .group_by(CalibrationRunRow.subject)
        )
        query = select(CalibrationResultRow.data).where(CalibrationResultRow.run_id.in_(newest))
        return self._session.scalars(query.order_by(CalibrationResultRow.run_id)).all()

    def decide(self, run_id: int, decisions: Sequence[CalibrationDecision]) -> None:
        self._session.add_all(
            CalibrationDecisionRow(
                run_id=run_id,
                item_key=one.item_key,
                decision=one.decision,
                reason=one.reason,
                actor_id=one.actor_id,
                at=one.at,
            )
            for one in decisions
        )
        self._session.flush()

    def decisions(self, run_id: int) -> Mapping[str, CalibrationDecision]:
        query = (
            select(CalibrationDecisionRow)
            .where(CalibrationDecisionRow.run_id == run_id)
            .order_by(CalibrationDecisionRow.id)
        )
        return {
            row.item_key: CalibrationDecision(row.item_key, row.decision, row.reason, row.actor_id, row.at)
            for row in self._session.scalars(query)
        }


def _run(row: CalibrationRunRow) -> CalibrationRun:
    return CalibrationRun(
        row.id,
        row.uid,
        row.job_uid,
        row.release_number,
        row.subject,
        row.model,
        row.plan,
        row.created_at,
    )
