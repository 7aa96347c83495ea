"""Simulated attempts at multistage tests, examinees of a route together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.multistage.administration import MultistageTest, check_common_items
from psychometrics.multistage.panel import Route
from psychometrics.simulation.administrations import AdaptiveSimulation
from psychometrics.simulation.population import simulate_responses


@dataclass(frozen=True, eq=False)
class MultistageSimulation:
    """Outcome of N attempts: ``run`` as for adaptive ones, ``panel_of`` (N,), and the module number at each
    stage, ``modules`` (N, stages)."""

    run: AdaptiveSimulation
    panel_of: IntArray
    modules: IntArray

    @property
    def route_shares(self) -> dict[Route, float]:
        """Share of the attempts that took each route, whichever the panel."""
        routes, counts = np.unique(self.modules, axis=0, return_counts=True)
        shares = counts / len(self.modules)
        return {tuple(route): float(share) for route, share in zip(routes.tolist(), shares, strict=True)}


def simulate_multistage(
    tests: MultistageTest | Sequence[MultistageTest], thetas: ArrayLike, rng: np.random.Generator
) -> MultistageSimulation:
    """Give one of the ``tests`` (parallel panels on the same items), drawn evenly, to each θ (N,).

    Raises InvalidParameters.
    """
    panels = [tests] if isinstance(tests, MultistageTest) else list(tests)
    check_common_items(panels)
    theta = finite_vector(thetas, "thetas")
    if len(theta) == 0:
        raise InvalidParameters("A simulation needs at least one θ.")
    panel_of = rng.integers(0, len(panels), len(theta))
    longest = max(len(test.panel.route_items(route)) for test in panels for route in test.panel.routes)
    stages = max(len(test.panel.stages) for test in panels)
    state = _Attempts(
        theta=theta,
        given=np.full((len(theta), longest), -1, dtype=np.int32),
        scores=np.full((len(theta), longest), -1, dtype=np.int8),
        estimate=np.zeros(len(theta)),
        error=np.zeros(len(theta)),
        modules=np.full((len(theta), stages), -1),
    )
    for number, test in enumerate(panels):
        rows = np.flatnonzero(panel_of == number)
        if len(rows):
            state.give(test, (0,), rows, rng)
    return MultistageSimulation(state.run(len(panels[0].panel.items)), panel_of, state.modules)


@dataclass(eq=False)
class _Attempts:
    """Arrays filled in module by module."""

    theta: FloatArray
    given: AnyArray
    scores: AnyArray
    estimate: FloatArray
    error: FloatArray
    modules: IntArray

    def give(self, test: MultistageTest, route: Route, rows: IntArray, rng: np.random.Generator) -> None:
        """The last module of ``route`` to the examinees ``rows``, and all that follows."""
        panel = test.panel
        module, so_far = panel.module(route), len(panel.route_items(route))
        columns = np.arange(so_far - len(module), so_far)
        self.modules[rows, len(route) - 1] = route[-1]
        self.given[rows[:, None], columns] = module
        self.scores[rows[:, None], columns] = simulate_responses(
            self.theta[rows], panel.items.take(module), rng
        )
        earned = self.scores[rows, :so_far]
        if len(route) == len(panel.stages):
            found = test.estimates(route, earned)
            self.estimate[rows], self.error[rows] = found.theta, found.standard_error
            return
        places = test.routing.branches[route].places(test.statistic(route, earned))
        for number in panel.destinations(route):
            if (places == number).any():
                self.give(test, (*route, number), rows[places == number], rng)

    def run(self, items: int) -> AdaptiveSimulation:
        """The outcome in the form of an adaptive simulation."""
        count = len(self.theta)
        return AdaptiveSimulation(
            theta=self.theta,
            estimate=self.estimate,
            standard_error=self.error,
            length=(self.given >= 0).sum(axis=1),
            reasons=np.full(count, STOP_REASONS.index("maximum_length"), dtype=np.int8),
            category=np.zeros(count, dtype=np.int64),
            violated=np.zeros(count, dtype=bool),
            given=self.given,
            scores=self.scores,
            items=items,
        )
