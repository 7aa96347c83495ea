"""How a candidate acts on an item.

A kind of interaction is a frozen class that satisfies :class:`Interaction`, registered by its ``kind`` in
:data:`INTERACTIONS`. Everything above (delivery, scoring, storage) goes through the protocol.
"""

from collections.abc import Callable, Mapping
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.interactions.choice import ChoiceInteraction, MultipleChoiceInteraction
from item_bank.interactions.entry import ExtendedTextInteraction, NumericInteraction, ShortTextInteraction
from item_bank.interactions.gaps import GapMatchInteraction, InlineChoiceInteraction
from item_bank.interactions.hotspot import HotspotInteraction, Region
from item_bank.interactions.match import AssociateInteraction, MatchInteraction
from item_bank.interactions.order import OrderInteraction
from item_bank.interactions.protocol import Interaction, Response

__all__ = [
    "INTERACTIONS",
    "AssociateInteraction",
    "ChoiceInteraction",
    "ExtendedTextInteraction",
    "GapMatchInteraction",
    "HotspotInteraction",
    "InlineChoiceInteraction",
    "Interaction",
    "MatchInteraction",
    "MultipleChoiceInteraction",
    "NumericInteraction",
    "OrderInteraction",
    "Region",
    "Response",
    "ShortTextInteraction",
    "interaction_from_data",
]

INTERACTIONS: Final[Mapping[str, Callable[[Mapping[str, object]], Interaction]]] = {
    ChoiceInteraction.kind: ChoiceInteraction.from_data,
    MultipleChoiceInteraction.kind: MultipleChoiceInteraction.from_data,
    MatchInteraction.kind: MatchInteraction.from_data,
    OrderInteraction.kind: OrderInteraction.from_data,
    AssociateInteraction.kind: AssociateInteraction.from_data,
    GapMatchInteraction.kind: GapMatchInteraction.from_data,
    InlineChoiceInteraction.kind: InlineChoiceInteraction.from_data,
    NumericInteraction.kind: NumericInteraction.from_data,
    ShortTextInteraction.kind: ShortTextInteraction.from_data,
    HotspotInteraction.kind: HotspotInteraction.from_data,
    ExtendedTextInteraction.kind: ExtendedTextInteraction.from_data,
}


def interaction_from_data(data: Mapping[str, object]) -> Interaction:
    """Read an interaction of any registered kind; raises ``InvalidItem``."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in INTERACTIONS:
        raise InvalidItem("interaction_unknown", kind=kind)
    return INTERACTIONS[kind](data)
