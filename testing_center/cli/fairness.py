"""`synak dif`: do items work alike for comparable examinees of different groups."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from psychometrics import IntersectionReport

COLUMNS = (
    "item",
    "attributes",
    "reference",
    "focal",
    "n_reference",
    "n_focal",
    "effect",
    "class",
    "p",
    "p_adjusted",
    "flagged",
)


@click.command("dif")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--group",
    "groups",
    multiple=True,
    required=True,
    metavar="COLUMN",
    help="Column of RESPONSES with the groups; repeated, their intersections are compared too.",
)
@click.option(
    "--method",
    type=click.Choice(["mantel_haenszel", "logistic", "sibtest"]),
    default="mantel_haenszel",
    show_default=True,
)
@click.option("--significance", type=float, default=0.05, show_default=True, help="After adjustment.")
@click.option("--fewest", type=int, default=100, show_default=True, help="Smallest group that is compared.")
@click.option("--purify/--no-purify", default=True, show_default=True, help="Flagged items leave the score.")
@click.option("--out", type=click.Path(path_type=Path), help="Write every comparison (CSV or .parquet).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dif_command(responses: Path, groups: tuple[str, ...], **options: Any) -> None:
    """Compare the items of RESPONSES between groups of examinees matched on their sum score.

    Each group is compared with the largest one. The effect is negative where the item is harder for the focal
    group than for comparable members of the reference group (mantel_haenszel: ETS delta; logistic: log odds;
    sibtest: minus beta).
    """
    with plain_refusals():
        from psychometrics import DifPlan, IntersectionPlan, intersection_report
        from testing_center.cli.response_files import POLYTOMOUS, read_responses
        from testing_center.cli.tables import check_writable, write_table

        if options["out"] is not None:
            check_writable(options["out"])
        table = read_responses(responses, beside=groups, highest=POLYTOMOUS)
        plan = IntersectionPlan(
            method=options["method"],
            fewest_examinees=options["fewest"],
            dif=DifPlan(significance=options["significance"], purify=options["purify"]),
            item_names=table.items,
        )
        report = intersection_report(table.matrix, {name: table.beside[name] for name in groups}, plan)
        if not report.comparisons:
            raise Refusal(f"{responses}: no two groups have {options['fewest']} examinees; lower --fewest.")
        rows = _rows(report)
        if options["out"] is not None:
            write_table(options["out"], COLUMNS, rows)
        if options["as_json"]:
            click.echo(json.dumps(report.to_data(), ensure_ascii=False, default=str))
        else:
            for line in _lines(report, rows):
                click.echo(line)


def _rows(report: IntersectionReport) -> list[tuple[object, ...]]:
    return [
        (
            item,
            " × ".join(part.attributes),
            part.reference,
            part.focal,
            *part.sizes,
            _number(part.effect[place]),
            str(part.classes[place]),
            _number(part.p_value[place]),
            _number(part.adjusted[place]),
            int(part.flagged[place]),
        )
        for part in report.comparisons
        for place, item in enumerate(report.items)
    ]


def _number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def _lines(report: IntersectionReport, rows: list[tuple[object, ...]]) -> list[str]:
    flagged = [row for row in rows if row[-1]]
    lines = [
        f"{report.method}: {len(report.items)} items, {len(report.comparisons)} comparisons, "
        f"{len(flagged)} flagged."
    ]
    for item, attributes, reference, focal, _n, _m, effect, letter, _p, adjusted, _flag in flagged:
        lines.append(
            f"{item}: {attributes}, {focal} against {reference}: effect {float(str(effect)):.2f}, "
            f"class {letter or '–'}, adjusted p {float(str(adjusted)):.2g}"
        )
    skipped = [(cell.cell, cell.examinees, cell.reason) for cell in report.skipped]
    return [*lines, *(f"Not compared: {name} ({size} examinees): {reason}" for name, size, reason in skipped)]
