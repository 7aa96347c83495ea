"""Proportional odds regression of many items at once from grouped counts.

logit P(Y ≥ k) = αₖ + xβ (McCullagh 1980), by Fisher scoring; for two scores it is logistic regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from psychometrics.arrays import AnyArray, FloatArray

SCORING_STEPS = 60
HALVINGS = 30
DECREMENT = 1e-10
"""Expected gain of the next step, in units of log-likelihood, at which an item is done."""


@dataclass(frozen=True, eq=False)
class OrdinalFit:
    """``coefficients`` (J, K + P): K = C − 1 thresholds αₖ, then β; their ``covariance``; ``log_likelihood``
    (J,) and whether the maximum was reached."""

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: FloatArray
    converged: AnyArray


def fit_ordinal(counts: FloatArray, design: FloatArray) -> OrdinalFit:
    """Fit each item to ``counts`` (J, M, C) of scores at M settings of the regressors ``design`` (J, M, P).

    Every score of an item must occur. A perfectly separating regressor has no finite coefficient: the
    likelihood then ends close to its supremum and the variance is very large.
    """
    items, _, categories = counts.shape
    vector = np.zeros((items, categories - 1 + design.shape[2]))
    share = counts.sum(axis=1)
    reached = share[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] / share.sum(axis=1, keepdims=True)
    vector[:, : categories - 1] = logit(reached)
    value = _log_likelihood(vector, counts, design)
    done = np.zeros(items, dtype=bool)
    for _ in range(SCORING_STEPS):
        active = np.flatnonzero(~done)
        if len(active) == 0:
            break
        gradient, information = _derivatives(vector[active], counts[active], design[active])
        step = _solved(information, gradient)
        done[active] = (gradient * step).sum(axis=1) < DECREMENT
        _advance(vector, value, active, step, counts, design)
    _, information = _derivatives(vector, counts, design)
    return OrdinalFit(vector, np.asarray(np.linalg.pinv(information, hermitian=True)), value, done)


def _advance(
    vector: FloatArray,
    value: FloatArray,
    active: AnyArray,
    step: FloatArray,
    counts: FloatArray,
    design: FloatArray,
) -> None:
    """Take the step, halved for each item until its likelihood does not fall."""
    pending, share = np.arange(len(active)), 1.0
    for _ in range(HALVINGS):
        rows = active[pending]
        proposal = vector[rows] + share * step[pending]
        reached = _log_likelihood(proposal, counts[rows], design[rows])
        better = reached >= value[rows]
        vector[rows[better]], value[rows[better]] = proposal[better], reached[better]
        pending, share = pending[~better], share / 2
        if len(pending) == 0:
            return


def _cumulative(vector: FloatArray, design: FloatArray) -> FloatArray:
    """P(Y ≥ k) for k = 1…C − 1, (J, M, K)."""
    thresholds = vector.shape[1] - design.shape[2]
    predictor = np.einsum("jmp,jp->jm", design, vector[:, thresholds:])
    return np.asarray(expit(predictor[:, :, None] + vector[:, None, :thresholds]))


def _chances(cumulative: FloatArray) -> FloatArray:
    one = np.ones_like(cumulative[:, :, :1])
    bounded = np.concatenate([one, cumulative, np.zeros_like(one)], axis=2)
    return np.asarray(-np.diff(bounded, axis=2))


def _log_likelihood(vector: FloatArray, counts: FloatArray, design: FloatArray) -> FloatArray:
    """Minus infinity where thresholds crossed."""
    chances = _chances(_cumulative(vector, design))
    impossible = (chances < 0).any(axis=(1, 2))
    logs = np.log(np.maximum(chances, 1e-300))
    return np.where(impossible, -np.inf, (counts * logs).sum(axis=(1, 2)))


def _derivatives(vector: FloatArray, counts: FloatArray, design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient (J, D) and expected information (J, D, D)."""
    cumulative = _cumulative(vector, design)
    chances = np.maximum(_chances(cumulative), 1e-300)
    slope = cumulative * (1 - cumulative)
    ratio = counts / chances
    by_threshold = (ratio[:, :, 1:] - ratio[:, :, :-1]) * slope
    total = counts.sum(axis=2)[:, :, None]
    inverse = 1 / chances
    own = total * slope**2 * (inverse[:, :, 1:] + inverse[:, :, :-1])
    beside = -total * slope[:, :, :-1] * slope[:, :, 1:] * inverse[:, :, 1:-1]
    rows = own.copy()
    rows[:, :, :-1] += beside
    rows[:, :, 1:] += beside
    gradient = np.concatenate(
        [by_threshold.sum(axis=1), np.einsum("jmk,jmp->jp", by_threshold, design)], axis=1
    )
    thresholds = slope.shape[2]
    information = np.zeros((len(vector), vector.shape[1], vector.shape[1]))
    index = np.arange(thresholds)
    information[:, index, index] = own.sum(axis=1)
    information[:, index[:-1], index[1:]] = information[:, index[1:], index[:-1]] = beside.sum(axis=1)
    mixed = np.einsum("jmk,jmp->jkp", rows, design)
    information[:, :thresholds, thresholds:] = mixed
    information[:, thresholds:, :thresholds] = mixed.transpose(0, 2, 1)
    information[:, thresholds:, thresholds:] = np.einsum(
        "jm,jmp,jmr->jpr", rows.sum(axis=2), design, design, optimize=True
    )
    return gradient, information


def _solved(information: FloatArray, gradient: FloatArray) -> FloatArray:
    """Steps with a ridge so small that it matters only where the information is singular."""
    trace = np.einsum("jdd->jd", information).max(axis=1)
    ridge = (1e-10 * trace + 1e-12)[:, None, None] * np.eye(gradient.shape[1])
    return np.asarray(np.linalg.solve(information + ridge, gradient[:, :, None])[:, :, 0])
