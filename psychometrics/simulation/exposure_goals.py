"""Exposure control fitted to a pool, a plan and a population by simulation, before the first live attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.adaptive.draws import WHOLE_ATTEMPT, uniforms
from psychometrics.adaptive.exposure import ExposureControl, ExposureCounts
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.simulation.administrations import AdaptiveSimulation, Examinees, administer

BURN_IN = 6
"""Rounds of Sympson–Hetter that follow the last estimate alone; later ones average, against chance."""

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
    """The ``control`` to deliver with, and the highest rate of any item in each round of simulation."""

    control: ExposureControl
    highest_rates: tuple[float, ...]


def fit_exposure(
    pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal, thetas: ArrayLike, rng: np.random.Generator
) -> FittedExposure:
    """Fit exposure control so that simulated examinees, drawn from θ (N,), meet no item too often.

    "sympson_hetter" (Sympson & Hetter 1985; by intervals of θ: Stocking & Lewis 1998) sets
    k = min(1, maximum / P(selected)) round by round, from P(selected) = P(given) / k, and leaves as many
    items at k = 1 as an attempt may need. "eligibility" (van der Linden & Veldkamp 2004) and "restricted"
    (Revuelta & Ponsoda 1998) adapt from attempt to attempt and need no fitting: their rounds are batches of
    attempts after each of which the control is set anew, and what is returned is the last control. A rate
    below the mean length / pool size cannot be met. Raises InvalidParameters.
    """
    _check_reach(pool, plan, goal)
    theta = np.asarray(thetas, dtype=np.float64)
    none = ExposureCounts.none(len(pool), goal.boundaries)
    state = _Fitting(goal, none, np.ones(none.given.shape), np.zeros(none.given.shape))
    highest = []
    for _ in range(goal.rounds):
        examinees = Examinees.of(rng.choice(theta, size=goal.examinees), rng)
        controlled = replace(plan, exposure=ExposureControl.of(state.chances, goal.boundaries))
        run = administer(PreparedPlan(pool, controlled), examinees)
        rates = state.note(run, examinees, plan.maximum_length)
        highest.append(float(rates.max()))
        if goal.method == "sympson_hetter" and highest[-1] <= goal.maximum_rate + goal.tolerance:
            return FittedExposure(ExposureControl.of(state.used, goal.boundaries), tuple(highest))
    return FittedExposure(ExposureControl.of(state.chances, goal.boundaries), tuple(highest))


def _check_reach(pool: AdaptivePool, plan: AdaptivePlan, goal: ExposureGoal) -> None:
    open_items = len(pool) - len(plan.exclude)
    least = plan.minimum_length / open_items if open_items else np.inf
    if goal.maximum_rate < least:
        raise InvalidParameters(
            f"{plan.minimum_length} items from {open_items} mean a rate of {least:.3f} on average; "
            f"a maximum of {goal.maximum_rate:g} cannot be met."
        )


@dataclass(eq=False)
class _Fitting:
    """Where fitting stands: ``chances`` (K, J) to try next, ``selected`` (K, J) the estimates of P(selected)
    and ``round`` how many there were; ``used`` are the chances of the last round."""

    goal: ExposureGoal
    counts: ExposureCounts
    chances: FloatArray
    selected: FloatArray
    round: int = 0

    def __post_init__(self) -> None:
        self.used = self.chances

    def note(self, run: AdaptiveSimulation, examinees: Examinees, length: int) -> FloatArray:
        """Take in one round; its rates (K, J) of the intervals of final θ."""
        self.used = self.chances
        none = ExposureCounts.none(run.items, self.goal.boundaries)
        flags = run.given_flags()
        fresh = none.adding(flags, self._opened(run, examinees), run.estimate)
        rates = fresh.given / np.maximum(fresh.attempts, 1)[:, None]
        if self.goal.method == "sympson_hetter":
            self.chances = self._sympson_hetter(rates, length)
            return np.asarray(rates)
        self.counts = self.counts.adding(flags, self._opened(run, examinees), run.estimate)
        rate = self.goal.maximum_rate
        control = (
            self.counts.eligibility(rate)
            if self.goal.method == "eligibility"
            else self.counts.restricted(rate)
        )
        self.chances = control.table
        return np.asarray(rates)

    def _opened(self, run: AdaptiveSimulation, examinees: Examinees) -> AnyArray:
        """Which items the lottery opened to each attempt, at its final θ: (N, J) of bool."""
        tickets = uniforms(examinees.seeds, WHOLE_ATTEMPT, np.arange(run.items))
        group = np.searchsorted(self.goal.boundaries, run.estimate)
        return np.asarray(tickets < self.chances[group])

    def _sympson_hetter(self, rates: FloatArray, length: int) -> FloatArray:
        self.round += 1
        gain = 1 / max(self.round - BURN_IN, 1)
        self.selected = self.selected + gain * (rates / np.maximum(self.chances, 1e-6) - self.selected)
        chances = np.minimum(self.goal.maximum_rate / np.maximum(self.selected, 1e-12), 1.0)
        for row in chances:
            if (row >= 1).sum() < length:
                row[np.argsort(-row, kind="stable")[:length]] = 1.0
        return chances
