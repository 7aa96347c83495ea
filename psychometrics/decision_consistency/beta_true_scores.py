"""Distribution of true proportion scores: a beta distribution on an interval inside [0, 1].

Four parameters fit four moments in closed form (Johnson, Kotz & Balakrishnan 1995, ch. 25). If that interval
leaves [0, 1] it is kept inside: mean and variance are still matched, skewness and kurtosis as nearly as they
can be (in the manner of Hanson 1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, betaincinv

from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable

MARGIN = 1e-9
IMPOSSIBLE = 1e6


@dataclass(frozen=True)
class BetaTrueScores:
    """Beta distribution with shapes ``alpha`` and ``beta`` on ``lower``…``upper`` inside [0, 1]."""

    alpha: float
    beta: float
    lower: float
    upper: float

    @classmethod
    def from_moments(cls, moments: FloatArray) -> BetaTrueScores:
        """From the first four moments about zero (4,), the variance between 0 and mean · (1 − mean).

        Raises NotEstimable for others.
        """
        mean, variance, skewness, kurtosis = _standardized(moments)
        exact = _four_parameters(mean, variance, skewness, kurtosis)
        if exact is not None and exact.lower >= 0 and exact.upper <= 1:
            return exact

        def distance(ends: FloatArray) -> float:
            candidate = _between(mean, variance, float(ends[0]), float(ends[1]))
            if candidate is None:
                return IMPOSSIBLE
            return (candidate.skewness - skewness) ** 2 + (candidate.kurtosis - kurtosis) ** 2

        start = np.array([0.0, 1.0])
        found = minimize(
            distance, start, method="L-BFGS-B", bounds=[(0.0, mean - MARGIN), (mean + MARGIN, 1.0)]
        )
        ends = found.x if found.fun < distance(start) else start
        best = _between(mean, variance, float(ends[0]), float(ends[1]))
        if best is None:
            raise NotEstimable("No distribution of true proportion scores has this mean and variance.")
        return best

    @property
    def skewness(self) -> float:
        """Third standardized moment."""
        a, b = self.alpha, self.beta
        return float(2 * (b - a) * np.sqrt(a + b + 1) / ((a + b + 2) * np.sqrt(a * b)))

    @property
    def kurtosis(self) -> float:
        """Fourth standardized moment, 3 for a normal distribution."""
        a, b = self.alpha, self.beta
        excess = (a - b) ** 2 * (a + b + 1) - a * b * (a + b + 2)
        return 3 + 6 * excess / (a * b * (a + b + 2) * (a + b + 3))

    def below(self, proportion: FloatArray) -> FloatArray:
        """Share of examinees whose true proportion score is below ``proportion``."""
        place = (proportion - self.lower) / (self.upper - self.lower)
        return np.asarray(betainc(self.alpha, self.beta, np.clip(place, 0.0, 1.0)))

    def quantile(self, share: FloatArray) -> FloatArray:
        """True proportion score below which ``share`` of examinees are."""
        place = betaincinv(self.alpha, self.beta, share)
        return np.asarray(self.lower + (self.upper - self.lower) * place)


def _standardized(moments: FloatArray) -> tuple[float, float, float, float]:
    first, second, third, fourth = (float(moment) for moment in moments)
    variance = second - first**2
    third_central = third - 3 * first * second + 2 * first**3
    fourth_central = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
    return first, variance, third_central / variance**1.5, fourth_central / variance**2


def _four_parameters(
    mean: float, variance: float, skewness: float, kurtosis: float
) -> BetaTrueScores | None:
    square = skewness**2
    divisor = 6 + 3 * square - 2 * kurtosis
    total = 6 * (kurtosis - square - 1) / divisor if divisor != 0 else -1.0
    if total <= 0:
        return None
    lean = (total + 2) * np.sqrt(square / ((total + 2) ** 2 * square + 16 * (total + 1)))
    small, large = float(total / 2 * (1 - lean)), float(total / 2 * (1 + lean))
    alpha, beta = (small, large) if skewness >= 0 else (large, small)
    width = total * np.sqrt(variance * (total + 1) / (alpha * beta))
    lower = float(mean - width * alpha / total)
    return BetaTrueScores(alpha, beta, lower, float(lower + width))


def _between(mean: float, variance: float, lower: float, upper: float) -> BetaTrueScores | None:
    """The beta distribution on ``lower``…``upper`` with this mean and variance, if there is one."""
    width = upper - lower
    place, spread = (mean - lower) / width, variance / width**2
    total = place * (1 - place) / spread - 1
    if total <= 0 or not 0 < place < 1:
        return None
    return BetaTrueScores(place * total, (1 - place) * total, lower, upper)
