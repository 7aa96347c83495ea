"""Item response functions of the one- to four-parameter logistic family.

P(θ) = c + (d − c) · logistic(a(θ − b)) in the logistic metric (scaling constant D = 1).
Source: Birnbaum (1968) for two and three parameters; Barton & Lord (1981) for the upper asymptote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import CategoryCurves, ItemCollection, expected_item_scores

LOGIT_LIMIT = 700.0
"""exp(-700) is still a normal float64, so probabilities inside this range never round to exactly zero."""


@dataclass(frozen=True, eq=False)
class ItemParameters:
    """Parameters of J items, each a read-only float64 array of shape (J,).

    ``discrimination`` (a) is any finite number: a negative one is a finding (usually a wrong key), not a
    mistake of the file. ``difficulty`` (b) is on the θ scale, ``guessing`` (c) and ``upper_asymptote`` (d)
    satisfy 0 ≤ c < d ≤ 1. Raises InvalidParameters.
    """

    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray
    upper_asymptote: FloatArray

    def __post_init__(self) -> None:
        for name in ("discrimination", "difficulty", "guessing", "upper_asymptote"):
            object.__setattr__(self, name, finite_vector(getattr(self, name), name))
            if len(getattr(self, name)) != len(self.discrimination):
                raise InvalidParameters(
                    f"{name} has {len(getattr(self, name))} entries for {len(self.discrimination)} items."
                )
        wrong = (self.guessing < 0) | (self.guessing >= self.upper_asymptote) | (self.upper_asymptote > 1)
        if wrong.any():
            item = int(np.flatnonzero(wrong)[0])
            raise InvalidParameters(
                f"Item {item}: guessing {self.guessing[item]:g} and upper asymptote "
                f"{self.upper_asymptote[item]:g} must satisfy 0 ≤ guessing < upper asymptote ≤ 1."
            )

    @classmethod
    def of(
        cls,
        discrimination: ArrayLike,
        difficulty: ArrayLike,
        guessing: ArrayLike | None = None,
        upper_asymptote: ArrayLike | None = None,
    ) -> ItemParameters:
        """Items from array-likes of shape (J,); guessing defaults to 0 and the upper asymptote to 1."""
        count = np.size(discrimination)
        return cls(
            finite_vector(discrimination, "discrimination"),
            finite_vector(difficulty, "difficulty"),
            np.zeros(count) if guessing is None else finite_vector(guessing, "guessing"),
            np.ones(count) if upper_asymptote is None else finite_vector(upper_asymptote, "upper_asymptote"),
        )

    def take(self, indices: Sequence[int] | AnyArray) -> ItemParameters:
        """The items at ``indices``, in that order."""
        rows = np.asarray(indices, dtype=np.intp)
        return ItemParameters(
            self.discrimination[rows], self.difficulty[rows], self.guessing[rows], self.upper_asymptote[rows]
        )

    def __len__(self) -> int:
        return len(self.discrimination)

    @property
    def category_counts(self) -> IntArray:
        """Two scores for each item, shape (J,)."""
        return np.full(len(self), 2)

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of wrong and right at θ (N,): (N, J, 2)."""
        right, wrong = log_probabilities(theta, self)
        return np.stack([wrong, right], axis=2)

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its first two derivatives in θ for wrong and right, each (N, J, 2)."""
        curves = response_curves(theta, self)
        return CategoryCurves(
            np.stack([curves.wrong, curves.right], axis=2),
            np.stack([-curves.slope, curves.slope], axis=2),
            np.stack([-curves.curvature, curves.curvature], axis=2),
        )


@dataclass(frozen=True, eq=False)
class ResponseCurves:
    """P, 1 − P and the first two derivatives of P in θ, each of shape (N, J)."""

    right: FloatArray
    wrong: FloatArray
    slope: FloatArray
    curvature: FloatArray

    @property
    def information(self) -> FloatArray:
        """Fisher information P'² / (P(1 − P)), shape (N, J)."""
        return np.asarray((self.slope / self.right) * (self.slope / self.wrong))


def theta_points(theta: ArrayLike) -> FloatArray:
    """θ as a float64 array of shape (N,), huge values brought to ±1e300. Raises InvalidParameters."""
    points = np.array(theta, dtype=np.float64, ndmin=1)
    if points.ndim != 1 or np.isnan(points).any():
        raise InvalidParameters("theta must be a one-dimensional array without NaN.")
    return np.clip(points, -1e300, 1e300)


def _logit(theta: ArrayLike, items: ItemParameters) -> FloatArray:
    points = theta_points(theta)
    with np.errstate(over="ignore"):
        logit = items.discrimination * (points[:, None] - items.difficulty)
    return np.asarray(np.clip(logit, -LOGIT_LIMIT, LOGIT_LIMIT))


def probability(theta: ArrayLike, items: ItemParameters) -> FloatArray:
    """Probability of a right response, shape (N, J), for θ of shape (N,)."""
    spread = items.upper_asymptote - items.guessing
    return np.asarray(items.guessing + spread * expit(_logit(theta, items)))


def log_probabilities(theta: ArrayLike, items: ItemParameters) -> tuple[FloatArray, FloatArray]:
    """(log P, log(1 − P)), each (N, J), accurate in both tails.

    Uses P = c(1 − s) + d·s and 1 − P = (1 − c)(1 − s) + (1 − d)s with s the logistic function, so neither
    logarithm is taken of a difference of nearly equal numbers.
    """
    logit = _logit(theta, items)
    log_high, log_low = log_expit(logit), log_expit(-logit)
    with np.errstate(divide="ignore"):
        right = np.logaddexp(np.log(items.guessing) + log_low, np.log(items.upper_asymptote) + log_high)
        wrong = np.logaddexp(np.log1p(-items.guessing) + log_low, np.log1p(-items.upper_asymptote) + log_high)
    return right, wrong


def response_curves(theta: ArrayLike, items: ItemParameters) -> ResponseCurves:
    """P, 1 − P, P' and P'' at θ of shape (N,)."""
    logit = _logit(theta, items)
    high, low = expit(logit), expit(-logit)
    spread = items.upper_asymptote - items.guessing
    density = spread * high * low
    return ResponseCurves(
        right=items.guessing * low + items.upper_asymptote * high,
        wrong=(1 - items.guessing) * low + (1 - items.upper_asymptote) * high,
        slope=items.discrimination * density,
        curvature=items.discrimination**2 * density * (low - high),
    )


def information(theta: ArrayLike, items: ItemCollection) -> FloatArray:
    """Fisher information of each item at θ of shape (N,): (N, J).

    For two parameters this is a²P(1 − P); the maximum a²/4 is at θ = b (Birnbaum 1968, ch. 20). For more
    scores than two it is Σ P'ₖ² / Pₖ.
    """
    if isinstance(items, ItemParameters):
        return response_curves(theta, items).information
    return items.category_curves(theta).information


def expected_score(theta: ArrayLike, items: ItemCollection) -> FloatArray:
    """Test characteristic curve: expected sum score at θ of shape (N,), in score points, (N,)."""
    if isinstance(items, ItemParameters):
        return np.asarray(probability(theta, items).sum(axis=1))
    return np.asarray(expected_item_scores(theta, items).sum(axis=1))
