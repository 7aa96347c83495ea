"""Which module comes next: cut points on the points earned so far, or on the interim θ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import expected_item_scores
from psychometrics.multistage.panel import Panel, Route
from psychometrics.response_models import information

RoutingMethod = Literal["number_correct", "theta"]
CutPlacement = Literal["information", "population"]

_GRID = np.linspace(-5.0, 5.0, 1001)


@dataclass(frozen=True)
class Branch:
    """Where a route goes on: ``destinations`` rising in difficulty, and the ``cuts`` between them.

    A statistic at a cut or above it leads to the harder side. Raises InvalidParameters.
    """

    destinations: tuple[int, ...]
    cuts: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "destinations", tuple(self.destinations))
        object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))
        if not self.destinations or len(self.cuts) != len(self.destinations) - 1:
            raise InvalidParameters("A branch needs one cut between each two of its destinations.")
        if not np.isfinite(self.cuts).all() or list(self.cuts) != sorted(self.cuts):
            raise InvalidParameters("The cuts of a branch must be finite and must not fall.")

    def places(self, statistic: FloatArray) -> IntArray:
        """Module number that each statistic (N,) leads to, (N,)."""
        return np.array(self.destinations)[np.searchsorted(self.cuts, statistic, side="right")]


@dataclass(frozen=True)
class RoutingPlan:
    """``branches`` maps each beginning of a route to where it goes on.

    The statistic is the points earned on the whole route so far ("number_correct") or the EAP of θ after it
    ("theta").
    """

    method: RoutingMethod
    branches: Mapping[Route, Branch]

    def __post_init__(self) -> None:
        if self.method not in get_args(RoutingMethod):
            raise InvalidParameters("The routing method is number_correct or theta.")

    def check(self, panel: Panel) -> None:
        """InvalidParameters unless every beginning of the panel has a branch within the panel."""
        for route in panel.beginnings:
            branch = self.branches.get(route)
            if branch is None or not set(branch.destinations) <= set(panel.destinations(route)):
                name = "-".join(str(module + 1) for module in route)
                raise InvalidParameters(f"After the modules {name} the plan leads to no module of the panel.")


@dataclass(frozen=True)
class RoutingRule:
    """How cuts are placed.

    "information": at the θ where the information of two neighbouring modules crosses, so that the more
    informative one is given (approximate maximum information; Luecht, Brumfield & Breithaupt 2006).
    "population": at the θ that cut the normal population N(mean, sd²) into equal shares, one for each module
    of the stage (defined population intervals), which keeps the exposure of modules even.
    """

    method: RoutingMethod = "number_correct"
    placement: CutPlacement = "information"
    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        if self.placement not in get_args(CutPlacement):
            raise InvalidParameters("Cuts are placed by information or population.")
        if not (self.sd > 0 and np.isfinite([self.mean, self.sd]).all()):
            raise InvalidParameters("The population needs a finite mean and a positive standard deviation.")


def plan_routing(panel: Panel, rule: RoutingRule | None = None) -> RoutingPlan:
    """Cuts for every branch of a panel. Raises InvalidParameters.

    For number-correct routing a cut θ becomes the expected points of the route so far at that θ, rounded up
    to the next whole point.
    """
    wanted = rule or RoutingRule()
    branches = {}
    for route in panel.beginnings:
        destinations = panel.destinations(route)
        thetas = [_theta_cut(panel, wanted, len(route), pair) for pair in pairwise(destinations)]
        branches[route] = Branch(destinations, tuple(_statistics(panel, wanted, route, thetas)))
    return RoutingPlan(wanted.method, branches)


def _statistics(panel: Panel, rule: RoutingRule, route: Route, thetas: list[float]) -> list[float]:
    if rule.method == "theta" or not thetas:
        return thetas
    expected = expected_item_scores(thetas, panel.items.take(panel.route_items(route))).sum(axis=1)
    return [float(ceil(points - 1e-9)) for points in expected.tolist()]


def _theta_cut(panel: Panel, rule: RoutingRule, stage: int, pair: tuple[int, int]) -> float:
    if rule.placement == "population":
        share = (sum(pair) + 1) / 2 / len(panel.stages[stage])
        return NormalDist(rule.mean, rule.sd).inv_cdf(share)
    easy, hard = (
        information(_GRID, panel.items.take(panel.stages[stage][module])).sum(axis=1) for module in pair
    )
    better = hard > easy
    rising = np.flatnonzero(~better[:-1] & better[1:])
    if len(rising) == 0:
        raise InvalidParameters(
            f"Modules {pair[0] + 1} and {pair[1] + 1} of stage {stage + 1} have no θ where the harder one "
            "becomes the more informative; place cuts by population."
        )
    middle = (_GRID[easy.argmax()] + _GRID[hard.argmax()]) / 2
    at = int(rising[np.abs(_GRID[rising] - middle).argmin()])
    before, after = easy[at] - hard[at], hard[at + 1] - easy[at + 1]
    return float(_GRID[at] + (_GRID[at + 1] - _GRID[at]) * before / (before + after))
