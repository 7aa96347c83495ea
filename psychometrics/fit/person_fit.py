"""Is an examinee's response pattern likely under the model? lz, and lz* for estimated θ.

lz: Drasgow, Levine & Williams (1985), called Zh elsewhere. lz*: Snijders (2001), Magis, Raîche & Béland
(2012); more scores than two: Sinharay (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.ability.estimation import AbilityEstimates, AbilityMethod, estimate_ability
from psychometrics.ability.likelihood import LOWEST_LOG
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.fit.residuals import cell_blocks
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

RootMethod = Literal["mle", "wle", "map"]


@dataclass(frozen=True, eq=False)
class PersonFit:
    """``statistic`` (N,) of each examinee, near standard normal and low for unlikely patterns, NaN where
    undefined, and ``p_value``, the probability of one as low."""

    statistic: FloatArray
    p_value: FloatArray


def lz(responses: ResponseMatrix | ArrayLike, items: ItemCollection, theta: ArrayLike) -> PersonFit:
    """Standardized log-likelihood of each response pattern at θ (N,) taken as known.

    At estimated θ its variance falls short of 1 and it flags too few examinees: see :func:`lz_star`.
    Raises InvalidParameters and InvalidResponses.
    """
    deviation, variance, *_ = _pattern_sums(responses, items, theta)
    return _standardized(deviation, variance)


def lz_star(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    *,
    method: RootMethod = "wle",
    quadrature: Quadrature | None = None,
    estimates: AbilityEstimates | None = None,
) -> PersonFit:
    """lz corrected for θ being estimated from the same responses.

    ``estimates``, if given, must be those of :func:`estimate_ability` for the same ``method`` and
    ``quadrature``. The correction holds for estimates that are roots of an estimating equation, not for EAP.
    NaN where there is no finite estimate. Raises InvalidParameters and InvalidResponses.
    """
    if method not in ("mle", "wle", "map"):
        raise InvalidParameters(f"lz* needs a maximum likelihood, Warm or modal estimate, not {method!r}.")
    grid = quadrature or Quadrature.equal_spaced()
    chosen: AbilityMethod = method
    found = estimates or estimate_ability(responses, items, method=chosen, quadrature=grid)
    theta = np.where(np.isfinite(found.standard_error), found.theta, np.nan)
    deviation, variance, covariance, information, bend = _pattern_sums(responses, items, theta)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = covariance / information
        pull = np.zeros(len(theta))
        if method == "wle":
            pull = bend / (2 * information)
        elif method == "map":
            mean = float(grid.weights @ grid.nodes)
            pull = (mean - theta) / float(grid.weights @ (grid.nodes - mean) ** 2)
        return _standardized(deviation + slope * pull, variance - slope * covariance)


def _pattern_sums(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, theta: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sums over an examinee's cells, each (N,): log P − its mean, variance of log P, covariance of log P with
    the score function, information, Σ P'P''/P."""
    sums = np.zeros((5, np.size(theta)))
    for cells in cell_blocks(responses, items, theta):
        chance = cells.curves.probability[0]
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log(chance), LOWEST_LOG)
        mean = (chance * logs).sum(axis=1)
        share = cells.curves.ratio(cells.curves.slope)[0]
        terms = (
            cells.chosen(logs) - mean,
            (chance * (logs - mean[:, None]) ** 2).sum(axis=1),
            (cells.curves.slope[0] * logs).sum(axis=1),
            (share * cells.curves.slope[0]).sum(axis=1),
            (share * cells.curves.curvature[0]).sum(axis=1),
        )
        for row, term in zip(sums, terms, strict=True):
            row += np.bincount(cells.examinee, term, minlength=len(row))
    deviation, variance, covariance, information, bend = sums
    return deviation, variance, covariance, information, bend


def _standardized(deviation: FloatArray, variance: FloatArray) -> PersonFit:
    statistic = np.full(len(deviation), np.nan)
    known = variance > 1e-12
    statistic[known] = deviation[known] / np.sqrt(variance[known])
    return PersonFit(statistic, np.asarray(ndtr(statistic)))
