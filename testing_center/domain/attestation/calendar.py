"""Working days of one rule set: public holidays, weekends, worked Saturdays and yearly decisions.

Public holidays come from the `holidays` library. Governments decide transfers late in the year, so
override days (`CalendarOverride`) stand above the library; the newest decision is data, not code.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import ClassVar, Literal

import holidays

from testing_center.domain.attestation.rules import CalendarRule
from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_

ONE_DAY = timedelta(days=1)
ESTIMATED = "(estimated)"


class CalendarUnknown(DomainError):
    """No public holidays are known for the year: an empty year would silently shift deadlines."""

    code: ClassVar[str] = "calendar-unknown"
    message = N_(
        "Public holidays are known for the years %(first)s to %(last)s only; "
        "a deadline in %(year)s cannot be computed."
    )


@dataclass(frozen=True)
class CalendarOverride:
    """One official decision about one day; ``basis`` names the act, for the reader of a deadline."""

    day: date
    kind: Literal["workday", "holiday"]
    basis: str


class WorkingCalendar:
    """Says which days are working days and counts them.

    Precedence: override, then the rule set's extra days, then the library's holidays and worked
    Saturdays, then the weekend.
    """

    def __init__(self, rule: CalendarRule, overrides: Iterable[CalendarOverride] = ()) -> None:
        self._weekend = rule.weekend
        self._decided = dict.fromkeys(rule.extra_holidays, False)
        self._decided |= dict.fromkeys(rule.extra_workdays, True)
        self._decided |= {entry.day: entry.kind == "workday" for entry in overrides}
        self._country = rule.holidays_country

    def is_working_day(self, day: date) -> bool:
        """Tell whether *day* is worked; raises `CalendarUnknown` outside the known years."""
        if day in self._decided:
            return self._decided[day]
        year = _public_calendar(self._country, day.year)
        if day in year.holidays:
            return False
        return day.weekday() not in self._weekend or day in year.worked_weekend_days

    def is_estimated(self, day: date) -> bool:
        """Tell whether *day* is a holiday whose date is only an astronomical estimate so far."""
        return day not in self._decided and day in _public_calendar(self._country, day.year).estimated

    def shift(self, day: date, working_days: int) -> date:
        """Return the day *working_days* working days after (before, if negative) *day*.

        Day 0 is *day* itself, worked or not; the first counted day is the next (previous) working day.
        """
        step = ONE_DAY if working_days > 0 else -ONE_DAY
        remaining = abs(working_days)
        while remaining:
            day += step
            remaining -= self.is_working_day(day)
        return day

    def working_day_on_or_after(self, day: date) -> date:
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the steps of `shift` from *start* to a working day *end*; negative if *end* is earlier."""
        if end < start:
            return -sum(map(self.is_working_day, days_between(end - ONE_DAY, start - ONE_DAY)))
        return sum(map(self.is_working_day, days_between(start, end)))


@dataclass(frozen=True)
class PublicCalendar:
    """The public days of one country and year."""

    holidays: frozenset[date]
    worked_weekend_days: frozenset[date]
    estimated: frozenset[date]


@cache
def _public_calendar(country: str, year: int) -> PublicCalendar:
    known = holidays.country_holidays(country)
    if not known.start_year <= year <= known.end_year:
        raise CalendarUnknown(first=known.start_year, last=known.end_year, year=year)
    # English names carry the mark of moon-dependent dates that are not yet announced.
    days = holidays.country_holidays(country, years=year, language="en_US")
    return PublicCalendar(
        holidays=frozenset(days),
        worked_weekend_days=frozenset(days.weekend_workdays),
        estimated=frozenset(day for day, name in days.items() if ESTIMATED in name),
    )


def days_between(start: date, end: date) -> Iterator[date]:
    """Yield the days after *start* up to and including *end*."""
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))


def add_months(day: date, months: int) -> date:
    """Return the same day of the month *months* later, or that month's last day if it is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))
