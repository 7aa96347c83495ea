"""Marginal maximum likelihood calibration in several dimensions by accelerated EM.

Bifactor: Gibbons & Hedeker (1992); graded Gibbons et al. (2007); testlet response model Bradlow, Wainer &
Wang (1999). Scales: Bock, Gibbons & Muraki (1988) with simple structure and estimated correlations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit

from psychometrics.arrays import FloatArray
from psychometrics.calibration.acceleration import Evaluation, StoppingRule, accelerate
from psychometrics.errors import InvalidResponses, NotEstimable
from psychometrics.multidimensional.clusters import Cluster
from psychometrics.multidimensional.correlations import improved_correlation, pack, unpack
from psychometrics.multidimensional.expectation import Counts, Expectation
from psychometrics.multidimensional.grids import MultidimensionalPlan, regular
from psychometrics.multidimensional.layout import Layout
from psychometrics.multidimensional.model import MultidimensionalModel, checked_formats
from psychometrics.multidimensional.result import MultidimensionalCalibration
from psychometrics.multidimensional.standard_errors import cross_product_errors
from psychometrics.multidimensional.structures import Format, Scales, Structure, Testlets
from psychometrics.multidimensional.testlet_ratios import RATIO_LIMIT, improved_ratios, ratio_features
from psychometrics.responses import ResponseMatrix, as_response_matrix

START_SPECIFIC = 0.5


def calibrate_multidimensional(
    responses: ResponseMatrix | ArrayLike,
    structure: Structure,
    *,
    formats: Format | Sequence[Format] = "2pl",
    plan: MultidimensionalPlan | None = None,
    categories: ArrayLike = 2,
    progress: Callable[[int, float, float], None] | None = None,
) -> MultidimensionalCalibration:
    """Estimate slopes, intercepts and, for scales, correlations from responses (N, J).

    −1 or NaN is not presented, taken as missing at random; ``categories`` is read for arrays only. Raises
    InvalidParameters, InvalidResponses, and NotEstimable naming items of which some score was never met.
    """
    settings, matrix = plan or MultidimensionalPlan(), as_response_matrix(responses, categories)
    if structure.items != matrix.items:
        raise InvalidResponses(f"The structure has {structure.items} items, the responses {matrix.items}.")
    layout = Layout.of(
        structure, checked_formats(formats, matrix.category_counts), matrix.category_counts, settings
    )
    problem = Problem(layout, Expectation(layout, matrix))
    rule = StoppingRule(settings.tolerance, settings.gradient_tolerance, settings.iteration_limit)
    outcome = accelerate(problem.evaluate, problem.start(_shares(matrix)), rule, progress or _silent)
    vector = problem.signed(outcome.point.vector)
    model = problem.model(vector)
    errors = None
    if settings.standard_errors == "cross_product":
        errors = cross_product_errors(problem.expectation, model)
    return MultidimensionalCalibration.of(model, errors, outcome, matrix.examinees, len(vector))


@dataclass(frozen=True, eq=False)
class Problem:
    """The fixed-point map over one vector: parameters of the clusters, then correlations or ratios."""

    layout: Layout
    expectation: Expectation

    @property
    def proportional(self) -> bool:
        structure = self.layout.structure
        return isinstance(structure, Testlets) and structure.proportional

    @property
    def tail(self) -> int:
        """Number of correlations or of testlet ratios."""
        structure = self.layout.structure
        if isinstance(structure, Scales):
            return structure.dimensions * (structure.dimensions - 1) // 2
        return structure.testlets if structure.proportional else 0

    def widths(self) -> list[int]:
        """Parameters per item of each cluster."""
        slopes = [1 if self.proportional else part.shape[1] for part in self.layout.features]
        return [cluster.categories - 1 + slopes[cluster.block] for cluster in self.layout.clusters]

    def start(self, shares: FloatArray) -> FloatArray:
        """Unit slopes, specific ones of 0.5, no correlation, and the observed proportions (J, C)."""
        parts = []
        for cluster, width in zip(self.layout.clusters, self.widths(), strict=True):
            own = shares[cluster.items, : cluster.categories]
            steps = cluster.categories - 1
            if cluster.format == "gpcm":
                intercepts = np.log(own[:, 1:] / own[:, :1])
            else:
                reached = own[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
                intercepts = 1.2 * logit(np.clip(reached, 1e-6, 1 - 1e-6))
            values = np.full((len(cluster.items), width), START_SPECIFIC)
            values[:, :steps] = intercepts
            values[:, steps] = 1.0
            parts.append(cluster.bounded(values).ravel())
        rest = START_SPECIFIC if self.proportional else 0.3
        return np.concatenate([*parts, np.full(self.tail, rest)])

    def split(self, vector: FloatArray) -> tuple[list[FloatArray], FloatArray]:
        """Parameters of each cluster and the tail."""
        parts, start = [], 0
        for cluster, width in zip(self.layout.clusters, self.widths(), strict=True):
            stop = start + len(cluster.items) * width
            parts.append(vector[start:stop].reshape(-1, width))
            start = stop
        return parts, vector[start:]

    def features(self, block: int, tail: FloatArray) -> FloatArray:
        """Coordinates on which the slopes of a block work."""
        return ratio_features(self.layout, block, tail) if self.proportional else self.layout.features[block]

    def correlation(self, tail: FloatArray) -> FloatArray:
        """Correlations of the dimensions (D, D), drawn towards zero if the tail has impossible ones."""
        structure = self.layout.structure
        if isinstance(structure, Testlets):
            return np.eye(structure.dimensions)
        return regular(unpack(tail, structure.dimensions))

    def weights(self, tail: FloatArray) -> FloatArray:
        """Prior weights of the lattice."""
        if isinstance(self.layout.structure, Scales):
            return self.layout.lattice.weights(self.correlation(tail))
        return np.zeros((1, 1))

    def evaluate(self, proposal: FloatArray) -> Evaluation:
        """One expectation and one maximization step."""
        parts, tail = self.split(proposal)
        parts = [
            cluster.bounded(values) for cluster, values in zip(self.layout.clusters, parts, strict=True)
        ]
        tail = self._bounded_tail(tail)
        tables = [
            cluster.log_probabilities(values, self.features(cluster.block, tail))
            for cluster, values in zip(self.layout.clusters, parts, strict=True)
        ]
        counts = self.expectation.counts(tables, self.weights(tail))
        fresh = [
            cluster.maximized(values, own, self.features(cluster.block, tail))
            for cluster, values, own in zip(self.layout.clusters, parts, counts.clusters, strict=True)
        ]
        fresh_tail, tail_gradient = self._maximized_tail(tail, [part for part, _ in fresh], counts)
        return Evaluation(
            np.concatenate([*(part.ravel() for part in parts), tail]),
            counts.log_likelihood,
            np.concatenate([*(part.ravel() for part, _ in fresh), fresh_tail]),
            np.concatenate([*(scaled.ravel() for _, scaled in fresh), tail_gradient]),
        )

    def signed(self, vector: FloatArray) -> FloatArray:
        """The same model with dimensions turned so that their slopes add up to something positive."""
        parts, tail = self.split(vector.copy())
        tail = np.abs(tail) if self.proportional else tail
        slopes = np.zeros((len(self.layout.features), 2))
        for cluster, values in zip(self.layout.clusters, parts, strict=True):
            own = values[:, cluster.categories - 1 :].sum(axis=0)
            slopes[cluster.block, : len(own)] += own
        signs = np.where(slopes < 0, -1.0, 1.0)
        if isinstance(self.layout.structure, Testlets):
            signs[:, 0] = -1.0 if slopes[:, 0].sum() < 0 else 1.0
        else:
            tail = pack(unpack(tail, len(signs)) * np.outer(signs[:, 0], signs[:, 0]))
        for cluster, values in zip(self.layout.clusters, parts, strict=True):
            values[:, cluster.categories - 1 :] *= signs[cluster.block, : self._slopes(values, cluster)]
        return np.concatenate([*(part.ravel() for part in parts), tail])

    def model(self, vector: FloatArray) -> MultidimensionalModel:
        """The model of a vector."""
        parts, tail = self.split(vector)
        if self.proportional:
            wide = []
            for cluster, values in zip(self.layout.clusters, parts, strict=True):
                alone = self.layout.features[cluster.block].shape[1] == 1
                specific = [] if alone else [values[:, -1:] * tail[cluster.block]]
                wide.append(np.concatenate([values, *specific], axis=1))
            parts = wide
        return self.layout.model_of(parts, self.correlation(tail))

    @staticmethod
    def _slopes(values: FloatArray, cluster: Cluster) -> int:
        return int(values.shape[1] - cluster.categories + 1)

    def _bounded_tail(self, tail: FloatArray) -> FloatArray:
        if isinstance(self.layout.structure, Scales):
            return pack(regular(unpack(np.clip(tail, -1.0, 1.0), self.layout.structure.dimensions)))
        return np.clip(tail, -RATIO_LIMIT, RATIO_LIMIT)

    def _maximized_tail(
        self, tail: FloatArray, parts: Sequence[FloatArray], counts: Counts
    ) -> tuple[FloatArray, FloatArray]:
        if isinstance(self.layout.structure, Scales) and self.tail:
            return improved_correlation(tail, counts.lattice, self.layout.lattice)
        return improved_ratios(tail, parts, counts, self.layout) if self.tail else (tail, np.zeros(0))


def _silent(passes: int, objective: float, distance: float) -> None:
    return None


def _shares(matrix: ResponseMatrix) -> FloatArray:
    """Share of each score of each item, (J, C). Raises NotEstimable for a score nobody has."""
    cells, counts = matrix.to_sparse(), matrix.category_counts
    most = int(counts.max())
    table = np.bincount(cells.items * most + cells.scores, minlength=matrix.items * most)
    table = table.reshape(matrix.items, most).astype(np.float64)
    own = np.arange(most) < counts[:, None]
    missing = np.flatnonzero(((table == 0) & own).any(axis=1))
    if len(missing):
        reasons = {int(item): "has a score that nobody has" for item in missing}
        listed = ", ".join(str(item) for item in reasons)
        raise NotEstimable(f"Merge scores or leave out items with scores that nobody has: {listed}.", reasons)
    return np.asarray(table / table.sum(axis=1, keepdims=True))
