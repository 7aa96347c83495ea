"""Reliability of θ estimates: marginal (from the items) and empirical (from the estimates)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability import AbilityEstimates
from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import ItemParameters, information


def marginal_reliability(items: ItemParameters, quadrature: Quadrature | None = None) -> float:
    """Mean over the population of I(θ) / (I(θ) + 1/σ²), between 0 and 1 (Green et al. 1984)."""
    grid = quadrature or Quadrature.equal_spaced()
    mean = grid.weights @ grid.nodes
    precision = 1 / (grid.weights @ (grid.nodes - mean) ** 2)
    test_information = information(grid.nodes, items).sum(axis=1)
    return float(grid.weights @ (test_information / (test_information + precision)))


def empirical_reliability(estimates: AbilityEstimates) -> float:
    """var(θ̂) / (var(θ̂) + mean SE²) of EAP or MAP estimates, between 0 and 1 (Bechger et al. 2003).

    Raises NotEstimable for fewer than two estimates with a finite standard error.
    """
    known = np.isfinite(estimates.theta) & np.isfinite(estimates.standard_error)
    if known.sum() < 2:
        raise NotEstimable("Empirical reliability needs two or more examinees with a finite standard error.")
    spread = float(np.var(estimates.theta[known], ddof=1))
    error = float(np.mean(estimates.standard_error[known] ** 2))
    return spread / (spread + error)


def conditional_standard_error(theta: ArrayLike, items: ItemParameters) -> FloatArray:
    """1/√I(θ) of the whole form at θ (N,), infinite where the form tells nothing."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / np.sqrt(information(theta, items).sum(axis=1)))
