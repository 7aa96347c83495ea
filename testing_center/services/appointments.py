"""Staff appointments: who serves where by which order, when that ends, and whose interests conflict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from testing_center.domain.administrations import Sitting
from testing_center.domain.appointments import DUTIES, Appointment, NewAppointment, shares_school
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.sites import Site
from testing_center.services.clock import Clock

LONGEST_ORDER, LONGEST_REASON = 64, 500
LONGEST_DAYS = 366


@dataclass(frozen=True)
class AppointmentWish:
    """What a form asks for; identifiers are public ones, ``sitting_uid`` empty for the whole site."""

    person_uid: str
    duty: str
    site_key: str
    sitting_uid: str
    order_number: str
    order_date: date | None
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class AppointmentLine:
    """An appointment with the records it names."""

    appointment: Appointment
    person: Person
    site: Site
    sitting: Sitting | None


@dataclass(frozen=True)
class Conflict:
    """A member of staff who comes from the school of a candidate in the room."""

    staff: Person
    duty: Role
    candidate: Person


@dataclass(frozen=True)
class AppointmentsPage:
    """The log, who can be appointed and to what."""

    lines: Sequence[AppointmentLine]
    staff: Sequence[Person]
    sites: Sequence[Site]
    sittings: Sequence[Sitting]


class Appointments:
    """The log of appointments."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def page(self, person: Person) -> AppointmentsPage:
        """Return the appointments *person* may see: all, or those of the sites that they head."""
        with self._unit_of_work() as work:
            sites = {site.id: site for site in work.sites.all()}
            seen = self._sites_of(work, person, sites.values())
            lines = [line for line in _lines(work, sites) if line.site.id in seen]
            sittings = [one for one in work.administrations.sittings() if one.status != "closed"]
            staff = work.people.holding(DUTIES)
        return AppointmentsPage(lines, staff, [sites[key] for key in sorted(seen)], sittings)

    def appoint(self, wish: AppointmentWish, person: Person) -> Appointment:
        """Record an appointment; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            terms = self._terms(work, wish)
            if any(one.ended_at is None and one.terms == terms for one in work.appointments.all()):
                raise InvalidInput(N_("This appointment is in the log already."))
            now = self._clock()
            made = work.appointments.add(terms, person.id, now)
            data = {"duty": terms.duty, "order": terms.order_number, "person": wish.person_uid}
            entry = AuditEntry(
                now, f"person:{person.uid}", "appointed", f"appointment:{made.uid}", data=data
            )
            work.audit.add(entry)
            work.commit()
        return made

    def end(self, uid: str, order: str, reason: str, person: Person) -> None:
        """Record the end of an appointment; raises ``InvalidInput`` without a reason, ``NotFound``."""
        if not reason.strip():
            raise InvalidInput(N_("Write why the appointment ends."))
        with self._unit_of_work(write=True) as work:
            found = work.appointments.by_uid(uid)
            if found is None:
                raise NotFound
            if found.ended_at is not None:
                raise InvalidInput(N_("This appointment has ended already."))
            now = self._clock()
            kept = reason.strip()[:LONGEST_REASON]
            work.appointments.end(found.id, order.strip()[:LONGEST_ORDER], kept, person.id, now)
            actor = f"person:{person.uid}"
            work.audit.add(AuditEntry(now, actor, "appointment-ended", f"appointment:{uid}", kept))
            work.commit()

    def staff_of(self, sitting: Sitting) -> Sequence[AppointmentLine]:
        """Return who serves in a sitting."""
        with self._unit_of_work() as work:
            lines = _lines(work, {sitting.site.id: sitting.site}, sitting.site.id)
        return [line for line in lines if line.appointment.covers(sitting)]

    def conflicts(self, sitting: Sitting) -> Sequence[Conflict]:
        """Return the staff of a sitting who come from the school of one of its candidates."""
        staff = self.staff_of(sitting)
        with self._unit_of_work() as work:
            bookings = work.administrations.bookings(sitting.id)
            candidates = work.people.many(one.person_id for one in bookings)
        return [
            Conflict(line.person, line.appointment.terms.duty, candidate)
            for line in staff
            for candidate in candidates.values()
            if shares_school(line.person, candidate)
        ]

    def order(self, number: str, person: Person) -> Sequence[AppointmentLine]:
        """Return the appointments of one order, by site and name; raises ``NotFound`` without any."""
        lines = [
            line for line in self.page(person).lines if line.appointment.terms.order_number == number.strip()
        ]
        if not lines:
            raise NotFound
        return sorted(lines, key=lambda line: (line.site.key, line.person.full_name))

    def _sites_of(self, work: UnitOfWork, person: Person, sites: Iterable[Site]) -> set[int]:
        if Role.ADMINISTRATOR in person.roles:
            return {site.id for site in sites}
        return {
            one.terms.site_id
            for one in work.appointments.of_person(person.id)
            if one.ended_at is None and one.terms.duty is Role.SITE_HEAD
        }

    def _terms(self, work: UnitOfWork, wish: AppointmentWish) -> NewAppointment:
        person = work.people.by_uids([wish.person_uid]).get(wish.person_uid)
        site = work.sites.by_key(wish.site_key)
        sitting = work.administrations.sitting(wish.sitting_uid) if wish.sitting_uid else None
        if person is None or site is None or (wish.sitting_uid and sitting is None):
            raise NotFound
        if wish.duty not in DUTIES or Role(wish.duty) not in person.roles:
            raise InvalidInput(
                N_("%(name)s does not hold this duty as a role. Choose another duty or person."),
                name=person.full_name,
            )
        if sitting is not None and sitting.site.id != site.id:
            raise InvalidInput(N_("The sitting is at another site. Choose its site, or no sitting."))
        order = wish.order_number.strip()
        if not order or len(order) > LONGEST_ORDER or wish.order_date is None:
            raise InvalidInput(N_("Enter the number and the date of the order."))
        first, last = _days(wish)
        sitting_id = sitting.id if sitting else None
        return NewAppointment(
            person.id, Role(wish.duty), site.id, sitting_id, order, wish.order_date, first, last
        )


def _days(wish: AppointmentWish) -> tuple[date, date]:
    if wish.first_day is None or wish.last_day is None:
        raise InvalidInput(N_("Enter the first and the last day."))
    if wish.last_day < wish.first_day:
        raise InvalidInput(N_("The last day is before the first. Correct the days."))
    if (wish.last_day - wish.first_day).days > LONGEST_DAYS:
        raise InvalidInput(N_("An appointment lasts a year at most. Shorten it."))
    return wish.first_day, wish.last_day


def _lines(
    work: UnitOfWork, sites: Mapping[int, Site], site_id: int | None = None
) -> Sequence[AppointmentLine]:
    found = work.appointments.all(site_id)
    people = work.people.many({one.terms.person_id for one in found})
    sittings = {
        key: work.administrations.sitting_by_id(key)
        for key in {one.terms.sitting_id for one in found}
        if key is not None
    }
    return [
        AppointmentLine(
            one,
            people[one.terms.person_id],
            sites[one.terms.site_id],
            sittings.get(one.terms.sitting_id or 0),
        )
        for one in found
    ]
