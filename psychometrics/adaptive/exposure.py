"""Exposure control: which items an attempt may meet by lottery, and how evenly a pool was used.

All methods come down to one thing, a probability with which an item may be given in an attempt. The lottery
is a fixed function of the attempt's seed and the item, so that a replay holds the same ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True)
class ExposureControl:
    """Probability with which each of J items may be given, in each of K intervals of the interim θ.

    ``probabilities`` has K rows of J numbers in [0, 1]; ``boundaries`` are the K − 1 rising θ between the
    intervals. An item is open to an attempt when its number drawn for the attempt lies below the probability.
    Sympson–Hetter (1985) draws after an item has been selected: an item is drawn at most once in an attempt,
    so drawing for all of them beforehand gives the same attempts.
    """

    probabilities: tuple[tuple[float, ...], ...]
    boundaries: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        table = np.atleast_2d(np.asarray(self.probabilities, dtype=np.float64))
        if not ((table >= 0) & (table <= 1)).all():
            raise InvalidParameters("Exposure probabilities must lie between 0 and 1.")
        bounds = tuple(float(bound) for bound in self.boundaries)
        if len(bounds) != len(table) - 1 or list(bounds) != sorted(set(bounds)):
            raise InvalidParameters("Exposure control needs one rising boundary between each two rows.")
        object.__setattr__(self, "probabilities", tuple(map(tuple, table.tolist())))
        object.__setattr__(self, "boundaries", bounds)

    @classmethod
    def of(cls, probabilities: ArrayLike, boundaries: Sequence[float] = ()) -> ExposureControl:
        """Control from an array (J,) or (K, J). Raises InvalidParameters."""
        table = np.atleast_2d(np.asarray(probabilities, dtype=np.float64))
        return cls(tuple(map(tuple, table.tolist())), tuple(boundaries))

    @cached_property
    def table(self) -> FloatArray:
        """The probabilities as an array (K, J)."""
        return np.array(self.probabilities)


@dataclass(frozen=True, eq=False)
class ExposureCounts:
    """How often each item was given and open, by interval of θ, each (K, J), and attempts by interval (K,).

    Keep one for a period, add each finished attempt, and take the control of the next attempt from it.
    """

    given: FloatArray
    open: FloatArray
    attempts: FloatArray
    boundaries: tuple[float, ...] = ()

    @classmethod
    def none(cls, items: int, boundaries: Sequence[float] = ()) -> ExposureCounts:
        """Counts before the first attempt."""
        shape = (len(boundaries) + 1, items)
        zeros = np.zeros(shape)
        return cls(zeros, zeros, np.zeros(shape[0]), tuple(boundaries))

    def faded(self, factor: float) -> ExposureCounts:
        """Counts that weigh ``factor`` (0 to 1) of what they did, so that control follows a changing pool.

        Fade by 0.999 for each attempt (van der Linden & Veldkamp 2007). Raises InvalidParameters.
        """
        if not 0 < factor <= 1:
            raise InvalidParameters("The fading factor must lie above 0 and at most at 1.")
        given, opened, attempts = (table * factor for table in (self.given, self.open, self.attempts))
        return ExposureCounts(given, opened, attempts, self.boundaries)

    def adding(self, given: ArrayLike, opened: ArrayLike, theta: ArrayLike) -> ExposureCounts:
        """Counts with n attempts more: ``given`` and ``opened`` (n, J) of bool, final θ (n,).

        An item given although it was not open (the lottery gives way before an attempt breaks off) counts as
        open, so that its probability is not raised by it.
        """
        shown = np.atleast_2d(np.asarray(given, dtype=bool))
        ready = np.atleast_2d(np.asarray(opened, dtype=bool)) | shown
        group = np.searchsorted(self.boundaries, np.atleast_1d(np.asarray(theta, dtype=np.float64)))
        counts = self.given.copy(), self.open.copy()
        for table, added in zip(counts, (shown, ready), strict=True):
            for row in np.unique(group).tolist():
                table[row] += added[group == row].sum(axis=0)
        attempts = self.attempts + np.bincount(group, minlength=len(self.attempts))
        return ExposureCounts(*counts, attempts, self.boundaries)

    def eligibility(self, maximum_rate: float) -> ExposureControl:
        """Item eligibility (van der Linden & Veldkamp 2004): P(open) = min(1, rate · opened / given).

        Since P(given) = P(given | open) P(open), this keeps every rate near or below ``maximum_rate``.
        Raises InvalidParameters.
        """
        _check_rate(maximum_rate)
        chance = np.minimum(maximum_rate * self.open / np.maximum(self.given, 1), 1.0)
        return ExposureControl.of(np.where(self.given > 0, chance, 1.0), self.boundaries)

    def restricted(self, maximum_rate: float) -> ExposureControl:
        """Restricted maximum exposure (Revuelta & Ponsoda 1998): closed while the rate is at the maximum.

        Raises InvalidParameters.
        """
        _check_rate(maximum_rate)
        limit = maximum_rate * (self.attempts[:, None] + 1)
        return ExposureControl.of(
            np.where(self.given + 1 > np.maximum(limit, 1.0), 0.0, 1.0), self.boundaries
        )


def _check_rate(maximum_rate: float) -> None:
    if not 0 < maximum_rate <= 1:
        raise InvalidParameters("The maximum exposure rate must lie above 0 and at most at 1.")


def exposure_rates(administrations: Sequence[Sequence[int]], items: int) -> FloatArray:
    """Share of the administrations in which each of the items was given, shape (items,)."""
    counts = np.zeros(items)
    for given in administrations:
        counts[list(given)] += 1
    return counts / max(len(administrations), 1)


def overlap_rate(rates: FloatArray, mean_length: float) -> float:
    """Expected share of an attempt that two candidates have in common (Chen, Ankenmann & Spray 2003)."""
    return float((rates**2).sum() / mean_length)
