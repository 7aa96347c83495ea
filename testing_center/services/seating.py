"""Seating of a sitting: automatically, one school and equal forms apart, or by hand with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.rosters import BookingChange
from testing_center.domain.seating import Seating, Sitter, expected_pairs, same_pairs, seat_everyone
from testing_center.services.clock import Clock

LONGEST_REASON = 500


@dataclass(frozen=True)
class Occupant:
    """Who sits on a seat; ``alike`` are the neighbouring seats from the same school."""

    booking: Booking
    person: Person
    accessible: bool
    alike: tuple[int, ...]


@dataclass(frozen=True)
class SeatingPage:
    """The room with everybody in it, and how far people who know each other sit apart.

    ``school_pairs`` and ``form_pairs`` count neighbouring seats of one school or form now,
    ``expected_school_pairs`` is the mean over random seatings of the same people.
    """

    sitting: Sitting
    occupants: Mapping[int, Occupant]
    school_pairs: int
    expected_school_pairs: float
    form_pairs: int
    form_names: Mapping[str, str]


class SeatingPlans:
    """Seats the candidates of a sitting."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def page(self, sitting_uid: str) -> SeatingPage:
        """Return how the sitting is seated; raises ``NotFound``."""
        with self._unit_of_work() as work:
            sitting = _sitting(work, sitting_uid)
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(one.person_id for one in bookings)
            needs = _needs(work, sitting)
        return _page(sitting, bookings, people, needs)

    def arrange(self, sitting_uid: str, seed: int, person: Person) -> Seating:
        """Seat everybody who has not checked in; the same seed gives the same seats.

        Raises ``InvalidInput`` when the room is too small, ``NotFound``.
        """
        with self._unit_of_work(write=True) as work:
            sitting = _sitting(work, sitting_uid)
            work.administrations.lock(sitting.administration.id)
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(one.person_id for one in bookings)
            needs = _needs(work, sitting)
            sitters = [_sitter(one, people[one.person_id], needs) for one in bookings]
            forms = sitting.administration.forms
            found = seat_everyone(sitters, sitting.room.seat_map, forms, seed)
            here = {one.id: one for one in bookings}
            moved = {
                key: (seat, here[key].form_hash if here[key].attempt_id else found.forms[key])
                for key, seat in found.seats.items()
            }
            work.administrations.reseat(moved)
            moves = [(here[key], seat) for key, (seat, _) in moved.items()]
            self._note(work, sitting, moves, person, "seated")
            data = {"seed": seed, "school_pairs": found.school_pairs, "random": found.expected_school_pairs}
            actor, subject = f"person:{person.uid}", f"sitting:{sitting.uid}"
            work.audit.add(AuditEntry(self._clock(), actor, "seated", subject, data=data))
            work.commit()
        return found

    def swap(self, sitting_uid: str, one: int, other: int, reason: str, person: Person) -> None:
        """Exchange two seats, of which one may be empty; raises ``InvalidInput`` or ``NotFound``."""
        kept = reason.strip()[:LONGEST_REASON]
        if not kept:
            raise InvalidInput(N_("Write why the seats are exchanged."))
        with self._unit_of_work(write=True) as work:
            sitting = _sitting(work, sitting_uid)
            work.administrations.lock(sitting.administration.id)
            usable = sitting.room.seat_map.usable
            if one == other or one not in usable or other not in usable:
                raise InvalidInput(N_("Choose two different seats that can be used."))
            at = {booking.seat: booking for booking in work.administrations.bookings(sitting.id)}
            movers = [(at[here], there) for here, there in ((one, other), (other, one)) if here in at]
            if not movers:
                raise InvalidInput(N_("Nobody sits on either seat."))
            if any(booking.attempt_id is not None for booking, _ in movers):
                raise InvalidInput(N_("Who has checked in changes seats on the proctor's board."))
            work.administrations.reseat({b.id: (seat, b.form_hash) for b, seat in movers})
            self._note(work, sitting, movers, person, "swapped", kept)
            data = {"seats": [one, other]}
            entry = AuditEntry(
                self._clock(), f"person:{person.uid}", "seats-swapped", f"sitting:{sitting.uid}", kept, data
            )
            work.audit.add(entry)
            work.commit()

    def _note(
        self,
        work: UnitOfWork,
        sitting: Sitting,
        moves: Sequence[tuple[Booking, int]],
        person: Person,
        kind: str,
        reason: str = "",
    ) -> None:
        for booking, seat in moves:
            if booking.seat == seat:
                continue
            change = BookingChange(
                sitting.administration.id, booking.person_id, kind, self._clock(), f"person:{person.uid}",
                from_sitting=sitting.id, from_seat=booking.seat, to_sitting=sitting.id, to_seat=seat,
                reason=reason,
            )  # fmt: skip
            work.rosters.note(change)


def _sitting(work: UnitOfWork, uid: str) -> Sitting:
    found = work.administrations.sitting(uid)
    if found is None:
        raise NotFound
    return found


def _needs(work: UnitOfWork, sitting: Sitting) -> frozenset[int]:
    """Return who needs an accessible seat."""
    entries = work.rosters.of_administration(sitting.administration.id)
    return frozenset(one.terms.person_id for one in entries if one.terms.accessible)


def _sitter(booking: Booking, person: Person, needs: frozenset[int]) -> Sitter:
    fixed = booking.seat if booking.attempt_id is not None else None
    return Sitter(booking.id, person.organisation_id, booking.person_id in needs, fixed)


def _page(
    sitting: Sitting, bookings: Sequence[Booking], people: Mapping[int, Person], needs: frozenset[int]
) -> SeatingPage:
    room = sitting.room.seat_map
    sitters = [_sitter(one, people[one.person_id], needs) for one in bookings]
    seats = {one.id: one.seat for one in bookings}
    school = {one.id: people[one.person_id].organisation_id for one in bookings}
    form = {one.id: one.form_hash or sitting.administration.form_hash for one in bookings}
    at = {seats[key]: name for key, name in school.items() if name is not None}
    alike: dict[int, list[int]] = {}
    for a, b in room.neighbours:
        if a in at and at[a] == at.get(b):
            alike.setdefault(a, []).append(b)
            alike.setdefault(b, []).append(a)
    occupants = {
        one.seat: Occupant(
            one, people[one.person_id], one.person_id in needs, tuple(sorted(alike.get(one.seat, ())))
        )
        for one in bookings
    }
    names = {hashed: "ABCDEFGH"[index % 8] for index, hashed in enumerate(sitting.administration.forms)}
    return SeatingPage(
        sitting,
        occupants,
        same_pairs(seats, school, room),
        expected_pairs(sitters, room, seed=0),
        same_pairs(seats, form, room),
        names,
    )
