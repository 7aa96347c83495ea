"""Who serves where by which order: without an appointment nobody sees a sitting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from testing_center.domain.administrations import Sitting
from testing_center.domain.people import Person
from testing_center.domain.permissions import Role

DUTIES = (Role.PROCTOR, Role.SITE_HEAD, Role.TECHNICIAN)
"""Roles that are exercised by appointment only."""


@dataclass(frozen=True)
class NewAppointment:
    """What is needed to appoint; ``sitting_id`` is None for the whole site, the days include both ends."""

    person_id: int
    duty: Role
    site_id: int
    sitting_id: int | None
    order_number: str
    order_date: date
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Appointment:
    """A recorded appointment; ``ended_at`` and what follows are None or empty while it holds."""

    id: int
    uid: str
    terms: NewAppointment
    recorded_at: datetime
    recorded_by: int | None
    ended_at: datetime | None = None
    end_order: str = ""
    end_reason: str = ""

    def covers(self, sitting: Sitting) -> bool:
        """Whether the appointment holds and is for this sitting on its day at the site."""
        terms = self.terms
        day = sitting.starts_at.astimezone(ZoneInfo(sitting.site.timezone)).date()
        return (
            self.ended_at is None
            and terms.site_id == sitting.site.id
            and terms.sitting_id in (None, sitting.id)
            and terms.first_day <= day <= terms.last_day
        )

    def serves(self, site_id: int, day: date) -> bool:
        """Whether the appointment holds at a site on a day, for all or for some of its sittings."""
        terms = self.terms
        return self.ended_at is None and terms.site_id == site_id and terms.first_day <= day <= terms.last_day


def may_see(person: Person, sitting: Sitting, appointments: Iterable[Appointment]) -> bool:
    """Whether *person* may open a sitting: administrators always, others by their own appointment."""
    if Role.ADMINISTRATOR in person.roles:
        return True
    return any(
        one.terms.person_id == person.id and one.terms.duty in person.roles and one.covers(sitting)
        for one in appointments
    )


def shares_school(one: Person, other: Person) -> bool:
    """Whether two people belong to the same organisation: a conflict of interests in one room."""
    return one.organisation_id is not None and one.organisation_id == other.organisation_id
