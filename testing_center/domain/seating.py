"""Automatic seating: people of one school and equal forms apart, by annealing over the map of the seats.

The objective is the sum, over the pairs of neighbouring seats whose sitters come from one school, of the
pair's weight, which falls with the distance of the seats. Then forms are dealt to the seated with the same
objective for equal forms, each form to about as many people. The same seed always gives the same seating.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.seat_maps import SeatMap

SWEEPS = 60
"""Proposed swaps for each sitter and seat; the temperature falls geometrically over them."""

HOTTEST, COLDEST = 1.0, 0.01
RANDOM_SEATINGS = 100

Label = TypeVar("Label")


@dataclass(frozen=True)
class Sitter:
    """Somebody to seat; ``school`` None belongs to no school, ``seat`` is fixed when given."""

    key: int
    school: int | None
    accessible: bool = False
    seat: int | None = None


@dataclass(frozen=True)
class Seating:
    """Seats and forms by sitter's key, and what is left of conflicts: pairs of neighbouring seats.

    ``expected_school_pairs`` is the mean over random seatings of the same people in the same room.
    """

    seats: Mapping[int, int]
    forms: Mapping[int, str]
    school_pairs: int
    expected_school_pairs: float
    form_pairs: int
    neighbour_pairs: int


def seat_everyone(sitters: Sequence[Sitter], room: SeatMap, forms: Sequence[str], seed: int) -> Seating:
    """Seat *sitters* and deal *forms* (at least one); raises ``InvalidInput`` when the room is too small."""
    _require_room(sitters, room)
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    start = _start(sitters, room, rng)
    school = {one.key: one.school for one in sitters}
    movable = [one for one in sitters if one.seat is None and not one.accessible]
    problem = _Arrangement(start, school, room.neighbours)
    _anneal(problem, [one.key for one in movable], _ordinary(room, sitters), rng)
    seats = problem.seats
    dealt = _deal(seats, room, forms, rng)
    taken = set(seats.values())
    return Seating(
        seats,
        dealt,
        same_pairs(seats, school, room),
        expected_pairs(sitters, room, seed),
        same_pairs(seats, dealt, room),
        sum(a in taken and b in taken for a, b in room.neighbours),
    )


def same_pairs(seats: Mapping[int, int], label: Mapping[int, object], room: SeatMap) -> int:
    """Count the pairs of neighbouring seats whose sitters carry the same label; None equals nothing."""
    at = {seat: label[key] for key, seat in seats.items() if label[key] is not None}
    return sum(a in at and b in at and at[a] == at[b] for a, b in room.neighbours)


class _Arrangement(Generic[Label]):
    """Labels on seats, and what a swap of two seats would cost."""

    def __init__(
        self,
        seats: Mapping[int, int],
        label: Mapping[int, Label | None],
        pairs: Mapping[tuple[int, int], float],
    ) -> None:
        self._at = {seat: key for key, seat in seats.items()}
        self._label = label
        self._near: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (one, other), weight in pairs.items():
            self._near[one].append((other, weight))
            self._near[other].append((one, weight))

    @property
    def seats(self) -> dict[int, int]:
        return {key: seat for seat, key in sorted(self._at.items())}

    def seat_of(self) -> dict[int, int]:
        return {key: seat for seat, key in self._at.items()}

    def swap(self, one: int, other: int) -> None:
        """Exchange who sits on two seats, of which either may be empty."""
        first, second = self._at.pop(one, None), self._at.pop(other, None)
        if second is not None:
            self._at[one] = second
        if first is not None:
            self._at[other] = first

    def change(self, one: int, other: int) -> float:
        """Return what the swap would add to the objective."""
        first, second = self._labelled(one), self._labelled(other)
        if first == second:
            return 0.0
        return (
            self._cost(one, second, other)
            + self._cost(other, first, one)
            - self._cost(one, first, other)
            - self._cost(other, second, one)
        )

    def _labelled(self, seat: int) -> Label | None:
        key = self._at.get(seat)
        return None if key is None else self._label[key]

    def _cost(self, seat: int, label: Label | None, apart_from: int) -> float:
        if label is None:
            return 0.0
        return sum(
            weight
            for near, weight in self._near[seat]
            if near != apart_from and self._labelled(near) == label
        )


def _anneal(problem: "_Arrangement[Label]", keys: Sequence[int], free: Sequence[int], rng: Random) -> None:
    """Swap a sitter with any movable seat, taking a worse seating ever more rarely."""
    if not keys:
        return
    seat_of = problem.seat_of()
    open_seats = sorted({*free, *(seat_of[key] for key in keys)})
    taken = {seat_of[key] for key in keys}
    proposals = SWEEPS * len(open_seats)
    for step in range(proposals):
        temperature = HOTTEST * (COLDEST / HOTTEST) ** (step / proposals)
        one, other = rng.choice(open_seats), rng.choice(open_seats)
        if one == other or (one not in taken and other not in taken):
            continue
        added = problem.change(one, other)
        if added <= 0 or rng.random() < math.exp(-added / temperature):
            problem.swap(one, other)
            if (one in taken) != (other in taken):
                taken ^= {one, other}


def _deal(
    seats: Mapping[int, int], room: SeatMap, forms: Sequence[str], rng: Random
) -> Mapping[int, str]:
    """Give each sitter a form, every form to about as many, neighbours different ones if possible."""
    ordered = sorted(seats, key=lambda key: seats[key])
    dealt = {key: forms[index % len(forms)] for index, key in enumerate(ordered)}
    if len(forms) == 1:
        return dealt
    # A form is what moves here: the person on a seat stays, so forms are the sitters of this problem.
    problem = _Arrangement({key: seats[key] for key in ordered}, dealt, room.neighbours)
    _anneal(problem, ordered, (), rng)
    holder = {seat: key for key, seat in seats.items()}
    return {holder[seat]: dealt[key] for key, seat in problem.seats.items()}


def _start(sitters: Sequence[Sitter], room: SeatMap, rng: Random) -> dict[int, int]:
    """Return a random seating: fixed seats first, then accessible ones, then everybody else."""
    seats = {one.key: one.seat for one in sitters if one.seat is not None}
    accessible = [seat for seat in room.accessible if seat not in seats.values()]
    rng.shuffle(accessible)
    for one in sitters:
        if one.accessible and one.seat is None:
            seats[one.key] = accessible.pop()
    others = [seat for seat in room.usable if seat not in seats.values()]
    rng.shuffle(others)
    # Accessible seats that nobody needs are given last.
    others.sort(key=lambda seat: seat in room.accessible, reverse=True)
    for one in sitters:
        if one.key not in seats:
            seats[one.key] = others.pop()
    return seats


def _ordinary(room: SeatMap, sitters: Sequence[Sitter]) -> list[int]:
    """Return the seats that anybody may be moved to: accessible ones wait for those who need them."""
    held = {*room.accessible, *(one.seat for one in sitters)}
    return [seat for seat in room.usable if seat not in held]


def expected_pairs(sitters: Sequence[Sitter], room: SeatMap, seed: int) -> float:
    """Return the mean count of neighbouring pairs of one school over random seatings.

    Fixed sitters stay where they are. 0 for people whom the room cannot hold.
    """
    school = {one.key: one.school for one in sitters}
    if max(Counter(name for name in school.values() if name is not None).values(), default=0) < 2:
        return 0.0
    try:
        _require_room(sitters, room)
    except InvalidInput:
        return 0.0
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    counts = (same_pairs(_start(sitters, room, rng), school, room) for _ in range(RANDOM_SEATINGS))
    return sum(counts) / RANDOM_SEATINGS


def _require_room(sitters: Sequence[Sitter], room: SeatMap) -> None:
    if len(sitters) > len(room.usable):
        raise InvalidInput(
            N_("There are %(people)s candidates and %(seats)s usable seats. Move some to another sitting."),
            people=len(sitters),
            seats=len(room.usable),
        )
    asked = sum(one.accessible and one.seat is None for one in sitters)
    held = {one.seat for one in sitters}
    spare = sum(seat not in held for seat in room.accessible)
    if asked > spare:
        raise InvalidInput(
            N_(
                "%(asked)s candidates need an accessible seat and %(seats)s are free. Mark more seats as "
                "accessible on the map, or move somebody to another sitting."
            ),
            asked=asked,
            seats=spare,
        )
