"""The parts of a rule set: what one country's law says about one attestation, as frozen records.

Field names equal the keys of the rule set's JSON; the schema beside the data describes every value.
Percentages are whole numbers 0-100, durations minutes unless the name says otherwise, weekdays count
from Monday = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["minute", "calendar_day", "working_day", "month", "fixed_date"]
ProvenanceSource = Literal["LEGAL_ACT", "PUBLISHED", "DERIVED", "ASSUMED"]
ThresholdFallback = Literal["category_not_above_ozp_result"]


@dataclass(frozen=True)
class LocalizedText:
    """One text in the four languages of the interface."""

    ky: str
    ru: str
    kk: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in *language* (``ky``, ``ru``, ``kk`` or ``en``); English for any other."""
        texts = {"ky": self.ky, "ru": self.ru, "kk": self.kk}
        return texts.get(language, self.en)


@dataclass(frozen=True)
class Agency:
    code: str
    name: LocalizedText


@dataclass(frozen=True)
class LegalAct:
    kind: Literal["resolution", "order", "rules_order", "letter"]
    number: str
    date: date
    citation: LocalizedText


@dataclass(frozen=True)
class CalendarRule:
    holidays_country: str
    weekend: frozenset[int]
    day_ends_hour: int
    extra_holidays: frozenset[date]
    extra_workdays: frozenset[date]


@dataclass(frozen=True)
class CycleRule:
    kind: Literal["quarterly", "windows_by_order"]
    min_frequency_years: int | None
    ad_hoc_allowed: bool
    category_reminder_months: int | None
    category_validity_years: Mapping[str, int]


@dataclass(frozen=True)
class CycleWindow:
    no: int
    from_date: date
    to_date: date
    subject_to_order: bool


@dataclass(frozen=True)
class MonthWindow:
    from_month: int
    to_month: int


@dataclass(frozen=True)
class Category:
    """A qualification category; a higher ``rank`` is a higher category within one ``audience``."""

    code: str
    rank: int
    audience: str
    name: LocalizedText


@dataclass(frozen=True)
class Portal:
    code: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Quorum:
    numerator: int
    denominator: int


@dataclass(frozen=True)
class DayOfYear:
    month: int
    day: int


@dataclass(frozen=True)
class CommissionRule:
    min_members: int
    odd: bool
    quorum: Quorum
    term_months: int
    min_experience_years: int
    created_by: DayOfYear
    may_edit_portfolio: bool


@dataclass(frozen=True)
class Site:
    code: str
    name: LocalizedText
    city: LocalizedText | None
    chosen_by: Literal["agency", "test_taker"]


@dataclass(frozen=True)
class Subject:
    code: str
    name: LocalizedText


@dataclass(frozen=True)
class SectionRule:
    code: str
    name: LocalizedText
    items: int


@dataclass(frozen=True)
class Profile:
    """The test one audience sits: sections, minutes, thresholds.

    ``section_floor_percent`` is the least percent required in each section, ``None`` if none is.
    """

    code: str
    name: LocalizedText
    audiences: tuple[str, ...]
    sections: tuple[SectionRule, ...]
    minutes: int
    minutes_by_subject: Mapping[str, int]
    section_floor_percent: int | None
    threshold_table: str

    @property
    def items(self) -> int:
        return sum(section.items for section in self.sections)


@dataclass(frozen=True)
class ExtraTimeRule:
    """Extra minutes by kind of special condition; ``default`` serves kinds that are not listed."""

    default: int | None
    by_kind: Mapping[str, int]


@dataclass(frozen=True)
class AttemptRule:
    """How often a test may be sat; ``None`` in ``paid`` is without limit, in ``per`` without period."""

    who: tuple[str, ...]
    kind: Literal["regular", "retest", "early", "entry", "practice"]
    per: Literal["calendar_year", "application"] | None
    per_post: bool
    free: int
    paid: int | None
    after_months: int | None


@dataclass(frozen=True)
class AttemptLimits:
    per_post: int
    head_also_teaching: int


@dataclass(frozen=True)
class DeadlineRule:
    """``offset`` units from the moment named by ``anchor``; a fixed date has ``anchor_date`` instead.

    ``anchor_fallback`` serves while ``anchor`` has not happened; ``warn_offset`` is counted like
    ``offset`` and says when to start warning.
    """

    code: str
    anchor: str | None
    anchor_fallback: str | None
    anchor_date: date | None
    offset: int | None
    unit: Unit
    from_roles: tuple[str, ...]
    to_roles: tuple[str, ...]
    after_hours: Literal["next_working_day"] | None
    warn_offset: int | None
    repeat: Literal["quarterly"] | None
    channel: Literal["email"] | None
    final: bool


@dataclass(frozen=True)
class AppealRule:
    enabled: bool
    must_stay_in_room: bool
    per_item_justification: bool
    grounds_content: tuple[str, ...]
    grounds_technical: tuple[str, ...]
    commission_odd: bool
    commission_term_months: int
    protocol_retention_months: int


@dataclass(frozen=True)
class ReviewPolicy:
    """What a candidate may look at after finishing, where, and until when."""

    shows: Literal["responses_with_key", "scores_only"]
    place: Literal["testing_room"] | None
    until: Literal["appeal_window_closes"] | None


@dataclass(frozen=True)
class BreakRule:
    max_count: int
    max_minutes: int
    forbidden_first_minutes: int
    forbidden_last_minutes: int
    escort: bool


@dataclass(frozen=True)
class BookingRule:
    """Whether candidates choose site, day and shift themselves, and how.

    ``changes`` is how often a booking may be moved by its candidate, ``None`` without limit;
    ``closes_hours_before`` is counted back from the beginning of the sitting.
    """

    self_service: bool
    changes: int | None
    closes_hours_before: int
    waiting_list: bool


@dataclass(frozen=True)
class CheckInRule:
    """When candidates are let in: minutes before the planned beginning, minutes after the room started."""

    opens_minutes_before: int
    late_minutes: int
    photo: Literal["required", "optional"]


@dataclass(frozen=True)
class ExemptionCondition:
    """All conditions that are given must hold."""

    action: Literal["assign", "confirm"] | None = None
    categories: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    experience_years_min: int | None = None
    subject: str | None = None
    certificate: Literal["valid"] | None = None
    years_to_pension_max: int | None = None


@dataclass(frozen=True)
class Exemption:
    code: str
    scope: Literal["test", "whole_attestation"]
    when: ExemptionCondition
    max_consecutive: int | None


@dataclass(frozen=True)
class CertificateLevel:
    """Grades stay text: some scales are letters, and 6.5 must not become a binary fraction."""

    minimum: str
    maximum: str | None


@dataclass(frozen=True)
class LanguageCertificate:
    code: str
    levels: Mapping[str, CertificateLevel]


@dataclass(frozen=True)
class Sanction:
    on: Literal["violation_first", "violation_repeat", "false_portfolio"]
    effect: Literal["result_annulled", "not_admitted"]
    category: Literal["one_below", "base"]
    months: Mapping[str, int]


@dataclass(frozen=True)
class Supplement:
    """Monthly salary supplement by category, in whole units of ``currency``."""

    currency: str
    effective_from: date
    monthly: Mapping[str, int]


@dataclass(frozen=True)
class Provenance:
    """Where the values under ``paths`` (JSON pointers into the rule set) come from."""

    source: ProvenanceSource
    reference: str
    paths: tuple[str, ...]
