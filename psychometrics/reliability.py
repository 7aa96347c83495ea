"""Reliability: of θ estimates (marginal, empirical, conditional) and of sum scores (omega)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.ability import AbilityEstimates
from psychometrics.arrays import FloatArray
from psychometrics.dimensionality.polychoric import polychoric_correlations
from psychometrics.errors import NotEstimable
from psychometrics.item_collections import ItemCollection, category_probabilities
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import information
from psychometrics.responses import ResponseMatrix

SWEEPS = 2000
LARGEST_LOADING = 0.999


@dataclass(frozen=True, eq=False)
class OmegaCoefficient:
    """``sum_score``: reliability of the sum of the scores as they are (Green & Yang 2009). ``latent``: that
    of the sum of the normal variables behind them, which no test reports (ordinal omega; Zumbo, Gadermann &
    Zeisser 2007). ``loadings`` (J,) of the one factor."""

    sum_score: float
    latent: float
    loadings: FloatArray


def marginal_reliability(items: ItemCollection, quadrature: Quadrature | None = None) -> float:
    """Mean over the population of I(θ) / (I(θ) + 1/σ²), between 0 and 1 (Green et al. 1984)."""
    grid = quadrature or Quadrature.equal_spaced()
    return float(grid.weights @ conditional_reliability(grid.nodes, items, grid))


def conditional_reliability(
    theta: ArrayLike, items: ItemCollection, quadrature: Quadrature | None = None
) -> FloatArray:
    """I(θ) / (I(θ) + 1/σ²) at θ (N,), σ² the variance of the population ``quadrature``: (N,)."""
    grid = quadrature or Quadrature.equal_spaced()
    mean = grid.weights @ grid.nodes
    precision = 1 / (grid.weights @ (grid.nodes - mean) ** 2)
    test_information = information(theta, items).sum(axis=1)
    return np.asarray(test_information / (test_information + precision))


def empirical_reliability(estimates: AbilityEstimates, *, shrunken: bool = True) -> float:
    """Share of true variance in estimates of θ, at most 1 (Bechger et al. 2003).

    ``shrunken`` estimates (EAP, MAP): var(θ̂) / (var(θ̂) + mean SE²). Others (MLE, WLE), whose variance
    includes that of their errors: 1 − mean SE² / var(θ̂), negative if the errors are larger.
    Raises NotEstimable for fewer than two estimates with a finite standard error.
    """
    known = np.isfinite(estimates.theta) & np.isfinite(estimates.standard_error)
    if known.sum() < 2:
        raise NotEstimable("Empirical reliability needs two or more examinees with a finite standard error.")
    spread = float(np.var(estimates.theta[known], ddof=1))
    error = float(np.mean(estimates.standard_error[known] ** 2))
    if not shrunken and spread == 0:
        raise NotEstimable("Empirical reliability needs estimates that differ.")
    return spread / (spread + error) if shrunken else 1 - error / spread


def conditional_standard_error(theta: ArrayLike, items: ItemCollection) -> FloatArray:
    """1/√I(θ) of the whole form at θ (N,), infinite where the form tells nothing."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / np.sqrt(information(theta, items).sum(axis=1)))


def sum_score_reliability(items: ItemCollection, quadrature: Quadrature | None = None) -> float:
    """var(E[X|θ]) / var(X) of the sum score X under the model: omega from item response theory.

    Kolen, Zeng & Hanson (1996). The population is ``quadrature``, by default N(0, 1).
    """
    grid = quadrature or Quadrature.equal_spaced()
    return _share_of_true_variance(category_probabilities(grid.nodes, items), grid.weights)


def omega(responses: ResponseMatrix | ArrayLike, categories: ArrayLike | None = None) -> OmegaCoefficient:
    """Omega of responses (N, J) from one factor of their polychoric correlations by least squares.

    Unlike alpha it does not take items to load equally. Missing cells: each pair uses the examinees who were
    given both. Raises InvalidResponses and NotEstimable, see :func:`polychoric_correlations`.
    """
    found = polychoric_correlations(responses, categories)
    loadings = _one_factor(found.smoothed)
    common = loadings.sum() ** 2
    latent = common / (common + (1 - loadings**2).sum())
    grid = Quadrature.equal_spaced()
    chances = _normal_ogive(grid.nodes, loadings, found.thresholds)
    return OmegaCoefficient(
        sum_score=_share_of_true_variance(chances, grid.weights), latent=float(latent), loadings=loadings
    )


def _share_of_true_variance(chances: FloatArray, weights: FloatArray) -> float:
    """From probabilities (Q, J, C) of scores given θ."""
    scores = np.arange(chances.shape[2], dtype=np.float64)
    means = chances @ scores
    error = weights @ (chances @ scores**2 - means**2).sum(axis=1)
    true = means.sum(axis=1)
    spread = weights @ (true - weights @ true) ** 2
    return float(spread / (spread + error))


def _normal_ogive(theta: FloatArray, loadings: FloatArray, thresholds: FloatArray) -> FloatArray:
    """P of each score given the factor, (Q, J, C)."""
    rest = np.sqrt(1 - loadings**2)[:, None]
    reached = ndtr((loadings[:, None] * theta[:, None, None] - thresholds) / rest)
    reached = np.nan_to_num(reached, nan=0.0)
    whole = np.ones_like(reached[:, :, :1])
    return np.asarray(-np.diff(np.concatenate([whole, reached, 0 * whole], axis=2), axis=2))


def _one_factor(correlations: FloatArray) -> FloatArray:
    """Loadings that minimize the squared residual correlations off the diagonal (Harman & Jones 1966)."""
    if len(correlations) < 3:
        raise NotEstimable("One factor needs three or more items.")
    sizes, axes = np.linalg.eigh(correlations)
    loadings = axes[:, -1] * np.sqrt(max(sizes[-1] - 1, 0.1)) * np.copysign(1.0, axes[:, -1].sum())
    for _ in range(SWEEPS):
        before = loadings.copy()
        for item, row in enumerate(correlations):
            others = loadings @ loadings - loadings[item] ** 2
            pull = row @ loadings - row[item] * loadings[item]
            loadings[item] = np.clip(pull / max(others, 1e-12), -LARGEST_LOADING, LARGEST_LOADING)
        if np.abs(loadings - before).max() < 1e-10:
            break
    return np.asarray(loadings)
