"""The log of staff appointments in SQL."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from testing_center.domain.appointments import Appointment, NewAppointment
from testing_center.domain.permissions import Role
from testing_center.storage.schema.appointments import AppointmentEndRow, AppointmentRow


class SqlAppointments:
    """``Appointments`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, terms: NewAppointment, recorded_by: int | None, at: datetime) -> Appointment:
        row = AppointmentRow(
            uid=uuid.uuid4().hex,
            person_id=terms.person_id,
            duty=terms.duty,
            site_id=terms.site_id,
            sitting_id=terms.sitting_id,
            order_number=terms.order_number,
            order_date=terms.order_date,
            first_day=terms.first_day,
            last_day=terms.last_day,
            recorded_by=recorded_by,
            recorded_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _appointment(row, None)

    def end(self, appointment_id: int, order: str, reason: str, ended_by: int | None, at: datetime) -> None:
        self._session.execute(
            insert(AppointmentEndRow).values(
                appointment_id=appointment_id, order_number=order, reason=reason, ended_by=ended_by, at=at
            )
        )

    def by_uid(self, uid: str) -> Appointment | None:
        found = self._read(_APPOINTMENTS.where(AppointmentRow.uid == uid))
        return found[0] if found else None

    def all(self, site_id: int | None = None) -> Sequence[Appointment]:
        query = _APPOINTMENTS if site_id is None else _APPOINTMENTS.where(AppointmentRow.site_id == site_id)
        return self._read(query)

    def of_person(self, person_id: int) -> Sequence[Appointment]:
        return self._read(_APPOINTMENTS.where(AppointmentRow.person_id == person_id))

    def _read(self, query: Select[AppointmentRow, AppointmentEndRow]) -> Sequence[Appointment]:
        rows = self._session.execute(query.order_by(AppointmentRow.id.desc()))
        return [_appointment(*row) for row in rows]


_APPOINTMENTS = select(AppointmentRow, AppointmentEndRow).outerjoin(
    AppointmentEndRow, AppointmentEndRow.appointment_id == AppointmentRow.id
)


def _appointment(row: AppointmentRow, end: AppointmentEndRow | None) -> Appointment:
    terms = NewAppointment(
        row.person_id,
        Role(row.duty),
        row.site_id,
        row.sitting_id,
        row.order_number,
        row.order_date,
        row.first_day,
        row.last_day,
    )
    ended = (end.at, end.order_number, end.reason) if end else (None, "", "")
    return Appointment(row.id, row.uid, terms, row.recorded_at, row.recorded_by, *ended)
