"""From responses and a plan to everything the estimation needs, with all settings checked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.calibration.blocks import Examinees
from psychometrics.calibration.category_rows import CategoryRows
from psychometrics.calibration.identification import check_connected, check_estimable, unlinked_items
from psychometrics.calibration.item_models import ItemModels
from psychometrics.calibration.plan import (
    DEFAULT_GUESSING_PRIOR,
    DEFAULT_UPPER_ASYMPTOTE_PRIOR,
    DICHOTOMOUS_MODELS,
    MODELS,
    SPARSE_BANK_PRIORS,
    UNIT_SLOPE_MODELS,
    CalibrationPlan,
    Model,
    Priors,
)
from psychometrics.calibration.population import CovariateMoments, Population
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix, as_response_matrix, observed_categories

SPARSE_SHARE = 0.5
"""Share of cells presented below which a bank counts as sparse and gets priors."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Checked input of one calibration; ``unlinked`` are items that no common examinee ties to the others."""

    matrix: ResponseMatrix
    models: tuple[Model, ...]
    plan: CalibrationPlan
    items: ItemModels
    population: Population
    examinees: Examinees
    observed: IntArray
    unlinked: dict[int, str]


def prepare(
    responses: ResponseMatrix | ArrayLike, model: Model | Sequence[Model], plan: CalibrationPlan
) -> Prepared:
    """Raises InvalidParameters, InvalidResponses and NotEstimable, see :func:`calibrate`."""
    matrix, models = _matrix(responses, model)
    _check_names_and_anchors(matrix, plan)
    examinees, labels, reference = _examinees(matrix, plan)
    if examinees.weights is not None and (examinees.weights == 0).any():
        kept = np.flatnonzero(examinees.weights > 0)
        matrix, examinees = matrix.take_examinees(kept), _taken(examinees, kept)
    observed = matrix.score_totals()
    rows = CategoryRows.of(matrix.category_counts)
    check_estimable(models, observed, rows, plan)
    check_connected(matrix, examinees, plan, reference)
    settings = replace(plan, priors=_priors(models, plan, observed.sum() / (matrix.examinees * matrix.items)))
    items = ItemModels.of(models, rows, plan.anchors, settings.priors or Priors())
    population = _population(models, settings, examinees, (labels, reference))
    unlinked = unlinked_items(matrix, plan)
    return Prepared(matrix, models, settings, items, population, examinees, observed, unlinked)


def _matrix(
    responses: ResponseMatrix | ArrayLike, model: Model | Sequence[Model]
) -> tuple[ResponseMatrix, tuple[Model, ...]]:
    names = (model,) if isinstance(model, str) else tuple(model)
    for name in names:
        if name not in MODELS:
            raise InvalidParameters(f"Unknown model {name!r}; choose one of {', '.join(MODELS)}.")
    if isinstance(responses, ResponseMatrix) or set(names) <= DICHOTOMOUS_MODELS:
        matrix = as_response_matrix(responses)
    else:
        matrix = as_response_matrix(responses, observed_categories(responses))
    models = names * matrix.items if isinstance(model, str) else names
    if len(models) != matrix.items:
        raise InvalidParameters(f"{len(models)} models were given for {matrix.items} items.")
    for item, (name, count) in enumerate(zip(models, matrix.category_counts.tolist(), strict=True)):
        if name in DICHOTOMOUS_MODELS and count > 2:
            raise InvalidParameters(f"Item {item} has {count} scores; {name} is for right and wrong.")
    return matrix, models


def _check_names_and_anchors(matrix: ResponseMatrix, plan: CalibrationPlan) -> None:
    if plan.item_names is not None and len(plan.item_names) != matrix.items:
        raise InvalidParameters(f"{len(plan.item_names)} item names were given for {matrix.items} items.")
    if plan.anchors is None:
        return
    if plan.anchors.positions.max(initial=-1) >= matrix.items:
        raise InvalidParameters(f"An anchor stands at a column beyond the {matrix.items} items.")
    differs = plan.anchors.items.category_counts != matrix.category_counts[plan.anchors.positions]
    if differs.any():
        item = int(plan.anchors.positions[np.flatnonzero(differs)[0]])
        raise InvalidParameters(
            f"The anchor {plan.name_of(item)} and its column differ in the number of scores."
        )


def _examinees(matrix: ResponseMatrix, plan: CalibrationPlan) -> tuple[Examinees, tuple[Hashable, ...], int]:
    """Examinees, the labels of their groups, and the number of the reference group."""
    group, labels = _group_numbers(plan.groups, matrix.examinees)
    reference = 0
    if plan.reference_group is not None:
        if plan.reference_group not in labels:
            raise InvalidParameters(f"No examinee is of the reference group {plan.reference_group!r}.")
        reference = labels.index(plan.reference_group)
    weights = None
    if plan.weights is not None:
        weights = _numbers(plan.weights, (matrix.examinees,), "weights")
        if (weights < 0).any() or not weights.any():
            raise InvalidParameters("Weights must not be negative, nor all zero.")
        filled = np.bincount(group, weights=weights) > 0
        if not filled.all():
            raise InvalidParameters("Each group needs an examinee with a positive weight.")
    covariates = None
    if plan.covariates is not None:
        width = np.asarray(plan.covariates).shape[-1] if np.ndim(plan.covariates) == 2 else 0
        covariates = _numbers(plan.covariates, (matrix.examinees, width), "covariates")
    return Examinees(group, weights, covariates), labels, reference


