"""Bookings: candidates choose site, day and shift; administrators assign, move and release.

Everything that changes a booking first takes the lock of its administration, so that places are counted
by one transaction at a time; the unique seat of a sitting stands behind that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from testing_center.domain.administrations import Administration, Booking, NewBooking, Sitting
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.attestation.rules import BookingRule
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.rosters import BookingChange, RosterEntry
from testing_center.services.clock import Clock
from testing_center.services.sitting_plans import overlaps

FULL = N_("This sitting is full. Choose another one, or wait for a place.")
LONGEST_REASON = 500


@dataclass(frozen=True)
class Choice:
    """A sitting that a candidate may choose; ``place_in_line`` is theirs on its waiting list, from 1."""

    sitting: Sitting
    free: int
    waiting: int
    place_in_line: int | None


@dataclass(frozen=True)
class Offer:
    """What a candidate may do about one administration; ``changes_left`` None is without limit."""

    administration: Administration
    rule: BookingRule
    booking: Booking | None
    sitting: Sitting | None
    choices: Sequence[Choice]
    changes_left: int | None
    closed: bool

    @property
    def may_choose(self) -> bool:
        """Whether a sitting can be booked or changed by the candidate now."""
        if not self.rule.self_service or self.closed:
            return False
        return self.booking is None or self.changes_left != 0


class Bookings:
    """The one way in which places are given."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def offers(self, person: Person) -> Sequence[Offer]:
        """Return what *person* is admitted to, newest first."""
        with self._unit_of_work() as work:
            return [self._offer(work, entry) for entry in work.rosters.of_person(person.id)]

    def choose(self, person: Person, sitting_uid: str) -> Booking:
        """Book a place for *person*, or move their booking there; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            sitting, entry = self._admitted(work, person, sitting_uid)
            work.administrations.lock(sitting.administration.id)
            offer = self._offer(work, entry)
            self._require_choice(offer, sitting)
            if offer.sitting is not None and offer.sitting.id == sitting.id:
                return _own(offer.booking)
            made = self._place(work, entry, sitting, f"person:{person.uid}", own=True)
            work.commit()
        return made

    def wait(self, person: Person, sitting_uid: str) -> None:
        """Put *person* on the waiting list of a full sitting; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            sitting, entry = self._admitted(work, person, sitting_uid)
            work.administrations.lock(sitting.administration.id)
            offer = self._offer(work, entry)
            self._require_choice(offer, sitting)
            if not offer.rule.waiting_list:
                raise InvalidInput(N_("These rules know no waiting lists. Choose another sitting."))
            if _free(work, sitting) > 0:
                raise InvalidInput(N_("There are free places: choose the sitting itself."))
            work.rosters.wait(sitting.id, person.id, self._clock())
            change = BookingChange(
                sitting.administration.id, person.id, "waiting", self._clock(), f"person:{person.uid}",
                own=True, to_sitting=sitting.id,
            )  # fmt: skip
            work.rosters.note(change)
            work.commit()

    def leave(self, person: Person, sitting_uid: str) -> None:
        """Take *person* off a waiting list; raises ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            sitting, _ = self._admitted(work, person, sitting_uid)
            work.rosters.leave(sitting.id, person.id, sitting.administration.id)
            work.commit()

    def assign(self, administration_uid: str, person: Person) -> tuple[int, int]:
        """Seat everybody on the roster who has no seat; return how many were and how many were not.

        Sittings fill in order of time; who needs an accessible seat goes where one is free.
        """
        with self._unit_of_work(write=True) as work:
            administration = work.administrations.by_uid(administration_uid)
            if administration is None:
                raise NotFound
            work.administrations.lock(administration.id)
            sittings = [
                one
                for one in work.administrations.sittings(administration.id)
                if one.status == "scheduled" and one.starts_at > self._clock()
            ]
            booked = _booked(work, administration)
            left = [one for one in work.rosters.of_administration(administration.id)
                    if one.terms.person_id not in booked]  # fmt: skip
            left.sort(key=lambda entry: not entry.terms.accessible)
            seated = sum(self._first_place(work, entry, sittings, f"person:{person.uid}") for entry in left)
            data = {"seated": seated, "left": len(left) - seated}
            actor, subject = f"person:{person.uid}", f"administration:{administration.uid}"
            work.audit.add(AuditEntry(self._clock(), actor, "candidates-assigned", subject, data=data))
            work.commit()
        return seated, len(left) - seated

    def move(self, booking_uid: str, sitting_uid: str, reason: str, person: Person) -> Booking:
        """Move a booking by hand; raises ``InvalidInput`` without a reason or place, ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            booking, origin, kept = self._changeable(work, booking_uid, reason)
            sitting = work.administrations.sitting(sitting_uid)
            entry = work.rosters.entry(origin.administration.id, booking.person_id)
            if sitting is None or entry is None or sitting.administration.id != origin.administration.id:
                raise NotFound
            made = self._place(work, entry, sitting, f"person:{person.uid}", kept)
            work.commit()
        return made

    def release(self, booking_uid: str, reason: str, person: Person) -> None:
        """Give a place back, which the first who waits for it gets; raises as ``move``."""
        with self._unit_of_work(write=True) as work:
            booking, sitting, kept = self._changeable(work, booking_uid, reason)
            work.administrations.remove_booking(booking.id)
            change = BookingChange(
                sitting.administration.id, booking.person_id, "released", self._clock(),
                f"person:{person.uid}", from_sitting=sitting.id, from_seat=booking.seat, reason=kept,
            )  # fmt: skip
            work.rosters.note(change)
            self._promote(work, sitting)
            work.commit()

    def _changeable(self, work: UnitOfWork, uid: str, reason: str) -> tuple[Booking, Sitting, str]:
        found = work.administrations.booking(uid)
        sitting = work.administrations.sitting_by_id(found.sitting_id) if found else None
        if found is None or sitting is None:
            raise NotFound
        if not reason.strip():
            raise InvalidInput(N_("Write why the booking is changed."))
        work.administrations.lock(sitting.administration.id)
        booking = work.administrations.booking(uid)
        if booking is None:
            raise NotFound
        if booking.attempt_id is not None:
            raise InvalidInput(N_("The candidate has checked in. The booking can no longer be changed."))
        return booking, sitting, reason.strip()[:LONGEST_REASON]

    def _admitted(self, work: UnitOfWork, person: Person, uid: str) -> tuple[Sitting, RosterEntry]:
        sitting = work.administrations.sitting(uid)
        entry = work.rosters.entry(sitting.administration.id, person.id) if sitting else None
        if sitting is None or entry is None:
            raise NotFound
        return sitting, entry

    def _offer(self, work: UnitOfWork, entry: RosterEntry) -> Offer:
        sittings = work.administrations.sittings(entry.terms.administration_id)
        held = [
            (booking, sitting)
            for booking, sitting in work.administrations.bookings_of(entry.terms.person_id)
            if sitting.administration.id == entry.terms.administration_id
        ]
        booking, sitting = held[0] if held else (None, None)
        administration = sittings[0].administration if sittings else _administration(work, entry)
        rule = load_rule_set(administration.rule_set_id).booking
        own = [
            one
            for one in work.rosters.history(administration.id, entry.terms.person_id)
            if one.own and one.kind == "moved"
        ]
        left = None if rule.changes is None else max(0, rule.changes - len(own))
        closed = sitting is not None and not self._is_open(sitting, rule)
        choices = self._choices(work, entry, sittings, rule)
        return Offer(administration, rule, booking, sitting, choices, left, closed)

    def _choices(
        self, work: UnitOfWork, entry: RosterEntry, sittings: Sequence[Sitting], rule: BookingRule
    ) -> Sequence[Choice]:
        offered = [one for one in sittings if self._is_open(one, rule)]
        counts = work.administrations.booking_counts(one.id for one in offered)
        waiting = work.rosters.waiting([one.id for one in offered])
        found = []
        for one in offered:
            line = waiting.get(one.id, ())
            place = line.index(entry.terms.person_id) + 1 if entry.terms.person_id in line else None
            found.append(Choice(one, max(0, one.room.capacity - counts[one.id]), len(line), place))
        return found

    def _is_open(self, sitting: Sitting, rule: BookingRule) -> bool:
        closes = sitting.starts_at - timedelta(hours=rule.closes_hours_before)
        return sitting.status == "scheduled" and self._clock() < closes

    def _require_choice(self, offer: Offer, sitting: Sitting) -> None:
        if not offer.rule.self_service:
            raise InvalidInput(N_("Under these rules the agency gives the places; you cannot choose one."))
        if offer.closed or not self._is_open(sitting, offer.rule):
            raise InvalidInput(
                N_("Booking closes %(hours)s hours before the sitting begins. Ask the agency."),
                hours=offer.rule.closes_hours_before,
            )
        if not offer.may_choose:
            raise InvalidInput(
                N_("You have changed your booking as often as the rules allow. Ask the agency.")
            )

    def _place(
        self, work: UnitOfWork, entry: RosterEntry, sitting: Sitting, actor: str, reason: str = "", *,
        own: bool = False,
    ) -> Booking:  # fmt: skip
        """Book or move a candidate; the place they leave goes to who waits for it."""
        held = _booked(work, sitting.administration).get(entry.terms.person_id)
        _require_no_clash(work, entry, sitting, held)
        seat = free_seat(sitting, work.administrations.bookings(sitting.id), entry)
        if held is None:
            made = book(work, sitting, entry, seat, actor, self._clock(), own=own, reason=reason)
        else:
            made = work.administrations.change_sitting(held, sitting.id, seat)
            change = BookingChange(
                sitting.administration.id, entry.terms.person_id, "moved", self._clock(), actor, own,
                held.sitting_id, held.seat, sitting.id, seat, reason,
            )  # fmt: skip
            work.rosters.note(change)
        work.rosters.leave(sitting.id, entry.terms.person_id, sitting.administration.id)
        if held is not None:
            left = work.administrations.sitting_by_id(held.sitting_id)
            if left is not None:
                self._promote(work, left)
        return made

    def _first_place(
        self, work: UnitOfWork, entry: RosterEntry, sittings: Sequence[Sitting], actor: str
    ) -> bool:
        for sitting in sittings:
            try:
                self._place(work, entry, sitting, actor)
            except InvalidInput:
                continue  # full, no accessible seat, or at the time of another test: the next one
            return True
        return False

    def _promote(self, work: UnitOfWork, sitting: Sitting) -> None:
        """Give a place that became free to the first who waits and can take it."""
        for person_id in work.rosters.waiting([sitting.id]).get(sitting.id, ()):
            entry = work.rosters.entry(sitting.administration.id, person_id)
            if entry is None or _free(work, sitting) <= 0:
                return
            try:
                self._place(work, entry, sitting, "system:waiting-list")
            except InvalidInput:
                continue
            return


