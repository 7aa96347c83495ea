"""Q3: do pairs of items share something beyond θ?

Yen (1984). Q3 adjusted by its mean and critical values by simulation from the fitted model: Christensen,
Makransky & Horton (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from psychometrics.ability.estimation import estimate_ability
from psychometrics.ability.likelihood import scored
from psychometrics.ability.plausible_values import plausible_values
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.fit.residuals import cell_blocks
from psychometrics.item_collections import ItemCollection
from psychometrics.pairwise import Table, pairwise_moments
from psychometrics.quadrature import Quadrature
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix
from psychometrics.simulation.population import simulate_responses

Recalibration = Callable[[ResponseMatrix], ItemCollection]
FEWEST_IN_COMMON = 10


@dataclass(frozen=True, eq=False)
class LocalDependence:
    """Q3 of each pair of items: correlation of residuals, (J, J), NaN on the diagonal and for pairs that
    fewer than 10 examinees have in common. ``adjusted`` is Q3 less its mean over pairs, whose expectation
    without dependence is about −1/(J − 1)."""

    q3: FloatArray

    @property
    def mean(self) -> float:
        """Mean Q3 over pairs."""
        return float(np.nanmean(self.q3))

    @property
    def adjusted(self) -> FloatArray:
        """Q3 − mean Q3, (J, J)."""
        return np.asarray(self.q3 - self.mean)

    @property
    def largest(self) -> float:
        """Largest adjusted Q3, the statistic Q3* of Christensen et al. (2017)."""
        return float(np.nanmax(self.adjusted))

    def pairs_above(self, critical: float) -> list[tuple[int, int, float]]:
        """(item, item, adjusted Q3) of the pairs above ``critical``, the largest first."""
        first, second = np.nonzero(np.triu(np.nan_to_num(self.adjusted, nan=-np.inf), 1) > critical)
        found = [
            (int(i), int(j), float(self.adjusted[i, j])) for i, j in zip(first, second, strict=True) if i < j
        ]
        return sorted(found, key=lambda pair: -pair[2])


@dataclass(frozen=True, eq=False)
class Q3Bootstrap:
    """Largest adjusted Q3 of data simulated without dependence, (replications,), and of the responses."""

    observed: LocalDependence
    simulated: FloatArray

    def critical_value(self, share: float = 0.95) -> float:
        """Quantile of the largest adjusted Q3 among data without dependence."""
        return float(np.quantile(self.simulated, share))

    @property
    def p_value(self) -> float:
        """Share of simulated data with as large a value, counting the responses themselves."""
        return float((1 + (self.simulated >= self.observed.largest).sum()) / (1 + len(self.simulated)))


def yen_q3(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    theta: ArrayLike | None = None,
    *,
    quadrature: Quadrature | None = None,
) -> LocalDependence:
    """Q3 of responses (N, J) at θ (N,), by default EAP under the prior ``quadrature``.

    Raises InvalidParameters, InvalidResponses, and NotEstimable if no two items were answered together.
    """
    matrix = scored(responses, items)
    points = estimate_ability(matrix, items, quadrature=quadrature).theta if theta is None else theta
    residual, given = _residual_tables(matrix, items, points)
    moments = pairwise_moments(residual, given)
    correlations = np.where(moments.common >= FEWEST_IN_COMMON, moments.correlation, np.nan)
    np.fill_diagonal(correlations, np.nan)
    if np.isnan(correlations).all():
        raise NotEstimable("No two items were answered by ten or more of the same examinees.")
    return LocalDependence(correlations)


def q3_bootstrap(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    rng: np.random.Generator,
    *,
    replications: int = 200,
    quadrature: Quadrature | None = None,
    recalibrate: Recalibration | None = None,
) -> Q3Bootstrap:
    """Parametric bootstrap of the largest adjusted Q3: what unrelated items would give.

    Each replication draws θ from ``quadrature`` (default N(0, 1) on ±6) and responses to the cells that were
    presented. ``recalibrate``, if given, estimates the items anew from each; otherwise they count as known,
    which is good enough when they come from many examinees. Raises as :func:`yen_q3`.
    """
    if replications < 1:
        raise InvalidParameters("The bootstrap needs one or more replications.")
    matrix = scored(responses, items)
    grid = quadrature or Quadrature.equal_spaced()
    observed = yen_q3(matrix, items, quadrature=grid)
    largest = []
    for _ in range(replications):
        simulated = simulated_like(matrix, items, grid, rng)
        fitted = items if recalibrate is None else recalibrate(simulated)
        largest.append(yen_q3(simulated, fitted, quadrature=grid).largest)
    return Q3Bootstrap(observed, np.array(largest))


def simulated_like(
    matrix: ResponseMatrix, items: ItemCollection, grid: Quadrature, rng: np.random.Generator
) -> ResponseMatrix:
    """Responses under the model to the cells of ``matrix`` that were presented, θ drawn from ``grid``."""
    nobody = np.full((1, len(items)), NOT_PRESENTED)
    theta = plausible_values(nobody, items, rng, draws=matrix.examinees, quadrature=grid)[0]
    scores = simulate_responses(theta, items, rng)
    if matrix.sparse is None:
        scores = np.where(matrix.to_array() == NOT_PRESENTED, np.int8(NOT_PRESENTED), scores)
        return ResponseMatrix(matrix.shape, items.category_counts, dense=scores)
    cells = matrix.sparse
    owner = np.repeat(np.arange(matrix.examinees), np.diff(cells.starts))
    drawn = scores[owner, cells.items]
    return ResponseMatrix.from_triples(owner, cells.items, drawn, matrix.shape, items.category_counts)


def _residual_tables(
    matrix: ResponseMatrix, items: ItemCollection, theta: ArrayLike
) -> tuple[Table, Table]:
    """Residuals with zero where missing, and 1 where present: both (N, J), sparse if the responses are."""
    blocks = list(cell_blocks(matrix, items, theta))
    owner = np.concatenate([block.examinee for block in blocks]) if blocks else np.empty(0, dtype=np.int64)
    item = np.concatenate([block.item for block in blocks]) if blocks else np.empty(0, dtype=np.int64)
    values = np.concatenate([block.score - block.expected for block in blocks]) if blocks else np.empty(0)
    residual = csr_array((values, (owner, item)), shape=matrix.shape)
    given = csr_array((np.ones(len(values)), (owner, item)), shape=matrix.shape)
    return (residual, given) if matrix.sparse is not None else (residual.toarray(), given.toarray())
