"""Simulated examinees, and whole adaptive administrations given by the live engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.adaptive import AdaptivePlan, AdaptivePool, AdministrationState, choose, exposure_rates
from psychometrics.adaptive.session import log_prior, posterior_moments
from psychometrics.arrays import AnyArray, FloatArray, IntArray, ScoreArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, category_probabilities, highest_scores
from psychometrics.response_models import ItemParameters, probability


@dataclass(frozen=True, eq=False)
class AdaptiveSimulation:
    """Outcome of N simulated administrations of a pool of J items.

    Arrays of shape (N,): true ``theta``, ``estimate``, ``standard_error``, ``length``; ``stop_reasons`` and
    ``administrations`` (item indices in order of presentation) have one entry per examinee.
    ``exposure_rates`` is (J,). ``content_violations`` counts examinees whose attempt misses the share of some
    area by one item or more.
    """

    theta: FloatArray
    estimate: FloatArray
    standard_error: FloatArray
    length: IntArray
    stop_reasons: tuple[str, ...]
    administrations: tuple[tuple[int, ...], ...]
    exposure_rates: FloatArray
    content_violations: int

    @property
    def bias(self) -> float:
        """Mean of estimate − true θ."""
        return float(np.mean(self.estimate - self.theta))

    @property
    def rmse(self) -> float:
        """Root mean square of estimate − true θ."""
        return float(np.sqrt(np.mean((self.estimate - self.theta) ** 2)))

    @property
    def mean_length(self) -> float:
        """Mean number of items."""
        return float(self.length.mean())


def simulate_responses(theta: ArrayLike, items: ItemCollection, rng: np.random.Generator) -> ScoreArray:
    """Scores (N, J) of examinees with θ (N,) on all items: 0/1, or 0…C − 1 under models with more scores."""
    if isinstance(items, ItemParameters):
        chance = probability(theta, items)
        return (rng.random(chance.shape) < chance).astype(np.int8)
    beyond = category_probabilities(theta, items).cumsum(axis=2)[:, :, :-1]
    scores = (rng.random(beyond.shape[:2])[:, :, None] > beyond).sum(axis=2)
    return np.asarray(np.minimum(scores, highest_scores(items)), dtype=np.int8)


def simulate_adaptive(
    pool: AdaptivePool, plan: AdaptivePlan, thetas: ArrayLike, rng: np.random.Generator
) -> AdaptiveSimulation:
    """Administer the pool to examinees with true θ (N,), all in step so that posteriors are updated at once.

    Each examinee gets the items that :func:`next_choice` would give for the seed drawn for them.
    Raises InvalidParameters.
    """
    truth = finite_vector(thetas, "thetas")
    if len(truth) == 0:
        raise InvalidParameters("A simulation needs at least one θ.")
    seeds = [int(seed) for seed in rng.integers(0, 2**63, size=len(truth))]
    states = [AdministrationState(pool, plan) for _ in seeds]
    reasons = [""] * len(truth)
    log_posteriors = np.tile(log_prior(pool, plan), (len(truth), 1))
    means, errors = posterior_moments(log_posteriors, pool.nodes)
    active = np.arange(len(truth))
    while len(active):
        items = np.full(len(truth), -1)
        for examinee in active.tolist():
            state = states[examinee]
            choice = choose(state, float(means[examinee]), float(errors[examinee]), seeds[examinee])
            reasons[examinee] = choice.stop_reason or ""
            items[examinee] = -1 if choice.item is None else choice.item
        active = active[items[active] >= 0]
        scores = _answers(truth[active], pool.items, items[active], rng)
        for examinee, item, score in zip(
            active.tolist(), items[active].tolist(), scores.tolist(), strict=True
        ):
            states[examinee].record(item, score)
        log_posteriors[active] += np.where(
            scores[:, None] == 1, pool.log_right[items[active]], pool.log_wrong[items[active]]
        )
        means[active], errors[active] = posterior_moments(log_posteriors[active], pool.nodes)
    return _summary(truth, (means, errors), states, reasons)


def _answers(
    theta: FloatArray, items: ItemParameters, chosen: AnyArray, rng: np.random.Generator
) -> AnyArray:
    """0/1 score of each examinee on the item chosen for them, (n,)."""
    difference = items.discrimination[chosen] * (theta - items.difficulty[chosen])
    spread = items.upper_asymptote[chosen] - items.guessing[chosen]
    chance = items.guessing[chosen] + spread / (1 + np.exp(-np.clip(difference, -700, 700)))
    return np.asarray(rng.random(len(theta)) < chance, dtype=np.int64)


def _summary(
    truth: FloatArray,
    moments: tuple[AnyArray, AnyArray],
    states: list[AdministrationState],
    reasons: list[str],
) -> AdaptiveSimulation:
    given = tuple(tuple(state.given) for state in states)
    return AdaptiveSimulation(
        theta=truth,
        estimate=moments[0],
        standard_error=moments[1],
        length=np.array([len(items) for items in given]),
        stop_reasons=tuple(reasons),
        administrations=given,
        exposure_rates=exposure_rates(given, len(states[0].pool)),
        content_violations=sum(_misses_content(state) for state in states),
    )


def _misses_content(state: AdministrationState) -> bool:
    length = len(state.given)
    return any(
        abs(state.area_counts[area] - share * length) >= 1 for area, share in state.plan.area_targets.items()
    )
