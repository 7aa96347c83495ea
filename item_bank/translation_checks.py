"""Whether a translation keeps what is the same in every language: the numbers of each part.

Numbers are compared as sets with their counts, in texts and formulas alike. A decimal comma of one language
equals the decimal point of another, and thousands may be divided by blanks. The order is the language's own.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from item_bank.identifiers import DECIMAL_COMMA_LANGUAGES, Language
from item_bank.items import ItemContent, ItemText

USUAL_SOURCE: Final = Language("ru")
_THOUSANDS: Final = re.compile(r"(?<=\d)(?:\\[,;:! ]|[\u00a0\u202f]|\{\s\})(?=\d{3}(?!\d))")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d),(?=\d)")
_BRACED_MARK: Final = re.compile(r"(?<=\d)\{[.,]\}(?=\d)")


@dataclass(frozen=True)
class NumberDifference:
    """Numbers of one part that a translation lacks or has besides; ``part`` is ``stem`` or an option."""

    language: Language
    part: str
    missing: tuple[str, ...]
    surplus: tuple[str, ...]


def numbers_in(text: str, language: Language) -> Counter[str]:
    """Return the numbers of a text, each with how often it is there."""
    joined = _BRACED_MARK.sub(".", _THOUSANDS.sub("", text))
    if language in DECIMAL_COMMA_LANGUAGES:
        joined = _DECIMAL_COMMA.sub(".", joined)
    return Counter(_NUMBER.findall(joined))


def number_differences(
    content: ItemContent, source: Language = USUAL_SOURCE
) -> tuple[NumberDifference, ...]:
    """Return where the numbers of a translation are not those of the text in the *source* language."""
    original = content.texts.get(source)
    if original is None:
        return ()
    return tuple(
        difference
        for language, text in content.texts.items()
        if language != source
        for difference in _differences(original, source, text, language)
    )


def _differences(
    original: ItemText, source: Language, text: ItemText, language: Language
) -> Iterator[NumberDifference]:
    pairs = {"stem": (original.stem, text.stem)}
    pairs |= {key: (written, text.options.get(key, "")) for key, written in original.options.items()}
    for part, (first, second) in pairs.items():
        wanted, found = numbers_in(first, source), numbers_in(second, language)
        if wanted != found:
            missing, surplus = sorted((wanted - found).elements()), sorted((found - wanted).elements())
            yield NumberDifference(language, part, tuple(missing), tuple(surplus))