def _group_numbers(
    groups: Sequence[Hashable] | AnyArray | None, examinees: int
) -> tuple[IntArray, tuple[Hashable, ...]]:
    if groups is None:
        return np.zeros(examinees, dtype=np.int64), ("all",)
    given = groups.tolist() if isinstance(groups, np.ndarray) else list(groups)
    if len(given) != examinees:
        raise InvalidParameters(f"{len(given)} group labels were given for {examinees} examinees.")
    numbers: dict[Hashable, int] = {}
    found = [numbers.setdefault(label, len(numbers)) for label in given]
    return np.array(found, dtype=np.int64), tuple(numbers)


def _numbers(values: ArrayLike, shape: tuple[int, ...], name: str) -> FloatArray:
    try:
        table = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameters(f"The {name} must be numbers.") from error
    if table.shape != shape or 0 in shape or not np.isfinite(table).all():
        raise InvalidParameters(f"The {name} must be finite, one row for each of {shape[0]} examinees.")
    return table


def _taken(examinees: Examinees, kept: IntArray) -> Examinees:
    return Examinees(
        examinees.group[kept],
        None if examinees.weights is None else examinees.weights[kept],
        None if examinees.covariates is None else examinees.covariates[kept],
    )


def _priors(models: Sequence[Model], plan: CalibrationPlan, presented: float) -> Priors:
    """The plan's priors, or those for sparse banks if it has none; asymptotes always get one."""
    free = set(models)
    given = plan.priors
    if given is None:
        given = SPARSE_BANK_PRIORS if presented < SPARSE_SHARE else Priors()
    elif given.log_discrimination is not None and free <= UNIT_SLOPE_MODELS:
        raise InvalidParameters("The Rasch model has no discrimination to put a prior on.")
    if given.logit_guessing is not None and not free & {"3pl", "4pl"}:
        raise InvalidParameters("Only the 3pl and 4pl models have a guessing parameter to put a prior on.")
    if given.logit_upper_asymptote is not None and "4pl" not in free:
        raise InvalidParameters("Only the 4pl model has an upper asymptote to put a prior on.")
    return replace(
        given,
        logit_guessing=given.logit_guessing or DEFAULT_GUESSING_PRIOR,
        logit_upper_asymptote=given.logit_upper_asymptote or DEFAULT_UPPER_ASYMPTOTE_PRIOR,
    )


def _population(
    models: Sequence[Model],
    plan: CalibrationPlan,
    examinees: Examinees,
    groups: tuple[tuple[Hashable, ...], int],
) -> Population:
    labels, reference = groups
    anchored = plan.anchors is not None and len(plan.anchors.items) > 0
    fixed = set(plan.anchors.positions.tolist()) if plan.anchors is not None else set()
    estimated = {model for item, model in enumerate(models) if item not in fixed}
    is_reference = np.arange(len(labels)) == reference
    free_mean = ~is_reference | anchored
    free_deviation = ~is_reference | anchored | bool(estimated & UNIT_SLOPE_MODELS)
    if plan.population == "standard":
        if plan.groups is not None or plan.covariates is not None:
            raise InvalidParameters("A standard population has neither groups nor covariates.")
        free_mean, free_deviation = np.zeros((2, 1), dtype=bool)
    grid = plan.quadrature or Quadrature.equal_spaced()
    moments = _covariate_moments(examinees, len(labels))
    totals = np.bincount(examinees.group, weights=examinees.weights).astype(np.float64)
    _check_regressors(moments, free_mean, totals, plan)
    return Population(labels, free_mean, free_deviation, moments, grid)


def _covariate_moments(examinees: Examinees, groups: int) -> CovariateMoments:
    covariates = examinees.covariates
    if covariates is None:
        return CovariateMoments(np.zeros((groups, 0)), np.zeros((groups, 0, 0)))
    weights = np.ones(len(covariates)) if examinees.weights is None else examinees.weights
    sums, products = [], []
    for number in range(groups):
        mine = examinees.group == number
        own, weight = covariates[mine], weights[mine, None]
        sums.append((weight * own).sum(axis=0))
        products.append(own.T @ (weight * own))
    return CovariateMoments(np.array(sums), np.array(products))


def _check_regressors(
    moments: CovariateMoments, free_mean: AnyArray, totals: FloatArray, plan: CalibrationPlan
) -> None:
    """InvalidParameters if covariates are collinear, with each other or with the free group means."""
    size = moments.sums.shape[1]
    if not size:
        return
    if plan.covariate_names is not None and len(plan.covariate_names) != size:
        raise InvalidParameters(f"{len(plan.covariate_names)} names were given for {size} covariates.")
    free = np.flatnonzero(free_mean)
    means = moments.sums[free] / totals[free, None]
    within = moments.products.sum(axis=0) - np.einsum("g,gp,gr->pr", totals[free], means, means)
    scale = np.sqrt(np.diagonal(moments.products.sum(axis=0)) + 1e-300)
    values, vectors = np.linalg.eigh(within / np.outer(scale, scale))
    if values[0] < 1e-9:
        blamed = np.flatnonzero(np.abs(vectors[:, 0]) > 0.1).tolist()
        names = ", ".join(str(i) if plan.covariate_names is None else plan.covariate_names[i] for i in blamed)
        raise InvalidParameters(f"Leave out a covariate: {names} are constant or follow from the others.")
    if not np.isfinite(scale).all():
        raise InvalidResponses("Covariates are too large.")
