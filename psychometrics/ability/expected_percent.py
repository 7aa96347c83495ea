"""θ as the percent of a reference form it stands for, with the error of that percent.

Rules set thresholds in percent of the points of a form. The test characteristic curve T(θ) (Lord 1980, ch. 4)
translates: percent = 100 · T(θ) / highest sum score of the reference form, whatever items were answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.estimation import AbilityEstimates
from psychometrics.ability.likelihood import posterior, row_blocks, scored
from psychometrics.ability.posterior_density import PosteriorDensity
from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, highest_scores
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import expected_score
from psychometrics.responses import ResponseMatrix

HALVINGS = 80


@dataclass(frozen=True, eq=False)
class ExpectedPercent:
    """``percent`` of the reference form, 0…100, and its ``standard_error`` in percent points, each (N,)."""

    percent: FloatArray
    standard_error: FloatArray


def percent_at(theta: ArrayLike, form: ItemCollection) -> FloatArray:
    """Expected percent of the points of ``form`` at θ (N,), 0…100: (N,)."""
    return np.asarray(100 * expected_score(theta, form) / highest_scores(form).sum())


def theta_at_percent(
    percent: ArrayLike, form: ItemCollection, bounds: tuple[float, float] = (-30.0, 30.0)
) -> FloatArray:
    """θ at which ``form`` is expected to give ``percent`` (n,): (n,), infinite beyond the form's range.

    The inverse of :func:`percent_at` to the last digit, sought within ``bounds``. Raises InvalidParameters
    for a form whose expected percent does not rise with θ.
    """
    wanted = finite_vector(percent, "percent")
    curve = percent_at(np.linspace(*bounds, 601), form)
    if (np.diff(curve) < -1e-9).any():
        raise InvalidParameters(
            "The expected percent of this form falls somewhere as θ rises, so a percent has no one θ."
        )
    low, high = np.full(len(wanted), bounds[0]), np.full(len(wanted), bounds[1])
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        short = percent_at(middle, form) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    theta = np.where(wanted > curve[-1], np.inf, 0.5 * (low + high))
    return np.asarray(np.where(wanted < curve[0], -np.inf, theta))


def expected_percent(estimates: AbilityEstimates, form: ItemCollection) -> ExpectedPercent:
    """Percent of ``form`` at estimated θ with the delta method's error |T'(θ)| · SE(θ).

    NaN where θ is; an infinite standard error stays infinite.
    """
    known = np.isfinite(estimates.theta)
    theta = np.where(known, estimates.theta, 0.0)
    curves = form.category_curves(theta)
    slope = (curves.slope @ np.arange(curves.slope.shape[2], dtype=np.float64)).sum(axis=1)
    error = 100 * np.abs(slope) / highest_scores(form).sum() * estimates.standard_error
    return ExpectedPercent(
        np.where(known, percent_at(theta, form), np.nan), np.where(known, error, estimates.standard_error)
    )


def posterior_percent(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    form: ItemCollection,
    *,
    quadrature: Quadrature | None = None,
) -> ExpectedPercent:
    """Mean and standard deviation of the percent of ``form`` over each examinee's posterior of θ.

    ``responses`` (N, J) are to ``items``, ``quadrature`` is the prior (default N(0, 1) on ±6). Unlike the
    delta method it holds where the test characteristic curve bends. Raises InvalidResponses.
    """
    grid = quadrature or Quadrature.equal_spaced()
    curve = percent_at(grid.nodes, form)
    means, errors = [], []
    for block in row_blocks(scored(responses, items)):
        weights = posterior(block, items, grid)
        mean = weights @ curve
        means.append(mean)
        errors.append(np.sqrt(np.maximum(weights @ curve**2 - mean**2, 0.0)))
    return ExpectedPercent(np.concatenate(means), np.concatenate(errors))


def probability_of_percent(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    form: ItemCollection,
    threshold_percent: float,
    *,
    quadrature: Quadrature | None = None,
) -> FloatArray:
    """Posterior probability that the expected percent of ``form`` is ``threshold_percent`` or more, (N,).

    The posterior is continuous between nodes, so the threshold need not lie on one. Raises InvalidParameters
    for a form whose expected percent does not rise with θ, and InvalidResponses.
    """
    grid = quadrature or Quadrature.equal_spaced()
    cut = float(theta_at_percent([threshold_percent], form)[0])
    parts = [
        1 - PosteriorDensity.of(block, items, grid).below(cut)
        for block in row_blocks(scored(responses, items))
    ]
    return np.concatenate(parts)
