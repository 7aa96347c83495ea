"""Was the ability behind one set of responses higher than behind another? The signed likelihood ratio.

Sinharay (2017): Λ = 2[ℓ₁(θ̂₁) + ℓ₂(θ̂₂) − ℓ₁(θ̂₀) − ℓ₂(θ̂₀)] with the sign of θ̂₂ − θ̂₁, near standard normal when
one θ is behind both sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.ability.likelihood import log_likelihood, row_blocks, scored
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.item_collections import ItemCollection
from psychometrics.responses import ResponseMatrix

NODES = np.linspace(-6.0, 6.0, 241)
"""Likelihoods are quadratic over steps of 0.05: a parabola finds their maximum to about 1e-5."""


@dataclass(frozen=True, eq=False)
class AbilityShift:
    """``statistic`` (N,), positive if the second set was answered better, and its upper tail ``p_value``.

    ``theta_first``, ``theta_second`` and ``theta_common`` (N,) are maximum likelihood estimates within ±6.
    NaN for examinees without a response in both sets.
    """

    statistic: FloatArray
    p_value: FloatArray
    theta_first: FloatArray
    theta_second: FloatArray
    theta_common: FloatArray


@dataclass(frozen=True, eq=False)
class ScoredSet:
    """Responses (N, J) and the J ``items`` they belong to, on the θ scale of the other set."""

    responses: ResponseMatrix | ArrayLike
    items: ItemCollection


def signed_likelihood_ratio(first: ScoredSet, second: ScoredSet, *, growth: float = 0.0) -> AbilityShift:
    """Test of θ behind ``second`` being at most ``growth`` above θ behind ``first``, examinee by examinee.

    The estimates of the second set are its own; ``theta_common`` is θ of the first set if the second's is
    ``growth`` higher. Raises InvalidParameters and InvalidResponses.
    """
    one, two = scored(first.responses, first.items), scored(second.responses, second.items)
    if one.examinees != two.examinees:
        raise InvalidResponses(f"The sets have {one.examinees} and {two.examinees} examinees.")
    if not np.isfinite(growth):
        raise InvalidParameters("Growth must be a finite number.")
    parts = [
        _compared(
            log_likelihood(left, first.items, NODES), log_likelihood(right, second.items, NODES + growth)
        )
        for left, right in zip(row_blocks(one), row_blocks(two), strict=True)
    ]
    ratio, low, high, common = np.concatenate(parts, axis=1)
    statistic = np.sign(high - low) * np.sqrt(np.maximum(ratio, 0.0))
    silent = (np.diff(one.to_sparse().starts) == 0) | (np.diff(two.to_sparse().starts) == 0)
    statistic[silent] = np.nan
    empty = np.where(silent, np.nan, 0.0)
    return AbilityShift(
        statistic, np.asarray(ndtr(-statistic)), low + empty, high + growth + empty, common + empty
    )


def _compared(one: FloatArray, two: FloatArray) -> FloatArray:
    """Likelihood ratio and the three estimates, (4, N), from log-likelihoods at the nodes."""
    (top_one, low), (top_two, high), (top_both, common) = (_maximum(logs) for logs in (one, two, one + two))
    return np.stack([2 * (top_one + top_two - top_both), low, high, common])


def _maximum(logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Largest value and its place, by a parabola through the best node and its neighbours."""
    rows, best = np.arange(len(logs)), logs.argmax(axis=1)
    inner = np.clip(best, 1, logs.shape[1] - 2)
    left, middle, right = (logs[rows, inner + offset] for offset in (-1, 0, 1))
    slope, bend = 0.5 * (right - left), right - 2 * middle + left
    step = np.divide(-slope, bend, out=np.zeros_like(slope), where=bend < -1e-12)
    inside = (best == inner) & (np.abs(step) <= 1)
    step = np.where(inside, step, best - inner)
    value = np.where(inside, middle + 0.5 * slope * step, logs[rows, best])
    return value, NODES[inner] + step * (NODES[1] - NODES[0])
