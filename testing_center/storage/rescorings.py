"""Rescorings in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from testing_center.domain.rescoring import Adjustment, RescoredLine, Rescoring, RescoringStatus
from testing_center.storage.schema.rescorings import RescoringRow


class SqlRescorings:
    """``Rescorings`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rescoring: Rescoring) -> None:
        values = asdict(rescoring) | {
            "item_key": rescoring.adjustment.item_key,
            "version": rescoring.adjustment.version,
            "adjustment": rescoring.adjustment.to_data(),
            "lines": [asdict(line) for line in rescoring.lines],
        }
        self._session.execute(insert(RescoringRow).values(values))

    def get(self, uid: str) -> Rescoring | None:
        row = self._session.scalar(select(RescoringRow).where(RescoringRow.uid == uid))
        return _rescoring(row) if row else None

    def all(self, status: RescoringStatus | None = None) -> Sequence[Rescoring]:
        query = select(RescoringRow).order_by(RescoringRow.id.desc())
        if status is not None:
            query = query.where(RescoringRow.status == status)
        return [_rescoring(row) for row in self._session.scalars(query)]

    def move(
        self, uid: str, before: RescoringStatus, after: RescoringStatus, actor: str, at: datetime
    ) -> bool:
        moved = self._session.execute(
            update(RescoringRow)
            .where(RescoringRow.uid == uid, RescoringRow.status == before)
            .values(status=after, applied_by=actor, applied_at=at)
        )
        return bool(moved.rowcount)  # type: ignore[attr-defined]


def _rescoring(row: RescoringRow) -> Rescoring:
    return Rescoring(
        uid=row.uid,
        adjustment=Adjustment.from_data(row.adjustment),
        basis=row.basis,
        lines=tuple(RescoredLine(**line) for line in row.lines),
        status=row.status,  # type: ignore[arg-type]
        planned_by=row.planned_by,
        planned_at=row.planned_at,
        applied_by=row.applied_by,
        applied_at=row.applied_at,
    )
