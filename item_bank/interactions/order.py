"""Putting options in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from item_bank.errors import InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import (
    NoGaps,
    Response,
    check_identifiers,
    chosen_options,
    read_identifiers,
    response_texts,
    shown_order,
)


@dataclass(frozen=True)
class OrderInteraction(NoGaps):
    """Put all options in order; they are always shown shuffled."""

    kind: ClassVar[str] = "order"
    option_ids: tuple[OptionId, ...]

    def __post_init__(self) -> None:
        check_identifiers("options", self.option_ids, 2)

    def parse_response(self, raw: object) -> Response:
        """Accept a list with every option once, or an empty list (response withdrawn)."""
        given = response_texts(raw)
        chosen = chosen_options(raw, self.option_ids, 0)
        if given and (len(given) != len(self.option_ids) or len(chosen) != len(self.option_ids)):
            raise InvalidResponse("response_order", count=len(self.option_ids))
        return given

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the shuffled options."""
        return shown_order(self.option_ids, seed, ordinal)

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "option_ids": list(self.option_ids)}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "OrderInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_identifiers(data, "option_ids"))
