"""Are two examinees' responses more alike than chance allows? Wollack's ω and the generalized binomial test.

ω: Wollack (1997). Generalized binomial test: van der Linden & Sotaridona (2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.forensics.choices import OptionChoices, checked_probabilities, room_members

BLOCK_ROWS = 512
BLOCK_PAIRS = 8_192


@dataclass(frozen=True, eq=False)
class AnswerSimilarity:
    """One entry for each pair, all (P,).

    ``copier`` and ``source`` are rows of examinees; for a symmetric test each pair stands once. ``matches``
    is the number of identical responses and ``expected`` its mean under independent work, ``statistic`` the
    standardized excess, ``p_value`` the probability of as many matches. NaN for pairs without a common item.
    """

    copier: IntArray
    source: IntArray
    matches: IntArray
    expected: FloatArray
    statistic: FloatArray
    p_value: FloatArray


def wollack_omega(
    choices: OptionChoices, probabilities: ArrayLike, *, rooms: ArrayLike | None = None
) -> AnswerSimilarity:
    """ω of every ordered pair (copier, source) within a room, labels (N,), or of all examinees.

    ``probabilities`` (N, J, C) of each option for each examinee: ``category_probabilities`` of a nominal
    model at the examinee's θ, or :func:`option_shares`. Given the source's responses, the matches of the
    copier are independent; ω is their standardized excess, referred to the normal distribution.
    Raises InvalidParameters and InvalidResponses.
    """
    table = checked_probabilities(choices, probabilities)[:, :, : choices.options]
    flat = table.reshape(len(table), -1)
    parts = [
        _omega_block(choices, flat, rows[start : start + BLOCK_ROWS], rows)
        for rows in room_members(rooms, len(flat))
        for start in range(0, len(rows), BLOCK_ROWS)
    ]
    copier, source, matches, expected, variance = _joined(parts, 5)
    statistic = _standardized(matches, expected, variance)
    return AnswerSimilarity(
        copier.astype(np.int64),
        source.astype(np.int64),
        matches.astype(np.int64),
        expected,
        statistic,
        np.asarray(ndtr(-statistic)),
    )


def generalized_binomial_test(
    choices: OptionChoices, probabilities: ArrayLike, *, rooms: ArrayLike | None = None
) -> AnswerSimilarity:
    """Exact test of the number of matches of every unordered pair within a room, or of all examinees.

    An item matches with probability Σ over options of P₁P₂; the number of matches of two who worked alone is
    generalized binomial, and the p-value is its exact upper tail. ``copier`` is the examinee of the lower
    row: the test has no direction. ``probabilities`` as for :func:`wollack_omega`.
    Raises InvalidParameters and InvalidResponses.
    """
    table = checked_probabilities(choices, probabilities)
    pairs = [rows[np.stack(np.triu_indices(len(rows), 1))] for rows in room_members(rooms, len(table))]
    one, two = np.sort(np.concatenate([np.zeros((2, 0), dtype=np.int64), *pairs], axis=1), axis=0)
    parts = [
        _binomial_block(choices, table, one[start : start + BLOCK_PAIRS], two[start : start + BLOCK_PAIRS])
        for start in range(0, len(one), BLOCK_PAIRS)
    ]
    matches, expected, variance, tail = _joined(parts, 4)
    statistic = _standardized(matches, expected, variance)
    return AnswerSimilarity(one, two, matches.astype(np.int64), expected, statistic, tail)


def generalized_binomial_tail(chances: FloatArray, successes: IntArray) -> FloatArray:
    """P(at least ``successes`` (P,)) of independent trials with probabilities ``chances`` (P, J): (P,)."""
    count = chances.shape[1]
    distribution = np.zeros((count + 1, len(chances)))
    distribution[0] = 1.0
    for trial in range(count):
        chance = chances[:, trial]
        moved = distribution[: trial + 1] * chance
        distribution[: trial + 1] -= moved
        distribution[1 : trial + 2] += moved
    # Summed from the top, so that small tails keep their digits.
    tails = np.cumsum(distribution[::-1], axis=0)[::-1]
    return np.asarray(np.clip(tails[successes, np.arange(len(chances))], 0.0, 1.0))


def _omega_block(
    choices: OptionChoices, flat: FloatArray, copiers: IntArray, sources: IntArray
) -> tuple[FloatArray, ...]:
    """Copier, source, matches, mean and variance of the pairs of some copiers with all sources of a room."""
    given = choices.indicators(sources).T
    matches = choices.indicators(copiers) @ given
    expected = flat[copiers] @ given
    variance = expected - flat[copiers] ** 2 @ given
    row, column = np.nonzero(copiers[:, None] != sources)
    return (
        copiers[row].astype(np.float64),
        sources[column].astype(np.float64),
        matches[row, column],
        expected[row, column],
        variance[row, column],
    )


def _binomial_block(
    choices: OptionChoices, table: FloatArray, one: IntArray, two: IntArray
) -> tuple[FloatArray, ...]:
    """Matches, their mean and variance, and the tail probability of some pairs."""
    chances = np.einsum("pjk,pjk->pj", table[one], table[two])
    same = (choices.chosen[one] == choices.chosen[two]) & (choices.chosen[one] >= 0)
    matches = same.sum(axis=1)
    both = ((choices.chosen[one] >= 0) & (choices.chosen[two] >= 0)).any(axis=1)
    tail = np.where(both, generalized_binomial_tail(chances, matches), np.nan)
    return matches.astype(np.float64), chances.sum(axis=1), (chances * (1 - chances)).sum(axis=1), tail


def _standardized(matches: FloatArray, expected: FloatArray, variance: FloatArray) -> FloatArray:
    known = variance > 1e-12
    return np.where(known, (matches - expected) / np.sqrt(np.where(known, variance, 1.0)), np.nan)


def _joined(parts: list[tuple[FloatArray, ...]], columns: int) -> list[FloatArray]:
    return [np.concatenate([np.zeros(0), *(part[column] for part in parts)]) for column in range(columns)]
