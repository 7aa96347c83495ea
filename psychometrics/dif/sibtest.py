"""Simultaneous item bias test: uniform (SIBTEST) and crossing differences.

Shealy & Stout (1993); scores of more than two Chang, Mazzeo & Roussos (1996); crossing Li & Stout (1996) with
the statistic of Chalmers (2018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.dif.counts import ContrastCells, checked_pair
from psychometrics.dif.effect_classes import SIBTEST_LIMITS, classes_between
from psychometrics.dif.groups import Contrast
from psychometrics.dif.mantel import ChiSquared
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan, Matching
from psychometrics.dif.purification import purified
from psychometrics.dif.regression_correction import Reliabilities, corrected_means
from psychometrics.errors import InvalidParameters
from psychometrics.responses import ResponseMatrix, as_response_matrix

FEWEST_IN_STRATUM = 5
"""Examinees of each group below which a stratum is left out: its mean and variance would say little."""


@dataclass(frozen=True, eq=False)
class SibtestDif:
    """Results of one contrast, arrays of shape (J,).

    ``beta`` is the uniform difference in mean item score between reference and focal examinees of equal true
    score, weighted by both groups, with its standard error: positive values favour the reference group.
    ``crossing_beta`` sums the differences left and right of ``crossing_score`` (NaN where the curves do not
    cross) without letting them cancel. ``classes`` are A, B, C of Roussos & Stout (1996) by ``beta`` per
    score point. ``share_used`` is the share of examinees in strata filled well enough.
    """

    contrast: Contrast
    beta: FloatArray
    beta_error: FloatArray
    uniform: ChiSquared
    crossing_beta: FloatArray
    crossing_score: FloatArray
    crossing: ChiSquared
    share_used: FloatArray
    classes: AnyArray
    adjusted: FloatArray
    flagged: AnyArray
    anchors: AnyArray
    crossing_tested: bool
    rounds: int = 1
    settled: bool = True

    @property
    def effect(self) -> FloatArray:
        """−β, so that, as in the other methods, negative values are against the focal group."""
        return np.asarray(-self.beta)

    @property
    def p_value(self) -> FloatArray:
        """p-value of the test that decides: uniform, or crossing if that was asked for."""
        return (self.crossing if self.crossing_tested else self.uniform).p_value


def sibtest_dif(
    responses: ResponseMatrix | ArrayLike,
    contrast: Contrast,
    plan: DifPlan | None = None,
    *,
    categories: ArrayLike = 2,
    crossing: bool = False,
) -> SibtestDif:
    """SIBTEST of every item against the other items of the matching set, for one contrast of two groups.

    The matching score is always the rest score, corrected for the groups' different regressions of true on
    observed score; a plan with θ is refused. ``crossing`` lets the crossing test decide on the flags.
    Raises InvalidParameters and InvalidResponses.
    """
    settings = plan or DifPlan()
    if settings.matching.theta is not None:
        raise InvalidParameters("SIBTEST matches on the rest score; use another method to match on θ.")
    matrix = as_response_matrix(responses, categories)
    matching = Matching("rest", strata=settings.matching.strata)
    cells = ContrastCells.of(matrix, checked_pair(contrast, "SIBTEST"), matching)
    analyse = _analysis(cells, contrast, settings, crossing)
    outcome = purified(analyse, settings.first_anchors(matrix.items), settings)
    return replace(outcome.result, rounds=outcome.rounds, settled=outcome.settled)


@dataclass(frozen=True, eq=False)
class ItemDifference:
    """Corrected differences of one item by stratum: difference, variance, weight and matching score."""

    difference: FloatArray
    variance: FloatArray
    weight: FloatArray
    score: FloatArray
    share_used: float

    def summary(self) -> list[float]:
        """β, its standard error, crossing β, crossing score, crossing statistic, its degrees of freedom, and
        the share of examinees used."""
        beta, error = self._part(np.ones(len(self.score), dtype=bool))
        place = self._crossing_score()
        left = self.score < place
        parts = [self._part(side) for side in (left, ~left) if (self.weight * side).sum() > 0]
        parts = [part for part in parts if part[1] > 0]
        statistic = sum((value / spread) ** 2 for value, spread in parts)
        crosses = len(parts) == 2
        magnitude = abs(parts[0][0] - parts[1][0]) if crosses else abs(beta)
        freedom = float(len(parts)) if error > 0 else 0.0
        return [beta, error, magnitude, place if crosses else np.nan, statistic, freedom, self.share_used]

    def _part(self, chosen: AnyArray) -> tuple[float, float]:
        weight = self.weight * chosen
        return float(weight @ self.difference), float(np.sqrt(weight**2 @ self.variance))

    def _crossing_score(self) -> float:
        """Where the weighted regression of the difference on the score meets zero; −∞ if nowhere inside."""
        if len(self.score) < 2:
            return -np.inf
        mean = self.weight @ self.score
        spread = self.weight @ (self.score - mean) ** 2
        slope = self.weight @ ((self.score - mean) * self.difference) / spread if spread > 0 else 0.0
        if slope == 0:
            return -np.inf
        place = float(mean - self.weight @ self.difference / slope)
        return place if self.score[0] < place <= self.score[-1] else -np.inf


def _analysis(
    cells: ContrastCells, contrast: Contrast, plan: DifPlan, crossing: bool
) -> Callable[[AnyArray], SibtestDif]:
    def analyse(anchors: AnyArray) -> SibtestDif:
        reliabilities = Reliabilities.of(cells, anchors)
        points = cells.points(anchors)
        summaries = np.full((cells.items, 7), np.nan)
        summaries[:, 5:] = 0.0
        for item in range(cells.items):
            strata = cells.stratified([item], points)
            parts = (strata.sizes[0], strata.means[0], strata.variances[0])
            difference = item_difference(parts, strata.values[0], reliabilities.without(item))
            if difference is not None:
                summaries[item] = difference.summary()
        return _result(summaries, cells.highest, anchors, (contrast, plan, crossing))

    return analyse


def item_difference(
    strata: tuple[FloatArray, FloatArray, FloatArray], scores: FloatArray, reliability: FloatArray
) -> ItemDifference | None:
    """Differences from sizes, means and variances (S, 2) at ``scores`` (S,); None if nothing is comparable.

    ``reliability`` (2,) is that of the matching score in each group.
    """
    sizes, means, variances = strata
    usable = (sizes >= FEWEST_IN_STRATUM).all(axis=1)
    if usable.sum() < 2 or np.isnan(reliability).any():
        return None
    centre = (sizes * scores[:, None]).sum(axis=0) / sizes.sum(axis=0)
    kept = sizes[usable]
    adjusted = corrected_means(means[usable], scores[usable], centre, reliability)
    weight = kept.sum(axis=1)
    return ItemDifference(
        difference=adjusted[:, 0] - adjusted[:, 1],
        variance=(variances[usable] / (kept - 1)).sum(axis=1),
        weight=weight / weight.sum(),
        score=scores[usable],
        share_used=float(kept.sum() / sizes.sum()),
    )


def _result(
    summaries: FloatArray, highest: IntArray, anchors: AnyArray, asked: tuple[Contrast, DifPlan, bool]
) -> SibtestDif:
    contrast, plan, crossing = asked
    beta, error, magnitude, place, statistic, freedom, used = summaries.T
    testable = error > 0
    square = np.divide(beta, error, out=np.full_like(beta, np.nan), where=testable) ** 2
    uniform = ChiSquared.of(square, testable.astype(float))
    crossed = ChiSquared.of(statistic, freedom)
    p_value = crossed.p_value if crossing else uniform.p_value
    adjusted = benjamini_hochberg(p_value) if plan.adjust else p_value
    classes = classes_between((magnitude if crossing else beta) / highest, SIBTEST_LIMITS)
    return SibtestDif(
        contrast=contrast,
        beta=beta,
        beta_error=error,
        uniform=uniform,
        crossing_beta=magnitude,
        crossing_score=place,
        crossing=crossed,
        share_used=used,
        classes=classes,
        adjusted=adjusted,
        flagged=plan.flags(adjusted, (classes == "A") | (classes == "")),
        anchors=anchors,
        crossing_tested=crossing,
    )
