"""Response times: the lognormal model, speed of examinees, irregular times and rapid guessing."""

from psychometrics.response_times.estimation import TimeCalibration, TimePlan, calibrate_times
from psychometrics.response_times.mixture import MixtureRule, TimeMixtures, time_mixtures
from psychometrics.response_times.model import TimeParameters, simulate_response_times
from psychometrics.response_times.rapid_guessing import (
    ResponseTimeEffort,
    effort_moderated,
    normative_thresholds,
    response_time_effort,
)
from psychometrics.response_times.speed import (
    SpeedEstimates,
    TimePersonFit,
    estimate_speed,
    time_person_fit,
    time_residuals,
)
from psychometrics.response_times.standard_errors import TimeStandardErrors
from psychometrics.response_times.times import ResponseTimes

__all__ = [
    "MixtureRule",
    "ResponseTimeEffort",
    "ResponseTimes",
    "SpeedEstimates",
    "TimeCalibration",
    "TimeMixtures",
    "TimeParameters",
    "TimePersonFit",
    "TimePlan",
    "TimeStandardErrors",
    "calibrate_times",
    "effort_moderated",
    "estimate_speed",
    "normative_thresholds",
    "response_time_effort",
    "simulate_response_times",
    "time_mixtures",
    "time_person_fit",
    "time_residuals",
]
