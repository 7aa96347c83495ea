"""Response models for items with more than two scores: graded, partial credit, rating scale, nominal.

Graded: Samejima (1969). Partial credit: Masters (1982). Generalized partial credit: Muraki (1992). Rating
scale: Andrich (1978). Nominal: Bock (1972). Logistic metric (D = 1); scores 0…C − 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, log_softmax

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import CategoryCurves
from psychometrics.response_models import LOGIT_LIMIT, theta_points


@dataclass(frozen=True, eq=False)
class GradedItems:
    """Graded response items: P(X ≥ k | θ) = logistic(a(θ − bₖ)), k = 1…C − 1.

    ``discrimination`` (J,); ``thresholds`` (J, C − 1), NaN after an item's last. Each item's aᵢbₖ rise
    strictly, so that every score has a positive probability. Raises InvalidParameters.
    """

    discrimination: FloatArray
    thresholds: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "discrimination", finite_vector(self.discrimination, "discrimination"))
        object.__setattr__(self, "thresholds", ragged_rows(self.thresholds, len(self), "thresholds"))
        steps = np.diff(self.discrimination[:, None] * self.thresholds, axis=1)
        if (steps <= 0).any():
            item = int(np.flatnonzero((steps <= 0).any(axis=1))[0])
            raise InvalidParameters(
                f"Item {item}: thresholds of a graded item must rise, or fall if it discriminates negatively."
            )

    def __len__(self) -> int:
        return len(self.discrimination)

    @property
    def category_counts(self) -> IntArray:
        """Number of scores of each item, (J,)."""
        return np.asarray(np.isfinite(self.thresholds).sum(axis=1) + 1)

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of each score at θ (N,): (N, J, C).

        P(X = k) = s(x)s(−y)(1 − exp(y − x)) for the logits x > y of reaching k and k + 1, which loses no
        digits in the tails.
        """
        logits = self._logits(theta)
        reached = np.concatenate([np.zeros_like(logits[:, :, :1]), log_expit(logits)], axis=2)
        stopped = np.concatenate([log_expit(-logits), np.zeros_like(logits[:, :, :1])], axis=2)
        gaps = np.diff(self.discrimination[:, None] * self.thresholds, axis=1)
        edge = np.zeros((len(self), 1))
        inner = np.concatenate([edge, np.log(-np.expm1(-gaps)), edge], axis=1)
        table = np.nan_to_num(reached, nan=-np.inf) + np.where(np.isnan(stopped), 0.0, stopped)
        return np.asarray(np.where(self._beyond(), -np.inf, table + np.nan_to_num(inner)))

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its first two derivatives in θ for each score."""
        logits = self._logits(theta)
        high, low = expit(logits), expit(-logits)
        density = self.discrimination[:, None] * high * low
        bend = self.discrimination[:, None] * density * (low - high)
        return CategoryCurves(
            np.exp(self.log_category_probabilities(theta)), _differences(density), _differences(bend)
        )

    def take(self, indices: Sequence[int] | AnyArray) -> GradedItems:
        """The items at ``indices``, in that order."""
        rows = np.asarray(indices, dtype=np.intp)
        return GradedItems(self.discrimination[rows], self.thresholds[rows])

    def _logits(self, theta: ArrayLike) -> FloatArray:
        """Logits of reaching each threshold, (N, J, C − 1); NaN beyond an item's last."""
        points = theta_points(theta)[:, None, None]
        logits = self.discrimination[:, None] * (points - self.thresholds)
        return np.asarray(np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT))

    def _beyond(self) -> AnyArray:
        return np.asarray(np.arange(self.thresholds.shape[1] + 1) >= self.category_counts[:, None])


@dataclass(frozen=True, eq=False)
class NominalItems:
    """Nominal items: P(X = k | θ) ∝ exp(aₖθ + cₖ), k = 0…C − 1.

    ``slopes`` and ``intercepts`` are (J, C), NaN after an item's last category; they are identified up to a
    constant per item. Raises InvalidParameters.
    """

    slopes: FloatArray
    intercepts: FloatArray

    def __post_init__(self) -> None:
        rows = len(np.asarray(self.slopes))
        object.__setattr__(self, "slopes", ragged_rows(self.slopes, rows, "slopes", fewest=2))
        object.__setattr__(self, "intercepts", ragged_rows(self.intercepts, rows, "intercepts", fewest=2))
        if not np.array_equal(np.isnan(self.slopes), np.isnan(self.intercepts)):
            raise InvalidParameters("Nominal items need one slope and one intercept for each category.")

    def __len__(self) -> int:
        return len(self.slopes)

    @property
    def category_counts(self) -> IntArray:
        """Number of categories of each item, (J,)."""
        return np.asarray(np.isfinite(self.slopes).sum(axis=1))

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of each category at θ (N,): (N, J, C)."""
        return _log_shares(theta, self.slopes, self.intercepts)

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its first two derivatives in θ for each category."""
        return _share_curves(theta, self.slopes, self.intercepts)

    def take(self, indices: Sequence[int] | AnyArray) -> NominalItems:
        """The items at ``indices``, in that order."""
        rows = np.asarray(indices, dtype=np.intp)
        return NominalItems(self.slopes[rows], self.intercepts[rows])


