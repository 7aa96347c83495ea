"""Observed and expected counts of each score of an item by sum score, and the merging of sparse cells.

Expected counts: Orlando & Thissen (2000) with the recursion of Lord & Wingersky (1984); more scores than two:
Kang & Chen (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray, IntArray, ScoreArray
from psychometrics.item_collections import ItemCollection, category_probabilities
from psychometrics.quadrature import Quadrature


@dataclass(frozen=True, eq=False)
class CellTable:
    """``observed`` and ``expected`` counts, (groups of examinees, scores); expected 0 where impossible."""

    observed: FloatArray
    expected: FloatArray

    def statistic(self) -> tuple[float, int]:
        """(Σ (O − E)² / E, cells − groups): Pearson's statistic and its freedom without estimation."""
        possible = self.expected > 0
        gaps = self.observed[possible] - self.expected[possible]
        return float((gaps**2 / self.expected[possible]).sum()), int(possible.sum()) - len(self.expected)

    def merged(self, minimum: float) -> CellTable:
        """Sparse cells put together so that none is expected to hold fewer than ``minimum``.

        In this order: groups in which some score is impossible join the nearest group in which none is;
        neighbouring scores of a group merge, the least expected first, until none is sparse or two are
        left; groups that still have a sparse cell join the smaller of their neighbours, scores counted from
        the lowest. A last group that stays sparse is left out.
        """
        observed, expected = self._without_impossible()
        rows = [
            _merged_scores(list(first), list(second), minimum)
            for first, second in zip(observed.tolist(), expected.tolist(), strict=True)
        ]
        rows = _merged_groups(rows, minimum)
        width = max((len(row[0]) for row in rows), default=2)
        padded = [[part + [0.0] * (width - len(part)) for part in row] for row in rows]
        return CellTable(
            np.array([row[0] for row in padded]).reshape(-1, width),
            np.array([row[1] for row in padded]).reshape(-1, width),
        )

    def _without_impossible(self) -> tuple[FloatArray, FloatArray]:
        possible = self.expected > 0
        whole = np.flatnonzero(possible.all(axis=1))
        if len(whole) == 0:
            return self.observed[:0], self.expected[:0]
        place = np.clip(np.arange(len(possible)), whole[0], whole[-1]) - whole[0]
        parts = []
        for table in (self.observed, self.expected):
            joined = np.zeros((int(place[-1]) + 1, table.shape[1]))
            np.add.at(joined, place, table)
            parts.append(joined)
        return parts[0], parts[1]


Row = tuple[list[float], list[float]]


def _merged_scores(observed: list[float], expected: list[float], minimum: float) -> Row:
    while len(expected) > 2 and min(expected) < minimum:
        least = min(expected)
        place = max(index for index, value in enumerate(expected) if value == least)
        target = _neighbour(place, expected)
        for counts in (observed, expected):
            counts[target] += counts[place]
            del counts[place]
    return observed, expected


def _merged_groups(rows: list[Row], minimum: float) -> list[Row]:
    while rows:
        place = next((i for i, row in enumerate(rows) if any(0 < cell < minimum for cell in row[1])), None)
        if place is None:
            return rows
        if len(rows) == 1:
            return []
        target = _neighbour(place, [sum(row[0]) for row in rows])
        rows[target] = _added(rows[target], rows[place])
        del rows[place]
    return rows


def _added(first: Row, second: Row) -> Row:
    width = max(len(first[0]), len(second[0]))
    observed, expected = (
        [sum(pair) for pair in zip(*(part + [0.0] * (width - len(part)) for part in parts), strict=True)]
        for parts in zip(first, second, strict=True)
    )
    return observed, expected


def _neighbour(place: int, sizes: list[float]) -> int:
    """The smaller neighbour, the lower one of equals."""
    if place == 0:
        return 1
    if place == len(sizes) - 1 or sizes[place - 1] <= sizes[place + 1]:
        return place - 1
    return place + 1


def sum_score_tables(
    scores: ScoreArray, items: ItemCollection, grid: Quadrature
) -> Iterator[tuple[int, CellTable]]:
    """(item, table) for each item of complete scores (N, J), sum scores from 1 to one below the highest."""
    chances = category_probabilities(grid.nodes, items)
    counts = items.category_counts
    totals = scores.sum(axis=1, dtype=np.int64)
    highest = int((counts - 1).sum())
    sizes = np.bincount(totals, minlength=highest + 1)
    for item, rest in _rest_distributions(chances, counts, np.arange(len(items)), np.ones((1, len(grid)))):
        top = int(counts[item])
        joint = np.zeros((highest + 1, top))
        for score in range(top):
            joint[score : score + len(rest), score] = (rest * chances[:, item, score]) @ grid.weights
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = np.nan_to_num(sizes[:, None] * joint / joint.sum(axis=1, keepdims=True))
        cells = np.bincount(totals * top + scores[:, item], minlength=(highest + 1) * top)
        observed = cells.reshape(highest + 1, top).astype(np.float64)
        taken = np.flatnonzero(sizes[1:-1] > 0) + 1
        yield item, CellTable(observed[taken], expected[taken])


def _rest_distributions(
    chances: FloatArray, counts: IntArray, among: IntArray, outside: FloatArray
) -> Iterator[tuple[int, FloatArray]]:
    """(item, distribution of the sum of all other items) for the items ``among``.

    ``outside`` is the distribution (S + 1, Q) of the sum of all items not among them. Halving takes
    J log₂ J convolutions in place of the J² of one recursion for each item.
    """
    if len(among) == 1:
        yield int(among[0]), outside
        return
    middle = len(among) // 2
    for kept, added in ((among[:middle], among[middle:]), (among[middle:], among[:middle])):
        distribution = outside
        for item in added:
            distribution = convolved(distribution, chances[:, item, : counts[item]])
        yield from _rest_distributions(chances, counts, kept, distribution)


def convolved(distribution: FloatArray, chances: FloatArray) -> FloatArray:
    """Distribution (S + 1, Q) of a sum with one more item of score probabilities (Q, C)."""
    reach, top = len(distribution), chances.shape[1]
    longer = np.zeros((reach + top - 1, distribution.shape[1]))
    for score in range(top):
        longer[score : score + reach] += distribution * chances[:, score]
    return longer
