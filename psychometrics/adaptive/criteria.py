"""What each open item is worth as the next one: selection criteria for n examinees at once.

Sources: docs/psychometrics/adaptive.md. Sums over nodes are dot products of one examinee and one item, so
that an item's value has the same bits for one examinee and for many, and equal items have equal values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.adaptive.draws import uniforms
from psychometrics.adaptive.pool import LOG_ZERO, block_means
from psychometrics.adaptive.posterior import posterior_weights
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.selection import Criterion
from psychometrics.arrays import AnyArray, FloatArray, IntArray

MINIMIZED: frozenset[Criterion] = frozenset({"minimum_expected_posterior_variance", "a_stratified"})
"""Criteria whose smallest quantity wins; inside they are held with the opposite sign."""


@dataclass(frozen=True, eq=False)
class Standing:
    """n examinees after ``position`` items: θ, grid points, seeds (n,), log posterior and prior (n, Q)."""

    position: int
    theta: FloatArray
    grid_rows: IntArray
    log_posterior: FloatArray
    log_prior: FloatArray
    seeds: AnyArray


def criterion_values(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Value of every item for every examinee, the larger the better: (n, J). A block's head has its mean."""
    criterion = prepared.plan.selection.criterion
    values = _CRITERIA[criterion](prepared, standing)
    return block_means(values, prepared.pool.blocks)


