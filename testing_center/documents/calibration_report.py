"""What a calibration report shows: people and items on one scale, curves, information, fit, fairness."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from psychometrics import (
    GradedItems,
    ItemCollection,
    ItemParameters,
    MixedItems,
    PartialCreditItems,
    category_probabilities,
    expected_item_scores,
    highest_scores,
    information,
)
from psychometrics.arrays import FloatArray
from testing_center.documents.statistics_report import (
    Cell,
    Chart,
    Column,
    Figures,
    Gallery,
    Notice,
    Part,
    Report,
    ReportSection,
    ReportTable,
    Series,
    WrightMap,
)

Gettext = Callable[[str], str]

THETAS = np.linspace(-4.0, 4.0, 33)
MAP_EDGES = np.linspace(-4.0, 4.0, 17)
LARGEST_GALLERY = 60
"""More items than this are drawn as a curve in their row of the table; flagged ones first in the gallery."""


@dataclass(frozen=True, eq=False)
class ItemTableData:
    """A table with one row per item: columns by heading, each (J,) numbers or words, with shown decimals."""

    columns: Mapping[str, tuple[int | None, Sequence[Cell]]]
    flagged: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True, eq=False)
class ObservedScores:
    """Mean item scores of groups of ability: ``theta`` (G,) rising, ``scores`` (J, G), NaN for none."""

    theta: FloatArray
    scores: FloatArray


@dataclass(frozen=True, eq=False)
class CalibrationFindings:
    """Everything the report draws. ``theta`` (N,) are the examinees' estimates."""

    source: str
    figures: Sequence[tuple[str, str, str]]
    warnings: Sequence[str]
    keys: Sequence[str]
    items: ItemCollection
    theta: FloatArray
    parameters: ItemTableData
    fit: ItemTableData | None = None
    fairness: Mapping[str, ItemTableData] = field(default_factory=dict)
    observed: ObservedScores | None = None


def calibration_report(findings: CalibrationFindings, _: Gettext) -> Report:
    """Arrange the findings into sections; ``_`` gives the labels in the reader's language."""
    sections = [
        _summary(findings, _),
        _scale(findings, _),
        _item_section(findings, _),
        _information(findings, _),
        _curves(findings, _),
    ]
    if findings.fit is not None:
        text = _("A small p says that the curve does not follow the responses. Look at the flagged items.")
        sections.append(_table_section("fit", _("Fit"), text, findings, findings.fit, _))
    for name, table in findings.fairness.items():
        text = _("Items that work differently for people of equal ability. Class C needs a look by experts.")
        title = _("Fairness: {column}").format(column=name)
        sections.append(_table_section(f"dif-{len(sections)}", title, text, findings, table, _))
    return Report(_("Calibration report"), findings.source, sections)


def _summary(findings: CalibrationFindings, _: Gettext) -> ReportSection:
    notices = [Notice(warning, "warning") for warning in findings.warnings]
    return ReportSection("summary", _("Summary"), [*notices, Figures(findings.figures)])


def _scale(findings: CalibrationFindings, _: Gettext) -> ReportSection:
    known = findings.theta[np.isfinite(findings.theta)]
    counts, _edges = np.histogram(np.clip(known, MAP_EDGES[0], MAP_EDGES[-1]), MAP_EDGES)
    places = sorted(item_locations(findings.keys, findings.items), key=lambda pair: pair[1])
    wright = WrightMap(
        id="wright",
        title=_("Wright map"),
        edges=MAP_EDGES.tolist(),
        counts=counts.tolist(),
        items=places,
        labels=("θ", _("Examinees"), _("Items")),
        description=_("People on the left and items on the right stand on one scale."),
    )
    text = _("Items measure the people they stand beside; a stretch without items is measured poorly.")
    return ReportSection("scale", _("People and items"), [wright], text)


def item_locations(keys: Sequence[str], items: ItemCollection) -> list[tuple[str, float]]:
    """Difficulty of each item, or each threshold as key.1, key.2, …; nominal items have none."""
    if isinstance(items, MixedItems):
        pairs: list[tuple[str, float]] = []
        for part, places in zip(items.parts, items.positions, strict=True):
            pairs += item_locations([keys[place] for place in places], part)
        return pairs
    if isinstance(items, ItemParameters):
        return list(zip(keys, items.difficulty.tolist(), strict=True))
    if isinstance(items, GradedItems | PartialCreditItems):
        steps = items.thresholds if isinstance(items, GradedItems) else items.steps
        return [
            (f"{key}.{number}", value)
            for key, row in zip(keys, steps.tolist(), strict=True)
            for number, value in enumerate(row, start=1)
            if np.isfinite(value)
        ]
    return []


def _item_section(findings: CalibrationFindings, _: Gettext) -> ReportSection:
    shares = expected_item_scores(THETAS, findings.items) / highest_scores(findings.items)
    table = _table("items", _("Items"), findings, findings.parameters, _, shares.T.tolist())
    return ReportSection("items-section", _("Items"), [table])


