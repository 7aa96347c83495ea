from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from psychometrics import (
    AssemblyPlan,
    AssemblyPool,
    CountLimit,
    FormSpecification,
    InfeasiblePlan,
    InformationTarget,
    InvalidParameters,
    ItemParameters,
    PanelSpecification,
    PathSpecification,
    QuantityLimit,
    StimulusRule,
    assemble,
    assemble_greedily,
    assembly_violations,
    check_feasibility,
    information,
    multistage_plan,
)

THETA = np.array([-1.0, 0.0, 1.0])


def pool_of(count, seed=1, **more):
    rng = np.random.default_rng(seed)
    items = ItemParameters.of(np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count))
    return AssemblyPool(
        THETA,
        information(THETA, items),
        {
            "area": rng.choice(["Algebra", "Geometry"], count).tolist(),
            "level": rng.choice(["Know", "Apply"], count).tolist(),
        },
        {"words": rng.integers(10, 60, count)},
        **more,
    )


def target(kind="relative", scale=1.0):
    return InformationTarget(THETA, scale * np.ones(3), kind)


def level_of(pool, items, kind):
    reached = pool.information[:, list(items)].sum(axis=1)
    return reached.min() if kind == "relative" else np.abs(reached - 1).max()


@pytest.mark.parametrize("kind", ["relative", "absolute"])
def test_one_small_form_is_the_best_of_all_sets(kind):
    pool = pool_of(12)
    limits = (CountLimit({"area": "Geometry"}, 2, 3), CountLimit({"area": "Algebra", "level": "Apply"}, 1, 2))
    words = (QuantityLimit("words", 100, 180),)
    plan = AssemblyPlan((FormSpecification(5, 5, limits, words, target=target(kind)),))
    result = assemble(pool, plan, gap=0.0)
    allowed = [items for items in combinations(range(12), 5) if not assembly_violations(pool, plan, (items,))]
    levels = [level_of(pool, items, kind) for items in allowed]
    best = max(levels) if kind == "relative" else min(levels)
    assert 0 < len(allowed) < 792
    assert result.level == pytest.approx(best, abs=1e-6)
    assert result.gap < 1e-6


def test_two_parallel_forms_are_the_best_of_all_pairs():
    pool = pool_of(9, seed=3)
    plan = AssemblyPlan.parallel(
        FormSpecification(3, 3, (CountLimit({"area": "Geometry"}, 1),), target=target()), 2
    )
    result = assemble(pool, plan, gap=0.0)
    best = 0.0
    for first in combinations(range(9), 3):
        for second in combinations(sorted(set(range(9)) - set(first)), 3):
            if not assembly_violations(pool, plan, (first, second)):
                best = max(best, min(level_of(pool, form, "relative") for form in (first, second)))
    assert result.level == pytest.approx(best, abs=1e-6)


def test_forms_of_a_large_pool_keep_every_limit_and_beat_the_greedy_ones():
    pool = pool_of(800, seed=5, enemies=[[k, k + 1, k + 2] for k in range(0, 60, 3)])
    counts = tuple(
        CountLimit({"area": a, "level": b}, 4, 6) for a in ("Algebra", "Geometry") for b in ("Know", "Apply")
    )
    form = FormSpecification(20, 20, counts, (QuantityLimit("words", 500, 700),), target=target())
    plan = AssemblyPlan.parallel(form, 3)
    result = assemble(pool, plan, gap=0.02, time_limit=60)
    assert assembly_violations(pool, plan, result.forms) == ()
    assert result.gap <= 0.02
    assert result.bound >= result.level >= assemble_greedily(pool, plan).level
    assert (result.shared == np.diag([20, 20, 20])).all()
    assert [len(form) for form in assemble_greedily(pool, plan).forms] == [20, 20, 20]


def test_an_absolute_target_is_met_within_the_proven_distance():
    pool = pool_of(120, seed=6)
    plan = AssemblyPlan((FormSpecification(20, 25, target=target("absolute", 4.0)),))
    result = assemble(pool, plan, gap=0.01)
    assert result.level <= result.bound + 0.01
    assert result.information[0] == pytest.approx([4, 4, 4], rel=result.level + 1e-9)


