"""What the engine asks of the items of one response model and one number of scores.

Each family describes its J items by parameters (J, P): first those it shares between all its items, then the
ones of each item alone. Working parameters are slopes, intercepts and logits, in which the expected
complete-data log-likelihood is concave or nearly so (Bock & Aitkin 1981; Muraki 1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.plan import Model
from psychometrics.item_collections import ItemCollection

SLOPE_LIMIT = 30.0
INTERCEPT_LIMIT = 90.0
LOGIT_LIMIT = 12.0
"""Walls far outside any usable item. An estimate that stands at one has no finite maximum."""

FLAT_SLOPE = 1e-9
"""Slope that stands in for zero where a threshold is divided by it."""

NORMAL_TO_LOGISTIC = 1.16
"""Logits of marginal proportions under N(0, 1) and unit slope shrink by about this factor."""

Kind = Literal[
    "discrimination", "threshold", "guessing", "upper_asymptote", "nominal_slope", "nominal_intercept"
]


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Objective (J,), gradient (J, P) and information (J, P, P) of each item in its parameters."""

    objective: FloatArray
    gradient: FloatArray
    information: FloatArray

    def __add__(self, other: Derivatives) -> Derivatives:
        return Derivatives(
            self.objective + other.objective,
            self.gradient + other.gradient,
            self.information + other.information,
        )


@dataclass(frozen=True, eq=False)
class Reported:
    """The parameters people read, (J, M), and their derivatives in the working ones, (J, M, P)."""

    values: FloatArray
    jacobian: FloatArray


class ItemFamily(Protocol):
    """Items of one model and one number of scores."""

    @property
    def model(self) -> Model: ...
    @property
    def items(self) -> IntArray:
        """Their columns in the response matrix, (J,)."""

    @property
    def categories(self) -> int:
        """Number of scores C of each."""

    @property
    def shared(self) -> int:
        """Number of parameters all its items have in common."""

    @property
    def limits(self) -> FloatArray:
        """Largest absolute value of each parameter, (P,)."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What each reported parameter is, (M,)."""

    def start(self, observed: FloatArray) -> FloatArray:
        """Parameters (J, P) to start from, given how often each score was observed, (J, C)."""

    def log_tables(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        """log P of each score at the nodes, (J, C, Q)."""

    def evaluate(self, parameters: FloatArray, nodes: FloatArray, counts: FloatArray) -> Derivatives:
        """Expected complete-data log-likelihood of counts (J, C, Q), gradient and Fisher information."""

    def score_weights(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        """Derivative of log P of each score in each parameter, (P, J, C, Q)."""

    def reported(self, parameters: FloatArray) -> Reported:
        """Parameters on the scale they are reported in."""

    def repaired(self, parameters: FloatArray) -> FloatArray:
        """The nearest parameters at which every score has a positive probability."""

    def collection(self, parameters: FloatArray) -> ItemCollection:
        """The items as the rest of the library knows them."""


def repeated(kind: Kind, times: int) -> tuple[Kind, ...]:
    """One kind for each of several parameters."""
    return tuple(kind for _ in range(times))


def observed_logits(observed: FloatArray) -> FloatArray:
    """log(pₖ / p₀) for k ≥ 1 of slightly smoothed proportions, (J, C − 1)."""
    share = observed + 0.5
    return np.asarray(np.log(share[:, 1:] / share[:, :1]))


def nonzero(slope: FloatArray) -> FloatArray:
    """Slopes with zero replaced by a very small one."""
    return np.where(np.abs(slope) < FLAT_SLOPE, FLAT_SLOPE, slope)


def threshold_jacobian(slope: FloatArray, thresholds: FloatArray) -> FloatArray:
    """∂b / ∂(a, c₁…) of b = −c / a, (J, M, 1 + M)."""
    count = thresholds.shape[1]
    jacobian = np.zeros((len(slope), count, 1 + count))
    jacobian[:, :, 0] = -thresholds / slope[:, None]
    index = np.arange(count)
    jacobian[:, index, 1 + index] = -1.0 / slope[:, None]
    return jacobian
