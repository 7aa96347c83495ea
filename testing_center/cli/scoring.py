"""`synak score`: abilities from responses and an item file, without a server."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from testing_center.cli.matched_responses import MatchedResponses
    from testing_center.cli.response_files import ResponseTable


@click.command("score")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--items", "item_file", type=click.Path(path_type=Path), required=True, help="Item parameters."
)
@click.option(
    "--method",
    type=click.Choice(["eap", "map", "mle", "wle", "eap_sum"]),
    default="eap",
    show_default=True,
    help="Ability estimator; eap_sum uses the sum score only.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the scores (CSV or .parquet).")
@click.option("--prior-mean", type=float, default=0.0, show_default=True, help="Mean of theta (eap, map).")
@click.option("--prior-sd", type=float, default=1.0, show_default=True, help="SD of theta (eap, map).")
@click.option(
    "--form",
    type=click.Path(path_type=Path),
    help="Item file of a reference form: adds the expected percent on it with its standard error.",
)
@click.option("--plausible", type=click.IntRange(min=0), default=0, help="Add so many plausible values.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the plausible values.")
@click.option("--item-model", help="What b1, b2, … are where the item file has no column model.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="D of the item files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def score_command(responses: Path, item_file: Path, **options: Any) -> None:
    """Estimate the ability of every examinee in RESPONSES with the item parameters of ITEMS.

    Columns written: examinee, theta, standard_error, presented, right (points earned). Without --out the
    table is printed. A theta with an infinite standard error has no finite estimate (all right or all wrong
    with mle) and stands at the end of the range; an examinee without responses has an empty theta with mle
    and wle.
    """
    with plain_refusals():
        from testing_center.cli.matched_responses import read_matched
        from testing_center.cli.tables import check_writable

        if options["out"] is not None:
            check_writable(options["out"])
        deviation, mean = options["prior_sd"], options["prior_mean"]
        if not (deviation > 0 and math.isfinite(deviation) and math.isfinite(mean)):
            raise Refusal("--prior-sd must be positive, and both prior numbers finite.")
        matched = read_matched(responses, item_file, options)
        table = matched.table
        header, columns = _scores(matched, options)
        rows = [tuple(row) for row in zip(*columns, strict=True)]
        _write(header, rows, table, options)


def _scores(
    matched: MatchedResponses, options: dict[str, Any]
) -> tuple[list[str], list[list[object]]]:
    import numpy as np

    from psychometrics import Quadrature, estimate_ability, expected_percent, plausible_values
    from testing_center.cli.item_files import number_text, read_items

    table, used, matrix = matched.table, matched.items, matched.matrix
    mean, deviation = options["prior_mean"], options["prior_sd"]
    reach = 6.0 * max(deviation, 1.0)
    grid = Quadrature.equal_spaced(121, mean - reach, mean + reach, mean, deviation)
    estimates = estimate_ability(matrix, used, method=options["method"], quadrature=grid)
    cells = matrix.to_sparse()
    who = np.repeat(np.arange(matrix.examinees), np.diff(cells.starts))
    presented = np.diff(cells.starts)
    points = np.bincount(who, weights=cells.scores, minlength=matrix.examinees).astype(int)
    header = ["examinee", "theta", "standard_error", "presented", "right"]
    columns: list[list[object]] = [
        list(table.examinees),
        [number_text(value) for value in estimates.theta.tolist()],
        [number_text(value) for value in estimates.standard_error.tolist()],
        presented.tolist(),
        points.tolist(),
    ]
    if options["form"] is not None:
        form = read_items(options["form"], scaling=options["scaling"], polytomous_model=options["item_model"])
        percent = expected_percent(estimates, form.parameters)
        header += ["expected_percent", "se_expected_percent"]
        columns += [
            [number_text(value) for value in part.tolist()]
            for part in (percent.percent, percent.standard_error)
        ]
    if options["plausible"] > 0:
        rng = np.random.default_rng(options["seed"])
        values = plausible_values(matrix, used, rng, draws=options["plausible"], quadrature=grid)
        header += [f"plausible_{place + 1}" for place in range(values.shape[1])]
        columns += [[number_text(value) for value in column] for column in values.T.tolist()]
    return header, columns


def _write(
    header: list[str], rows: list[tuple[object, ...]], table: ResponseTable, options: dict[str, Any]
) -> None:
    from testing_center.cli.tables import write_table

    if options["out"] is not None:
        write_table(options["out"], header, rows)
    if options["as_json"]:
        records = [dict(zip(header, row, strict=True)) for row in rows]
        facts = {"method": options["method"], "examinees": len(rows), "items": len(table.items)}
        click.echo(json.dumps(facts | ({} if options["out"] else {"scores": records}), ensure_ascii=False))
    elif options["out"] is not None:
        click.echo(f"Scored {len(rows)} examinees on {len(table.items)} items by {options['method']}.")
    else:
        for row in (header, *rows):
            click.echo(",".join(str(cell) for cell in row))
