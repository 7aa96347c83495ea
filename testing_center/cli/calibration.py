"""`synak calibrate`: item parameters from plain tables, without a server.

Everything heavy is imported inside the command, so that `synak --help` stays quick.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.progress import working
from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from psychometrics import Anchors, Calibration, CalibrationPlan, Priors, Progress
    from testing_center.cli.response_files import ResponseTable

SHOWN_ITEMS = 40
DICHOTOMOUS = ("rasch", "1pl", "2pl", "3pl", "4pl")
MODELS = (*DICHOTOMOUS, "graded", "pcm", "gpcm", "rating_scale", "nominal")
PRIOR_NAMES = (
    "log-discrimination",
    "difficulty",
    "logit-guessing",
    "logit-upper-asymptote",
    "nominal-slope",
    "nominal-intercept",
)
LANGUAGES = ("en", "ru", "kk", "ky")


@dataclass(frozen=True)
class Columns:
    """Columns of the response file that are no items."""

    group: str | None
    weight: str | None
    covariates: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.group, self.weight, *self.covariates) if name))


@click.command("calibrate")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--model",
    default="2pl",
    show_default=True,
    metavar="MODEL|FILE",
    help=f"One of {', '.join(MODELS)} for all items, or a file with the columns item and model.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the item parameters (CSV or .parquet).")
@click.option("--group", metavar="COLUMN", help="Column of RESPONSES that names the group of each examinee.")
@click.option("--reference", metavar="GROUP", help="Group with theta ~ N(0, 1); the first one met otherwise.")
@click.option("--weight", metavar="COLUMN", help="Column of RESPONSES with the weight of each examinee.")
@click.option(
    "--covariate", "covariates", multiple=True, metavar="COLUMN", help="Column that predicts theta."
)
@click.option(
    "--anchors",
    type=click.Path(path_type=Path),
    help="Item file whose parameters stay fixed where RESPONSES has those items; they set the scale.",
)
@click.option(
    "--prior",
    "priors",
    multiple=True,
    metavar="NAME=MEAN,SD",
    help=f"Normal prior; NAME is one of {', '.join(PRIOR_NAMES)}. May be repeated.",
)
@click.option(
    "--errors",
    type=click.Choice(["auto", "observed", "cross_product", "sandwich", "item_blocks", "none"]),
    default="auto",
    show_default=True,
    help="How standard errors are computed.",
)
@click.option(
    "--scaling",
    type=float,
    default=1.0,
    show_default=True,
    help="Scaling constant D of the item files written and read, for example 1.702.",
)
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report with plots.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the report."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the table.")
def calibrate_command(
    responses: Path,
    model: str,
    group: str | None,
    weight: str | None,
    covariates: tuple[str, ...],
    **options: Any,
) -> None:
    """Estimate item parameters from RESPONSES, a CSV or Parquet table.

    The header holds the item keys, each further row one examinee. Cells are whole scores (1 right, 0 wrong)
    or empty (not presented). A first column named "examinee" is allowed. A file with the columns examinee,
    item, score is read as one response a row.

    Parameters are in the logistic metric (D = 1) with theta ~ N(0, 1) and plain marginal maximum likelihood
    unless a prior is asked for or the model needs one. With unit slopes (rasch, pcm, rating_scale) the SD of
    theta is estimated and printed, and is to be given to "synak score --prior-sd".
    """
    _one_thread_per_block()
    with plain_refusals():
        from psychometrics import NotEstimable, calibrate
        from testing_center.cli.response_files import read_responses
        from testing_center.cli.tables import check_writable

        for path in (options["out"], options["report"]):
            if path is not None:
                check_writable(path)
        if not (options["scaling"] > 0 and math.isfinite(options["scaling"])):
            raise Refusal("--scaling must be a positive number.")
        columns = Columns(group, weight, covariates)
        table = read_responses(responses, beside=columns.names, highest=_highest(model))
        models = _models(model, table)
        plan = _plan(table, columns, options)
        try:
            with working("Calibrating") as say:
                calibration = calibrate(
                    table.matrix,
                    model=models,  # type: ignore[arg-type]
                    plan=plan,
                    progress=lambda progress: say(_words(progress)),
                )
        except NotEstimable as error:
            raise Refusal(_not_estimable(table, error.reasons) or str(error)) from error
        _deliver(table, columns, calibration, options)


def _deliver(
    table: ResponseTable, columns: Columns, calibration: Calibration, options: dict[str, Any]
) -> None:
    if options["out"] is not None:
        _write_items(options["out"], table.items, calibration, options["scaling"])
    if options["report"] is not None:
        from testing_center.cli.calibration_reports import write_calibration_report

        write_calibration_report(options["report"], table, columns.group, calibration, options["language"])
    if not calibration.converged:
        click.echo(f"Warning: {calibration.message}", err=True)
    for line in _json_lines(calibration) if options["as_json"] else _table_lines(table.items, calibration):
        click.echo(line)


def _highest(model: str) -> int:
    from testing_center.cli.response_files import POLYTOMOUS

    return 1 if model in DICHOTOMOUS else POLYTOMOUS


def _models(model: str, table: ResponseTable) -> str | list[str]:
    """The model of all items, or that of each from a file."""
    if model in MODELS:
        return model
    if not Path(model).exists():
        raise Refusal(
            f"--model {model}: this is neither a file nor one of {', '.join(MODELS)}."
        )
    from testing_center.cli.item_files import read_item_models

    known = read_item_models(Path(model))
    missing = [item for item, key in enumerate(table.items) if key not in known]
    if missing:
        raise Refusal(f"{table.path}: {table.place(missing[0])}: {model} does not name its model.")
    chosen = [known[key] for key in table.items]
    for item, (name, categories) in enumerate(zip(chosen, table.matrix.category_counts, strict=True)):
        if name in DICHOTOMOUS and categories > 2:
            raise Refusal(f"{table.path}: {table.place(item)}: {name} takes scores 0 and 1 only.")
    return chosen


def _plan(table: ResponseTable, columns: Columns, options: dict[str, Any]) -> CalibrationPlan:
    from psychometrics import CalibrationPlan
    from testing_center.cli.response_files import numbers_of

    priors = _priors(options["priors"])
    covariates = [numbers_of(table, name) for name in columns.covariates]
    return CalibrationPlan(
        priors=priors,
        item_names=table.items,
        groups=table.beside[columns.group] if columns.group else None,
        reference_group=options["reference"],
        weights=numbers_of(table, columns.weight) if columns.weight else None,
        covariates=list(zip(*covariates, strict=True)) if covariates else None,
        covariate_names=columns.covariates or None,
        anchors=_anchors(table, options["anchors"], options["scaling"]),
        standard_errors=options["errors"],
    )


def _anchors(table: ResponseTable, path: Path | None, scaling: float) -> Anchors | None:
    if path is None:
        return None
    import numpy as np

    from psychometrics import Anchors
    from testing_center.cli.item_files import read_items

    items = read_items(path, scaling=scaling)
    places = [(column, items.position(key)) for column, key in enumerate(table.items)]
    pairs = [(column, place) for column, place in places if place is not None]
    if not pairs:
        raise Refusal(f"{path}: none of its items is in {table.path}.")
    return Anchors(
        np.array([column for column, _ in pairs]), items.parameters.take([place for _, place in pairs])
    )


def _words(progress: Progress) -> str:
    return (
        f"Calibrating: pass {progress.iteration}, objective {progress.objective:.3f}, "
        f"distance {progress.distance:.1e}"
    )


def _one_thread_per_block() -> None:
    """Keep BLAS threads out of the calibration's own threads over blocks of examinees.

    Works if numpy is not loaded yet, as in a fresh command.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _priors(texts: Sequence[str]) -> Priors | None:
    """The priors asked for; None leaves the choice to the engine."""
    from psychometrics import NormalPrior, Priors

    chosen: dict[str, NormalPrior] = {}
    for text in texts:
        name, _, numbers = text.partition("=")
        try:
            mean, deviation = (float(number) for number in numbers.split(","))
        except ValueError:
            name = ""
            mean = deviation = math.nan
        if name not in PRIOR_NAMES or name in chosen:
            raise Refusal(f"--prior {text}: write each of {', '.join(PRIOR_NAMES)} once, as NAME=MEAN,SD.")
        chosen[name] = NormalPrior(mean, deviation)
    return Priors(**{name.replace("-", "_"): prior for name, prior in chosen.items()}) if chosen else None


