"""Marginal maximum likelihood (or posterior mode) calibration by accelerated EM.

Bock & Aitkin (1981) with equally spaced quadrature, generalized EM steps and Anderson acceleration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.calibration.acceleration import Evaluation, Outcome, StoppingRule, accelerate
from psychometrics.calibration.blocks import blocks_of
from psychometrics.calibration.expectation import Expectation
from psychometrics.calibration.plan import CalibrationPlan, Model, Progress
from psychometrics.calibration.preparation import Prepared, prepare
from psychometrics.calibration.reporting import report_of
from psychometrics.calibration.result import Calibration
from psychometrics.calibration.standard_errors import covariance_of
from psychometrics.calibration.working_model import WorkingModel
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

REACH = 4.5
"""Standard deviations of a group's θ that the grid must cover on both sides."""

SINGLE_ROUNDING, DOUBLE_ROUNDING = 1e-7, 1e-12
"""Relative change of the objective that is put down to rounding (at most 3e-8 was met in 32 bits)."""

MOST_NODES = 401
GRID_ATTEMPTS = 4


def calibrate(
    responses: ResponseMatrix | ArrayLike,
    *,
    model: Model | Sequence[Model] = "2pl",
    plan: CalibrationPlan | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Calibration:
    """Estimate item parameters and the population from responses (N, J).

    Scores are 0, 1 (right), 2, …, with −1 or NaN not presented; ``model`` is one for all items or one for
    each. In a plain array the highest score met on an item of more than two scores is taken as its highest;
    a :class:`ResponseMatrix` says it. Without priors the result is plain marginal maximum likelihood (see
    :class:`CalibrationPlan` for the defaults). The result is the same on every run. Missing responses are
    taken as missing at random, which holds for adaptive delivery.

    Raises InvalidParameters, InvalidResponses, and NotEstimable naming each item whose responses cannot
    determine its parameters: all right, all wrong, absent, a score never met, or a group without a link.
    """
    ready = prepare(responses, model, plan or CalibrationPlan())
    started = time.perf_counter()
    dtype = np.float32 if ready.plan.single_precision else np.float64
    blocks = blocks_of(ready.matrix, ready.items.rows, ready.examinees, dtype)
    working = WorkingModel(ready.items, ready.population)
    start = working.start(ready.observed)
    with Expectation(blocks, ready.items.rows, ready.population) as expectation:
        fit = fit_on_grid(Fit(working, expectation, start), ready, progress)
        seconds = time.perf_counter() - started
        covariance = covariance_of(
            fit.working, fit.start, fit.expectation, ready.plan.standard_errors, ready.matrix.examinees
        )
    assert fit.outcome is not None  # noqa: S101
    return report_of(ready, fit.working, fit.outcome, covariance, seconds)


@dataclass(frozen=True, eq=False)
class Fit:
    """A model on a grid, where to start or where it ended, and how it ended."""

    working: WorkingModel
    expectation: Expectation
    start: FloatArray
    outcome: Outcome | None = None


def fit_on_grid(fit: Fit, ready: Prepared, progress: Callable[[Progress], None] | None) -> Fit:
    """Fit on the grid; if a group turns out to reach beyond it, widen it and go on from there."""
    plan = ready.plan
    rounding = SINGLE_ROUNDING if plan.single_precision else DOUBLE_ROUNDING
    passes = 0
    for _ in range(GRID_ATTEMPTS):
        rule = StoppingRule(
            plan.tolerance, plan.gradient_tolerance, max(plan.iteration_limit - passes, 1), rounding
        )
        outcome = accelerate(
            _fixed_point(fit.working, fit.expectation), fit.start, rule, _reporter(progress, passes)
        )
        passes += outcome.passes
        fit = replace(fit, start=outcome.point.vector, outcome=replace(outcome, passes=passes))
        wider = _wider_grid(fit.working, outcome.point.vector) if plan.quadrature is None else None
        if wider is None or passes >= plan.iteration_limit:
            break
        population = replace(fit.working.population, grid=wider)
        fit.expectation.population = population
        fit = replace(fit, working=replace(fit.working, population=population))
    return fit


def _wider_grid(working: WorkingModel, vector: FloatArray) -> Quadrature | None:
    """A grid that covers all groups, no coarser than the present one; None if that one does."""
    state = working.population.state(working.split(vector)[1])
    grid = working.population.grid
    spacing = float(grid.nodes[1] - grid.nodes[0])
    lowest = min(grid.nodes[0], float((state.means - REACH * state.deviations).min()))
    highest = max(grid.nodes[-1], float((state.means + REACH * state.deviations).max()))
    finest = min(spacing, float(state.deviations.min()))
    if lowest >= grid.nodes[0] and highest <= grid.nodes[-1] and finest > 0.99 * spacing:
        return None
    margin = 0.0 if lowest >= grid.nodes[0] and highest <= grid.nodes[-1] else 1.0
    lower, upper = np.floor(lowest - margin), np.ceil(highest + margin)
    count = int(min(np.ceil((upper - lower) / finest) + 1, MOST_NODES))
    return Quadrature.equal_spaced(count, float(lower), float(upper)) if count > len(grid) else None


def _fixed_point(working: WorkingModel, expectation: Expectation) -> Callable[[FloatArray], Evaluation]:
    def evaluate(proposal: FloatArray) -> Evaluation:
        vector = working.bounded(proposal)
        counts = expectation.counts(working.tables(vector), working.state(vector))
        improved, scaled = working.maximize(vector, counts)
        objective = counts.log_likelihood + working.items.log_prior(working.split(vector)[0])
        return Evaluation(vector, objective, improved, scaled)

    return evaluate


def _reporter(
    progress: Callable[[Progress], None] | None, before: int
) -> Callable[[int, float, float], None]:
    def report(iteration: int, objective: float, distance: float) -> None:
        if progress is not None:
            progress(Progress(before + iteration, objective, distance))

    return report
