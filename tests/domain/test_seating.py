"""Seat maps, automatic seating and the judgement of a workstation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing_center.domain.errors import InvalidInput
from testing_center.domain.readiness import browser_of, judge, worst
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.seating import Sitter, expected_pairs, same_pairs, seat_everyone

HALL = SeatMap(("SS.SSA", "SX.SSA", "SS.SSS"))


def test_seats_are_numbered_by_rows_and_an_unusable_one_keeps_its_number() -> None:
    assert len(HALL.places) == 15
    assert 7 not in HALL.usable
    assert HALL.accessible == [5, 10]
    assert HALL.distance_cm(2, 3) == 240  # the aisle is between them
    assert (1, 2) in HALL.neighbours
    assert (2, 3) not in HALL.neighbours


@given(st.lists(st.text("SAX.", min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_map_that_is_read_comes_back_from_its_data(rows: list[str]) -> None:
    text = "\n".join(rows)
    if not set(text) & {"S", "A"}:
        with pytest.raises(InvalidInput):
            SeatMap.parse(text, 150, 120)
        return
    found = SeatMap.parse(text, 150, 120)
    assert SeatMap.from_data(found.to_data()) == found
    assert [place for line in found.grid for place in line if place] == list(found.places.values())


@pytest.mark.parametrize("text", ["", "SS?", "S" * 31, "\n".join(["S"] * 31), "X.X"])
def test_what_is_no_map_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        SeatMap.parse(text, 150, 120)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=14), st.integers(0, 99))
def test_everybody_gets_a_seat_of_their_own_and_the_seed_repeats(schools: list[int], seed: int) -> None:
    sitters = [Sitter(key, school) for key, school in enumerate(schools)]
    found = seat_everyone(sitters, HALL, ("a", "b"), seed)
    assert set(found.seats) == set(range(len(schools)))
    assert len(set(found.seats.values())) == len(schools)
    assert set(found.seats.values()) <= set(HALL.usable)
    counts = [list(found.forms.values()).count(form) for form in ("a", "b")]
    assert abs(counts[0] - counts[1]) <= 1
    assert seat_everyone(sitters, HALL, ("a", "b"), seed) == found
    labels = dict(enumerate(schools))
    assert same_pairs(found.seats, labels, HALL) == found.school_pairs


def test_two_halves_of_a_room_with_two_schools_are_set_apart() -> None:
    room = SeatMap.plain(20)
    sitters = [Sitter(key, key % 5) for key in range(20)]
    found = seat_everyone(sitters, room, ("a", "b", "c", "d"), seed=1)
    assert found.expected_school_pairs > 4
    assert found.school_pairs == 0  # five schools can be laid out without neighbours
    assert found.form_pairs < found.neighbour_pairs / 6  # at random a quarter
    assert expected_pairs(sitters, room, 1) == found.expected_school_pairs


def test_needs_and_fixed_seats_are_kept() -> None:
    sitters = [Sitter(1, None, accessible=True), Sitter(2, 1, seat=8), Sitter(3, 1)]
    found = seat_everyone(sitters, HALL, ("a",), seed=5)
    assert found.seats[1] in HALL.accessible
    assert found.seats[2] == 8
    with pytest.raises(InvalidInput, match="accessible"):
        seat_everyone([Sitter(key, None, accessible=True) for key in range(3)], HALL, ("a",), 1)
    with pytest.raises(InvalidInput, match="usable"):
        seat_everyone([Sitter(key, None) for key in range(15)], HALL, ("a",), 1)


CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{} Safari/537.36"
GOOD = {
    "kbit_per_second": 20000,
    "round_trip_ms": 20,
    "clock_offset_ms": 300,
    "screen": [1366, 700],
    "storage": True,
    "sound": True,
    "safe_exam_browser": "3.7",
}


def test_a_good_workstation_is_ready() -> None:
    assert worst(judge(GOOD, CHROMIUM.format("120.0"))) == "ready"


@pytest.mark.parametrize(
    ("change", "agent", "check", "level"),
    [
        ({}, CHROMIUM.format("108.0"), "browser", "blocked"),
        ({"kbit_per_second": 100}, CHROMIUM.format("109.0"), "speed", "blocked"),
        ({"clock_offset_ms": -40000}, CHROMIUM.format("109.0"), "clock", "attention"),
        ({"screen": [300, 500]}, CHROMIUM.format("109.0"), "screen", "blocked"),
        ({"screen": ["a", None]}, CHROMIUM.format("109.0"), "screen", "attention"),
        ({"round_trip_ms": float("nan")}, CHROMIUM.format("109.0"), "round_trip", "attention"),
        ({"storage": None}, CHROMIUM.format("109.0"), "storage", "attention"),
        ({"safe_exam_browser": ""}, CHROMIUM.format("109.0"), "safe_exam_browser", "attention"),
    ],
)
def test_each_fault_is_found(change: dict[str, object], agent: str, check: str, level: str) -> None:
    findings = {one.check: one for one in judge(GOOD | change, agent)}
    assert findings[check].level == level
    assert findings[check].message % findings[check].params
    assert worst(tuple(findings.values())) == level


def test_browsers_are_told_apart() -> None:
    assert browser_of("(Windows NT 6.1; rv:115.0) Gecko/20100101 Firefox/115.0") == ("Firefox", 115)
    assert browser_of("Version/16.4 Mobile/15E148 Safari/604.1") == ("Safari", 16)
    assert browser_of("curl/8") is None
