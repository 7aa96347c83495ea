"""A report of statistics as one HTML file that needs nothing else: style, script and plots are inside.

A report is data: sections of figures, tables and plots, with labels already in the reader's language. The
template draws them with the macros of the web pages, so that a report looks like the product.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from testing_center.asset_folders import TRANSLATIONS, asset_folder

STYLES = ("tokens", "base", "components", "plots", "report")
Cell = str | float | int | None


@dataclass(frozen=True)
class Figures:
    """A row of figures: label, value as shown, and a note or nothing."""

    entries: Sequence[tuple[str, str, str]]
    kind: str = "figures"


@dataclass(frozen=True)
class Notice:
    """A sentence that must not be missed; ``tone`` is info, warning or error."""

    text: str
    tone: str = "info"
    kind: str = "notice"


@dataclass(frozen=True)
class Column:
    """Heading of a table's column; numbers are shown with ``digits`` decimals (None: as words)."""

    label: str
    digits: int | None = None


@dataclass(frozen=True)
class ReportTable:
    """Rows of cells; rows listed in ``flagged`` stand out. ``sparklines`` is one curve per row or nothing."""

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    flagged: frozenset[int] = frozenset()
    sparklines: Sequence[Sequence[float]] = ()
    note: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Series:
    """One line over the plot's x, or points; None lifts the pen."""

    label: str
    values: Sequence[float | None]
    points: bool = False
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


@dataclass(frozen=True)
class Chart:
    """Up to six series over a common x."""

    id: str
    title: str
    x: Sequence[float]
    series: Sequence[Series]
    x_label: str
    y_label: str
    description: str = ""
    y_range: tuple[float, float] | None = None
    kind: str = "chart"


@dataclass(frozen=True)
class WrightMap:
    """Examinees and items on one scale: counts of θ between ``edges``, and items by difficulty."""

    id: str
    title: str
    edges: Sequence[float]
    counts: Sequence[float]
    items: Sequence[tuple[str, float]]
    labels: tuple[str, str, str]
    """Names of the scale, of the examinees' side and of the items' side."""
    description: str = ""
    kind: str = "wright"


@dataclass(frozen=True)
class Gallery:
    """Charts side by side, as many as the page is wide."""

    charts: Sequence[Chart]
    kind: str = "gallery"


Part = Figures | Notice | ReportTable | Chart | WrightMap | Gallery


@dataclass(frozen=True)
class ReportSection:
    """A heading and what stands under it; ``text`` says how to read it."""

    id: str
    title: str
    parts: Sequence[Part]
    text: str = ""


@dataclass(frozen=True)
class Report:
    """Title, what it was made from, sections."""

    title: str
    subtitle: str
    sections: Sequence[ReportSection] = field(default_factory=tuple)


def catalogue(language: str) -> NullTranslations:
    """The sentences of a language (ky, ru, kk, en) for reports made outside the web."""
    return Translations.load(str(TRANSLATIONS), [language])


def render_report(report: Report, language: str = "en") -> str:
    """Return the report as a whole HTML page in ``language``."""
    environment = Environment(
        loader=FileSystemLoader(asset_folder("templates")), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    sentences = catalogue(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        sentences.gettext, sentences.ngettext, newstyle=True
    )
    environment.filters["decimalformat"] = partial(_decimal, language)
    template = environment.get_template("reports/statistics.html")
    return template.render(report=report, language=language, style=_style(), script=_script("tables"))


def _decimal(language: str, value: float, pattern: str | None = None) -> str:
    return format_decimal(value, format=pattern, locale=language)


def _style() -> Markup:
    """All style sheets with what they would fetch taken out."""
    folder = asset_folder("static") / "css"
    text = "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    return Markup(re.sub(r"url\([^)]*\)", "none", text))  # noqa: S704 - our own files


def _script(name: str) -> Markup:
    text = (asset_folder("static") / "js" / f"{name}.js").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - our own file
