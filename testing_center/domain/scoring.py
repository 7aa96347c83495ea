"""The result of a finished attempt under the law: percent, floors, threshold, category.

All comparisons are between whole numbers. A fixed form compares ``raw * 100 >= threshold * maximum``.
An adaptive attempt has no raw score, so the law's percent is applied to the expected score on the
reference form (the sum of the test characteristic curve at the estimated ability): it becomes whole
hundredths of a percent by ``floor(expected * 10000 / maximum)`` and is compared with
``threshold * 100``. Rounding is always down, so a printed percent never promises more than was
reached; the expected score is first read to nine decimals, because a floating-point sum that should
be 30 may come out as 29.999999999999996 and that noise must not fail a candidate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, TypeAlias

from testing_center.domain.attestation.rule_sets import RuleSet
from testing_center.domain.attestation.rules import Profile
from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_

EXPECTED_SCORE_UNITS = 10**9
DeliveryMode = Literal["fixed_form", "adaptive"]


class InvalidScores(DomainError):
    """Scores that cannot be those of a finished attempt at this profile."""

    code: ClassVar[str] = "invalid-scores"


@dataclass(frozen=True)
class SectionScore:
    """Points earned in one section of a fixed form: ``0 <= raw <= maximum``, whole numbers."""

    code: str
    raw: int
    maximum: int

    def __post_init__(self) -> None:
        if not (self.maximum > 0 and 0 <= self.raw <= self.maximum):
            raise InvalidScores(
                N_("Section %(section)s has %(raw)s of %(maximum)s points. Score the attempt again."),
                section=self.code,
                raw=self.raw,
                maximum=self.maximum,
            )

    @property
    def earned(self) -> Fraction:
        return Fraction(self.raw)

    @property
    def percent(self) -> Fraction:
        """Exact percent, 0-100."""
        return Fraction(self.raw * 100, self.maximum)


@dataclass(frozen=True)
class SectionEstimate:
    """Ability estimated in one section of an adaptive test.

    ``expected`` is the expected score, in points, on the section of the reference form that is worth
    ``maximum`` points.
    """

    code: str
    theta: float
    standard_error: float
    expected: float
    maximum: int
    items_answered: int

    def __post_init__(self) -> None:
        numbers = (self.theta, self.standard_error, self.expected)
        if not all(map(math.isfinite, numbers)) or self.maximum <= 0 or self.standard_error < 0:
            raise InvalidScores(
                N_("Section %(section)s has no usable ability estimate. Score the attempt again."),
                section=self.code,
            )
        if not 0 <= self.earned <= self.maximum:
            raise InvalidScores(
                N_(
                    "Section %(section)s has an expected score of %(expected)s of %(maximum)s points. "
                    "Check the reference form."
                ),
                section=self.code,
                expected=self.expected,
                maximum=self.maximum,
            )

    @property
    def earned(self) -> Fraction:
        """Expected score read to nine decimals."""
        return Fraction(round(Fraction(self.expected) * EXPECTED_SCORE_UNITS), EXPECTED_SCORE_UNITS)

    @property
    def percent(self) -> Fraction:
        """Expected percent in whole hundredths, rounded down."""
        return Fraction(percent_hundredths(self.earned, self.maximum), 100)


Section: TypeAlias = SectionScore | SectionEstimate


@dataclass(frozen=True)
class ReferenceForm:
    """The published form whose characteristic curve turns ability into the law's percent."""

    code: str
    items: int


@dataclass(frozen=True)
class SectionOutcome:
    """A section's measure against the floor; ``floor_percent`` is ``None`` where the law has none.

    ``items`` counts the items the law puts in the section (adaptive: the items answered).
    """

    section: Section
    items: int
    floor_percent: int | None
    floor_met: bool


@dataclass(frozen=True)
class AttemptResult:
    """What the result page and the protocol print; every field is final and JSON-serialisable.

    ``highest_category`` is the highest category whose threshold the total meets with every floor met;
    ``granted_limit`` is the highest category the commission may grant on this claim, ``None`` if none.
    """

    mode: DeliveryMode
    rule_set_id: str
    rule_set_hash: str
    profile: str
    category: str
    sections: tuple[SectionOutcome, ...]
    percent_hundredths: int
    threshold_percent: int
    threshold_met: bool
    floors_met: bool
    passed: bool
    highest_category: str | None
    granted_limit: str | None
    reference_form: ReferenceForm | None = None

    @property
    def earned(self) -> Fraction:
        """Points earned (expected points in adaptive mode)."""
        return sum((outcome.section.earned for outcome in self.sections), Fraction(0))

    @property
    def maximum(self) -> int:
        return sum(outcome.section.maximum for outcome in self.sections)

    @property
    def items(self) -> int:
        return sum(outcome.items for outcome in self.sections)

    def to_data(self) -> dict[str, Any]:
        """Return the result as plain JSON values; `from_data` restores an equal result."""
        data = asdict(self)
        return data | {"sections": list(data["sections"])}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> AttemptResult:
        """Restore a result from `to_data`'s values; raises `InvalidScores` if they are not such."""
        try:
            return cls._restored(dict(data))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidScores(N_("The stored result cannot be read. Score the attempt again.")) from error

    @classmethod
    def _restored(cls, data: dict[str, Any]) -> AttemptResult:
        kind = {"fixed_form": SectionScore, "adaptive": SectionEstimate}[data["mode"]]
        data["sections"] = tuple(
            SectionOutcome(**{**entry, "section": kind(**entry["section"])}) for entry in data["sections"]
        )
        form = data["reference_form"]
        data["reference_form"] = None if form is None else ReferenceForm(**form)
        return cls(**data)


