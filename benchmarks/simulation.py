"""Cost of simulated adaptive administrations.

    python benchmarks/simulation.py

100,000 examinees are given 30 of 500 items by maximum information. Yardsticks of the same run: a GEMM in
single precision, the live session for one examinee after another, and the package catsim if it is installed.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from psychometrics import (
    AdaptivePlan,
    AdaptivePool,
    ContentRules,
    ExposureControl,
    ItemParameters,
    PoolContent,
    PreparedPlan,
    Quota,
    SelectionRules,
    open_session,
    probability,
    simulate_adaptive,
)
from psychometrics.adaptive.selection import CRITERIA

EXAMINEES, ITEMS, LENGTH = 100_000, 500, 30
PEER_EXAMINEES = 25
BAR = 200


def main() -> None:
    """Print one line for each comparison."""
    gemm = seconds_of(gemm_2048)
    pool = build_pool()
    thetas = np.random.default_rng(2).normal(size=EXAMINEES)
    plan = AdaptivePlan({}, LENGTH, LENGTH, randomesque=1)
    simulate_adaptive(pool, plan, thetas[:500], np.random.default_rng(3))
    started = time.perf_counter()
    run = simulate_adaptive(pool, plan, thetas, np.random.default_rng(3))
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    mine = seconds / EXAMINEES
    print(f"{EXAMINEES:,} examinees × {LENGTH} of {ITEMS} items: {seconds:.2f} s, {memory:.0f} MB at most")
    print(
        f"  {mine * 1e6:.1f} µs an examinee, {mine / LENGTH * 1e6:.2f} µs a step, "
        f"{seconds / gemm:.0f} GEMM-units"
    )
    print(f"  RMSE {run.rmse:.4f}, mean standard error {np.mean(run.standard_error):.4f}")
    live = live_seconds(pool, plan, thetas[:50])
    print(f"  live sessions one by one: {live * 1e6:.0f} µs an examinee, {live / mine:.0f} times as long")
    peer(pool, thetas[:PEER_EXAMINEES], mine)
    other_plans(pool, thetas, mine)


def build_pool() -> AdaptivePool:
    """Three-parameter items in four areas."""
    rng = np.random.default_rng(1)
    items = ItemParameters.of(
        np.exp(rng.normal(0, 0.3, ITEMS)), rng.normal(0, 1, ITEMS), rng.beta(5, 17, ITEMS)
    )
    return AdaptivePool.of(items, PoolContent([f"area {item % 4}" for item in range(ITEMS)]))


def seconds_of(action: Callable[[], Any]) -> float:
    """Seconds of the fastest of three calls."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def gemm_2048() -> None:
    """One product of two matrices of 2048 × 2048 in single precision."""
    matrix = np.ones((2048, 2048), dtype=np.float32)
    np.dot(matrix, matrix)


def live_seconds(pool: AdaptivePool, plan: AdaptivePlan, thetas: np.ndarray[Any, Any]) -> float:
    """Seconds an examinee takes in sessions as the live test runs them."""
    prepared, rng = PreparedPlan(pool, plan), np.random.default_rng(4)
    chances = probability(thetas, pool.items)
    started = time.perf_counter()
    for seed, row in enumerate(chances):
        session = open_session(prepared, seed)
        while (item := session.choose().item) is not None:
            session.record(item, int(rng.random() < row[item]))
    return (time.perf_counter() - started) / len(thetas)


def peer(pool: AdaptivePool, thetas: np.ndarray[Any, Any], mine: float) -> None:
    """The same simulation by catsim, for fewer examinees."""
    if find_spec("catsim") is None:
        print("  catsim is not installed; its yardstick is left out")
        return
    from catsim.estimation import NumericalSearchEstimator
    from catsim.initialization import FixedPointInitializer
    from catsim.selection import MaxInfoSelector
    from catsim.simulation import Simulator
    from catsim.stopping import TestLengthStopper

    items = pool.items
    bank = np.column_stack([items.discrimination, items.difficulty, items.guessing, items.upper_asymptote])
    simulator = Simulator(
        bank,
        thetas,
        FixedPointInitializer(0.0),
        MaxInfoSelector(),
        NumericalSearchEstimator(),
        TestLengthStopper(max_items=LENGTH),
    )
    started = time.perf_counter()
    simulator.simulate()
    seconds = (time.perf_counter() - started) / len(thetas)
    lengths = {len(given) for given in simulator.administered_items}
    assert lengths == {LENGTH}, lengths
    print(
        f"  catsim: {seconds * 1e3:.1f} ms an examinee, {seconds / mine:.0f} times as long (bar {BAR}); "
        "it estimates θ by maximum likelihood, having no EAP"
    )


def other_plans(pool: AdaptivePool, thetas: np.ndarray[Any, Any], mine: float) -> None:
    """What rules cost beside plain maximum information."""
    chances = ExposureControl.of(np.random.default_rng(5).uniform(0.2, 1.0, ITEMS))
    areas = sorted(pool.area_sizes)
    shares = AdaptivePlan(dict.fromkeys(areas, 0.25), LENGTH, LENGTH)
    quotas = ContentRules(tuple(Quota("area", area, 5, 9) for area in areas))
    plans = {
        "shares, randomesque of 5": (shares, 20_000),
        "shares, randomesque of 5, lottery": (replace(shares, exposure=chances), 20_000),
        "quotas on areas": (AdaptivePlan({}, LENGTH, LENGTH, content=quotas), 20_000),
    }
    for criterion in CRITERIA[1:]:
        plans[criterion] = (replace(shares, selection=SelectionRules(criterion)), 500)
    for name, (plan, count) in plans.items():
        started = time.perf_counter()
        simulate_adaptive(pool, plan, thetas[:count], np.random.default_rng(6))
        each = (time.perf_counter() - started) / count
        print(f"  {name}: {each * 1e6:.0f} µs an examinee, {each / mine:.1f} times the plain plan")


if __name__ == "__main__":
    main()
