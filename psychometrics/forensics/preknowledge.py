"""Signs that an examinee knew some items beforehand: answers, the posterior of θ, and times.

Answers: signed likelihood ratio of Sinharay (2017). Posterior: divergence of Belov (2014), exact predictive
test in the manner of van der Linden & Lewis (2015). Times: speed under the lognormal model (van der Linden
2006). Both together: Sinharay & Johnson (2020), here with the chi-bar distribution of two independent
one-sided tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, rel_entr

from psychometrics.ability.likelihood import posterior, scored
from psychometrics.ability.sum_scores import sum_score_distribution
from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.forensics.ability_shift import AbilityShift, ScoredSet, signed_likelihood_ratio
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.response_times.model import TimeParameters, fitting_times
from psychometrics.response_times.speed import estimate_speed
from psychometrics.response_times.times import ResponseTimes
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix


@dataclass(frozen=True, eq=False)
class PosteriorShift:
    """What the compromised items say about θ beyond the secure ones, each (N,).

    ``shift`` is the difference of posterior means (compromised − secure) in θ; ``divergence`` that of
    Kullback and Leibler from the secure to the compromised posterior; ``score`` the sum on compromised items,
    ``expected`` its mean given the secure items, and ``p_value`` the probability of as high a score given
    these. NaN for examinees without a compromised item.
    """

    shift: FloatArray
    divergence: FloatArray
    score: IntArray
    expected: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, eq=False)
class SpeedShift:
    """Speed on compromised minus speed on secure items, ``difference`` (N,) in log seconds, its standard
    normal ``statistic`` and upper tail ``p_value``; NaN for examinees without times in both sets."""

    difference: FloatArray
    statistic: FloatArray
    p_value: FloatArray


@dataclass(frozen=True, eq=False)
class JointShift:
    """``statistic`` (N,), sum of squares of the positive parts of both statistics, and its ``p_value``."""

    statistic: FloatArray
    p_value: FloatArray


def preknowledge_ratio(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, compromised: ArrayLike
) -> AbilityShift:
    """Signed likelihood ratio of θ on compromised against θ on secure items.

    ``responses`` (N, J), −1 or NaN not presented; ``compromised`` (J,) marks the items that may be known.
    "First" in the result are the secure items. Raises InvalidParameters and InvalidResponses.
    """
    table, known = _table(responses, items), _marked(compromised, len(items))
    secure, exposed = np.flatnonzero(~known), np.flatnonzero(known)
    return signed_likelihood_ratio(
        ScoredSet(table[:, secure], items.take(secure)), ScoredSet(table[:, exposed], items.take(exposed))
    )


def posterior_shift(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    compromised: ArrayLike,
    *,
    quadrature: Quadrature | None = None,
) -> PosteriorShift:
    """Is the score on compromised items likely, given the responses to the secure ones?

    The distribution of that score is exact: Lord & Wingersky (1984) at each node, mixed over the posterior of
    θ from the secure items. ``quadrature`` is the prior, by default N(0, 1) on ±6.
    Raises InvalidParameters and InvalidResponses.
    """
    grid = quadrature or Quadrature.equal_spaced()
    table, known = _table(responses, items), _marked(compromised, len(items))
    secure = posterior(np.where(known, NOT_PRESENTED, table), items, grid)
    exposed = posterior(np.where(known, table, NOT_PRESENTED), items, grid)
    presented = known & (table != NOT_PRESENTED)
    score = np.where(presented, table, 0).sum(axis=1, dtype=np.int64)
    expected, p_value = np.empty(len(table)), np.empty(len(table))
    forms, form = np.unique(presented, axis=0, return_inverse=True)
    for number, seen in enumerate(forms):
        rows = np.flatnonzero(form.ravel() == number)
        if not seen.any():
            expected[rows] = p_value[rows] = np.nan
            continue
        chances = secure[rows] @ sum_score_distribution(items.take(np.flatnonzero(seen)), grid.nodes).T
        expected[rows] = chances @ np.arange(chances.shape[1])
        tails = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1]
        p_value[rows] = np.minimum(tails[np.arange(len(rows)), score[rows]], 1.0)
    empty = np.where(presented.any(axis=1), 0.0, np.nan)
    return PosteriorShift(
        (exposed - secure) @ grid.nodes + empty,
        rel_entr(exposed, np.maximum(secure, 1e-300)).sum(axis=1) + empty,
        score,
        expected,
        p_value,
    )


def speed_shift(
    times: ResponseTimes | ArrayLike, parameters: TimeParameters, compromised: ArrayLike
) -> SpeedShift:
    """Was the examinee faster on compromised than on secure items?

    Difference of the maximum likelihood speeds over its error, exactly standard normal under the lognormal
    model. Raises InvalidParameters and InvalidResponses.
    """
    given, known = fitting_times(times, parameters), _marked(compromised, len(parameters))
    exposed, secure = (
        estimate_speed(_kept(given, known[given.item] == part), parameters, method="mle")
        for part in (True, False)
    )
    difference = exposed.speed - secure.speed
    statistic = difference / np.sqrt(exposed.standard_error**2 + secure.standard_error**2)
    return SpeedShift(difference, statistic, np.asarray(ndtr(-statistic)))


def joint_shift(answers: AbilityShift, speed: SpeedShift) -> JointShift:
    """Answers that are too good together with times that are too short, on the same items.

    Given θ and speed, answers and times are independent, and so are the two statistics however θ and speed
    correlate. The sum of squares of their positive parts is 0 with probability 1/4, χ² with one degree of
    freedom with 1/2 and with two with 1/4. Raises InvalidResponses.
    """
    if len(answers.statistic) != len(speed.statistic):
        raise InvalidResponses("Answers and times must be of the same examinees.")
    total = np.maximum(answers.statistic, 0) ** 2 + np.maximum(speed.statistic, 0) ** 2
    p_value = np.where(total > 0, 0.5 * chdtrc(1, total) + 0.25 * chdtrc(2, total), 1.0)
    return JointShift(total, np.where(np.isnan(total), np.nan, p_value))


def _table(responses: ResponseMatrix | ArrayLike, items: ItemCollection) -> AnyArray:
    return scored(responses, items).to_array()


def _marked(compromised: ArrayLike, count: int) -> AnyArray:
    known = np.asarray(compromised)
    if known.shape != (count,) or known.dtype != np.bool_:
        raise InvalidParameters(f"Compromised must be true or false for each of {count} items.")
    if known.all() or not known.any():
        raise InvalidParameters("Some items must be compromised and some secure.")
    return known


def _kept(times: ResponseTimes, cells: AnyArray) -> ResponseTimes:
    return ResponseTimes(times.shape, times.examinee[cells], times.item[cells], times.seconds[cells])
