"""Marginal maximum likelihood of the lognormal response-time model.

Given the items, log times are normal with one common factor, so that every integral over speed is exact and
needs no grid. EM of factor analysis (Rubin & Thayer 1982) with the mean of speed as an expanded parameter
(Liu, Rubin & Wu 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.response_times.model import TimeParameters
from psychometrics.response_times.standard_errors import TimeStandardErrors, time_standard_errors
from psychometrics.response_times.times import ResponseTimes, as_response_times

FEWEST_TIMES = 3
SLOWEST = 1e-4
"""Least share of the way to the maximum that a cycle of EM is taken to go."""
MAX_DISCRIMINATION = 1e4
"""Residual standard deviation of 0.0001 in log seconds: an item that "fits" better has degenerated."""


@dataclass(frozen=True)
class TimePlan:
    """``tolerance`` bounds the distance of every parameter to the maximum, ``max_iterations`` the EM cycles.

    The distance is estimated from how fast the changes shrink: a small step of a slow EM is not convergence.

    Raises InvalidParameters.
    """

    tolerance: float = 1e-7
    max_iterations: int = 2_000

    def __post_init__(self) -> None:
        if not self.tolerance > 0 or self.max_iterations < 1:
            raise InvalidParameters("A time calibration needs a positive tolerance and an iteration or more.")


@dataclass(frozen=True, eq=False)
class TimeCalibration:
    """``parameters`` with ``standard_errors``, marginal ``log_likelihood`` of the log times, number of times
    of each item ``counts`` (J,), ``iterations`` and whether they ``converged``."""

    parameters: TimeParameters
    standard_errors: TimeStandardErrors
    log_likelihood: float
    counts: IntArray
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Speeds:
    """Posterior mean and variance of speed, (N,), and the marginal log-likelihood."""

    mean: FloatArray
    variance: FloatArray
    log_likelihood: float


def calibrate_times(times: ResponseTimes | ArrayLike, plan: TimePlan | None = None) -> TimeCalibration:
    """Fit the lognormal model to times (N, J) in seconds, NaN not presented.

    Missing cells are ignored, which is right when they are missing by design. The mean of speed is fixed
    at 0. NotEstimable names the items with fewer than three times, or with times that do not vary;
    InvalidResponses for times that are not positive.
    """
    given, chosen = as_response_times(times), plan or TimePlan()
    parameters = _starting_values(given)
    fitting = _TimeFit(given)
    iterations, change, distance = 0, np.inf, np.inf
    while distance >= chosen.tolerance and iterations < chosen.max_iterations:
        updated = fitting.step(parameters)
        latest = _largest_change(parameters, updated)
        distance = latest / max(1 - latest / change, SLOWEST)
        parameters, change, iterations = updated, max(latest, 1e-300), iterations + 1
    _refuse_degenerate(parameters)
    speeds = fitting.speeds(parameters)
    errors = time_standard_errors(given, parameters, speeds.mean, speeds.variance)
    return TimeCalibration(
        parameters, errors, speeds.log_likelihood, fitting.counts, iterations, distance < chosen.tolerance
    )


class _TimeFit:
    """Sums over the cells that EM needs: log times are taken from their item's mean to lose no digits."""

    def __init__(self, times: ResponseTimes) -> None:
        self.times = times
        self.counts = np.bincount(times.item, minlength=times.shape[1])
        self.centre = times.by_item(times.log_seconds) / self.counts
        deviation = times.log_seconds - self.centre[times.item]
        self.deviations = times.table(deviation)
        self.presented = times.table(np.ones(len(deviation)))
        self.squares = times.by_item(deviation**2)

    def speeds(self, parameters: TimeParameters) -> _Speeds:
        """Normal posterior of each examinee's speed."""
        precision, shift = parameters.discrimination**2, parameters.intensity - self.centre
        total = self.presented @ precision + parameters.speed_sd**-2
        pull = self.presented @ (precision * shift) - self.deviations @ precision
        quadratic = float(precision @ (self.squares + self.counts * shift**2))
        quadratic -= 2 * float((precision * shift) @ np.asarray(self.deviations.sum(axis=0)))
        log_density = (
            float(self.counts @ np.log(parameters.discrimination))
            - 0.5 * (quadratic - float(pull @ (pull / total)))
            - 0.5 * float(np.log(total * parameters.speed_sd**2).sum())
            - 0.5 * len(self.times.seconds) * np.log(2 * np.pi)
        )
        return _Speeds(pull / total, 1 / total, log_density)

    def step(self, parameters: TimeParameters) -> TimeParameters:
        """One EM cycle, then the mean of speed moved into the intensities."""
        speeds = self.speeds(parameters)
        mean_speed = self.presented.T @ speeds.mean / self.counts
        residual = self.squares / self.counts + 2 * (self.deviations.T @ speeds.mean) / self.counts
        spread = self.presented.T @ (speeds.mean**2 + speeds.variance) / self.counts - mean_speed**2
        variance = np.maximum(residual + spread, MAX_DISCRIMINATION**-2)
        centre = float(speeds.mean.mean())
        speed_sd = float(np.sqrt((speeds.mean**2 + speeds.variance).mean() - centre**2))
        return TimeParameters(self.centre + mean_speed - centre, variance**-0.5, speed_sd)


def _starting_values(times: ResponseTimes) -> TimeParameters:
    counts = np.bincount(times.item, minlength=times.shape[1])
    few = {int(item): f"only {counts[item]} times" for item in np.flatnonzero(counts < FEWEST_TIMES)}
    if few:
        raise NotEstimable(f"{len(few)} items have fewer than {FEWEST_TIMES} times; leave them out.", few)
    centre = times.by_item(times.log_seconds) / counts
    spread = times.by_item((times.log_seconds - centre[times.item]) ** 2) / counts
    still = {int(item): "all times are equal" for item in np.flatnonzero(spread < 1e-12)}
    if still:
        raise NotEstimable(f"{len(still)} items have times that do not vary; leave them out.", still)
    return TimeParameters(centre, (0.7 * spread) ** -0.5, float(np.sqrt(0.3 * spread.mean())))


def _largest_change(old: TimeParameters, new: TimeParameters) -> float:
    return max(
        float(np.abs(new.intensity - old.intensity).max()),
        float(np.abs(np.log(new.discrimination / old.discrimination)).max()),
        abs(new.speed_sd - old.speed_sd),
    )


def _refuse_degenerate(parameters: TimeParameters) -> None:
    """With one perfectly predicted item, or a single item, the likelihood has no maximum."""
    wrong = np.flatnonzero(parameters.discrimination > 0.5 * MAX_DISCRIMINATION)
    if len(wrong):
        raise NotEstimable(
            "The times of some items follow speed without any residual; give more items or examinees.",
            {int(item): "no residual variance" for item in wrong},
        )
    if len(parameters) < 2 or parameters.speed_sd < 1e-6:
        raise NotEstimable("Speed cannot be told from noise: give two or more items that share it.")
