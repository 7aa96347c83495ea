"""Generalizability of a table of ratings: how much of it is the judge, the item, and the rest.

Random model of judges × items with one rating in each cell (Brennan 2001, ch. 3); cells may be empty, then by
the analogous analysis of variance (Henderson 1953, method 1; Brennan 2001, ch. 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable


@dataclass(frozen=True)
class VarianceComponents:
    """Variances of judges, items and the remaining part (interaction and error) of one rating.

    They are estimates and may come out below zero, which stands for zero (``floored``). ``raters`` and
    ``items`` are the numbers rated with.
    """

    rater: float
    item: float
    residual: float
    raters: int
    items: int

    @property
    def floored(self) -> tuple[float, float, float]:
        """(rater, item, residual) with zero for what came out negative."""
        return max(self.rater, 0.0), max(self.item, 0.0), max(self.residual, 0.0)

    def cut_error(self, raters: int | None = None, *, items_fixed: bool = True) -> float:
        """Standard error, in points of the whole form, of the mean cut of ``raters`` judges like these.

        ``items_fixed``: over panels that rate this very form, J · √((σ²ᵣ + σ²ᵣᵢ/J) / R). Else over panels
        and forms of J items from the same domain: σ²ᵢ/J is added (Brennan & Lockwood 1980).
        """
        rater, item, residual = self.floored
        judges = raters or self.raters
        variance = (rater + residual / self.items) / judges + (0.0 if items_fixed else item / self.items)
        return float(self.items * np.sqrt(variance))

    def agreement(self, raters: int = 1) -> float:
        """Intraclass correlation of the mean of ``raters`` judges as to the values of items, ICC(A, k):
        judges' severity counts as error (McGraw & Wong 1996); the coefficient Φ of dependability."""
        rater, item, residual = self.floored
        return _share(item, (rater + residual) / raters)

    def consistency(self, raters: int = 1) -> float:
        """Intraclass correlation as to the order of items, ICC(C, k): severity is no error (McGraw & Wong
        1996); the generalizability coefficient Eρ²."""
        _, item, residual = self.floored
        return _share(item, residual / raters)


def variance_components(ratings: FloatArray) -> VarianceComponents:
    """Components of ratings (R, J), NaN where there is none.

    Raises NotEstimable if fewer than two judges or items were rated, or no two ratings share one.
    """
    known = np.isfinite(ratings)
    by_rater, by_item = known.sum(axis=1).astype(float), known.sum(axis=0).astype(float)
    total = float(known.sum())
    if (by_rater > 0).sum() < 2 or (by_item > 0).sum() < 2:
        raise NotEstimable("Variance components need two or more judges and two or more items.")
    values = np.where(known, ratings, 0.0) - ratings[known].mean() * known
    judges, items = by_rater > 0, by_item > 0
    squares = np.array(
        [
            (values.sum(axis=1)[judges] ** 2 / by_rater[judges]).sum(),
            (values.sum(axis=0)[items] ** 2 / by_item[items]).sum(),
            (values**2).sum(),
        ]
    )
    mean = np.array([by_rater @ by_rater / total, by_item @ by_item / total, 1.0])
    expected = np.array(
        [
            [total, judges.sum(), judges.sum()],
            [items.sum(), total, items.sum()],
            [total, total, total],
        ]
    )
    system = expected - mean
    if np.linalg.matrix_rank(system) < 3:
        raise NotEstimable("These ratings do not tell judges, items and error apart.")
    rater, item, residual = np.linalg.solve(system, squares)
    return VarianceComponents(float(rater), float(item), float(residual), int(judges.sum()), int(items.sum()))


def _share(true: float, error: float) -> float:
    return true / (true + error) if true + error > 0 else float("nan")
