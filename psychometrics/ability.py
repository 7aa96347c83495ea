"""Ability estimates for given item parameters: EAP, MAP, MLE, WLE, and EAP from the sum score.

EAP: Bock & Mislevy (1982). WLE: Warm (1989). EAP from the sum score: Lord & Wingersky (1984), Thissen et al.
(1995).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, ScoreArray
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import ItemParameters, log_probabilities, probability, response_curves
from psychometrics.responses import score_array

AbilityMethod = Literal["eap", "map", "mle", "wle"]
ABILITY_METHODS: tuple[AbilityMethod, ...] = get_args(AbilityMethod)

BLOCK_ROWS = 4096
SEARCH_STEPS = 80
SEARCH_TOLERANCE = 1e-11


@dataclass(frozen=True, eq=False)
class AbilityEstimates:
    """``theta`` and ``standard_error``, each of shape (N,), on the θ scale of the item parameters.

    An MLE or WLE without a finite maximum stands at the end of the grid with an infinite standard error;
    without any response it is NaN with an infinite one.
    """

    theta: FloatArray
    standard_error: FloatArray

    def __len__(self) -> int:
        return len(self.theta)


@dataclass(frozen=True, eq=False)
class SumScoreTable:
    """``theta``, ``standard_error`` and ``probability`` of each sum score 0…J, each of shape (J + 1,)."""

    theta: FloatArray
    standard_error: FloatArray
    probability: FloatArray


def estimate_ability(
    responses: ArrayLike,
    items: ItemParameters,
    *,
    method: AbilityMethod = "eap",
    quadrature: Quadrature | None = None,
) -> AbilityEstimates:
    """Estimate θ from responses (N, J) or (J,): 1 right, 0 wrong, −1 or NaN not presented.

    ``quadrature`` is the prior of "eap" and "map" (default N(0, 1) on ±6) and gives the range in which "mle"
    and "wle" are sought. "map" takes the normal density with the mean and variance of the quadrature.
    Standard errors: posterior standard deviation for "eap", otherwise 1/√(test information [+ prior
    precision]).
    Raises InvalidParameters and InvalidResponses.
    """
    if method not in ABILITY_METHODS:
        raise InvalidParameters(f"Unknown method {method!r}; choose one of {', '.join(ABILITY_METHODS)}.")
    grid = quadrature or Quadrature.equal_spaced()
    table = _table(responses, items)
    blocks = [table[start : start + BLOCK_ROWS] for start in range(0, len(table), BLOCK_ROWS)]
    estimate = _expected_a_posteriori if method == "eap" else _root_finder(method)
    parts = [estimate(block, items, grid) for block in blocks]
    return AbilityEstimates(
        np.concatenate([part.theta for part in parts]),
        np.concatenate([part.standard_error for part in parts]),
    )


def posterior(responses: ArrayLike, items: ItemParameters, quadrature: Quadrature) -> FloatArray:
    """Posterior probabilities of the nodes for each examinee, (N, Q), rows summing to 1."""
    weights = _log_likelihood(_table(responses, items), items, quadrature.nodes) + quadrature.log_weights
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def eap_from_sum_score(items: ItemParameters, quadrature: Quadrature | None = None) -> SumScoreTable:
    """EAP and posterior standard deviation for every sum score when all J items were presented."""
    grid = quadrature or Quadrature.equal_spaced()
    joint = sum_score_distribution(items, grid.nodes) * grid.weights
    marginal = joint.sum(axis=1)
    weights = joint / marginal[:, None]
    theta = weights @ grid.nodes
    spread = (weights * (grid.nodes - theta[:, None]) ** 2).sum(axis=1)
    return SumScoreTable(theta, np.sqrt(spread), marginal)


def sum_score_distribution(items: ItemParameters, theta: ArrayLike) -> FloatArray:
    """P(sum score = s | θ) for s = 0…J by the Lord–Wingersky recursion, shape (J + 1, N)."""
    right = probability(theta, items).T
    distribution = np.zeros((len(items) + 1, right.shape[1]))
    distribution[0] = 1.0
    for count, chance in enumerate(right, start=1):
        distribution[1 : count + 1] = (
            distribution[1 : count + 1] * (1 - chance) + distribution[:count] * chance
        )
        distribution[0] *= 1 - chance
    return distribution


def _table(responses: ArrayLike, items: ItemParameters) -> ScoreArray:
    table = score_array(np.asarray(responses))
    table = table[None, :] if table.ndim == 1 else table
    if table.ndim != 2 or table.shape[1] != len(items):
        raise InvalidResponses(f"Responses of shape {table.shape} do not fit {len(items)} items.")
    return table


def _log_likelihood(table: ScoreArray, items: ItemParameters, theta: FloatArray) -> FloatArray:
    """log P(responses | θ) at common points θ (Q,): (N, Q). A zero probability counts as exp(−1e6)."""
    right, wrong = (np.maximum(part, -1e6).T for part in log_probabilities(theta, items))
    return np.asarray((table == 1).astype(float) @ right + (table == 0).astype(float) @ wrong)


def _expected_a_posteriori(table: ScoreArray, items: ItemParameters, grid: Quadrature) -> AbilityEstimates:
    weights = posterior(table, items, grid)
    theta = weights @ grid.nodes
    variance = weights @ grid.nodes**2 - theta**2
    return AbilityEstimates(theta, np.sqrt(np.maximum(variance, 0.0)))


@dataclass(frozen=True, eq=False)
class EstimatingFunction:
    """The function of θ whose root is the estimate: score + bias term − pull of the prior."""

    items: ItemParameters
    method: AbilityMethod
    mean: float
    precision: float

    @classmethod
    def of(cls, method: AbilityMethod, items: ItemParameters, grid: Quadrature) -> EstimatingFunction:
        if method != "map":
            return cls(items, method, 0.0, 0.0)
        mean = float(grid.weights @ grid.nodes)
        return cls(items, method, mean, 1 / float(grid.weights @ (grid.nodes - mean) ** 2))

    def __call__(self, table: ScoreArray, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(value, information + prior precision) at one θ per examinee, each (N,)."""
        curves = response_curves(theta, self.items)
        presented = table >= 0
        rate = np.where(table == 1, curves.slope / curves.right, -curves.slope / curves.wrong)
        information = (curves.information * presented).sum(axis=1)
        value = (rate * presented).sum(axis=1) - self.precision * (theta - self.mean)
        if self.method == "wle":
            bend = curves.slope / curves.right * curves.curvature / curves.wrong
            value += (bend * presented).sum(axis=1) / (2 * np.maximum(information, 1e-300))
        return value, information + self.precision

    def objective(self, table: ScoreArray, nodes: FloatArray) -> FloatArray:
        """What the estimate maximizes, up to a constant, at common nodes: (N, Q).

        For "wle" this is Warm's log L + ½ log I, exact without guessing and used only to tell roots apart.
        """
        value = _log_likelihood(table, self.items, nodes) - 0.5 * self.precision * (nodes - self.mean) ** 2
        if self.method == "wle":
            information = (table >= 0).astype(float) @ response_curves(nodes, self.items).information.T
            value += 0.5 * np.log(np.maximum(information, 1e-300))
        return np.asarray(value)


