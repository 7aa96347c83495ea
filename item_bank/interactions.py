"""How a candidate acts on an item.

A kind of interaction is a frozen class that satisfies :class:`Interaction`, registered by its ``kind`` in
:data:`INTERACTIONS`. Everything above (delivery, scoring, storage) goes through the protocol.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeAlias

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.seeded_order import SeededStream

Response: TypeAlias = tuple[OptionId, ...]
"""Canonical response: the identifiers of the chosen options; an empty tuple withdraws the response."""


class Interaction(Protocol):
    """What delivery needs from any kind of interaction."""

    kind: ClassVar[str]

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        """Identifiers of the options in the author's order."""

    def parse_response(self, raw: object) -> Response:
        """Return the canonical response; raises ``InvalidResponse``."""

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the order in which the options are shown at presentation ``ordinal`` (from 1)."""

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data that ``interaction_from_data`` reads back."""


@dataclass(frozen=True)
class ChoiceInteraction:
    """Choose exactly one of the options; ``shuffle`` is false where their order carries meaning."""

    kind: ClassVar[str] = "choice"
    option_ids: tuple[OptionId, ...]
    shuffle: bool = True

    def __post_init__(self) -> None:
        if len(self.option_ids) < 2 or len(set(self.option_ids)) != len(self.option_ids):
            raise InvalidItem("item_field", field="options", reason="give at least two different options")

    def parse_response(self, raw: object) -> Response:
        """Accept a list of one option identifier, or an empty list (response withdrawn)."""
        if not isinstance(raw, (list, tuple)) or not all(isinstance(option, str) for option in raw):
            raise InvalidResponse("response_form")
        if len(raw) > 1:
            raise InvalidResponse("response_count")
        for option in raw:
            if option not in self.option_ids:
                raise InvalidResponse("response_unknown_option", option=option[:20])
        return tuple(OptionId(option) for option in raw)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return a permutation fixed by the attempt's ``seed`` and the presentation ``ordinal``."""
        if not self.shuffle:
            return self.option_ids
        return tuple(SeededStream(seed, "option order", ordinal).shuffled(self.option_ids))

    def to_data(self) -> dict[str, object]:
        return {"kind": self.kind, "option_ids": list(self.option_ids), "shuffle": self.shuffle}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ChoiceInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        option_ids, shuffle = data.get("option_ids"), data.get("shuffle")
        if not isinstance(option_ids, list) or not all(isinstance(option, str) for option in option_ids):
            raise InvalidItem("item_field", field="option_ids", reason="give a list of identifiers")
        if not isinstance(shuffle, bool):
            raise InvalidItem("item_field", field="shuffle", reason="give true or false")
        return cls(tuple(OptionId(option) for option in option_ids), shuffle)


INTERACTIONS: Final[Mapping[str, Callable[[Mapping[str, object]], Interaction]]] = {
    ChoiceInteraction.kind: ChoiceInteraction.from_data,
}


def interaction_from_data(data: Mapping[str, object]) -> Interaction:
    """Read an interaction of any registered kind; raises ``InvalidItem``."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in INTERACTIONS:
        raise InvalidItem("interaction_unknown", kind=kind)
    return INTERACTIONS[kind](data)
