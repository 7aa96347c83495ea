"""Admitted candidates, waiting lists and the history of bookings in SQL."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.rosters import BookingChange, NewRosterEntry, RosterEntry
from testing_center.storage.schema.administrations import SittingRow
from testing_center.storage.schema.rosters import BookingChangeRow, RosterEntryRow, WaitingPlaceRow


class SqlRosters:
    """``Rosters`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entry: NewRosterEntry) -> RosterEntry:
        row = RosterEntryRow(
            uid=uuid.uuid4().hex,
            administration_id=entry.administration_id,
            person_id=entry.person_id,
            **_terms(entry),
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise InvalidInput(N_("The candidate is on this roster already.")) from error
        return _entry(row)

    def change(self, entry: RosterEntry) -> None:
        self._session.execute(
            update(RosterEntryRow).where(RosterEntryRow.id == entry.id).values(_terms(entry.terms))
        )

    def of_administration(self, administration_id: int) -> Sequence[RosterEntry]:
        query = select(RosterEntryRow).where(RosterEntryRow.administration_id == administration_id)
        return [_entry(row) for row in self._session.scalars(query.order_by(RosterEntryRow.id))]

    def of_person(self, person_id: int) -> Sequence[RosterEntry]:
        query = select(RosterEntryRow).where(RosterEntryRow.person_id == person_id)
        return [_entry(row) for row in self._session.scalars(query.order_by(RosterEntryRow.id.desc()))]

    def entry(self, administration_id: int, person_id: int) -> RosterEntry | None:
        row = self._session.scalar(
            select(RosterEntryRow).where(
                RosterEntryRow.administration_id == administration_id, RosterEntryRow.person_id == person_id
            )
        )
        return _entry(row) if row else None

    def note(self, change: BookingChange) -> None:
        names = BookingChange.__dataclass_fields__
        self._session.execute(
            insert(BookingChangeRow).values({name: getattr(change, name) for name in names})
        )

    def history(self, administration_id: int, person_id: int | None = None) -> Sequence[BookingChange]:
        query = select(BookingChangeRow).where(BookingChangeRow.administration_id == administration_id)
        if person_id is not None:
            query = query.where(BookingChangeRow.person_id == person_id)
        names = BookingChange.__dataclass_fields__
        rows = self._session.scalars(query.order_by(BookingChangeRow.id))
        return [BookingChange(**{name: getattr(row, name) for name in names}) for row in rows]

    def wait(self, sitting_id: int, person_id: int, at: datetime) -> None:
        if person_id in self.waiting([sitting_id]).get(sitting_id, ()):
            return
        self._session.execute(
            insert(WaitingPlaceRow).values(sitting_id=sitting_id, person_id=person_id, at=at)
        )

    def leave(self, sitting_id: int | None, person_id: int, administration_id: int) -> None:
        of_it = select(SittingRow.id).where(SittingRow.administration_id == administration_id)
        query = delete(WaitingPlaceRow).where(
            WaitingPlaceRow.person_id == person_id, WaitingPlaceRow.sitting_id.in_(of_it)
        )
        if sitting_id is not None:
            query = query.where(WaitingPlaceRow.sitting_id == sitting_id)
        self._session.execute(query)

    def waiting(self, sitting_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
        query = select(WaitingPlaceRow).where(WaitingPlaceRow.sitting_id.in_(sitting_ids))
        found: dict[int, list[int]] = {}
        for row in self._session.scalars(query.order_by(WaitingPlaceRow.id)):
            found.setdefault(row.sitting_id, []).append(row.person_id)
        return found


def _terms(entry: NewRosterEntry) -> dict[str, object]:
    return {
        "category": entry.category,
        "language": entry.language,
        "accommodations": entry.accommodations.to_data(),
        "accessible": entry.accessible,
    }


def _entry(row: RosterEntryRow) -> RosterEntry:
    granted = Accommodations(**row.accommodations)
    terms = NewRosterEntry(
        row.administration_id, row.person_id, row.category, row.language, granted, row.accessible
    )
    return RosterEntry(row.id, row.uid, terms)
