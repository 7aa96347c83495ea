"""Discrete score distributions made continuous, so that they have percentiles.

Gaussian kernel: Holland & Thayer (1989); von Davier, Holland & Thayer (2004, ch. 4). Uniform kernel: the
percentile ranks of traditional equipercentile equating (Kolen & Brennan 2014, ch. 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters

VALLEY_WIDTH = 0.25
"""Distance on both sides of a score at which the penalty looks for a valley of the density."""

BISECTIONS = 200


class Continuous(Protocol):
    """A continuous distribution that belongs to score probabilities r (S,)."""

    def cumulative(self, points: FloatArray) -> FloatArray:
        """F at the points, (n,)."""

    def density(self, points: FloatArray) -> FloatArray:
        """F' at the points, (n,)."""

    def quantile(self, shares: FloatArray) -> FloatArray:
        """Points at which F has the given values, (n,)."""

    def sensitivity(self, points: FloatArray) -> FloatArray:
        """Derivatives of F at the points by the probabilities, (n, S)."""


@dataclass(frozen=True, eq=False)
class GaussianKernel:
    """Sum of normal densities around the scores 0…S − 1, with the mean and variance of the scores.

    ``bandwidth`` h > 0; infinity gives the normal distribution, and so linear equating.
    """

    probabilities: FloatArray
    bandwidth: float

    def __post_init__(self) -> None:
        if not self.bandwidth > 0:
            raise InvalidParameters("A bandwidth must be positive.")

    @classmethod
    def with_best_bandwidth(cls, probabilities: FloatArray) -> GaussianKernel:
        """The bandwidth with the least penalty: squared distance from the probabilities and valleys.

        von Davier, Holland & Thayer (2004, sections 4.2–4.3), with weight 1 on valleys.
        """
        candidates = np.geomspace(0.1, 3.0, 60)
        losses = [cls(probabilities, float(width)).penalty() for width in candidates]
        best = int(np.argmin(losses))
        low, high = candidates[max(best - 1, 0)], candidates[min(best + 1, len(candidates) - 1)]
        found = minimize_scalar(
            lambda width: cls(probabilities, float(width)).penalty(),
            bounds=(float(low), float(high)),
            method="bounded",
            options={"xatol": 1e-6},
        )
        width = float(found.x) if found.fun <= losses[best] else float(candidates[best])
        return cls(probabilities, width)

    def penalty(self) -> float:
        """Σ (r − f)² plus the number of scores in a valley of the density."""
        scores = np.arange(len(self.probabilities), dtype=np.float64)
        distance = float(((self.probabilities - self.density(scores)) ** 2).sum())
        falling = self._density_slope(scores - VALLEY_WIDTH) < 0
        rising = self._density_slope(scores + VALLEY_WIDTH) > 0
        return distance + float((falling & rising).sum())

    def cumulative(self, points: FloatArray) -> FloatArray:
        return np.asarray(ndtr(self._distances(points)) @ self.probabilities)

    def density(self, points: FloatArray) -> FloatArray:
        return np.asarray(_normal(self._distances(points)) @ self.probabilities / self._spread)

    def quantile(self, shares: FloatArray) -> FloatArray:
        """By bisection, then a few Newton steps inside the bracket."""
        reach = 40 * self._spread + len(self.probabilities)
        low, high = np.full(len(shares), -reach), np.full(len(shares), reach)
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            below = self.cumulative(middle) < shares
            low, high = np.where(below, middle, low), np.where(below, high, middle)
            if np.all(high - low <= 1e-13 * np.maximum(1.0, np.abs(middle))):
                break
        return np.asarray(0.5 * (low + high))

    def sensitivity(self, points: FloatArray) -> FloatArray:
        """Φ(z) − M f of von Davier, Holland & Thayer (2004, theorem 5.1)."""
        scores = np.arange(len(self.probabilities), dtype=np.float64)
        mean, variance = self._moments
        pull = self._shrinkage
        standard = (scores - mean) ** 2 / variance
        shift = 0.5 * (points[:, None] - mean) * (1 - pull**2) * standard + (1 - pull) * scores
        return np.asarray(ndtr(self._distances(points)) - shift * self.density(points)[:, None])

    @property
    def _moments(self) -> tuple[float, float]:
        scores = np.arange(len(self.probabilities), dtype=np.float64)
        mean = float(self.probabilities @ scores)
        return mean, float(self.probabilities @ (scores - mean) ** 2)

    @property
    def _shrinkage(self) -> float:
        """a = σ / √(σ² + h²), which keeps the variance."""
        if np.isinf(self.bandwidth):
            return 0.0
        return float(np.sqrt(self._moments[1] / (self._moments[1] + self.bandwidth**2)))

    @property
    def _spread(self) -> float:
        """a·h, the standard deviation of each kernel; σ in the limit of infinite h."""
        deviation = float(np.sqrt(self._moments[1]))
        return deviation if np.isinf(self.bandwidth) else self._shrinkage * self.bandwidth

    def _distances(self, points: FloatArray) -> FloatArray:
        scores = np.arange(len(self.probabilities), dtype=np.float64)
        centre = self._shrinkage * scores + (1 - self._shrinkage) * self._moments[0]
        return np.asarray((points[:, None] - centre) / self._spread)

    def _density_slope(self, points: FloatArray) -> FloatArray:
        distance = self._distances(points)
        return np.asarray(-(distance * _normal(distance)) @ self.probabilities / self._spread**2)


@dataclass(frozen=True, eq=False)
class UniformKernel:
    """Each score spread evenly over half a point on both sides: percentile ranks."""

    probabilities: FloatArray

    def cumulative(self, points: FloatArray) -> FloatArray:
        return np.asarray(self._weights(points) @ self.probabilities)

    def density(self, points: FloatArray) -> FloatArray:
        place = np.floor(points + 0.5).astype(np.int64)
        inside = (place >= 0) & (place < len(self.probabilities))
        return np.where(inside, self.probabilities[np.clip(place, 0, len(self.probabilities) - 1)], 0.0)

    def quantile(self, shares: FloatArray) -> FloatArray:
        """Where scores nobody has leave a gap, its middle (Kolen & Brennan 2014, p. 44)."""
        edges = np.arange(len(self.probabilities) + 1) - 0.5
        reached = np.concatenate([[0.0], np.cumsum(self.probabilities)])
        reached /= reached[-1]
        levels, first = np.unique(reached, return_index=True)
        last = len(reached) - 1 - np.unique(reached[::-1], return_index=True)[1]
        upper, lower = np.searchsorted(levels, shares), np.searchsorted(levels, shares, side="right") - 1
        exact = levels[np.clip(upper, 0, len(levels) - 1)] == shares
        upper, lower = np.clip(upper, 1, len(levels) - 1), np.clip(lower, 0, len(levels) - 2)
        step = (shares - levels[lower]) / (levels[lower + 1] - levels[lower])
        between = edges[last[lower]] + step * (edges[first[lower + 1]] - edges[last[lower]])
        at_level = np.searchsorted(levels, shares).clip(0, len(levels) - 1)
        middle = 0.5 * (edges[first[at_level]] + edges[last[at_level]])
        return np.asarray(np.where(exact, middle, between))

    def sensitivity(self, points: FloatArray) -> FloatArray:
        return self._weights(points)

    def _weights(self, points: FloatArray) -> FloatArray:
        scores = np.arange(len(self.probabilities), dtype=np.float64)
        return np.clip(points[:, None] - scores + 0.5, 0.0, 1.0)


def _normal(distance: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * distance**2) / np.sqrt(2 * np.pi))
