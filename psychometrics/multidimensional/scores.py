"""Scores on several dimensions given a model: EAP sub-scores, and the marginal likelihood.

Every dimension borrows from the others through the correlations or the general dimension, so these are
augmented scores in the sense of Wainer et al. (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidResponses
from psychometrics.multidimensional.expectation import Expectation
from psychometrics.multidimensional.grids import MultidimensionalPlan
from psychometrics.multidimensional.layout import Layout
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.structures import Scales
from psychometrics.responses import ResponseMatrix, as_response_matrix


@dataclass(frozen=True, eq=False)
class DimensionScores:
    """Posterior means ``theta`` (N, D) and ``covariance`` (N, D, D), and ``log_likelihood`` (N,).

    Dimensions are scales, or the general one and the testlets; covariances between two testlets are NaN.
    """

    theta: FloatArray
    covariance: FloatArray
    log_likelihood: FloatArray

    @property
    def standard_error(self) -> FloatArray:
        """Posterior standard deviations, (N, D)."""
        return np.asarray(np.sqrt(np.maximum(np.einsum("ndd->nd", self.covariance), 0.0)))

    @property
    def reliability(self) -> FloatArray:
        """Share of the variance of each dimension that the scores hold, (D,): var / (var + mean SE²)."""
        spread = self.theta.var(axis=0)
        return np.asarray(spread / (spread + (self.standard_error**2).mean(axis=0)))


def score_dimensions(
    responses: ResponseMatrix | ArrayLike,
    model: MultidimensionalModel,
    plan: MultidimensionalPlan | None = None,
) -> DimensionScores:
    """EAP scores of responses (N, J) with their covariances. Raises InvalidResponses."""
    matrix = as_response_matrix(responses, model.category_counts)
    if matrix.items != len(model):
        raise InvalidResponses(f"Responses to {matrix.items} items do not fit a model of {len(model)}.")
    layout = Layout.of(
        model.structure, model.formats, model.category_counts, plan or MultidimensionalPlan()
    )
    weights = (
        layout.lattice.weights(model.correlation) if isinstance(model.structure, Scales) else np.ones((1, 1))
    )
    tables = [
        cluster.log_probabilities(values, layout.features[cluster.block])
        for cluster, values in zip(layout.clusters, layout.parameters_of(model), strict=True)
    ]
    expectation, stacked = Expectation(layout, matrix), layout.stacked(tables)
    parts = [expectation.posterior(rows, stacked, weights) for rows in layout.chunks(matrix)]
    mean = np.concatenate([part.mean for part in parts])
    second = np.concatenate([part.second for part in parts])
    covariance = second - mean[:, :, None] * mean[:, None, :]
    return DimensionScores(mean, covariance, np.concatenate([part.log_likelihood for part in parts]))
