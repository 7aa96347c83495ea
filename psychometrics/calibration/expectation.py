"""Expectation step: posterior of θ for every examinee and expected counts for every item.

The matrix is cut into row blocks so that the posterior of a block stays in the processor cache. Blocks are
processed by a few threads (BLAS, exp and the sparse products release the lock) and summed in a fixed order,
so the result does not depend on timing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from scipy.sparse import csr_array

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.curves import LogTables
from psychometrics.responses import ResponseMatrix

Result = TypeVar("Result")

BLOCK_ROWS = 2048
COLLAPSIBLE_ITEMS = 16
THREADS = min(4, os.cpu_count() or 1)


class Block(Protocol):
    """Responses of consecutive examinees; ``frequency`` (n, 1) says how many share each row, if not one."""

    @property
    def frequency(self) -> FloatArray | None: ...
    @property
    def rows(self) -> int: ...

    def log_likelihood(self, tables: LogTables) -> FloatArray:
        """log P(responses | node), shape (n, Q)."""

    def counts(self, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Expected right and wrong responses at each node, each (J, Q)."""

    def scores(self) -> tuple[AnyArray, AnyArray]:
        """Right and wrong indicators, each (n, J)."""


@dataclass(frozen=True, eq=False)
class CompleteBlock:
    """Every item presented to every examinee: one product each way suffices."""

    right: FloatArray
    frequency: FloatArray | None

    @property
    def rows(self) -> int:
        return len(self.right)

    def log_likelihood(self, tables: LogTables) -> FloatArray:
        result = self.right @ tables.log_odds
        result += tables.wrong_total
        return np.asarray(result)

    def counts(self, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        right = self.right.T @ posterior
        return right, posterior.sum(axis=0) - right

    def scores(self) -> tuple[AnyArray, AnyArray]:
        return self.right, 1.0 - self.right


@dataclass(frozen=True, eq=False)
class IncompleteBlock:
    """Dense block with some cells not presented."""

    right: FloatArray
    wrong: FloatArray
    frequency: FloatArray | None

    @property
    def rows(self) -> int:
        return len(self.right)

    def log_likelihood(self, tables: LogTables) -> FloatArray:
        result = self.right @ tables.right
        result += self.wrong @ tables.wrong
        return np.asarray(result)

    def counts(self, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self.right.T @ posterior, self.wrong.T @ posterior

    def scores(self) -> tuple[AnyArray, AnyArray]:
        return self.right, self.wrong


@dataclass(frozen=True, eq=False)
class SparseBlock:
    """Presented cells only: ``cells`` (n, 2J) has a one at column j if right and at J + j if wrong."""

    cells: csr_array
    transposed: csr_array
    frequency: FloatArray | None = None

    @property
    def rows(self) -> int:
        return int(self.cells.shape[0])

    def log_likelihood(self, tables: LogTables) -> FloatArray:
        return np.asarray(self.cells @ tables.stacked)

    def counts(self, posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        both = self.transposed @ posterior
        half = len(both) // 2
        return both[:half], both[half:]

    def scores(self) -> tuple[AnyArray, AnyArray]:
        both = self.cells.toarray()
        half = both.shape[1] // 2
        return both[:, :half], both[:, half:]


@dataclass(frozen=True, eq=False)
class ExpectedCounts:
    """Expected right and wrong responses (J, Q) and the marginal log-likelihood at the given tables."""

    right: FloatArray
    wrong: FloatArray
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class PosteriorBlock:
    """A block with its posterior weights (n, Q), each row summing to the frequency of the row."""

    block: Block
    weights: FloatArray
    log_likelihood: float


class Expectation:
    """Runs the expectation step over the blocks of one response matrix. Use it as a context manager."""

    def __init__(self, blocks: Sequence[Block], log_weights: FloatArray) -> None:
        self.blocks = blocks
        self._log_weights = log_weights
        self._pool = ThreadPoolExecutor(THREADS) if THREADS > 1 and len(blocks) > 1 else None

    def __enter__(self) -> Expectation:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def map(self, function: Callable[[Block], Result]) -> Iterator[Result]:
        """Results of the function on each block, in the order of the blocks."""
        return iter(
            map(function, self.blocks) if self._pool is None else self._pool.map(function, self.blocks)
        )

    def counts(self, tables: LogTables) -> ExpectedCounts:
        """Expected counts over all blocks. ``tables`` are (J, Q) logarithms at the nodes."""

        def one(block: Block) -> tuple[FloatArray, FloatArray, float]:
            weighted = self.posterior(block, tables)
            return (*block.counts(weighted.weights), weighted.log_likelihood)

        parts = self.map(one)
        right, wrong, log_likelihood = next(parts)
        for more_right, more_wrong, more in parts:
            right += more_right
            wrong += more_wrong
            log_likelihood += more
        return ExpectedCounts(right, wrong, log_likelihood)

    def posterior(self, block: Block, tables: LogTables) -> PosteriorBlock:
        """Posterior weights of the examinees of one block."""
        weights = block.log_likelihood(tables)
        weights += self._log_weights
        top = weights.max(axis=1, keepdims=True)
        weights -= top
        np.exp(weights, out=weights)
        total = weights.sum(axis=1, keepdims=True)
        log_marginal = top + np.log(total)
        if block.frequency is None:
            weights /= total
            return PosteriorBlock(block, weights, float(log_marginal.sum()))
        weights *= block.frequency / total
        return PosteriorBlock(block, weights, float((block.frequency * log_marginal).sum()))


def blocks_of(matrix: ResponseMatrix) -> list[Block]:
    """Row blocks of the matrix, with equal rows merged where a short test makes that pay."""
    if matrix.sparse is not None:
        return _sparse_blocks(matrix)
    table, frequency = collapsed(matrix)
    complete = bool((table >= 0).all())
    blocks: list[Block] = []
    for start in range(0, len(table), BLOCK_ROWS):
        rows = table[start : start + BLOCK_ROWS]
        repeated = None if frequency is None else frequency[start : start + BLOCK_ROWS]
        right = (rows == 1).astype(np.float64)
        if complete:
            blocks.append(CompleteBlock(right, repeated))
        else:
            blocks.append(IncompleteBlock(right, (rows == 0).astype(np.float64), repeated))
    return blocks


def collapsed(matrix: ResponseMatrix) -> tuple[AnyArray, FloatArray | None]:
    """Distinct response patterns and their frequencies (n, 1), or the table itself and None.

    Patterns are numbered in base 3; beyond sixteen items real data hardly repeat, and sorting costs more.
    """
    table = matrix.to_array()
    if matrix.items > COLLAPSIBLE_ITEMS:
        return table, None
    powers = 3 ** np.arange(matrix.items, dtype=np.int64)
    codes = (table.astype(np.int64) + 1) @ powers
    _, first, frequency = np.unique(codes, return_index=True, return_counts=True)
    if 2 * len(first) > len(table):
        return table, None
    return table[first], frequency[:, None].astype(np.float64)


def _sparse_blocks(matrix: ResponseMatrix) -> list[Block]:
    cells = matrix.to_sparse()
    columns = cells.items + np.where(cells.scores == 1, 0, matrix.items)
    blocks: list[Block] = []
    for start in range(0, matrix.examinees, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, matrix.examinees)
        low, high = int(cells.starts[start]), int(cells.starts[stop])
        pointers = (cells.starts[start : stop + 1] - low).astype(np.int32)
        block = csr_array(
            (np.ones(high - low), columns[low:high].astype(np.int32), pointers),
            shape=(stop - start, 2 * matrix.items),
        )
        blocks.append(SparseBlock(block, block.T.tocsr()))
    return blocks
