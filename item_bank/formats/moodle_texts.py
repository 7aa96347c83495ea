"""Texts of Moodle in the markup they say they have, as the item bank's text."""

from collections.abc import Sequence

from item_bank.formats.html_text import LostMarkup, Resolve, text_of_html
from item_bank.formats.places import Place
from item_bank.formats.plain_text import authored
from item_bank.formats.reports import Report
from item_bank.markup import render


def text_of(written: str, markup: str, resolve: Resolve) -> tuple[str, tuple[LostMarkup, ...]]:
    """Return our text and what was lost; ``markup`` is ``html``, ``moodle``, ``plain`` or ``markdown``.

    Markdown is taken as it is, if it can be shown; raises ``InvalidMarkup`` if not.
    """
    if markup in ("plain", "plain_text"):
        return authored(written), ()
    if markup == "markdown":
        render(written)
        return written.strip(), ()
    html = written.replace("\n", "<br>\n") if markup in ("moodle", "moodle_auto_format") else written
    return text_of_html(html, resolve)


def no_files(source: str) -> str | None:
    """Resolve no picture: the format brings no files."""
    return None


def lose_markup(report: Report, item: str, place: Place, lost: Sequence[LostMarkup]) -> None:
    """Report the losses of a text."""
    for each in lost:
        params = {"content": each.content}
        if each.code == "assumed":
            params["reading"] = each.content
        report.lose(item, place, each.code, each.element, **params)
