"""Rule sets: a country's attestation law as one immutable, content-hashed record.

A cycle pins one rule set by id and content hash and never migrates to another. Code reads what it
needs through the accessors here and never asks which country it is in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from testing_center.domain.attestation.rule_set_checks import (
    APPEAL_DEADLINE,
    InvalidRuleSet,
    check_rule_set,
)
from testing_center.domain.attestation.rules import (
    Agency,
    AppealRule,
    AttemptLimits,
    AttemptRule,
    BookingRule,
    BreakRule,
    CalendarRule,
    Category,
    CheckInRule,
    CommissionRule,
    CycleRule,
    CycleWindow,
    DeadlineRule,
    Exemption,
    ExtraTimeRule,
    LanguageCertificate,
    LegalAct,
    LocalizedText,
    MonthWindow,
    Portal,
    Profile,
    Provenance,
    ReviewPolicy,
    Sanction,
    Site,
    Subject,
    Supplement,
    ThresholdFallback,
)
from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_

__all__ = ["InvalidRuleSet", "NotInRuleSet", "RuleSet", "load_all", "load_rule_set", "parse_rule_set"]


class NotInRuleSet(DomainError):
    """A code that the pinned rule set does not define; ``params`` hold ``rule_set`` and ``code``."""

    code: ClassVar[str] = "not-in-rule-set"
    message = N_("Rule set %(rule_set)s has no “%(code)s”. Choose one of the codes that it defines.")


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Entry = TypeVar("Entry", bound=_Coded)


@dataclass(frozen=True)
class RuleSet:
    """One attestation's law. ``content_hash`` is the SHA-256 (hex) of its canonical JSON."""

    id: str
    country: str
    status: Literal["draft", "in_force", "closed"]
    valid_from: date
    valid_to: date | None
    title: LocalizedText
    agency: Agency
    legal_basis: tuple[LegalAct, ...]
    timezone: str
    calendar: CalendarRule
    mode: Literal["voluntary", "mandatory"]
    cycle: CycleRule
    cycle_windows: tuple[CycleWindow, ...]
    portfolio_review_window: MonthWindow | None
    stages: tuple[str, ...]
    categories: tuple[Category, ...]
    portals: tuple[Portal, ...]
    commission: CommissionRule | None
    commission_levels: Mapping[str, Literal["organisation", "district", "region", "ministry"]]
    sites: tuple[Site, ...]
    test_languages: tuple[str, ...]
    subjects: tuple[Subject, ...]
    threshold_tables: Mapping[str, Mapping[str, int]]
    threshold_fallback: ThresholdFallback | None
    test_profiles: tuple[Profile, ...]
    extra_time: ExtraTimeRule
    attempts: tuple[AttemptRule, ...]
    attempt_fee: int | None
    max_attempts_per_year: AttemptLimits | None
    deadlines: tuple[DeadlineRule, ...]
    result_validity_months: int
    appeal: AppealRule
    review_after_finish: ReviewPolicy
    breaks: BreakRule
    booking: BookingRule
    check_in: CheckInRule
    exemptions: tuple[Exemption, ...]
    language_certificates: tuple[LanguageCertificate, ...]
    sanctions: tuple[Sanction, ...]
    supplement: Supplement | None
    retention_years: int
    provenance: tuple[Provenance, ...]
    content_hash: str

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the rule set counts days."""
        return ZoneInfo(self.timezone)

    def profile(self, code: str) -> Profile:
        """Return the test profile *code*; raises `NotInRuleSet`."""
        return self._entry(self.test_profiles, code)

    def category(self, code: str) -> Category:
        """Return the qualification category *code*; raises `NotInRuleSet`."""
        return self._entry(self.categories, code)

    def subject(self, code: str) -> Subject:
        """Return the subject *code*; raises `NotInRuleSet`."""
        return self._entry(self.subjects, code)

    def site(self, code: str) -> Site:
        """Return the site *code* named by the law; raises `NotInRuleSet`."""
        return self._entry(self.sites, code)

    def deadline(self, code: str) -> DeadlineRule:
        """Return the deadline rule *code*; raises `NotInRuleSet`."""
        return self._entry(self.deadlines, code)

    def minutes(self, profile_code: str, subject_code: str | None = None) -> int:
        """Return the minutes allowed for the test, before any extra time.

        Where the law gives subjects different minutes, the subject must be one the rule set knows:
        a misspelt subject would otherwise silently take time from a candidate. Raises `NotInRuleSet`.
        """
        profile = self.profile(profile_code)
        if not profile.minutes_by_subject:
            return profile.minutes
        subject = self.subject(subject_code or "")
        return profile.minutes_by_subject.get(subject.code, profile.minutes)

    def extra_time_minutes(self, kind: str | None) -> int:
        """Return the extra minutes for a kind of special condition; 0 for none; raises `NotInRuleSet`."""
        if kind is None:
            return 0
        minutes = self.extra_time.by_kind.get(kind, self.extra_time.default)
        if minutes is None:
            raise NotInRuleSet(rule_set=self.id, code=kind)
        return minutes

    def thresholds(self, profile_code: str) -> Mapping[str, int]:
        """Return threshold percent by category code for the categories claimed with this profile."""
        return self.threshold_tables[self.profile(profile_code).threshold_table]

    def threshold_percent(self, profile_code: str, category_code: str) -> int:
        """Return the least whole percent that passes for the claimed category; raises `NotInRuleSet`."""
        thresholds = self.thresholds(profile_code)
        if category_code not in thresholds:
            raise NotInRuleSet(rule_set=self.id, code=category_code)
        return thresholds[category_code]

    def section_floor_percent(self, profile_code: str) -> int | None:
        """Return the least percent required in each section, ``None`` if there is no such floor."""
        return self.profile(profile_code).section_floor_percent

    def ladder(self, profile_code: str, category_code: str) -> tuple[Category, ...]:
        """Return the categories of the claimed one's audience that this profile can earn, lowest first."""
        thresholds = self.thresholds(profile_code)
        audience = self.category(category_code).audience
        rungs = (c for c in self.categories if c.audience == audience and c.code in thresholds)
        return tuple(sorted(rungs, key=lambda category: category.rank))

    @property
    def appeal_window_minutes(self) -> int | None:
        """Minutes after the finish within which an appeal is accepted; ``None`` if appeals are off."""
        return self.deadline(APPEAL_DEADLINE).offset if self.appeal.enabled else None

    def provenance_of(self, pointer: str) -> Provenance | None:
        """Return the most specific statement of origin that covers a JSON *pointer* into the data."""
        covering = [
            (len(path), position, entry)
            for position, entry in enumerate(self.provenance)
            for path in entry.paths
            if pointer == path or pointer.startswith(f"{path}/")
        ]
        return max(covering, key=lambda found: found[:2])[2] if covering else None

    def _entry(self, entries: Iterable[Entry], code: str) -> Entry:
        for entry in entries:
            if entry.code == code:
                return entry
        raise NotInRuleSet(rule_set=self.id, code=code)


