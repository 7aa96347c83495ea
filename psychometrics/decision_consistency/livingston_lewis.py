"""Decisions by any score whose reliability is known (Livingston & Lewis 1995).

The score is taken for the number right on an imagined test of as many equal 0/1 items as give it this mean,
variance and reliability: the effective length. True scores then have a beta distribution and errors are
binomial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from psychometrics.arrays import FloatArray, IntArray, finite_vector
from psychometrics.decision_consistency.beta_true_scores import BetaTrueScores
from psychometrics.decision_consistency.decisions import DecisionQuality, between_cuts, rising_cuts
from psychometrics.errors import InvalidParameters, NotEstimable

NODES = 100
"""Gauss–Legendre nodes between neighbouring cuts, in shares of examinees."""
ROUNDING = 1e-9
"""A cut above a possible score by less than this share of a step is that score."""
SHORTEST = 3.0
"""Effective length at which the fourth moment of true scores is not defined any more."""


@dataclass(frozen=True, eq=False)
class LivingstonLewisDecisions:
    """``decisions``, with points in units of the score; ``effective_length`` of the imagined test, which is
    not rounded; ``true_scores`` as proportions of the range of the score."""

    decisions: DecisionQuality
    effective_length: float
    true_scores: BetaTrueScores


def livingston_lewis_decisions(
    scores: ArrayLike,
    reliability: float,
    cuts: ArrayLike,
    bounds: tuple[float, float],
    step: float = 1.0,
) -> LivingstonLewisDecisions:
    """Decisions at ``cuts`` on ``scores`` (N,) that go from ``bounds[0]`` to ``bounds[1]`` by ``step``.

    The imagined items come in steps of another size, so that cuts are corrected for continuity: half a step
    of the score is taken off and half an item put on. For a continuous score ``step`` is 0. Between whole
    numbers of items the binomial is continued by the incomplete beta function. Raises InvalidParameters and
    NotEstimable.
    """
    values, rising = finite_vector(scores, "scores"), rising_cuts(cuts)
    lowest, width = bounds[0], bounds[1] - bounds[0]
    if not width > 0 or len(values) == 0 or values.min() < bounds[0] or values.max() > bounds[1]:
        raise InvalidParameters("Scores must lie within the bounds given for them.")
    if rising[0] <= bounds[0] or rising[-1] > bounds[1]:
        raise InvalidParameters("Cuts must be above the lowest score possible and at most the highest.")
    if not 0 <= step <= width:
        raise InvalidParameters("The step between possible scores must be 0 or more, within the bounds.")
    proportions, places = (values - lowest) / width, (rising - lowest) / width
    length = _effective_length(proportions, reliability)
    true_scores = BetaTrueScores.from_moments(_true_moments(proportions, length))
    shares, weights, category = _examinees(true_scores.below(places))
    points = true_scores.quantile(shares)
    needed = length * (_first_at(rising - lowest, step) - step / 2) / width + 0.5
    below = betainc(length - needed + 1, needed, 1 - points[:, None])
    decisions = DecisionQuality(rising, lowest + width * points, weights, between_cuts(below), category)
    return LivingstonLewisDecisions(decisions, length, true_scores)


def _first_at(cuts: FloatArray, step: float) -> FloatArray:
    """First possible scores, counted from the lowest, that reach ``cuts``."""
    return cuts if step == 0 else np.asarray(step * np.ceil(cuts / step - ROUNDING))


def _effective_length(proportions: FloatArray, reliability: float) -> float:
    """Livingston & Lewis (1995), equation 1, for scores as proportions of their range."""
    if not 0 < reliability < 1:
        raise InvalidParameters("The reliability must lie between 0 and 1.")
    mean, variance = float(proportions.mean()), float(proportions.var())
    if variance == 0:
        raise NotEstimable("Decisions by a score need scores that differ.")
    length = (mean * (1 - mean) - reliability * variance) / (variance * (1 - reliability))
    if length <= SHORTEST:
        raise NotEstimable(
            f"With this reliability the scores are like those of {length:.1f} right or wrong items, too few "
            "for four moments of true scores."
        )
    return length


def _true_moments(proportions: FloatArray, length: float) -> FloatArray:
    """Moments (4,) of true proportions from the factorial moments of observed ones (Lord 1965)."""
    falling, divisor, moments = np.ones_like(proportions), 1.0, []
    for order in range(4):
        falling = falling * (length * proportions - order)
        divisor *= length - order
        moments.append(falling.mean() / divisor)
    return np.array(moments)


def _examinees(below: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Nodes as shares of examinees, their weights, and categories between the shares ``below`` each cut."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    ends = np.concatenate([[0.0], below, [1.0]])
    sizes = np.diff(ends)
    shares = ends[:-1, None] + sizes[:, None] * (nodes + 1) / 2
    return (
        shares.ravel(),
        (sizes[:, None] * weights / 2).ravel(),
        np.repeat(np.arange(len(sizes)), NODES),
    )
