"""The seats of a room on a grid: where each stands, which can be used, which are near one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import Any

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_

SEAT, ACCESSIBLE, UNUSABLE, AISLE = "S", "A", "X", "."
KINDS = (SEAT, ACCESSIBLE, UNUSABLE, AISLE)
MOST_ROWS, MOST_COLUMNS = 30, 30
PITCHES_CM = (50, 500)
"""Least and greatest distance of neighbouring seats from centre to centre."""

NEAR_CM = 220
"""Seats whose centres are no further apart are neighbours: from one the other's screen can be read."""

PLAIN_COLUMNS = 5


@dataclass(frozen=True)
class Place:
    """One seat; ``row`` 0 is the front, ``column`` 0 the left as the proctor faces the room."""

    number: int
    row: int
    column: int
    kind: str


@dataclass(frozen=True)
class SeatMap:
    """A grid with one letter a cell: S seat, A accessible seat, X seat out of use, a dot an aisle.

    Seats are numbered from 1, row by row from the front left; a seat out of use keeps its number.
    Distances are between centres, in centimetres.
    """

    rows: tuple[str, ...]
    row_pitch_cm: int = 150
    column_pitch_cm: int = 120

    @classmethod
    def plain(cls, seats: int) -> "SeatMap":
        """Return rows of five with *seats* ordinary seats."""
        columns = min(seats, PLAIN_COLUMNS)
        full, rest = divmod(seats, columns)
        rows = [SEAT * columns] * full
        if rest:
            rows.append(SEAT * rest + AISLE * (columns - rest))
        return cls(tuple(rows))

    @classmethod
    def parse(cls, text: str, row_pitch_cm: int, column_pitch_cm: int) -> "SeatMap":
        """Read one line a row, letters in any case; raises ``InvalidInput`` with what to correct."""
        lines = [line.strip().upper().replace(" ", "") for line in text.strip().splitlines()]
        unknown = sorted(set("".join(lines)) - set(KINDS))
        if unknown:
            raise InvalidInput(
                N_("The letter “%(letter)s” means nothing on a seat map. Use S, A, X and a dot."),
                letter=unknown[0],
            )
        if not any(lines) or len(lines) > MOST_ROWS or max(map(len, lines)) > MOST_COLUMNS:
            raise InvalidInput(
                N_("A seat map has 1 to %(most)s rows of 1 to %(most)s places each."), most=MOST_ROWS
            )
        if not all(PITCHES_CM[0] <= pitch <= PITCHES_CM[1] for pitch in (row_pitch_cm, column_pitch_cm)):
            raise InvalidInput(
                N_("The distance between seats must be from %(least)s to %(most)s cm."),
                least=PITCHES_CM[0],
                most=PITCHES_CM[1],
            )
        width = max(map(len, lines))
        found = cls(tuple(line.ljust(width, AISLE) for line in lines), row_pitch_cm, column_pitch_cm)
        if not found.usable:
            raise InvalidInput(N_("A room needs at least one seat that can be used."))
        return found

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "SeatMap":
        """Return the map that ``to_data`` wrote."""
        return cls(tuple(data["rows"]), data["row_pitch_cm"], data["column_pitch_cm"])

    def to_data(self) -> dict[str, Any]:
        """Return the map as JSON-able data."""
        return {
            "rows": list(self.rows),
            "row_pitch_cm": self.row_pitch_cm,
            "column_pitch_cm": self.column_pitch_cm,
        }

    @cached_property
    def places(self) -> Mapping[int, Place]:
        """Return every seat by its number."""
        cells = [
            (row, column, kind)
            for row, line in enumerate(self.rows)
            for column, kind in enumerate(line)
            if kind != AISLE
        ]
        return {number: Place(number, *cell) for number, cell in enumerate(cells, start=1)}

    @cached_property
    def usable(self) -> Sequence[int]:
        """Return the numbers of the seats that candidates may be given, in order."""
        return [number for number, place in self.places.items() if place.kind != UNUSABLE]

    @cached_property
    def accessible(self) -> Sequence[int]:
        """Return the numbers of the seats that a wheelchair reaches, in order."""
        return [number for number, place in self.places.items() if place.kind == ACCESSIBLE]

    @cached_property
    def grid(self) -> Sequence[Sequence[Place | None]]:
        """Return the rows with a place or, for an aisle, None in each cell."""
        at = {(place.row, place.column): place for place in self.places.values()}
        return [[at.get((row, column)) for column in range(len(line))] for row, line in enumerate(self.rows)]

    def distance_cm(self, one: int, other: int) -> float:
        """Return how far two seats are apart, centre to centre."""
        a, b = self.places[one], self.places[other]
        return hypot((a.row - b.row) * self.row_pitch_cm, (a.column - b.column) * self.column_pitch_cm)

    @cached_property
    def neighbours(self) -> Mapping[tuple[int, int], float]:
        """Return the pairs of usable seats within ``NEAR_CM`` and the weight of each.

        The weight is 1 metre through the distance: the nearer, the graver.
        """
        usable = self.usable
        distances = {
            (one, other): self.distance_cm(one, other)
            for index, one in enumerate(usable)
            for other in usable[index + 1 :]
        }
        return {pair: 100 / distance for pair, distance in distances.items() if distance <= NEAR_CM}