@dataclass(frozen=True, eq=False)
class PartialCreditItems:
    """(Generalized) partial credit items: P(X = k | θ) ∝ exp(Σ over v ≤ k of a(θ − bᵥ)).

    ``discrimination`` (J,), all 1 for the partial credit model; ``steps`` bᵥ (J, C − 1), NaN after an item's
    last, in any order. Raises InvalidParameters.
    """

    discrimination: FloatArray
    steps: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "discrimination", finite_vector(self.discrimination, "discrimination"))
        object.__setattr__(self, "steps", ragged_rows(self.steps, len(self), "steps"))

    @classmethod
    def rating_scale(
        cls, discrimination: ArrayLike, location: ArrayLike, thresholds: ArrayLike
    ) -> PartialCreditItems:
        """Items (J,) that share ``thresholds`` (C − 1,): bᵥ = location + thresholdᵥ (Andrich 1978)."""
        places = finite_vector(location, "location")
        shared = finite_vector(thresholds, "thresholds")
        return cls(finite_vector(discrimination, "discrimination"), places[:, None] + shared)

    def __len__(self) -> int:
        return len(self.discrimination)

    @property
    def category_counts(self) -> IntArray:
        """Number of scores of each item, (J,)."""
        return np.asarray(np.isfinite(self.steps).sum(axis=1) + 1)

    def as_nominal(self) -> NominalItems:
        """The same curves as slopes a·k and intercepts −a Σ bᵥ."""
        slopes = self.discrimination[:, None] * np.arange(self.steps.shape[1] + 1.0)
        zero = np.zeros((len(self), 1))
        intercepts = np.concatenate([zero, -self.discrimination[:, None] * self.steps.cumsum(axis=1)], axis=1)
        return NominalItems(np.where(np.isnan(intercepts), np.nan, slopes), intercepts)

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of each score at θ (N,): (N, J, C)."""
        return self.as_nominal().log_category_probabilities(theta)

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its first two derivatives in θ for each score."""
        return self.as_nominal().category_curves(theta)

    def take(self, indices: Sequence[int] | AnyArray) -> PartialCreditItems:
        """The items at ``indices``, in that order."""
        rows = np.asarray(indices, dtype=np.intp)
        return PartialCreditItems(self.discrimination[rows], self.steps[rows])


def ragged_rows(values: ArrayLike, rows: int, name: str, fewest: int = 1) -> FloatArray:
    """Read-only (rows, width) float64 copy whose rows are finite up to some column and NaN after it."""
    try:
        table = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameters(f"{name} must be numbers, NaN after an item's last.") from error
    if table.ndim != 2 or len(table) != rows or table.shape[1] < fewest:
        raise InvalidParameters(f"{name} must have one row for each item, not the shape {table.shape}.")
    known = np.isfinite(table)
    if np.isinf(table).any() or (np.diff(known.astype(int), axis=1) > 0).any():
        raise InvalidParameters(f"{name} must be finite up to an item's last and NaN after it.")
    if (known.sum(axis=1) < fewest).any():
        item = int(np.flatnonzero(known.sum(axis=1) < fewest)[0])
        raise InvalidParameters(f"Item {item}: {name} needs at least {fewest} numbers.")
    table.flags.writeable = False
    return table


def _log_shares(theta: ArrayLike, slopes: FloatArray, intercepts: FloatArray) -> FloatArray:
    points = theta_points(theta)[:, None, None]
    logits = np.where(np.isnan(slopes), -np.inf, slopes * points + intercepts)
    return np.asarray(log_softmax(np.clip(logits, -np.inf, 1e300), axis=2))


def _share_curves(theta: ArrayLike, slopes: FloatArray, intercepts: FloatArray) -> CategoryCurves:
    share = np.exp(_log_shares(theta, slopes, intercepts))
    weights = np.nan_to_num(slopes)
    deviation = weights - (share * weights).sum(axis=2, keepdims=True)
    spread = (share * deviation**2).sum(axis=2, keepdims=True)
    return CategoryCurves(share, share * deviation, share * (deviation**2 - spread))


def _differences(cumulative: FloatArray) -> FloatArray:
    """Differences of neighbouring cumulative curves (N, J, C − 1), zero at both ends: (N, J, C)."""
    known = np.nan_to_num(cumulative)
    zero = np.zeros_like(known[:, :, :1])
    return np.asarray(np.concatenate([zero, known], axis=2) - np.concatenate([known, zero], axis=2))
