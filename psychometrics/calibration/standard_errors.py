"""Covariance of the working parameters from the information in the responses.

"observed": Louis (1982), I = E[−H] − Σᵢ wᵢ Cov(sᵢ), with the complete-data Hessian H and the posterior
covariance of the complete-data scores sᵢ; equal to the Hessian that Oakes (1999) gives.
"cross_product": Σᵢ wᵢ s̄ᵢ s̄ᵢᵀ of the marginal scores, for many more examinees than parameters.
"sandwich": I⁻¹ (Σᵢ wᵢ² s̄ᵢ s̄ᵢᵀ) I⁻¹ with the observed I, right under sampling weights and when the model holds
only approximately (Huber 1967; White 1982).
"item_blocks": the observed information of each item with the others and the population taken as known, for
large banks where each examinee met few items: covariances between items are small there and the joint matrix
too large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.blocks import Block, StackedTables
from psychometrics.calibration.expectation import Expectation, ExpectedCounts, PosteriorBlock
from psychometrics.calibration.plan import StandardErrorMethod
from psychometrics.calibration.population import PopulationState
from psychometrics.calibration.score_blocks import ScoreBlocks
from psychometrics.calibration.working_model import WorkingModel

OBSERVED_OPERATIONS = 1e11
"""Multiplications the joint observed information may take before "auto" goes on (about 2 s)."""

EXAMINEES_PER_PARAMETER = 50
"""The inverse of a cross-product of N terms in k parameters is too large by about N / (N − k): here 2 %."""

BLAMED_LOADING = 0.3
"""Share of the direction without information above which an item is named."""

LARGEST_BLAMED = 3000
"""Parameters beyond which the eigenvectors of a singular information matrix would take too long."""


@dataclass(frozen=True, eq=False)
class WorkingCovariance:
    """Covariance of the working vector: ``joint`` (k, k), or only that of each item (J, P, P).

    ``population`` (k', k') is that of the population's entries. NaN where not positive definite;
    ``undetermined`` are then the items whose parameters the responses leave open.
    """

    method: str
    items: FloatArray
    population: FloatArray
    joint: FloatArray | None = None
    undetermined: tuple[int, ...] = ()


def covariance_of(
    working: WorkingModel,
    vector: FloatArray,
    expectation: Expectation,
    method: StandardErrorMethod,
    examinees: int,
) -> WorkingCovariance:
    """Covariance at ``vector`` by the method, or by the best one affordable for "auto"."""
    chosen = _automatic(working, expectation, examinees) if method == "auto" else method
    slots = working.items.slots
    nothing = WorkingCovariance(
        chosen,
        np.full((len(slots), slots.shape[1], slots.shape[1]), np.nan),
        np.full((working.population.size,) * 2, np.nan),
    )
    if chosen == "none" or not len(vector):
        return nothing
    information = Information(working, vector, expectation)
    if chosen == "item_blocks":
        return replace(
            nothing,
            items=_item_covariances(working, information.item_blocks()),
            population=_inverse(information.population()),
        )
    matrix = information.cross_product() if chosen == "cross_product" else information.observed()
    covariance = _inverse(matrix)
    if np.isnan(covariance).any():
        return replace(nothing, undetermined=_blamed(working, matrix))
    if chosen == "sandwich":
        covariance = covariance @ information.meat() @ covariance
    own = covariance[slots[:, :, None], slots[:, None, :]]
    population = covariance[working.items.size :, working.items.size :]
    return WorkingCovariance(chosen, own, population, covariance)


@dataclass(frozen=True, eq=False)
class Information:
    """Information matrices of a model at one working vector."""

    working: WorkingModel
    vector: FloatArray
    expectation: Expectation

    def observed(self) -> FloatArray:
        """Louis' observed information, (k, k)."""
        split = self.working.items.size
        information = self._complete(self._counts.table)
        information[split:, split:] += self._population_hessian()
        return information - self._missing(self._scores)

    def cross_product(self) -> FloatArray:
        """Cross-product of the marginal scores plus the information of the priors, (k, k)."""
        information = self._complete(np.zeros_like(self._counts.table))
        for part in self._products(squared=False):
            information += part
        return information

    def meat(self) -> FloatArray:
        """Cross-product of the marginal scores with squared weights, (k, k)."""
        total = np.zeros((len(self.vector),) * 2)
        for part in self._products(squared=True):
            total += part
        return total

    def item_blocks(self) -> FloatArray:
        """Observed information of each item in its own parameters, (J, P, P)."""
        counts, scores = self._counts.table, self._scores
        slots, rows = self.working.items.slots, self.working.items.rows
        information = np.zeros((len(slots), slots.shape[1], slots.shape[1]))
        items, nodes = self.working.split(self.vector)[0], self.working.population.grid.nodes
        for place, objective, parameters in self.working.items.objectives(items, nodes, counts):
            size = parameters.shape[1]
            information[place.family.items, :size, :size] = objective.hessian(parameters)
        squares = np.einsum("prq,srq,rq->rps", scores.weights, scores.weights, counts, optimize=True)
        information -= rows.item_sums(squares)
        for part in self.expectation.map(lambda block: scores.item_squares(self._posterior(block))):
            information += part
        return information

    def population(self) -> FloatArray:
        """Observed information of the population's entries with the items taken as known, (k', k')."""
        information = self._population_hessian()
        if not len(information):
            return information
        return information - self._missing(replace(self._scores, with_items=False))

    @cached_property
    def _counts(self) -> ExpectedCounts:
        return self.expectation.counts(self._tables.table, self._state)

    @cached_property
    def _tables(self) -> StackedTables:
        return self.expectation.stacked(self.working.tables(self.vector))

    @cached_property
    def _state(self) -> PopulationState:
        return self.working.state(self.vector)

    @cached_property
    def _scores(self) -> ScoreBlocks:
        items = self.working.split(self.vector)[0]
        weights = self.working.items.score_weights(items, self.working.population.grid.nodes)
        return ScoreBlocks(self.working, weights, self._state)

    def _posterior(self, block: Block) -> PosteriorBlock:
        return self.expectation.posterior(block, self._tables, self._state)

    def _missing(self, scores: ScoreBlocks) -> FloatArray:
        """Information lost because θ is not observed: posterior covariance of the scores."""
        parts = self.expectation.map(lambda block: scores.posterior_covariance(self._posterior(block)))
        return np.asarray(sum(parts))

    def _products(self, *, squared: bool) -> Iterator[FloatArray]:
        def part(block: Block) -> FloatArray:
            return self._scores.cross_product(self._posterior(block), squared=squared)

        return self.expectation.map(part)

    def _complete(self, table: FloatArray) -> FloatArray:
        """Negative Hessian of the complete-data objective of the items for counts (R, Q), (k, k)."""
        information = np.zeros((len(self.vector),) * 2)
        items, nodes = self.working.split(self.vector)[0], self.working.population.grid.nodes
        for place, objective, parameters in self.working.items.objectives(items, nodes, table):
            slots = place.slots
            hessian = objective.hessian(parameters)
            np.add.at(information, (slots[:, :, None], slots[:, None, :]), hessian)
        return information

    def _population_hessian(self) -> FloatArray:
        part = self.working.split(self.vector)[1]
        return self.working.population.complete_data(part, self._counts.population)[1]


