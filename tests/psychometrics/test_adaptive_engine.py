import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics import (
    AdaptivePlan,
    AdaptivePool,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    estimate,
    estimate_ability,
    information,
    next_choice,
    simulate_adaptive,
)
from psychometrics.adaptive.draws import draw

AREAS = ("algebra", "didactics", "geometry", "statistics")
TARGETS = {"algebra": 0.4, "geometry": 0.3, "statistics": 0.2, "didactics": 0.1}


FIXED_DRAWS = [2, 3, 1, 2, 4, 0, 2, 2, 4, 4]
"""Draws that stored attempts rest on: a change here would break their replay."""


def build_pool(count=200, seed=5, family_size=2):
    rng = np.random.default_rng(seed)
    items = ItemParameters.of(
        np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1.2, count), rng.beta(5, 17, count)
    )
    areas = [AREAS[k % 4] for k in range(count)]
    families = [f"family {k // family_size}" if k < count // 2 else None for k in range(count)]
    return AdaptivePool.build(items, areas, families)


POOL = build_pool()
PLAN = AdaptivePlan(TARGETS, minimum_length=8, maximum_length=20)


def administer(pool, plan, seed, answer=lambda position: position % 3 != 0):
    history, choices = [], []
    while True:
        choice = next_choice(pool, plan, history, seed)
        choices.append(choice)
        if choice.item is None:
            return history, choices
        history.append((choice.item, int(answer(len(history)))))


@given(st.integers(0, 2**63 - 1))
@settings(max_examples=20, deadline=None)
def test_replaying_a_history_makes_the_same_choices(seed):
    history, choices = administer(POOL, PLAN, seed)
    again = build_pool()
    for position, choice in enumerate(choices):
        assert next_choice(again, PLAN, history[:position], seed) == choice


def test_the_choice_is_the_same_in_another_process():
    """Nothing in it may hang on hash seeds or global random state."""
    history, choices = administer(POOL, PLAN, 99)
    code = (
        "import sys; sys.path.insert(0, 'tests/psychometrics')\n"
        "from test_adaptive_engine import *\n"
        "print([item for item, _ in administer(build_pool(), PLAN, 99)[0]])"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout.strip() == str([item for item, _ in history])
    assert choices[-1].stop_reason == "maximum_length"


@given(st.integers(0, 10**9), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_content_stays_within_one_item_of_its_share_at_every_length(seed, length):
    plan = AdaptivePlan(TARGETS, 1, length)
    history, _ = administer(POOL, plan, seed)
    given_areas = [POOL.area_of[item] for item, _ in history]
    for area, share in TARGETS.items():
        assert abs(given_areas.count(area) - share * length) < 1


@given(st.integers(0, 10**9))
@settings(max_examples=20, deadline=None)
def test_no_item_twice_and_no_two_of_a_family(seed):
    history, _ = administer(POOL, AdaptivePlan({}, 1, 60), seed)
    items = [item for item, _ in history]
    families = [item // 2 for item in items if item < 100]
    assert len(set(items)) == len(items) == 60
    assert len(set(families)) == len(families)


@given(st.integers(0, 10**9), st.sets(st.integers(0, 199), max_size=60))
@settings(max_examples=20, deadline=None)
def test_excluded_items_never_come_and_masks_account_for_the_pool(seed, exclude):
    plan = AdaptivePlan(TARGETS, 1, 15, exclude=frozenset(exclude))
    history, choices = administer(POOL, plan, seed)
    assert exclude.isdisjoint(item for item, _ in history)
    for choice in choices[:-1]:
        used = {item for item, _ in history[: choice.position]}
        enemies = {item ^ 1 for item in used if item < 100}
        eligible = [
            item for item in set(range(200)) - used - enemies - exclude if POOL.area_of[item] == choice.area
        ]
        assert sum(choice.masks.values()) + len(eligible) == 200
        assert choice.masks["used"] == len(used)
        assert choice.item in eligible


def test_candidates_are_the_most_informative_eligible_items():
    plan = AdaptivePlan({}, 1, 10, randomesque=4)
    history = [(3, 1), (120, 0)]
    choice = next_choice(POOL, plan, history, 1)
    nearest = POOL.theta_grid[np.abs(POOL.theta_grid - choice.theta).argmin()]
    curve = information([nearest], POOL.items)[0]
    curve[[3, 2, 120]] = -1
    assert [candidate.item for candidate in choice.candidates] == np.argsort(-curve)[:4].tolist()
    assert [c.value for c in choice.candidates] == pytest.approx(np.sort(curve)[::-1][:4])
    assert choice.item in {candidate.item for candidate in choice.candidates}


def test_one_candidate_means_the_best_item_for_every_seed():
    plan = AdaptivePlan({}, 1, 5, randomesque=1)
    assert len({next_choice(POOL, plan, [], seed).item for seed in range(50)}) == 1


def test_the_draw_is_even_over_seeds_and_fixed_forever():
    counts = np.bincount([draw(seed, 3, 5) for seed in range(20_000)], minlength=5)
    assert np.abs(counts - 4000).max() < 4 * np.sqrt(20_000 * 0.2 * 0.8)
    positions = np.bincount([draw(12345, position, 5) for position in range(20_000)], minlength=5)
    assert np.abs(positions - 4000).max() < 4 * np.sqrt(20_000 * 0.2 * 0.8)
    assert [draw(2024, position, 5) for position in range(10)] == FIXED_DRAWS


def test_the_estimate_is_the_expected_a_posteriori_one():
    history = [(5, 1), (50, 0), (150, 1), (199, 1)]
    plan = AdaptivePlan({}, 1, 10)
    reference = estimate_ability([1, 0, 1, 1], POOL.items.take([5, 50, 150, 199]))
    assert estimate(POOL, plan, history) == pytest.approx((reference.theta[0], reference.standard_error[0]))


def test_the_prior_is_where_the_estimate_starts():
    theta, error = estimate(POOL, AdaptivePlan({}, 1, 10, prior_mean=0.8, prior_sd=0.5), [])
    assert (theta, error) == pytest.approx((0.8, 0.5), abs=1e-6)


def test_a_precise_estimate_stops_the_attempt_but_not_before_the_minimum():
    plan = AdaptivePlan(TARGETS, minimum_length=12, maximum_length=40, standard_error_target=0.45)
    history, choices = administer(POOL, plan, 3)
    assert choices[-1].stop_reason == "standard_error"
    assert len(history) >= 12
    assert choices[-1].standard_error <= 0.45
    assert all(c.standard_error > 0.45 for c in choices[12:-1])


def test_an_empty_pool_ends_the_attempt():
    pool = build_pool(12)
    history, choices = administer(pool, AdaptivePlan({}, 1, 50), 1)
    assert choices[-1].stop_reason == "pool_exhausted"
    assert len(history) == 9  # three of six family members, and the six without a family
    assert choices[-1].candidates == ()


def test_an_exhausted_area_gives_way_to_the_next():
    pool = build_pool(16)
    history, choices = administer(pool, AdaptivePlan({"algebra": 0.9, "geometry": 0.1}, 1, 50), 1)
    given_areas = {pool.area_of[item] for item, _ in history}
    assert given_areas == {"algebra", "geometry"}
    assert choices[-1].stop_reason == "pool_exhausted"


@pytest.mark.parametrize(
    ("history", "words"),
    [([(500, 1)], "not in a pool"), ([(1, 2)], "must be 0 or 1"), ([(1, 1), (1, 0)], "twice")],
)
def test_impossible_histories_are_refused(history, words):
    with pytest.raises(InvalidResponses, match=words):
        next_choice(POOL, PLAN, history, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum_length": 9, "maximum_length": 8},
        {"randomesque": 0},
        {"standard_error_target": 0.0},
        {"area_targets": {"algebra": -1.0}},
        {"area_targets": {"algebra": 0.0}},
        {"prior_sd": 0.0},
    ],
)
def test_impossible_plans_are_refused(changes):
    usual = {"area_targets": {}, "minimum_length": 5, "maximum_length": 8}
    with pytest.raises(InvalidParameters):
        AdaptivePlan(**(usual | changes))


def test_shares_are_scaled_and_plans_can_be_sent_to_other_processes():
    plan = AdaptivePlan({"algebra": 3, "geometry": 1}, 1, 5)
    assert plan.area_targets == {"algebra": 0.75, "geometry": 0.25}
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301


def test_a_plan_that_does_not_fit_the_pool_is_refused():
    with pytest.raises(InvalidParameters, match="'music'"):
        next_choice(POOL, AdaptivePlan({"music": 1}, 1, 5), [], 1)
    with pytest.raises(InvalidParameters, match="not in the pool"):
        next_choice(POOL, AdaptivePlan({}, 1, 5, exclude=frozenset({200})), [], 1)
    with pytest.raises(InvalidParameters):
        AdaptivePool.build(POOL.items, ["a"], [None])


def test_simulation_gives_what_the_live_engine_would_give():
    rng = np.random.default_rng(8)
    result = simulate_adaptive(POOL, PLAN, rng.normal(size=40), np.random.default_rng(9))
    seeds = np.random.default_rng(9).integers(0, 2**63, size=40)
    for examinee in (0, 17, 39):
        administered = result.administrations[examinee]
        first = next_choice(POOL, PLAN, [], int(seeds[examinee]))
        assert administered[0] == first.item
        followers = {
            next_choice(POOL, PLAN, [(administered[0], score)], int(seeds[examinee])).item for score in (0, 1)
        }
        assert administered[1] in followers


def test_simulated_population_is_measured_without_bias_and_within_content():
    rng = np.random.default_rng(10)
    plan = AdaptivePlan(TARGETS, 10, 30, standard_error_target=0.32)
    result = simulate_adaptive(POOL, plan, rng.normal(size=1500), rng)
    assert abs(result.bias) < 0.04
    assert result.rmse == pytest.approx(np.sqrt(np.mean(result.standard_error**2)), rel=0.08)
    assert 10 <= result.mean_length <= 30
    assert result.content_violations == 0
    assert result.exposure_rates.sum() == pytest.approx(result.mean_length)
    assert set(result.stop_reasons) <= {"standard_error", "maximum_length"}


def test_drawing_among_more_candidates_lowers_the_highest_exposure():
    thetas = np.random.default_rng(11).normal(size=600)
    highest = [
        simulate_adaptive(
            POOL, AdaptivePlan({}, 1, 10, randomesque=k), thetas, np.random.default_rng(12)
        ).exposure_rates.max()
        for k in (1, 5, 20)
    ]
    assert highest[0] == 1.0
    assert highest[0] > highest[1] > highest[2]
