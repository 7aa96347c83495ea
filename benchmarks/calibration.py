"""Time, memory and recovery of calibration against a yardstick measured in the same run.

    python benchmarks/calibration.py [--large] [--country] [--design NAME ...]

Designs (discrimination LogN(0, 0.3), difficulty N(0, 1), θ ~ N(0, 1)): a, 1,000 × 30 complete; b, 10,000 × 60
complete; c, 100,000 × 100 complete (``--large``); d, 20,000 × 2,000 adaptive: 10 random items, then 30 near
the provisional estimate, with priors; country, 400,000 × 5,000, 50 each, the estimate renewed after each item
(``--country``). a-3pl and b-3pl add guessing Beta(5, 17), -rasch designs have discriminations 1.

Tolerance 1e-4, standard errors left out. Each design runs in a process of its own, which also makes its
data, and reports its peak resident memory; the best of three runs counts (one for the country). One GEMM
unit is the time of a product of two 2048 × 2048 matrices in 32 bits on all cores, the best of all
measured before and after each design. girth runs on the data of a and b. Errors are root mean squares
after mean–sigma alignment, printed beside the best figure known for another program (R mirt, PyPI mirt,
theta-irt, girth) on the same data.
"""

from __future__ import annotations

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1" if "--child" in sys.argv else str(os.cpu_count() or 1)

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from psychometrics import (
    Calibration,
    CalibrationPlan,
    ItemParameters,
    Model,
    NormalPrior,
    Priors,
    ResponseMatrix,
    calibrate,
    girth_estimates,
    log_probabilities,
    simulate_responses,
)
from psychometrics.quadrature import Quadrature

TOLERANCE = 1e-4
REPEATS = 3
RANDOM_ITEMS = 10
ROWS_AT_ONCE = 4096
BANK_PRIORS = Priors(log_discrimination=NormalPrior(0, 0.5), difficulty=NormalPrior(0, 2))


@dataclass(frozen=True)
class Design:
    """Size of the data, ``each`` items met by an examinee if not all, and what is to be beaten.

    ``peer_errors`` are the best root mean square errors of a and b of other programs on the same data, None
    if none is known. ``together`` draws many examinees at once, which 400,000 of them need.
    """

    examinees: int
    items: int
    seed: int
    each: int | None = None
    peer_errors: tuple[float, float] | None = None
    most_units: float | None = None
    most_megabytes: float | None = None
    girth_ratio: float | None = None
    repeats: int = REPEATS
    together: bool = False
    model: Model = "2pl"


DESIGNS = {
    "a": Design(1_000, 30, 1000, peer_errors=(0.115, 0.092)),
    "b": Design(10_000, 60, 1010, peer_errors=(0.031, 0.032), girth_ratio=50),
    "c": Design(100_000, 100, 1020, peer_errors=(0.0099, 0.0116), most_units=12, most_megabytes=400),
    "d": Design(20_000, 2_000, 1030, 40, (0.168, 0.146), most_units=8, most_megabytes=400),
    "country": Design(400_000, 5_000, 1040, 50, repeats=1, together=True),
    "a-3pl": Design(1_000, 30, 1001, peer_errors=(0.391, 0.236), model="3pl"),
    "b-3pl": Design(10_000, 60, 1011, peer_errors=(0.088, 0.157), model="3pl"),
    "a-rasch": Design(1_000, 30, 1002, peer_errors=(0.0, 0.067), model="rasch"),
    "b-rasch": Design(10_000, 60, 1012, peer_errors=(0.0, 0.021), model="rasch"),
    "c-rasch": Design(100_000, 100, 1022, peer_errors=(0.0, 0.007), model="rasch"),
    "d-rasch": Design(20_000, 2_000, 1032, 40, (0.0, 0.125), model="rasch"),
}
RECOVERY_DESIGNS = ("a-3pl", "b-3pl", "a-rasch", "b-rasch")
GIRTH_DESIGNS = ("a", "b")