def free_seat(sitting: Sitting, bookings: Sequence[Booking], entry: RosterEntry) -> int:
    """Return a seat for the candidate; raises ``InvalidInput`` when there is none that fits."""
    room = sitting.room.seat_map
    taken = {one.seat for one in bookings}
    ordinary = [seat for seat in room.usable if seat not in room.accessible]
    wanted = room.accessible if entry.terms.accessible else [*ordinary, *room.accessible]
    for seat in wanted:
        if seat not in taken:
            return seat
    if entry.terms.accessible and len(taken) < sitting.room.capacity:
        raise InvalidInput(N_("This room has no free accessible seat. Choose another sitting."))
    raise InvalidInput(FULL)


def book(
    work: UnitOfWork, sitting: Sitting, entry: RosterEntry, seat: int, actor: str, at: datetime, *,
    own: bool = False, reason: str = "",
) -> Booking:  # fmt: skip
    """Add a booking and its first line of history; raises ``InvalidInput`` when the seat is taken."""
    terms = entry.terms
    made = work.administrations.add_booking(
        NewBooking(sitting.id, terms.person_id, seat, terms.category, terms.language, terms.accommodations)
    )
    change = BookingChange(
        sitting.administration.id, terms.person_id, "booked", at, actor, own,
        to_sitting=sitting.id, to_seat=seat, reason=reason,
    )  # fmt: skip
    work.rosters.note(change)
    return made


def _booked(work: UnitOfWork, administration: Administration) -> dict[int, Booking]:
    return {
        booking.person_id: booking
        for sitting in work.administrations.sittings(administration.id)
        for booking in work.administrations.bookings(sitting.id)
    }


def _require_no_clash(
    work: UnitOfWork, entry: RosterEntry, sitting: Sitting, held: Booking | None
) -> None:
    """Refuse a second sitting at the same time, and any once the test has begun."""
    if held is not None and held.attempt_id is not None:
        raise InvalidInput(N_("The candidate has checked in. The booking can no longer be changed."))
    for booking, other in work.administrations.bookings_of(entry.terms.person_id):
        if (held is None or booking.id != held.id) and other.status != "closed" and overlaps(other, sitting):
            raise InvalidInput(N_("Another test of the candidate is at this time. Choose another sitting."))


def _administration(work: UnitOfWork, entry: RosterEntry) -> Administration:
    return next(one for one in work.administrations.all() if one.id == entry.terms.administration_id)


def _free(work: UnitOfWork, sitting: Sitting) -> int:
    return sitting.room.capacity - work.administrations.booking_counts([sitting.id])[sitting.id]


def _own(booking: Booking | None) -> Booking:
    if booking is None:
        raise NotFound
    return booking
