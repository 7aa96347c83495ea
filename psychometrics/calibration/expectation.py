"""Expectation step: posterior of θ for every examinee and expected counts for every score of every item.

The blocks of examinees are processed by a few threads (BLAS, exp and the sparse products release the lock)
and summed in a fixed order in 64 bits, so the result does not depend on timing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.blocks import Block, StackedTables
from psychometrics.calibration.category_rows import CategoryRows
from psychometrics.calibration.population import Population, PopulationState, PopulationStatistics

Result = TypeVar("Result")

THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, eq=False)
class ExpectedCounts:
    """Expected responses (R, Q), statistics of the population, and the marginal log-likelihood."""

    table: FloatArray
    population: PopulationStatistics
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class PosteriorBlock:
    """A block with its posterior weights (n, Q), each row summing to the weight of the row.

    In 32 bits the rounding of what all rows have in common would add up over examinees: ``unrounding``
    (Q,) are the factors, near 1, that sums over rows are multiplied by to undo it.
    """

    block: Block
    weights: AnyArray
    unrounding: FloatArray
    log_likelihood: float


class Expectation:
    """Runs the expectation step over the blocks of one response matrix. Use it as a context manager."""

    def __init__(self, blocks: Sequence[Block], rows: CategoryRows, population: Population) -> None:
        self.blocks = blocks
        self.rows = rows
        self.population = population
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

    def stacked(self, tables: FloatArray) -> StackedTables:
        """Tables (R, Q) of logarithms at the nodes, as the blocks need them."""
        return StackedTables(tables, self.rows, self.population.grid.weights)

    def counts(self, tables: FloatArray, state: PopulationState) -> ExpectedCounts:
        """Expected counts over all blocks. ``tables`` are (R, Q) logarithms at the nodes."""
        stacked = self.stacked(tables)
        nodes = self.population.grid.nodes

        def one(block: Block) -> tuple[AnyArray, AnyArray, FloatArray, float]:
            weighted = self.posterior(block, stacked, state)
            at_nodes = weighted.weights.sum(axis=0, dtype=np.float64) * weighted.unrounding
            cross = np.zeros(0)
            if block.covariates is not None:
                cross = block.covariates.T @ (weighted.weights @ nodes)
            counted = block.counts(weighted.weights) * weighted.unrounding
            return counted, at_nodes, cross, weighted.log_likelihood

        total = np.zeros((self.blocks[0].counted, len(nodes)))
        by_group = np.zeros((self.population.groups, len(nodes)))
        cross = np.zeros((self.population.groups, self.population.regressors))
        log_likelihood = 0.0
        for block, (counted, at_nodes, own_cross, own) in zip(self.blocks, self.map(one), strict=True):
            total += counted
            by_group[block.group] += at_nodes
            cross[block.group] += own_cross
            log_likelihood += own
        if self.blocks[0].complete:
            total = self._with_lowest(total, by_group.sum(axis=0))
        return ExpectedCounts(total, PopulationStatistics(by_group, cross), log_likelihood)

    def posterior(self, block: Block, tables: StackedTables, state: PopulationState) -> PosteriorBlock:
        """Posterior weights of the examinees of one block."""
        weights = block.log_likelihood(tables)
        common = self.population.log_weights(state, block.group, block.covariates)
        if block.complete:
            common = common + tables.lowest_total
        rounded = common.astype(weights.dtype, copy=False)
        unrounding = _unrounding(common, rounded)
        weights += rounded
        top = weights.max(axis=1, keepdims=True)
        weights -= top
        np.exp(weights, out=weights)
        total = weights @ unrounding.astype(weights.dtype)[:, None]
        log_marginal = top + np.log(total)
        left_out = block.left_out(tables)
        if block.weight is None:
            weights *= 1 / total
            reached = float(log_marginal.sum(dtype=np.float64))
            return PosteriorBlock(block, weights, unrounding, left_out + reached)
        weights *= (block.weight / total).astype(weights.dtype)
        reached = float((block.weight * log_marginal).sum())
        return PosteriorBlock(block, weights, unrounding, left_out + reached)

    def _with_lowest(self, raised: FloatArray, at_nodes: FloatArray) -> FloatArray:
        """Counts of all rows where every item was presented to everybody: the lowest score is the rest."""
        table = np.zeros((self.rows.total, len(at_nodes)))
        table[self.rows.raised] = raised
        table[self.rows.lowest] = np.maximum(at_nodes - self.rows.item_sums(table), 0.0)
        return table


def _unrounding(common: FloatArray, rounded: AnyArray) -> FloatArray:
    """exp(common − rounded) of logarithms (Q,); ones where they differ by row or are not finite."""
    if common.ndim > 1 or rounded.dtype == np.float64:
        return np.ones(common.shape[-1])
    with np.errstate(invalid="ignore"):
        return np.exp(np.nan_to_num(common - rounded, nan=0.0))
