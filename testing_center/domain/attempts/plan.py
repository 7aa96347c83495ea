"""The delivery plan: everything an attempt pins before it starts, so that a replay years later
shows the same items, in the same order, with the same options, under the same rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

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
    lately); ``prior_mean`` is where the estimate starts.
    """

    area_targets: Mapping[str, float]
    minimum_length: int
    maximum_length: int
    standard_error_target: float | None
    randomesque: int
    reference_form: str | None = None
    prior_mean: float = 0.0
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectionPlan:
    """One section: either planned items (fixed) or adaptive rules."""

    code: str
    subject: str
    items: tuple[PlannedItem, ...] = ()
    adaptive: AdaptiveRules | None = None

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
    extra_seconds: int
    language: str
    seed: int
    release_number: int
    form_hash: str | None = None
    rule_set_id: str | None = None
    rule_set_hash: str | None = None
    profile: str | None = None
    category: str | None = None
    pool: str = "exam"

    @property
    def length(self) -> int:
        """Items in all sections (the maximum in adaptive mode)."""
        return sum(section.length for section in self.sections)

    @property
    def timed(self) -> bool:
        """Whether a deadline runs: the trainer has none."""
        return self.base_seconds > 0

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
        sections = tuple(_section(section) for section in data["sections"])
        return cls(**{**data, "sections": sections})


def _section(data: Mapping[str, Any]) -> SectionPlan:
    items = tuple(
        PlannedItem(**{**item, "option_order": tuple(item["option_order"])}) for item in data["items"]
    )
    rules = data["adaptive"]
    adaptive = AdaptiveRules(**{**rules, "exclude": tuple(rules["exclude"])}) if rules else None
    return SectionPlan(data["code"], data["subject"], items, adaptive)
