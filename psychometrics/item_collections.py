"""What every set of items can tell, whatever its response models: category curves and information.

Scores are whole numbers 0…C − 1. Arrays over categories are padded to the largest number of categories C of
the collection: log probabilities with minus infinity, probabilities and derivatives with zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True, eq=False)
class CategoryCurves:
    """P of each category and its first two derivatives in θ, each of shape (N, J, C)."""

    probability: FloatArray
    slope: FloatArray
    curvature: FloatArray

    @property
    def information(self) -> FloatArray:
        """Fisher information Σ P'ₖ² / Pₖ of each item, shape (N, J) (Samejima 1969; Bock 1972)."""
        return np.asarray((self.slope * self.ratio(self.slope)).sum(axis=2))

    def ratio(self, numerator: FloatArray) -> FloatArray:
        """``numerator`` / P where P is positive, zero elsewhere: shape (N, J, C)."""
        positive = self.probability > 0
        return np.divide(numerator, self.probability, out=np.zeros_like(numerator), where=positive)


class ItemCollection(Protocol):
    """J items under one or several response models."""

    def __len__(self) -> int: ...

    @property
    def category_counts(self) -> IntArray:
        """Number of score categories of each item, shape (J,), each at least 2."""

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of each category at θ of shape (N,): (N, J, C), accurate in both tails."""

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its derivatives for each category at θ of shape (N,)."""

    def take(self, indices: Sequence[int] | AnyArray) -> ItemCollection:
        """The items at ``indices``, in that order."""


@dataclass(frozen=True, eq=False)
class MixedItems:
    """Items of several formats in one order.

    ``parts`` are collections of one model each and ``positions`` the place of each of their items in the
    whole, arrays that together are a permutation of 0…J − 1. Raises InvalidParameters.
    """

    parts: tuple[ItemCollection, ...]
    positions: tuple[IntArray, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(
            self, "positions", tuple(np.asarray(places, dtype=np.int64) for places in self.positions)
        )
        lengths = [len(part) for part in self.parts]
        if not self.parts or lengths != [len(places) for places in self.positions]:
            raise InvalidParameters("Mixed items need one position for each item of each part.")
        if not np.array_equal(np.sort(np.concatenate(self.positions)), np.arange(sum(lengths))):
            raise InvalidParameters("Positions of mixed items must be each of 0 to J − 1 once.")

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    @property
    def category_counts(self) -> IntArray:
        """Number of score categories of each item, shape (J,)."""
        counts = np.zeros(len(self), dtype=np.int64)
        for part, places in zip(self.parts, self.positions, strict=True):
            counts[places] = part.category_counts
        return counts

    def log_category_probabilities(self, theta: ArrayLike) -> FloatArray:
        """log P of each category at θ of shape (N,): (N, J, C)."""
        tables = [part.log_category_probabilities(theta) for part in self.parts]
        return self._joined(tables, -np.inf)

    def category_curves(self, theta: ArrayLike) -> CategoryCurves:
        """P and its derivatives for each category at θ of shape (N,)."""
        curves = [part.category_curves(theta) for part in self.parts]
        return CategoryCurves(
            self._joined([part.probability for part in curves], 0.0),
            self._joined([part.slope for part in curves], 0.0),
            self._joined([part.curvature for part in curves], 0.0),
        )

    def take(self, indices: Sequence[int] | AnyArray) -> ItemCollection:
        """The items at ``indices``, in that order; of one part alone if all of them are."""
        wanted = np.asarray(indices, dtype=np.intp)
        part_of, place_of = np.empty(len(self), dtype=np.int64), np.empty(len(self), dtype=np.int64)
        for number, places in enumerate(self.positions):
            part_of[places], place_of[places] = number, np.arange(len(places))
        used = [int(number) for number in np.unique(part_of[wanted])]
        where = [np.flatnonzero(part_of[wanted] == number) for number in used]
        taken = [
            self.parts[number].take(place_of[wanted[rows]]) for number, rows in zip(used, where, strict=True)
        ]
        return taken[0] if len(taken) == 1 else MixedItems(tuple(taken), tuple(where))

    def _joined(self, tables: Sequence[FloatArray], padding: float) -> FloatArray:
        points = tables[0].shape[0]
        whole = np.full((points, len(self), max(table.shape[2] for table in tables)), padding)
        for table, places in zip(tables, self.positions, strict=True):
            whole[:, places, : table.shape[2]] = table
        return whole


def category_probabilities(theta: ArrayLike, items: ItemCollection) -> FloatArray:
    """Probability of each score at θ of shape (N,): (N, J, C), zero beyond an item's own categories."""
    return np.exp(items.log_category_probabilities(theta))


def expected_item_scores(theta: ArrayLike, items: ItemCollection) -> FloatArray:
    """Expected score of each item at θ of shape (N,), in score points 0…C − 1: (N, J)."""
    chances = category_probabilities(theta, items)
    return np.asarray(chances @ np.arange(chances.shape[2], dtype=np.float64))


def highest_scores(items: ItemCollection) -> IntArray:
    """Highest score of each item, shape (J,)."""
    return np.asarray(items.category_counts - 1)
