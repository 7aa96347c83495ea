"""Opening sittings from a plan: days times shifts times rooms, with a sentence for each that cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from testing_center.domain.administrations import Administration, Sitting
from testing_center.domain.attestation.calendar import WorkingCalendar
from testing_center.domain.attestation.rule_sets import RuleSet, load_rule_set
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.sites import Blackout, Room, Shift, Site
from testing_center.services.clock import Clock

MOST_DAYS, MOST_SITTINGS = 92, 500
CHANGEOVER = timedelta(minutes=30)
"""Between two sittings of a room: leaving, airing, seating."""


@dataclass(frozen=True)
class SittingPlan:
    """Which sittings to open; ``days_of_week`` count from Monday 0; ``holidays`` includes public holidays."""

    administration: str
    site: str
    rooms: frozenset[int]
    shifts: frozenset[int]
    first_day: date | None
    last_day: date | None
    days_of_week: frozenset[int]
    holidays: bool = False


@dataclass(frozen=True)
class Slot:
    """One sitting of the plan: where and when, and why it cannot be opened, if so.

    ``message`` % ``params`` is empty for a slot that can be opened.
    """

    day: date
    shift: Shift
    room: Room
    starts_at: datetime
    message: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedSittings:
    """The slots of a plan in order of time, and the seats of those that can be opened."""

    slots: Sequence[Slot]

    @property
    def possible(self) -> Sequence[Slot]:
        """The slots that can be opened."""
        return [slot for slot in self.slots if not slot.message]

    @property
    def capacity(self) -> int:
        """How many candidates they hold together."""
        return sum(slot.room.capacity for slot in self.possible)


class SittingPlans:
    """Counts a plan, then opens it."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def count(self, plan: SittingPlan) -> PlannedSittings:
        """Return the slots of *plan* without opening any; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work() as work:
            return PlannedSittings(list(self._slots(work, plan)))

    def open(self, plan: SittingPlan, person: Person) -> PlannedSittings:
        """Open every slot that can be; sending the same plan again opens nothing twice."""
        with self._unit_of_work(write=True) as work:
            counted = PlannedSittings(list(self._slots(work, plan)))
            administration = self._administration(work, plan)
            for slot in counted.possible:
                made = work.administrations.add_sitting(administration.id, slot.room.id, slot.starts_at)
                actor = f"person:{person.uid}"
                work.audit.add(AuditEntry(self._clock(), actor, "sitting-planned", f"sitting:{made.uid}"))
            work.commit()
        return counted

    def _administration(self, work: UnitOfWork, plan: SittingPlan) -> Administration:
        found = work.administrations.by_uid(plan.administration)
        if found is None:
            raise NotFound
        return found

    def _slots(self, work: UnitOfWork, plan: SittingPlan) -> Iterator[Slot]:
        administration = self._administration(work, plan)
        site = work.sites.by_key(plan.site)
        if site is None:
            raise NotFound
        rooms = [room for room in work.sites.rooms(site.id) if room.id in plan.rooms]
        shifts = [shift for shift in work.sites.shifts(site.id) if shift.id in plan.shifts]
        if not rooms or not shifts:
            raise InvalidInput(N_("Choose at least one room and one shift."))
        rule_set = load_rule_set(administration.rule_set_id)
        days = list(_days(plan, rule_set))
        if len(days) * len(rooms) * len(shifts) > MOST_SITTINGS:
            raise InvalidInput(
                N_("That is more than %(most)s sittings. Divide the plan."), most=MOST_SITTINGS
            )
        diary = Diary.of(work, site, self._clock())
        length = occupied(administration)
        for day in days:
            for shift in shifts:
                starts_at = datetime.combine(day, shift.starts, ZoneInfo(site.timezone))
                for room in rooms:
                    message, params = diary.refusal(room, starts_at, length) or ("", {})
                    yield Slot(day, shift, room, starts_at, message, params)


@dataclass(frozen=True)
class Diary:
    """When the rooms of a site are taken and the site is closed, as of ``now``."""

    site: Site
    now: datetime
    closed: Sequence[Blackout]
    taken: Sequence[tuple[int, datetime, datetime]]

    @classmethod
    def of(cls, work: UnitOfWork, site: Site, now: datetime) -> "Diary":
        """Read the diary of *site*."""
        planned = [
            (one.room.id, one.starts_at, one.starts_at + occupied(one.administration))
            for one in work.administrations.sittings()
            if one.site.id == site.id and one.status != "closed"
        ]
        return cls(site, now, work.sites.blackouts(site.id), planned)

    def refusal(
        self, room: Room, starts_at: datetime, length: timedelta
    ) -> tuple[str, Mapping[str, object]] | None:
        """Return why *room* cannot be had from *starts_at* for *length*, or None when it can."""
        if not self.site.active or not room.active:
            return N_("The site or the room is out of use. Choose another one."), {}
        if starts_at <= self.now:
            return N_("This time has passed. Choose a later one."), {}
        day = starts_at.astimezone(ZoneInfo(self.site.timezone)).date()
        for one in self.closed:
            if one.covers(day):
                return N_("The site is closed that day: %(reason)s."), {"reason": one.reason}
        ends = starts_at + length
        if any(number == room.id and a < ends and starts_at < b for number, a, b in self.taken):
            return N_("The room already has a sitting at this time. Choose another room or time."), {}
        return None


def occupied(administration: Administration) -> timedelta:
    """Return how long a sitting keeps its room: the test, the longest extra time, the changeover."""
    rule_set = load_rule_set(administration.rule_set_id)
    test = rule_set.minutes(administration.profile, administration.subject)
    extra = max([rule_set.extra_time.default or 0, *rule_set.extra_time.by_kind.values()])
    return timedelta(minutes=test + extra) + CHANGEOVER


def overlaps(one: Sitting, other: Sitting) -> bool:
    """Whether nobody could sit both."""
    ends = [sitting.starts_at + occupied(sitting.administration) for sitting in (one, other)]
    return one.starts_at < ends[1] and other.starts_at < ends[0]


def _days(plan: SittingPlan, rule_set: RuleSet) -> Iterator[date]:
    first, last = plan.first_day, plan.last_day
    if first is None or last is None:
        raise InvalidInput(N_("Enter the first and the last day."))
    if last < first:
        raise InvalidInput(N_("The last day is before the first. Correct the days."))
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput(N_("A plan spans %(most)s days at most. Divide it."), most=MOST_DAYS)
    calendar = WorkingCalendar(rule_set.calendar)
    chosen = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    chosen = [day for day in chosen if day.weekday() in plan.days_of_week]
    if not plan.holidays:
        weekend = rule_set.calendar.weekend
        chosen = [day for day in chosen if calendar.is_working_day(day) or day.weekday() in weekend]
    if not chosen:
        raise InvalidInput(N_("No day of the week that you chose is within these dates."))
    yield from chosen
