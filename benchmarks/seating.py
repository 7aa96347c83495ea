"""Neighbours from one school and with one form, against random seating of the same people.

Prints for each room the pairs at random (mean of 100), the pairs after seating and their ratio.
"""

import time
from collections import Counter
from random import Random

from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.seating import Sitter, seat_everyone

ROOMS = (
    ("20 seats", SeatMap.plain(20), 20, 5),
    ("40 seats, one fifth empty", SeatMap(("SSSS.SSSS",) * 5), 32, 6),
    ("100 seats", SeatMap(("SSSSS.SSSSS",) * 10), 100, 12),
    ("200 seats, two large schools", SeatMap(("SSSSS.SSSSS",) * 20), 200, 8),
)
FORMS = ("A", "B", "C", "D")


def main() -> None:
    for name, room, people, schools in ROOMS:
        rng = Random(1)  # noqa: S311 - reproducible
        sitters = [Sitter(key, min(int(rng.expovariate(2 / schools)), schools - 1)) for key in range(people)]
        before = time.perf_counter()
        found = seat_everyone(sitters, room, FORMS, seed=1)
        seconds = time.perf_counter() - before
        largest = max(Counter(one.school for one in sitters).values())
        ratio = found.school_pairs / found.expected_school_pairs
        forms = found.form_pairs / (found.neighbour_pairs / len(FORMS))
        print(
            f"{name}: {people} people, {schools} schools, largest {largest}; same school "
            f"{found.school_pairs} against {found.expected_school_pairs:.1f} at random (ratio {ratio:.2f}); "
            f"same form ratio {forms:.2f}; {seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
