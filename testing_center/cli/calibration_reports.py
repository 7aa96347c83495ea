"""The HTML report of a calibration made on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from psychometrics import (
    Calibration,
    Quadrature,
    contrasts_of,
    estimate_ability,
    mantel_haenszel_dif,
    marginal_reliability,
)
from psychometrics.arrays import FloatArray
from testing_center.cli.calibration import error_columns, varies
from testing_center.cli.item_files import item_numbers
from testing_center.cli.item_findings import FitPlan, ItemFindings, item_findings, slopes_of
from testing_center.cli.reports import write_report
from testing_center.cli.response_files import ResponseTable, numbers_of
from testing_center.documents.calibration_report import (
    CalibrationFindings,
    Gettext,
    ItemTableData,
    ObservedScores,
    calibration_report,
)
from testing_center.documents.statistics_report import Cell, catalogue

DIGITS = 3
NODES = 121


def write_calibration_report(
    path: Path, table: ResponseTable, group: str | None, calibration: Calibration, language: str
) -> None:
    """Write the report in ``language``. Raises FileProblem."""
    _ = catalogue(language).gettext
    grid = population_of(calibration, table, group)
    plan = FitPlan(grid, slopes_of(calibration.models, calibration.items))
    fit = item_findings(table.matrix, calibration.items, plan)
    findings = CalibrationFindings(
        source=f"{table.path.name}, {calibration.model}",
        figures=_figures(calibration, grid, _),
        warnings=[] if calibration.converged else [calibration.message],
        keys=table.items,
        items=calibration.items,
        theta=estimate_ability(table.matrix, calibration.items, quadrature=grid).theta,
        parameters=_parameters(calibration, fit, _),
        fit=_fit(fit, _),
        fairness=_fairness(table, group, _),
        observed=ObservedScores(fit.groups.theta, fit.groups.observed_score),
    )
    write_report(path, calibration_report(findings, _), language)


def population_of(calibration: Calibration, table: ResponseTable, group: str | None) -> Quadrature:
    """Distribution of θ over all examinees: the calibration's groups together, by their sizes.

    Covariates shift each group by their mean and widen it by their variance there.
    """
    groups = calibration.groups
    shifts, spreads = _covariate_moments(calibration, table, group)
    means = np.array([group.mean for group in groups]) + shifts
    deviations = np.sqrt(np.array([group.standard_deviation for group in groups]) ** 2 + spreads)
    reach = np.maximum(6 * deviations, 6.0)
    nodes = np.linspace((means - reach).min(), (means + reach).max(), NODES)
    sizes = np.array([group.examinees for group in groups], dtype=float)
    heights = np.exp(-0.5 * ((nodes[:, None] - means) / deviations) ** 2) / deviations
    return Quadrature(nodes, heights @ sizes)


def _covariate_moments(
    calibration: Calibration, table: ResponseTable, group: str | None
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of what covariates add to θ in each group."""
    count = len(calibration.groups)
    if calibration.regression is None:
        return np.zeros(count), np.zeros(count)
    columns = [numbers_of(table, name) for name in calibration.regression.names]
    added = np.array(columns).T @ calibration.regression.coefficients
    label = np.array(table.beside[group] if group else [calibration.groups[0].label] * len(added))
    members = [added[label == part.label] for part in calibration.groups]
    return np.array([part.mean() for part in members]), np.array([part.var() for part in members])


def _figures(calibration: Calibration, grid: Quadrature, _: Gettext) -> list[tuple[str, str, str]]:
    ending = _("converged") if calibration.converged else _("not converged")
    return [
        (_("Examinees"), str(calibration.examinees), ""),
        (_("Items"), str(len(calibration.items)), ""),
        (_("Log-likelihood"), f"{calibration.log_likelihood:.2f}", ""),
        (_("Reliability"), f"{marginal_reliability(calibration.items, grid):.3f}", ""),
        (_("Iterations"), str(calibration.iterations), ending),
        (_("Seconds"), f"{calibration.seconds:.2f}", ""),
    ]


def _parameters(calibration: Calibration, fit: ItemFindings, _: Gettext) -> ItemTableData:
    """Model and parameters with standard errors, then the classical statistics."""
    rows, errors = list(item_numbers(calibration.items)), error_columns(calibration)
    labels = {
        "discrimination": _("Discrimination"),
        "difficulty": _("Difficulty"),
        "guessing": _("Guessing"),
        "upper_asymptote": _("Upper asymptote"),
    }
    columns: dict[str, tuple[int | None, list[Cell]]] = {_("Model"): (None, list(calibration.models))}
    for name in dict.fromkeys(name for row in rows for name in row if varies(name, rows)):
        label = labels.get(name, name)
        columns[label] = (DIGITS, [row.get(name) for row in rows])
        if name in errors and np.isfinite(np.asarray(errors[name], dtype=float)).any():
            columns[_("{name}: standard error").format(name=label)] = (DIGITS, list(errors[name]))
    columns[_("Times presented")] = (0, fit.statistics.n.tolist())
    columns[_("Share of points")] = (DIGITS, fit.statistics.p.tolist())
    columns[_("Item-rest correlation")] = (DIGITS, fit.statistics.item_rest.tolist())
    return ItemTableData(columns, frozenset(calibration.findings))


def _fit(fit: ItemFindings, _: Gettext) -> ItemTableData:
    columns: dict[str, tuple[int | None, Sequence[Cell]]] = {}
    note = _("Infit and outfit are near 1 where answers vary as the model expects; 0.7 to 1.3 is usual.")
    if fit.item_fit is None:
        note += " " + _("S-X² needs 20 or more people who were given the same items.")
    else:
        columns["S-X²"] = (2, fit.item_fit.statistic.tolist())
        columns[_("Degrees of freedom")] = (0, fit.item_fit.degrees_of_freedom.tolist())
        columns["p"] = (DIGITS, fit.item_fit.p_value.tolist())
        columns[_("Adjusted p")] = (DIGITS, fit.adjusted.tolist())
    columns[_("Infit")] = (2, fit.mean_squares.infit.tolist())
    columns[_("Outfit")] = (2, fit.mean_squares.outfit.tolist())
    columns[_("Largest residual")] = (2, fit.largest_residual.tolist())
    return ItemTableData(columns, frozenset(np.flatnonzero(fit.flagged).tolist()), note)


def _fairness(table: ResponseTable, group: str | None, _: Gettext) -> dict[str, ItemTableData]:
    """Mantel–Haenszel of each group against the largest one."""
    if group is None or len(set(table.beside[group]) - {""}) < 2:
        return {}
    found = {}
    for contrast in contrasts_of(table.beside[group]):
        result = mantel_haenszel_dif(table.matrix, contrast)
        name = f"{group}: {contrast.focal} / {contrast.reference}"
        found[name] = ItemTableData(
            {
                "Δ": (2, result.delta.tolist()),
                "P-DIF": (3, result.p_dif.tolist()),
                _("Adjusted p"): (4, result.adjusted.tolist()),
                _("Class"): (None, result.classes.tolist()),
            },
            frozenset(np.flatnonzero(result.flagged).tolist()),
        )
    return found
