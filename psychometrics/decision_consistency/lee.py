"""Decisions by the sum score of a calibrated form of any response models (Lee 2010).

The sum score's distribution given θ is exact (Lord & Wingersky 1984); the true score is the test
characteristic curve, so that one set of cuts in points divides both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability import sum_score_distribution
from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.decision_consistency.decisions import DecisionQuality, rising_cuts
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, highest_scores
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import expected_score

FINE_NODES = 601
"""Nodes of the default population: accuracy jumps at a true cut, which nodes 0.02 apart locate well."""
BLOCK = 4096
"""θ whose distributions are held at once."""
ROUNDING = 1e-9
"""A score this little below a cut has reached it: a cut of 60 % of 45 points may be 27.000000000000004."""


def lee_decisions(
    form: ItemCollection, cuts: ArrayLike, population: Quadrature | ArrayLike | None = None
) -> DecisionQuality:
    """Decisions at ``cuts`` in points of ``form``; whoever has a cut or more is above it.

    ``population``: a distribution of θ, by default N(0, 1) (Lee's D method), or estimates of θ (N,) that
    count alike (his P method, with the errors of the estimates still in). Points of the result are θ.
    Raises InvalidParameters.
    """
    bounds = rising_cuts(cuts)
    highest = int(highest_scores(form).sum())
    if bounds[0] <= 0 or bounds[-1] > highest:
        raise InvalidParameters(f"Cuts of this form must be above 0 and at most {highest} points.")
    theta, weights = _points(population)
    category = np.searchsorted(bounds, np.arange(highest + 1) + ROUNDING, side="right")
    belongs = np.eye(len(bounds) + 1)[category]
    return DecisionQuality(
        cuts=bounds,
        points=theta,
        weights=weights,
        chances=np.concatenate(
            [
                sum_score_distribution(form, theta[start : start + BLOCK]).T @ belongs
                for start in range(0, len(theta), BLOCK)
            ]
        ),
        true_category=np.searchsorted(bounds, expected_score(theta, form) + ROUNDING, side="right"),
    )


def _points(population: Quadrature | ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    if population is None:
        population = Quadrature.equal_spaced(FINE_NODES)
    if isinstance(population, Quadrature):
        return population.nodes, population.weights
    theta = finite_vector(population, "population")
    if len(theta) == 0:
        raise InvalidParameters("A population needs at least one θ.")
    return theta, np.full(len(theta), 1 / len(theta))
