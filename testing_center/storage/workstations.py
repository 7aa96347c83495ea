"""Workstations and their checks in SQL."""

import secrets
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from testing_center.domain.sites import ReadinessReport, Workstation
from testing_center.storage.administrations import TICKET_ALPHABET
from testing_center.storage.schema.sites import ReadinessReportRow, WorkstationRow

CODE_LENGTH = 8


class SqlWorkstations:
    """``Workstations`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_rooms(self, room_ids: Collection[int]) -> Sequence[Workstation]:
        query = select(WorkstationRow).where(WorkstationRow.room_id.in_(room_ids))
        rows = self._session.scalars(query.order_by(WorkstationRow.room_id, WorkstationRow.seat))
        return [_workstation(row) for row in rows]

    def by_code(self, code: str) -> Workstation | None:
        row = self._session.scalar(select(WorkstationRow).where(WorkstationRow.code == code.strip().upper()))
        return _workstation(row) if row else None

    def put(self, workstation: Workstation) -> Workstation:
        row = self._session.scalar(
            select(WorkstationRow).where(
                WorkstationRow.room_id == workstation.room_id, WorkstationRow.seat == workstation.seat
            )
        )
        if row is None:
            code = "".join(secrets.choice(TICKET_ALPHABET) for _ in range(CODE_LENGTH))
            row = WorkstationRow(code=code, room_id=workstation.room_id, seat=workstation.seat)
            self._session.add(row)
        row.name, row.address = workstation.name, workstation.address
        self._session.flush()
        return _workstation(row)

    def report(self, report: ReadinessReport) -> None:
        self._session.execute(
            insert(ReadinessReportRow).values(
                workstation_id=report.workstation_id,
                at=report.at,
                level=report.level,
                data=dict(report.data),
            )
        )

    def latest(self, workstation_ids: Collection[int]) -> Mapping[int, ReadinessReport]:
        newest = (
            select(func.max(ReadinessReportRow.id))
            .where(ReadinessReportRow.workstation_id.in_(workstation_ids))
            .group_by(ReadinessReportRow.workstation_id)
        )
        rows = self._session.scalars(select(ReadinessReportRow).where(ReadinessReportRow.id.in_(newest)))
        return {
            row.workstation_id: ReadinessReport(row.workstation_id, row.at, row.level, row.data)
            for row in rows
        }


def _workstation(row: WorkstationRow) -> Workstation:
    return Workstation(row.id, row.code, row.room_id, row.seat, row.name, row.address)