def main() -> None:
    """Run the designs asked for and print a few lines for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--large", action="store_true", help="add design c")
    parser.add_argument("--country", action="store_true", help="add 400,000 examinees of a bank of 5,000")
    parser.add_argument("--design", nargs="+", choices=DESIGNS, help="these designs only")
    parser.add_argument("--child", choices=("ours", "girth"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        task = run_ours if options.child == "ours" else run_girth
        print(json.dumps(task(DESIGNS[options.design[0]])))
        return
    names = options.design or [
        "a", "b", *["c"] * options.large, "d", *RECOVERY_DESIGNS, *["country"] * options.country
    ]  # fmt: skip
    units, results = gemm_seconds(), {}
    for name in names:
        results[name] = (in_child("ours", name), in_child("girth", name) if name in GIRTH_DESIGNS else None)
        units += gemm_seconds()
    unit = min(units)
    print(f"GEMM unit {unit * 1e3:.1f} ms on {os.cpu_count()} cores ({2 * 2048**3 / unit / 1e9:.0f} GF/s)")
    for name, (ours, girth) in results.items():
        print_design(name, ours, girth, unit)


def in_child(task: str, name: str) -> dict[str, Any]:
    """Result of a task on a design, run in a process of its own."""
    command = [sys.executable, __file__, "--child", task, "--design", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout))


def print_design(name: str, ours: dict[str, Any], girth: dict[str, Any] | None, unit: float) -> None:
    """What was measured, each beside the bar set for it."""
    design = DESIGNS[name]
    each = "" if design.each is None else f", {design.each} each, priors"
    print(f"\n{name}: {design.model} {design.examinees:,} × {design.items:,}{each}")
    units = ours["seconds"] / unit
    print(
        f"  {ours['seconds']:.3f} s = {units:.2f} GEMM units{bar(units, design.most_units, most=True)}, "
        f"{ours['passes']} passes, converged {ours['converged']}; data made in {ours['data_seconds']:.1f} s"
    )
    print(f"  peak {ours['megabytes']:.0f} MB{bar(ours['megabytes'], design.most_megabytes, most=True)}")
    peers = design.peer_errors or ("unknown", "unknown")
    for letter, error, peer in zip("ab", ours["errors"], peers, strict=True):
        print(f"  error of {letter} {error:.4f} (best other program: {peer})")
    if girth is not None:
        ratio = girth["seconds"] / ours["seconds"]
        lost_a, lost_b = girth["errors"]
        verdict = bar(ratio, design.girth_ratio, most=False)
        print(f"  girth {girth['seconds']:.2f} s, ratio {ratio:.0f}{verdict}")
        print(
            f"  girth {girth['megabytes']:.0f} MB; errors {lost_a:.4f}, {lost_b:.4f}; "
            f"log-likelihood {girth['log_likelihood']:.3f}, ours {ours['log_likelihood']:.3f}"
        )


def bar(value: float, limit: float | None, *, most: bool) -> str:
    """The bar and whether it is met."""
    if limit is None:
        return ""
    met = value <= limit if most else value >= limit
    return f" (bar: {'at most' if most else 'at least'} {limit:g}, {'met' if met else 'MISSED'})"


def gemm_seconds() -> list[float]:
    """Times of single-precision products of 2048 × 2048 matrices on all cores."""
    rng = np.random.default_rng(1)
    left, right = rng.standard_normal((2, 2048, 2048), dtype=np.float32)
    return [seconds_of(lambda: left @ right)[0] for _ in range(6)][1:]


def run_ours(design: Design) -> dict[str, Any]:
    """Calibrate a design: best time, peak memory and errors."""
    data_seconds, (items, responses) = seconds_of(lambda: draw(design))
    plan = CalibrationPlan(tolerance=TOLERANCE, standard_errors="none", priors=priors_of(design))

    def estimate() -> Calibration:
        return calibrate(responses, model=design.model, plan=plan)

    runs = [seconds_of(estimate) for _ in range(design.repeats)]
    peak = peak_megabytes()
    result = runs[0][1]
    return {
        "seconds": min(seconds for seconds, _ in runs),
        "data_seconds": data_seconds,
        "megabytes": peak,
        "passes": result.iterations,
        "converged": result.converged,
        "errors": errors(result.item_parameters, items),
        "log_likelihood": None if design.each else log_likelihood(responses, result.item_parameters),
    }


def priors_of(design: Design) -> Priors | None:
    """Priors of a sparse bank; complete data have those that the model needs and no other."""
    if design.each is None:
        return None
    return Priors(difficulty=BANK_PRIORS.difficulty) if design.model == "rasch" else BANK_PRIORS


def run_girth(design: Design) -> dict[str, Any]:
    """girth on the same data, once."""
    items, responses = draw(design)
    seconds, (slope, difficulty) = seconds_of(lambda: girth_estimates(responses))
    theirs = ItemParameters.of(slope, difficulty)
    return {
        "seconds": seconds,
        "megabytes": peak_megabytes(),
        "errors": errors(theirs, items),
        "log_likelihood": log_likelihood(responses, theirs),
    }


def draw(design: Design) -> tuple[ItemParameters, ResponseMatrix]:
    """Items and responses of a design. The order of the draws is part of the design: it fixes the data."""
    rng = np.random.default_rng(design.seed)
    discrimination, difficulty = np.exp(rng.normal(0, 0.3, design.items)), rng.normal(0, 1, design.items)
    guessing = rng.beta(5, 17, design.items)  # drawn for every model: the seeds then agree
    if design.model == "rasch":
        discrimination = np.ones(design.items)
    items = ItemParameters.of(discrimination, difficulty, guessing if design.model == "3pl" else None)
    theta = rng.normal(0, 1, design.examinees)
    if design.each is None:
        parts = [theta[start : start + 10_000] for start in range(0, len(theta), 10_000)]
        return items, ResponseMatrix.from_array(
            np.concatenate([simulate_responses(part, items, rng) for part in parts])
        )
    met = np.empty((len(theta), design.each), dtype=np.int32)
    scores = np.empty((len(theta), design.each), dtype=np.int8)
    give = administer_together if design.together else administer_singly
    for start in range(0, len(theta), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        met[rows], scores[rows] = give(theta[rows], items, design.each, rng)
    examinees = np.repeat(np.arange(len(theta), dtype=np.int32), design.each)
    return items, ResponseMatrix.from_triples(
        examinees, met.ravel(), scores.ravel(), (len(theta), design.items)
    )


def administer_singly(
    theta: np.ndarray, items: ItemParameters, each: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Items and scores (n, each): 10 at random, the others from those within 0.9 of the estimate."""
    nodes = np.linspace(-4, 4, 33)
    prior = np.exp(-0.5 * nodes**2)
    log_right, log_wrong = (table.T for table in log_probabilities(nodes, items))
    met, scores = np.empty((2, len(theta), each), dtype=np.int64)
    for row, ability in enumerate(theta):
        first = rng.choice(len(items), RANDOM_ITEMS, replace=False)
        right = answers(ability, items, first, rng)
        logs = np.where(right[:, None], log_right[first], log_wrong[first]).sum(axis=0)
        posterior = np.exp(logs - logs.max()) * prior
        distance = np.abs(items.difficulty - posterior @ nodes / posterior.sum())
        distance[first] = np.inf
        near = np.flatnonzero(distance < 0.9)
        if len(near) < each - RANDOM_ITEMS:
            near = np.argsort(distance)[: each + 60]
        rest = rng.choice(near, each - RANDOM_ITEMS, replace=False)
        met[row] = np.concatenate([first, rest])
        scores[row] = np.concatenate([right, answers(ability, items, rest, rng)])
    return met, scores


