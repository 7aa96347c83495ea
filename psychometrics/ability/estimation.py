"""Ability estimates for given item parameters: EAP, MAP, MLE, WLE, and EAP from the sum score.

EAP: Bock & Mislevy (1982). WLE: Warm (1989), for more scores than two Samejima (1993). EAP from the sum
score: Lord & Wingersky (1984), Thissen et al. (1995).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.likelihood import BLOCK_ROWS, posterior, row_blocks, scored
from psychometrics.ability.score_function import DenseBlock, ScoreFunction, SparseBlock
from psychometrics.ability.sum_scores import eap_from_sum_score
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

AbilityMethod = Literal["eap", "map", "mle", "wle", "eap_sum"]
ABILITY_METHODS: tuple[AbilityMethod, ...] = get_args(AbilityMethod)

SPARSE_BLOCK_ROWS = 16_384
SEARCH_STEPS = 80
SEARCH_TOLERANCE = 1e-11

BlockEstimator = Callable[[ResponseMatrix, ItemCollection, Quadrature], tuple[FloatArray, FloatArray]]


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


def estimate_ability(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    *,
    method: AbilityMethod = "eap",
    quadrature: Quadrature | None = None,
) -> AbilityEstimates:
    """Estimate θ from responses (N, J) or (J,): scores 0…C − 1, −1 or NaN not presented.

    ``quadrature`` is the prior of "eap", "eap_sum" and "map" (default N(0, 1) on ±6) and gives the range in
    which "mle" and "wle" are sought. "map" takes the normal density with the mean and variance of the
    quadrature. "eap_sum" uses only the sum of the scores and which items were presented.
    Standard errors: posterior standard deviation for "eap" and "eap_sum", otherwise 1/√(test information
    [+ prior precision]). Raises InvalidParameters and InvalidResponses.
    """
    if method not in ABILITY_METHODS:
        raise InvalidParameters(f"Unknown method {method!r}; choose one of {', '.join(ABILITY_METHODS)}.")
    grid = quadrature or Quadrature.equal_spaced()
    matrix = scored(responses, items)
    estimate = _ESTIMATORS.get(method) or _root_finder(method)
    rows = BLOCK_ROWS if matrix.sparse is None else SPARSE_BLOCK_ROWS
    parts = [estimate(block, items, grid) for block in row_blocks(matrix, rows)]
    return AbilityEstimates(
        np.concatenate([theta for theta, _ in parts]), np.concatenate([error for _, error in parts])
    )


def _expected_a_posteriori(
    matrix: ResponseMatrix, items: ItemCollection, grid: Quadrature
) -> tuple[FloatArray, FloatArray]:
    weights = posterior(matrix, items, grid)
    theta = weights @ grid.nodes
    variance = weights @ grid.nodes**2 - theta**2
    return theta, np.sqrt(np.maximum(variance, 0.0))


def _expected_from_sum(
    matrix: ResponseMatrix, items: ItemCollection, grid: Quadrature
) -> tuple[FloatArray, FloatArray]:
    """EAP from the sum score, with one Lord–Wingersky table for each set of presented items."""
    table = matrix.to_array()
    forms, form = np.unique(table >= 0, axis=0, return_inverse=True)
    theta, error = np.empty(len(table)), np.empty(len(table))
    sums = np.maximum(table, 0).sum(axis=1, dtype=np.int64)
    mean = float(grid.weights @ grid.nodes)
    for number, presented in enumerate(forms):
        rows = np.flatnonzero(form.ravel() == number)
        if not presented.any():
            theta[rows], error[rows] = mean, np.sqrt(grid.weights @ (grid.nodes - mean) ** 2)
            continue
        scores = eap_from_sum_score(items.take(np.flatnonzero(presented)), grid)
        theta[rows], error[rows] = scores.theta[sums[rows]], scores.standard_error[sums[rows]]
    return theta, error


_ESTIMATORS: dict[str, BlockEstimator] = {"eap": _expected_a_posteriori, "eap_sum": _expected_from_sum}


def _score_function(method: AbilityMethod, items: ItemCollection, grid: Quadrature) -> ScoreFunction:
    if method != "map":
        return ScoreFunction(items, warm=method == "wle")
    mean = float(grid.weights @ grid.nodes)
    return ScoreFunction(items, False, mean, 1 / float(grid.weights @ (grid.nodes - mean) ** 2))


def _root_finder(method: AbilityMethod) -> BlockEstimator:
    def estimate(
        matrix: ResponseMatrix, items: ItemCollection, grid: Quadrature
    ) -> tuple[FloatArray, FloatArray]:
        function = _score_function(method, items, grid)
        best = function.objective(matrix, grid.nodes).argmax(axis=1)
        low = grid.nodes[np.maximum(best - 1, 0)]
        high = grid.nodes[np.minimum(best + 1, len(grid) - 1)]
        block = (
            DenseBlock(matrix.to_array(), items) if matrix.sparse is None else SparseBlock.of(matrix, items)
        )
        theta = _search(function, block, low, high)
        value, information = function(block, theta)
        with np.errstate(divide="ignore"):
            error = 1 / np.sqrt(information)
        # The objective still rises at an end of the grid.
        above = (theta >= grid.nodes[-1] - 1e-9) & (value > 0)
        below = (theta <= grid.nodes[0] + 1e-9) & (value < 0)
        theta[above], theta[below] = grid.nodes[-1], grid.nodes[0]
        error[above | below] = np.inf
        if method != "map":
            silent = np.diff(matrix.to_sparse().starts) == 0
            theta[silent], error[silent] = np.nan, np.inf
        return theta, error

    return estimate


def _search(
    function: ScoreFunction, block: DenseBlock | SparseBlock, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Root between ``low`` and ``high`` (N,) by Fisher scoring inside a shrinking bracket."""
    low, high = low.copy(), high.copy()
    theta = 0.5 * (low + high)
    before = np.full(len(theta), np.inf)
    active = np.arange(len(theta))
    for _ in range(SEARCH_STEPS):
        current = theta[active]
        value, information = function(block, current)
        low[active] = np.where(value > 0, current, low[active])
        high[active] = np.where(value > 0, high[active], current)
        proposal = current + value / np.maximum(information, 1e-12)
        # Scoring can creep where observed and expected information differ: halve the bracket instead.
        creeping = np.abs(value) > 0.5 * before[active]
        outside = (proposal <= low[active]) | (proposal >= high[active])
        halved = 0.5 * (low[active] + high[active])
        proposal = np.where(outside | creeping, halved, proposal)
        theta[active], before[active] = proposal, np.abs(value)
        going = np.abs(proposal - current) > SEARCH_TOLERANCE
        active = active[going]
        if len(active) == 0:
            break
        if not going.all():
            block = block.take(np.flatnonzero(going))
    return theta
