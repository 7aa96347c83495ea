"""`synak calibrate` and `synak score`: item parameters and abilities from plain tables, without a server.

Everything heavy is imported inside the commands, so that `synak --help` stays quick.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from psychometrics import Calibration, NormalPrior, Priors
    from testing_center.cli.item_files import ItemTable
    from testing_center.cli.response_files import ResponseTable

SHOWN_ITEMS = 40
ERROR_COLUMNS = ("discrimination", "difficulty", "guessing")
PRIOR_NAMES = ("log-discrimination", "difficulty", "logit-guessing")


@click.command("calibrate")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--model",
    type=click.Choice(["rasch", "1pl", "2pl", "3pl"]),
    default="2pl",
    show_default=True,
    help="Response model. 3pl puts a normal prior on the logit of guessing.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the item parameters to this CSV file.")
@click.option(
    "--prior",
    "priors",
    multiple=True,
    metavar="NAME=MEAN,SD",
    help="Normal prior; NAME is log-discrimination, difficulty or logit-guessing. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the table.")
def calibrate_command(
    responses: Path, model: str, out: Path | None, priors: tuple[str, ...], as_json: bool
) -> None:
    """Estimate item parameters from RESPONSES, a CSV table.

    The header holds the item keys, each further row one examinee. Cells are 1 (right), 0 (wrong) or empty
    (not presented). A first column named "examinee" is allowed.

    Parameters are in the logistic metric (D = 1) with theta ~ N(0, 1) and plain marginal maximum likelihood
    unless a prior is asked for. With rasch the discriminations are 1 and theta ~ N(0, SD squared): the SD is
    printed, and is to be given to "synak score --prior-sd".
    """
    _one_thread_per_block()
    with plain_refusals():
        from psychometrics import CalibrationPlan, NotEstimable, calibrate
        from testing_center.cli.response_files import read_responses
        from testing_center.cli.tables import check_writable

        if out is not None:
            check_writable(out)
        table = read_responses(responses)
        plan = CalibrationPlan(priors=_priors(priors), item_names=table.items)
        try:
            calibration = calibrate(table.matrix, model=model, plan=plan)  # type: ignore[arg-type]
        except NotEstimable as error:
            raise Refusal(_not_estimable(responses, table, error.reasons) or str(error)) from error
        if out is not None:
            _write_items(out, table.items, calibration)
        if not calibration.converged:
            click.echo(f"Warning: {calibration.message}", err=True)
        for line in _json_lines(calibration) if as_json else _table_lines(table.items, calibration):
            click.echo(line)


@click.command("score")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--items", "item_file", type=click.Path(path_type=Path), required=True, help="Item parameters, CSV."
)
@click.option(
    "--method",
    type=click.Choice(["eap", "map", "mle", "wle"]),
    default="eap",
    show_default=True,
    help="Ability estimator.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the scores to this CSV file.")
@click.option("--prior-mean", type=float, default=0.0, show_default=True, help="Mean of theta (eap, map).")
@click.option("--prior-sd", type=float, default=1.0, show_default=True, help="SD of theta (eap, map).")
def score_command(
    responses: Path, item_file: Path, method: str, out: Path | None, prior_mean: float, prior_sd: float
) -> None:
    """Estimate the ability of every examinee in RESPONSES with the item parameters of ITEMS.

    Columns written: examinee, theta, standard_error, presented, right. Without --out the table is printed. A
    theta with an infinite standard error has no finite estimate (all right or all wrong with mle) and stands
    at the end of the range; an examinee without responses has an empty theta with mle and wle.
    """
    with plain_refusals():
        from psychometrics import Quadrature, estimate_ability
        from testing_center.cli.item_files import number_text, read_items
        from testing_center.cli.response_files import read_responses
        from testing_center.cli.tables import check_writable, write_table

        if out is not None:
            check_writable(out)
        if not (prior_sd > 0 and math.isfinite(prior_sd) and math.isfinite(prior_mean)):
            raise Refusal("--prior-sd must be positive, and both prior numbers finite.")
        reach = 6.0 * max(prior_sd, 1.0)
        grid = Quadrature.equal_spaced(121, prior_mean - reach, prior_mean + reach, prior_mean, prior_sd)
        table, items = read_responses(responses), read_items(item_file)
        used = items.dichotomous().take(_positions(table, items))
        estimates = estimate_ability(table.scores, used, method=method, quadrature=grid)  # type: ignore[arg-type]
        presented, right = (table.scores >= 0).sum(axis=1), (table.scores == 1).sum(axis=1)
        columns = (estimates.theta, estimates.standard_error, presented, right)
        header = ("examinee", "theta", "standard_error", "presented", "right")
        rows = [
            (name, number_text(theta), number_text(error), count, correct)
            for name, theta, error, count, correct in zip(
                table.examinees, *(column.tolist() for column in columns), strict=True
            )
        ]
        if out is None:
            for row in (header, *rows):
                click.echo(",".join(str(cell) for cell in row))
        else:
            write_table(out, header, rows)
            click.echo(f"Scored {len(rows)} examinees on {len(table.items)} items by {method}.")


def _one_thread_per_block() -> None:
    """Keep BLAS threads out of the calibration's own threads over blocks of examinees.

    Works if numpy is not loaded yet, as in a fresh command.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _priors(texts: Sequence[str]) -> Priors:
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
    return Priors(**{name.replace("-", "_"): prior for name, prior in chosen.items()})


