"""Moments of scores at each examinee's θ, cell by cell, for responses dense or sparse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.likelihood import row_blocks, scored
from psychometrics.ability.score_function import moved_items
from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import CategoryCurves, ItemCollection
from psychometrics.responses import ResponseMatrix


@dataclass(frozen=True, eq=False)
class CellBlock:
    """Presented cells: ``examinee``, ``item``, ``score`` and ``curves`` (1, cells, C) at the θ of each."""

    examinee: IntArray
    item: IntArray
    score: IntArray
    curves: CategoryCurves

    @property
    def expected(self) -> FloatArray:
        """Expected score of each cell."""
        return np.asarray(self.curves.probability[0] @ self._scores())

    def central_moment(self, power: int) -> FloatArray:
        """E(X − E X)^power of each cell."""
        deviations = self._scores() - self.expected[:, None]
        return np.asarray((self.curves.probability[0] * deviations**power).sum(axis=1))

    def chosen(self, table: FloatArray) -> FloatArray:
        """The entry of ``table`` (cells, C) that belongs to the score given."""
        return np.asarray(table[np.arange(len(self.score)), self.score])

    def _scores(self) -> FloatArray:
        return np.arange(self.curves.probability.shape[2], dtype=np.float64)


def cell_blocks(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, theta: ArrayLike
) -> Iterator[CellBlock]:
    """Cells of examinees whose θ (N,) is a number, in blocks of rows. Raises InvalidParameters."""
    matrix = scored(responses, items)
    points = np.array(theta, dtype=np.float64, ndmin=1)
    if points.shape != (matrix.examinees,):
        raise InvalidParameters(f"{matrix.examinees} examinees need as many θ, not {points.shape}.")
    start = 0
    for block in row_blocks(matrix):
        cells = block.to_sparse()
        owner = start + np.repeat(np.arange(block.examinees), np.diff(cells.starts))
        start += block.examinees
        known = np.isfinite(points[owner])
        owner, item, score = owner[known], cells.items[known], cells.scores[known].astype(np.int64)
        if len(owner):
            yield CellBlock(owner, item, score, _curves(items, item, points[owner]))


def _curves(items: ItemCollection, item: IntArray, theta: FloatArray) -> CategoryCurves:
    return moved_items(items.take(item), theta).category_curves([0.0])
