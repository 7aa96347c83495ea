"""Texts as words that do not depend on case, keyboard, punctuation or markup."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NUMBER: Final = "#"
"""What stands for every number where numbers are abstracted."""
_STEM_LETTERS: Final = 6
"""Words are compared by their beginnings: endings change with the case in Russian, and grow long in Kyrgyz
and Kazakh."""
_ALIKE: Final = str.maketrans(
    # Letters that look the same on both keyboards, and Kyrgyz and Kazakh letters as a Russian keyboard
    # writes them.
    "авекмнорстухіїёңүұөқғһә",
    "abekmhopctyxiieнyyokгha",
)
_AGAIN: Final = str.maketrans("н", "h")
_FORMULA: Final = re.compile(r"\$+([^$]+)\$+")
_CODE: Final = re.compile(r"```[a-z]*\n(.*?)```|`([^`]+)`", re.DOTALL)
_MEDIA: Final = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+")
_MATH: Final = re.compile(r"\\[a-z]+|\d+(?:[.,]\d+)?|[^\W\d_]|[=<>+*/^:!|-]", re.IGNORECASE)
_SILENT: Final = re.compile(r"\\(?:left|right|displaystyle|,|;|!|:|quad|qquad)")
_SAME: Final = {"\\cdot": "*", "\\times": "*", "\\ast": "*", "\\leqslant": "\\le", "\\leq": "\\le",
                "\\geqslant": "\\ge", "\\geq": "\\ge", "\\dfrac": "\\frac", "\\tfrac": "\\frac",
                "−": "-", "–": "-", "·": "*"}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """A text taken apart, each part in its order.

    ``words`` and ``numbers`` are those of its prose, ``formulas`` and ``code`` the tokens of each formula and
    of each piece of code.
    """

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    formulas: tuple[tuple[str, ...], ...]
    code: tuple[tuple[str, ...], ...]

    @property
    def neutral(self) -> bool:
        """Whether nothing in the text depends on its language."""
        return all(word == NUMBER for word in self.words) and bool(
            self.numbers or self.formulas or self.code
        )

    def exact(self) -> str:
        """Return what does not depend on a language, with the numbers as they are."""
        parts = ["".join(formula) for formula in (*self.formulas, *self.code)]
        return "|".join([*self.numbers, *parts])


def words_of(text: str) -> Words:
    """Return *text* taken apart."""
    plain = unicodedata.normalize("NFKC", text)
    code = tuple(_code_tokens(match[1] or match[2]) for match in _CODE.finditer(plain))
    plain = _CODE.sub(" ", plain)
    formulas = tuple(_math_tokens(match[1]) for match in _FORMULA.finditer(plain))
    plain = _MEDIA.sub(r" \1 ", _FORMULA.sub(" ", plain))
    words, numbers = [], []
    for token in _TOKEN.findall(plain.casefold()):
        if token[0].isdigit():
            words.append(NUMBER)
            numbers.append(_number(token))
        else:
            words.append(folded(token)[:_STEM_LETTERS])
    return Words(tuple(words), tuple(numbers), formulas, code)


def folded(word: str) -> str:
    """Return a word with one letter for all that look alike or are typed for one another."""
    return word.translate(_ALIKE).translate(_AGAIN)


def _number(token: str) -> str:
    """Return a number as every language writes it: a decimal point, no zeros at its end."""
    whole, _, part = token.replace(",", ".").partition(".")
    part = part.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{part}" if part else whole.lstrip("0") or "0"


def _math_tokens(formula: str) -> tuple[str, ...]:
    return tuple(_tokens(_SILENT.sub(" ", formula.replace("−", "-").replace("·", "*"))))


def _code_tokens(code: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+(?:\.\d+)?|\w+|[^\w\s]", code.casefold()))


def _tokens(formula: str) -> Iterator[str]:
    for token in _MATH.findall(formula):
        if token[0].isdigit():
            yield _number(token)
        else:
            yield _SAME.get(token, token)
