"""How an exact value is written in the text of an item instance.

The same value is written differently in a formula, in running text and in program code, and with a decimal
comma or point after the language: ``Fraction(5, 2)`` is ``2{,}5`` in a Kyrgyz formula, ``2,5`` in Kyrgyz
text and ``2.5`` in code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from item_bank.exact_functions import Number, Value, rounded
from item_bank.identifiers import DECIMAL_COMMA_LANGUAGES, Language
from item_bank.text_zones import Zone

MAX_PLACES: Final = 12
_PLACES: Final = re.compile(r"\.(\d{1,2})")
_FLAGS: Final = ("+", "frac", "coef", "par", "s")


@dataclass(frozen=True)
class Place:
    """The language and zone a value is written in."""

    language: Language
    zone: Zone

    @property
    def decimal_mark(self) -> str:
        if self.zone is Zone.CODE or self.language not in DECIMAL_COMMA_LANGUAGES:
            return "."
        return "{,}" if self.zone is Zone.FORMULA else ","


@dataclass(frozen=True)
class NumberFormat:
    """A parsed format: ``+``, ``frac``, ``coef``, ``par``, ``s``, ``.2`` or a join like ``+coef``."""

    signed: bool = False
    fraction: bool = False
    coefficient: bool = False
    parenthesised: bool = False
    as_is: bool = False
    places: int | None = None

    def write(self, value: Value, place: Place) -> str:
        """Return ``value`` as written at ``place``; raises ``ValueError`` with the reason it cannot be."""
        if isinstance(value, (str, list, bool)):
            return _written_element(value) if isinstance(value, list) else str(value)
        if self.as_is:
            return str(value)
        magnitude = self._magnitude(value if value >= 0 else -value, place)
        if self.signed:
            return f"{'-' if value < 0 else '+'} {magnitude}"
        if value >= 0:
            return magnitude
        return f"(-{magnitude})" if self.parenthesised else f"-{magnitude}"

    def _magnitude(self, value: Number, place: Place) -> str:
        if self.coefficient and value == 1:
            return ""
        if self.places is not None:
            return _decimal(rounded(value, self.places), self.places, place)
        if isinstance(value, int):
            return str(value)
        places = terminating_places(value)
        if places is not None and not self.fraction:
            return _decimal(value, places, place)
        if place.zone is not Zone.FORMULA:
            raise ValueError(f"the fraction {value} can only be written inside $…$")
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def parse_number_format(text: str) -> NumberFormat:
    """Parse the part of a placeholder after the colon; raises ``ValueError`` with the reason."""
    rest, flags, places = text.strip(), set(), None
    while rest:
        if match := _PLACES.match(rest):
            places, rest = int(match.group(1)), rest[match.end() :]
            continue
        flag = next((flag for flag in _FLAGS if rest.startswith(flag)), None)
        if flag is None or (places is not None and places > MAX_PLACES):
            raise ValueError(f"“{text}” is not a format: use +, frac, coef, s, par or .2")
        flags.add(flag)
        rest = rest[len(flag) :]
    return NumberFormat(
        signed="+" in flags,
        fraction="frac" in flags,
        coefficient="coef" in flags,
        parenthesised="par" in flags,
        as_is="s" in flags,
        places=places,
    )


def terminating_places(value: Number) -> int | None:
    """Return the number of decimals ``value`` needs, or ``None`` if its decimal never ends."""
    denominator = Fraction(value).denominator
    exponents: Mapping[int, int] = {2: _exponent(denominator, 2), 5: _exponent(denominator, 5)}
    if 2 ** exponents[2] * 5 ** exponents[5] != denominator:
        return None
    return max(exponents.values())


def _exponent(number: int, prime: int) -> int:
    exponent = 0
    while number % prime == 0:
        number //= prime
        exponent += 1
    return exponent


def _decimal(value: Number, places: int, place: Place) -> str:
    digits = str(int(Fraction(value) * 10**places)).rjust(places + 1, "0")
    if not places:
        return digits
    return f"{digits[:-places]}{place.decimal_mark}{digits[-places:]}"


def _written_element(value: Value) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_written_element(element) for element in value) + "]"
    return repr(value) if isinstance(value, str) else str(value)
