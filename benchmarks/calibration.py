"""Calibration against girth on the same data, the sparse path, and the cost of one adaptive step.

    python benchmarks/calibration.py [--large]

Prints ratios measured in one run, so they can be compared between machines. Estimation alone is timed; the
log-likelihoods of both are computed by one evaluator from the estimates each of them reports.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from psychometrics import (
    AdaptivePlan,
    AdaptivePool,
    CalibrationPlan,
    ItemParameters,
    NormalPrior,
    Priors,
    ResponseMatrix,
    calibrate,
    estimate_ability,
    girth_estimates,
    information,
    log_probabilities,
    next_choice,
    simulate_responses,
)
from psychometrics.quadrature import Quadrature

AREAS = ("a", "b", "c", "d")


def main() -> None:
    """Run all comparisons and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="add 100,000 x 100, minutes for girth")
    large = parser.parse_args().large
    for examinees, count in [(1_000, 30), (10_000, 60)] + ([(100_000, 100)] if large else []):
        compare_with_girth(examinees, count)
    calibrate_bank(20_000, 2_000, 40)
    for count in (500, 5_000):
        time_adaptive_step(count)


def draw_items(rng: np.random.Generator, count: int) -> ItemParameters:
    """Items with discrimination LogN(0, 0.3) and difficulty N(0, 1)."""
    return ItemParameters.of(np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count))


def seconds_of(action: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time of one call and its result."""
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def log_likelihood(responses: np.ndarray, items: ItemParameters) -> float:
    """Marginal log-likelihood on 121 nodes over ±6, by blocks."""
    grid = Quadrature.equal_spaced(121)
    right, wrong = log_probabilities(grid.nodes, items)
    total = 0.0
    for start in range(0, len(responses), 4096):
        block = responses[start : start + 4096].astype(float)
        joint = block @ (right - wrong).T + wrong.sum(axis=1) + grid.log_weights
        top = joint.max(axis=1)
        total += float((top + np.log(np.exp(joint - top[:, None]).sum(axis=1))).sum())
    return total


def compare_with_girth(examinees: int, count: int) -> None:
    """2PL on complete data: time, log-likelihood and error of both."""
    rng = np.random.default_rng(examinees + count)
    items = draw_items(rng, count)
    responses = simulate_responses(rng.normal(size=examinees), items, rng)
    calibrate(responses[:200], plan=CalibrationPlan(standard_errors="none", iteration_limit=3))
    ours = calibrate(responses, plan=CalibrationPlan(standard_errors="none"))
    theirs_seconds, (slope, difficulty) = seconds_of(
        lambda: girth_estimates(ResponseMatrix.from_array(responses))
    )
    theirs = ItemParameters.of(slope, difficulty)
    ratio = theirs_seconds / ours.seconds
    print(
        f"2PL {examinees} x {count}: {ours.seconds:.3f} s ({ours.iterations} passes, "
        f"converged {ours.converged}), girth {theirs_seconds:.2f} s, ratio {ratio:.0f}; "
        f"log-likelihood {log_likelihood(responses, ours.items):.3f}, "
        f"girth {log_likelihood(responses, theirs):.3f}; "
        f"largest difference a {np.abs(slope - ours.items.discrimination).max():.1e}, "
        f"b {np.abs(difficulty - ours.items.difficulty).max():.1e}"
    )


def calibrate_bank(examinees: int, count: int, each: int) -> None:
    """2PL with priors on a bank of which each examinee met few items."""
    rng = np.random.default_rng(examinees)
    items, theta = draw_items(rng, count), rng.normal(size=examinees)
    columns = np.array([rng.choice(count, each, replace=False) for _ in range(examinees)])
    chance = expit(items.discrimination[columns] * (theta[:, None] - items.difficulty[columns]))
    scores = (rng.random(columns.shape) < chance).astype(np.int8)
    rows = np.repeat(np.arange(examinees), each)
    matrix = ResponseMatrix.from_triples(rows, columns.ravel(), scores.ravel(), (examinees, count))
    priors = Priors(log_discrimination=NormalPrior(0, 0.5), difficulty=NormalPrior(0, 2))
    whole, result = seconds_of(lambda: calibrate(matrix, plan=CalibrationPlan(priors=priors)))
    scaled = (result.items.discrimination - items.discrimination) / result.standard_errors.discrimination
    print(
        f"2PL bank {examinees} x {count}, {each} each: {result.seconds:.3f} s ({result.iterations} passes, "
        f"converged {result.converged}), {whole:.3f} s with standard errors; "
        f"error of a in standard errors {np.sqrt(np.mean(scaled**2)):.2f} (1 is right)"
    )


def naive_step(items: ItemParameters, history: list[tuple[int, int]]) -> int:
    """The step without tables: estimate from parameters, then information of the whole bank."""
    used = [item for item, _ in history]
    theta = 0.0
    if used:
        estimates = estimate_ability([score for _, score in history], items.take(used))
        theta = float(estimates.theta[0])
    curve = information([theta], items)[0]
    curve[used] = -1.0
    return int(curve.argmax())


def time_adaptive_step(count: int) -> None:
    """Mean cost over an attempt of 40 items, best of five attempts."""
    rng = np.random.default_rng(count)
    items = draw_items(rng, count)
    pool = AdaptivePool.build(items, [AREAS[k % 4] for k in range(count)], [None] * count)
    plan = AdaptivePlan(dict.fromkeys(AREAS, 0.25), 40, 40)

    def attempt() -> list[tuple[int, int]]:
        history: list[tuple[int, int]] = []
        while (item := next_choice(pool, plan, history, 1).item) is not None:
            history.append((item, item % 2))
        return history

    ours = min(seconds_of(attempt)[0] for _ in range(5)) / 41
    history = attempt()
    naive = min(
        seconds_of(lambda: [naive_step(items, history[:length]) for length in range(41)])[0] for _ in range(5)
    )
    print(
        f"adaptive step, {count} items: {ours * 1e6:.0f} µs, without tables {naive / 41 * 1e6:.0f} µs, "
        f"ratio {naive / 41 / ours:.0f}"
    )


if __name__ == "__main__":
    main()
