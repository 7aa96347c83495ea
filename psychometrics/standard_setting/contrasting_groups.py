"""Contrasting groups: the score that best divides examinees judged competent from those judged not.

Livingston & Zieky (1982). The cut is where the regression of the judgment on the score is undecided; or where
the shares of both wrong decisions are equal; or where normal densities of both groups intersect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtri

from psychometrics.arrays import FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.ordinal_regression import OrdinalFit, fit_ordinal
from psychometrics.standard_setting.cut_scores import CutPlan, CutScore, ScoreUnit
from psychometrics.standard_setting.score_shares import ScoreShares, failure_rates, first_crossing

ContrastingMethod = Literal["logistic", "equal_error", "normal"]

BLOCK_COUNTS = 20_000
"""Counts of the replicates that are analysed at once."""


@dataclass(frozen=True)
class ContrastingRule:
    """How groups are divided.

    ``loss_ratio``: how many times worse it is to pass somebody not competent than to fail somebody competent.
    ``balanced``: both groups count alike, however many of each were judged; else as many as there are, which
    is right only if they were sampled as they occur. Raises InvalidParameters.
    """

    method: ContrastingMethod = "logistic"
    loss_ratio: float = 1.0
    balanced: bool = True

    def __post_init__(self) -> None:
        if self.method not in get_args(ContrastingMethod):
            raise InvalidParameters(
                f"Unknown method {self.method!r}; choose one of {', '.join(get_args(ContrastingMethod))}."
            )
        if not 0 < self.loss_ratio < np.inf:
            raise InvalidParameters("The loss ratio must be positive.")

    def weights(self, counts: FloatArray) -> FloatArray:
        """Weights (B, 2) of the groups not competent and competent, of sizes ``counts`` (B, 2)."""
        sizes = np.ones_like(counts) if self.balanced else counts
        return np.asarray(sizes * np.array([self.loss_ratio, 1.0]))


@dataclass(frozen=True, eq=False)
class ContrastingGroups:
    """``scores`` (N,) in ``unit`` of examinees and whether each was judged ``competent`` (N,)."""

    scores: FloatArray
    competent: FloatArray
    unit: ScoreUnit = "raw"

    def __post_init__(self) -> None:
        object.__setattr__(self, "scores", finite_vector(self.scores, "scores"))
        judged = finite_vector(self.competent, "competent")
        object.__setattr__(self, "competent", judged)
        if len(judged) != len(self.scores) or not np.isin(judged, (0, 1)).all():
            raise InvalidParameters("Each examinee needs one judgment: competent or not.")
        if not 0 < judged.sum() < len(judged):
            raise NotEstimable("Contrasting groups need examinees of both kinds.")

    @property
    def counts(self) -> tuple[FloatArray, IntArray]:
        """Distinct scores (K,) and how many not competent and competent have each, (2, K)."""
        values, places = np.unique(self.scores, return_inverse=True)
        counts = np.zeros((2, len(values)), dtype=np.int64)
        np.add.at(counts, (self.competent.astype(np.int64), places), 1)
        return values, counts


@dataclass(frozen=True, eq=False)
class ContrastingStandard:
    """``cut`` with the delta method's error for "logistic" and the bootstrap's otherwise, ``resampled`` with
    the bootstrap's anyway. Shares ``false_positive`` of the not competent at or above the cut and
    ``false_negative`` of the competent below it. ``failed``: replicates without a cut, which were left out.
    """

    cut: CutScore
    resampled: CutScore
    false_positive: float
    false_negative: float
    failed: int


def contrasting_groups(
    groups: ContrastingGroups, rule: ContrastingRule | None = None, plan: CutPlan | None = None
) -> ContrastingStandard:
    """Cut between the groups. Whether the competent score higher is not assumed but required.

    The bootstrap draws within groups if they are balanced, else from all. Raises NotEstimable if the scores
    do not divide the groups, or for "logistic" divide them without any overlap.
    """
    dividing, settings = rule or ContrastingRule(), plan or CutPlan()
    values, counts = groups.counts
    if dividing.method == "logistic":
        _require_overlap(values, counts)
    value, error = (float(found[0]) for found in _cuts(values, counts[None], dividing))
    if not np.isfinite(value):
        raise NotEstimable("No score divides the groups with those judged competent above it.")
    replicates = _replicates(values, counts, dividing, settings)
    kept = replicates[np.isfinite(replicates)]
    resampled = CutScore.from_replicates(value, kept, groups.unit, settings.confidence)
    reach = float(ndtri(settings.tails[1])) * error
    analytic = CutScore(value, error, value - reach, value + reach, groups.unit, settings.confidence)
    not_competent, competent = (ScoreShares(values, row) for row in counts)
    return ContrastingStandard(
        cut=analytic if dividing.method == "logistic" else resampled,
        resampled=resampled,
        false_positive=1 - not_competent.below(value),
        false_negative=competent.below(value),
        failed=len(replicates) - len(kept),
    )


def _require_overlap(values: FloatArray, counts: IntArray) -> None:
    low, high = (values[row > 0] for row in counts)
    if low.max() <= high.min():
        raise NotEstimable(
            f"All examinees judged competent score {high.min():g} or more and nobody else does better, so "
            "that logistic regression has no finite answer; use equal_error."
        )


def _replicates(
    values: FloatArray, counts: IntArray, rule: ContrastingRule, plan: CutPlan
) -> FloatArray:
    """Bootstrap cuts (B,), NaN where a replicate has none."""
    rng = np.random.default_rng(plan.seed)
    sizes, block, cuts = counts.sum(axis=1), max(1, BLOCK_COUNTS // counts.size), []
    for start in range(0, plan.replicates, block):
        many = min(block, plan.replicates - start)
        if rule.balanced:
            shares = counts / sizes[:, None]
            drawn = np.stack([rng.multinomial(sizes[group], shares[group], many) for group in (0, 1)], axis=1)
        else:
            whole = rng.multinomial(sizes.sum(), counts.ravel() / sizes.sum(), many)
            drawn = whole.reshape(many, *counts.shape)
        found = np.full(many, np.nan)
        both = (drawn.sum(axis=2) > 0).all(axis=1)
        if both.any():
            found[both] = _cuts(values, drawn[both], rule)[0]
        cuts.append(found)
    return np.concatenate(cuts)


def _cuts(values: FloatArray, counts: IntArray, rule: ContrastingRule) -> tuple[FloatArray, FloatArray]:
    """Cuts (B,) and their errors by the delta method, NaN for methods without, of counts (B, 2, K)."""
    sizes = counts.sum(axis=2).astype(np.float64)
    weights = rule.weights(sizes)
    if rule.method == "logistic":
        odds = weights[:, 0] / weights[:, 1] * sizes[:, 1] / sizes[:, 0]
        by_design = (1 / sizes).sum(axis=1) if rule.balanced else np.zeros(len(sizes))
        return _logistic_cuts(values, counts, np.log(odds), by_design)
    method = _equal_error_cuts if rule.method == "equal_error" else _normal_cuts
    cuts = method(values, counts, weights)
    return cuts, np.full(len(cuts), np.nan)


def _logistic_cuts(
    values: FloatArray, counts: IntArray, target: FloatArray, by_design: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Scores at which the logit of being competent is ``target`` (B,).

    ``by_design`` (B,): what the variance of the intercept loses if the sizes of the groups were chosen,
    1/n₀ + 1/n₁ (Prentice & Pyke 1979).
    """
    center, scale = float(values.mean()), float(np.ptp(values)) or 1.0
    design = np.broadcast_to(((values - center) / scale)[:, None], (len(counts), len(values), 1))
    fit: OrdinalFit = fit_ordinal(counts.transpose(0, 2, 1).astype(np.float64), design)
    intercept, slope = fit.coefficients.T
    covariance = fit.covariance.copy()
    covariance[:, 0, 0] -= by_design
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (target - intercept) / slope
        gradient = np.stack([np.ones_like(place), place], axis=1) / slope[:, None]
        variance = np.einsum("bp,bpr,br->b", gradient, covariance, gradient)
        known = (slope > 0) & np.isfinite(place)
    return (
        np.where(known, center + scale * place, np.nan),
        np.where(known, scale * np.sqrt(np.maximum(variance, 0.0)), np.nan),
    )


