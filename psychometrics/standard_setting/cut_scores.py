"""A cut score with its uncertainty, on the scale of raw score, percent or θ.

The test characteristic curve of a form ties the scales: raw = T(θ), percent = 100 · T(θ) / highest score
(Lord 1980, ch. 4). It rises, so that ends of intervals move with the cut; errors move by the delta method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, get_args

import numpy as np

from psychometrics.ability import percent_at, theta_at_percent
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, highest_scores

ScoreUnit = Literal["raw", "percent", "theta"]
CutStatistic = Literal["mean", "median"]

ROUNDING = 1e-9
"""A raw cut above a whole score by less than this is that score: 0.6 · 45 is not 27.000000000000004."""


@dataclass(frozen=True)
class CutPlan:
    """How cuts are summarized: ``statistic`` over judges or examinees, ``confidence`` of the intervals,
    bootstrap ``replicates`` and their ``seed``. Raises InvalidParameters."""

    statistic: CutStatistic = "mean"
    confidence: float = 0.95
    replicates: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.statistic not in get_args(CutStatistic):
            raise InvalidParameters("The statistic of a cut is mean or median.")
        if not 0 < self.confidence < 1 or self.replicates < 2:
            raise InvalidParameters("A cut needs a confidence between 0 and 1 and two or more replicates.")

    def summary(self, values: FloatArray, axis: int = -1) -> FloatArray:
        """Mean or median of ``values`` along ``axis``."""
        return np.asarray(np.mean(values, axis) if self.statistic == "mean" else np.median(values, axis))

    @property
    def tails(self) -> tuple[float, float]:
        """Probabilities below the ends of the interval."""
        return 0.5 - self.confidence / 2, 0.5 + self.confidence / 2


MEDIAN_PLAN = CutPlan("median")
"""What methods use whose tradition is the median."""


@dataclass(frozen=True)
class CutScore:
    """``value`` in ``unit`` with its ``standard_error`` and interval ``lower``…``upper`` of level
    ``confidence``; whoever scores the value or more is above the cut."""

    value: float
    standard_error: float
    lower: float
    upper: float
    unit: ScoreUnit
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.unit not in get_args(ScoreUnit):
            raise InvalidParameters("The unit of a cut score is raw, percent or theta.")

    @classmethod
    def from_replicates(
        cls, value: float, replicates: FloatArray, unit: ScoreUnit, confidence: float = 0.95
    ) -> CutScore:
        """Standard deviation and percentile interval of bootstrap ``replicates`` (B,) (Efron 1979)."""
        tail = 50 * (1 - confidence)
        lower, upper = np.percentile(replicates, [tail, 100 - tail])
        return cls(value, float(np.std(replicates, ddof=1)), float(lower), float(upper), unit, confidence)

    def on(self, unit: ScoreUnit, form: ItemCollection) -> CutScore:
        """The same cut in another ``unit``; raw scores and percents are those of ``form``.

        θ is infinite for a percent the form is never expected to give, as below the sum of its guessing; the
        error of the cut is then infinite too. Unknown errors and ends of intervals stay NaN. Raises
        InvalidParameters if θ is wanted and T(θ) falls somewhere.
        """
        if unit not in get_args(ScoreUnit):
            raise InvalidParameters("The unit of a cut score is raw, percent or theta.")
        ends = np.array([self.value, self.lower, self.upper], dtype=np.float64)
        moved = ends.copy()
        known = ~np.isnan(ends)
        moved[known] = _moved(ends[known], self.unit, unit, form)
        theta = float(moved[0] if unit == "theta" else ends[0])
        rate, wanted = (_percents_per(scale, form, theta) for scale in (self.unit, unit))
        error = self.standard_error * (rate / wanted) if wanted > 0 else np.inf
        value, lower, upper = (float(end) for end in moved)
        return replace(self, value=value, standard_error=float(error), lower=lower, upper=upper, unit=unit)

    def passing_score(self, form: ItemCollection) -> int:
        """Lowest whole sum score of ``form`` that is not below the cut."""
        return ceil(self.on("raw", form).value - ROUNDING)


def _moved(values: FloatArray, unit: ScoreUnit, wanted: ScoreUnit, form: ItemCollection) -> FloatArray:
    percents = percent_at(values, form) if unit == "theta" else values * _percents_per(unit, form)
    if wanted == "theta":
        return values if unit == "theta" else theta_at_percent(percents, form)
    return np.asarray(percents / _percents_per(wanted, form))


def _percents_per(unit: ScoreUnit, form: ItemCollection, theta: float = 0.0) -> float:
    """Change of the percent per ``unit``; per θ it is the slope of the characteristic curve at ``theta``."""
    if unit == "percent":
        return 1.0
    per_point = 100 / float(highest_scores(form).sum())
    if unit == "raw":
        return per_point
    if not np.isfinite(theta):
        return 0.0
    slopes = form.category_curves([theta]).slope
    return per_point * float((slopes @ np.arange(slopes.shape[2], dtype=np.float64)).sum())
