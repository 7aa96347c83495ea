"""Gains between two attempts that are larger than learning and error explain.

Regression of the second result on the first with deleted residuals (Cook & Weisberg 1982); the difference of
two θ against its error (Guo & Drasgow 2010). The likelihood ratio of two attempts is
:func:`signed_likelihood_ratio`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from psychometrics.ability.estimation import AbilityEstimates
from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters, NotEstimable

FEWEST_SITES = 5
MEDIAN_CHI_SQUARED = 0.454936423119572


@dataclass(frozen=True, eq=False)
class ScoreGains:
    """``expected`` second result, ``excess`` over it, standardized ``statistic`` and upper tail ``p_value``,
    each (N,)."""

    expected: FloatArray
    excess: FloatArray
    statistic: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, eq=False)
class SiteGains:
    """One entry for each of ``sites``: number of ``examinees``, mean excess ``excess``, its ``statistic`` and
    upper tail ``p_value``. ``between_sd`` is the standard deviation of sites beyond sampling."""

    sites: AnyArray
    examinees: IntArray
    excess: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    between_sd: float


def regression_gains(
    before: ArrayLike,
    after: ArrayLike,
    *,
    covariates: ArrayLike | None = None,
    reference: ArrayLike | None = None,
) -> ScoreGains:
    """Second results (N,) against their regression on the first (N,) and ``covariates`` (N, K).

    The line is fitted to the examinees marked in ``reference`` (N,), by default all; each of them is compared
    with the line of the others, so that the statistic is Student's t. Give EAP estimates: the
    errors of WLE grow towards the ends of the scale, those of raw scores shrink, and the tail of t is lost.
    Raises InvalidParameters and NotEstimable.
    """
    first, second = finite_vector(before, "before"), finite_vector(after, "after")
    more = np.zeros((len(first), 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    known = np.ones(len(first), dtype=bool) if reference is None else np.asarray(reference, dtype=bool)
    if len(second) != len(first) or more.ndim != 2 or len(more) != len(first) or len(known) != len(first):
        raise InvalidParameters("Results, covariates and reference need one row for each examinee.")
    if not np.isfinite(more).all():
        raise InvalidParameters("Covariates must be finite numbers.")
    design = np.column_stack([np.ones(len(first)), first, more])
    degrees = int(known.sum()) - design.shape[1] - 1
    if degrees < 1 or np.linalg.matrix_rank(design[known]) < design.shape[1]:
        raise NotEstimable("Too few examinees of different first results to draw a regression line.")
    inverse = np.linalg.inv(design[known].T @ design[known])
    expected = design @ (inverse @ (design[known].T @ second[known]))
    excess = second - expected
    leverage = np.einsum("nk,kl,nl->n", design, inverse, design)
    squares = float(excess[known] @ excess[known])
    # Examinees of the line are taken out of it; the others never were in it.
    own = np.where(known, excess**2 / np.maximum(1 - leverage, 1e-12), 0.0)
    variance = np.maximum(squares - own, 0.0) / np.where(known, degrees, degrees + 1)
    scale = np.sqrt(variance * np.where(known, np.maximum(1 - leverage, 1e-12), 1 + leverage))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = excess / scale
    p_value = np.asarray(stdtr(np.where(known, degrees, degrees + 1), -statistic))
    return ScoreGains(expected, excess, statistic, p_value)


def ability_gains(
    first: AbilityEstimates, second: AbilityEstimates, *, growth: float = 0.0, growth_sd: float = 0.0
) -> ScoreGains:
    """Difference of two θ, (N,) each, against the errors of both and honest growth N(growth, growth_sd²).

    Give weighted or maximum likelihood estimates: EAP is drawn to the mean and its differences are too small.
    An estimate with an infinite error gives a statistic of 0. Raises InvalidParameters.
    """
    if len(first) != len(second):
        raise InvalidParameters("Both attempts need one estimate for each examinee.")
    if not (np.isfinite(growth) and growth_sd >= 0 and np.isfinite(growth_sd)):
        raise InvalidParameters("Growth must be finite and its standard deviation not below 0.")
    expected = first.theta + growth
    excess = second.theta - expected
    statistic = excess / np.sqrt(first.standard_error**2 + second.standard_error**2 + growth_sd**2)
    return ScoreGains(expected, excess, statistic, np.asarray(ndtr(-statistic)))


def site_gains(gains: ScoreGains, sites: ArrayLike) -> SiteGains:
    """Mean excess of each site, labels (N,), against sampling and the spread of honest sites.

    Sites differ in teaching, so sampling error alone would flag too many. The variance between honest sites
    is the one at which half of the sites lie within the quartiles of their distributions: medians, because a
    few dishonest sites would swell a variance from moments and hide themselves. Raises InvalidParameters, and
    NotEstimable for fewer than five sites.
    """
    labels = np.asarray(sites)
    if labels.shape != gains.excess.shape:
        raise InvalidParameters(f"Sites must be one label for each of {len(gains.excess)} examinees.")
    names, number = np.unique(labels, return_inverse=True)
    counts = np.bincount(number)
    if len(names) < FEWEST_SITES or len(labels) <= len(names):
        raise NotEstimable(f"Unusual sites need {FEWEST_SITES} or more sites with several examinees.")
    means = np.bincount(number, gains.excess) / counts
    within = float(((gains.excess - means[number]) ** 2).sum()) / (len(labels) - len(names))
    centre = float(np.median(means))
    between = _between_variance((means - centre) ** 2, within / counts)
    statistic = (means - centre) / np.sqrt(between + within / counts)
    return SiteGains(
        names, counts, means - centre, statistic, np.asarray(ndtr(-statistic)), float(np.sqrt(between))
    )


def _between_variance(squares: FloatArray, sampling: FloatArray) -> float:
    """Variance at which the median of ``squares`` over their variances is that of χ² with one degree."""
    low, high = 0.0, float(squares.max()) / MEDIAN_CHI_SQUARED
    if float(np.median(squares / sampling)) <= MEDIAN_CHI_SQUARED:
        return 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        wide = float(np.median(squares / (middle + sampling))) < MEDIAN_CHI_SQUARED
        low, high = (low, middle) if wide else (middle, high)
    return 0.5 * (low + high)
