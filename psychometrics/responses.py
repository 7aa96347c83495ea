"""Scored responses of N examinees to J items, dense or sparse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array

from psychometrics.arrays import AnyArray, IntArray, ScoreArray
from psychometrics.errors import InvalidResponses

NOT_PRESENTED = -1


@dataclass(frozen=True, eq=False)
class SparseCells:
    """Compressed rows: examinee i answered ``items[starts[i]:starts[i + 1]]`` with those ``scores``."""

    starts: IntArray
    items: IntArray
    scores: ScoreArray


@dataclass(frozen=True, eq=False)
class ResponseMatrix:
    """N examinees × J items of whole scores, most of which may not have been presented.

    Exactly one of ``dense`` (int8, shape (N, J), −1 for not presented) and ``sparse`` is set.
    ``category_counts`` (J,) is the number of scores of each item: 2 for right and wrong.
    Build it with :meth:`from_array` or :meth:`from_triples`; both raise InvalidResponses.
    """

    shape: tuple[int, int]
    category_counts: IntArray
    dense: ScoreArray | None = None
    sparse: SparseCells | None = None

    @classmethod
    def from_array(cls, responses: ArrayLike, categories: ArrayLike = 2) -> ResponseMatrix:
        """From an (N, J) array of scores 0…categories − 1 with −1 or NaN where an item was not presented.

        ``categories`` is one number for all items or one for each, (J,).
        """
        cells = np.asarray(responses)
        if cells.ndim != 2 or 0 in cells.shape:
            raise InvalidResponses(
                f"Responses must be a table of examinees by items, not of shape {cells.shape}."
            )
        counts = _category_counts(categories, cells.shape[1])
        return cls(
            shape=(cells.shape[0], cells.shape[1]), category_counts=counts, dense=score_array(cells, counts)
        )

    @classmethod
    def from_triples(
        cls,
        examinees: ArrayLike,
        items: ArrayLike,
        scores: ArrayLike,
        shape: tuple[int, int],
        categories: ArrayLike = 2,
    ) -> ResponseMatrix:
        """From parallel arrays (examinee row, item column, score) in any order, never made dense."""
        rows, columns = _indices(examinees, shape[0], "examinee"), _indices(items, shape[1], "item")
        counts = _category_counts(categories, shape[1])
        given = np.asarray(scores)
        values = score_array(given, counts[columns] if given.shape == columns.shape else counts.max())
        if not len(rows) == len(columns) == len(values):
            raise InvalidResponses("Examinees, items and scores must have the same length.")
        if (values == NOT_PRESENTED).any():
            raise InvalidResponses("Leave out cells that were not presented.")
        table = coo_array((values, (rows, columns)), shape=shape).tocsr()
        if table.nnz < len(values):
            raise InvalidResponses(_repeated(rows * np.int64(shape[1]) + columns, shape[1]))
        cells = SparseCells(table.indptr.astype(np.int64), table.indices.astype(np.int64), table.data)
        return cls(shape=shape, category_counts=counts, sparse=cells)

    @property
    def examinees(self) -> int:
        return self.shape[0]

    @property
    def items(self) -> int:
        return self.shape[1]

    def to_array(self) -> ScoreArray:
        """Dense int8 array (N, J) with −1 for not presented."""
        if self.dense is not None:
            return self.dense
        cells = self.to_sparse()
        table = np.full(self.shape, NOT_PRESENTED, dtype=np.int8)
        table[np.repeat(np.arange(self.examinees), np.diff(cells.starts)), cells.items] = cells.scores
        return table

    def to_sparse(self) -> SparseCells:
        """Compressed rows of the presented cells."""
        if self.sparse is not None:
            return self.sparse
        table = self.to_array()
        presented = table != NOT_PRESENTED
        starts = np.concatenate([[0], np.cumsum(presented.sum(axis=1))]).astype(np.int64)
        return SparseCells(starts, np.nonzero(presented)[1].astype(np.int64), table[presented])

    def item_totals(self) -> tuple[IntArray, IntArray]:
        """(times presented, points earned), each of shape (J,); for 0/1 items points are right responses."""
        if self.sparse is not None:
            points = np.bincount(self.sparse.items, weights=self.sparse.scores, minlength=self.items)
            return np.bincount(self.sparse.items, minlength=self.items), points.astype(np.int64)
        table = self.to_array()
        return np.count_nonzero(table >= 0, axis=0), np.maximum(table, 0).sum(axis=0, dtype=np.int64)

    def score_totals(self) -> IntArray:
        """How often each score of each item was given, item by item from score 0 on: (Σ categories,)."""
        starts = np.concatenate([[0], np.cumsum(self.category_counts)])
        if self.sparse is not None:
            return np.bincount(starts[self.sparse.items] + self.sparse.scores, minlength=int(starts[-1]))
        table = self.to_array()
        totals = np.zeros((self.items, int(self.category_counts.max())), dtype=np.int64)
        for score in range(totals.shape[1]):
            totals[:, score] = np.count_nonzero(table == score, axis=0)
        return totals[np.arange(totals.shape[1]) < self.category_counts[:, None]]

    def responses_to(self, item: int) -> tuple[IntArray, ScoreArray]:
        """(examinees, scores) of the responses to one item."""
        if self.dense is not None:
            who = np.flatnonzero(self.dense[:, item] != NOT_PRESENTED)
            return who, self.dense[who, item]
        cells = self.to_sparse()
        places = np.flatnonzero(cells.items == item)
        return np.searchsorted(cells.starts, places, side="right") - 1, cells.scores[places]

    def cells_of(self, first: int, last: int) -> tuple[IntArray, IntArray]:
        """(examinee − first, item) of the presented cells of examinees ``first`` to ``last`` − 1."""
        if self.dense is not None:
            row, item = np.nonzero(self.dense[first:last] != NOT_PRESENTED)
            return row, item
        cells = self.to_sparse()
        starts = cells.starts[first : last + 1]
        return np.repeat(np.arange(last - first), np.diff(starts)), cells.items[starts[0] : starts[-1]]

    def take_examinees(self, rows: AnyArray) -> ResponseMatrix:
        """The examinees at ``rows``, in that order."""
        shape = (len(rows), self.items)
        if self.dense is not None:
            return ResponseMatrix(shape, self.category_counts, dense=self.dense[rows])
        cells = self.to_sparse()
        lengths = np.diff(cells.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(cells.starts[:-1][rows] - starts[:-1], lengths) + np.arange(starts[-1])
        taken = SparseCells(starts, cells.items[places], cells.scores[places])
        return ResponseMatrix(shape, self.category_counts, sparse=taken)


def as_response_matrix(responses: ResponseMatrix | ArrayLike, categories: ArrayLike = 2) -> ResponseMatrix:
    """``responses`` itself if it is a ResponseMatrix, otherwise the dense one built from the array."""
    if isinstance(responses, ResponseMatrix):
        return responses
    return ResponseMatrix.from_array(responses, categories)


def observed_categories(responses: ArrayLike) -> IntArray:
    """Number of scores of each item if the highest one met is its highest, at least 2: (J,).

    InvalidResponses if the responses are not a table of numbers.
    """
    cells = np.asarray(responses)
    if cells.ndim != 2 or 0 in cells.shape or cells.dtype.kind not in "biuf":
        raise InvalidResponses("Responses must be a table of numbers, examinees by items.")
    known = np.where(np.isfinite(cells), cells, 0) if cells.dtype.kind == "f" else cells
    return np.asarray(np.clip(known.max(axis=0) + 1, 2, 127), dtype=np.int64)


def score_array(values: AnyArray, categories: ArrayLike = 2) -> ScoreArray:
    """int8 scores of the same shape: 0…categories − 1, and −1 for −1 or NaN.

    ``categories`` broadcasts against ``values``. InvalidResponses for anything else.
    """
    counts = np.asarray(categories)
    binary = bool((counts == 2).all())
    allowed = "1 right, 0 wrong" if binary else "whole scores from 0 to the item's highest"
    if values.dtype.kind not in "biuf":
        raise InvalidResponses(f"Responses must be numbers: {allowed}, -1 or NaN not presented.")
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), NOT_PRESENTED, values)
    known = (values >= NOT_PRESENTED) & (values < counts)
    if values.dtype.kind == "f":
        known &= values == np.floor(values)
    if not known.all():
        where = tuple(int(index[0]) for index in np.nonzero(~known))
        raise InvalidResponses(
            f"The response at {where} is {values[where]}; allowed are {allowed}, -1 or NaN not presented."
        )
    # Row by row in memory whatever came: sums, and so estimates, then agree to the last digit.
    return np.ascontiguousarray(values, dtype=np.int8)


def _category_counts(categories: ArrayLike, items: int) -> IntArray:
    """Number of scores of each item, (items,), each from 2 to 127."""
    counts = np.asarray(categories)
    if counts.dtype.kind not in "iu" or counts.ndim > 1 or (counts.ndim == 1 and len(counts) != items):
        raise InvalidResponses(f"Categories must be one whole number, or one for each of {items} items.")
    if (counts < 2).any() or (counts > 127).any():
        raise InvalidResponses("An item must have from 2 to 127 scores.")
    return np.array(np.broadcast_to(counts, (items,)), dtype=np.int64)


def _repeated(keys: IntArray, items: int) -> str:
    """Which cell, numbered row by row, was given twice."""
    ordered = np.sort(keys)
    first = int(ordered[np.flatnonzero(np.diff(ordered) == 0)[0]])
    return f"Examinee {first // items} has two responses to item {first % items}."


def _indices(values: ArrayLike, limit: int, name: str) -> IntArray:
    indices = np.asarray(values)
    if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
        raise InvalidResponses(f"The {name} indices must be a one-dimensional array of whole numbers.")
    if indices.size and (indices.min() < 0 or indices.max() >= limit):
        raise InvalidResponses(f"The {name} indices must lie between 0 and {limit - 1}.")
    return indices.astype(np.int64)
