"""Speed of examinees and what their times say beyond it: residuals and person fit.

Residuals from the other times: van der Linden & Guo (2008). Person fit: Marianti, Fox, Avetisyan, Veldkamp &
Tijmstra (2014), Sinharay (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.response_times.model import TimeParameters, fitting_times
from psychometrics.response_times.times import ResponseTimes

SpeedMethod = Literal["eap", "mle"]


@dataclass(frozen=True, eq=False)
class SpeedEstimates:
    """``speed`` τ (N,), positive is fast, in log seconds, and its ``standard_error`` (N,).

    Without any time EAP is 0 with the error of the population, MLE is NaN with an infinite one.
    """

    speed: FloatArray
    standard_error: FloatArray


@dataclass(frozen=True, eq=False)
class TimePersonFit:
    """``statistic`` (N,) of each examinee, χ² with ``degrees`` (N,), large for irregular times, and
    ``p_value``; NaN for fewer than two times."""

    statistic: FloatArray
    degrees: FloatArray
    p_value: FloatArray


def estimate_speed(
    times: ResponseTimes | ArrayLike, parameters: TimeParameters, *, method: SpeedMethod = "eap"
) -> SpeedEstimates:
    """Speed of each examinee from times (N, J) in seconds, NaN not presented.

    "eap" is the mean and standard deviation of the normal posterior (van der Linden 2006, eq. 13), "mle" the
    precision-weighted mean of β − log t. Raises InvalidParameters and InvalidResponses.
    """
    if method not in ("eap", "mle"):
        raise InvalidParameters(f"Unknown method {method!r}; choose eap or mle.")
    given = fitting_times(times, parameters)
    prior = parameters.speed_sd**-2 if method == "eap" else 0.0
    total, pull = _precision_and_pull(given, parameters)
    with np.errstate(invalid="ignore", divide="ignore"):
        return SpeedEstimates(pull / (total + prior), 1 / np.sqrt(total + prior))


def time_residuals(times: ResponseTimes | ArrayLike, parameters: TimeParameters) -> FloatArray:
    """Standardized residuals of log times (N, J), negative is faster than expected, NaN not presented.

    Each time is compared with its prediction from the other times of the examinee and the population, so that
    under the model every residual is exactly standard normal.
    """
    given = fitting_times(times, parameters)
    total, pull = _precision_and_pull(given, parameters)
    own = (parameters.discrimination**2)[given.item]
    distance = parameters.intensity[given.item] - given.log_seconds
    others = total[given.examinee] + parameters.speed_sd**-2 - own
    predicted = (pull[given.examinee] - own * distance) / others
    return given.to_array((predicted - distance) / np.sqrt(1 / others + 1 / own))


def time_person_fit(times: ResponseTimes | ArrayLike, parameters: TimeParameters) -> TimePersonFit:
    """Σ α²(log t − β + τ̂)² at the maximum likelihood τ̂: χ² with (number of times − 1) degrees of freedom."""
    given = fitting_times(times, parameters)
    speed = estimate_speed(given, parameters, method="mle").speed
    residual = given.log_seconds - parameters.intensity[given.item] + speed[given.examinee]
    statistic = given.by_examinee((parameters.discrimination[given.item] * residual) ** 2)
    degrees = np.bincount(given.examinee, minlength=given.shape[0]) - 1.0
    known = degrees >= 1
    statistic = np.where(known, statistic, np.nan)
    p_value = np.where(known, chdtrc(np.maximum(degrees, 1), statistic), np.nan)
    return TimePersonFit(statistic, np.where(known, degrees, np.nan), p_value)


def _precision_and_pull(times: ResponseTimes, parameters: TimeParameters) -> tuple[FloatArray, FloatArray]:
    """Σ α² and Σ α²(β − log t) of each examinee, (N,)."""
    own = (parameters.discrimination**2)[times.item]
    distance = parameters.intensity[times.item] - times.log_seconds
    return times.by_examinee(own), times.by_examinee(own * distance)