def answers(
    theta: np.ndarray, items: ItemParameters, chosen: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Whether each of the chosen items is answered right; θ broadcasts against them."""
    chance = expit(items.discrimination[chosen] * (theta - items.difficulty[chosen]))
    return np.asarray(rng.random(chosen.shape) < chance)


def administer_together(
    theta: np.ndarray, items: ItemParameters, each: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Items and scores (n, each) for many at once: 10 at random, the others near the estimate so far."""
    nodes = np.linspace(-4, 4, 33)
    log_right, log_wrong = (table.T for table in log_probabilities(nodes, items))
    log_posterior = np.tile(-0.5 * nodes**2, (len(theta), 1))
    order = np.argsort(items.difficulty)
    used = np.zeros((len(theta), len(items)), dtype=bool)
    met, scores = np.empty((2, len(theta), each), dtype=np.int64)
    for step in range(each):
        wanted = rng.integers(0, len(items), len(theta))
        if step >= RANDOM_ITEMS:
            weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
            estimate = weights @ nodes / weights.sum(axis=1)
            target = estimate + rng.uniform(-0.9, 0.9, len(theta))
            wanted = np.searchsorted(items.difficulty[order], target)
        chosen = order[nearest_unused(wanted, used)]
        right = answers(theta, items, chosen, rng)
        log_posterior += np.where(right[:, None], log_right[chosen], log_wrong[chosen])
        met[:, step], scores[:, step] = chosen, right
    return met, scores


def nearest_unused(wanted: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The unused position closest to the one wanted, for each examinee, which is then marked as used."""
    chosen = np.clip(wanted, 0, used.shape[1] - 1)
    rows = np.flatnonzero(used[np.arange(len(used)), chosen])
    distance = 0
    while len(rows):
        distance += 1
        for side in (distance, -distance):
            place = wanted[rows] + side
            inside = (place >= 0) & (place < used.shape[1])
            free = inside & ~used[rows, np.where(inside, place, 0)]
            chosen[rows[free]] = place[free]
            rows = rows[~free]
    used[np.arange(len(used)), chosen] = True
    return chosen


def errors(estimated: ItemParameters, true: ItemParameters) -> tuple[float, float]:
    """Root mean square errors of a and b after mean–sigma alignment."""
    slope = true.difficulty.std() / estimated.difficulty.std()
    shift = true.difficulty.mean() - slope * estimated.difficulty.mean()
    lost_a = estimated.discrimination / slope - true.discrimination
    lost_b = slope * estimated.difficulty + shift - true.difficulty
    return float(np.sqrt(np.mean(lost_a**2))), float(np.sqrt(np.mean(lost_b**2)))


def log_likelihood(responses: ResponseMatrix, items: ItemParameters) -> float:
    """Marginal log-likelihood of complete data on 121 nodes over ±6, by blocks."""
    grid = Quadrature.equal_spaced(121)
    right, wrong = log_probabilities(grid.nodes, items)
    table, total = responses.to_array(), 0.0
    for start in range(0, len(table), ROWS_AT_ONCE):
        block = table[start : start + ROWS_AT_ONCE].astype(float)
        joint = block @ (right - wrong).T + wrong.sum(axis=1) + grid.log_weights
        top = joint.max(axis=1)
        total += float((top + np.log(np.exp(joint - top[:, None]).sum(axis=1))).sum())
    return total


def seconds_of(action: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time of one call and its result."""
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def peak_megabytes() -> float:
    """Largest resident memory of this process so far."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
