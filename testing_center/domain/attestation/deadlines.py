"""The deadline engine: every date the law asks for is computed from its rule, never typed.

Day 0 is the anchor's local date in the rule set's time zone. A deadline counted in days lasts until
the end of its day; one counted in minutes ends at its moment. A recomputation after a calendar
decision is a new value: notices already sent keep the date they were sent with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from testing_center.domain.attestation.calendar import (
    ONE_DAY,
    CalendarOverride,
    WorkingCalendar,
    add_months,
    days_between,
)
from testing_center.domain.attestation.rule_sets import RuleSet
from testing_center.domain.attestation.rules import DeadlineRule
from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_

Anchor = date | datetime


class AnchorNotUsable(DomainError):
    """The moment a deadline counts from is missing or too vague for its unit."""

    code: ClassVar[str] = "anchor-not-usable"
    message = N_(
        "Deadline %(deadline)s counts from a moment with a date, time and time zone. Record it first."
    )


class Standing(StrEnum):
    """Where a moment stands relative to a deadline."""

    OPEN = "open"
    WARNING = "warning"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class DueDate:
    """A computed deadline: met until ``expires_at`` (exclusive), last day ``day`` (local).

    ``provisional`` marks a count that passes a holiday whose date is not yet announced.
    """

    code: str
    day: date
    expires_at: datetime
    warn_from: date | None
    provisional: bool

    def standing(self, moment: datetime) -> Standing:
        """Place the aware *moment*: open, within the warning time, or overdue."""
        if moment >= self.expires_at:
            return Standing.OVERDUE
        local_day = moment.astimezone(self.expires_at.tzinfo).date()
        if self.warn_from is not None and local_day >= self.warn_from:
            return Standing.WARNING
        return Standing.OPEN


class DeadlineEngine:
    """Computes the deadlines of one rule set.

    >>> from testing_center.domain.attestation.rule_sets import load_rule_set
    >>> engine = DeadlineEngine(load_rule_set("kg-2023"))
    >>> engine.due("admission_notice", date(2024, 2, 17)).day
    datetime.date(2024, 1, 30)
    """

    def __init__(self, rule_set: RuleSet, overrides: Iterable[CalendarOverride] = ()) -> None:
        self._rule_set = rule_set
        self._zone = rule_set.zone
        self.calendar = WorkingCalendar(rule_set.calendar, overrides)

    def due(self, code: str, anchor: Anchor | None = None) -> DueDate:
        """Compute the deadline *code* from its *anchor* (a local date or an aware datetime).

        Raises `NotInRuleSet` for an unknown code, `AnchorNotUsable` for a missing or naive moment.
        """
        rule = self._rule_set.deadline(code)
        if rule.anchor_date is not None:
            return self._until_end_of(rule, rule.anchor_date, rule.anchor_date)
        if anchor is None or rule.offset is None:
            raise AnchorNotUsable(deadline=code)
        if rule.unit == "minute":
            return self._after_minutes(rule, anchor, rule.offset)
        start = self._day_zero(rule, anchor)
        return self._until_end_of(rule, start, self._shift(rule, start, rule.offset))

    def due_dates(self, anchors: Mapping[str, Anchor]) -> dict[str, DueDate]:
        """Compute every deadline whose anchor (or fallback) is known, keyed by deadline code.

        *anchors* maps names such as ``test_date`` or ``admission_notice.received_at`` to moments.
        """
        known = {}
        for rule in self._rule_set.deadlines:
            anchor = anchors.get(rule.anchor or "", anchors.get(rule.anchor_fallback or ""))
            if anchor is not None or rule.anchor_date is not None:
                known[rule.code] = self.due(rule.code, anchor)
        return known

    def result_valid_to(self, finished: Anchor) -> date:
        """Return the last day on which a test result may be used."""
        return add_months(self._local_day("result_valid_to", finished), self._rule_set.result_validity_months)

    def _after_minutes(self, rule: DeadlineRule, anchor: Anchor, minutes: int) -> DueDate:
        if not isinstance(anchor, datetime) or anchor.tzinfo is None:
            raise AnchorNotUsable(deadline=rule.code)
        expires_at = (anchor.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(self._zone)
        return DueDate(rule.code, expires_at.date(), expires_at, None, provisional=False)

    def _until_end_of(self, rule: DeadlineRule, start: date, day: date) -> DueDate:
        first, last = sorted((start, day))
        return DueDate(
            code=rule.code,
            day=day,
            expires_at=start_of_day(day + ONE_DAY, self._zone),
            warn_from=None if rule.warn_offset is None else self._shift(rule, start, rule.warn_offset),
            provisional=any(map(self.calendar.is_estimated, days_between(first - ONE_DAY, last))),
        )

    def _shift(self, rule: DeadlineRule, start: date, offset: int) -> date:
        if rule.unit == "working_day":
            return self.calendar.shift(start, offset)
        if rule.unit == "month":
            return add_months(start, offset)
        return start + timedelta(days=offset)

    def _day_zero(self, rule: DeadlineRule, anchor: Anchor) -> date:
        day = self._local_day(rule.code, anchor)
        if rule.after_hours is None:
            return day
        day_ends = start_of_day(day, self._zone) + timedelta(hours=self._rule_set.calendar.day_ends_hour)
        if isinstance(anchor, datetime) and anchor > day_ends:
            day += ONE_DAY
        return self.calendar.working_day_on_or_after(day)

    def _local_day(self, code: str, anchor: Anchor) -> date:
        if not isinstance(anchor, datetime):
            return anchor
        if anchor.tzinfo is None:
            raise AnchorNotUsable(deadline=code)
        return anchor.astimezone(self._zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return local midnight at the start of *day*."""
    return datetime.combine(day, time.min, tzinfo=zone)