def _automatic(working: WorkingModel, expectation: Expectation, examinees: int) -> StandardErrorMethod:
    rows = sum(block.examinees for block in expectation.blocks)
    if 2.0 * rows * working.size**2 * len(working.population.grid) <= OBSERVED_OPERATIONS:
        return "observed"
    return "cross_product" if examinees >= EXAMINEES_PER_PARAMETER * working.size else "item_blocks"


def _inverse(information: FloatArray) -> FloatArray:
    """Inverse, all NaN if the matrix is not positive definite."""
    if not len(information):
        return information
    scale = 1.0 / np.sqrt(np.maximum(np.diagonal(information), 1e-300))
    try:
        factor = cho_factor(information * np.outer(scale, scale), lower=True)
    except (LinAlgError, ValueError):
        return np.full_like(information, np.nan)
    return np.asarray(cho_solve(factor, np.diag(scale), overwrite_b=True) * scale[:, None])


def _item_covariances(working: WorkingModel, blocks: FloatArray) -> FloatArray:
    """Covariance (J, P, P) of each item's parameters from its own information (J, P, P).

    A parameter that items share gathers the information of all of them. NaN where that is one matrix too
    large to invert.
    """
    slots = working.items.slots
    if not any(place.family.shared for place in working.items.placed):
        return inverse_blocks(blocks, slots >= 0)
    if working.items.size > LARGEST_BLAMED:
        return np.full_like(blocks, np.nan)
    used = slots >= 0
    kept = np.where(used[:, :, None] & used[:, None, :], blocks, 0.0)
    joint = np.zeros((working.items.size,) * 2)
    np.add.at(joint, (slots[:, :, None], slots[:, None, :]), kept)
    return np.asarray(_inverse(joint)[slots[:, :, None], slots[:, None, :]])


def inverse_blocks(blocks: FloatArray, used: AnyArray) -> FloatArray:
    """Inverses of (J, P, P) over the parameters in use, (J, P); NaN for those not positive definite."""
    size = blocks.shape[1]
    filler = np.where(used, 0.0, 1.0)[:, :, None] * np.eye(size)
    filled = blocks + filler
    positive = np.linalg.eigvalsh(filled)[:, 0] > 0
    inverses = np.full_like(blocks, np.nan)
    inverses[positive] = np.linalg.inv(filled[positive])
    return np.asarray(inverses)


def _blamed(working: WorkingModel, information: FloatArray) -> tuple[int, ...]:
    """Items with a large share in the direction about which there is least information."""
    if not np.isfinite(information).all() or len(information) > LARGEST_BLAMED:
        return ()
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diagonal(information)), 1e-300))
    vectors = np.linalg.eigh(information * np.outer(scale, scale))[1]
    marked = np.abs(vectors[:, 0]) > BLAMED_LOADING
    return tuple(working.items.items_of(marked[: working.items.size]))