def maximum_information(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Fisher information at the grid point nearest to θ̂ (Lord 1980)."""
    return np.asarray(prepared.pool.information[standing.grid_rows])


def likelihood_weighted_information(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Mean information under the likelihood scaled to one (Veerkamp & Berger 1997)."""
    return _mean_information(prepared, posterior_weights(standing.log_posterior - standing.log_prior))


def posterior_weighted_information(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Mean information under the posterior (van der Linden 1998)."""
    return _mean_information(prepared, posterior_weights(standing.log_posterior))


def _mean_information(prepared: PreparedPlan, weights: FloatArray) -> FloatArray:
    total = np.vecdot(weights, prepared.ones)
    return np.asarray(np.vecdot(weights[:, None, :], prepared.pool.node_information) / total[:, None])


def posterior_kullback_leibler(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Posterior mean of KL(θ̂ ‖ θ) (Chang & Ying 1996)."""
    weights = posterior_weights(standing.log_posterior)
    total = np.vecdot(weights, prepared.ones)
    logs = np.vecdot(weights[:, None, None, :], prepared.pool.log_table) / total[:, None, None]
    return _divergence(prepared, standing.theta, logs, np.ones(len(total)))


def kullback_leibler(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """∫ KL(θ̂ ‖ θ) dθ over θ̂ ± c/√n (Chang & Ying 1996), the curve taken as straight between grid points."""
    grid = prepared.pool.theta_grid
    half = prepared.plan.selection.interval / np.sqrt(max(standing.position, 1))
    weights = _interval_weights(grid, standing.theta - half, standing.theta + half)
    logs = np.vecdot(weights[:, None, None, :], prepared.pool.grid_log_table)
    return _divergence(prepared, standing.theta, logs, np.vecdot(weights, np.ones(len(grid))))


def _divergence(
    prepared: PreparedPlan, theta: FloatArray, weighted_logs: FloatArray, total: FloatArray
) -> FloatArray:
    """Σ P(θ̂) (total · log P(θ̂) − weighted log P(θ)) over the scores of each item: (n, J)."""
    logs = np.maximum(prepared.pool.items.log_category_probabilities(theta), LOG_ZERO)
    terms = np.exp(logs) * (total[:, None, None] * logs - weighted_logs)
    return np.asarray(terms.sum(axis=2))


def _interval_weights(grid: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Integrals over [low, high] of the hat functions of the grid: (n, G)."""
    step = grid[1] - grid[0]

    def below(end: FloatArray) -> FloatArray:
        place = np.clip((end[:, None] - grid) / step, -1.0, 1.0)
        return np.asarray(np.where(place < 0, (place + 1) ** 2 / 2, 1 - (1 - place) ** 2 / 2))

    ends = np.clip(low, grid[0], grid[-1]), np.clip(high, grid[0], grid[-1])
    return np.asarray(step * (below(ends[1]) - below(ends[0])))


def minimum_expected_posterior_variance(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Minus the posterior variance expected after the item (Owen 1975; van der Linden 1998).

    With p, m, s the posterior means of P, θP and θ²P for a score, the variance after it times its chance is
    s − m²/p; the s add up to the mean of θ².
    """
    pool = prepared.pool
    weights = posterior_weights(standing.log_posterior)
    weights = weights / np.vecdot(weights, prepared.ones)[:, None]
    centred = weights * (pool.nodes - standing.theta[:, None])
    variance = np.vecdot(centred, pool.nodes) - standing.theta * np.vecdot(centred, prepared.ones)
    chance = np.vecdot(weights[:, None, None, :], pool.node_probabilities)
    shift = np.vecdot(centred[:, None, None, :], pool.node_probabilities)
    gain = np.divide(shift * shift, chance, out=np.zeros_like(shift), where=chance > 1e-300)
    return np.asarray(gain.sum(axis=2) - variance[:, None])


def a_stratified(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Minus the distance of the item's location from θ̂ (Chang & Ying 1999); see :func:`stage_items`."""
    return np.asarray(-np.abs(prepared.locations - standing.theta[:, None]))


def stage_items(prepared: PreparedPlan, position: int) -> AnyArray | None:
    """Items of the stratum whose turn it is at a position, (J,) of bool; None for other criteria."""
    rules = prepared.plan.selection
    if rules.criterion != "a_stratified":
        return None
    stage = min(position * rules.strata // prepared.plan.maximum_length, rules.strata - 1)
    return np.asarray(prepared.strata == stage)


def progressive(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """(1 − W) · chance + W · information, W rising from 0 to 1 (Revuelta & Ponsoda 1998)."""
    information = maximum_information(prepared, standing)
    weight = _leaving_chance(prepared, standing.position)
    chance = uniforms(standing.seeds, standing.position, np.arange(len(prepared.pool)))
    highest = information.max(axis=1, keepdims=True)
    return np.asarray((1 - weight) * chance * highest + weight * information)


def proportional(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """Gumbel keys whose largest falls on an item with probability ∝ information^H (Barrada et al. 2008).

    H = maximum length · W; the largest of log weight + Gumbel noise falls in proportion to the weights.
    """
    information = maximum_information(prepared, standing)
    power = prepared.plan.maximum_length * _leaving_chance(prepared, standing.position)
    chance = uniforms(standing.seeds, standing.position, np.arange(len(prepared.pool)))
    return np.asarray(power * np.log(np.maximum(information, 1e-300)) - np.log(-np.log(chance)))


def random_values(prepared: PreparedPlan, standing: Standing) -> FloatArray:
    """A number drawn for each item."""
    return uniforms(standing.seeds, standing.position, np.arange(len(prepared.pool)))


def _leaving_chance(prepared: PreparedPlan, position: int) -> float:
    """W = Σ f^k for f up to the position, over the same sum for the whole length: 0 first, 1 at the last."""
    steps = np.arange(prepared.plan.maximum_length, dtype=np.float64) ** prepared.plan.selection.acceleration
    steps[0] = 0.0
    whole = float(steps.sum())
    return float(steps[: position + 1].sum()) / whole if whole > 0 else 1.0


_CRITERIA: dict[Criterion, Callable[[PreparedPlan, Standing], FloatArray]] = {
    "maximum_information": maximum_information,
    "likelihood_weighted_information": likelihood_weighted_information,
    "posterior_weighted_information": posterior_weighted_information,
    "kullback_leibler": kullback_leibler,
    "posterior_kullback_leibler": posterior_kullback_leibler,
    "minimum_expected_posterior_variance": minimum_expected_posterior_variance,
    "a_stratified": a_stratified,
    "progressive": progressive,
    "proportional": proportional,
    "random": random_values,
}
