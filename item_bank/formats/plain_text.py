"""Plain text of other systems as the item bank's text: shown as it stands, with its formulas as formulas."""

import re
from typing import Final

from item_bank.errors import InvalidMarkup
from item_bank.markup import formula_to_mathml

_FORMULA: Final = re.compile(
    r"\\\((?P<round>.{1,2000}?)\\\)|\\\[(?P<square>.{1,2000}?)\\\]|\$\$(?P<double>[^$]{1,2000}?)\$\$"
    r"|(?<![\\$\w])\$(?P<single>(?=\S)[^$]{1,2000}?(?<=[^\s\\]))\$(?![\d$])",
    re.DOTALL,
)
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<$]|&(?=#?\w+;)|!(?=\[)")
_LINE_START: Final = re.compile(r"^(?:([-+>|:=~])|(\d{1,9})([.)]))", re.MULTILINE)


def authored(text: str) -> str:
    r"""Return CommonMark that shows the plain ``text`` as it stands.

    ``\(…\)``, ``\[…\]``, ``$$…$$`` and ``$…$`` are formulas if they can be shown as such; every other
    character stands for itself.
    """
    parts = []
    end = 0
    for match in _FORMULA.finditer(text):
        formula = next(filter(None, match.groups()))
        if _can_be_shown(formula):
            alone = match["square"] is not None and match[0] == text.strip()
            parts += [_escaped(text[end : match.start()], begins_line=not end), _dollars(formula, alone)]
            end = match.end()
    return "".join([*parts, _escaped(text[end:], begins_line=not end)]).strip()


def _dollars(formula: str, alone: bool) -> str:
    mark = "$$" if alone else "$"
    return f"{mark}{' '.join(formula.split())}{mark}"


def _can_be_shown(formula: str) -> bool:
    try:
        formula_to_mathml(" ".join(formula.split()))
    except InvalidMarkup:
        return False
    return "$" not in formula


def _escaped(text: str, *, begins_line: bool) -> str:
    first, *others = text.split("\n")
    lines = "\n".join([first.rstrip("\t"), *(line.strip(" \t") for line in others)])
    if begins_line:
        lines = lines.lstrip()
    escaped = _SPECIAL.sub(lambda match: "\\" + match[0], lines)
    if begins_line:
        return _LINE_START.sub(_escaped_start, escaped)
    first, newline, rest = escaped.partition("\n")
    return first + newline + _LINE_START.sub(_escaped_start, rest)


def _escaped_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
