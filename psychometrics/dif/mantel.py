"""Mantel–Haenszel, Mantel and generalized Mantel–Haenszel statistics from stratified counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.dif.counts import StratifiedCounts


@dataclass(frozen=True, eq=False)
class ChiSquared:
    """``statistic``, ``freedom`` and ``p_value``, each (J,); NaN where nothing can be tested."""

    statistic: FloatArray
    freedom: FloatArray
    p_value: FloatArray

    @classmethod
    def of(cls, statistic: FloatArray, freedom: FloatArray) -> ChiSquared:
        """With the upper tail of the χ² distribution."""
        testable = freedom > 0
        value = np.where(testable, statistic, np.nan)
        tail = chdtrc(np.maximum(freedom, 1), np.maximum(np.nan_to_num(value), 0.0))
        return cls(value, freedom, np.where(np.isnan(value), np.nan, tail))


@dataclass(frozen=True, eq=False)
class CommonOddsRatio:
    """Natural logarithm of the common odds ratio and its standard error, each (J,); NaN where undefined."""

    log_odds: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, eq=False)
class StandardizedDifference:
    """Focal minus reference mean score weighted by the focal group, its standard error, and the difference
    in standard deviations of the item score; each (J,)."""

    difference: FloatArray
    standard_error: FloatArray
    in_deviations: FloatArray


def mantel_test(strata: StratifiedCounts, *, continuity: bool) -> ChiSquared:
    """χ² with one degree of freedom of the focal group's score sum given the margins.

    Mantel (1963); for two scores it is the statistic of Mantel & Haenszel (1959). ``continuity`` takes one
    half from the absolute difference of two-score items, for which the correction is defined.
    """
    counts = strata.counts
    scores = np.arange(counts.shape[3], dtype=np.float64)
    sizes = strata.sizes
    total = sizes.sum(axis=2)
    usable = (total > 1) & (sizes > 0).all(axis=2)
    margin = counts.sum(axis=2)
    first, second = margin @ scores, margin @ scores**2
    safe = np.where(usable, total, 2.0)
    observed = counts[:, :, 1] @ scores
    expected = sizes[:, :, 1] * first / safe
    variance = sizes[:, :, 0] * sizes[:, :, 1] * (safe * second - first**2) / (safe**2 * (safe - 1))
    difference = np.abs(((observed - expected) * usable).sum(axis=1))
    spread = (variance * usable).sum(axis=1)
    if continuity:
        binary = (counts[:, :, :, 2:] == 0).all(axis=(1, 2, 3))
        difference = np.where(binary, np.maximum(difference - 0.5, 0.0), difference)
    statistic = np.divide(difference**2, spread, out=np.zeros_like(spread), where=spread > 0)
    return ChiSquared.of(statistic, np.where(spread > 0, 1.0, 0.0))


def generalized_test(strata: StratifiedCounts) -> ChiSquared:
    """χ² of any difference between G groups in the distribution of C scores, (G − 1)(C − 1) d.f.

    Generalized Mantel–Haenszel: Mantel & Haenszel (1959), Somes (1986). Scores nobody has take no degree of
    freedom.
    """
    counts, sizes = strata.counts, strata.sizes
    total = sizes.sum(axis=2)
    usable = (total > 1).astype(float)
    safe = np.maximum(total, 2.0)
    margin = counts.sum(axis=2)
    expected = sizes[..., :, None] * margin[..., None, :] / safe[..., None, None]
    excess = ((counts - expected) * usable[..., None, None]).sum(axis=1)[:, 1:, 1:]
    by_group = _hypergeometric(sizes, safe)[..., 1:, 1:]
    by_score = _hypergeometric(margin, safe)[..., 1:, 1:]
    scale = usable / (safe**2 * (safe - 1))
    covariance = np.einsum("js,jsgh,jscd->jgchd", scale, by_group, by_score, optimize=True)
    width = excess.shape[1] * excess.shape[2]
    return quadratic_forms(excess.reshape(-1, width), covariance.reshape(-1, width, width))


def common_odds_ratio(strata: StratifiedCounts) -> CommonOddsRatio:
    """Mantel–Haenszel estimate of the log odds of a right response, reference over focal.

    Standard error: Robins, Breslow & Greenland (1986), the same as Phillips & Holland (1987). NaN for items
    with more than two scores or without discordant strata.
    """
    counts = strata.counts
    total = np.maximum(strata.sizes.sum(axis=2), 1.0)
    right_reference, wrong_reference = counts[:, :, 0, 1], counts[:, :, 0, 0]
    right_focal, wrong_focal = counts[:, :, 1, 1], counts[:, :, 1, 0]
    concordant = (right_reference + wrong_focal) / total
    discordant = (wrong_reference + right_focal) / total
    up, down = right_reference * wrong_focal / total, wrong_reference * right_focal / total
    with np.errstate(divide="ignore", invalid="ignore"):
        sum_up, sum_down = up.sum(axis=1), down.sum(axis=1)
        log_odds = np.log(sum_up) - np.log(sum_down)
        variance = (
            (concordant * up).sum(axis=1) / sum_up**2
            + (concordant * down + discordant * up).sum(axis=1) / (sum_up * sum_down)
            + (discordant * down).sum(axis=1) / sum_down**2
        ) / 2
    defined = np.isfinite(log_odds) & (counts[:, :, :, 2:] == 0).all(axis=(1, 2, 3))
    return CommonOddsRatio(
        np.where(defined, log_odds, np.nan), np.sqrt(np.where(defined, variance, np.nan))
    )


def standardized_difference(strata: StratifiedCounts) -> StandardizedDifference:
    """p-dif of Dorans & Kulick (1986) for two scores, standardized mean difference for more.

    Negative values say that the item is harder for the focal group than for the comparable reference group.
    Standard error: Dorans & Holland (1993), with the scores' variances in the strata for more than two.
    """
    sizes, means, variances = strata.sizes, strata.means, strata.variances
    usable = (sizes > 0).all(axis=2)
    weight = sizes[:, :, 1] * usable
    weight_sum = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, weight_sum, out=np.full_like(weight, np.nan), where=weight_sum > 0)
    difference = (weight * (means[:, :, 1] - means[:, :, 0])).sum(axis=1)
    error = (variances / np.maximum(sizes, 1.0)).sum(axis=2)
    standard_error = np.sqrt((weight**2 * error).sum(axis=1))
    spread = _item_deviation(strata)
    in_deviations = np.divide(difference, spread, out=np.full_like(spread, np.nan), where=spread > 0)
    return StandardizedDifference(difference, standard_error, in_deviations)


def _item_deviation(strata: StratifiedCounts) -> FloatArray:
    counts = strata.counts.sum(axis=(1, 2))
    scores = np.arange(counts.shape[1], dtype=np.float64)
    total = np.maximum(counts.sum(axis=1), 1.0)
    mean = counts @ scores / total
    return np.asarray(np.sqrt(np.maximum(counts @ scores**2 / total - mean**2, 0.0)))


def _hypergeometric(margin: FloatArray, total: FloatArray) -> FloatArray:
    """T·diag(m) − m mᵀ for margins (J, S, K): (J, S, K, K)."""
    identity = np.eye(margin.shape[2])
    return np.asarray(
        total[..., None, None] * margin[..., None] * identity - margin[..., :, None] * margin[..., None, :]
    )


def quadratic_forms(excess: FloatArray, covariance: FloatArray) -> ChiSquared:
    """xᵀ V⁺ x with the rank of V as degrees of freedom."""
    values, vectors = np.linalg.eigh(covariance)
    positive: AnyArray = values > 1e-10 * np.maximum(values[:, -1:], 1e-300)
    projected = np.einsum("jkv,jk->jv", vectors, excess)
    terms = np.divide(projected**2, values, out=np.zeros_like(values), where=positive)
    return ChiSquared.of(terms.sum(axis=1), positive.sum(axis=1).astype(float))
