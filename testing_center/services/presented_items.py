"""What a page needs to show an item and to take its response: built from the candidate's view alone.

Everything is JSON-able and names options by identifier. Texts are safe HTML; ``text`` is the same in plain
words, for lists that show no markup.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from item_bank.gap_markers import gap_pieces
from item_bank.identifiers import DECIMAL_COMMA_LANGUAGES, Language, OptionId
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    MultipleChoiceInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.interactions.hotspot import PICTURE
from item_bank.items import CandidateItem, ItemContent, candidate_view
from item_bank.markup import plain_words
from item_bank.stimuli import StimulusContent, candidate_stimulus
from item_bank.units import unit_label

LATIN_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CYRILLIC_LETTERS: Final = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"

Data = dict[str, Any]


def option_letter(index: int, language: str) -> str:
    """Return the letter of the option at 0-based *index* in the script of *language*; then numbers."""
    letters = LATIN_LETTERS if language == "en" else CYRILLIC_LETTERS
    return letters[index] if index < len(letters) else str(index + 1)


def presented_item(
    content: ItemContent, stimulus: StimulusContent | None, language: str, order: Sequence[str]
) -> Data:
    """Return the texts of one item and its stimulus as any candidate sees them, options in *order*."""
    view = candidate_view(content, Language(language))
    addresses = {reference.name: reference.address for reference in content.media}
    shown = _Shown(view, language, tuple(OptionId(option) for option in order), addresses)
    text = candidate_stimulus(stimulus, Language(language)) if stimulus else None
    return {
        "language": language,
        "kind": content.interaction.kind,
        "stem": view.stem,
        "stimulus": {"title": text.title, "html": text.text} if text else None,
        **_DESCRIBED[type(content.interaction)](content.interaction, shown),
    }


@dataclass(frozen=True)
class _Shown:
    """The candidate's view with the order in which the presentation shows the options."""

    view: CandidateItem
    language: str
    order: tuple[OptionId, ...]
    addresses: Mapping[str, str]

    def options(self, among: Sequence[OptionId] | None = None) -> list[Data]:
        """Return options in the shown order, all or those *among* some, with letters."""
        chosen = [option for option in self.order if among is None or option in among]
        return [
            {
                "value": option,
                "letter": option_letter(index, self.language),
                "html": self.view.options[option],
                "text": plain_words(self.view.options[option]),
            }
            for index, option in enumerate(chosen)
        ]


def _choice(interaction: ChoiceInteraction, shown: _Shown) -> Data:
    return {"options": shown.options()}


def _multiple(interaction: MultipleChoiceInteraction, shown: _Shown) -> Data:
    limits = {"fewest": interaction.min_choices, "most": interaction.max_choices}
    return {"options": shown.options(), **limits}


def _match(interaction: MatchInteraction, shown: _Shown) -> Data:
    return {
        "rows": shown.options(interaction.rows),
        "columns": shown.options(interaction.columns),
        "per_row": interaction.per_row,
        "per_column": interaction.per_column,
    }


def _order(interaction: OrderInteraction, shown: _Shown) -> Data:
    return {"options": shown.options()}


def _associate(interaction: AssociateInteraction, shown: _Shown) -> Data:
    count = len(interaction.option_ids)
    slots = interaction.max_pairs or (count // 2 if interaction.uses == 1 else count)
    return {"options": shown.options(), "uses": interaction.uses, "slots": slots}


def _gap_match(interaction: GapMatchInteraction, shown: _Shown) -> Data:
    return {
        "options": shown.options(),
        "uses": interaction.uses,
        "pieces": [{"html": html, "gap": gap} for html, gap in gap_pieces(shown.view.stem)],
    }


def _inline_choice(interaction: InlineChoiceInteraction, shown: _Shown) -> Data:
    own = {gap: shown.options(options) for gap, options in interaction.gaps.items()}
    pieces = gap_pieces(shown.view.stem)
    return {
        "pieces": [
            {"html": html, "gap": gap, "options": own[OptionId(gap)] if gap else []} for html, gap in pieces
        ]
    }


def _numeric(interaction: NumericInteraction, shown: _Shown) -> Data:
    return {
        "units": [{"value": unit, "text": unit_label(unit, shown.language)} for unit in interaction.units],
        "comma": shown.language in DECIMAL_COMMA_LANGUAGES,
    }


def _text(interaction: ShortTextInteraction | ExtendedTextInteraction, shown: _Shown) -> Data:
    return {"longest": interaction.max_length}


def _hotspot(interaction: HotspotInteraction, shown: _Shown) -> Data:
    forms = {region.region_id: region for region in interaction.regions}
    regions = [
        {
            **option,
            "shape": forms[option["value"]].shape,
            "coordinates": list(forms[option["value"]].coordinates),
        }
        for option in shown.options(interaction.region_ids)
    ]
    return {
        "options": regions,
        "picture": shown.addresses[interaction.picture],
        "alternative": plain_words(shown.view.options[PICTURE]),
        "width": interaction.width,
        "height": interaction.height,
        "most": interaction.max_choices,
    }


_DESCRIBED: Final[Mapping[type, Callable[[Any, _Shown], Data]]] = {
    ChoiceInteraction: _choice,
    MultipleChoiceInteraction: _multiple,
    MatchInteraction: _match,
    OrderInteraction: _order,
    AssociateInteraction: _associate,
    GapMatchInteraction: _gap_match,
    InlineChoiceInteraction: _inline_choice,
    NumericInteraction: _numeric,
    ShortTextInteraction: _text,
    ExtendedTextInteraction: _text,
    HotspotInteraction: _hotspot,
}
