"""What the report of a simulation shows: adaptive attempts beside the best fixed form of the same pool."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from psychometrics import SimulationReport
from psychometrics.simulation import DesignFigures, Figures
from testing_center.documents.statistics_report import (
    Cell,
    Chart,
    Column,
    Gallery,
    Part,
    Report,
    ReportSection,
    ReportTable,
    Series,
)
from testing_center.documents.statistics_report import (
    Figures as FigureRow,
)

Gettext = Callable[[str], str]

HISTOGRAM_EDGES = np.linspace(0.0, 1.0, 21)


def simulation_report(report: SimulationReport, _: Gettext) -> Report:
    """Arrange a simulation into sections; ``_`` gives the labels in the reader's language."""
    designs = designs_of(report, _)
    sections = [_summary(report, _), _precision(designs, _), _exposure(designs, _)]
    if report.scenario.cuts:
        sections.append(_decisions(report, designs, _))
    if report.adaptive.by_group:
        sections.append(_groups(designs, _))
    return Report(_("Simulation report"), report.scenario.name, sections)


def designs_of(report: SimulationReport, _: Gettext) -> dict[str, DesignFigures]:
    """The designs by name."""
    designs = {_("Adaptive"): report.adaptive}
    return designs if report.fixed is None else {**designs, _("Fixed form"): report.fixed}


def _summary(report: SimulationReport, _: Gettext) -> ReportSection:
    whole = report.adaptive.whole
    length = _("Mean length")
    rows = [
        (_("Examinees"), str(report.examinees), ""),
        (_("Items"), str(report.items), ""),
        (_("Replications"), str(report.scenario.replications), ""),
        (length, f"{whole.precision.length:.1f}", ""),
        (_("Root mean square error"), f"{whole.precision.rmse:.3f}", f"± {whole.precision.rmse_error:.3f}"),
    ]
    if report.relative_efficiency is not None and math.isfinite(report.relative_efficiency):
        rows.append((_("Relative efficiency"), f"{report.relative_efficiency:.2f}", ""))
    table = _table(
        "designs",
        _("Adaptive attempts and the fixed form"),
        {name: figures_row(design.whole, _) for name, design in designs_of(report, _).items()},
        _("Design"),
    )
    return ReportSection("summary", _("Summary"), [FigureRow(rows), table])


def figures_row(figures: Figures, _: Gettext) -> dict[str, tuple[int, float]]:
    """Decimals and value of each figure by its heading."""
    precision, use = figures.precision, figures.use
    row = {
        _("Bias"): (3, precision.bias),
        _("Root mean square error"): (3, precision.rmse),
        _("Standard error"): (3, precision.standard_error),
        _("Interval coverage"): (3, precision.coverage),
        _("Mean length"): (1, precision.length),
        _("Highest exposure"): (3, use.highest),
        _("Overlap"): (3, use.overlap),
        _("Unused items"): (3, use.unused),
        _("Content violations"): (3, figures.violations),
    }
    if figures.decisions is not None:
        row[_("Accuracy")] = (3, figures.decisions.accuracy)
        row[_("Consistency")] = (3, figures.decisions.consistency)
    return row


def _table(
    name: str, title: str, rows: Mapping[str, Mapping[str, tuple[int, float]]], key: str
) -> ReportTable:
    first = next(iter(rows.values()))
    columns = [Column(key), *(Column(label, digits) for label, (digits, _value) in first.items())]
    cells: list[list[Cell]] = [
        [label, *(_number(value) for _digits, value in row.values())] for label, row in rows.items()
    ]
    return ReportTable(name, title, columns, cells)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _by_theta(
    name: str,
    title: str,
    designs: Mapping[str, DesignFigures],
    value: Callable[[Figures], float],
    y_range: tuple[float, float] | None = None,
) -> Chart:
    """One line for each design over the mean θ of the groups, which all designs share."""
    thetas = [group.theta for group in next(iter(designs.values())).by_theta]
    series = [
        Series(label, [_number(value(group.figures)) for group in design.by_theta])
        for label, design in designs.items()
    ]
    return Chart(name, title, thetas, series, "θ", title, y_range=y_range)


