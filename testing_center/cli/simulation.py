"""`synak simulate`: what an adaptive plan would do to a population, beside the best fixed form."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.calibration import LANGUAGES
from testing_center.cli.progress import working
from testing_center.cli.refusals import plain_refusals

if TYPE_CHECKING:
    from psychometrics import AdaptivePool, Scenario, SimulationReport

DESCRIPTIVE = ("area", "family", "block")


@click.command("simulate")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report with plots.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the report."
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the seed of the scenario.")
@click.option("--item-model", help="What b1, b2, … are where the item file has no column model.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="D of the item file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def simulate_command(scenario: Path, **options: Any) -> None:
    """Simulate the adaptive plan of SCENARIO, a .toml or .json file.

    SCENARIO holds the population (by groups, or points of theta), the pool (drawn from distributions, or
    pool_file: an item file beside it with the columns area, family, block and any attribute of the quotas),
    the plan, cuts, seed and replications. Reported are bias, RMSE, coverage, length, exposure, overlap,
    content violations, and accuracy and consistency of decisions, for all and by theta.
    """
    with plain_refusals():
        from dataclasses import replace

        from psychometrics import load_scenario, run_scenario
        from testing_center.cli.tables import check_writable

        if options["report"] is not None:
            check_writable(options["report"])
        wanted = load_scenario(scenario)
        if options["seed"] is not None:
            wanted = replace(wanted, seed=options["seed"])
        pool = _pool(wanted, scenario, options)
        with working("Simulating") as say:
            found = run_scenario(
                wanted, pool, lambda done, whole: say(f"Simulated: {done} of {whole} replications")
            )
        if options["report"] is not None:
            _write(options["report"], found, options["language"])
        click.echo(json.dumps(found.to_data(), ensure_ascii=False) if options["as_json"] else _text(found))


def _pool(wanted: Scenario, scenario: Path, options: dict[str, Any]) -> AdaptivePool | None:
    """The pool of the item file that a scenario names, None if it draws its own. Raises FileProblem."""
    from psychometrics import AdaptivePool, PoolContent
    from testing_center.cli.item_files import read_items
    from testing_center.cli.tables import column_of, read_table

    if wanted.pool_file is None:
        return None
    path = scenario.parent / wanted.pool_file
    items = read_items(path, scaling=options["scaling"], polytomous_model=options["item_model"])
    table = read_table(path)
    known = {
        name: table.texts(table.header.index(name)) if name in table.header else None for name in DESCRIPTIVE
    }
    asked = {quota.attribute for quota in wanted.plan.content.quotas} - {"area"}
    content = PoolContent(
        areas=known["area"] or ["all"] * len(items.keys),
        families=[name or None for name in known["family"] or []],
        blocks=[name or None for name in known["block"] or []],
        attributes={name: table.texts(column_of(path, table, name)) for name in sorted(asked)},
    )
    return AdaptivePool.of(items.parameters, content)


def _write(path: Path, found: SimulationReport, language: str) -> None:
    from testing_center.cli.reports import write_report
    from testing_center.documents.simulation_report import simulation_report
    from testing_center.documents.statistics_report import catalogue

    write_report(path, simulation_report(found, catalogue(language).gettext), language)


def _text(found: SimulationReport) -> str:
    """The main figures as a table for people."""
    from testing_center.documents.simulation_report import designs_of, figures_row

    def plain(text: str) -> str:
        return text

    rows = {name: figures_row(design.whole, plain) for name, design in designs_of(found, plain).items()}
    labels = list(next(iter(rows.values())))
    width = max(map(len, labels))
    lines = [
        f"{found.scenario.name}: {found.examinees} examinees, {found.items} items, "
        f"{found.scenario.replications} replications, seed {found.scenario.seed}.",
        " " * width + "".join(f"{name:>12}" for name in rows),
    ]
    for label in labels:
        cells = ((row[label][1], row[label][0]) for row in rows.values())
        lines.append(f"{label:<{width}}" + "".join(f"{_shown(*cell):>12}" for cell in cells))
    lines += _cut_lines(found)
    if found.relative_efficiency is not None:
        lines.append(f"Relative efficiency (mean squared errors): {found.relative_efficiency:.2f}")
    return "\n".join(lines)


def _shown(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _cut_lines(found: SimulationReport) -> list[str]:
    decisions = found.adaptive.whole.decisions
    return [
        f"Cut {cut.cut:g}: accuracy {cut.accuracy:.3f}, wrongly above {cut.false_above:.3f}, wrongly below "
        f"{cut.false_below:.3f}, consistency {_shown(cut.consistency, 3)}."
        for cut in (decisions.cuts if decisions else ())
    ]