def _not_estimable(table: ResponseTable, reasons: dict[int, str]) -> str:
    listed = [f"{table.place(item)} {reason}" for item, reason in reasons.items()]
    return f"{table.path}: leave out what cannot be estimated: {'; '.join(listed)}." if listed else ""


def _write_items(path: Path, keys: Sequence[str], calibration: Calibration, scaling: float) -> None:
    from testing_center.cli.item_files import write_items

    write_items(
        path, keys, calibration.models, calibration.items, error_columns(calibration), scaling=scaling
    )


def error_columns(calibration: Calibration) -> dict[str, Sequence[float]]:
    """Standard errors by the column names of an item file."""
    errors = calibration.standard_errors
    columns: dict[str, Sequence[float]] = {
        "discrimination": errors.discrimination.tolist(),
        "difficulty": errors.difficulty.tolist(),
        "guessing": errors.guessing.tolist(),
    }
    if "4pl" in calibration.models:
        columns["upper_asymptote"] = errors.upper_asymptote.tolist()
    numbered = {"b": errors.thresholds, "a": errors.nominal_slopes, "c": errors.nominal_intercepts}
    for letter, table in numbered.items():
        for place in range(table.shape[1]):
            columns[f"{letter}{place + 1}"] = table[:, place].tolist()
    return columns


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _json_lines(calibration: Calibration) -> list[str]:
    summary: dict[str, Any] = {
        "model": calibration.model,
        "examinees": calibration.examinees,
        "items": len(calibration.items),
        "parameters": calibration.parameters,
        "log_likelihood": _finite(calibration.log_likelihood),
        "objective": _finite(calibration.objective),
        "aic": _finite(calibration.aic),
        "bic": _finite(calibration.bic),
        "latent_standard_deviation": calibration.latent_standard_deviation,
        "groups": [
            {
                "group": group.label,
                "examinees": group.examinees,
                "mean": group.mean,
                "standard_deviation": group.standard_deviation,
                "se_mean": _finite(group.se_mean),
                "se_standard_deviation": _finite(group.se_standard_deviation),
            }
            for group in calibration.groups
        ],
        "coefficients": _coefficients(calibration),
        "iterations": calibration.iterations,
        "converged": calibration.converged,
        "seconds": calibration.seconds,
        "standard_error_method": calibration.standard_errors.method,
        "message": calibration.message,
    }
    return [json.dumps(summary, ensure_ascii=False, default=str)]


