"""Collections of several formats put together in the order of the response matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.item_collections import ItemCollection, MixedItems
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.response_models import ItemParameters


def joined_collection(parts: Sequence[tuple[AnyArray, ItemCollection]]) -> ItemCollection:
    """One collection of the parts, each with the columns of its items.

    Parts of one format are merged; if that leaves one part, it is returned itself, in column order.
    """
    by_format: dict[type, list[tuple[AnyArray, ItemCollection]]] = {}
    for places, part in _flattened(parts):
        by_format.setdefault(type(part), []).append((places, part))
    merged = []
    for group in by_format.values():
        places = np.concatenate([places for places, _ in group])
        order = np.argsort(places)
        merged.append((places[order], _concatenated([part for _, part in group]).take(order)))
    if len(merged) == 1:
        return merged[0][1]
    return MixedItems(tuple(part for _, part in merged), tuple(places for places, _ in merged))


def _flattened(
    parts: Sequence[tuple[AnyArray, ItemCollection]],
) -> Iterator[tuple[AnyArray, ItemCollection]]:
    for places, part in parts:
        if isinstance(part, MixedItems):
            inner = [
                (places[inside], piece) for inside, piece in zip(part.positions, part.parts, strict=True)
            ]
            yield from _flattened(inner)
        elif len(part):
            yield places, part


def _concatenated(parts: Sequence[ItemCollection]) -> ItemCollection:
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, ItemParameters):
        names = ("discrimination", "difficulty", "guessing", "upper_asymptote")
        return ItemParameters(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    if isinstance(first, GradedItems):
        return GradedItems(_column(parts, "discrimination"), _padded(parts, "thresholds"))
    if isinstance(first, PartialCreditItems):
        return PartialCreditItems(_column(parts, "discrimination"), _padded(parts, "steps"))
    return NominalItems(_padded(parts, "slopes"), _padded(parts, "intercepts"))


def _column(parts: Sequence[ItemCollection], name: str) -> FloatArray:
    return np.concatenate([getattr(part, name) for part in parts])


def _padded(parts: Sequence[ItemCollection], name: str) -> FloatArray:
    """Rows of all parts, with NaN up to the widest."""
    tables = [getattr(part, name) for part in parts]
    width = max(table.shape[1] for table in tables)
    return np.concatenate(
        [np.pad(table, ((0, 0), (0, width - table.shape[1])), constant_values=np.nan) for table in tables]
    )