def _precision(designs: Mapping[str, DesignFigures], _: Gettext) -> ReportSection:
    charts = [
        _by_theta("bias", _("Bias"), designs, lambda f: f.precision.bias),
        _by_theta("rmse", _("Root mean square error"), designs, lambda f: f.precision.rmse),
        _by_theta(
            "coverage", _("Interval coverage"), designs, lambda f: f.precision.coverage, (0.0, 1.0)
        ),
        _by_theta("length", _("Mean length"), designs, lambda f: f.precision.length),
    ]
    parts: list[Part] = [Gallery(charts), *_theta_tables(designs, _)]
    return ReportSection("precision", _("Precision by θ"), parts)


def _theta_tables(designs: Mapping[str, DesignFigures], _: Gettext) -> list[ReportTable]:
    return [
        _table(
            f"by-theta-{number}",
            label,
            {f"{group.theta:.2f}": figures_row(group.figures, _) for group in design.by_theta},
            "θ",
        )
        for number, (label, design) in enumerate(designs.items())
    ]


def _exposure(designs: Mapping[str, DesignFigures], _: Gettext) -> ReportSection:
    middles = ((HISTOGRAM_EDGES[1:] + HISTOGRAM_EDGES[:-1]) / 2).tolist()
    counts = [
        Series(label, _histogram(design.whole.use.rates.tolist())) for label, design in designs.items()
    ]
    charts = [
        Chart("rates", _("Items by exposure"), middles, counts, _("Exposure rate"), _("Items")),
        _by_theta("highest", _("Highest exposure"), designs, lambda f: f.use.highest, (0.0, 1.0)),
        _by_theta("overlap", _("Overlap"), designs, lambda f: f.use.overlap, (0.0, 1.0)),
        _by_theta(
            "violations", _("Content violations"), designs, lambda f: f.violations, (0.0, 1.0)
        ),
    ]
    return ReportSection("exposure", _("Exposure and content"), [Gallery(charts)])


def _histogram(rates: Sequence[float]) -> list[float | None]:
    return [float(count) for count in np.histogram(rates, HISTOGRAM_EDGES)[0]]


def _decisions(
    report: SimulationReport, designs: Mapping[str, DesignFigures], _: Gettext
) -> ReportSection:
    rows = {}
    for label, design in designs.items():
        assert design.whole.decisions is not None  # noqa: S101 - the scenario has cuts
        for cut in design.whole.decisions.cuts:
            rows[f"{label}, {cut.cut:g}"] = {
                _("Accuracy"): (3, cut.accuracy),
                _("Wrongly above"): (3, cut.false_above),
                _("Wrongly below"): (3, cut.false_below),
                _("Consistency"): (3, cut.consistency),
                _("Kappa"): (3, cut.kappa),
            }
    charts = [
        _by_theta(
            f"accuracy-{number}",
            _("Accuracy at the cut {cut}").format(cut=f"{cut:g}"),
            designs,
            lambda f, number=number: _accuracy(f, number),  # type: ignore[misc]
            (0.0, 1.0),
        )
        for number, cut in enumerate(report.scenario.cuts)
    ]
    table = _table("cuts", _("Decisions at each cut"), rows, _("Cut"))
    return ReportSection("decisions", _("Decisions"), [table, Gallery(charts)])


def _accuracy(figures: Figures, cut: int) -> float:
    return figures.decisions.cuts[cut].accuracy if figures.decisions is not None else math.nan


def _groups(designs: Mapping[str, DesignFigures], _: Gettext) -> ReportSection:
    rows = {
        f"{label}, {group}": figures_row(figures, _)
        for label, design in designs.items()
        for group, figures in design.by_group.items()
    }
    return ReportSection("groups", _("Groups"), [_table("groups-table", _("Groups"), rows, _("Group"))])
