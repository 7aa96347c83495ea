"""Filling the gaps of a text: from one set of words, or from a list of its own in each gap.

The stem holds a gap as ``{{g1}}``, outside formulas and code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import (
    Response,
    check_identifiers,
    check_uses,
    chosen_pairs,
    read_count,
    read_flag,
    read_identifiers,
    shown_order,
)


@dataclass(frozen=True)
class GapMatchInteraction:
    """Put words from one set into the gaps; each word at most ``uses`` times (0: no limit)."""

    kind: ClassVar[str] = "gap_match"
    gap_ids: tuple[OptionId, ...]
    option_ids: tuple[OptionId, ...]
    uses: int = 1
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_identifiers("gaps", self.gap_ids, 1)
        check_identifiers("options", self.option_ids, 2)
        if self.uses < 0:
            raise InvalidItem("item_field", field="uses", reason="give a whole number from 0")

    def parse_response(self, raw: object) -> Response:
        """Accept pairs “gap word” in any order; a gap takes one word."""
        pairs = chosen_pairs(raw, self.gap_ids, self.option_ids)
        check_uses([gap for gap, _ in pairs], 1)
        check_uses([word for _, word in pairs], self.uses)
        return _in_gap_order(pairs, self.gap_ids)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the shuffled words, or the author's order."""
        return shown_order(self.option_ids, seed, ordinal, shuffle=self.shuffle)

    def to_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "gap_ids": list(self.gap_ids),
            "option_ids": list(self.option_ids),
            "uses": self.uses,
            "shuffle": self.shuffle,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "GapMatchInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(
            read_identifiers(data, "gap_ids"),
            read_identifiers(data, "option_ids"),
            read_count(data, "uses"),
            read_flag(data, "shuffle"),
        )


@dataclass(frozen=True)
class InlineChoiceInteraction:
    """Choose one option in each gap (cloze); ``gaps`` holds the options of each gap, all different."""

    kind: ClassVar[str] = "inline_choice"
    gaps: Mapping[OptionId, tuple[OptionId, ...]]
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_identifiers("gaps", self.gap_ids, 1)
        check_identifiers("options", self.option_ids, 2)
        for options in self.gaps.values():
            check_identifiers("options", options, 2)

    @property
    def gap_ids(self) -> tuple[OptionId, ...]:
        """The gaps in the order of the stem."""
        return tuple(self.gaps)

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        """The options of the first gap, then of the next."""
        return tuple(option for options in self.gaps.values() for option in options)

    def parse_response(self, raw: object) -> Response:
        """Accept pairs “gap option” in any order, at most one for each gap."""
        pairs = chosen_pairs(raw, self.gap_ids, self.option_ids)
        check_uses([gap for gap, _ in pairs], 1)
        for gap, option in pairs:
            if option not in self.gaps[OptionId(gap)]:
                raise InvalidResponse("response_unknown_option", option=option[:20])
        return _in_gap_order(pairs, self.gap_ids)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the options gap by gap, shuffled within each gap if wanted."""
        if not self.shuffle:
            return self.option_ids
        shuffled = shown_order(self.option_ids, seed, ordinal)
        return tuple(option for own in self.gaps.values() for option in shuffled if option in own)

    def to_data(self) -> dict[str, object]:
        gaps = [{"gap_id": gap, "option_ids": list(options)} for gap, options in self.gaps.items()]
        return {"kind": self.kind, "gaps": gaps, "shuffle": self.shuffle}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "InlineChoiceInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        listed = data.get("gaps")
        if not isinstance(listed, list) or not all(isinstance(gap, Mapping) for gap in listed):
            raise InvalidItem("item_field", field="gaps", reason="give a list of gaps")
        gaps: dict[OptionId, tuple[OptionId, ...]] = {}
        for gap in listed:
            identifier = OptionId(str(gap.get("gap_id", "")))
            if identifier in gaps:
                raise InvalidItem("item_field", field="gaps", reason=f"“{identifier}” is there twice")
            gaps[identifier] = read_identifiers(gap, "option_ids")
        return cls(gaps, read_flag(data, "shuffle"))


def _in_gap_order(pairs: list[tuple[str, str]], gap_ids: tuple[OptionId, ...]) -> Response:
    return tuple(" ".join(pair) for pair in sorted(pairs, key=lambda pair: gap_ids.index(OptionId(pair[0]))))
