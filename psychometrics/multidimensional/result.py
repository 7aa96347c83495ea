"""Frozen result of a calibration in several dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.acceleration import Outcome
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.standard_errors import MultidimensionalErrors


@dataclass(frozen=True, eq=False)
class MultidimensionalCalibration:
    """Estimates and how they were reached.

    ``standard_errors`` is None if none were asked for. ``objective_trace`` never falls; ``gradient`` is the
    largest gradient component at the end in units of standard errors. ``converged`` is False whenever a
    maximum was not shown, and ``message`` then says what to do.
    """

    model: MultidimensionalModel
    standard_errors: MultidimensionalErrors | None
    examinees: int
    parameters: int
    log_likelihood: float
    objective_trace: FloatArray
    iterations: int
    gradient: float
    converged: bool
    message: str

    @classmethod
    def of(
        cls,
        model: MultidimensionalModel,
        errors: MultidimensionalErrors | None,
        outcome: Outcome,
        examinees: int,
        parameters: int,
    ) -> MultidimensionalCalibration:
        """The result of an accelerated fit."""
        return cls(
            model=model,
            standard_errors=errors,
            examinees=examinees,
            parameters=parameters,
            log_likelihood=outcome.point.objective,
            objective_trace=np.array(outcome.objectives),
            iterations=outcome.passes,
            gradient=float(outcome.point.scaled_gradient.max()),
            converged=outcome.converged,
            message=_message(model, outcome),
        )

    @property
    def aic(self) -> float:
        """Akaike's criterion −2 log L + 2k."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion −2 log L + k log N."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.examinees))


def _message(model: MultidimensionalModel, outcome: Outcome) -> str:
    if outcome.converged:
        return "Converged."
    correlations = np.abs(model.correlation[np.triu_indices(len(model.correlation), 1)])
    if (correlations > 0.995).any():
        return "Not converged: two scales cannot be told apart. Make one of them."
    steep = np.flatnonzero((np.abs(model.slopes) > 8).any(axis=1))
    if len(steep):
        listed = ", ".join(str(item) for item in steep[:10])
        return f"Not converged: slopes without a finite maximum for items {listed}. Leave them out."
    return f"Not converged after {outcome.passes} iterations. Raise the limit."
