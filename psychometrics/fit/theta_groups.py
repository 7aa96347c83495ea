"""Observed and expected scores of each item along θ, with intervals: the data of residual plots.

Haberman, Sinharay & Chon (2013): each examinee counts in a θ group with the posterior probability of being in
it. Under the model Σ g(X − P) has mean zero, and its variance is that of its terms. Grouping examinees by
estimates instead would compare shrunken estimates with curves that are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from psychometrics.ability.likelihood import posterior, row_blocks, scored
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, category_probabilities
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

CELLS_IN_A_BLOCK = 2_000_000


@dataclass(frozen=True, eq=False)
class ThetaGroups:
    """Shares of each score in G groups of θ, from low to high.

    ``theta`` (G,) is the mean of each group, ``examinees`` (J, G) the posterior number of those in it who
    were given the item, ``observed``, ``expected`` and ``standard_error`` (J, G, C); NaN where nobody is.
    The same for the mean item score are the properties ``*_score``, (J, G).
    """

    theta: FloatArray
    examinees: FloatArray
    observed: FloatArray
    expected: FloatArray
    standard_error: FloatArray
    score_error: FloatArray

    @property
    def residual(self) -> FloatArray:
        """(observed − expected) / standard error, about standard normal under the model: (J, G, C)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.observed - self.expected) / self.standard_error)

    @property
    def observed_score(self) -> FloatArray:
        """Mean score, (J, G)."""
        return np.asarray(self.observed @ np.arange(self.observed.shape[2], dtype=np.float64))

    @property
    def expected_score(self) -> FloatArray:
        """Mean score under the model, (J, G)."""
        return np.asarray(self.expected @ np.arange(self.expected.shape[2], dtype=np.float64))

    @property
    def score_residual(self) -> FloatArray:
        """Standardized residual of the mean score, (J, G)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.observed_score - self.expected_score) / self.score_error)

    def score_interval(self, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Bounds around the observed mean score, each (J, G)."""
        reach = float(ndtri(0.5 + confidence / 2)) * self.score_error
        return self.observed_score - reach, self.observed_score + reach


def theta_groups(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    quadrature: Quadrature | None = None,
    *,
    groups: int = 10,
) -> ThetaGroups:
    """Observed and expected shares of each score in ``groups`` of θ of about equal size.

    ``quadrature`` is the population (default N(0, 1) on ±6); its nodes are divided among the groups. Works
    for every design, adaptive ones included. Raises InvalidParameters and InvalidResponses.
    """
    grid = quadrature or Quadrature.equal_spaced()
    if not 2 <= groups <= len(grid) // 2:
        raise InvalidParameters(f"Choose from 2 to {len(grid) // 2} groups for {len(grid)} nodes.")
    matrix = scored(responses, items)
    chances = category_probabilities(grid.nodes, items)
    middle = grid.weights.cumsum() - grid.weights / 2
    group_of = np.minimum((middle * groups).astype(np.int64), groups - 1)
    sums = _GroupSums(groups, chances, group_of)
    for block in row_blocks(matrix, max(CELLS_IN_A_BLOCK // len(items), 1)):
        sums.add(block, posterior(block, items, grid))
    return sums.result(grid)


class _GroupSums:
    """Running sums over examinees by item, group and score; the last column is the item score itself."""

    def __init__(self, groups: int, chances: FloatArray, group_of: AnyArray) -> None:
        items, scores = chances.shape[1:]
        self.chances, self.group_of = chances, group_of
        self.mass = np.zeros((items, groups))
        self.node_mass = np.zeros(len(chances))
        self.observed, self.expected = np.zeros((items, groups, scores)), np.zeros((items, groups, scores))
        self.squares = np.zeros((items, groups, scores + 1))

    def add(self, block: ResponseMatrix, weights: FloatArray) -> None:
        cells = block.to_sparse()
        owner = np.repeat(np.arange(block.examinees), np.diff(cells.starts))
        self.node_mass += weights.sum(axis=0)
        for group in range(self.mass.shape[1]):
            nodes = self.group_of == group
            inside = weights[:, nodes]
            member = inside.sum(axis=1)[owner]
            self.mass[:, group] += self._by_item(cells.items, member)
            total = np.zeros(len(owner))
            for score in range(self.chances.shape[2]):
                seen = member * (cells.scores == score)
                wanted = (inside @ self.chances[nodes, :, score])[owner, cells.items]
                self.observed[:, group, score] += self._by_item(cells.items, seen)
                self.expected[:, group, score] += self._by_item(cells.items, wanted)
                self.squares[:, group, score] += self._by_item(cells.items, (seen - wanted) ** 2)
                total += score * (seen - wanted)
            self.squares[:, group, -1] += self._by_item(cells.items, total**2)

    def result(self, grid: Quadrature) -> ThetaGroups:
        groups = self.mass.shape[1]
        mass = np.bincount(self.group_of, self.node_mass, minlength=groups)
        location = np.bincount(self.group_of, self.node_mass * grid.nodes, minlength=groups)
        with np.errstate(invalid="ignore", divide="ignore"):
            errors = np.sqrt(self.squares) / self.mass[:, :, None]
            return ThetaGroups(
                location / mass,
                self.mass,
                self.observed / self.mass[:, :, None],
                self.expected / self.mass[:, :, None],
                errors[:, :, :-1],
                errors[:, :, -1],
            )

    def _by_item(self, items: AnyArray, values: AnyArray) -> AnyArray:
        return np.bincount(items, values, minlength=self.chances.shape[1])
