"""Planning by an administrator: administrations and single sittings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from testing_center.domain.administrations import Administration, Booking, NewAdministration, Sitting
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.sites import Room, Site
from testing_center.services.clock import Clock
from testing_center.services.sitting_plans import Diary, occupied

LANGUAGES = ("ky", "ru", "kk", "en")


@dataclass(frozen=True)
class SittingPage:
    """A sitting with its seats."""

    sitting: Sitting
    seats: Sequence[tuple[Booking, Person]]


class Planning:
    """What is sat, where, when and by whom."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def overview(self) -> Sequence[tuple[Administration, Sequence[Sitting]]]:
        """Return every administration, newest first, with its sittings."""
        with self._unit_of_work() as work:
            administrations = work.administrations.all()
            return [(one, work.administrations.sittings(one.id)) for one in administrations]

    def rooms(self) -> Sequence[tuple[Site, Sequence[Room]]]:
        """Return the sites with their rooms."""
        with self._unit_of_work() as work:
            return [(site, work.sites.rooms(site.id)) for site in work.sites.all()]

    def plan_like(self, uid: str, names: Mapping[str, str], person: Person) -> Administration:
        """Plan another administration of the same test; raises ``InvalidInput`` without all four names."""
        if not all(names.get(code, "").strip() for code in LANGUAGES):
            raise InvalidInput(N_("Write the name in all four languages."))
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            like = work.administrations.by_uid(uid)
            if like is None:
                raise NotFound
            kept = {
                name: getattr(like, name)
                for name in NewAdministration.__dataclass_fields__
                if name not in ("names", "created_at")
            }
            planned = work.administrations.add(NewAdministration(names=dict(names), created_at=now, **kept))
            self._audit(work, person, "administration-planned", f"administration:{planned.uid}")
            work.commit()
        return planned

    def plan_sitting(
        self, administration_uid: str, room_id: int, local_start: str, person: Person
    ) -> Sitting:
        """Plan a sitting at a wall-clock time of the site; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            administration = work.administrations.by_uid(administration_uid)
            found = work.sites.room(room_id)
            if administration is None or found is None:
                raise NotFound
            site, room = found
            starts_at = _instant(local_start, site.timezone)
            refusal = Diary.of(work, site, self._clock()).refusal(room, starts_at, occupied(administration))
            if refusal is not None:
                raise InvalidInput(refusal[0], **refusal[1])
            sitting = work.administrations.add_sitting(administration.id, room.id, starts_at)
            self._audit(work, person, "sitting-planned", f"sitting:{sitting.uid}")
            work.commit()
        return sitting

    def sitting(self, uid: str) -> SittingPage:
        """Return a sitting with its seats; raises ``NotFound``."""
        with self._unit_of_work() as work:
            sitting = work.administrations.sitting(uid)
            if sitting is None:
                raise NotFound
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(booking.person_id for booking in bookings)
        return SittingPage(sitting, [(booking, people[booking.person_id]) for booking in bookings])

    def _audit(self, work: UnitOfWork, person: Person, action: str, subject: str) -> None:
        work.audit.add(AuditEntry(self._clock(), f"person:{person.uid}", action, subject))


def _instant(local_start: str, timezone: str) -> datetime:
    try:
        return datetime.fromisoformat(local_start).replace(tzinfo=ZoneInfo(timezone))
    except ValueError as error:
        raise InvalidInput(N_("Enter the date and the time.")) from error