def _root_finder(
    method: AbilityMethod,
) -> Callable[[ScoreArray, ItemParameters, Quadrature], AbilityEstimates]:
    def estimate(table: ScoreArray, items: ItemParameters, grid: Quadrature) -> AbilityEstimates:
        function = EstimatingFunction.of(method, items, grid)
        best = function.objective(table, grid.nodes).argmax(axis=1)
        low = grid.nodes[np.maximum(best - 1, 0)]
        high = grid.nodes[np.minimum(best + 1, len(grid) - 1)]
        theta = _search(function, table, low, high)
        _, information = function(table, theta)
        with np.errstate(divide="ignore"):
            error = 1 / np.sqrt(information)
        endless = _unbounded(function, table, theta, grid.nodes)
        theta[endless] = np.where(theta[endless] > grid.nodes.mean(), grid.nodes[-1], grid.nodes[0])
        error[endless] = np.inf
        if method != "map":
            silent = (table < 0).all(axis=1)
            theta[silent], error[silent] = np.nan, np.inf
        return AbilityEstimates(theta, error)

    return estimate


def _unbounded(
    function: EstimatingFunction, table: ScoreArray, theta: FloatArray, nodes: FloatArray
) -> AnyArray:
    """Examinees whose objective still rises at an end of the grid."""
    value, _ = function(table, theta)
    at_end = ((theta >= nodes[-1] - 1e-9) & (value > 0)) | ((theta <= nodes[0] + 1e-9) & (value < 0))
    return np.asarray(at_end)


def _search(function: EstimatingFunction, table: ScoreArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Root between ``low`` and ``high`` (N,) by Fisher scoring inside a shrinking bracket."""
    low, high = low.copy(), high.copy()
    theta = 0.5 * (low + high)
    before = np.full(len(theta), np.inf)
    active = np.arange(len(theta))
    for _ in range(SEARCH_STEPS):
        current = theta[active]
        value, information = function(table[active], current)
        low[active] = np.where(value > 0, current, low[active])
        high[active] = np.where(value > 0, high[active], current)
        proposal = current + value / np.maximum(information, 1e-12)
        # Scoring can creep where observed and expected information differ: halve the bracket instead.
        creeping = np.abs(value) > 0.5 * before[active]
        outside = (proposal <= low[active]) | (proposal >= high[active])
        halved = 0.5 * (low[active] + high[active])
        proposal = np.where(outside | creeping, halved, proposal)
        theta[active], before[active] = proposal, np.abs(value)
        active = active[np.abs(proposal - current) > SEARCH_TOLERANCE]
        if len(active) == 0:
            break
    return theta
