"""One attempt at a multistage test: which module comes next, from the scores so far alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability import AbilityEstimates, AbilityMethod, estimate_ability
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.item_collections import highest_scores
from psychometrics.multistage.panel import Panel, Route
from psychometrics.multistage.routing import RoutingPlan
from psychometrics.quadrature import Quadrature


@dataclass(frozen=True, eq=False)
class MultistageTest:
    """A panel, its routing, and how attempts are scored: EAP under the prior ``quadrature`` unless another
    ``method`` is asked for. Raises InvalidParameters."""

    panel: Panel
    routing: RoutingPlan
    method: AbilityMethod = "eap"
    quadrature: Quadrature | None = None

    def __post_init__(self) -> None:
        self.routing.check(self.panel)

    @property
    def prior(self) -> Quadrature:
        """The prior of θ, N(0, 1) unless given."""
        return self.quadrature or Quadrature.equal_spaced()

    def statistic(self, route: Route, scores: AnyArray) -> FloatArray:
        """What routing looks at, (N,), for scores (N, L) on the items of a route so far."""
        if self.routing.method == "number_correct":
            return np.asarray(scores.sum(axis=1), dtype=np.float64)
        taken = self.panel.items.take(self.panel.route_items(route))
        return estimate_ability(scores, taken, quadrature=self.prior).theta

    def estimates(self, route: Route, scores: ArrayLike) -> AbilityEstimates:
        """θ of examinees with scores (N, L) on the items of a whole route, in order of presentation."""
        taken = self.panel.items.take(self.panel.route_items(route))
        return estimate_ability(scores, taken, method=self.method, quadrature=self.prior)


@dataclass(frozen=True)
class ModuleChoice:
    """The next module and why: the statistic, the modules in reach and the cuts between them.

    ``route`` ends with the module chosen, whose items are ``items``. The first module has no statistic.
    """

    route: Route
    items: tuple[int, ...]
    statistic: float | None
    destinations: tuple[int, ...]
    cuts: tuple[float, ...]


def next_module(test: MultistageTest, scores: Sequence[Sequence[int]]) -> ModuleChoice | None:
    """The module after those with ``scores`` (one sequence for each module given), None at the end.

    The route follows from the scores, so that a replay needs nothing else. Raises InvalidResponses.
    """
    panel, given = test.panel, list[int]()
    route: Route = (0,)
    if len(scores) > len(panel.stages):
        raise InvalidResponses(f"The panel has {len(panel.stages)} stages, not {len(scores)}.")
    choice: ModuleChoice | None = ModuleChoice(route, panel.module(route), None, (0,), ())
    for earned in scores:
        _check_scores(panel, route, earned)
        given += list(earned)
        choice = None
        if len(route) < len(panel.stages):
            branch = test.routing.branches[route]
            statistic = test.statistic(route, np.array([given]))
            route = (*route, int(branch.places(statistic)[0]))
            choice = ModuleChoice(
                route, panel.module(route), float(statistic[0]), branch.destinations, branch.cuts
            )
    return choice


def _check_scores(panel: Panel, route: Route, earned: Sequence[int]) -> None:
    module = panel.module(route)
    most = highest_scores(panel.items.take(module))
    if len(earned) != len(module):
        raise InvalidResponses(f"The module has {len(module)} items, not {len(earned)} scores.")
    if not all(0 <= score <= top for score, top in zip(earned, most.tolist(), strict=True)):
        raise InvalidResponses("A score of the module is not one of its item's.")


def check_common_items(tests: Sequence[MultistageTest]) -> None:
    """InvalidParameters unless there are tests and all have the same items."""
    if not tests or any(test.panel.items is not tests[0].panel.items for test in tests):
        raise InvalidParameters("Panels that are given together need the same items.")
