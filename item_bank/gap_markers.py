"""Gaps in a stem: written ``{{g1}}`` by the author, outside formulas and code."""

import re
from collections.abc import Iterator
from typing import Final

from item_bank.text_zones import Zone, zone_spans

_MARKER: Final = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_.-]{0,31})\}\}")
_OPEN, _CLOSE = "\ue000", "\ue001"
_ELEMENT: Final = re.compile(r'<span class="gap" data-gap="([A-Za-z0-9_.-]+)"></span>')
_SEALED: Final = re.compile(f"{_OPEN}([A-Za-z0-9_.-]+){_CLOSE}")


def gap_marker(gap_id: str) -> str:
    """Return the marker of a gap."""
    return "{{" + gap_id + "}}"


def gaps_in(text: str) -> Iterator[str]:
    """Yield the gaps of ``text`` in their order."""
    for span in zone_spans(text):
        if span.zone is Zone.TEXT:
            yield from _MARKER.findall(text[span.start : span.end])


def sealed(text: str) -> str:
    """Return ``text`` with its gap markers as private characters, which rendering leaves alone."""
    clean = text.replace(_OPEN, "").replace(_CLOSE, "")
    return "".join(
        _MARKER.sub(rf"{_OPEN}\1{_CLOSE}", clean[span.start : span.end])
        if span.zone is Zone.TEXT
        else clean[span.start : span.end]
        for span in zone_spans(clean)
    )


def with_gap_elements(html: str) -> str:
    """Return rendered HTML with an empty element for each sealed gap, for the page to fill."""
    return _SEALED.sub(r'<span class="gap" data-gap="\1"></span>', html)


def gap_pieces(html: str) -> list[tuple[str, str]]:
    """Return the HTML of :func:`with_gap_elements` cut at its gaps: each piece with the gap that follows it,
    which is empty after the last."""
    parts = _ELEMENT.split(html)
    return list(zip(parts[::2], [*parts[1::2], ""], strict=True))
