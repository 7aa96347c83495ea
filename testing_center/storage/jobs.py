"""The job table, which is the queue: a job survives every restart because it is a row."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from testing_center.domain.jobs import Job
from testing_center.storage.schema.records import JobRow


class SqlJobs:
    """``Jobs`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, kind: str, payload: Mapping[str, Any], requested_by: int | None, at: datetime) -> Job:
        row = JobRow(
            uid=uuid.uuid4().hex,
            kind=kind,
            status="queued",
            progress=0.0,
            message="",
            payload=dict(payload),
            requested_by=requested_by,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _job(row)

    def get(self, uid: str) -> Job | None:
        row = self._session.scalar(select(JobRow).where(JobRow.uid == uid))
        return _job(row) if row else None

    def claim(self, at: datetime, stale_before: datetime) -> Job | None:
        free = or_(JobRow.status == "queued", and_(JobRow.status == "running", JobRow.beat_at < stale_before))
        query = select(JobRow).where(free).order_by(JobRow.id).limit(1).with_for_update(skip_locked=True)
        row = self._session.scalar(query)
        if row is None:
            return None
        row.status, row.started_at, row.beat_at = "running", at, at
        self._session.flush()
        return _job(row)

    def beat(self, uid: str, progress: float, message: str, at: datetime) -> None:
        self._session.execute(
            update(JobRow).where(JobRow.uid == uid).values(progress=progress, message=message, beat_at=at)
        )

    def finish(
        self, uid: str, status: str, message: str, outcome: Mapping[str, Any] | None, at: datetime
    ) -> None:
        self._session.execute(
            update(JobRow)
            .where(JobRow.uid == uid)
            .values(
                status=status,
                message=message,
                progress=1.0 if status == "done" else JobRow.progress,
                outcome=dict(outcome) if outcome is not None else None,
                finished_at=at,
            )
        )


def _job(row: JobRow) -> Job:
    return Job(
        row.uid,
        row.kind,
        row.status,
        row.progress,
        row.message,
        row.payload,
        row.outcome,
        row.requested_by,
        row.created_at,
        row.started_at,
        row.finished_at,
    )
