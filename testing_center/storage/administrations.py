"""Administrations, sittings and bookings in SQL."""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.administrations import (
    Administration,
    Booking,
    NewAdministration,
    NewBooking,
    Sitting,
)
from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.storage.schema.administrations import AdministrationRow, BookingRow, SittingRow
from testing_center.storage.schema.attempts import AttemptRow
from testing_center.storage.schema.sites import RoomRow, SiteRow
from testing_center.storage.sites import room_record, site_record

TICKET_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class SqlAdministrations:
    """``Administrations`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, administration: NewAdministration) -> Administration:
        row = AdministrationRow(
            uid=uuid.uuid4().hex,
            names=dict(administration.names),
            rule_set_id=administration.rule_set_id,
            rule_set_hash=administration.rule_set_hash,
            profile=administration.profile,
            subject=administration.subject,
            mode=administration.mode,
            blueprint_id=administration.blueprint_id,
            release_number=administration.release_number,
            form_hash=administration.form_hash,
            policy=dict(administration.policy),
            created_at=administration.created_at,
        )
        self._session.add(row)
        self._session.flush()
        return _administration(row)

    def all(self) -> Sequence[Administration]:
        query = select(AdministrationRow).order_by(AdministrationRow.id.desc())
        return [_administration(row) for row in self._session.scalars(query)]

    def by_uid(self, uid: str) -> Administration | None:
        row = self._session.scalar(select(AdministrationRow).where(AdministrationRow.uid == uid))
        return _administration(row) if row else None

    def set_policy(self, administration_id: int, policy: Mapping[str, Any]) -> None:
        row = update(AdministrationRow).where(AdministrationRow.id == administration_id)
        self._session.execute(row.values(policy=dict(policy)))

    def set_accommodations(self, booking_id: int, granted: Accommodations) -> None:
        row = update(BookingRow).where(BookingRow.id == booking_id)
        self._session.execute(row.values(accommodations=granted.to_data()))

    def lock(self, administration_id: int) -> None:
        row = select(AdministrationRow.id).where(AdministrationRow.id == administration_id)
        self._session.execute(row.with_for_update())
        self._session.expire_all()  # what was read before may have changed while we waited

    def add_sitting(self, administration_id: int, room_id: int, starts_at: datetime) -> Sitting:
        row = SittingRow(
            uid=uuid.uuid4().hex,
            administration_id=administration_id,
            room_id=room_id,
            starts_at=starts_at,
            status="scheduled",
        )
        self._session.add(row)
        self._session.flush()
        found = self.sitting_by_id(row.id)
        assert found is not None  # noqa: S101 - it was added in this transaction
        return found

    def sitting(self, uid: str) -> Sitting | None:
        return self._one_sitting(_SITTINGS.where(SittingRow.uid == uid))

    def sitting_by_id(self, sitting_id: int) -> Sitting | None:
        return self._one_sitting(_SITTINGS.where(SittingRow.id == sitting_id))

    def sittings(self, administration_id: int | None = None) -> Sequence[Sitting]:
        query = _SITTINGS.order_by(SittingRow.starts_at, SittingRow.id)
        if administration_id is not None:
            query = query.where(SittingRow.administration_id == administration_id)
        return [_sitting(*found) for found in self._session.execute(query)]

    def hold(self, sitting_id: int) -> None:
        self._session.execute(select(SittingRow.id).where(SittingRow.id == sitting_id).with_for_update())

    def set_sitting_status(self, sitting_id: int, status: str, at: datetime | None) -> None:
        values: dict[str, Any] = {"status": status}
        if at is not None:
            values["opened_at"] = at
        self._session.execute(update(SittingRow).where(SittingRow.id == sitting_id).values(values))

    def add_booking(self, booking: NewBooking) -> Booking:
        row = BookingRow(
            uid=uuid.uuid4().hex,
            sitting_id=booking.sitting_id,
            person_id=booking.person_id,
            seat=booking.seat,
            category=booking.category,
            language=booking.language,
            accommodations=booking.accommodations.to_data(),
            ticket_code=_ticket_code(),
            form_hash="",
        )
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise InvalidInput(N_("The seat or the person is already booked for this sitting.")) from error
        return _booking(row, None)

    def move_booking(self, booking_id: int, seat: int) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(
                    update(BookingRow).where(BookingRow.id == booking_id).values(seat=seat)
                )
        except IntegrityError as error:
            raise InvalidInput(N_("Another candidate has this seat. Choose a free one.")) from error

    def change_sitting(self, booking: Booking, sitting_id: int, seat: int) -> Booking:
        row = self._session.get_one(BookingRow, booking.id)
        try:
            with self._session.begin_nested():
                row.ticket_code, row.form_hash = _ticket_code(), ""
                row.sitting_id, row.seat = sitting_id, seat
        except IntegrityError as error:
            raise InvalidInput(N_("The seat or the person is already booked for this sitting.")) from error
        return _booking(row, booking.attempt_id)

    def reseat(self, seats: Mapping[int, tuple[int, str]]) -> None:
        if not seats:
            return
        # No two may sit on one seat even for a moment: everybody stands up first, on negative numbers.
        chosen = BookingRow.id.in_(seats)
        self._session.execute(update(BookingRow).where(chosen).values(seat=-BookingRow.seat))
        seat = case({key: number for key, (number, _) in seats.items()}, value=BookingRow.id)
        form = case({key: form for key, (_, form) in seats.items()}, value=BookingRow.id)
        self._session.execute(update(BookingRow).where(chosen).values(seat=seat, form_hash=form))
        self._session.expire_all()

    def remove_booking(self, booking_id: int) -> None:
        self._session.execute(delete(BookingRow).where(BookingRow.id == booking_id))

    def booking_counts(self, sitting_ids: Iterable[int]) -> Mapping[int, int]:
        ids = list(sitting_ids)
        query = select(BookingRow.sitting_id, func.count()).where(BookingRow.sitting_id.in_(ids))
        rows = self._session.execute(query.group_by(BookingRow.sitting_id)).all()
        found = {sitting_id: count for sitting_id, count in rows}  # noqa: C416
        return {sitting_id: found.get(sitting_id, 0) for sitting_id in ids}

    def bookings(self, sitting_id: int) -> Sequence[Booking]:
        query = _BOOKINGS.where(BookingRow.sitting_id == sitting_id).order_by(BookingRow.seat)
        return [_booking(*found) for found in self._session.execute(query)]

    def booking(self, uid: str) -> Booking | None:
        found = self._session.execute(_BOOKINGS.where(BookingRow.uid == uid)).first()
        return _booking(*found) if found else None

    def bookings_of(self, person_id: int) -> Sequence[tuple[Booking, Sitting]]:
        found = self._session.execute(_BOOKINGS.where(BookingRow.person_id == person_id))
        pairs = [
            (booking, self.sitting_by_id(booking.sitting_id)) for booking in (_booking(*f) for f in found)
        ]
        known = [(booking, sitting) for booking, sitting in pairs if sitting is not None]
        return sorted(known, key=lambda pair: pair[1].starts_at, reverse=True)

    def _one_sitting(self, query: Select[SittingRow, AdministrationRow, RoomRow, SiteRow]) -> Sitting | None:
        found = self._session.execute(query).first()
        return _sitting(*found) if found else None


_SITTINGS = (
    select(SittingRow, AdministrationRow, RoomRow, SiteRow)
    .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
    .join(RoomRow, RoomRow.id == SittingRow.room_id)
    .join(SiteRow, SiteRow.id == RoomRow.site_id)
)
_BOOKINGS = select(BookingRow, AttemptRow.id).outerjoin(AttemptRow, AttemptRow.booking_id == BookingRow.id)


def _administration(row: AdministrationRow) -> Administration:
    return Administration(
        row.id,
        row.uid,
        row.names,
        row.rule_set_id,
        row.rule_set_hash,
        row.profile,
        row.subject,
        row.mode,
        row.blueprint_id,
        row.release_number,
        row.form_hash,
        row.policy,
    )


def _sitting(row: SittingRow, administration: AdministrationRow, room: RoomRow, site: SiteRow) -> Sitting:
    return Sitting(
        row.id,
        row.uid,
        _administration(administration),
        site_record(site),
        room_record(room),
        row.starts_at,
        row.status,
        row.opened_at,
    )


def _booking(row: BookingRow, attempt_id: str | None) -> Booking:
    return Booking(
        row.id,
        row.uid,
        row.sitting_id,
        row.person_id,
        row.seat,
        row.category,
        row.language,
        Accommodations(**row.accommodations),
        row.ticket_code,
        attempt_id,
        row.form_hash,
    )


def _ticket_code() -> str:
    return "".join(secrets.choice(TICKET_ALPHABET) for _ in range(8))
