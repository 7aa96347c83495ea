"""Number of dimensions from eigenvalues of polychoric correlations.

Parallel analysis: Horn (1965), with quantiles as Glorfeld (1995) proposes; items permuted independently,
which keeps their shares (Buja & Eyuboglu 1992). Test of one dimension: second eigenvalue against data drawn
from the fitted model (modified parallel analysis, Drasgow & Lissak 1983; as a test, Finch & Monahan 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.likelihood import scored
from psychometrics.arrays import FloatArray
from psychometrics.dimensionality.polychoric import polychoric_correlations
from psychometrics.errors import InvalidParameters
from psychometrics.fit.local_dependence import simulated_like
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix, as_response_matrix


@dataclass(frozen=True, eq=False)
class ParallelAnalysis:
    """``eigenvalues`` (J,) of the responses, falling, and ``reference`` (J,), the quantile of those of
    unrelated items."""

    eigenvalues: FloatArray
    reference: FloatArray
    quantile: float

    @property
    def dimensions(self) -> int:
        """Leading eigenvalues above their reference."""
        above = self.eigenvalues > self.reference
        return len(above) if above.all() else int(np.argmin(above))


@dataclass(frozen=True, eq=False)
class EigenvalueTest:
    """Second eigenvalue ``observed`` and ``simulated`` (replications,) under one dimension."""

    observed: float
    simulated: FloatArray

    @property
    def p_value(self) -> float:
        """Share of simulated values as large, counting the responses themselves."""
        return float((1 + (self.simulated >= self.observed).sum()) / (1 + len(self.simulated)))


def parallel_analysis(
    responses: ResponseMatrix | ArrayLike,
    rng: np.random.Generator,
    *,
    replications: int = 50,
    quantile: float = 0.95,
    categories: ArrayLike | None = None,
) -> ParallelAnalysis:
    """Compare eigenvalues of the polychoric correlations with those of independently permuted items.

    Missing cells stay where they are. Raises InvalidParameters, InvalidResponses, and NotEstimable as
    :func:`polychoric_correlations` does.
    """
    if replications < 1 or not 0 < quantile < 1:
        raise InvalidParameters("Parallel analysis needs replications and a quantile between 0 and 1.")
    observed = _eigenvalues(responses, categories)
    table = np.array(responses.to_array() if isinstance(responses, ResponseMatrix) else responses)
    given = np.nan_to_num(np.asarray(table, dtype=np.float64), nan=-1) >= 0
    known = responses.category_counts if isinstance(responses, ResponseMatrix) else categories
    drawn = []
    for _ in range(replications):
        for item in range(table.shape[1]):
            rows = np.flatnonzero(given[:, item])
            table[rows, item] = table[rng.permutation(rows), item]
        drawn.append(_eigenvalues(table, known))
    return ParallelAnalysis(observed, np.quantile(drawn, quantile, axis=0), quantile)


def unidimensionality_test(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    rng: np.random.Generator,
    *,
    replications: int = 99,
    quadrature: Quadrature | None = None,
) -> EigenvalueTest:
    """Is the second eigenvalue larger than one dimension explains? Parametric bootstrap under ``items``.

    ``items`` are the unidimensional calibration of these responses (N, J) for the population ``quadrature``
    (default N(0, 1) on ±6). Raises InvalidParameters, InvalidResponses and NotEstimable.
    """
    if replications < 1:
        raise InvalidParameters("The bootstrap needs one or more replications.")
    matrix = scored(responses, items)
    grid = quadrature or Quadrature.equal_spaced()
    simulated = [
        _eigenvalues(simulated_like(matrix, items, grid, rng), None)[1] for _ in range(replications)
    ]
    return EigenvalueTest(float(_eigenvalues(matrix, None)[1]), np.array(simulated))


def _eigenvalues(responses: ResponseMatrix | ArrayLike, categories: ArrayLike | None) -> FloatArray:
    matrix = responses if categories is None else as_response_matrix(responses, categories)
    return np.asarray(np.linalg.eigvalsh(polychoric_correlations(matrix).smoothed)[::-1], dtype=np.float64)
