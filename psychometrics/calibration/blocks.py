"""Responses cut into blocks of examinees of one group, whose posterior stays in the processor cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from psychometrics.arrays import AnyArray, FloatArray, IntArray, ScoreArray
from psychometrics.calibration.category_rows import CategoryRows
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix

DENSE_ROWS = 2048
SPARSE_ROWS = 8192
COLLAPSIBLE_ITEMS = 16
LOWEST_LOGARITHM = -1e3


@dataclass(frozen=True, eq=False)
class StackedTables:
    """log P of each score of each item at the nodes, (R, Q), with the combinations the blocks need.

    ``weights`` (Q,) say where on the grid examinees are.
    """

    table: FloatArray
    rows: CategoryRows
    weights: FloatArray

    @cached_property
    def centers(self) -> FloatArray:
        """Mean of each row where its score is likely, (R,): sums of rows less this keep more digits."""
        likely = np.exp(self.table) * self.weights
        total = np.maximum(likely.sum(axis=1), np.finfo(float).tiny)
        return np.asarray(np.einsum("rq,rq->r", likely, np.maximum(self.table, LOWEST_LOGARITHM)) / total)

    @cached_property
    def single(self) -> AnyArray:
        """The table less the ``centers`` in 32 bits."""
        return (self.table - self.centers[:, None]).astype(np.float32)

    @cached_property
    def above_lowest(self) -> FloatArray:
        """log P of the scores from 1 on minus that of 0, (R − J, Q)."""
        raised = self.rows.raised
        lowest = self.rows.lowest[self.rows.item_of_row[raised]]
        return np.asarray(self.table[raised] - self.table[lowest])

    @cached_property
    def single_above_lowest(self) -> AnyArray:
        return self.above_lowest.astype(np.float32)

    @cached_property
    def lowest_total(self) -> FloatArray:
        """log P of score 0 on every item, (Q,)."""
        return np.asarray(self.table[self.rows.lowest].sum(axis=0))


@dataclass(frozen=True, eq=False)
class RowFacts:
    """What is known of the rows of a block besides responses.

    ``weight`` (n, 1) is how many examinees a row stands for, and ``squared`` (n, 1) the sum of their squared
    weights; None means one each. ``covariates`` are (n, P).
    """

    group: int = 0
    weight: FloatArray | None = None
    squared: FloatArray | None = None
    covariates: FloatArray | None = None


class Block(Protocol):
    """Responses of some examinees of one group."""

    @property
    def group(self) -> int: ...
    @property
    def weight(self) -> FloatArray | None: ...
    @property
    def squared(self) -> FloatArray | None: ...
    @property
    def covariates(self) -> FloatArray | None: ...
    @property
    def complete(self) -> bool:
        """Whether every item was presented to everybody, so that counts leave out score 0."""

    @property
    def counted(self) -> int:
        """Number of rows of the counts."""

    @property
    def examinees(self) -> int: ...
    def log_likelihood(self, tables: StackedTables) -> AnyArray:
        """log P(responses | node), shape (n, Q), less what :meth:`left_out` and ``lowest_total`` say.

        ``lowest_total`` of the tables is left out if the block is complete.
        """

    def left_out(self, tables: StackedTables) -> float:
        """Part of the log-likelihood of all examinees that is the same at all nodes and not added."""

    def counts(self, posterior: AnyArray) -> AnyArray:
        """Expected responses at each node, (R − J, Q) if complete, otherwise (R, Q)."""

    def cells(self) -> ScoreArray:
        """Scores (n, J), −1 where an item was not presented."""


@dataclass(frozen=True, eq=False)
class _Facts:
    facts: RowFacts

    @property
    def group(self) -> int:
        return self.facts.group

    @property
    def weight(self) -> FloatArray | None:
        return self.facts.weight

    @property
    def squared(self) -> FloatArray | None:
        return self.facts.squared

    @property
    def covariates(self) -> FloatArray | None:
        return self.facts.covariates


@dataclass(frozen=True, eq=False)
class DenseBlock(_Facts):
    """Indicators of the scores: from 1 on, (n, R − J), if complete, otherwise of all, (n, R)."""

    scores: ScoreArray
    indicators: AnyArray
    complete: bool

    @property
    def counted(self) -> int:
        return int(self.indicators.shape[1])

    @property
    def examinees(self) -> int:
        return len(self.scores)

    def log_likelihood(self, tables: StackedTables) -> AnyArray:
        single = self.indicators.dtype == np.float32
        if not self.complete:
            return np.asarray(self.indicators @ (tables.single if single else tables.table))
        return np.asarray(self.indicators @ (tables.single_above_lowest if single else tables.above_lowest))

    def left_out(self, tables: StackedTables) -> float:
        if self.complete or self.indicators.dtype != np.float32:
            return 0.0
        return float(self.totals @ tables.centers)

    @cached_property
    def totals(self) -> FloatArray:
        """Weighted responses of each counted row."""
        weight = np.ones((self.examinees, 1)) if self.weight is None else self.weight
        return np.asarray((weight.T @ self.indicators)[0])

    def counts(self, posterior: AnyArray) -> AnyArray:
        return np.asarray(self.indicators.T @ posterior)

    def cells(self) -> ScoreArray:
        return self.scores


@dataclass(frozen=True, eq=False)
class SparseBlock(_Facts):
    """Presented cells only: ``indicators`` (n, R) has a one at the row of each score."""

    indicators: csr_array
    transposed: csr_array
    rows: CategoryRows
    complete: bool = False

    @property
    def counted(self) -> int:
        return self.rows.total

    @property
    def examinees(self) -> int:
        return int(self.indicators.shape[0])

    def log_likelihood(self, tables: StackedTables) -> AnyArray:
        single = self.indicators.dtype == np.float32
        return np.asarray(self.indicators @ (tables.single if single else tables.table))

    def left_out(self, tables: StackedTables) -> float:
        return 0.0 if self.indicators.dtype != np.float32 else float(self.totals @ tables.centers)

    @cached_property
    def totals(self) -> FloatArray:
        """Weighted responses of each row."""
        weight = np.ones(self.examinees) if self.weight is None else self.weight[:, 0]
        return np.asarray(self.transposed.astype(np.float64) @ weight)

    def counts(self, posterior: AnyArray) -> AnyArray:
        return np.asarray(self.transposed @ posterior)

    def cells(self) -> ScoreArray:
        table = np.full((self.examinees, self.rows.items), NOT_PRESENTED, dtype=np.int8)
        row = np.repeat(np.arange(self.examinees), np.diff(self.indicators.indptr))
        item = self.rows.item_of_row[self.indicators.indices]
        table[row, item] = self.indicators.indices - self.rows.lowest[item]
        return table


@dataclass(frozen=True, eq=False)
class Examinees:
    """Group numbers (N,), weights (N,) or None, and covariates (N, P) or None."""

    group: IntArray
    weights: FloatArray | None
    covariates: FloatArray | None

    def facts(self, rows: AnyArray) -> RowFacts:
        """Facts of these examinees, all of one group."""
        weight = None if self.weights is None else self.weights[rows][:, None]
        return RowFacts(
            group=int(self.group[rows[0]]) if len(rows) else 0,
            weight=weight,
            squared=None if weight is None else weight**2,
            covariates=None if self.covariates is None else self.covariates[rows],
        )


def blocks_of(
    matrix: ResponseMatrix, rows: CategoryRows, examinees: Examinees, dtype: type[np.floating]
) -> list[Block]:
    """Blocks of the matrix, with equal rows merged where a short test makes that pay."""
    if matrix.sparse is not None:
        return list(_sparse_blocks(matrix, rows, examinees, dtype))
    table = matrix.to_array()
    complete = bool(table.min() >= 0)
    blocks: list[Block] = []
    for places in _by_group(examinees.group):
        own = table if len(places) == len(table) else table[places]
        scores, facts = collapsed(own, rows, examinees, places)
        for start in range(0, len(scores), DENSE_ROWS):
            part = slice(start, start + DENSE_ROWS)
            indicators = _indicators(scores[part], rows, complete, dtype)
            blocks.append(DenseBlock(_part(facts, part), scores[part], indicators, complete))
    return blocks


def collapsed(
    table: ScoreArray, rows: CategoryRows, examinees: Examinees, places: IntArray
) -> tuple[ScoreArray, RowFacts]:
    """Distinct response patterns of one group and how many examinees share them, or the table as it is.

    Patterns are numbered; beyond sixteen items real data hardly repeat, and sorting costs more.
    """
    facts = examinees.facts(places)
    sizes = np.diff(rows.starts) + 1
    if rows.items > COLLAPSIBLE_ITEMS or facts.covariates is not None or np.log2(sizes).sum() > 62:
        return table, facts
    powers = np.concatenate([[1], np.cumprod(sizes[:-1])])
    codes = (table.astype(np.int64) + 1) @ powers
    _, first, number, frequency = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    if 2 * len(first) > len(table):
        return table, facts
    weight: AnyArray = frequency.astype(np.float64)
    squared = weight
    if facts.weight is not None and facts.squared is not None:
        weight = np.bincount(number, weights=facts.weight[:, 0])
        squared = np.bincount(number, weights=facts.squared[:, 0])
    return table[first], RowFacts(facts.group, weight[:, None], squared[:, None])


def _by_group(group: IntArray) -> Iterator[IntArray]:
    for number in range(int(group.max()) + 1):
        yield np.flatnonzero(group == number)


def _part(facts: RowFacts, part: slice) -> RowFacts:
    return RowFacts(
        facts.group,
        None if facts.weight is None else facts.weight[part],
        None if facts.squared is None else facts.squared[part],
        None if facts.covariates is None else facts.covariates[part],
    )


def _indicators(scores: ScoreArray, rows: CategoryRows, complete: bool, dtype: type[np.floating]) -> AnyArray:
    wanted = rows.raised if complete else np.arange(rows.total)
    items = rows.item_of_row[wanted]
    if complete and len(items) == rows.items:
        return np.asarray(scores == 1, dtype=dtype)
    return np.asarray(scores[:, items] == (wanted - rows.lowest[items]).astype(np.int8), dtype=dtype)


def _sparse_blocks(
    matrix: ResponseMatrix, rows: CategoryRows, examinees: Examinees, dtype: type[np.floating]
) -> Iterator[Block]:
    cells = matrix.to_sparse()
    columns = (rows.lowest.astype(np.int32)[cells.items] + cells.scores).astype(np.int32, copy=False)
    ones = np.ones(len(columns), dtype=dtype)
    whole = csr_array((ones, columns, cells.starts), shape=(matrix.examinees, rows.total))
    for places in _by_group(examinees.group):
        pieces = 2 * -(-len(places) // (2 * SPARSE_ROWS))
        for piece in np.array_split(places, pieces):
            if not len(piece):
                continue
            together = piece[-1] - piece[0] + 1 == len(piece)
            block = whole[piece[0] : piece[-1] + 1] if together else whole[piece]
            yield SparseBlock(examinees.facts(piece), block, block.T.tocsr(), rows)
