"""Numbers as people write them, read exactly.

A decimal comma and a decimal point mean the same; groups of digits may be set apart by spaces; a minus may
be a hyphen, a dash or the mathematical sign; ``3/4``, ``1,5e3`` and ``1,5·10^3`` are numbers too. What could
mean two numbers (``1,234.5``) is no number: it is refused, never guessed.
"""

import re
from fractions import Fraction
from typing import Final

_SIGNS: Final = str.maketrans({**dict.fromkeys("−–—‑", "-"), **dict.fromkeys("×·⋅х", "*")})
_SPACE: Final = "[ \u00a0\u2009\u202f]"
_PLAIN: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_GROUPED: Final = re.compile(rf"[+-]?\d{{1,3}}({_SPACE}\d{{3}})+([.,]\d+)?")
_POWER: Final = re.compile(
    r"(?P<mantissa>[^e*]+)(e|\*10(\^|\*\*))\(?(?P<exponent>[+-]?\d{1,3})\)?", re.IGNORECASE
)
_FRACTION: Final = re.compile(r"(?P<numerator>[+-]?[0-9]+)/(?P<denominator>[0-9]+)")
_WITH_UNIT: Final = re.compile(r"(?P<number>.*?\d\)?)\s*(?P<unit>[^\d\s.,/^*()+-][^\d]*[\d²³]?)?", re.DOTALL)


class InvalidNumber(ValueError):
    """The text is not one number."""


def canonical_number(text: str) -> str:
    """Return ``text`` with a decimal point, a plain sign and no spaces; raises ``InvalidNumber``."""
    written = text.strip().translate(_SIGNS)
    if _GROUPED.fullmatch(written):
        written = re.sub(_SPACE, "", written)
    written = re.sub(rf"{_SPACE}*([*/^]){_SPACE}*", r"\1", written)
    written = re.sub(rf"^([+-]){_SPACE}+", r"\1", written).replace(",", ".")
    number_value(written)
    return written.lower().removeprefix("+")


def number_value(canonical: str) -> Fraction:
    """Return the exact value of a canonical number; raises ``InvalidNumber``."""
    if _PLAIN.fullmatch(canonical):
        return Fraction(canonical)
    if match := _FRACTION.fullmatch(canonical):
        if int(match["denominator"]) == 0:
            raise InvalidNumber(canonical)
        return Fraction(int(match["numerator"]), int(match["denominator"]))
    power = _POWER.fullmatch(canonical)
    if power is None or not _PLAIN.fullmatch(power["mantissa"]):
        raise InvalidNumber(canonical)
    return Fraction(power["mantissa"]) * Fraction(10) ** int(power["exponent"])


def split_unit(text: str) -> tuple[str, str]:
    """Return the number and the unit of “5,2 см”; the unit is empty if there is none."""
    match = _WITH_UNIT.fullmatch(text.strip())
    if match is None or re.fullmatch(r"[eE][+-]?\d+", match["unit"] or ""):
        return text, ""
    return match["number"], (match["unit"] or "").strip()
