"""Accuracy and consistency of decisions at one or several cuts.

Accuracy: agreement of the observed with the true category. Consistency: agreement of two independent
administrations of parallel forms. Both are means over true scores of what is certain given the true score
(Lee, Hanson & Brennan 2002); kappa takes out the agreement of chance (Cohen 1960).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True, eq=False)
class DecisionQuality:
    """Decisions at K rising ``cuts`` into H = K + 1 categories, over Q points of the true score.

    ``points`` (Q,) and their ``weights`` (Q,), summing to 1; ``chances`` (Q, H) of being placed in each
    category; ``true_category`` (Q,), 0…K.
    """

    cuts: FloatArray
    points: FloatArray
    weights: FloatArray
    chances: FloatArray
    true_category: IntArray

    @property
    def true_observed(self) -> FloatArray:
        """Shares of examinees by true (rows) and observed (columns) category, (H, H)."""
        belongs = np.eye(len(self.cuts) + 1)[self.true_category]
        return np.asarray((belongs * self.weights[:, None]).T @ self.chances)

    @property
    def two_forms(self) -> FloatArray:
        """Shares of examinees by their categories on two parallel forms, (H, H)."""
        return np.asarray((self.chances * self.weights[:, None]).T @ self.chances)

    @property
    def conditional_accuracy(self) -> FloatArray:
        """Probability of the true category at each point, (Q,)."""
        return np.asarray(self.chances[np.arange(len(self.points)), self.true_category])

    @property
    def conditional_consistency(self) -> FloatArray:
        """Probability of the same category twice at each point, (Q,)."""
        return np.asarray((self.chances**2).sum(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of examinees placed in their true category."""
        return float(self.weights @ self.conditional_accuracy)

    @property
    def consistency(self) -> float:
        """Share of examinees whom two parallel forms place in one category."""
        return float(self.weights @ self.conditional_consistency)

    @property
    def chance_agreement(self) -> float:
        """Consistency of forms that place at random in the same shares."""
        return float(((self.weights @ self.chances) ** 2).sum())

    @property
    def kappa(self) -> float:
        """(consistency − chance) / (1 − chance), NaN if everybody is placed in one category."""
        chance = self.chance_agreement
        return (self.consistency - chance) / (1 - chance) if chance < 1 else float("nan")

    @property
    def false_positive(self) -> float:
        """Share of examinees placed above their true category."""
        return float(np.triu(self.true_observed, 1).sum())

    @property
    def false_negative(self) -> float:
        """Share of examinees placed below their true category."""
        return float(np.tril(self.true_observed, -1).sum())

    @property
    def by_cut(self) -> tuple[DecisionQuality, ...]:
        """The decision at each cut alone: below it or not."""
        return tuple(self._at(number) for number in range(len(self.cuts)))

    def _at(self, number: int) -> DecisionQuality:
        below = self.chances[:, : number + 1].sum(axis=1)
        above = self.chances[:, number + 1 :].sum(axis=1)
        return DecisionQuality(
            self.cuts[number : number + 1],
            self.points,
            self.weights,
            np.stack([below, above], axis=1),
            np.asarray(self.true_category > number, dtype=np.int64),
        )


def rising_cuts(cuts: ArrayLike) -> FloatArray:
    """One or more cuts as a vector (K,). Raises InvalidParameters if they do not rise."""
    vector = finite_vector(cuts, "cuts")
    if len(vector) == 0 or (np.diff(vector) <= 0).any():
        raise InvalidParameters("Decisions need one or more rising cuts.")
    return vector


def between_cuts(below: FloatArray) -> FloatArray:
    """Chances (Q, K + 1) of the categories from those of scoring below each cut (Q, K)."""
    none = np.zeros((len(below), 1))
    return np.asarray(np.maximum(np.diff(np.concatenate([none, below, none + 1], axis=1), axis=1), 0.0))
