"""Equating of observed scores: equivalent groups, and non-equivalent groups with an anchor test.

Kernel equating: von Davier, Holland & Thayer (2004). With the uniform kernel it is equipercentile equating,
with an infinite bandwidth linear equating. Standard errors by the delta method from the covariance of the
smoothed score distributions; the bandwidths are taken as known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.linking.continuization import Continuous, GaussianKernel, UniformKernel
from psychometrics.linking.score_distributions import (
    ScoreDistribution,
    Smoothing,
    smoothed,
    smoothed_jointly,
)

Kernel = Literal["gaussian", "uniform"]
AnchorMethod = Literal["post_stratification", "chained"]


@dataclass(frozen=True)
class EquatingPlan:
    """``kernel``, ``bandwidth`` of the Gaussian one (None: by the penalty, each distribution its own),
    ``smoothing`` of the distributions and, for an anchor test, ``method`` and ``target_share``, the weight of
    the new form's population in the target population of post-stratification."""

    kernel: Kernel = "gaussian"
    bandwidth: float | None = None
    smoothing: Smoothing = "aic"
    method: AnchorMethod = "post_stratification"
    target_share: float = 0.5

    def __post_init__(self) -> None:
        if self.kernel not in get_args(Kernel) or self.method not in get_args(AnchorMethod):
            raise InvalidParameters(f"Unknown kernel {self.kernel!r} or method {self.method!r}.")
        if not 0 <= self.target_share <= 1:
            raise InvalidParameters("The target share must lie between 0 and 1.")

    def continuous(self, probabilities: FloatArray) -> Continuous:
        """The continuous distribution of the score probabilities (S,)."""
        if self.kernel == "uniform":
            return UniformKernel(probabilities)
        if self.bandwidth is None:
            return GaussianKernel.with_best_bandwidth(probabilities)
        return GaussianKernel(probabilities, self.bandwidth)


@dataclass(frozen=True, eq=False)
class EquatedScores:
    """``equivalents`` on the old form of the ``scores`` of the new one with ``standard_errors``, each (S,).

    ``moment_errors`` (10,) are the percent relative errors of the first ten moments: how far the equated new
    scores are distributed like the old ones (NaN where a method does not have both distributions).
    """

    scores: FloatArray
    equivalents: FloatArray
    standard_errors: FloatArray
    method: str
    moment_errors: FloatArray


@dataclass(frozen=True, eq=False)
class Estimated:
    """A continuous distribution with the factor (S, k) of the covariance of its probabilities, in the
    coordinates of all samples together."""

    distribution: Continuous
    factor: FloatArray

    def error_terms(self, points: FloatArray) -> FloatArray:
        """Derivative of F at the points along each coordinate, (n, k)."""
        return np.asarray(self.distribution.sensitivity(points) @ self.factor)


def equate_groups(
    new_counts: ArrayLike, old_counts: ArrayLike, plan: EquatingPlan | None = None
) -> EquatedScores:
    """Equate two forms given to random halves of one population.

    ``new_counts`` and ``old_counts`` are the numbers of examinees with each score 0, 1, … of either form.
    Raises InvalidParameters, InvalidResponses and NotEstimable.
    """
    settings = plan or EquatingPlan()
    new = smoothed(np.asarray(new_counts, dtype=np.float64), settings.smoothing)
    old = smoothed(np.asarray(old_counts, dtype=np.float64), settings.smoothing)
    width = new.factor.shape[1]
    first = np.concatenate([new.factor, np.zeros((len(new.factor), old.factor.shape[1]))], axis=1)
    second = np.concatenate([np.zeros((len(old.factor), width)), old.factor], axis=1)
    return _equated((new.probabilities, first), (old.probabilities, second), settings, "equivalent groups")


def equate_with_anchor(
    new_counts: ArrayLike, old_counts: ArrayLike, plan: EquatingPlan | None = None
) -> EquatedScores:
    """Equate two forms given to different populations, each with the same anchor test.

    Counts are examinees by score and anchor score, (S, A) for the new form and (T, A) for the old one.
    Post-stratification takes the anchor score's relation to the score as the same in both populations;
    chained equating goes from the new form to the anchor in one and from the anchor to the old form in the
    other. Raises InvalidParameters, InvalidResponses and NotEstimable.
    """
    settings = plan or EquatingPlan()
    new_table, old_table = np.asarray(new_counts, dtype=np.float64), np.asarray(old_counts, dtype=np.float64)
    if new_table.ndim != 2 or old_table.ndim != 2 or new_table.shape[1] != old_table.shape[1]:
        raise InvalidParameters("Both forms need a table of scores by the scores of the same anchor.")
    new = smoothed_jointly(new_table, settings.smoothing)
    old = smoothed_jointly(old_table, settings.smoothing)
    if settings.method == "chained":
        new_pair, old_pair = _margins(new, new_table.shape, 0, old), _margins(old, old_table.shape, 1, new)
        return _chained(new_pair, old_pair, settings)
    first, second = _post_stratified((new, new_table.shape), (old, old_table.shape), settings.target_share)
    return _equated(first, second, settings, "post-stratification")


