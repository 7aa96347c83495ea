"""Log prior densities of the items with their derivatives in the working parameters (a, d[, γ])."""

from __future__ import annotations

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.curves import Derivatives, ItemCurves
from psychometrics.calibration.plan import NormalPrior, Priors


def item_priors(curves: ItemCurves, priors: Priors, *, exact: bool = False) -> Derivatives:
    """Log prior (J,), gradient (J, K) and information (J, K, K) of each item.

    The information is the Gauss–Newton one, never indefinite, unless ``exact`` asks for the negative Hessian.
    A discrimination that its prior forbids (not positive) has objective minus infinity.
    """
    size = 2 if curves.logit_guessing is None else 3
    result = _nothing(len(curves.slope), size)
    if priors.log_discrimination is not None:
        result = result + _log_discrimination(curves, priors.log_discrimination, size, exact)
    if priors.difficulty is not None:
        result = result + _difficulty(curves, priors.difficulty, size, exact)
    if priors.logit_guessing is not None and curves.logit_guessing is not None:
        result = result + _logit_guessing(curves.logit_guessing, priors.logit_guessing)
    return result


def _nothing(count: int, size: int) -> Derivatives:
    return Derivatives(np.zeros(count), np.zeros((count, size)), np.zeros((count, size, size)))


def _log_density(value: FloatArray, prior: NormalPrior) -> FloatArray:
    scaled = (value - prior.mean) / prior.standard_deviation
    return np.asarray(-0.5 * scaled**2 - np.log(prior.standard_deviation * np.sqrt(2 * np.pi)))


def _log_discrimination(curves: ItemCurves, prior: NormalPrior, size: int, exact: bool) -> Derivatives:
    terms = _nothing(len(curves.slope), size)
    slope = np.where(curves.slope > 0, curves.slope, 1.0)
    distance = np.log(slope) - prior.mean
    precision = prior.standard_deviation**-2
    terms.objective[:] = np.where(curves.slope > 0, _log_density(np.log(slope), prior), -np.inf)
    terms.gradient[:, 0] = -precision * distance / slope
    terms.information[:, 0, 0] = precision * ((1 - distance) if exact else 1.0) / slope**2
    return terms


def _difficulty(curves: ItemCurves, prior: NormalPrior, size: int, exact: bool) -> Derivatives:
    terms = _nothing(len(curves.slope), size)
    slope = np.where(curves.slope == 0, np.finfo(float).tiny ** 0.25, curves.slope)
    difficulty = -curves.intercept / slope
    distance = difficulty - prior.mean
    precision = prior.standard_deviation**-2
    direction = np.stack([-difficulty / slope, -1 / slope], axis=1)
    terms.objective[:] = _log_density(difficulty, prior)
    terms.gradient[:, :2] = -precision * distance[:, None] * direction
    terms.information[:, :2, :2] = precision * direction[:, :, None] * direction[:, None, :]
    if exact:
        bend = precision * distance / slope**2
        terms.information[:, 0, 0] += 2 * difficulty * bend
        terms.information[:, 0, 1] += bend
        terms.information[:, 1, 0] += bend
    return terms


def _logit_guessing(logit: FloatArray, prior: NormalPrior) -> Derivatives:
    terms = _nothing(len(logit), 3)
    precision = prior.standard_deviation**-2
    terms.objective[:] = _log_density(logit, prior)
    terms.gradient[:, 2] = -precision * (logit - prior.mean)
    terms.information[:, 2, 2] = precision
    return terms
