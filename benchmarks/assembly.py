"""Four parallel 50-item forms from 2,000 items under a 40-constraint blueprint, beside a greedy baseline.

    python benchmarks/assembly.py

Prints, for each kind of information target, how far from the optimum the forms are proven to be, the wall
time and the same for the greedy baseline with the number of limits it misses.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from psychometrics import ItemParameters, information
from psychometrics.assembly import (
    AssemblyPlan,
    AssemblyPool,
    CountLimit,
    FormSpecification,
    InformationTarget,
    PanelSpecification,
    QuantityLimit,
    StimulusRule,
    assemble,
    assemble_greedily,
    assembly_violations,
    multistage_plan,
)

AREAS = tuple("ABCDEFGH")
LEVELS = ("Know", "Apply", "Reason")
THETA = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])


def main() -> None:
    """Run every design and print one line for each."""
    pool = draw_pool(np.random.default_rng(4), 2_000)
    relative = InformationTarget(THETA[1:4], np.ones(3), "relative")
    absolute = InformationTarget(THETA, np.array([5.0, 9.0, 11.0, 9.0, 5.0]), "absolute")
    report("maximin", pool, AssemblyPlan.parallel(blueprint(relative), 4))
    report("minimax deviation", pool, AssemblyPlan.parallel(blueprint(absolute), 4))
    stimuli = StimulusRule(minimum_items=3, maximum_items=5, minimum_stimuli=2, maximum_stimuli=3)
    report(
        "maximin, 2-3 stimuli, 40 enemy sets",
        with_enemies(pool),
        AssemblyPlan.parallel(blueprint(relative, stimuli), 4),
    )
    report("1-3-3 panels, two of them", pool, panel_plan())


def draw_pool(rng: np.random.Generator, count: int) -> AssemblyPool:
    """Three-parameter items with area, level, key, words and seconds; a fifth belong to stimuli of eight."""
    slope, guessing = np.exp(rng.normal(0, 0.3, count)), rng.beta(5, 17, count)
    items = ItemParameters.of(slope, rng.normal(0, 1, count), guessing)
    stimuli = [f"S{item // 8:03d}" if item < count // 5 else None for item in range(count)]
    return AssemblyPool(
        theta=THETA,
        information=information(THETA, items),
        attributes={
            "area": [AREAS[k] for k in rng.integers(0, 8, count)],
            "level": [LEVELS[k] for k in rng.choice(3, count, p=[0.4, 0.4, 0.2])],
            "key": ["ABCD"[k] for k in rng.integers(0, 4, count)],
        },
        quantities={"words": rng.integers(10, 90, count), "seconds": rng.integers(30, 180, count)},
        stimuli=stimuli,
    )


def with_enemies(pool: AssemblyPool) -> AssemblyPool:
    """The same pool with forty sets of five enemies."""
    rng = np.random.default_rng(5)
    sets = [rng.choice(len(pool), 5, replace=False).tolist() for _ in range(40)]
    return AssemblyPool(pool.theta, pool.information, pool.attributes, pool.quantities, pool.stimuli, sets)


def blueprint(target: InformationTarget, stimuli: StimulusRule | None = None) -> FormSpecification:
    """Length, 8 areas, 3 levels, 24 cells, 4 keys, words and seconds: 42 constraints."""
    counts = [CountLimit({"area": area}, 5, 8) for area in AREAS]
    counts += [
        CountLimit({"level": level}, *span)
        for level, span in zip(LEVELS, ((17, 20), (20, 23), (9, 12)), strict=True)
    ]
    counts += [CountLimit({"area": area, "level": level}, 1, 4) for area in AREAS for level in LEVELS]
    counts += [CountLimit({"key": key}, 11, 14) for key in "ABCD"]
    limits = (QuantityLimit("words", 2_000, 2_600), QuantityLimit("seconds", None, 5_000))
    return FormSpecification(50, 50, tuple(counts), limits, stimuli, target)


def panel_plan() -> AssemblyPlan:
    """Two 1-3-3 panels of 15-item modules, each path with its content."""

    def module(*points: float) -> FormSpecification:
        target = InformationTarget(np.array(points), np.ones(len(points)), "relative")
        return FormSpecification(15, 15, target=target)

    tier = (module(-0.75), module(0.0), module(0.75))
    counts = tuple(CountLimit({"area": area}, 4, 8) for area in AREAS)
    counts += tuple(CountLimit({"level": level}, 9, 25) for level in LEVELS)
    panel = PanelSpecification(
        ((module(-0.75, 0.0, 0.75),), tier, tier), counts, (QuantityLimit("words", None, 2_400),)
    )
    return multistage_plan(panel, 2)


def report(name: str, pool: AssemblyPool, plan: AssemblyPlan) -> None:
    """Assemble both ways and print what is proven."""
    result = assemble(pool, plan)
    assert not assembly_violations(pool, plan, result.forms)
    greedy = assemble_greedily(pool, plan)
    print(
        f"{name}: level {result.level:.4f}, bound {result.bound:.4f}, proven within {100 * result.gap:.2f} % "
        f"in {result.seconds:.1f} s; greedy level {greedy.level:.4f} with {len(greedy.violations)} limits "
        f"missed in {greedy.seconds:.2f} s, time ratio {result.seconds / greedy.seconds:.0f}"
    )


if __name__ == "__main__":
    main()