def equate_distributions(
    new: tuple[FloatArray, FloatArray], old: tuple[FloatArray, FloatArray], kernel: Kernel, method: str
) -> EquatedScores:
    """Equate two score distributions, each (probabilities (S,), factor (S, k) of the joint covariance)."""
    return _equated(new, old, EquatingPlan(kernel=kernel), method)


def _equated(
    new: tuple[FloatArray, FloatArray],
    old: tuple[FloatArray, FloatArray],
    plan: EquatingPlan,
    method: str,
) -> EquatedScores:
    scores = np.arange(len(new[0]), dtype=np.float64)
    first = Estimated(plan.continuous(new[0]), new[1])
    second = Estimated(plan.continuous(old[0]), old[1])
    equivalents = second.distribution.quantile(first.distribution.cumulative(scores))
    change = first.error_terms(scores) - second.error_terms(equivalents)
    errors = _norms(change, second.distribution.density(equivalents))
    return EquatedScores(scores, equivalents, errors, method, _moment_errors(new[0], old[0], equivalents))


def _chained(
    new: tuple[ScoreFactor, ScoreFactor], old: tuple[ScoreFactor, ScoreFactor], plan: EquatingPlan
) -> EquatedScores:
    scores = np.arange(len(new[0][0]), dtype=np.float64)
    form, anchor, target, old_anchor = (
        Estimated(plan.continuous(part[0]), part[1]) for part in (*new, *old)
    )
    middle = anchor.distribution.quantile(form.distribution.cumulative(scores))
    middle_change = form.error_terms(scores) - anchor.error_terms(middle)
    middle_change = middle_change / anchor.distribution.density(middle)[:, None]
    equivalents = target.distribution.quantile(old_anchor.distribution.cumulative(middle))
    change = old_anchor.error_terms(middle) - target.error_terms(equivalents)
    change = change + old_anchor.distribution.density(middle)[:, None] * middle_change
    errors = _norms(change, target.distribution.density(equivalents))
    return EquatedScores(scores, equivalents, errors, "chained", np.full(10, np.nan))


ScoreFactor = tuple[FloatArray, FloatArray]
"""Probabilities (S,) and the factor (S, k) of their covariance."""


def _margins(
    own: ScoreDistribution, shape: tuple[int, ...], place: int, other: ScoreDistribution
) -> tuple[ScoreFactor, ScoreFactor]:
    """Distributions of the score and of the anchor score in one population."""
    table = own.probabilities.reshape(shape)
    factor = _placed(own, place, other).reshape(*shape, -1)
    return (table.sum(axis=1), factor.sum(axis=1)), (table.sum(axis=0), factor.sum(axis=0))


def _placed(own: ScoreDistribution, place: int, other: ScoreDistribution) -> FloatArray:
    blank = np.zeros((len(own.factor), other.factor.shape[1]))
    return np.concatenate([own.factor, blank] if place == 0 else [blank, own.factor], axis=1)


def _post_stratified(
    new: tuple[ScoreDistribution, tuple[int, ...]],
    old: tuple[ScoreDistribution, tuple[int, ...]],
    share: float,
) -> tuple[ScoreFactor, ScoreFactor]:
    """Score distributions in the target population with their factors (von Davier et al. 2004, ch. 11)."""
    tables = (new[0].probabilities.reshape(new[1]), old[0].probabilities.reshape(old[1]))
    factors = (
        _placed(new[0], 0, old[0]).reshape(*new[1], -1),
        _placed(old[0], 1, new[0]).reshape(*old[1], -1),
    )
    results = []
    for own, other, weight in ((0, 1, share), (1, 0, 1 - share)):
        table, anchor, there = tables[own], tables[own].sum(axis=0), tables[other].sum(axis=0)
        if ((anchor <= 0) & (there > 0)).any():
            raise InvalidParameters("An anchor score occurs in one population only: smooth, or chain.")
        safe = np.where(anchor > 0, anchor, 1.0)
        ratio = weight + (1 - weight) * there / safe
        anchor_change, there_change = factors[own].sum(axis=0), factors[other].sum(axis=0)
        ratio_change = (1 - weight) * (there_change - (there / safe)[:, None] * anchor_change) / safe[:, None]
        factor = np.einsum("sak,a->sk", factors[own], ratio) + table @ ratio_change
        results.append((table @ ratio, factor))
    return results[0], results[1]


def _norms(change: FloatArray, density: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt((change**2).sum(axis=1)) / density)


def _moment_errors(new: FloatArray, old: FloatArray, equivalents: FloatArray) -> FloatArray:
    """100 (μₚ(e(X)) − μₚ(Y)) / μₚ(Y) for p = 1…10 (von Davier, Holland & Thayer 2004, section 4.3)."""
    powers = np.arange(1, 11)[:, None]
    wanted = np.arange(len(old), dtype=np.float64) ** powers @ old
    reached = equivalents**powers @ new
    return np.asarray(100 * (reached - wanted) / wanted)
