"""The item bank's text as one line of plain text, for formats that have nothing else."""

import html
import re
from typing import Final

from item_bank.formats.places import Place
from item_bank.formats.protocol import ExportItem
from item_bank.formats.reports import Report
from item_bank.formats.tex_html import html_with_tex

_BREAK: Final = re.compile(r"<br\s*/?>|</(p|li|tr|pre|blockquote)>\s*|<hr\s*/?>", re.IGNORECASE)
_CELL: Final = re.compile(r"</t[dh]>\s*(?=<t[dh])")
_IMAGE: Final = re.compile(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>')
_TAG: Final = re.compile(r"</?([a-z0-9]+)[^>]*>")


def plain_line(text: str, item: ExportItem, part: str, report: Report) -> str:
    r"""Return ``text`` without markup on one line, formulas as ``\(…\)``; what is left out is reported."""
    markup = html_with_tex(text)
    tags = sorted({tag for tag in _TAG.findall(markup) if tag != "p"})
    shown = _TAG.sub("", _CELL.sub(" | ", _BREAK.sub("\n", _IMAGE.sub(r"[\2]", markup))))
    line = " ".join(html.unescape(shown).split())
    if tags or "\n" in text.strip():
        reading = f"plain text on one line, without {', '.join(tags) or 'line breaks'}"
        report.lose(item.key, Place(), "format_simplifies", part, reading=reading, content=text)
    return line
