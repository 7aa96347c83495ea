"""Log prior densities of the reported parameters, with derivatives in the working ones."""

from __future__ import annotations

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.families import Derivatives, ItemFamily, Kind
from psychometrics.calibration.plan import NormalPrior, Priors

_EDGE = 1e-300


def family_priors(family: ItemFamily, parameters: FloatArray, priors: Priors) -> Derivatives | None:
    """Log prior (J,), gradient (J, P) and Gauss–Newton information (J, P, P); None where there are none.

    A discrimination that its prior forbids (not positive) has objective minus infinity. The prior of a shared
    discrimination is spread over its items, so that it counts once.
    """
    wanted = [(place, prior_of(kind, priors)) for place, kind in enumerate(family.kinds)]
    known = [(place, prior) for place, prior in wanted if prior is not None]
    if not known:
        return None
    reported = family.reported(parameters)
    count, size = parameters.shape
    terms = Derivatives(np.zeros(count), np.zeros((count, size)), np.zeros((count, size, size)))
    for place, prior in known:
        kind = family.kinds[place]
        share = 1.0 / count if family.shared and kind == "discrimination" else 1.0
        value, rate = _on_prior_scale(kind, reported.values[:, place])
        direction = rate[:, None] * reported.jacobian[:, place]
        distance = (value - prior.mean) / prior.standard_deviation
        density = -0.5 * distance**2 - np.log(prior.standard_deviation * np.sqrt(2 * np.pi))
        precision = share / prior.standard_deviation**2
        terms.objective[:] += np.where(np.isfinite(value), share * density, -np.inf)
        pull = np.where(np.isfinite(value), value - prior.mean, 0.0)
        terms.gradient[:] -= precision * pull[:, None] * direction
        terms.information[:] += precision * direction[:, :, None] * direction[:, None, :]
    return terms


def prior_of(kind: Kind, priors: Priors) -> NormalPrior | None:
    """The prior put on reported parameters of this kind."""
    return {
        "discrimination": priors.log_discrimination,
        "threshold": priors.difficulty,
        "guessing": priors.logit_guessing,
        "upper_asymptote": priors.logit_upper_asymptote,
        "nominal_slope": priors.nominal_slope,
        "nominal_intercept": priors.nominal_intercept,
    }[kind]


def _on_prior_scale(kind: Kind, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The values on the scale of their prior and the derivative of that, each (J,)."""
    if kind == "discrimination":
        positive = values > 0
        safe = np.where(positive, values, 1.0)
        return np.where(positive, np.log(safe), -np.inf), 1.0 / safe
    if kind in ("guessing", "upper_asymptote"):
        inside = np.maximum(values * (1 - values), _EDGE)
        return np.log(values) - np.log1p(-values), 1.0 / inside
    return values, np.ones_like(values)