def parse_rule_set(data: Mapping[str, Any]) -> RuleSet:
    """Build a rule set from its parsed JSON document; raises `InvalidRuleSet` naming the place."""
    check_rule_set(data)
    fields = dict(data)
    fields["extra_time"] = fields.pop("extra_time_minutes")
    return _structure().validate_python({**fields, "content_hash": content_hash(data)})


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the document with sorted keys and no spaces: layout does not change it."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


@cache
def load_rule_set(rule_set_id: str) -> RuleSet:
    """Load a shipped rule set; raises `NotInRuleSet` for an unknown id, `InvalidRuleSet` for bad data."""
    if rule_set_id not in _shipped_ids():
        raise NotInRuleSet(
            N_("There is no rule set “%(code)s”. Choose one of: %(known)s."),
            code=rule_set_id,
            known=", ".join(_shipped_ids()),
        )
    text = files("testing_center").joinpath("rule_sets", f"{rule_set_id}.json").read_text(encoding="utf-8")
    rule_set = parse_rule_set(json.loads(text))
    if rule_set.id != rule_set_id:
        raise InvalidRuleSet(rule_set=rule_set_id, path="/id", problem="differs from the name of the file")
    return rule_set


def load_all() -> tuple[RuleSet, ...]:
    """Load every shipped rule set, ordered by id."""
    return tuple(load_rule_set(rule_set_id) for rule_set_id in _shipped_ids())


@cache
def _shipped_ids() -> tuple[str, ...]:
    names = (entry.name for entry in files("testing_center").joinpath("rule_sets").iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in names if n.endswith(".json") and n != "schema.json"))


@cache
def _structure() -> TypeAdapter[RuleSet]:
    return TypeAdapter(RuleSet)
