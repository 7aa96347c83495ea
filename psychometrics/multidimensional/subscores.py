"""Do sub-scores add anything to the total score? Classical augmentation and value added.

Augmented scores: Wainer et al. (2001). Proportional reduction of mean squared error: Haberman (2008),
Haberman & Sinharay (2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.classical import cronbach_alpha
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable


@dataclass(frozen=True, eq=False)
class Subscores:
    """Sub-scores of N examinees on D scales.

    ``observed`` and ``augmented`` (N, D) in score points; ``standard_error`` (D,) of the augmented ones as
    estimates of true sub-scores. ``alpha`` (D,) reliabilities of the sub-scores. Proportional reductions of
    mean squared error, each (D,), in estimating the true sub-score: ``from_subscore`` (equal to alpha),
    ``from_total`` from the total score alone, ``from_both`` from the two, ``from_all`` from all sub-scores.
    ``true_correlation`` (D, D) is corrected for unreliability.
    """

    observed: FloatArray
    augmented: FloatArray
    standard_error: FloatArray
    alpha: FloatArray
    from_subscore: FloatArray
    from_total: FloatArray
    from_both: FloatArray
    from_all: FloatArray
    true_correlation: FloatArray

    @property
    def added_value(self) -> AnyArray:
        """Whether the sub-score tells more about its true score than the total does, (D,) (Haberman 2008)."""
        return np.asarray(self.from_subscore > self.from_total)


def augmented_subscores(responses: ArrayLike, scale_of: ArrayLike) -> Subscores:
    """Sub-scores of complete responses (N, J) whose item j belongs to scale ``scale_of[j]``, 0…D − 1.

    Raises InvalidResponses for missing cells, InvalidParameters for scales of fewer than two items, and
    NotEstimable for a scale without reliable variance.
    """
    table, places = np.asarray(responses, dtype=np.float64), np.asarray(scale_of)
    if table.ndim != 2 or not np.isfinite(table).all() or (table < 0).any():
        raise InvalidResponses("Sub-scores need a complete table of examinees by items.")
    if places.shape != (table.shape[1],) or places.dtype.kind not in "iu" or places.min() < 0:
        raise InvalidParameters("Each item needs the number of its scale, from 0 on.")
    counts = np.bincount(places)
    if len(counts) < 2 or (counts < 2).any():
        raise InvalidParameters("Sub-scores need two or more scales of two or more items.")
    alpha = np.array([cronbach_alpha(table[:, places == scale]).estimate for scale in range(len(counts))])
    if (alpha <= 0).any():
        scale = int(np.flatnonzero(alpha <= 0)[0])
        raise NotEstimable(f"Scale {scale} has no reliable variance, so its true score cannot be estimated.")
    observed = np.stack([table[:, places == scale].sum(axis=1) for scale in range(len(counts))], axis=1)
    return _summary(observed, alpha)


def _summary(observed: FloatArray, alpha: FloatArray) -> Subscores:
    covariance = np.cov(observed.T)
    true = covariance - np.diag((1 - alpha) * np.diag(covariance))
    variance = np.diag(true)
    with_total = true.sum(axis=1)
    total = covariance.sum()
    weights = np.linalg.solve(covariance, true)
    gained = np.einsum("ds,ds->s", true, weights)
    pairs = [
        _reduction(
            np.array([true[scale, scale], with_total[scale]]),
            np.array([[covariance[scale, scale], covariance[scale].sum()], [covariance[scale].sum(), total]]),
        )
        for scale in range(len(alpha))
    ]
    deviation = np.sqrt(variance)
    return Subscores(
        observed=observed,
        augmented=observed.mean(axis=0) + (observed - observed.mean(axis=0)) @ weights,
        standard_error=np.sqrt(np.maximum(variance - gained, 0.0)),
        alpha=alpha,
        from_subscore=alpha,
        from_total=with_total**2 / (variance * total),
        from_both=np.array(pairs) / variance,
        from_all=gained / variance,
        true_correlation=true / np.outer(deviation, deviation),
    )


def _reduction(with_true: FloatArray, covariance: FloatArray) -> float:
    """Variance explained by the best linear predictor."""
    return float(with_true @ np.linalg.lstsq(covariance, with_true)[0])