def _information(findings: CalibrationFindings, _: Gettext) -> ReportSection:
    total = information(THETAS, findings.items).sum(axis=1)
    with np.errstate(divide="ignore"):
        error = 1 / np.sqrt(total)
    capped: list[float | None] = [min(value, 2.0) for value in error.tolist()]
    amount, doubt = _("Information"), _("Standard error")
    charts = [
        _chart("information", _("Test information"), [Series(amount, total.tolist())], amount),
        _chart("error", _("Standard error of θ"), [Series(doubt, capped)], doubt),
    ]
    return ReportSection("precision", _("Precision"), [Gallery(charts)])


def _curves(findings: CalibrationFindings, _: Gettext) -> ReportSection:
    flagged = sorted(findings.fit.flagged) if findings.fit else []
    order = [*flagged, *(item for item in range(len(findings.keys)) if item not in set(flagged))]
    shown = order[:LARGEST_GALLERY]
    curves = _Curves.of(findings)
    charts = [chart for item in sorted(shown) for chart in curves.charts(item, _)]
    parts: list[Part] = [Gallery(charts)]
    if len(shown) < len(findings.keys):
        words = _("{shown} of {all} items are drawn, flagged ones first; the table of items has every curve.")
        parts.insert(0, Notice(words.format(shown=len(shown), all=len(findings.keys))))
    return ReportSection("curves", _("Item curves"), parts)


@dataclass(frozen=True, eq=False)
class _Curves:
    """Curves of items over ``theta`` (X,), which has the places of the observed groups among its points.

    ``chances`` (X, J, C) and ``means`` (X, J) are those of the model; ``observed`` (X, J) is NaN elsewhere
    than at the groups.
    """

    findings: CalibrationFindings
    theta: FloatArray
    chances: FloatArray
    means: FloatArray
    observed: FloatArray

    @classmethod
    def of(cls, findings: CalibrationFindings) -> _Curves:
        seen = findings.observed
        theta = THETAS if seen is None else np.union1d(THETAS, seen.theta)
        observed = np.full((len(theta), len(findings.keys)), np.nan)
        if seen is not None:
            observed[np.searchsorted(theta, seen.theta)] = seen.scores.T
        chances = category_probabilities(theta, findings.items)
        return cls(findings, theta, chances, expected_item_scores(theta, findings.items), observed)

    def charts(self, item: int, _: Gettext) -> list[Chart]:
        """The probability of a right answer with what was observed; for more scores than two, that of each
        score and the mean score with what was observed."""
        count = int(self.findings.items.category_counts[item])
        if count == 2:
            return [self._mean(item, 1, _("Probability of a right answer"), _)]
        series = [
            Series(_("Score {score}").format(score=score), self.chances[:, item, score].tolist())
            for score in range(min(count, 6))
        ]
        scores = self._chart(f"item-{item}", self.findings.keys[item], series, (_("Probability"), 1.0))
        return [scores, self._mean(item, count - 1, _("Mean score"), _)]

    def _mean(self, item: int, highest: int, label: str, _: Gettext) -> Chart:
        series = [Series(_("Model"), self.means[:, item].tolist())]
        if np.isfinite(self.observed[:, item]).any():
            points = [value if np.isfinite(value) else None for value in self.observed[:, item].tolist()]
            series.append(Series(_("Observed"), points, points=True))
        key = self.findings.keys[item]
        title = key if highest == 1 else f"{key}: {label}"
        name = f"item-{item}" if highest == 1 else f"item-{item}-mean"
        return self._chart(name, title, series, (label, float(highest)))

    def _chart(self, name: str, title: str, series: list[Series], axis: tuple[str, float]) -> Chart:
        label, top = axis
        return Chart(name, title, self.theta.tolist(), series, "θ", label, y_range=(0.0, top))


def _chart(name: str, title: str, series: Sequence[Series], y_label: str) -> Chart:
    return Chart(name, title, THETAS.tolist(), series, "θ", y_label)


def _table_section(
    name: str, title: str, text: str, findings: CalibrationFindings, data: ItemTableData, _: Gettext
) -> ReportSection:
    return ReportSection(f"{name}-section", title, [_table(name, title, findings, data, _)], text)


def _table(
    name: str,
    title: str,
    findings: CalibrationFindings,
    data: ItemTableData,
    _: Gettext,
    sparklines: Sequence[Sequence[float]] = (),
) -> ReportTable:
    numbers = [Column(label, digits) for label, (digits, _cells) in data.columns.items()]
    columns = [Column(_("Item")), *numbers]
    cells = [values for _digits, values in data.columns.values()]
    rows: list[list[Cell]] = [
        [key, *(clean(values[place]) for values in cells)] for place, key in enumerate(findings.keys)
    ]
    return ReportTable(name, title, columns, rows, data.flagged, sparklines, data.note)


def clean(value: Cell) -> Cell:
    """A number as a Python one, nothing for NaN and infinity."""
    if isinstance(value, str) or value is None:
        return value
    return float(value) if np.isfinite(value) else None
