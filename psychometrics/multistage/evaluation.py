"""What a panel with number-correct routing does at each θ, exactly: no simulation, no error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.sum_scores import SumScoreTable, sum_score_distribution
from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.multistage.administration import MultistageTest
from psychometrics.multistage.panel import Route


@dataclass(frozen=True, eq=False)
class MultistageExpectation:
    """At ``theta`` (T,): probability of each route (T,), and of θ̂ from route and points its ``bias``,
    ``rmse`` and ``standard_error`` (root mean squared posterior standard deviation), each (T,)."""

    theta: FloatArray
    routes: dict[Route, FloatArray]
    bias: FloatArray
    rmse: FloatArray
    standard_error: FloatArray


def number_correct_table(test: MultistageTest, route: Route) -> SumScoreTable:
    """EAP of θ for every number of points earned on a whole route, given that the route was taken.

    Exact under number-correct routing: the likelihood is P(route, points | θ), not that of the points alone
    (points that lead elsewhere after an earlier stage are impossible). Raises InvalidParameters.
    """
    if route not in test.panel.routes:
        raise InvalidParameters("The route is not one of the panel.")
    grid = test.prior
    joint = _distributions(test, grid.nodes)[route] * grid.weights
    marginal = joint.sum(axis=1)
    with np.errstate(invalid="ignore"):
        weights = joint / np.where(marginal > 0, marginal, np.nan)[:, None]
    theta = weights @ grid.nodes
    spread = (weights * (grid.nodes - theta[:, None]) ** 2).sum(axis=1)
    return SumScoreTable(theta, np.sqrt(spread), marginal)


def evaluate_multistage(test: MultistageTest, thetas: ArrayLike) -> MultistageExpectation:
    """Routes taken and precision of :func:`number_correct_table` at θ (T,).

    The recursion of Lord & Wingersky (1984), carried from stage to stage along each route. Raises
    InvalidParameters.
    """
    theta = finite_vector(thetas, "thetas")
    joint = _distributions(test, theta)
    bias, square, variance = np.zeros(len(theta)), np.zeros(len(theta)), np.zeros(len(theta))
    for route in test.panel.routes:
        table = number_correct_table(test, route)
        estimate, error = np.nan_to_num(table.theta), np.nan_to_num(table.standard_error)
        off = estimate[:, None] - theta
        bias += (joint[route] * off).sum(axis=0)
        square += (joint[route] * off**2).sum(axis=0)
        variance += (joint[route] * error[:, None] ** 2).sum(axis=0)
    routes = {route: joint[route].sum(axis=0) for route in test.panel.routes}
    return MultistageExpectation(theta, routes, bias, np.sqrt(square), np.sqrt(variance))


def _distributions(test: MultistageTest, theta: FloatArray) -> dict[Route, FloatArray]:
    """P(route, points | θ) of every beginning and route, each (points + 1, T)."""
    if test.routing.method != "number_correct":
        raise InvalidParameters("Exact evaluation needs number-correct routing; simulate routing by θ.")
    panel = test.panel
    modules = {
        (stage, number): sum_score_distribution(panel.items.take(module), theta)
        for stage, row in enumerate(panel.stages)
        for number, module in enumerate(row)
    }
    found: dict[Route, FloatArray] = {(0,): modules[0, 0]}
    for route in panel.beginnings:
        branch, before = test.routing.branches[route], found[route]
        leads = branch.places(np.arange(len(before), dtype=np.float64))
        for number in panel.destinations(route):
            kept = before * (leads == number)[:, None]
            found[*route, number] = _sum_of(kept, modules[len(route), number])
    return found


def _sum_of(first: FloatArray, second: FloatArray) -> FloatArray:
    """Distribution of the sum of points with distributions (A, T) and (B, T): (A + B − 1, T)."""
    whole = np.zeros((len(first) + len(second) - 1, first.shape[1]))
    for points, row in enumerate(second):
        whole[points : points + len(first)] += first * row
    return whole
