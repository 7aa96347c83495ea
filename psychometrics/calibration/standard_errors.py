"""Standard errors from the information about the item parameters.

"observed": Louis (1982), I = E[−H] − Σᵢ Cov(sᵢ), with the complete-data Hessian H and the posterior
covariance of the complete-data scores sᵢ; equal to the Hessian that Oakes (1999) gives.
"cross_product": Σᵢ s̄ᵢ s̄ᵢᵀ of the marginal scores, for many more examinees than parameters.
"item_blocks": the observed information of each item with the other items taken as known, for large banks
where each examinee met few items. Covariances between items are small there and the joint matrix too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_array

from psychometrics.arrays import FloatArray
from psychometrics.calibration.curves import ItemCurves, complete_data_hessian, score_weights
from psychometrics.calibration.expectation import Block, Expectation, PosteriorBlock, SparseBlock
from psychometrics.calibration.maximization import CommonSlope, Parametrization
from psychometrics.calibration.plan import StandardErrorMethod
from psychometrics.calibration.prior_terms import item_priors
from psychometrics.calibration.result import ItemStandardErrors

OBSERVED_OPERATIONS = 1e11
"""Multiplications the joint observed information may take before "auto" goes on (about 2 s)."""

EXAMINEES_PER_PARAMETER = 50
"""The inverse of a cross-product of N terms in k parameters is too large by about N / (N − k): here 2 %."""

Weights = tuple[FloatArray, FloatArray]
"""Derivatives of log P and of log(1 − P) in each working parameter, each (K, J, Q)."""


@dataclass(frozen=True, eq=False)
class FittedModel:
    """Where the information is taken: parametrization, working vector, nodes (Q,) and examinee count."""

    parametrization: Parametrization
    vector: FloatArray
    nodes: FloatArray
    examinees: int

    @property
    def curves(self) -> ItemCurves:
        return self.parametrization.curves(self.vector)

    @property
    def common_slope(self) -> CommonSlope | None:
        """The parametrization if all items share one slope."""
        return self.parametrization if isinstance(self.parametrization, CommonSlope) else None


def standard_errors(
    fitted: FittedModel, expectation: Expectation, method: StandardErrorMethod
) -> ItemStandardErrors:
    """Standard errors of a, b and c by the delta method; NaN if the information is not positive definite."""
    chosen = _automatic(fitted, expectation) if method == "auto" else method
    count = len(fitted.curves.slope)
    nothing = np.full(count, np.nan)
    blank = ItemStandardErrors(nothing, nothing, nothing, float("nan"), chosen)
    if chosen == "none":
        return blank
    if chosen == "item_blocks" and fitted.common_slope is None:
        return _separate_errors(fitted, _inverse_blocks(_item_blocks(fitted, expectation)), chosen)
    covariance = _inverse(_joint_information(fitted, expectation, chosen))
    if covariance is None:
        return blank
    if fitted.common_slope is not None:
        return _common_slope_errors(fitted, fitted.common_slope, covariance, chosen)
    own = covariance.reshape(-1, count, len(covariance) // count, count)
    return _separate_errors(fitted, np.einsum("pjrj->jpr", own), chosen)


def _automatic(fitted: FittedModel, expectation: Expectation) -> StandardErrorMethod:
    curves = fitted.curves
    parameters = len(curves.slope) * (2 if curves.logit_guessing is None else 3)
    rows = sum(block.rows for block in expectation.blocks)
    if 2.0 * rows * parameters**2 * len(fitted.nodes) <= OBSERVED_OPERATIONS:
        return "observed"
    enough = fitted.examinees >= EXAMINEES_PER_PARAMETER * parameters
    return "cross_product" if enough else "item_blocks"


def _joint_information(fitted: FittedModel, expectation: Expectation, method: str) -> FloatArray:
    """Information about the whole working vector, parameter by parameter: slopes, intercepts[, γ]."""
    if method == "item_blocks":
        return _joined(_item_blocks(fitted, expectation), fitted)
    tables = fitted.curves.tables(fitted.nodes)
    weights = score_weights(fitted.curves, fitted.nodes)
    terms = _prior_information(fitted)
    if method == "observed":
        terms = terms + complete_data_hessian(fitted.curves, fitted.nodes, expectation.counts(tables))

    def part(block: Block) -> FloatArray:
        posterior = expectation.posterior(block, tables)
        if method == "cross_product":
            return _cross_product(posterior, weights, fitted)
        return -_posterior_covariance(posterior, weights, fitted)

    information = _joined(terms, fitted)
    for more in expectation.map(part):
        information += more
    return information


def _posterior_covariance(posterior: PosteriorBlock, weights: Weights, fitted: FittedModel) -> FloatArray:
    """Σᵢ Cov(sᵢ) of the complete-data scores over the posterior of each examinee of the block."""
    right, wrong = posterior.block.scores()
    covariance = np.zeros((len(fitted.vector), len(fitted.vector)))
    mean = np.zeros((len(right), len(fitted.vector)))
    for node in range(len(fitted.nodes)):
        parts = [right * a[:, node] + wrong * b[:, node] for a, b in zip(*weights, strict=True)]
        scores = _gathered(parts, fitted)
        weighted = posterior.weights[:, node : node + 1] * scores
        mean += weighted
        covariance += scores.T @ weighted
    return covariance - mean.T @ (mean / _frequency(posterior.block))


def _cross_product(posterior: PosteriorBlock, weights: Weights, fitted: FittedModel) -> FloatArray:
    scores = _gathered([_dense(part) for part in _marginal_scores(posterior, weights)], fitted)
    return np.asarray(scores.T @ (scores / _frequency(posterior.block)))


def _item_blocks(fitted: FittedModel, expectation: Expectation) -> FloatArray:
    """Observed information of each item in its own parameters, (J, K, K)."""
    tables = fitted.curves.tables(fitted.nodes)
    weights = score_weights(fitted.curves, fitted.nodes)
    counts = expectation.counts(tables)
    information = _prior_information(fitted) + complete_data_hessian(fitted.curves, fitted.nodes, counts)
    for times, derivatives in zip((counts.right, counts.wrong), weights, strict=True):
        information -= np.einsum("jq,pjq,rjq->jpr", times, derivatives, derivatives, optimize=True)

    def squared_means(block: Block) -> FloatArray:
        means = _marginal_scores(expectation.posterior(block, tables), weights)
        scaled = [mean / _frequency(block) for mean in means]
        products = [[(first * second).sum(axis=0) for second in scaled] for first in means]
        return np.array(products).transpose(2, 0, 1)

    for more in expectation.map(squared_means):
        information += more
    return information


def _marginal_scores(posterior: PosteriorBlock, weights: Weights) -> list[FloatArray | csr_array]:
    """Posterior mean of the complete-data scores, one (n, J) array per working parameter."""
    block = posterior.block
    if isinstance(block, SparseBlock):
        return _sparse_scores(block, posterior.weights, weights)
    right, wrong = block.scores()
    return [
        right * (posterior.weights @ for_right.T) + wrong * (posterior.weights @ for_wrong.T)
        for for_right, for_wrong in zip(*weights, strict=True)
    ]


def _sparse_scores(
    block: SparseBlock, posterior: FloatArray, weights: Weights
) -> list[FloatArray | csr_array]:
    cells = block.cells
    row = np.repeat(np.arange(cells.shape[0]), np.diff(cells.indptr))
    count = weights[0].shape[1]
    parts: list[FloatArray | csr_array] = []
    for for_right, for_wrong in zip(*weights, strict=True):
        stacked = np.concatenate([for_right, for_wrong])
        values = np.einsum("rq,rq->r", posterior[row], stacked[cells.indices])
        parts.append(csr_array((values, cells.indices % count, cells.indptr), shape=(cells.shape[0], count)))
    return parts


def _dense(scores: FloatArray | csr_array) -> FloatArray:
    return np.asarray(scores.toarray()) if isinstance(scores, csr_array) else scores


def _frequency(block: Block) -> FloatArray | float:
    return 1.0 if block.frequency is None else block.frequency


def _gathered(parts: list[FloatArray], fitted: FittedModel) -> FloatArray:
    """Scores (n, J) per parameter as one (n, k) array of the working vector."""
    if fitted.common_slope is None:
        return np.concatenate(parts, axis=1)
    return np.concatenate([parts[0].sum(axis=1, keepdims=True), parts[1]], axis=1)


def _joined(per_item: FloatArray, fitted: FittedModel) -> FloatArray:
    """Per-item blocks (J, K, K) as one matrix of the working vector without covariances between items."""
    count, size = per_item.shape[:2]
    index = np.arange(count)
    if fitted.common_slope is None:
        matrix = np.zeros((size, count, size, count))
        for row in range(size):
            for column in range(size):
                matrix[row, index, column, index] = per_item[:, row, column]
        return matrix.reshape(size * count, size * count)
    arrow = np.zeros((count + 1, count + 1))
    arrow[0, 0] = per_item[:, 0, 0].sum()
    arrow[0, 1:] = arrow[1:, 0] = per_item[:, 0, 1]
    arrow[1 + index, 1 + index] = per_item[:, 1, 1]
    return arrow


def _prior_information(fitted: FittedModel) -> FloatArray:
    if fitted.common_slope is not None:
        return fitted.common_slope.prior_terms(fitted.vector, exact=True).information
    return item_priors(fitted.curves, fitted.parametrization.priors, exact=True).information


def _inverse(information: FloatArray) -> FloatArray | None:
    try:
        factor = cho_factor(information, lower=True)
    except LinAlgError:
        return None
    return np.asarray(cho_solve(factor, np.eye(len(information)), overwrite_b=True))


def _inverse_blocks(blocks: FloatArray) -> FloatArray:
    """Inverses of (J, K, K), NaN for those that are not positive definite."""
    positive = np.linalg.eigvalsh(blocks)[:, 0] > 0
    inverses = np.full_like(blocks, np.nan)
    inverses[positive] = np.linalg.inv(blocks[positive])
    return inverses


def _separate_errors(fitted: FittedModel, covariance: FloatArray, method: str) -> ItemStandardErrors:
    """Standard errors from each item's own covariance, (J, K, K)."""
    curves = fitted.curves
    in_slope, mixed, in_intercept = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    difficulty = _difficulty_errors(curves, (in_slope, mixed, in_intercept))
    guessing = np.full(len(curves.slope), np.nan)
    if curves.logit_guessing is not None:
        guess = curves.guessing
        guessing = guess * (1 - guess) * np.sqrt(covariance[:, 2, 2])
    return ItemStandardErrors(np.sqrt(in_slope), difficulty, guessing, float("nan"), method)


def _common_slope_errors(
    fitted: FittedModel, model: CommonSlope, covariance: FloatArray, method: str
) -> ItemStandardErrors:
    count = len(fitted.curves.slope)
    variance = np.diagonal(covariance)
    slope_error = float(np.sqrt(variance[0]))
    nothing = np.full(count, np.nan)
    if model.unit_slope:
        return ItemStandardErrors(nothing, np.sqrt(variance[1:]), nothing, slope_error, method)
    parts = (np.full(count, variance[0]), covariance[0, 1:], variance[1:])
    difficulty = _difficulty_errors(fitted.curves, parts)
    return ItemStandardErrors(np.full(count, slope_error), difficulty, nothing, float("nan"), method)


def _difficulty_errors(curves: ItemCurves, parts: tuple[FloatArray, FloatArray, FloatArray]) -> FloatArray:
    """Delta method for b = −d / a from var(a), cov(a, d) and var(d)."""
    in_slope, mixed, in_intercept = parts
    difficulty = -curves.intercept / curves.slope
    variance = difficulty**2 * in_slope + 2 * difficulty * mixed + in_intercept
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)) / np.abs(curves.slope))
