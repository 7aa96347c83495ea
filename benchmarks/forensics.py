"""False-positive rates and power of the response-time and forensic methods, measured in simulation.

    python benchmarks/forensics.py [--seed N]

Each line gives the nominal rate, that measured where nobody did wrong with its simulation error,
and the rate measured where the wrong was done. The seed fixes every number.
"""

from __future__ import annotations

import argparse

import numpy as np

from psychometrics import (
    TimeParameters,
    calibrate_times,
    normative_thresholds,
    response_time_effort,
    simulate_response_times,
    time_mixtures,
    time_person_fit,
    time_residuals,
)

LEVELS = (0.05, 0.01, 0.001)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    rng = np.random.default_rng(parser.parse_args().seed)
    print(f"{'method':58s} {'nominal':>8s} {'measured':>9s} {'± 2 SE':>8s} {'power':>7s}")
    response_times(rng)
    rapid_guessing(rng)


def response_times(rng: np.random.Generator) -> None:
    """Lognormal model calibrated from the same times; wronged: 6 of 40 items three times as fast."""
    truth = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
    honest = simulate_response_times(rng.normal(0, truth.speed_sd, 10_000), truth, rng)
    fitted = calibrate_times(honest).parameters
    fast = honest[:2_000].copy()
    fast[:, :6] /= 3
    residuals, shifted = time_residuals(honest, fitted), time_residuals(fast, fitted)[:, :6]
    fit, misfit = time_person_fit(honest, fitted).p_value, time_person_fit(fast, fitted).p_value
    for level in LEVELS:
        bound = {0.05: -1.644854, 0.01: -2.326348, 0.001: -3.090232}[level]
        line("fast response, standardized residual", level, residuals.ravel() < bound, shifted < bound)
    for level in LEVELS:
        line("irregular times of an examinee, chi-squared", level, fit < level, misfit < level)


def rapid_guessing(rng: np.random.Generator) -> None:
    """Thresholds; wronged: a tenth of the responses are guesses of about 2.5 seconds."""
    truth = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
    honest = simulate_response_times(rng.normal(0, truth.speed_sd, 5_000), truth, rng)
    guessed = rng.random(honest.shape) < 0.1
    mixed = np.where(guessed, np.exp(rng.normal(0.9, 0.35, honest.shape)), honest)
    found, false = time_mixtures(mixed).thresholds, time_mixtures(honest).thresholds
    clean = response_time_effort(honest, normative_thresholds(honest))
    effort = response_time_effort(mixed, normative_thresholds(mixed))
    by_mixture = response_time_effort(mixed, found)
    line("rapid response, NT10", None, effort.rapid[~guessed], effort.rapid[guessed])
    line("rapid response, lognormal mixture", None, by_mixture.rapid[~guessed], by_mixture.rapid[guessed])
    line("item has a mixture threshold", None, np.isfinite(false), np.isfinite(found))
    heavy = guessed.mean(axis=1) > 0.10
    line("examinee's effort below 0.90, NT10", None, clean.flagged, effort.flagged[heavy])


def line(name: str, level: float | None, honest: np.ndarray, wronged: np.ndarray) -> None:
    """One line: nominal level, measured false-positive rate with its error, power."""
    known = honest[~np.isnan(honest.astype(float))]
    rate = float(np.mean(known))
    error = 2 * np.sqrt(max(rate, 1 / len(known.ravel())) / known.size)
    nominal = "none" if level is None else f"{level:g}"
    print(f"{name:58s} {nominal:>8s} {rate:9.5f} {error:8.5f} {np.nanmean(wronged):7.3f}")


if __name__ == "__main__":
    main()
