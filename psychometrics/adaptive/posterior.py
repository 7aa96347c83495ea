"""The posterior of θ on the nodes of a pool: prior, moments, and priors predicted from covariates.

EAP: Bock & Mislevy (1982). Dot products go row by row through one routine, so that the posterior of an
examinee has the same bits alone and among a hundred thousand others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters


def log_normal_prior(nodes: FloatArray, mean: ArrayLike, sd: ArrayLike) -> FloatArray:
    """Log of normal priors at nodes (Q,), up to a constant: (Q,), or (N, Q) for means and sds (N,)."""
    centre, inverse = np.asarray(mean)[..., None], 1 / np.asarray(sd)[..., None]
    scaled = (nodes - centre) * inverse
    return np.asarray(-0.5 * scaled * scaled)


def posterior_weights(log_posterior: FloatArray) -> FloatArray:
    """exp(log posterior − its maximum), shape (Q,) or (N, Q): positive, not scaled to sum to 1."""
    return np.asarray(np.exp(log_posterior - log_posterior.max(axis=-1, keepdims=True)))


def weighted_moments(
    weights: FloatArray, nodes: FloatArray, squares: FloatArray, ones: FloatArray
) -> tuple[AnyArray, AnyArray]:
    """Mean and standard deviation for unscaled weights (Q,) or (N, Q), given nodes, nodes² and ones (Q,)."""
    total = np.vecdot(weights, ones)
    mean = np.vecdot(weights, nodes) / total
    variance = np.vecdot(weights, squares) / total - mean * mean
    return mean, np.sqrt(np.maximum(variance, 0.0))


@dataclass(frozen=True)
class LatentRegression:
    """Prior of θ predicted from covariates: θ ~ N(intercept + Σ coefficient · covariate, residual_sd²).

    The caller estimates it (see the calibration with latent regression) and gives it here, so that an
    adaptive attempt starts where candidates of that background usually stand. A prior by background saves
    items; where a decision must not depend on background, report the estimate under the common prior.
    """

    intercept: float
    coefficients: tuple[float, ...]
    residual_sd: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "coefficients", tuple(float(value) for value in self.coefficients))
        numbers = (self.intercept, *self.coefficients, self.residual_sd)
        if not (np.isfinite(numbers).all() and self.residual_sd > 0):
            raise InvalidParameters(
                "A latent regression needs finite coefficients and a positive residual standard deviation."
            )

    def prior(self, covariates: Sequence[float]) -> tuple[float, float]:
        """Prior mean and standard deviation of one examinee. Raises InvalidParameters."""
        means, _ = self.priors([covariates])
        return float(means[0]), self.residual_sd

    def priors(self, covariates: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Prior means and standard deviations, each (N,), for covariates (N, K). Raises InvalidParameters."""
        table = np.atleast_2d(np.asarray(covariates, dtype=np.float64))
        if table.shape[1] != len(self.coefficients) or not np.isfinite(table).all():
            raise InvalidParameters(
                f"The latent regression needs {len(self.coefficients)} finite covariates for each examinee."
            )
        means = self.intercept + table @ np.array(self.coefficients)
        return means, np.full(len(table), float(self.residual_sd))
