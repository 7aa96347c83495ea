"""The delivery plan: everything an attempt pins before it starts, so that a replay years later
shows the same items, in the same order, with the same options, under the same rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from testing_center.domain.attempts.policy import (
    DEFAULT_POLICY,
    NO_ACCOMMODATIONS,
    Accommodations,
    DeliveryPolicy,
)

Kind = Literal["exam", "training"]
Mode = Literal["fixed", "adaptive"]


@dataclass(frozen=True)
class PlannedItem:
    """One slot of a fixed form: the item version and the order of its options."""

    item_key: str
    version: int
    option_order: tuple[str, ...]
    stimulus_key: str | None = None


@dataclass(frozen=True)
class AdaptiveRules:
    """How items of an adaptive section are chosen.

    ``area_targets`` are proportions that sum to 1; ``standard_error_target`` is on the theta scale;
    lengths are item counts; ``reference_form`` is the content hash of the fixed form whose expected
    percent is reported. ``exclude`` names items not to be shown (the trainer leaves out what was seen
    lately); ``prior_mean`` is where the estimate starts. With ``shadow_test`` the areas are held exactly, by
    a whole test that is assembled before each item, and the attempt has ``maximum_length`` items.
    """

    area_targets: Mapping[str, float]
    minimum_length: int
    maximum_length: int
    standard_error_target: float | None
    randomesque: int
    reference_form: str | None = None
    prior_mean: float = 0.0
    exclude: tuple[str, ...] = ()
    shadow_test: bool = False


@dataclass(frozen=True)
class SectionPlan:
    """One section: either planned items (fixed) or adaptive rules; ``seconds`` is its own time, if any."""

    code: str
    subject: str
    items: tuple[PlannedItem, ...] = ()
    adaptive: AdaptiveRules | None = None
    seconds: int | None = None

    @property
    def length(self) -> int:
        """Items in the section; in an adaptive one, the most there can be."""
        return self.adaptive.maximum_length if self.adaptive else len(self.items)


@dataclass(frozen=True)
class DeliveryPlan:
    """What an attempt pins. Times are whole seconds; ``seed`` feeds every random choice."""

    kind: Kind
    mode: Mode
    sections: tuple[SectionPlan, ...]
    base_seconds: int
    language: str
    seed: int
    release_number: int
    form_hash: str | None = None
    rule_set_id: str | None = None
    rule_set_hash: str | None = None
    profile: str | None = None
    category: str | None = None
    pool: str = "exam"
    policy: DeliveryPolicy = DEFAULT_POLICY
    accommodations: Accommodations = NO_ACCOMMODATIONS
    """As granted before the start; the state knows what became of them."""

    @cached_property
    def length(self) -> int:
        """Items in all sections (the maximum in adaptive mode)."""
        return sum(section.length for section in self.sections)

    @property
    def timed(self) -> bool:
        """Whether a deadline runs: the trainer has none."""
        return self.base_seconds > 0

    @property
    def sections_locked(self) -> bool:
        """Whether a section begins when the candidate says so and locks on leaving or when its time ends."""
        return self.policy.navigation == "section" or any(section.seconds for section in self.sections)

    def section_share(self, code: str) -> float:
        """Return the part (0 to 1) of all sections' own time that falls to one of them."""
        whole = sum(section.seconds or 0 for section in self.sections)
        return (self.section(code).seconds or 0) / whole if whole else 0.0

    def first_position(self, code: str) -> int:
        """Return the 1-based position of the first item of a fixed section; raises ``KeyError``."""
        position = 1
        for section in self.sections:
            if section.code == code:
                return position
            position += len(section.items)
        raise KeyError(code)

    def section(self, code: str) -> SectionPlan:
        """Return the section with *code*; raises ``KeyError`` when there is none."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)

    def slot(self, position: int) -> tuple[SectionPlan, PlannedItem]:
        """Return section and item at 1-based *position* of a fixed form; raises ``IndexError``."""
        if position < 1:
            raise IndexError(position)
        remaining = position - 1
        for section in self.sections:
            if remaining < len(section.items):
                return section, section.items[remaining]
            remaining -= len(section.items)
        raise IndexError(position)

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "DeliveryPlan":
        """Rebuild a plan from ``to_data`` output (tuples may have become lists)."""
        values = {**data, "sections": tuple(_section(section) for section in data["sections"])}
        # Plans of before there were accommodations knew extra seconds only.
        extra_seconds = values.pop("extra_seconds", 0)
        granted = values.get("accommodations") or {"extra_seconds": extra_seconds}
        values["accommodations"] = Accommodations(**granted)
        values["policy"] = DeliveryPolicy.from_data(values.get("policy") or {})
        return cls(**values)


def _section(data: Mapping[str, Any]) -> SectionPlan:
    items = tuple(
        PlannedItem(**{**item, "option_order": tuple(item["option_order"])}) for item in data["items"]
    )
    rules = data["adaptive"]
    adaptive = AdaptiveRules(**{**rules, "exclude": tuple(rules["exclude"])}) if rules else None
    return SectionPlan(data["code"], data["subject"], items, adaptive, data.get("seconds"))