def test_stimuli_are_kept_together():
    stimuli = [f"S{k // 4}" if k < 20 else None for k in range(40)]
    pool = pool_of(40, stimuli=stimuli)
    whole = StimulusRule(all_or_none=True, minimum_stimuli=2, maximum_stimuli=2)
    some = StimulusRule(minimum_items=2, maximum_items=3, minimum_stimuli=3, maximum_stimuli=3)
    for rule, counts in ((whole, [4, 4]), (some, None)):
        plan = AssemblyPlan((FormSpecification(12, 12, stimuli=rule, target=target()),))
        form = assemble(pool, plan).forms[0]
        used = np.bincount([item // 4 for item in form if item < 20], minlength=5)
        assert assembly_violations(pool, plan, (form,)) == ()
        if counts:
            assert sorted(used[used > 0]) == counts
        else:
            assert len(used[used > 0]) == 3
            assert set(used[used > 0].tolist()) <= {2, 3}


def test_overlap_enemies_and_forced_items():
    pool = pool_of(30, enemies=[[0, 1, 2]])
    form = FormSpecification(8, 8, target=target(), forced_in=frozenset({0, 29}), forced_out=frozenset({5}))
    plan = AssemblyPlan((form, form), maximum_uses=2, maximum_shared=3)
    result = assemble(pool, plan, gap=0.0)
    assert result.shared[0, 1] <= 3
    assert all({0, 29} <= set(items) and not {1, 2, 5} & set(items) for items in result.forms)
    free = assemble(pool, replace(plan, maximum_shared=None), gap=0.0)
    assert free.shared[0, 1] > 3
    assert free.level >= result.level


def test_exposure_weight_moves_the_choice_to_rested_items():
    count = 20
    pool = AssemblyPool(THETA, np.ones((3, count)), exposure=np.repeat([1.0, 0.0], 10))
    plan = AssemblyPlan((FormSpecification(10, 10, target=target()),), exposure_weight=1.0)
    assert assemble(pool, plan, gap=0.0).forms[0] == tuple(range(10, 20))


def test_counting_names_what_is_missing_and_by_how_much():
    pool = pool_of(30)
    scarce = int((pool.matches({"area": "Geometry", "level": "Apply"})).sum())
    limit = CountLimit({"area": "Geometry", "level": "Apply"}, scarce + 1)
    plan = AssemblyPlan((FormSpecification(20, 20, (limit,), (QuantityLimit("words", None, 100),)),))
    found = check_feasibility(pool, plan)
    assert found.method == "counting"
    assert str(found.shortfalls[0]) == (
        f"form 1, area Geometry, level Apply: needs {scarce + 1}, has {scarce}"
    )
    assert found.shortfalls[1].label == "words"
    assert found.shortfalls[1].available == np.sort(pool.quantity("words"))[:20].sum()
    with pytest.raises(InfeasiblePlan, match="area Geometry, level Apply: needs"):
        assemble(pool, plan)


def test_counting_adds_up_forms_and_limits():
    pool = pool_of(30)
    have = int(pool.matches({"area": "Geometry"}).sum())
    each = have // 2 + 1
    plan = AssemblyPlan.parallel(FormSpecification(each, 20, (CountLimit({"area": "Geometry"}, each),)), 2)
    found = check_feasibility(pool, plan)
    assert ("all forms", 2 * each, have) in [(s.place, s.needed, s.available) for s in found.shortfalls]
    over = (CountLimit({"area": "Geometry"}, 4), CountLimit({"area": "Algebra"}, 4))
    sums = check_feasibility(pool, AssemblyPlan((FormSpecification(7, 7, over),)))
    assert [(s.label, s.needed, s.available) for s in sums.shortfalls] == [("sum over area", 7, 8)]


def test_relaxation_finds_conflicts_that_counting_cannot():
    # All geometry items are enemies of one another, which no single count shows.
    pool = pool_of(30)
    geometry = np.flatnonzero(pool.matches({"area": "Geometry"})).tolist()
    pool = replace(pool, enemies=[geometry])
    plan = AssemblyPlan((FormSpecification(8, 8, (CountLimit({"area": "Geometry"}, 3),)),))
    found = check_feasibility(pool, plan)
    assert found.method == "relaxation"
    assert found.proven
    assert sum(shortfall.gap for shortfall in found.shortfalls) == pytest.approx(2)
    feasible = AssemblyPlan((FormSpecification(8, 8, (CountLimit({"area": "Geometry"}, 1),)),))
    assert check_feasibility(pool, feasible).feasible


def test_multistage_panels_keep_content_on_every_path():
    pool = pool_of(150, seed=8, enemies=[[3, 40, 77]])

    def module(point):
        return FormSpecification(5, 5, target=InformationTarget(np.array([point]), np.ones(1), "relative"))

    tier = (module(-1.0), module(0.0), module(1.0))
    counts = (CountLimit({"area": "Geometry"}, 6, 9),)
    panel = PanelSpecification(((module(0.0),), tier, tier), counts, (QuantityLimit("words", None, 600),))
    assert len(panel.routes) == 7
    assert len(replace(panel, adjacent_only=False).routes) == 9
    plan = multistage_plan(panel)
    result = assemble(pool, plan, gap=0.05, time_limit=30)
    assert assembly_violations(pool, plan, result.forms) == ()
    geometry = pool.matches({"area": "Geometry"})
    for path in plan.paths:
        met = [item for form in path.forms for item in result.forms[form]]
        assert len(set(met)) == 15
        assert 6 <= geometry[met].sum() <= 9
    two = multistage_plan(PanelSpecification(((module(0.0),), tier)), panels=2)
    assert len(two.forms) == 8
    assert two.forms[4].name == "panel 2 stage 1 module 1"


def test_a_path_may_not_meet_an_item_twice_even_when_forms_share():
    pool = pool_of(9)
    form = FormSpecification(4, 4, target=target())
    plan = AssemblyPlan((form, form), maximum_uses=2, paths=(PathSpecification((0, 1)),))
    assert assemble(pool, plan, gap=0.0).shared[0, 1] == 0


def test_bad_requests_are_refused():
    pool = pool_of(10)
    with pytest.raises(InvalidParameters, match="no attribute 'topic'"):
        assemble(pool, AssemblyPlan((FormSpecification(3, 3, (CountLimit({"topic": "x"}, 1),)),)))
    bad = AssemblyPlan((FormSpecification(3, 3, target=InformationTarget(np.array([2.0]), np.ones(1))),))
    with pytest.raises(InvalidParameters, match="no information at θ = 2"):
        assemble(pool, bad)
    with pytest.raises(InvalidParameters, match="all be absolute"):
        AssemblyPlan(
            (FormSpecification(3, 3, target=target("absolute")), FormSpecification(3, 3, target=target()))
        )
    with pytest.raises(InvalidParameters, match="out of order"):
        CountLimit({"area": "Geometry"}, 4, 3)
    with pytest.raises(InvalidParameters, match="Item 10 is not among"):
        assemble(pool, AssemblyPlan((FormSpecification(3, 3, forced_in=frozenset({10})),)))
