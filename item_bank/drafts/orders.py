"""The form of an order: the options stand in the order in which they belong."""

from typing import Final

from item_bank.answer_keys import AnswerKey, SelectionKey
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING
from item_bank.drafts.choices import FIRST_OPTIONS, key_entries, selection_key
from item_bank.drafts.forms import Fields, KindForm
from item_bank.drafts.reading import DraftReader
from item_bank.identifiers import OptionId
from item_bank.interactions import Interaction, OrderInteraction


def _begin(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, OrderInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    sequence = tuple(OptionId(option) for option in key.correct)
    return Fields({"options": sequence, "authored": interaction.option_ids}, key_entries(key))


def _order(reader: DraftReader) -> OrderInteraction | None:
    sequence = reader.used("options", 2, "draft_options")
    if len(sequence) < 2:
        return None
    known = reader.draft.listed("authored")
    authored = tuple(option for option in known if option in sequence)
    return OrderInteraction(authored + tuple(option for option in sequence if option not in known))


def _key(reader: DraftReader, interaction: OrderInteraction) -> AnswerKey:
    return selection_key(reader, interaction.kind, reader.draft.used("options"), {})


ORDER: Final = KindForm(
    kind=OrderInteraction.kind,
    begin=_begin,
    blank=lambda: Fields({"options": FIRST_OPTIONS}, {"rule": ALL_OR_NOTHING, "points": "1"}),
    interaction=_order,
    key=_key,
    letters={"options": ""},
)
