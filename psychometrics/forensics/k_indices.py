"""Identical wrong responses: the K-index and its relatives, which need no response model.

K: Holland (1996), Lewis & Thayer (1998). K1, K2: Sotaridona & Meijer (2002). S1, S2: the same (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc, pdtrc

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidResponses
from psychometrics.forensics.choices import NOT_PRESENTED, OptionChoices, room_members

BLOCK_SOURCES = 256
RATE_LIMITS = (0.001, 0.999)
NEWTON_STEPS = 25


@dataclass(frozen=True, eq=False)
class KIndices:
    """One entry for each ordered pair, all (P,).

    ``copier`` and ``source`` are rows of examinees, ``identical_wrong`` the number of their identical wrong
    responses. ``k``, ``k1``, ``k2``, ``s1`` and ``s2`` are probabilities of as many among examinees with the
    copier's number of wrong responses, NaN for a source without a wrong response.
    """

    copier: IntArray
    source: IntArray
    identical_wrong: IntArray
    k: FloatArray
    k1: FloatArray
    k2: FloatArray
    s1: FloatArray
    s2: FloatArray


@dataclass(frozen=True, eq=False)
class _ScoreGroups:
    """Examinees grouped by number of wrong responses.

    ``group`` (N,); ``members`` (J + 1, N) of ones; ``similar`` (N, J·C) marks wrong options; ``weighted``
    (N, J) is the weight of each right response of an examinee in S2, 0 where wrong; ``right`` (N, J).
    """

    group: IntArray
    members: FloatArray
    similar: FloatArray
    weighted: FloatArray
    right: FloatArray


def k_indices(choices: OptionChoices, *, rooms: ArrayLike | None = None) -> KIndices:
    """K, K1, K2, S1 and S2 of every ordered pair within a room, labels (N,), or of all examinees.

    How often examinees with a given number of wrong responses agree with a source's wrong responses is
    learned from all examinees but the source, of whatever room. The regressions of K1, K2, S1 and S2 weight
    each number by its examinees. Everyone must have taken the same form: InvalidResponses for responses not
    presented.
    """
    if (choices.chosen == NOT_PRESENTED).any():
        raise InvalidResponses(
            "K indices need one form taken by everyone: give omitted responses an option of their own, "
            "or use the generalized binomial test."
        )
    groups = _grouped(choices)
    members = room_members(rooms, len(groups.group))
    pairs = [np.array(np.nonzero(~np.eye(len(rows), dtype=bool))) for rows in members]
    source, copier = np.concatenate(
        [np.zeros((2, 0), dtype=np.int64), *(rows[pair] for rows, pair in zip(members, pairs, strict=True))],
        axis=1,
    )
    order = np.argsort(source, kind="stable")
    source, copier = source[order], copier[order]
    edges = np.arange(0, len(groups.group) + BLOCK_SOURCES, BLOCK_SOURCES)
    cuts = np.searchsorted(source, edges)
    found = np.concatenate(
        [np.zeros((6, 0))]
        + [
            _block(groups, copier[first:last], source[first:last], (edges[number], edges[number + 1]))
            for number, (first, last) in enumerate(pairwise(cuts))
        ],
        axis=1,
    )
    return KIndices(copier, source, found[0].astype(np.int64), *found[1:])


def _grouped(choices: OptionChoices) -> _ScoreGroups:
    right = choices.right
    group = (~right).sum(axis=1)
    count = right.shape[1]
    members = np.asarray(group == np.arange(count + 1)[:, None], dtype=np.float64)
    everyone = np.arange(len(group))
    similar = choices.indicators(everyone) * np.repeat(~right, choices.options, axis=1)
    shares = (members @ right) / np.maximum(members.sum(axis=1), 1)[:, None]
    guess = 1 / choices.options
    # A match on an item that few of the group solve counts almost as much as a wrong one: δ = d₁^(d₂ P).
    weight = ((1 + guess) / (1 - guess) * np.e) ** (-(1 + guess) / guess * shares)
    return _ScoreGroups(group, members, similar, weight[group] * right, right.astype(np.float64))


def _block(groups: _ScoreGroups, copier: IntArray, source: IntArray, span: tuple[int, int]) -> FloatArray:
    """Identical wrong responses and the five probabilities of the pairs of some sources: (6, pairs)."""
    rows = np.arange(span[0], min(span[1], len(groups.group)))
    if len(copier) == 0:
        return np.zeros((6, 0))
    column, row = source - span[0], groups.group[copier]
    wrong = groups.group[rows]
    same = groups.similar @ groups.similar[rows].T
    extra = groups.weighted @ groups.right[rows].T
    sizes = groups.members.sum(axis=1)[:, None] - (np.arange(len(groups.members))[:, None] == wrong)
    identical, weighted = _means(groups, rows, same, sizes), _means(groups, rows, extra, sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = identical / wrong
    matches, known = same[copier, column], wrong[column] > 0
    both = np.ceil(matches + extra[copier, column] - 1e-9)
    rates = np.where(np.isfinite(rates), rates, 0.0)
    size = wrong[column]
    tails = [
        _binomial_tail(matches, size, rates[row, column]),
        _binomial_tail(matches, size, _polynomial(rates, sizes, 1)[row, column]),
        _binomial_tail(matches, size, _polynomial(rates, sizes, 2)[row, column]),
        _poisson_tail(matches, size, _log_linear(identical, sizes)[row, column]),
        _poisson_tail(
            both,
            np.full(len(both), len(groups.members) - 1),
            _log_linear(identical + weighted, sizes)[row, column],
        ),
    ]
    # A group whose only other member is the source says nothing about K.
    tails[0] = np.where(sizes[row, column] > 0, tails[0], np.nan)
    return np.stack([matches, *(np.where(known, tail, np.nan) for tail in tails)])


def _means(groups: _ScoreGroups, rows: IntArray, table: FloatArray, sizes: FloatArray) -> FloatArray:
    """Mean of ``table`` (N, B) in each group without the source itself: (J + 1, B)."""
    sums = groups.members @ table
    columns = np.arange(len(rows))
    sums[groups.group[rows], columns] -= table[rows, columns]
    return np.asarray(sums / np.maximum(sizes, 1))


def _polynomial(rates: FloatArray, sizes: FloatArray, degree: int) -> FloatArray:
    """Rates (R, B) smoothed by weighted regression on the share of wrong responses: (R, B)."""
    share = np.linspace(0.0, 1.0, len(rates))
    design = share[:, None] ** np.arange(degree + 1)
    normal = np.einsum("rb,rd,re->bde", sizes, design, design)
    moments = np.einsum("rb,rd->bd", sizes * rates, design)
    slopes = np.einsum("bde,be->bd", np.linalg.pinv(normal, rcond=1e-10, hermitian=True), moments)
    return np.asarray(design @ slopes.T)


def _log_linear(means: FloatArray, sizes: FloatArray) -> FloatArray:
    """Poisson means exp(β₀ + β₁r) fitted to group means (R, B) by Newton steps: (R, B)."""
    design = np.stack([np.ones(len(means)), np.linspace(0.0, 1.0, len(means))], axis=1)
    overall = (sizes * means).sum(axis=0) / np.maximum(sizes.sum(axis=0), 1)
    slopes = np.stack([np.log(np.maximum(overall, 1e-6)), np.zeros(means.shape[1])], axis=1)
    for _ in range(NEWTON_STEPS):
        fitted = np.exp(np.clip(design @ slopes.T, -20, 20))
        gradient = np.einsum("rb,rd->bd", sizes * (means - fitted), design)
        hessian = np.einsum("rb,rd,re->bde", sizes * fitted, design, design)
        step = np.einsum("bde,be->bd", np.linalg.pinv(hessian, rcond=1e-10, hermitian=True), gradient)
        slopes = slopes + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(np.exp(np.clip(design @ slopes.T, -20, 20)))


def _binomial_tail(matches: FloatArray, trials: IntArray, rate: FloatArray) -> FloatArray:
    """P(at least ``matches``) of a binomial distribution."""
    chance = np.clip(rate, *RATE_LIMITS)
    return np.asarray(np.where(matches > 0, bdtrc(np.maximum(matches - 1, 0), trials, chance), 1.0))


def _poisson_tail(matches: FloatArray, most: IntArray, mean: FloatArray) -> FloatArray:
    """P(``matches`` ≤ M ≤ ``most``) of a Poisson distribution."""
    limited = np.minimum(mean, np.maximum(most, 1e-6))
    reached: AnyArray = np.where(matches > 0, pdtrc(np.maximum(matches - 1, 0), limited), 1.0)
    return np.asarray(np.maximum(reached - pdtrc(most, limited), 0.0))
