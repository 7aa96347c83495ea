"""Marginal maximum likelihood (or posterior mode) calibration by accelerated EM.

Bock & Aitkin (1981) with equally spaced quadrature, generalized EM steps and Anderson acceleration.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.acceleration import Evaluation, Outcome, StoppingRule, accelerate
from psychometrics.calibration.expectation import Expectation, blocks_of
from psychometrics.calibration.maximization import CommonSlope, Parametrization, SeparateItems
from psychometrics.calibration.plan import (
    DEFAULT_GUESSING_PRIOR,
    MODELS,
    CalibrationPlan,
    Model,
    Progress,
)
from psychometrics.calibration.result import Calibration
from psychometrics.calibration.standard_errors import FittedModel, standard_errors
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable
from psychometrics.response_models import ItemParameters
from psychometrics.responses import ResponseMatrix, as_response_matrix

FEWEST_ITEMS: dict[Model, int] = {"rasch": 2, "1pl": 2, "2pl": 3, "3pl": 3}
"""Fewer items leave the model with more parameters than the response patterns can determine."""

FLAT_SLOPE = 1e-9
"""Slope that stands in for zero where the difficulty is divided by it."""


def calibrate(
    responses: ResponseMatrix | ArrayLike,
    *,
    model: Model = "2pl",
    plan: CalibrationPlan | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Calibration:
    """Estimate item parameters from responses (N, J): 1 right, 0 wrong, −1 or NaN not presented.

    Without priors the result is plain marginal maximum likelihood; "3pl" uses ``DEFAULT_GUESSING_PRIOR``
    unless the plan brings another. The result is the same on every run. Missing responses are taken as
    missing at random, which holds for adaptive delivery.

    Raises InvalidParameters, InvalidResponses, and NotEstimable naming each item whose presented responses
    are all right, all wrong or absent.
    """
    matrix = as_response_matrix(responses)
    settings = _completed(plan or CalibrationPlan(), model, matrix.items)
    presented, right = _checked_totals(matrix, model, settings)
    started = time.perf_counter()
    parametrization = _parametrization(model, settings)
    start = _start(model, settings, right / presented)
    rule = StoppingRule(settings.tolerance, settings.gradient_tolerance, settings.iteration_limit)
    with Expectation(blocks_of(matrix), settings.quadrature.log_weights) as expectation:
        outcome = accelerate(
            _fixed_point(parametrization, expectation, settings.quadrature.nodes),
            start,
            rule,
            _reporter(progress),
        )
        seconds = time.perf_counter() - started
        fitted = FittedModel(
            parametrization, outcome.point.vector, settings.quadrature.nodes, matrix.examinees
        )
        errors = standard_errors(fitted, expectation, settings.standard_errors)
    vector = outcome.point.vector
    return Calibration(
        model=model,
        items=_reported(model, fitted),
        standard_errors=errors,
        latent_standard_deviation=float(vector[0]) if model == "rasch" else 1.0,
        examinees=matrix.examinees,
        parameters=len(vector),
        log_likelihood=outcome.point.objective - parametrization.log_prior(vector),
        objective=outcome.point.objective,
        objective_trace=np.array(outcome.objectives),
        iterations=outcome.passes,
        gradient=float(outcome.point.scaled_gradient.max()),
        converged=outcome.converged,
        seconds=seconds,
        message=_message(outcome, parametrization, settings),
    )


def _completed(plan: CalibrationPlan, model: Model, items: int) -> CalibrationPlan:
    if model not in MODELS:
        raise InvalidParameters(f"Unknown model {model!r}; choose one of {', '.join(MODELS)}.")
    if plan.item_names is not None and len(plan.item_names) != items:
        raise InvalidParameters(f"{len(plan.item_names)} item names were given for {items} items.")
    if model == "rasch" and plan.priors.log_discrimination is not None:
        raise InvalidParameters("The Rasch model has no discrimination to put a prior on.")
    if model != "3pl" and plan.priors.logit_guessing is not None:
        raise InvalidParameters("Only the 3pl model has a guessing parameter to put a prior on.")
    if model == "3pl" and plan.priors.logit_guessing is None:
        return replace(plan, priors=replace(plan.priors, logit_guessing=DEFAULT_GUESSING_PRIOR))
    return plan


def _checked_totals(matrix: ResponseMatrix, model: Model, plan: CalibrationPlan) -> tuple[IntArray, IntArray]:
    if matrix.items < FEWEST_ITEMS[model]:
        raise NotEstimable(f"The {model} model needs {FEWEST_ITEMS[model]} or more items.")
    presented, right = matrix.item_totals()
    if not presented.any():
        raise InvalidResponses("No examinee has a response.")
    reasons: dict[int, str] = {}
    for item in np.flatnonzero((right == 0) | (right == presented)):
        if presented[item] == 0:
            reasons[int(item)] = "has no responses"
        else:
            reasons[int(item)] = f"has only {'right' if right[item] else 'wrong'} responses"
    if reasons:
        listed = "; ".join(f"{plan.name_of(item)} {reason}" for item, reason in reasons.items())
        raise NotEstimable(f"Leave out the items that cannot be estimated: {listed}.", reasons)
    return presented, right


def _parametrization(model: Model, plan: CalibrationPlan) -> Parametrization:
    if model in ("rasch", "1pl"):
        return CommonSlope(plan.priors, unit_slope=model == "rasch")
    return SeparateItems(3 if model == "3pl" else 2, plan.priors)


def _start(model: Model, plan: CalibrationPlan, proportion: FloatArray) -> FloatArray:
    """Unit slopes and the intercepts at which a N(0, 1) population gives the observed proportions right."""
    guess_prior = plan.priors.logit_guessing
    floor = float(expit(guess_prior.mean)) if guess_prior is not None else 0.0
    known = np.clip((proportion - floor) / (1 - floor), 0.05 if floor else 1e-6, 1 - 1e-6)
    intercept = 1.16 * logit(known)
    if model in ("rasch", "1pl"):
        return np.concatenate([[1.0], intercept])
    columns = [np.ones_like(intercept), intercept]
    if guess_prior is not None:
        columns.append(np.full_like(intercept, guess_prior.mean))
    return np.stack(columns, axis=1).ravel()


def _fixed_point(
    parametrization: Parametrization, expectation: Expectation, nodes: FloatArray
) -> Callable[[FloatArray], Evaluation]:
    def evaluate(proposal: FloatArray) -> Evaluation:
        vector = parametrization.bounded(proposal)
        counts = expectation.counts(parametrization.curves(vector).tables(nodes))
        improved = parametrization.maximize(vector, counts, nodes)
        objective = counts.log_likelihood + parametrization.log_prior(vector)
        return Evaluation(vector, objective, improved.vector, improved.scaled_gradient)

    return evaluate


def _reporter(progress: Callable[[Progress], None] | None) -> Callable[[int, float, float], None]:
    def report(iteration: int, objective: float, distance: float) -> None:
        if progress is not None:
            progress(Progress(iteration, objective, distance))

    return report


def _reported(model: Model, fitted: FittedModel) -> ItemParameters:
    curves = fitted.curves
    if model == "rasch":
        return ItemParameters.of(np.ones_like(curves.slope), -curves.intercept)
    slope = np.where(np.abs(curves.slope) < FLAT_SLOPE, FLAT_SLOPE, curves.slope)
    return ItemParameters.of(curves.slope, -curves.intercept / slope, curves.guessing)


def _message(outcome: Outcome, parametrization: Parametrization, plan: CalibrationPlan) -> str:
    if outcome.converged:
        return "Converged."
    vector = outcome.point.vector
    at_wall = parametrization.items_of(np.abs(vector) >= parametrization.walls(len(vector)))
    steep = parametrization.items_of(outcome.point.scaled_gradient >= plan.gradient_tolerance)
    if at_wall or outcome.stalled:
        named = [plan.name_of(item) for item in at_wall or steep]
        names = ", ".join(named[:10]) + (f" and {len(named) - 10} more" if len(named) > 10 else "")
        return f"Not converged: no finite maximum was found for {names}. Put priors on or leave them out."
    return f"Not converged after {outcome.passes} iterations. Raise the limit or put priors on."
