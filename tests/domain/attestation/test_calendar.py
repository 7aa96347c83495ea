from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing_center.domain.attestation.calendar import (
    CalendarOverride,
    CalendarUnknown,
    WorkingCalendar,
    add_months,
)
from testing_center.domain.attestation.rule_sets import load_rule_set

KG = WorkingCalendar(load_rule_set("kg-2023").calendar)
KZ = WorkingCalendar(load_rule_set("kz-2025").calendar)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("calendar", "year", "working_days"),
    [(KG, 2024, 248), (KG, 2025, 248), (KG, 2026, 247), (KZ, 2024, 249), (KZ, 2025, 246), (KZ, 2026, 247)],
)
def test_working_days_of_a_year(calendar: WorkingCalendar, year: int, working_days: int) -> None:
    assert calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == working_days


def test_a_worked_saturday_counts() -> None:
    assert KG.is_working_day(date(2024, 3, 2))
    assert KZ.is_working_day(date(2025, 1, 5))


@given(DAYS, st.integers(1, 60))
def test_shift_lands_on_the_nth_working_day(day: date, n: int) -> None:
    for calendar in (KG, KZ):
        later, earlier = calendar.shift(day, n), calendar.shift(day, -n)
        assert calendar.is_working_day(later)
        assert calendar.is_working_day(earlier)
        assert calendar.working_days_between(day, later) == n
        assert calendar.working_days_between(day, earlier) == -n


@given(DAYS)
def test_day_zero_is_the_day_itself(day: date) -> None:
    assert KG.shift(day, 0) == day


def test_an_official_decision_stands_above_the_library() -> None:
    rule = load_rule_set("kg-2023").calendar
    decided = WorkingCalendar(
        rule,
        [
            CalendarOverride(date(2026, 5, 2), "workday", "order 1"),
            CalendarOverride(date(2026, 6, 1), "holiday", "order 2"),
        ],
    )
    assert (KG.is_working_day(date(2026, 5, 2)), decided.is_working_day(date(2026, 5, 2))) == (False, True)
    assert (KG.is_working_day(date(2026, 6, 1)), decided.is_working_day(date(2026, 6, 1))) == (True, False)


def test_an_announced_date_is_no_longer_an_estimate() -> None:
    rule = load_rule_set("kz-2025").calendar
    day = date(2027, 5, 16)
    announced = WorkingCalendar(rule, [CalendarOverride(day, "holiday", "announcement")])
    assert (KZ.is_estimated(day), announced.is_estimated(day)) == (True, False)
    assert not KZ.is_estimated(date(2025, 6, 6))


def test_years_without_known_holidays_are_refused() -> None:
    with pytest.raises(CalendarUnknown, match="2100"):
        KG.is_working_day(date(2101, 1, 3))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 3, 18), 12, date(2026, 3, 18)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
    ],
)
def test_add_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected
