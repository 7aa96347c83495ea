"""A formula in one line of plain text: what is shown or spoken where MathML cannot be.

Written after Unicode's linear format: ``x² + √(a/b)``; parts that are more than one symbol get brackets, so
that the line reads in one way only.
"""

from collections.abc import Callable, Mapping
from typing import Final
from xml.etree.ElementTree import Element

_RAISED: Final = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED: Final = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SPACED: Final = frozenset("=<>≤≥≠≈±→⇒⇔∈∉⊂∪∩")


def formula_words(element: Element) -> str:
    """Return the text of a MathML element."""
    write = _WRITERS.get(element.tag)
    if write is not None:
        return write([formula_words(child) for child in element])
    if len(element) == 0:
        text = (element.text or "").strip()
        if element.tag == "mi" and len(text) > 1:
            return f"{text} "  # the name of a function
        return f" {text} " if element.tag == "mo" and text in _SPACED else text
    return "".join(formula_words(child) for child in element)


def _grouped(text: str) -> str:
    plain = text.strip()
    atomic = len(plain) <= 1 or plain.replace(",", "").replace(".", "").isdigit()
    return plain if atomic else f"({plain})"


def _script(base: str, script: str, table: dict[int, int], mark: str) -> str:
    plain = script.strip()
    if all(ord(character) in table for character in plain):
        return f"{base.strip()}{plain.translate(table)}"
    return f"{base.strip()}{mark}{_grouped(plain)}"


def _power(parts: list[str]) -> str:
    return _script(parts[0], parts[1], _RAISED, "^")


def _index(parts: list[str]) -> str:
    return _script(parts[0], parts[1], _LOWERED, "_")


def _both(parts: list[str]) -> str:
    return _power([_index(parts[:2]), parts[2]])


def _fraction(parts: list[str]) -> str:
    return f"{_grouped(parts[0])}/{_grouped(parts[1])}"


def _root(parts: list[str]) -> str:
    return f"√{_grouped(''.join(parts))}"


def _indexed_root(parts: list[str]) -> str:
    return f"{_script('', parts[1], _RAISED, '^')}√{_grouped(parts[0])}"


def _row(parts: list[str]) -> str:
    return "; ".join(part.strip() for part in parts)


def _cells(parts: list[str]) -> str:
    return ", ".join(part.strip() for part in parts)


_WRITERS: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "mfrac": _fraction,
    "msup": _power,
    "msub": _index,
    "msubsup": _both,
    "munderover": _both,
    "msqrt": _root,
    "mroot": _indexed_root,
    "mtable": _row,
    "mtr": _cells,
}
