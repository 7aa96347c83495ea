"""Standard errors from the cross-product of the examinees' marginal scores.

The score of an examinee is the posterior mean of the complete-data score (Louis 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.multidimensional.correlations import unpack
from psychometrics.multidimensional.expectation import Expectation, Posterior
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.structures import Scales, Testlets


@dataclass(frozen=True, eq=False)
class MultidimensionalErrors:
    """Standard errors of ``slopes`` (J, D), ``intercepts`` (J, C − 1) and ``correlation`` (D, D); NaN where
    there is nothing to estimate or the information is singular."""

    slopes: FloatArray
    intercepts: FloatArray
    correlation: FloatArray


def cross_product_errors(expectation: Expectation, model: MultidimensionalModel) -> MultidimensionalErrors:
    """Errors of all parameters; in the testlet response model under its constraint.

    Needs many more examinees than parameters: with N examinees and k parameters variances are too large by
    about N / (N − k).
    """
    layout = expectation.layout
    parts = layout.parameters_of(model)
    weights = np.ones((1, 1))
    if isinstance(layout.structure, Scales):
        weights = layout.lattice.weights(model.correlation)
    tables = [
        cluster.log_probabilities(values, layout.features[cluster.block])
        for cluster, values in zip(layout.clusters, parts, strict=True)
    ]
    scores = ScoreTables(expectation, model, parts, weights)
    free = _free_directions(model, parts, expectation)
    information = np.zeros((free.shape[1], free.shape[1]))
    stacked = layout.stacked(tables)
    for rows in layout.chunks(expectation.matrix):
        own = scores.of(rows, expectation.posterior(rows, stacked, weights)) @ free
        information += own.T @ own
    return _reported(expectation, parts, free, information)


@dataclass(frozen=True, eq=False)
class ScoreTables:
    """Marginal scores of examinees in all slopes and intercepts, cluster by cluster, and correlations."""

    expectation: Expectation
    model: MultidimensionalModel
    parts: list[FloatArray]
    weights: FloatArray

    def of(self, rows: AnyArray, posterior: Posterior) -> FloatArray:
        """Scores (n, P) of examinees with responses ``rows`` (n, J)."""
        layout = self.expectation.layout
        columns = []
        for cluster, values in zip(layout.clusters, self.parts, strict=True):
            table = cluster.scores(values, layout.features[cluster.block])
            flat = np.moveaxis(table, 1, 0).reshape(table.shape[1], -1)
            means = (posterior.blocks[cluster.block] @ flat).reshape(len(rows), *_without_nodes(table))
            given = rows[:, cluster.items, None] == np.arange(cluster.categories)
            columns.append(np.einsum("njcp,njc->njp", means, given).reshape(len(rows), -1))
        if isinstance(layout.structure, Scales) and layout.structure.dimensions > 1:
            columns.append(self._correlation_scores(posterior.second))
        return np.concatenate(columns, axis=1)

    def _correlation_scores(self, second: FloatArray) -> FloatArray:
        lattice = self.expectation.layout.lattice
        inverse = np.linalg.inv(self.model.correlation)
        excess = second - lattice.second_moments(self.weights)
        rows, columns = np.triu_indices(lattice.dimensions, 1)
        return np.asarray((inverse @ excess @ inverse)[:, rows, columns])


def _without_nodes(table: FloatArray) -> tuple[int, int, int]:
    return table.shape[0], table.shape[2], table.shape[3]


def _free_directions(
    model: MultidimensionalModel, parts: list[FloatArray], expectation: Expectation
) -> FloatArray:
    """Derivatives (P, F) of all parameters by the free ones; the identity without a constraint."""
    layout, structure = expectation.layout, model.structure
    sizes = [values.size for values in parts]
    tail = model.correlation.shape[0] * (model.correlation.shape[0] - 1) // 2
    total = sum(sizes) + (tail if isinstance(structure, Scales) else 0)
    identity = np.eye(total)
    if not (isinstance(structure, Testlets) and structure.proportional):
        return identity
    ratios = specific_ratios(model)
    by_ratio, dropped, start = np.zeros((total, len(ratios))), [], 0
    for cluster, values in zip(layout.clusters, parts, strict=True):
        if cluster.block < len(ratios):
            places = start + np.arange(len(values)) * values.shape[1] + values.shape[1] - 1
            identity[places, places - 1] = ratios[cluster.block]
            by_ratio[places, cluster.block] = values[:, -2]
            dropped.extend(places.tolist())
        start += values.size
    return np.concatenate([np.delete(identity, dropped, axis=1), by_ratio], axis=1)


def specific_ratios(model: MultidimensionalModel) -> FloatArray:
    """Specific over general slope of each testlet (T,), by least squares."""
    general, specific = model.slopes[:, 0], model.slopes[:, 1:]
    inside = specific != 0
    return np.asarray(
        (general[:, None] * specific).sum(axis=0)
        / np.maximum((general[:, None] ** 2 * inside).sum(axis=0), 1e-300)
    )


def _reported(
    expectation: Expectation, parts: list[FloatArray], free: FloatArray, information: FloatArray
) -> MultidimensionalErrors:
    layout = expectation.layout
    dimensions = layout.structure.dimensions
    try:
        covariance = cho_solve(cho_factor(information, lower=True), np.eye(len(information)))
        variance = np.einsum("pf,fg,pg->p", free, covariance, free, optimize=True)
    except LinAlgError:
        variance = np.full(len(free), np.nan)
    errors = np.sqrt(np.maximum(variance, 0.0))
    slopes = np.full((layout.structure.items, dimensions), np.nan)
    intercepts = np.full((layout.structure.items, int(layout.categories.max()) - 1), np.nan)
    start = 0
    for cluster, values in zip(layout.clusters, parts, strict=True):
        own = errors[start : start + values.size].reshape(values.shape)
        steps = cluster.categories - 1
        intercepts[cluster.items, :steps] = own[:, :steps]
        slopes[cluster.items[:, None], layout.dimensions_of(cluster.block)] = own[:, steps:]
        start += values.size
    correlation = np.full((dimensions, dimensions), np.nan)
    if isinstance(layout.structure, Scales):
        correlation = unpack(errors[start:], dimensions)
        np.fill_diagonal(correlation, np.nan)
    return MultidimensionalErrors(slopes, intercepts, correlation)
