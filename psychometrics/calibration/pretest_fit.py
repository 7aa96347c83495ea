"""What a method of online calibration found, in the order of the response matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.preparation import Prepared
from psychometrics.calibration.reporting import item_standard_errors
from psychometrics.calibration.result import ItemStandardErrors, LatentGroup
from psychometrics.calibration.standard_errors import WorkingCovariance
from psychometrics.calibration.working_model import WorkingModel
from psychometrics.item_collections import ItemCollection


@dataclass(frozen=True, eq=False)
class PretestFit:
    """All J items, operational ones included, and whether every maximum was found."""

    items: ItemCollection
    standard_errors: ItemStandardErrors
    groups: tuple[LatentGroup, ...]
    converged: bool
    message: str


@dataclass(frozen=True, eq=False)
class WorkingFit:
    """Working parameters (k,), their gradient in units of standard errors, and covariances (J, P, P)."""

    vector: FloatArray
    scaled_gradient: FloatArray
    covariance: FloatArray
    method: str


def pretest_fit(ready: Prepared, fit: WorkingFit, groups: tuple[LatentGroup, ...]) -> PretestFit:
    """The fit as people read it."""
    models = ready.items
    unsettled = ~(fit.scaled_gradient < ready.plan.gradient_tolerance) | models.at_wall(fit.vector)
    names = ", ".join(ready.plan.name_of(item) for item in models.items_of(unsettled))
    covariance = WorkingCovariance(
        fit.method, fit.covariance, np.full((ready.population.size,) * 2, np.nan)
    )
    whole = np.concatenate([fit.vector, ready.population.start()])
    message = f"Not converged: no finite maximum was found for {names}. Put priors on or leave them out."
    return PretestFit(
        models.collection(fit.vector),
        item_standard_errors(WorkingModel(models, ready.population), whole, covariance),
        groups,
        not unsettled.any(),
        message if unsettled.any() else "Converged.",
    )
