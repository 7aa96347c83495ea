"""Items fitted one by one to θ estimates taken as known (method A, Stocking 1988)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.item_models import PlacedFamily
from psychometrics.calibration.maximization import FamilyObjective
from psychometrics.calibration.preparation import Prepared
from psychometrics.calibration.pretest_fit import PretestFit, WorkingFit, pretest_fit
from psychometrics.calibration.standard_errors import inverse_blocks


def fitted_to_theta(ready: Prepared, theta: FloatArray) -> PretestFit:
    """Conditional likelihood of each item given θ (N,), plus its priors, maximized."""
    models, plan = ready.items, ready.plan
    vector = models.start(ready.observed)
    scaled = np.zeros_like(vector)
    covariance = np.full((models.rows.items, *(models.slots.shape[1],) * 2), np.nan)
    for place, number, objective in _objectives(ready, theta):
        slots = place.slots[number]
        step = objective.settle(vector[slots][None], plan.tolerance, plan.iteration_limit)
        vector[slots], scaled[slots] = step.parameters[0], step.scaled_gradient[0]
        size, used = len(slots), np.ones((1, len(slots)), dtype=bool)
        item = place.family.items[number]
        covariance[item, :size, :size] = inverse_blocks(objective.hessian(step.parameters), used)[0]
    return pretest_fit(ready, WorkingFit(vector, scaled, covariance, "fixed_theta"), ())


def _objectives(ready: Prepared, theta: FloatArray) -> Iterator[tuple[PlacedFamily, int, FamilyObjective]]:
    """Each item with the objective of its own examinees, whose θ are the nodes."""
    weights = ready.examinees.weights
    for place in ready.items.placed:
        for number, item in enumerate(place.family.items.tolist()):
            who, scores = ready.matrix.responses_to(item)
            counts = np.zeros((1, place.family.categories, len(who)))
            counts[0, scores, np.arange(len(who))] = 1.0 if weights is None else weights[who]
            yield place, number, FamilyObjective(place.family, ready.items.priors, theta[who], counts)
