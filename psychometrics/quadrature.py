"""Grids of θ with prior weights, used to integrate over the population of examinees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True, eq=False)
class Quadrature:
    """``nodes`` of shape (Q,), strictly increasing, and ``weights`` of shape (Q,), positive, summing to 1."""

    nodes: FloatArray
    weights: FloatArray

    def __post_init__(self) -> None:
        nodes, weights = finite_vector(self.nodes, "nodes"), finite_vector(self.weights, "weights")
        if len(nodes) != len(weights) or len(nodes) < 2:
            raise InvalidParameters("A quadrature needs two or more nodes and one weight for each.")
        if (np.diff(nodes) <= 0).any():
            raise InvalidParameters("Quadrature nodes must increase.")
        if (weights < 0).any() or weights.sum() <= 0:
            raise InvalidParameters("Quadrature weights must not be negative, nor all zero.")
        scaled = weights / weights.sum()
        scaled.flags.writeable = False
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "weights", scaled)

    @classmethod
    def equal_spaced(
        cls,
        count: int = 61,
        lower: float = -6.0,
        upper: float = 6.0,
        mean: float = 0.0,
        standard_deviation: float = 1.0,
    ) -> Quadrature:
        """Equally spaced nodes on [lower, upper] weighted by the normal density.

        With 61 nodes the spacing is 0.2. Gauss–Hermite nodes, spread by the prior alone, are too coarse for
        long tests whose likelihood is narrow; equal spacing keeps its accuracy (see
        docs/psychometrics/calibration.md).
        """
        if count < 2 or not lower < upper or not standard_deviation > 0:
            raise InvalidParameters(
                "A grid needs count ≥ 2, lower < upper and a positive standard deviation."
            )
        nodes = np.linspace(lower, upper, count)
        return cls(nodes, np.exp(-0.5 * ((nodes - mean) / standard_deviation) ** 2))

    @property
    def log_weights(self) -> FloatArray:
        """Logarithms of the weights, shape (Q,); minus infinity where a weight underflowed."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.weights))

    def __len__(self) -> int:
        return len(self.nodes)