def _equal_error_cuts(values: FloatArray, counts: IntArray, weights: FloatArray) -> FloatArray:
    """Scores at which weighted shares of false positives and false negatives are equal."""
    knots = np.append(values, np.nextafter(values[-1], np.inf))
    failing = [failure_rates(counts[:, group]) for group in (0, 1)]
    heights = weights[:, 1:] * failing[1] - weights[:, :1] * (1 - failing[0])
    cuts = first_crossing(knots, heights)
    means = counts @ values / counts.sum(axis=2)
    return np.where(means[:, 1] > means[:, 0], cuts, np.nan)


def _normal_cuts(values: FloatArray, counts: IntArray, weights: FloatArray) -> FloatArray:
    """Scores at which weighted normal densities of the groups are equal, the competent denser above."""
    sizes = counts.sum(axis=2)
    means = counts @ values / sizes
    spread = counts @ values**2 / sizes - means**2
    shift = means[:, 1] - means[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = spread.T
        # log of the ratio of densities, competent over not, in powers of the distance from the lower mean
        square, linear = 0.5 / low - 0.5 / high, shift / high
        constant = -0.5 * shift**2 / high + np.log(weights[:, 1] / weights[:, 0]) + 0.5 * np.log(low / high)
        root = np.sqrt(linear**2 - 4 * square * constant)
        place = -2 * constant / (linear + root)
    return np.where((shift > 0) & np.isfinite(place), means[:, 0] + place, np.nan)
