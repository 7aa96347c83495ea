"""Correction of stratum means for the regression of true on observed matching score (Shealy & Stout 1993).

Examinees of the better group with a given observed score have, on average, a higher true score. Each group's
mean item score is therefore moved along its own slope to the true score that both groups share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.dif.counts import ContrastCells

LOWEST_RELIABILITY = 0.05
"""Below it the slope against the true score cannot be told from the data."""


@dataclass(frozen=True, eq=False)
class Reliabilities:
    """Coefficient alpha of the matching set in each group, with any item left out.

    ``variance`` (G, J) of each item, ``covariance`` (G, J) of it with the sum of the anchors, ``total`` (G,)
    variance of that sum, ``own`` (G,) sum of the anchors' variances; ``presented`` (G,) is the mean share of
    the anchors presented.
    """

    variance: FloatArray
    covariance: FloatArray
    total: FloatArray
    own: FloatArray
    presented: FloatArray
    anchors: AnyArray

    @classmethod
    def of(cls, cells: ContrastCells, anchors: AnyArray) -> Reliabilities:
        """From the covariances of every pair of items among those who met both."""
        item = np.repeat(np.arange(cells.items), np.diff(cells.starts))
        parts = [_group_covariance(cells, item, group) for group in range(cells.group_count)]
        covariances = np.stack([covariance for covariance, _ in parts])
        variance = np.einsum("gjj->gj", covariances)
        among = covariances[:, anchors][:, :, anchors]
        return cls(
            variance=variance,
            covariance=covariances[:, :, anchors].sum(axis=2),
            total=among.sum(axis=(1, 2)),
            own=variance[:, anchors].sum(axis=1),
            presented=np.array([float(share[anchors].mean()) for _, share in parts]),
            anchors=anchors,
        )

    def without(self, item: int) -> FloatArray:
        """Reliability (G,) of the anchors other than ``item``; NaN where it is too low or unknown.

        Where only a share m of the anchors was presented, it is that of a set m times as long (Spearman 1910;
        Brown 1910).
        """
        inside = bool(self.anchors[item])
        count = int(self.anchors.sum()) - inside
        if count < 2:
            return np.full(len(self.total), np.nan)
        total = self.total - inside * (2 * self.covariance[:, item] - self.variance[:, item])
        own = self.own - inside * self.variance[:, item]
        with np.errstate(divide="ignore", invalid="ignore"):
            alpha = count / (count - 1) * (1 - own / total)
            shortened = self.presented * alpha / (1 + (self.presented - 1) * alpha)
        return np.where(shortened > LOWEST_RELIABILITY, np.minimum(shortened, 1.0), np.nan)


def corrected_means(
    means: FloatArray, scores: FloatArray, centre: FloatArray, reliability: FloatArray
) -> FloatArray:
    """Mean item scores (S, 2) of each group at the true score both share in the stratum.

    ``scores`` (S,) are the observed matching scores, ``centre`` (2,) their group means. The slope of the item
    score is the difference of the neighbouring strata, one-sided at the ends.
    """
    true = centre + reliability * (scores[:, None] - centre)
    shared = true.mean(axis=1, keepdims=True)
    low = np.maximum(np.arange(len(scores)) - 1, 0)
    high = np.minimum(np.arange(len(scores)) + 1, len(scores) - 1)
    slope = (means[high] - means[low]) / (true[high] - true[low])
    return np.asarray(means + slope * (shared - true))


def _group_covariance(cells: ContrastCells, item: AnyArray, group: int) -> tuple[FloatArray, FloatArray]:
    """Covariance (J, J) of item scores among those who met both items, and share presented (J,)."""
    inside = cells.groups[cells.examinees] == group
    people = np.flatnonzero(cells.groups == group)
    row = np.searchsorted(people, cells.examinees[inside])
    met = np.zeros((len(people), cells.items), dtype=np.float32)
    score = np.zeros_like(met)
    met[row, item[inside]] = 1.0
    score[row, item[inside]] = cells.scores[inside]
    both = np.maximum((met.T @ met).astype(np.float64), 1.0)
    first = (score.T @ met).astype(np.float64)
    product = (score.T @ score).astype(np.float64)
    covariance = product / both - first * first.T / both**2
    return covariance, met.mean(axis=0, dtype=np.float64)
