"""Scores of the examinees of one block: derivatives of their log-likelihood in the working parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.calibration.expectation import PosteriorBlock
from psychometrics.calibration.population import PopulationState
from psychometrics.calibration.working_model import WorkingModel

CHUNK_NUMBERS = 4_000_000
"""Numbers held at once while examinees are taken in pieces."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Consecutive examinees of a block: rows of their scores (n, J), R where not presented, and posterior."""

    rows: IntArray
    posterior: FloatArray
    weight: FloatArray
    squared: FloatArray
    covariates: FloatArray | None
    group: int


@dataclass(frozen=True, eq=False)
class ScoreBlocks:
    """``weights`` (P, R, Q) are the derivatives of log P of each score in each parameter of its item."""

    working: WorkingModel
    weights: FloatArray
    state: PopulationState
    with_items: bool = True

    def posterior_covariance(self, posterior: PosteriorBlock) -> FloatArray:
        """Σᵢ wᵢ Cov(sᵢ) of the complete-data scores over the posteriors of the block, (k, k)."""
        covariance = np.zeros((self._size, self._size))
        nodes = self.working.population.grid.nodes
        for piece in self._pieces(posterior, self._size):
            mean = np.zeros((len(piece.rows), self._size))
            for node in range(len(nodes)):
                scores = self._at_node(piece, node)
                weighted = (piece.weight[:, 0] * piece.posterior[:, node])[:, None] * scores
                mean += weighted
                covariance += scores.T @ weighted
            covariance -= mean.T @ (mean / piece.weight)
        return covariance

    def cross_product(self, posterior: PosteriorBlock, *, squared: bool) -> FloatArray:
        """Σᵢ wᵢ s̄ᵢ s̄ᵢᵀ of the marginal scores, (k, k), or with the squared weights."""
        total = np.zeros((self._size, self._size))
        for piece in self._pieces(posterior, max(self._size, self.weights.shape[1])):
            scores = self._marginal(piece)
            total += scores.T @ (scores * (piece.squared if squared else piece.weight))
        return total

    def item_squares(self, posterior: PosteriorBlock) -> FloatArray:
        """Σᵢ wᵢ s̄ᵢ s̄ᵢᵀ of the parameters of each item alone, (J, P, P)."""
        size = len(self.weights)
        items = self.working.items.rows.items
        total = np.zeros((items, size, size))
        for piece in self._pieces(posterior, 3 * items):
            examinee, item = np.nonzero(piece.rows < self._rows)
            step = max(1, CHUNK_NUMBERS // piece.posterior.shape[1])
            for start in range(0, len(item), step):
                who, what = examinee[start : start + step], item[start : start + step]
                rows, chances = piece.rows[who, what], piece.posterior[who]
                means = [np.einsum("cq,cq->c", chances, table[rows]) for table in self.weights]
                for first in range(size):
                    for second in range(size):
                        product = means[first] * means[second] * piece.weight[who, 0]
                        total[:, first, second] += np.bincount(what, weights=product, minlength=items)
        return total

    @property
    def _rows(self) -> int:
        return self.working.items.rows.total

    @property
    def _split(self) -> int:
        return self.working.items.size if self.with_items else 0

    @property
    def _size(self) -> int:
        return self._split + self.working.population.size

    @cached_property
    def _padded(self) -> FloatArray:
        """The weights with a row of zeros for items not presented, (Q, P, R + 1)."""
        padded = np.pad(self.weights, ((0, 0), (0, 1), (0, 0)))
        return np.ascontiguousarray(padded.transpose(2, 0, 1))

    @cached_property
    def _columns(self) -> list[tuple[int, IntArray, IntArray, bool]]:
        """(parameter, items, slots, shared): where the scores of a parameter go in the working vector."""
        found = []
        for place in self.working.items.placed:
            for parameter in range(place.slots.shape[1]):
                shared = parameter < place.family.shared
                found.append((parameter, place.family.items, place.slots[:, parameter], shared))
        return found

    def _pieces(self, posterior: PosteriorBlock, width: int) -> Iterator[Piece]:
        block = posterior.block
        cells = block.cells().astype(np.int64)
        rows = np.where(cells < 0, self._rows, cells + self.working.items.rows.lowest)
        ones = np.ones((len(rows), 1))
        weight = ones if block.weight is None else block.weight
        squared = ones if block.squared is None else block.squared
        step = max(1, CHUNK_NUMBERS // max(width, 1))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            yield Piece(
                rows[part],
                posterior.weights[part].astype(np.float64) / weight[part],
                weight[part],
                squared[part],
                None if block.covariates is None else block.covariates[part],
                block.group,
            )

    def _at_node(self, piece: Piece, node: int) -> FloatArray:
        """Complete-data scores if θ is the node, (n, k)."""
        scores = np.zeros((len(piece.rows), self._size))
        if self.with_items:
            tables = self._padded[node]
            for parameter, items, slots, shared in self._columns:
                _place(scores, slots, tables[parameter][piece.rows[:, items]], shared)
        scores[:, self._split :] = self._population(piece, node)
        return scores

    def _marginal(self, piece: Piece) -> FloatArray:
        """Posterior means of the complete-data scores, (n, k)."""
        scores = np.zeros((len(piece.rows), self._size))
        if self.with_items:
            padded = np.pad(self.weights, ((0, 0), (0, 1), (0, 0)))
            means = [piece.posterior @ table.T for table in padded]
            for parameter, items, slots, shared in self._columns:
                part = np.take_along_axis(means[parameter], piece.rows[:, items], axis=1)
                _place(scores, slots, part, shared)
        if self.working.population.size:
            for node in range(piece.posterior.shape[1]):
                weighted = piece.posterior[:, node, None] * self._population(piece, node)
                scores[:, self._split :] += weighted
        return scores

    def _population(self, piece: Piece, node: int) -> FloatArray:
        population = self.working.population
        theta = float(population.grid.nodes[node])
        return population.scores(self.state, piece.group, piece.covariates, theta, len(piece.rows))


def _place(scores: FloatArray, slots: IntArray, part: AnyArray, shared: bool) -> None:
    """Put the scores of one parameter of all items of a family into their columns."""
    if shared:
        scores[:, slots[0]] = part.sum(axis=1)
    else:
        scores[:, slots] = part
