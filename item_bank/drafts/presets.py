"""Words that a new item begins with, so that nobody types them again: the columns of a true/false table."""

from collections.abc import Mapping
from typing import Final

from item_bank.identifiers import Language, OptionId

TRUE_FALSE: Final = "true_false"
"""The table of statements as a choice of its own; the kind of its interaction is ``match``."""
PRESETS: Final[Mapping[OptionId, Mapping[Language, str]]] = {
    OptionId("true"): {
        Language("ky"): "Туура",
        Language("ru"): "Верно",
        Language("kk"): "Дұрыс",
        Language("en"): "True",
    },
    OptionId("false"): {
        Language("ky"): "Туура эмес",
        Language("ru"): "Неверно",
        Language("kk"): "Дұрыс емес",
        Language("en"): "False",
    },
}


def is_preset(option: OptionId, language: Language, words: str) -> bool:
    """Say whether the words were there before the author came."""
    return PRESETS.get(option, {}).get(language) == words.strip()
