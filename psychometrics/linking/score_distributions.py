"""Estimated distributions of scores with their sampling covariance, raw or smoothed log-linearly.

Log-linear presmoothing: Holland & Thayer (1987, 2000); its covariance in factored form: von Davier, Holland &
Thayer (2004, ch. 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable

Smoothing = int | Literal["aic", "none"]
"""Number of moments kept, "aic" to choose it from 2 to 10, or "none"."""

HIGHEST_DEGREE = 10
NEWTON_STEPS = 100


@dataclass(frozen=True, eq=False)
class ScoreDistribution:
    """``probabilities`` (S,) of the cells of a table of scores and a ``factor`` (S, k) of their covariance.

    Cov = factor · factorᵀ. ``examinees`` is the sample size, ``degree`` the number of moments kept (0 for raw
    frequencies), ``aic`` Akaike's criterion of the smoothing.
    """

    probabilities: FloatArray
    factor: FloatArray
    examinees: int
    degree: int = 0
    aic: float = float("nan")


def score_counts(scores: ArrayLike, highest: int) -> FloatArray:
    """Number of examinees with each score 0…highest, from scores (N,). Raises InvalidResponses."""
    values = np.asarray(scores)
    whole = np.rint(values.astype(np.float64))
    if values.ndim != 1 or len(values) == 0 or not np.array_equal(whole, values):
        raise InvalidResponses("Equating needs a list of whole scores.")
    if whole.min() < 0 or whole.max() > highest:
        raise InvalidResponses(f"Scores must lie between 0 and {highest}.")
    return np.bincount(whole.astype(np.int64), minlength=highest + 1).astype(np.float64)


def joint_counts(scores: ArrayLike, anchors: ArrayLike, highest: tuple[int, int]) -> FloatArray:
    """Examinees by score and anchor score, (S, A). Raises InvalidResponses."""
    score_counts(scores, highest[0])
    score_counts(anchors, highest[1])
    first, second = np.asarray(scores, dtype=np.int64), np.asarray(anchors, dtype=np.int64)
    if len(first) != len(second):
        raise InvalidResponses("Each examinee needs a score and an anchor score.")
    table = np.zeros((highest[0] + 1, highest[1] + 1))
    np.add.at(table, (first, second), 1.0)
    return table


def smoothed(counts: FloatArray, smoothing: Smoothing = "aic") -> ScoreDistribution:
    """Distribution of one score from ``counts`` (S,). Raises InvalidParameters and NotEstimable."""
    _checked(counts)
    if smoothing == "none":
        return _raw(counts)
    if smoothing != "aic":
        return log_linear(counts, _powers(len(counts), smoothing))
    occupied = int((counts > 0).sum())
    if occupied < 2:
        raise NotEstimable("Equating needs examinees with different scores.")
    degrees = range(1 if occupied == 2 else 2, max(min(HIGHEST_DEGREE, occupied - 1), 1) + 1)
    fits = [log_linear(counts, _powers(len(counts), degree)) for degree in degrees]
    return min(fits, key=lambda fit: fit.aic)


def smoothed_jointly(counts: FloatArray, smoothing: Smoothing = "aic") -> ScoreDistribution:
    """Distribution of score and anchor score from ``counts`` (S, A), flattened row by row.

    Keeps as many moments of each as the smoothing of its margin does, and their product moment.
    """
    _checked(counts)
    if smoothing == "none":
        return _raw(counts.ravel())
    margins = (counts.sum(axis=1), counts.sum(axis=0))
    degrees = [smoothed(margin, smoothing).degree for margin in margins]
    columns = [
        _powers(len(margin), degree) for margin, degree in zip(margins, degrees, strict=True)
    ]
    rows, anchors = counts.shape
    first = np.repeat(columns[0], anchors, axis=0)
    second = np.tile(columns[1], (rows, 1))
    return log_linear(counts.ravel(), np.concatenate([first, second, first[:, :1] * second[:, :1]], axis=1))


def log_linear(counts: FloatArray, design: FloatArray) -> ScoreDistribution:
    """Maximum likelihood fit of log p = Bβ + constant to ``counts`` (S,) with B = ``design`` (S, k).

    The fitted moments BᵀP equal the observed ones. Raises NotEstimable if there is no finite maximum.
    """
    total = counts.sum()
    observed = counts @ design / total
    beta = np.zeros(design.shape[1])
    value, chances = _likelihood(beta, design, counts)
    for _ in range(NEWTON_STEPS):
        mean = chances @ design
        centred = (design - mean) * np.sqrt(chances)[:, None]
        gradient = observed - mean
        step = np.linalg.lstsq(centred.T @ centred, gradient, rcond=1e-13)[0]
        if gradient @ step < 1e-22:
            break
        share = 1.0
        while share > 1e-10:
            proposal, fresh = _likelihood(beta + share * step, design, counts)
            if proposal >= value - 1e-13 * abs(value):
                break
            share /= 2
        beta, value, chances = beta + share * step, proposal, fresh
    if np.abs(observed - chances @ design).max() > 1e-6:
        raise NotEstimable("The log-linear smoothing found no maximum; keep fewer moments.")
    root = np.sqrt(chances)[:, None]
    orthogonal = np.linalg.qr((design - chances @ design) * root)[0]
    degree = design.shape[1]
    factor = root * orthogonal / np.sqrt(total)
    return ScoreDistribution(chances, factor, int(total), degree, float(-2 * value + 2 * degree))


def _likelihood(beta: FloatArray, design: FloatArray, counts: FloatArray) -> tuple[float, FloatArray]:
    logits = design @ beta
    logits = logits - logits.max()
    chances = np.exp(logits)
    total = chances.sum()
    return float(counts @ (logits - np.log(total))), chances / total


def _powers(count: int, degree: int) -> FloatArray:
    """Polynomials of the score up to ``degree``, orthonormal over the scores, without the constant."""
    if not 1 <= degree < count:
        raise InvalidParameters(f"Smoothing of {count} scores must keep from 1 to {count - 1} moments.")
    grid = np.linspace(-1.0, 1.0, count)
    basis = np.polynomial.legendre.legvander(grid, degree)
    return np.asarray(np.linalg.qr(basis)[0][:, 1:] * np.sqrt(count))


def _raw(counts: FloatArray) -> ScoreDistribution:
    """Relative frequencies with the multinomial covariance (diag p − ppᵀ) / N."""
    total = counts.sum()
    chances = counts / total
    root = np.sqrt(chances)
    factor = (np.diag(root) - np.outer(chances, root)) / np.sqrt(total)
    return ScoreDistribution(chances, factor, int(total))


def _checked(counts: AnyArray) -> None:
    if (counts < 0).any() or counts.sum() <= 0:
        raise InvalidResponses("Score counts must not be negative, nor all zero.")
