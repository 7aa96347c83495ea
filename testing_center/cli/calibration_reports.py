"""The HTML report of a calibration made on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from psychometrics import (
    Calibration,
    ItemCollection,
    Quadrature,
    contrasts_of,
    estimate_ability,
    mantel_haenszel_dif,
)
from testing_center.cli.calibration import error_columns
from testing_center.cli.item_files import item_numbers
from testing_center.cli.response_files import ResponseTable
from testing_center.cli.tables import FileProblem
from testing_center.documents.calibration_report import (
    CalibrationFindings,
    ItemTableData,
    calibration_report,
)
from testing_center.documents.statistics_report import Cell, catalogue, render_report

DIGITS = 3


def write_calibration_report(
    path: Path, table: ResponseTable, group: str | None, calibration: Calibration, language: str
) -> None:
    """Write the report in ``language``. Raises FileProblem."""
    _ = catalogue(language).gettext
    grid = Quadrature.equal_spaced(121, -8, 8, 0.0, max(calibration.latent_standard_deviation, 0.1))
    ending = _("converged") if calibration.converged else _("not converged")
    findings = CalibrationFindings(
        source=f"{table.path.name}, {calibration.model}",
        figures=[
            (_("Examinees"), str(calibration.examinees), ""),
            (_("Items"), str(len(table.items)), ""),
            (_("Log-likelihood"), f"{calibration.log_likelihood:.2f}", ""),
            (_("Iterations"), str(calibration.iterations), ending),
            (_("Seconds"), f"{calibration.seconds:.2f}", ""),
        ],
        warnings=[] if calibration.converged else [calibration.message],
        keys=table.items,
        items=calibration.items,
        theta=estimate_ability(table.matrix, calibration.items, quadrature=grid).theta,
        parameters=_parameters(calibration, calibration.items),
        fairness=_fairness(table, group),
    )
    html = render_report(calibration_report(findings, _), language)
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise FileProblem(f"{path}: cannot be written: {error.strerror}.") from error


def _parameters(calibration: Calibration, items: ItemCollection) -> ItemTableData:
    rows, errors = list(item_numbers(items)), error_columns(calibration)
    columns: dict[str, tuple[int | None, list[Cell]]] = {"model": (None, list(calibration.models))}
    for name in dict.fromkeys(name for row in rows for name in row):
        columns[name] = (DIGITS, [row.get(name) for row in rows])
        if name in errors and np.isfinite(np.asarray(errors[name], dtype=float)).any():
            columns[f"SE {name}"] = (DIGITS, list(errors[name]))
    return ItemTableData(columns, frozenset(calibration.findings))


def _fairness(table: ResponseTable, group: str | None) -> dict[str, ItemTableData]:
    """Mantel–Haenszel of each group against the largest one."""
    if group is None or len(set(table.beside[group]) - {""}) < 2:
        return {}
    found = {}
    for contrast in contrasts_of(table.beside[group]):
        result = mantel_haenszel_dif(table.matrix, contrast)
        name = f"{group}: {contrast.focal} / {contrast.reference}"
        found[name] = ItemTableData(
            {
                "delta": (2, result.delta.tolist()),
                "p_dif": (3, result.p_dif.tolist()),
                "p": (4, result.adjusted.tolist()),
                "class": (None, result.classes.tolist()),
            },
            frozenset(np.flatnonzero(result.flagged).tolist()),
        )
    return found
