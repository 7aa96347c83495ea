"""Pretest items fitted to the posterior of θ that the operational items give (Wainer & Mislevy 1990)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.blocks import blocks_of
from psychometrics.calibration.estimation import Fit, fit_on_grid
from psychometrics.calibration.expectation import Expectation, ExpectedCounts
from psychometrics.calibration.preparation import Prepared
from psychometrics.calibration.pretest_fit import PretestFit, WorkingFit, pretest_fit
from psychometrics.calibration.reporting import latent_groups
from psychometrics.calibration.score_blocks import ScoreBlocks
from psychometrics.calibration.standard_errors import WorkingCovariance, inverse_blocks
from psychometrics.calibration.working_model import WorkingModel


@dataclass(frozen=True, eq=False)
class OperationalModel(WorkingModel):
    """A model in which only the anchors say anything about θ, and only the population is estimated."""

    def tables(self, vector: FloatArray) -> FloatArray:
        """log P of each score of the anchors and zero for the other items, (R, Q)."""
        stacked = super().tables(vector)
        for place in self.items.placed:
            stacked[self.items.rows.of_items(place.family.items, place.family.categories)] = 0.0
        return stacked

    def maximize(self, vector: FloatArray, counts: ExpectedCounts) -> tuple[FloatArray, FloatArray]:
        """The population improved, the items as they are."""
        items, population = self.split(vector)
        improved, scaled = self.population.maximize(population, counts.population)
        return np.concatenate([items, improved]), np.concatenate([np.zeros_like(items), scaled])


def fitted_to_posterior(ready: Prepared) -> PretestFit:
    """One E-step with the operational items, then the pretest items' M-step to its end."""
    dtype = np.float32 if ready.plan.single_precision else np.float64
    blocks = blocks_of(ready.matrix, ready.items.rows, ready.examinees, dtype)
    working = OperationalModel(ready.items, ready.population)
    with Expectation(blocks, ready.items.rows, ready.population) as expectation:
        fit = fit_on_grid(Fit(working, expectation, working.start(ready.observed)), ready, None)
        found = _maximized(ready, fit)
        unknown = np.full((ready.population.size,) * 2, np.nan)
        groups = latent_groups(
            ready, fit.working, fit.start, WorkingCovariance("none", found.covariance, unknown)
        )
    return pretest_fit(ready, found, groups)


def _maximized(ready: Prepared, fit: Fit) -> WorkingFit:
    """The M-step, and the covariance H⁻¹ (Σ s̄ s̄ᵀ) H⁻¹ of its estimating equations."""
    working, expectation, models = fit.working, fit.expectation, ready.items
    tables, state = working.tables(fit.start), working.state(fit.start)
    counts, nodes = expectation.counts(tables, state), working.population.grid.nodes
    vector = working.split(fit.start)[0].copy()
    scaled = np.zeros_like(vector)
    bread = np.zeros((models.rows.items, *(models.slots.shape[1],) * 2))
    for place, objective, parameters in models.objectives(vector, nodes, counts.table):
        step = objective.settle(parameters, ready.plan.tolerance, ready.plan.iteration_limit)
        vector[place.slots], scaled[place.slots] = step.parameters, step.scaled_gradient
        size = parameters.shape[1]
        bread[place.family.items, :size, :size] = objective.hessian(step.parameters)
    stacked = expectation.stacked(tables)
    scores = ScoreBlocks(working, models.score_weights(vector, nodes), state)
    parts = expectation.map(lambda block: scores.item_squares(expectation.posterior(block, stacked, state)))
    inverse = inverse_blocks(bread, models.slots >= 0)
    meat = np.sum(list(parts), axis=0)
    return WorkingFit(vector, scaled, inverse @ meat @ inverse, "one_cycle")
