"""No-shows and outages in SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.conduct import NoShow, Outage
from testing_center.storage.schema.administrations import BookingRow
from testing_center.storage.schema.conduct import NoShowRow, OutageRow

_NO_SHOW, _OUTAGE = (tuple(record.__dataclass_fields__) for record in (NoShow, Outage))


class SqlConduct:
    """``Conduct`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_no_show(self, no_show: NoShow) -> bool:
        try:
            with self._session.begin_nested():
                self._session.execute(insert(NoShowRow).values(_values(no_show, _NO_SHOW)))
        except IntegrityError:
            return False
        return True

    def no_shows(self, sitting_id: int) -> Mapping[int, NoShow]:
        query = (
            select(NoShowRow)
            .join(BookingRow, BookingRow.id == NoShowRow.booking_id)
            .where(BookingRow.sitting_id == sitting_id)
        )
        return {row.booking_id: NoShow(**_values(row, _NO_SHOW)) for row in self._session.scalars(query)}

    def add_outage(self, outage: Outage) -> None:
        values = _values(outage, _OUTAGE) | {"grants": dict(outage.grants)}
        self._session.execute(insert(OutageRow).values(values))

    def outages(self, sitting_id: int) -> Sequence[Outage]:
        query = select(OutageRow).where(OutageRow.sitting_id == sitting_id).order_by(OutageRow.starts_at)
        return [Outage(**_values(row, _OUTAGE)) for row in self._session.scalars(query)]

    def outage(self, uid: str) -> Outage | None:
        row = self._session.scalar(select(OutageRow).where(OutageRow.uid == uid))
        return Outage(**_values(row, _OUTAGE)) if row else None

    def unapplied_outages(self) -> Sequence[Outage]:
        query = select(OutageRow).where(OutageRow.applied_at.is_(None)).order_by(OutageRow.id)
        return [Outage(**_values(row, _OUTAGE)) for row in self._session.scalars(query)]

    def close_outage(self, uid: str, at: datetime) -> None:
        still_open = OutageRow.applied_at.is_(None)
        self._session.execute(
            update(OutageRow).where(OutageRow.uid == uid, still_open).values(applied_at=at)
        )


def _values(record: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
