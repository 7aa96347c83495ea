"""`synak fit`: do items, pairs of items, examinees and the whole model agree with the responses?"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.progress import working
from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from testing_center.cli.fit_findings import FitFindings
    from testing_center.cli.item_findings import FitPlan
    from testing_center.cli.matched_responses import MatchedResponses

SHOWN_ITEMS = 20
SHOWN_PAIRS = 10


@click.command("fit")
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--items", "item_file", type=click.Path(path_type=Path), required=True, help="Item parameters."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the fit of every item (CSV or .parquet).")
@click.option("--persons", type=click.Path(path_type=Path), help="Write the fit of every examinee.")
@click.option("--ignore", "ignored", multiple=True, metavar="COLUMN", help="Column of RESPONSES, no item.")
@click.option("--prior-mean", type=float, default=0.0, show_default=True, help="Mean of theta.")
@click.option("--prior-sd", type=float, default=1.0, show_default=True, help="SD of theta.")
@click.option(
    "--slopes",
    type=click.Choice(["auto", "free", "equal", "fixed", "known"]),
    default="auto",
    show_default=True,
    help="How slopes were estimated; known: all parameters come from other examinees. auto asks the models.",
)
@click.option("--significance", type=float, default=0.05, show_default=True, help="After adjustment.")
@click.option(
    "--replications",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Simulated samples for the critical Q3, which is 0.2 above the mean otherwise.",
)
@click.option("--dimensionality", is_flag=True, help="Add parallel analysis and DETECT (slower).")
@click.option("--seed", type=int, default=1, show_default=True, help="Of what is drawn at random.")
@click.option("--item-model", help="What b1, b2, … are where the item file has no column model.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="D of the item file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def fit_command(responses: Path, item_file: Path, **options: Any) -> None:
    """Compare RESPONSES with what the item parameters of ITEMS expect.

    Items: S-X2 with p, infit and outfit, the largest residual along theta, the largest adjusted Q3 with
    another item; worst first, * marks those to look at. The model: M2 (C2 with more than two scores), RMSEA
    with its interval. The test: reliability. Examinees: lz* with p. Give the --prior-sd that "synak
    calibrate" printed.
    """
    with plain_refusals():
        from testing_center.cli.fit_findings import fit_findings
        from testing_center.cli.fit_tables import item_rows, person_rows
        from testing_center.cli.matched_responses import read_matched
        from testing_center.cli.tables import check_writable, write_table

        for path in (options["out"], options["persons"]):
            if path is not None:
                check_writable(path)
        _check_numbers(options)
        matched = read_matched(responses, item_file, options)
        with working("Comparing the responses with the model"):
            found = fit_findings(matched, _plan(matched, options), options)
        if options["out"] is not None:
            write_table(options["out"], *item_rows(matched.table.items, found))
        if options["persons"] is not None:
            write_table(options["persons"], *person_rows(matched.table.examinees, found))
        lines = [_facts(matched, found)] if options["as_json"] else _lines(matched, found)
        for line in lines:
            click.echo(line)


def _check_numbers(options: dict[str, Any]) -> None:
    deviation, mean = options["prior_sd"], options["prior_mean"]
    if not (deviation > 0 and math.isfinite(deviation) and math.isfinite(mean)):
        raise Refusal("--prior-sd must be positive, and both prior numbers finite.")
    if not 0 < options["significance"] < 1:
        raise Refusal("--significance must lie between 0 and 1.")
    if not (options["scaling"] > 0 and math.isfinite(options["scaling"])):
        raise Refusal("--scaling must be a positive number.")


def _plan(matched: MatchedResponses, options: dict[str, Any]) -> FitPlan:
    from psychometrics import Quadrature
    from testing_center.cli.item_findings import FitPlan, slopes_of

    mean, deviation = options["prior_mean"], options["prior_sd"]
    reach = 6.0 * max(deviation, 1.0)
    grid = Quadrature.equal_spaced(121, mean - reach, mean + reach, mean, deviation)
    asked = options["slopes"]
    known = asked == "known"
    slopes = slopes_of(matched.models, matched.items) if asked in ("auto", "known") else asked
    return FitPlan(grid, slopes, known, options["significance"])


def _facts(matched: MatchedResponses, found: FitFindings) -> str:
    from testing_center.cli.fit_tables import fit_facts

    return json.dumps(fit_facts(matched.table.items, found), ensure_ascii=False)


def _lines(matched: MatchedResponses, found: FitFindings) -> list[str]:
    keys = matched.table.items
    items = found.items
    lines = [
        f"{len(found.person_p)} examinees, {len(keys)} items. Flagged: items {int(items.flagged.sum())}, "
        f"pairs {len(found.pairs)}, examinees {int(found.unlikely.sum())}."
    ]
    if found.model is not None:
        model = found.model
        lines.append(
            f"{found.model_statistic} = {model.statistic:.2f}, df {model.degrees_of_freedom}, "
            f"p {model.p_value:.4f}; RMSEA {model.rmsea:.4f} "
            f"({model.confidence:.0%} {model.rmsea_lower:.4f} to {model.rmsea_upper:.4f}), "
            f"SRMSR {model.srmsr:.4f}, CFI {model.cfi:.4f}, TLI {model.tli:.4f}"
        )
    known = [f"{name.replace('_', ' ')} {value:.3f}" for name, value in found.reliability.items()]
    lines.append(f"Reliability: {', '.join(known)}.")
    if found.dimensions:
        sizes = [f"{name.replace('_', ' ')} {value:.3g}" for name, value in found.dimensions.items()]
        lines.append(f"Dimensions: {', '.join(sizes)}.")
    lines += [f"Note: {note}" for note in found.notes]
    lines += _item_lines(keys, found)
    lines += [
        f"Q3 {keys[first]} with {keys[second]}: {value:.3f} above the mean"
        for first, second, value in found.pairs[:SHOWN_PAIRS]
    ]
    hidden = len(found.pairs) - SHOWN_PAIRS
    return [*lines, *([f"… and {hidden} more pairs"] if hidden > 0 else [])]


def _item_lines(keys: tuple[str, ...], found: FitFindings) -> list[str]:
    """The worst items first."""
    from testing_center.cli.fit_tables import item_numbers_of

    numbers = item_numbers_of(found)
    shown = ("s_x2", "df", "p_adjusted", "infit", "outfit", "residual", "q3")
    width = max(4, *(len(key) for key in keys))
    lines = [f"{'item':<{width}} " + " ".join(f"{name:>10}" for name in shown)]
    for place in found.items.worst_first[:SHOWN_ITEMS].tolist():
        cells = [_shown(name, numbers[name][place]) for name in shown]
        mark = " *" if found.items.flagged[place] else ""
        lines.append(f"{keys[place]:<{width}} {' '.join(cells)}{mark}".rstrip())
    if len(keys) > SHOWN_ITEMS:
        lines.append(f"… and {len(keys) - SHOWN_ITEMS} items that fit better")
    return lines


def _shown(name: str, value: float) -> str:
    if math.isnan(value):
        return " " * 10
    return f"{value:10.0f}" if name == "df" else f"{value:10.3f}"
