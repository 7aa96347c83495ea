"""`synak assemble`: parallel forms from a pool by mixed-integer programming, without a server."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.progress import working
from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from psychometrics import Assembly, AssemblyPlan, AssemblyPool, Feasibility
    from testing_center.cli.assembly_pools import PoolFile


@click.command("assemble")
@click.argument("pool", type=click.Path(path_type=Path))
@click.option(
    "--spec", "specification", type=click.Path(path_type=Path), required=True, help="What to assemble (TOML)."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Forms (CSV or .parquet).")
@click.option("--gap", type=float, help="Stop when proven so near the best; instead of that of the file.")
@click.option("--time-limit", type=float, help="Seconds; instead of that of the file.")
@click.option("--item-model", help="What b1, b2, … are where the pool has no column model.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="D of the item file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def assemble_command(pool: Path, specification: Path, out: Path, **options: Any) -> None:
    """Assemble the forms of a specification from POOL, an item file with further columns.

    \b
    forms = 4                      # or [[form]] with a name and rules of its own
    length = [48, 52]
    maximum_uses = 1               # forms an item may enter
    maximum_shared = 5             # items two forms may share
    enemy_column = "enemies"       # items that share a word never meet
    stimulus_column = "stimulus"
    [[count]]
    where = { area = "Geometry" }
    minimum = 4
    [[quantity]]
    column = "seconds"
    maximum = 5400
    [stimuli]
    all_or_none = true
    [target]
    theta = [-1, 0, 1]
    information = [8, 12, 8]

    OUT has a row for each item of each form, with all columns of POOL.
    """
    with plain_refusals():
        from psychometrics import InfeasiblePlan, assemble
        from testing_center.cli.assembly_pools import plan_of, pool_of, read_pool
        from testing_center.cli.assembly_specification import read_specification
        from testing_center.cli.tables import check_writable

        check_writable(out)
        if not (options["scaling"] > 0 and math.isfinite(options["scaling"])):
            raise Refusal("--scaling must be a positive number.")
        asked = read_specification(specification)
        gap = asked.gap if options["gap"] is None else options["gap"]
        seconds = asked.time_limit if options["time_limit"] is None else options["time_limit"]
        file = read_pool(pool, scaling=options["scaling"], item_model=options["item_model"])
        plan = plan_of(file, asked, str(specification))
        items = pool_of(file, asked)
        try:
            with working(f"Assembling, {seconds:g} s at most"):
                found = assemble(items, plan, gap=gap, time_limit=seconds)
        except InfeasiblePlan as error:
            raise Refusal(_sentences(pool, error.feasibility)) from error
        _write(out, file, plan, found)
        lines = [_facts(items, plan, found)] if options["as_json"] else _lines(items, plan, found)
        for line in lines:
            click.echo(line)


def _sentences(pool: Path, feasibility: Feasibility) -> str:
    """Which limits cannot be met and by how much."""
    missed = [
        f"{part.place}: {part.label}: at least {part.needed:g} wanted, at most {part.available:g} possible."
        if part.side == "minimum"
        else f"{part.place}: {part.label}: at most {part.needed:g} wanted, {part.available:g} needed."
        for part in feasibility.shortfalls
    ]
    start = f"{pool}: the pool cannot fill the specification."
    if feasibility.method == "relaxation":
        start += " Each limit can be met alone, but not all together; the least that must give way is this."
    return " ".join([start, *missed])


def _write(out: Path, file: PoolFile, plan: AssemblyPlan, found: Assembly) -> None:
    from testing_center.cli.tables import write_table

    columns = [file.table.texts(place) for place in range(len(file.table.header))]
    rows = [
        [plan.name_of(number), *(column[item] for column in columns)]
        for number, form in enumerate(found.forms)
        for item in form
    ]
    write_table(out, ["form", *file.table.header], rows)


def _facts(items: AssemblyPool, plan: AssemblyPlan, found: Assembly) -> str:
    theta = items.theta.tolist()
    facts = {
        "forms": [
            {
                "form": plan.name_of(number),
                "items": [items.name_of(item) for item in form],
                "information": dict(zip(map(str, theta), told.tolist(), strict=True)),
                "limits": _limits(items, plan, found, number),
            }
            for number, (form, told) in enumerate(zip(found.forms, found.information, strict=True))
        ],
        "shared": found.shared.tolist(),
        "target": found.kind,
        "level": None if math.isnan(found.level) else found.level,
        "gap": found.gap,
        "seconds": found.seconds,
    }
    return json.dumps(facts, ensure_ascii=False)


def _limits(
    items: AssemblyPool, plan: AssemblyPlan, found: Assembly, number: int
) -> list[dict[str, float | str | None]]:
    """What the limits of one form ask for and what it has."""
    form, chosen = plan.forms[number], list(found.forms[number])
    counted = [
        (limit.label, limit.minimum, limit.maximum, float(items.matches(limit.where)[chosen].sum()))
        for limit in form.counts
    ]
    summed = [
        (limit.quantity, limit.minimum, limit.maximum, float(items.quantity(limit.quantity)[chosen].sum()))
        for limit in form.quantities
    ]
    return [
        {"limit": label, "minimum": least, "maximum": most, "has": has}
        for label, least, most, has in (*counted, *summed)
    ]


def _lines(items: AssemblyPool, plan: AssemblyPlan, found: Assembly) -> list[str]:
    lines = [f"{len(found.forms)} forms in {found.seconds:.1f} s. {_quality(found)}"]
    for number, (form, told) in enumerate(zip(found.forms, found.information, strict=True)):
        points = ", ".join(
            f"{value:.2f} at {theta:g}" for theta, value in zip(items.theta, told, strict=True)
        )
        lines.append(f"{plan.name_of(number)}: {len(form)} items; information {points}")
        lines += [f"  {_limit_line(limit)}" for limit in _limits(items, plan, found, number)]
    shared = found.shared
    most = max((int(shared[i, j]) for i in range(len(shared)) for j in range(i)), default=0)
    return [*lines, f"Two forms share at most {most} items."]


def _quality(found: Assembly) -> str:
    if found.kind is None:
        return "There is no information target: the forms meet the limits."
    if found.kind == "absolute":
        return (
            f"The largest distance from the target is {found.level:.2%} of it; "
            f"proven: no forms come nearer by more than {found.gap:.2%}."
        )
    return (
        f"The smallest ratio of information to the target is {found.level:.4f}; "
        f"proven: within {found.gap:.2%} of the best."
    )


def _limit_line(limit: dict[str, float | str | None]) -> str:
    bounds = [
        f"{word} {limit[name]:g}"
        for word, name in (("at least", "minimum"), ("at most", "maximum"))
        if limit[name] is not None
    ]
    return f"{limit['limit']}: {limit['has']:g} ({', '.join(bounds)})"
