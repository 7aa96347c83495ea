"""Scoring, fit and dimensionality against a matrix product timed in the same run.

    python benchmarks/fit.py [--threads N]

The yardstick is one float64 product of two 2048 × 2048 matrices. Each line gives the best of three runs in
seconds and in products, so that machines can be compared.
"""

from __future__ import annotations

import argparse
import os
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
os.environ["OPENBLAS_NUM_THREADS"] = str(parser.parse_args(sys.argv[1:]).threads)

import resource  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402

from psychometrics import (  # noqa: E402
    GradedItems,
    ItemParameters,
    MixedItems,
    ResponseMatrix,
    detect,
    estimate_ability,
    infit_outfit,
    lz_star,
    model_fit,
    plausible_values,
    polychoric_correlations,
    s_x2,
    simulate_responses,
    theta_groups,
    yen_q3,
)


def main() -> None:
    """Print one line for each claim."""
    rng = np.random.default_rng(1)
    square = rng.normal(size=(2048, 2048))
    unit = best(lambda: square @ square)
    print(f"yardstick: float64 product 2048 x 2048, {unit:.3f} s")
    binary = draw_binary(rng, 60)
    mixed = MixedItems((draw_binary(rng, 40), draw_graded(rng, 20)), (np.arange(40), np.arange(40, 60)))
    for name, items in (("0/1", binary), ("mixed", mixed)):
        examine(f"{name} 10,000 x 60", items, rng, unit)
    for count in (100, 200):
        items = draw_binary(rng, count)
        responses = simulate_responses(rng.normal(size=5_000), items, rng)
        report(f"M2, 5,000 x {count}", best(lambda i=items, r=responses: model_fit(r, i), 1), unit)
        print(f"    largest memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    adaptive(rng, unit)


def examine(label: str, items: MixedItems | ItemParameters, rng: np.random.Generator, unit: float) -> None:
    """Scores and fit of complete responses."""
    responses = simulate_responses(rng.normal(size=10_000), items, rng)
    matrix = ResponseMatrix.from_array(responses, items.category_counts)
    theta = estimate_ability(matrix, items).theta
    for method in ("eap", "map", "mle", "wle"):
        report(f"{method}, {label}", best(lambda m=method: estimate_ability(matrix, items, method=m)), unit)
    report(f"5 plausible values, {label}", best(lambda: plausible_values(matrix, items, rng)), unit)
    report(f"S-X2, {label}", best(lambda: s_x2(matrix, items)), unit)
    report(f"infit and outfit, {label}", best(lambda: infit_outfit(matrix, items, theta)), unit)
    report(f"lz*, {label}", best(lambda: lz_star(matrix, items)), unit)
    report(f"Q3, {label}", best(lambda: yen_q3(matrix, items, theta)), unit)
    report(f"residuals by theta group, {label}", best(lambda: theta_groups(matrix, items)), unit)
    report(f"polychoric correlations, {label}", best(lambda: polychoric_correlations(matrix)), unit)
    counts = items.category_counts
    report(f"DETECT, {label}", best(lambda: detect(responses, rng, categories=counts), 1), unit)


def adaptive(rng: np.random.Generator, unit: float) -> None:
    """Scores and fit of sparse responses: 20,000 examinees, 40 of 2,000 items each."""
    items = draw_binary(rng, 2_000)
    rows = np.repeat(np.arange(20_000), 40)
    columns = np.concatenate([rng.choice(2_000, 40, replace=False) for _ in range(20_000)])
    theta = rng.normal(size=20_000)
    logits = items.discrimination[columns] * (theta[rows] - items.difficulty[columns])
    scores = (rng.random(len(rows)) < 1 / (1 + np.exp(-logits))).astype(np.int8)
    matrix = ResponseMatrix.from_triples(rows, columns, scores, (20_000, 2_000))
    label = "20,000 x 40 of 2,000"
    for method in ("eap", "wle"):
        report(f"{method}, {label}", best(lambda m=method: estimate_ability(matrix, items, method=m)), unit)
    report(f"lz*, {label}", best(lambda: lz_star(matrix, items), 1), unit)
    report(f"Q3, {label}", best(lambda: yen_q3(matrix, items), 1), unit)
    report(f"residuals by theta group, {label}", best(lambda: theta_groups(matrix, items), 1), unit)


def draw_binary(rng: np.random.Generator, count: int) -> ItemParameters:
    """Items with discrimination LogN(0, 0.3) and difficulty N(0, 1)."""
    return ItemParameters.of(np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count))


def draw_graded(rng: np.random.Generator, count: int) -> GradedItems:
    """Graded items of four scores."""
    places = rng.normal(0, 0.5, (count, 1)) + np.array([-1.0, 0.0, 1.0])
    return GradedItems(np.exp(rng.normal(0, 0.3, count)), places)


def best(work: Callable[[], object], repeats: int = 3) -> float:
    """Shortest time of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def report(name: str, seconds: float, unit: float) -> None:
    """One line: seconds and matrix products."""
    print(f"{name:52s} {seconds:8.3f} s {seconds / unit:8.1f} products")


if __name__ == "__main__":
    main()
