"""Exposure control fitted to a pool, a plan and a population by simulation, before the first live attempt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.adaptive.draws import WHOLE_ATTEMPT, uniforms
from psychometrics.adaptive.exposure import ExposureControl, ExposureCounts
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.simulation.administrations import AdaptiveSimulation, Examinees, administer

BURN_IN = 6
"""Rounds of Sympson–Hetter that follow the last estimate alone; later ones average, against chance."""

BATCH = 20
"""Attempts under way at once: control that adapts is set anew after so many."""

FADING = 0.999
"""What earlier attempts weigh after each (van der Linden & Veldkamp 2007)."""

ExposureMethod = Literal["sympson_hetter", "eligibility", "restricted"]


@dataclass(frozen=True)
class ExposureGoal:
    """No item in more than ``maximum_rate`` of the attempts, in each interval of θ between ``boundaries``.

    ``rounds`` of simulation at most; "sympson_hetter" ends sooner once every rate is within ``tolerance``
    of the maximum. ``examinees`` are simulated in each round. Raises InvalidParameters.
    """

    method: ExposureMethod = "sympson_hetter"
    maximum_rate: float = 0.25
    boundaries: tuple[float, ...] = ()
    rounds: int = 20
    examinees: int = 2000
    tolerance: float = 0.02

    def __post_init__(self) -> None:
        object.__setattr__(self, "boundaries", tuple(float(bound) for bound in self.boundaries))
        if self.method not in get_args(ExposureMethod):
            raise InvalidParameters(f"The exposure method is one of {', '.join(get_args(ExposureMethod))}.")
        if not 0 < self.maximum_rate <= 1:
            raise InvalidParameters("The maximum exposure rate must lie above 0 and at most at 1.")
        if self.rounds < 1 or self.examinees < 1 or not self.tolerance >= 0:
            raise InvalidParameters("Exposure control needs rounds, examinees and a tolerance not below 0.")
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise InvalidParameters("The boundaries of exposure control must rise.")


@dataclass(frozen=True, eq=False)
class FittedExposure:
    """The ``control`` to deliver with, and the highest rate of any item in each round of simulation.

    ``counts`` are those to go on from under a method that adapts from attempt to attempt, None otherwise.
    """

    control: ExposureControl
    highest_rates: tuple[float, ...]
    counts: ExposureCounts | None = None


def fit_exposure(
    pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal, thetas: ArrayLike, rng: np.random.Generator
) -> FittedExposure:
    """Fit exposure control so that simulated examinees, drawn from θ (N,), meet no item too often.

    "sympson_hetter" (Sympson & Hetter 1985; by intervals of θ: Stocking & Lewis 1998) sets
    k = min(1, maximum / P(selected)) round by round, from P(selected) = P(given) / k, and leaves as many
    items at k = 1 as an attempt may need. "eligibility" (van der Linden & Veldkamp 2004) and "restricted"
    (Revuelta & Ponsoda 1998) are followed through all rounds as :func:`administer_adapting` does. A rate
    below the mean length / pool size cannot be met. Raises InvalidParameters.
    """
    _check_reach(pool, plan, goal)
    theta = np.asarray(thetas, dtype=np.float64)
    rounds = (Examinees.of(rng.choice(theta, size=goal.examinees), rng) for _ in range(goal.rounds))
    if goal.method == "sympson_hetter":
        return _sympson_hetter(pool, plan, goal, rounds)
    counts, highest = ExposureCounts.none(len(pool), goal.boundaries), []
    for examinees in rounds:
        run, counts = administer_adapting(pool, plan, goal, counts, examinees)
        highest.append(float(_rates(run, goal).max()))
    return FittedExposure(_control(goal, counts), tuple(highest), counts)


def administer_adapting(
    pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal, counts: ExposureCounts, examinees: Examinees
) -> tuple[AdaptiveSimulation, ExposureCounts]:
    """Administer with "eligibility" or "restricted" control, set anew from the counts after each BATCH.

    Counts of eligibility fade by FADING with every attempt. Returns the attempts and the counts after them.
    """
    parts = []
    for block in examinees.blocks(BATCH):
        control = _control(goal, counts)
        run = administer(PreparedPlan(pool, replace(plan, exposure=control)), block)
        tickets = uniforms(block.seeds, WHOLE_ATTEMPT, np.arange(run.items))
        opened = tickets < control.table[np.searchsorted(goal.boundaries, run.estimate)]
        if goal.method == "eligibility":
            counts = counts.faded(FADING ** len(block.theta))
        counts = counts.adding(run.given_flags(), opened, run.estimate)
        parts.append(run)
    return AdaptiveSimulation.joined(parts), counts


def _control(goal: ExposureGoal, counts: ExposureCounts) -> ExposureControl:
    rate = goal.maximum_rate
    return counts.eligibility(rate) if goal.method == "eligibility" else counts.restricted(rate)


def _check_reach(pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal) -> None:
    open_items = len(pool) - len(plan.exclude)
    least = plan.minimum_length / open_items if open_items else np.inf
    if goal.maximum_rate < least:
        raise InvalidParameters(
            f"{plan.minimum_length} items from {open_items} mean a rate of {least:.3f} on average; "
            f"a maximum of {goal.maximum_rate:g} cannot be met."
        )


def _sympson_hetter(
    pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal, rounds: Iterator[Examinees]
) -> FittedExposure:
    shape = len(goal.boundaries) + 1, len(pool)
    chances, selected = np.ones(shape), np.zeros(shape)
    highest: list[float] = []
    for number, examinees in enumerate(rounds, start=1):
        control = ExposureControl.of(chances, goal.boundaries)
        run = administer(PreparedPlan(pool, replace(plan, exposure=control)), examinees)
        rates = _rates(run, goal)
        highest.append(float(rates.max()))
        if highest[-1] <= goal.maximum_rate + goal.tolerance:
            return FittedExposure(control, tuple(highest))
        gain = 1 / max(number - BURN_IN, 1)
        selected = selected + gain * (rates / np.maximum(chances, 1e-6) - selected)
        chances = _chances(selected, goal.maximum_rate, plan.maximum_length)
    return FittedExposure(ExposureControl.of(chances, goal.boundaries), tuple(highest))


def _rates(run: AdaptiveSimulation, goal: ExposureGoal) -> FloatArray:
    """Exposure rates within each interval of the final θ̂, (K, J)."""
    flags = run.given_flags()
    counts = ExposureCounts.none(run.items, goal.boundaries).adding(flags, flags, run.estimate)
    return np.asarray(counts.given / np.maximum(counts.attempts, 1)[:, None])


def _chances(selected: FloatArray, rate: float, length: int) -> FloatArray:
    """k of each item in each interval, as many at 1 as an attempt may need."""
    chances = np.minimum(rate / np.maximum(selected, 1e-12), 1.0)
    for row in chances:
        if (row >= 1).sum() < length:
            row[np.argsort(-row, kind="stable")[:length]] = 1.0
    return chances
