"""`synak link`: put the items of one calibration on the scale of another through their common items."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from testing_center.cli.refusals import Refusal, plain_refusals

if TYPE_CHECKING:
    from psychometrics import Linking


@click.command("link")
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--base", type=click.Path(path_type=Path), required=True, help="Items on the scale to keep.")
@click.option(
    "--method",
    type=click.Choice(["mean_mean", "mean_sigma", "haebara", "stocking_lord"]),
    default="stocking_lord",
    show_default=True,
)
@click.option("--keep-drifted", is_flag=True, help="Keep common items whose parameters have drifted.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the items of NEW on the base scale.")
@click.option("--item-model", help="What b1, b2, … are where an item file has no column model.")
@click.option("--scaling", type=float, default=1.0, show_default=True, help="D of the item files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def link_command(new: Path, base: Path, **options: Any) -> None:
    """Move the item parameters of NEW to the scale of BASE: theta_base = slope · theta_new + intercept.

    Items with the same key in both files are the anchors. Anchors that have drifted are left out, the worst
    first, and named.
    """
    with plain_refusals():
        from psychometrics import AnchorRule, CommonItems, LinkingPlan, link_scales
        from testing_center.cli.item_files import read_items, write_items
        from testing_center.cli.tables import check_writable

        if options["out"] is not None:
            check_writable(options["out"])
        reading = {"scaling": options["scaling"], "polytomous_model": options["item_model"]}
        moved, kept = read_items(new, **reading), read_items(base, **reading)
        shared = [key for key in moved.keys if kept.position(key) is not None]
        if len(shared) < 2:
            raise Refusal(f"{new}: {len(shared)} of its items are in {base}; linking needs two or more.")
        common = CommonItems(
            kept.parameters.take([kept.position(key) or 0 for key in shared]),
            moved.parameters.take([moved.position(key) or 0 for key in shared]),
        )
        rule = None if options["keep_drifted"] else AnchorRule()
        linking = link_scales(common, LinkingPlan(method=options["method"], anchor_rule=rule))
        if options["out"] is not None:
            parameters = linking.transformation.items(moved.parameters)
            write_items(options["out"], moved.keys, moved.models, parameters, {}, scaling=options["scaling"])
        facts = json.dumps(_facts(linking, shared), ensure_ascii=False)
        click.echo(facts if options["as_json"] else _text(linking, shared))


def _facts(linking: Linking, shared: list[str]) -> dict[str, Any]:
    return {
        "method": linking.plan.method,
        "slope": linking.transformation.slope,
        "intercept": linking.transformation.intercept,
        "se_slope": None if math.isnan(linking.slope_error) else linking.slope_error,
        "se_intercept": None if math.isnan(linking.intercept_error) else linking.intercept_error,
        "anchors": [key for place, key in enumerate(shared) if linking.kept[place]],
        "removed": {shared[place]: reason for place, reason in linking.removed.items()},
    }


def _text(linking: Linking, shared: list[str]) -> str:
    lines = [
        f"{linking.plan.method}: theta_base = {linking.transformation.slope:.6f} · theta_new "
        f"{linking.transformation.intercept:+.6f}, {int(linking.kept.sum())} of {len(shared)} anchors."
    ]
    lines += [f"Left out: {shared[place]}: {reason}" for place, reason in linking.removed.items()]
    return "\n".join(lines)
