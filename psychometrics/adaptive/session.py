"""The adaptive step: the one function that live attempts, the trainer and the simulator call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.adaptive.content import area_deficits, next_area
from psychometrics.adaptive.exposure import draw
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.selection import Candidate, most_informative
from psychometrics.adaptive.state import AdministrationState
from psychometrics.adaptive.stopping import StopReason, stop_reason
from psychometrics.arrays import AnyArray, FloatArray

CRITERION = "maximum_information"


@dataclass(frozen=True, slots=True)
class Choice:
    """The next item, or why there is none, with all that explains it.

    ``theta`` and ``standard_error`` are the posterior mean and standard deviation so far. ``candidates`` are
    the items among which the seed drew. ``area`` is the content area chosen (None without balancing) and
    ``area_deficits`` what each area lacked. ``masks`` counts items out of reach: "used", "family" (enemies of
    used ones), "excluded" for this candidate, and "content" (eligible, but of another area).
    """

    item: int | None
    stop_reason: StopReason | None
    theta: float
    standard_error: float
    criterion: str
    position: int
    candidates: tuple[Candidate, ...]
    area: str | None
    area_deficits: Mapping[str, float]
    masks: Mapping[str, int]


def next_choice(
    pool: AdaptivePool, plan: AdaptivePlan, history: Sequence[tuple[int, int]], seed: int
) -> Choice:
    """Choose the next item after ``history``, the (item index, 0/1 score) pairs so far in order.

    A function of its arguments alone: a replay makes the same choice. Raises InvalidParameters and
    InvalidResponses.
    """
    state = AdministrationState.of(pool, plan, history)
    theta, error = estimate(pool, plan, history)
    return choose(state, theta, error, seed)


def estimate(
    pool: AdaptivePool, plan: AdaptivePlan, history: Sequence[tuple[int, int]]
) -> tuple[float, float]:
    """Posterior mean and standard deviation of θ after ``history`` under the normal prior of the plan."""
    log_posterior = log_prior(pool, plan)
    for score, table in ((1, pool.log_right), (0, pool.log_wrong)):
        rows = [item for item, given in history if given == score]
        if rows:
            log_posterior += np.add.reduce(table[rows], axis=0)
    theta, error = posterior_moments(log_posterior, pool.nodes)
    return float(theta), float(error)


def choose(state: AdministrationState, theta: float, standard_error: float, seed: int) -> Choice:
    """The choice for a folded state and its current estimate."""
    position = len(state.given)
    deficits = area_deficits(state)
    reason = stop_reason(state.plan, position, standard_error)
    area: str | None = None
    candidates: tuple[Candidate, ...] = ()
    if reason is None:
        area = next_area(state, deficits)
        if area is not None or not deficits:
            candidates = most_informative(state, theta, area)
        if not candidates:
            reason = "pool_exhausted"
    return Choice(
        item=candidates[draw(seed, position, len(candidates))].item if candidates else None,
        stop_reason=reason,
        theta=theta,
        standard_error=standard_error,
        criterion=CRITERION,
        position=position,
        candidates=candidates,
        area=area,
        area_deficits=deficits,
        masks=_masks(state, area),
    )


def log_prior(pool: AdaptivePool, plan: AdaptivePlan) -> FloatArray:
    """Log of the normal prior at the nodes up to a constant, shape (Q,)."""
    scaled = (pool.nodes - plan.prior_mean) * (1 / plan.prior_sd)
    return np.asarray(-0.5 * scaled * scaled)


def posterior_moments(log_posterior: FloatArray, nodes: FloatArray) -> tuple[AnyArray, AnyArray]:
    """Mean and standard deviation of log posteriors (Q,) or (N, Q): two arrays of shape () or (N,)."""
    weights = np.exp(log_posterior - log_posterior.max(axis=-1, keepdims=True))
    total = weights.sum(axis=-1)
    mean = weights @ nodes / total
    variance = weights @ (nodes * nodes) / total - mean * mean
    return mean, np.sqrt(np.maximum(variance, 0.0))


def _masks(state: AdministrationState, area: str | None) -> dict[str, int]:
    used = len(state.given)
    elsewhere = 0 if area is None else sum(state.area_remaining.values()) - state.area_remaining[area]
    return {
        "used": used,
        "family": state.family_barred,
        "excluded": len(state.plan.exclude.difference(state.given)),
        "content": elsewhere,
    }
