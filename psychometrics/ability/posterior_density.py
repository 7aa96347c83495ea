"""The posterior of θ as a continuous distribution, interpolated between the nodes of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from psychometrics.ability.likelihood import log_likelihood
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

REFINEMENT = 8
LOWEST_LOG_DENSITY = -200.0


@dataclass(frozen=True, eq=False)
class PosteriorDensity:
    """Densities of N examinees, linear between ``points`` (P,): ``density`` and ``distribution``, (N, P).

    The log posterior is a cubic spline through the nodes, evaluated at eight points for each interval; a
    piecewise linear density on the nodes themselves would add h²/6 to the variance.
    """

    points: FloatArray
    density: FloatArray
    distribution: FloatArray

    @classmethod
    def of(cls, matrix: ResponseMatrix, items: ItemCollection, grid: Quadrature) -> PosteriorDensity:
        """From responses and the prior that ``grid`` stands for: weight per width of a node's interval."""
        widths = np.gradient(grid.nodes)
        logs = log_likelihood(matrix, items, grid.nodes) + (grid.log_weights - np.log(widths))
        logs = np.maximum(logs - logs.max(axis=1, keepdims=True), LOWEST_LOG_DENSITY)
        steps = np.arange((len(grid) - 1) * REFINEMENT + 1) / REFINEMENT
        points = np.interp(steps, np.arange(len(grid)), grid.nodes)
        density = np.exp(CubicSpline(grid.nodes, logs, axis=1)(points))
        areas = 0.5 * (density[:, 1:] + density[:, :-1]) * np.diff(points)
        distribution = np.concatenate([np.zeros((len(logs), 1)), areas.cumsum(axis=1)], axis=1)
        total = distribution[:, -1:]
        return cls(points, density / total, distribution / total)

    def quantiles(self, shares: FloatArray) -> FloatArray:
        """θ below which the ``shares`` (N, M) of each examinee's posterior lie: (N, M)."""
        examinees, count = self.distribution.shape
        # One sorted array of all examinees: row i is lifted by i.
        row = np.arange(examinees)[:, None]
        lifted = np.minimum(self.distribution, 1.0) + row
        place = np.searchsorted(lifted.ravel(), (shares + row).ravel(), side="right").reshape(shares.shape)
        place = np.clip(place - 1 - row * count, 0, count - 2)
        missing = np.maximum(shares - np.take_along_axis(self.distribution, place, axis=1), 0.0)
        left = np.take_along_axis(self.density, place, axis=1)
        right = np.take_along_axis(self.density, place + 1, axis=1)
        width = (self.points[1:] - self.points[:-1])[place]
        root = np.sqrt(np.maximum(left**2 + 2 * (right - left) * missing / width, 0.0))
        step = np.divide(2 * missing, left + root, out=np.zeros_like(missing), where=left + root > 0)
        return np.asarray(self.points[place] + np.minimum(step, width))

    def below(self, theta: float) -> FloatArray:
        """Posterior probability of lying below ``theta``, (N,)."""
        if not self.points[0] < theta < self.points[-1]:
            return np.full(len(self.density), float(theta >= self.points[-1]))
        place = int(np.searchsorted(self.points, theta, side="right")) - 1
        width = self.points[place + 1] - self.points[place]
        step = theta - self.points[place]
        slope = (self.density[:, place + 1] - self.density[:, place]) / width
        inside: AnyArray = self.density[:, place] * step + 0.5 * slope * step**2
        return np.asarray(np.clip(self.distribution[:, place] + inside, 0.0, 1.0))
