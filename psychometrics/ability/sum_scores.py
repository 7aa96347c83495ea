"""Distribution of the sum score given θ and θ given the sum score, for items of any format.

Lord & Wingersky (1984); for more scores than two Hanson (1994) and Thissen et al. (1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.item_collections import ItemCollection, category_probabilities, highest_scores
from psychometrics.quadrature import Quadrature


@dataclass(frozen=True, eq=False)
class SumScoreTable:
    """``theta``, ``standard_error`` and ``probability`` of each sum score 0…S, each of shape (S + 1,).

    θ and its error are NaN for a sum score of probability zero.
    """

    theta: FloatArray
    standard_error: FloatArray
    probability: FloatArray


def eap_from_sum_score(items: ItemCollection, quadrature: Quadrature | None = None) -> SumScoreTable:
    """EAP and posterior standard deviation for every sum score when all J items were presented."""
    grid = quadrature or Quadrature.equal_spaced()
    joint = sum_score_distribution(items, grid.nodes) * grid.weights
    marginal = joint.sum(axis=1)
    with np.errstate(invalid="ignore"):
        weights = joint / marginal[:, None]
    theta = weights @ grid.nodes
    spread = (weights * (grid.nodes - theta[:, None]) ** 2).sum(axis=1)
    return SumScoreTable(theta, np.sqrt(spread), marginal)


def sum_score_distribution(items: ItemCollection, theta: ArrayLike) -> FloatArray:
    """P(sum score = s | θ) for s = 0…S, S the highest sum score, shape (S + 1, N)."""
    chances = category_probabilities(theta, items)
    highest = highest_scores(items)
    distribution = np.zeros((int(highest.sum()) + 1, chances.shape[0]))
    distribution[0] = 1.0
    reached = 0
    for item, top in enumerate(highest.tolist()):
        current = distribution[: reached + 1].copy()
        distribution[: reached + 1] *= chances[:, item, 0]
        for score in range(1, top + 1):
            distribution[score : reached + score + 1] += current * chances[:, item, score]
        reached += top
    return distribution
