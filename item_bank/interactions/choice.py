"""Choosing from a list: one option, or several."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import (
    NoGaps,
    Response,
    check_identifiers,
    chosen_options,
    read_count,
    read_flag,
    read_identifiers,
    response_texts,
    shown_order,
)


@dataclass(frozen=True)
class ChoiceInteraction(NoGaps):
    """Choose exactly one of the options; ``shuffle`` is false where their order carries meaning."""

    kind: ClassVar[str] = "choice"
    option_ids: tuple[OptionId, ...]
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_identifiers("options", self.option_ids, 2)

    def parse_response(self, raw: object) -> Response:
        """Accept a list of one option identifier, or an empty list (response withdrawn)."""
        if len(response_texts(raw)) > 1:
            raise InvalidResponse("response_count")
        return chosen_options(raw, self.option_ids, 1)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the shuffled options, or the author's order."""
        return shown_order(self.option_ids, seed, ordinal, shuffle=self.shuffle)

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "option_ids": list(self.option_ids), "shuffle": self.shuffle}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ChoiceInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_identifiers(data, "option_ids"), read_flag(data, "shuffle"))


@dataclass(frozen=True)
class MultipleChoiceInteraction(NoGaps):
    """Choose up to ``max_choices`` of the options (0: as many as wanted); at least ``min_choices``."""

    kind: ClassVar[str] = "multiple_choice"
    option_ids: tuple[OptionId, ...]
    shuffle: bool = True
    min_choices: int = 0
    max_choices: int = 0

    def __post_init__(self) -> None:
        check_identifiers("options", self.option_ids, 2)
        most = self.max_choices or len(self.option_ids)
        if not 0 <= self.min_choices <= most <= len(self.option_ids):
            raise InvalidItem("item_field", field="max_choices", reason="it must fit the number of options")

    def parse_response(self, raw: object) -> Response:
        """Accept a list of option identifiers in any order; an empty list withdraws the response."""
        chosen = chosen_options(raw, self.option_ids, self.max_choices)
        if 0 < len(chosen) < self.min_choices:
            raise InvalidResponse("response_too_few", fewest=self.min_choices)
        return chosen

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the shuffled options, or the author's order."""
        return shown_order(self.option_ids, seed, ordinal, shuffle=self.shuffle)

    def to_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "option_ids": list(self.option_ids),
            "shuffle": self.shuffle,
            "min_choices": self.min_choices,
            "max_choices": self.max_choices,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "MultipleChoiceInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(
            read_identifiers(data, "option_ids"),
            read_flag(data, "shuffle"),
            read_count(data, "min_choices"),
            read_count(data, "max_choices"),
        )