def fixed_form_result(
    sections: Sequence[SectionScore], rule_set: RuleSet, profile: str, category: str
) -> AttemptResult:
    """Judge a fixed form's section scores for the claimed *category*.

    Raises `NotInRuleSet` for an unknown profile or category, `InvalidScores` if the sections are not
    exactly those of the profile.
    """
    return _judged(sections, rule_set, profile, category)


def adaptive_result(
    sections: Sequence[SectionEstimate],
    reference_form: ReferenceForm,
    rule_set: RuleSet,
    profile: str,
    category: str,
) -> AttemptResult:
    """Judge an adaptive attempt by its expected percent on *reference_form*; see `fixed_form_result`."""
    return _judged(sections, rule_set, profile, category, reference_form)


def percent_hundredths(earned: Fraction, maximum: int) -> int:
    """Return ``floor(earned * 10000 / maximum)``: whole hundredths of a percent, 0-10000."""
    return math.floor(earned * 10000 / maximum)


def reaches(earned: Fraction, maximum: int, percent: int) -> bool:
    """Tell whether *earned* of *maximum* points is at least a whole *percent*, in whole numbers only.

    For whole points this is ``raw * 100 >= percent * maximum``; for expected points it is the same as
    comparing `percent_hundredths` with ``percent * 100``.
    """
    return earned.numerator * 100 >= percent * maximum * earned.denominator


def _judged(
    sections: Sequence[Section],
    rule_set: RuleSet,
    profile_code: str,
    category: str,
    reference_form: ReferenceForm | None = None,
) -> AttemptResult:
    threshold = rule_set.threshold_percent(profile_code, category)
    outcomes = _outcomes(rule_set.profile(profile_code), sections)
    earned = sum((section.earned for section in sections), Fraction(0))
    maximum = sum(section.maximum for section in sections)
    floors_met = all(outcome.floor_met for outcome in outcomes)
    threshold_met = reaches(earned, maximum, threshold)
    met = [
        rung.code
        for rung in rule_set.ladder(profile_code, category)
        if floors_met and reaches(earned, maximum, rule_set.threshold_percent(profile_code, rung.code))
    ]
    return AttemptResult(
        mode="fixed_form" if reference_form is None else "adaptive",
        rule_set_id=rule_set.id,
        rule_set_hash=rule_set.content_hash,
        profile=profile_code,
        category=category,
        sections=outcomes,
        percent_hundredths=percent_hundredths(earned, maximum),
        threshold_percent=threshold,
        threshold_met=threshold_met,
        floors_met=floors_met,
        passed=threshold_met and floors_met,
        highest_category=met[-1] if met else None,
        granted_limit=_granted_limit(rule_set, met, category),
        reference_form=reference_form,
    )


def _outcomes(profile: Profile, sections: Sequence[Section]) -> tuple[SectionOutcome, ...]:
    expected = [section.code for section in profile.sections]
    if sorted(section.code for section in sections) != sorted(expected):
        raise InvalidScores(
            N_("The scores must be those of the sections %(sections)s, each once. Score the attempt again."),
            sections=", ".join(expected),
        )
    by_code = {section.code: section for section in sections}
    floor = profile.section_floor_percent
    return tuple(_outcome(by_code[rule.code], rule.items, floor) for rule in profile.sections)


def _outcome(section: Section, items_in_law: int, floor: int | None) -> SectionOutcome:
    return SectionOutcome(
        section=section,
        items=section.items_answered if isinstance(section, SectionEstimate) else items_in_law,
        floor_percent=floor,
        floor_met=floor is None or reaches(section.earned, section.maximum, floor),
    )


def _granted_limit(rule_set: RuleSet, met: Sequence[str], claimed: str) -> str | None:
    """The claim itself if it was met; under a fallback rule the highest category met below it."""
    if claimed in met:
        return claimed
    if rule_set.threshold_fallback is None:
        return None
    return met[-1] if met else None
