"""Observed scores as counts of distinct values, their cumulative distribution and its bootstrap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidResponses
from psychometrics.standard_setting.cut_scores import ROUNDING, CutPlan

BLOCK_COUNTS = 500_000
"""Resampled counts held at once."""


@dataclass(frozen=True, eq=False)
class ScoreShares:
    """``values`` (K,) that occur, rising, and how often: ``counts`` (K,)."""

    values: FloatArray
    counts: IntArray

    @classmethod
    def of(cls, scores: ArrayLike) -> ScoreShares:
        """From scores (N,). Raises InvalidParameters for scores that are no numbers, and InvalidResponses."""
        found = finite_vector(scores, "scores")
        if len(found) == 0:
            raise InvalidResponses("There are no scores.")
        values, counts = np.unique(found, return_counts=True)
        return cls(values, counts.astype(np.int64))

    @property
    def total(self) -> int:
        """Number of examinees."""
        return int(self.counts.sum())

    @property
    def knots(self) -> FloatArray:
        """Scores at which the failure rates are known, (K + 1,): the values and what is just above them."""
        return np.append(self.values, np.nextafter(self.values[-1], np.inf))

    @property
    def rates(self) -> FloatArray:
        """Share of examinees below each knot, (K + 1,), from 0 to 1."""
        return np.asarray(failure_rates(self.counts[None])[0])

    def below(self, cut: float) -> float:
        """Share of examinees below ``cut``."""
        return float(self.counts[self.values < cut - ROUNDING].sum() / self.total)

    def resampled(self, plan: CutPlan, stream: int = 1) -> Iterator[IntArray]:
        """Bootstrap counts (B, K), some replicates at a time; other ``stream`` numbers draw anew."""
        rng = np.random.default_rng([plan.seed, stream])
        block = max(1, BLOCK_COUNTS // len(self.values))
        for start in range(0, plan.replicates, block):
            yield rng.multinomial(
                self.total, self.counts / self.total, size=min(block, plan.replicates - start)
            )


def failure_rates(counts: IntArray) -> FloatArray:
    """Shares below each knot, (B, K + 1), of counts (B, K)."""
    beyond = np.cumsum(counts, axis=1, dtype=np.float64)
    return np.concatenate([np.zeros((len(counts), 1)), beyond / beyond[:, -1:]], axis=1)


def first_crossing(points: FloatArray, heights: FloatArray) -> FloatArray:
    """Where lines through ``heights`` (B, M), rising, at ``points`` (M,) first reach zero, (B,).

    The first heights must not be above zero, the last not below.
    """
    reached = np.maximum((heights >= 0).argmax(axis=1), 1)
    rows = np.arange(len(heights))
    before, after = heights[rows, reached - 1], heights[rows, reached]
    rise = after - before
    share = np.where(rise > 0, -before / np.where(rise > 0, rise, 1.0), 0.0)
    start, end = points[reached - 1], points[reached]
    return np.asarray(start + np.clip(share, 0.0, 1.0) * (end - start))