def _coefficients(calibration: Calibration) -> dict[str, dict[str, float | None]]:
    regression = calibration.regression
    if regression is None:
        return {}
    return {
        name: {"estimate": float(value), "se": _finite(float(error))}
        for name, value, error in zip(
            regression.names, regression.coefficients, regression.standard_errors, strict=True
        )
    }


def _table_lines(keys: Sequence[str], calibration: Calibration) -> list[str]:
    lines = [
        f"{calibration.model}: {calibration.examinees} examinees, {len(keys)} items, "
        f"log-likelihood {calibration.log_likelihood:.3f}, {calibration.iterations} iterations, "
        f"{calibration.seconds:.2f} s. {calibration.message}"
    ]
    deviation = calibration.latent_standard_deviation
    if len(calibration.groups) == 1 and deviation != 1:
        lines.append(f"theta ~ N(0, {deviation:.4f} squared); score with --prior-sd {deviation:.6g}.")
    if len(calibration.groups) > 1:
        lines += [
            f"group {group.label}: {group.examinees} examinees, theta ~ N({group.mean:.4f}, "
            f"{group.standard_deviation:.4f} squared)"
            for group in calibration.groups
        ]
    lines += [
        f"covariate {name}: {part['estimate']:.4f}" + (f" (SE {part['se']:.4f})" if part["se"] else "")
        for name, part in _coefficients(calibration).items()
    ]
    return [*lines, *_item_lines(keys, calibration)]


def _item_lines(keys: Sequence[str], calibration: Calibration) -> list[str]:
    """The first items with their parameters and, in brackets, standard errors."""
    from testing_center.cli.item_files import item_numbers

    rows, errors = list(item_numbers(calibration.items)), error_columns(calibration)
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if varies(name, rows)]
    width = max(4, *(len(key) for key in keys[:SHOWN_ITEMS]))
    lines = [f"{'item':<{width}} " + " ".join(f"{_short(name):>8} {'(SE)':>8}" for name in names)]
    for place, key in enumerate(keys[:SHOWN_ITEMS]):
        cells = [
            f"{_shown(rows[place].get(name))} {_shown(errors.get(name, [math.nan] * len(rows))[place])}"
            for name in names
        ]
        lines.append(f"{key:<{width}} {' '.join(cells)}".rstrip())
    if len(keys) > SHOWN_ITEMS:
        lines.append(f"… and {len(keys) - SHOWN_ITEMS} more items")
    return lines


def varies(name: str, rows: Sequence[dict[str, float]]) -> bool:
    """Whether a column says anything: asymptotes that no item has are left out."""
    fixed = {"guessing": 0.0, "upper_asymptote": 1.0}
    return name not in fixed or any(row.get(name, fixed[name]) != fixed[name] for row in rows)


def _short(name: str) -> str:
    return {"discrimination": "a", "difficulty": "b", "guessing": "c", "upper_asymptote": "d"}.get(name, name)


def _shown(value: float | None) -> str:
    return " " * 8 if value is None or math.isnan(value) else f"{value:8.3f}"
