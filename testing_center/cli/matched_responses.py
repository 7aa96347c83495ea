"""Responses together with the parameters of the items they were given to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psychometrics import ItemCollection, ResponseMatrix
from testing_center.cli.item_files import ItemTable, read_items
from testing_center.cli.refusals import Refusal
from testing_center.cli.response_files import POLYTOMOUS, ResponseTable, read_responses


@dataclass(frozen=True, eq=False)
class MatchedResponses:
    """``items`` are those of the columns of ``table``, in their order, and ``models`` their names.

    ``matrix`` has the items' own numbers of scores, which nobody may have reached.
    """

    table: ResponseTable
    items: ItemCollection
    models: tuple[str, ...]
    matrix: ResponseMatrix


def read_matched(responses: Path, item_file: Path, options: Mapping[str, Any]) -> MatchedResponses:
    """Read both files; ``options`` are those of the command, ``scaling`` and ``item_model`` among them.

    ``ignored``, if among them, are columns beside the items. Raises FileProblem, and Refusal for an item
    without parameters or a score beyond its highest.
    """
    known = read_items(item_file, scaling=options["scaling"], polytomous_model=options["item_model"])
    most = int(known.parameters.category_counts.max()) - 1
    beside = options.get("ignored", ())
    table = read_responses(responses, beside=beside, highest=1 if most == 1 else POLYTOMOUS)
    places = _positions(table, known)
    items = known.parameters.take(places)
    models = tuple(known.models[place] for place in places)
    return MatchedResponses(table, items, models, _fitting(table, items))


def _positions(table: ResponseTable, items: ItemTable) -> list[int]:
    """Where each item of the responses stands in the item file. Raises Refusal naming the first missing."""
    positions = [items.position(key) for key in table.items]
    if None in positions:
        item = positions.index(None)
        where = f"{'row 1, ' if table.columns else ''}{table.place(item)}"
        raise Refusal(f"{table.path}: {where}: {table.items[item]!r} is not in {items.path}.")
    return [position for position in positions if position is not None]


def _fitting(table: ResponseTable, items: ItemCollection) -> ResponseMatrix:
    """The responses with the items' own numbers of scores. Raises Refusal for a score beyond them."""
    for item, (given, known) in enumerate(
        zip(table.matrix.category_counts.tolist(), items.category_counts.tolist(), strict=True)
    ):
        if given > known:
            raise Refusal(f"{table.path}: {table.place(item)}: the highest score of the item is {known - 1}.")
    return replace(table.matrix, category_counts=items.category_counts)
