"""Cumulative sums of residuals along the test: where did an examinee stop answering like themselves?

Van Krimpen-Stoop & Meijer (2000, 2001), Meijer (2002); limits by parametric bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.estimation import estimate_ability
from psychometrics.ability.likelihood import scored
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, expected_item_scores, highest_scores
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import ItemParameters, probability
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix
from psychometrics.simulation.population import simulate_responses

BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class CusumPlan:
    """``positions`` (N, J) order the items of each examinee, by default as they stand in the table;
    ``replicates`` is the number of simulated copies of each examinee; ``quadrature`` the prior of θ.

    Raises InvalidParameters.
    """

    positions: AnyArray | None = None
    replicates: int = 500
    quadrature: Quadrature | None = None

    def __post_init__(self) -> None:
        if self.replicates < 19:
            raise InvalidParameters("A bootstrap needs 19 or more replicates.")


@dataclass(frozen=True, eq=False)
class Cusum:
    """Paths and tests of N examinees.

    ``upper`` and ``lower`` (N, J) are C⁺ ≥ 0 and C⁻ ≤ 0 after each position, constant over items not
    presented. ``highest`` max C⁺ and ``lowest`` min C⁻ (N,). ``p_upper`` is the chance of as high a C⁺ (a run
    of answers better than the rest), ``p_lower`` of as low a C⁻, and ``p_value`` of both: twice the smaller,
    at most 1. NaN without responses.
    """

    upper: FloatArray
    lower: FloatArray
    highest: FloatArray
    lowest: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    p_value: FloatArray


def cusum(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    rng: np.random.Generator,
    plan: CusumPlan | None = None,
) -> Cusum:
    """CUSUM person aberrance from responses (N, J), −1 or NaN not presented, in the order of the plan.

    C⁺ᵢ = max(0, C⁺ᵢ₋₁ + (xᵢ − E(xᵢ | θ̂))/n), C⁻ with min, residuals as shares of the item's highest score,
    n the number of responses. θ̂ is EAP. Each examinee is simulated at θ̂ on their own items, θ estimated again
    from each copy, so that the p-values allow for its error. Deterministic for a seed. Raises
    InvalidParameters and InvalidResponses.
    """
    chosen = plan or CusumPlan()
    table = scored(responses, items).to_array()
    order = _order(chosen.positions, table.shape)
    theta = estimate_ability(table, items, quadrature=chosen.quadrature).theta
    upper, lower = _paths(table, items, theta, order)
    highest, lowest = upper.max(axis=1), lower.min(axis=1)
    above, below = np.empty(len(table)), np.empty(len(table))
    size = max(BLOCK_CELLS // (chosen.replicates * table.shape[1]), 1)
    for start in range(0, len(table), size):
        rows = slice(start, start + size)
        copies = np.repeat(np.arange(len(table))[rows], chosen.replicates)
        drawn = simulate_responses(theta[copies], items, rng)
        drawn[table[copies] == NOT_PRESENTED] = NOT_PRESENTED
        again = estimate_ability(drawn, items, quadrature=chosen.quadrature).theta
        high, low = _paths(drawn, items, again, order[copies])
        above[rows] = _share(high.max(axis=1), highest[rows], chosen.replicates)
        below[rows] = _share(-low.min(axis=1), -lowest[rows], chosen.replicates)
    empty = np.where((table != NOT_PRESENTED).any(axis=1), 0.0, np.nan)
    both = np.minimum(2 * np.minimum(above, below), 1.0)
    return Cusum(upper, lower, highest, lowest, above + empty, below + empty, both + empty)


def _order(positions: AnyArray | None, shape: tuple[int, ...]) -> AnyArray:
    """Items of each examinee in the order they were presented, (N, J)."""
    if positions is None:
        return np.broadcast_to(np.arange(shape[1]), shape)
    given = np.asarray(positions)
    if given.shape != shape:
        raise InvalidParameters(f"Positions of shape {given.shape} do not match responses {shape}.")
    return np.argsort(given, axis=1, kind="stable")


def _paths(
    table: AnyArray, items: ItemCollection, theta: FloatArray, order: AnyArray
) -> tuple[FloatArray, FloatArray]:
    """C⁺ and C⁻ after each position, (N, J)."""
    presented = table != NOT_PRESENTED
    residual = (table - _expected(theta, items)) / highest_scores(items)
    residual = np.where(presented, residual, 0.0) / np.maximum(presented.sum(axis=1), 1)[:, None]
    sums = np.take_along_axis(residual, order, axis=1).cumsum(axis=1)
    # A sum that restarts at 0 is the sum less its lowest value so far, 0 included.
    upper = sums - np.minimum(np.minimum.accumulate(sums, axis=1), 0.0)
    lower = sums - np.maximum(np.maximum.accumulate(sums, axis=1), 0.0)
    return upper, lower


def _expected(theta: FloatArray, items: ItemCollection) -> FloatArray:
    """Expected scores (N, J); items of two scores need no table of categories."""
    if isinstance(items, ItemParameters):
        return probability(theta, items)
    return expected_item_scores(theta, items)


def _share(simulated: FloatArray, observed: FloatArray, replicates: int) -> FloatArray:
    """Share of copies at or beyond the observed value, the examinee counted among them."""
    reached = (simulated.reshape(-1, replicates) >= observed[:, None] - 1e-12).sum(axis=1)
    return np.asarray((reached + 1) / (replicates + 1))
