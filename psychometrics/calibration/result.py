"""Frozen result of a calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.plan import Model
from psychometrics.response_models import ItemParameters


@dataclass(frozen=True, eq=False)
class ItemStandardErrors:
    """Standard errors of the reported parameters, each (J,); NaN where one was fixed or not estimable.

    ``latent_standard_deviation`` is the one of σ in the Rasch model, NaN in the others.
    ``method`` is "observed", "cross_product", "item_blocks" or "none".
    """

    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray
    latent_standard_deviation: float
    method: str


@dataclass(frozen=True, eq=False)
class Calibration:
    """Estimates of one calibration run and how they were reached.

    In the Rasch model discriminations are 1 and θ ~ N(0, ``latent_standard_deviation``²); in the other models
    θ ~ N(0, 1). ``log_likelihood`` is marginal and without priors, ``objective`` adds the log priors.
    ``objective_trace`` is that of the accepted points and never falls. ``iterations`` counts passes over the
    data; ``seconds`` is estimation alone, without standard errors. ``gradient`` is the largest gradient
    component at the end, in units of standard errors. ``converged`` is False whenever a maximum was not
    shown, and ``message`` then says what to do.
    """

    model: Model
    items: ItemParameters
    standard_errors: ItemStandardErrors
    latent_standard_deviation: float
    examinees: int
    parameters: int
    log_likelihood: float
    objective: float
    objective_trace: FloatArray
    iterations: int
    gradient: float
    converged: bool
    seconds: float
    message: str

    @property
    def aic(self) -> float:
        """Akaike's criterion −2 log L + 2k."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion −2 log L + k log N."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.examinees))
