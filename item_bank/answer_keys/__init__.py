"""The expected side of a response: one class for each way of judging."""

from collections.abc import Callable, Mapping
from typing import Final

from item_bank.answer_keys.numeric_key import NumericBand, NumericKey
from item_bank.answer_keys.option_key import OptionKey, correct_option
from item_bank.answer_keys.protocol import AnswerKey, Judgement, Remark
from item_bank.answer_keys.rubric_key import Criterion, RubricKey
from item_bank.answer_keys.selection_key import RULES, SelectionKey
from item_bank.answer_keys.text_key import TextKey, TextVariant
from item_bank.interactions import Interaction

__all__ = [
    "RULES",
    "AnswerKey",
    "Criterion",
    "Judgement",
    "NumericBand",
    "NumericKey",
    "OptionKey",
    "Remark",
    "RubricKey",
    "SelectionKey",
    "TextKey",
    "TextVariant",
    "answer_key_from_data",
    "correct_option",
]

_READERS: Final[Mapping[str, Callable[[Mapping[str, object]], AnswerKey]]] = {
    "numeric": NumericKey.from_data,
    "short_text": TextKey.from_data,
    "extended_text": RubricKey.from_data,
}


def answer_key_from_data(data: Mapping[str, object], interaction: Interaction) -> AnswerKey:
    """Read the key that belongs to ``interaction``; raises ``InvalidItem``."""
    if interaction.kind == "choice" and "rule" not in data:
        return OptionKey.from_data(data)
    return _READERS.get(interaction.kind, SelectionKey.from_data)(data)