def _not_estimable(path: Path, table: ResponseTable, reasons: dict[int, str]) -> str:
    listed = [f"{table.place(item)} {reason}" for item, reason in reasons.items()]
    return f"{path}: leave out what cannot be estimated: {'; '.join(listed)}." if listed else ""


def _positions(table: ResponseTable, items: ItemTable) -> list[int]:
    positions = [items.position(key) for key in table.items]
    if None in positions:
        item = positions.index(None)
        where = f"{'row 1, ' if table.columns else ''}{table.place(item)}"
        raise Refusal(f"{table.path}: {where}: {table.items[item]!r} is not in {items.path}.")
    return [position for position in positions if position is not None]


def _write_items(path: Path, keys: Sequence[str], calibration: Calibration) -> None:
    from testing_center.cli.item_files import write_items

    errors = {name: getattr(calibration.standard_errors, name) for name in ERROR_COLUMNS}
    write_items(path, keys, [calibration.model] * len(keys), calibration.items, errors)


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
        "iterations": calibration.iterations,
        "converged": calibration.converged,
        "seconds": calibration.seconds,
        "standard_error_method": calibration.standard_errors.method,
        "message": calibration.message,
    }
    return [json.dumps(summary)]


def _table_lines(keys: Sequence[str], calibration: Calibration) -> list[str]:
    lines = [
        f"{calibration.model}: {calibration.examinees} examinees, {len(keys)} items, "
        f"log-likelihood {calibration.log_likelihood:.3f}, {calibration.iterations} iterations, "
        f"{calibration.seconds:.2f} s. {calibration.message}"
    ]
    if calibration.model == "rasch":
        deviation = calibration.latent_standard_deviation
        lines.append(f"theta ~ N(0, {deviation:.4f} squared); score with --prior-sd {deviation:.6g}.")
    width = max(4, *(len(key) for key in keys[:SHOWN_ITEMS]))
    lines.append(f"{'item':<{width}} {'a':>8} {'(SE)':>8} {'b':>8} {'(SE)':>8} {'c':>8} {'(SE)':>8}")
    items, errors = calibration.item_parameters, calibration.standard_errors
    for key, *numbers in zip(
        keys[:SHOWN_ITEMS],
        items.discrimination,
        errors.discrimination,
        items.difficulty,
        errors.difficulty,
        items.guessing,
        errors.guessing,
        strict=False,
    ):
        shown = (" " * 8 if math.isnan(number) else f"{number:8.3f}" for number in numbers)
        lines.append(f"{key:<{width}} {' '.join(shown)}".rstrip())
    if len(keys) > SHOWN_ITEMS:
        lines.append(f"… and {len(keys) - SHOWN_ITEMS} more items")
    return lines
