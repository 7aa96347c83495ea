"""The lognormal response-time model.

log Tᵢⱼ = βⱼ − τᵢ + εᵢⱼ, εᵢⱼ ~ N(0, 1/αⱼ²): van der Linden (2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.response_times.times import ResponseTimes, as_response_times


@dataclass(frozen=True, eq=False)
class TimeParameters:
    """Lognormal parameters of J items and the spread of speed.

    ``intensity`` βⱼ (J,), in log seconds: the mean log time of an examinee of speed 0. ``discrimination`` αⱼ
    (J,), positive: 1/standard deviation of the log time at a given speed. ``speed_sd`` σ > 0 of the
    population, whose mean speed is 0. Raises InvalidParameters.
    """

    intensity: FloatArray
    discrimination: FloatArray
    speed_sd: float

    def __post_init__(self) -> None:
        for name in ("intensity", "discrimination"):
            object.__setattr__(self, name, finite_vector(getattr(self, name), name))
        if len(self.intensity) != len(self.discrimination):
            raise InvalidParameters("Items need one time intensity and one time discrimination each.")
        if not (self.discrimination > 0).all() or not self.speed_sd > 0:
            raise InvalidParameters("Time discriminations and the spread of speed must be positive.")

    def __len__(self) -> int:
        return len(self.intensity)

    def expected_seconds(self, speed: ArrayLike) -> FloatArray:
        """Mean time exp(β − τ + 1/(2α²)) of examinees of ``speed`` (N,): (N, J) seconds."""
        tau = finite_vector(speed, "speed")
        return np.asarray(np.exp(self.intensity - tau[:, None] + 0.5 / self.discrimination**2))


def fitting_times(times: ResponseTimes | ArrayLike, parameters: TimeParameters) -> ResponseTimes:
    """The times, checked to be of as many items as the parameters. Raises InvalidResponses."""
    given = as_response_times(times)
    if given.shape[1] != len(parameters):
        raise InvalidResponses(f"Times of {given.shape[1]} items do not fit {len(parameters)} parameters.")
    return given


def simulate_response_times(
    speed: ArrayLike, parameters: TimeParameters, rng: np.random.Generator
) -> FloatArray:
    """Times (N, J) in seconds of examinees of ``speed`` (N,) on all items."""
    tau = finite_vector(speed, "speed")
    noise = rng.normal(size=(len(tau), len(parameters))) / parameters.discrimination
    return np.asarray(np.exp(parameters.intensity - tau[:, None] + noise))
