"""Where a Markdown text holds formulas and code, which obey other rules than running text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

_ZONES: Final = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}(?P=mark)|\Z))"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<escaped>\\[$`\\])"
    r"|(?P<formula>\$\$.*?\$\$|\$.+?(?<!\\)\$)",
    re.MULTILINE | re.DOTALL,
)


class Zone(Enum):
    """What kind of writing a part of a text is."""

    TEXT = "text"
    FORMULA = "formula"
    CODE = "code"


@dataclass(frozen=True)
class ZoneSpan:
    """A part of a text from ``start`` (included) to ``end`` (excluded)."""

    zone: Zone
    start: int
    end: int


def zone_spans(text: str) -> Iterator[ZoneSpan]:
    """Yield spans that cover ``text`` from beginning to end without gaps."""
    position = 0
    for match in _ZONES.finditer(text):
        if match.group("escaped"):
            continue
        if position < match.start():
            yield ZoneSpan(Zone.TEXT, position, match.start())
        zone = Zone.FORMULA if match.group("formula") else Zone.CODE
        yield ZoneSpan(zone, match.start(), match.end())
        position = match.end()
    if position < len(text):
        yield ZoneSpan(Zone.TEXT, position, len(text))
