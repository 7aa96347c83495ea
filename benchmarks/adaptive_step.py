"""Cost of one adaptive step: posterior update and choice under exposure and content rules.

    python benchmarks/adaptive_step.py

A step of a live session is compared with the same step without tables, from the item parameters, measured in
the same run; so is a stateless replay of an attempt, and the shadow test.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable
from dataclasses import replace
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
    estimate_ability,
    information,
    next_choice,
    open_session,
    probability,
)
from psychometrics.adaptive.selection import CRITERIA

AREAS = ("a", "b", "c", "d")
LENGTH = 40
REPEATS = 7


def main() -> None:
    """Print one line for each comparison."""
    for count in (500, 5_000):
        pool = build_pool(count)
        naive = naive_step_seconds(pool.items)
        print(f"bank of {count}: step without tables {naive * 1e6:.0f} µs (the yardstick of this run)")
        for name, plan in live_plans(count).items():
            seconds = step_seconds(pool, plan)
            print(
                f"  {name}: {seconds * 1e6:.1f} µs a step (bar 20), {naive / seconds:.0f} times the yardstick"
            )
        replay(pool, live_plans(count)["shares, lottery, randomesque"])
    other_criteria(build_pool(500))
    shadow_test()


def build_pool(count: int) -> AdaptivePool:
    """Three-parameter items in four areas with levels, a third of them in families of two."""
    rng = np.random.default_rng(count)
    items = ItemParameters.of(
        np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count), rng.beta(5, 17, count)
    )
    content = PoolContent(
        areas=[AREAS[item % 4] for item in range(count)],
        families=[f"f{item // 2}" if item < count // 3 else None for item in range(count)],
        attributes={"level": [("low", "middle", "high")[item % 3] for item in range(count)]},
    )
    return AdaptivePool.of(items, content)


def live_plans(count: int) -> dict[str, AdaptivePlan]:
    """Plans with exposure and content rules, as live attempts have them."""
    chances = np.random.default_rng(1).uniform(0.2, 1.0, count)
    shares = AdaptivePlan(dict.fromkeys(AREAS, 0.25), LENGTH, LENGTH)
    by_area = tuple(Quota("area", area, 8, 12) for area in AREAS)
    by_level = tuple(Quota("level", level, 10, 16) for level in ("low", "middle", "high"))
    lottery = ExposureControl.of(chances)
    return {
        "shares, randomesque": shares,
        "shares, lottery, randomesque": replace(shares, exposure=lottery),
        "shares, lottery by θ, randomesque": replace(
            shares,
            exposure=ExposureControl.of(np.stack([chances, chances[::-1], chances]), (-0.5, 0.5)),
        ),
        "quotas on area and level, lottery, randomesque": replace(
            shares, area_targets={}, content=ContentRules(by_area + by_level), exposure=lottery
        ),
    }


def best_of(action: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Seconds of the fastest of some calls: what the work costs when nothing else disturbs it."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def step_seconds(pool: AdaptivePool, plan: AdaptivePlan) -> float:
    """Mean cost of recording a score and choosing the next item, over an attempt of 40 items."""
    prepared = PreparedPlan(pool, plan)
    open_session(prepared, 1).choose()
    answers = np.random.default_rng(7).integers(0, 2, LENGTH).tolist()

    def attempt() -> float:
        session = open_session(prepared, 1)
        choice = session.choose()
        started = time.perf_counter()
        for score in answers:
            session.record(choice.item, score)  # type: ignore[arg-type]
            choice = session.choose()
        return (time.perf_counter() - started) / LENGTH

    return min(attempt() for _ in range(3 * REPEATS))


def naive_step_seconds(items: ItemParameters) -> float:
    """The same attempt with θ from the responses and the information of the whole bank, each time anew."""

    def attempt() -> None:
        used: list[int] = []
        for position in range(LENGTH):
            theta = 0.0
            if used:
                scores = [item % 2 for item in used]
                theta = float(estimate_ability(scores, items.take(used)).theta[0])
            curve = information([theta], items)[0]
            curve[used] = -1.0
            used.append(int(curve.argmax()) if position < len(items) else 0)

    return best_of(attempt, 3) / LENGTH


def replay(pool: AdaptivePool, plan: AdaptivePlan) -> None:
    """The choice after 40 items from the history alone."""
    longer = replace(plan, maximum_length=LENGTH + 1)
    prepared = PreparedPlan(pool, longer)
    session, history = open_session(prepared, 1), []
    for position in range(LENGTH):
        item = session.choose().item
        history.append((item, position % 2))
        session.record(item, position % 2)  # type: ignore[arg-type]
    shared = best_of(lambda: open_session(prepared, 1, history).choose(), 50)  # type: ignore[arg-type]
    alone = best_of(lambda: next_choice(pool, longer, history, 1), 50)  # type: ignore[arg-type]
    print(
        f"  replay of {LENGTH} items and choice: {shared * 1e6:.0f} µs with a prepared plan, "
        f"{alone * 1e6:.0f} µs without"
    )


def other_criteria(pool: AdaptivePool) -> None:
    """Criteria that look at the whole bank at every step."""
    print("other criteria, bank of 500, shares and randomesque:")
    plan = AdaptivePlan(dict.fromkeys(AREAS, 0.25), LENGTH, LENGTH)
    for criterion in CRITERIA[1:]:
        seconds = step_seconds(pool, replace(plan, selection=SelectionRules(criterion)))
        print(f"  {criterion}: {seconds * 1e6:.0f} µs a step")


def shadow_test() -> None:
    """500 items, five attributes of six values, bounds on each: 30 constraints, 30 items."""
    rng = np.random.default_rng(3)
    count, length, values = 500, 30, 6
    items = ItemParameters.of(np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count))
    names = [f"attribute {number}" for number in range(5)]
    attributes = {name: [str(value) for value in rng.integers(0, values, count)] for name in names}
    pool = AdaptivePool.of(items, PoolContent(["all"] * count, attributes=attributes))
    quotas = tuple(Quota(name, str(value), 3, 7) for name in names for value in range(values))
    plan = AdaptivePlan({}, length, length, randomesque=1, content=ContentRules(quotas, "shadow_test"))
    prepared = PreparedPlan(pool, plan)
    open_session(prepared, 0).choose()
    times = []
    for seed, theta in enumerate(np.linspace(-2, 2, 9)):
        session, chance = open_session(prepared, seed), np.random.default_rng(seed)
        while True:
            started = time.perf_counter()
            choice = session.choose()
            times.append(time.perf_counter() - started)
            if choice.item is None:
                break
            right = probability([theta], items.take([choice.item]))[0, 0]
            session.record(choice.item, int(chance.random() < right))
    milliseconds = np.array(times) * 1e3
    print(
        f"shadow test, {count} items, {len(quotas)} constraints, {length} items: mean "
        f"{milliseconds.mean():.1f} ms a step (bar 20), median {np.median(milliseconds):.1f}, "
        f"99th percentile {np.percentile(milliseconds, 99):.1f}; "
        f"kept without solving in {(milliseconds < 1).mean():.0%} of steps"
    )


if __name__ == "__main__":
    main()
