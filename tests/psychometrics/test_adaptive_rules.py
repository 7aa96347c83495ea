"""Each selection, content, exposure and stop rule against its own definition."""

from dataclasses import replace
from itertools import combinations
from math import log

import adaptive_pools
import numpy as np
import pytest

from psychometrics import (
    AdaptivePlan,
    AdaptivePool,
    Classification,
    ContentRules,
    ExposureControl,
    ExposureCounts,
    InvalidParameters,
    ItemParameters,
    LatentRegression,
    PoolContent,
    PreparedPlan,
    Quota,
    SelectionRules,
    StoppingRules,
    information,
    next_choice,
    open_session,
    simulate_adaptive,
)
from psychometrics.item_collections import category_probabilities

POOL = adaptive_pools.pool(60)
MIXED = adaptive_pools.pool(60, items=adaptive_pools.mixed_items(60))
HISTORY = [(10, 1), (21, 0), (33, 1)]
FINE = np.linspace(-6, 6, 4001)


def best(pool, criterion, history=HISTORY, **rules):
    """Candidates of a choice among all items, as {item: value}."""
    plan = AdaptivePlan({}, 1, 12, randomesque=len(pool), selection=SelectionRules(criterion, **rules))
    choice = next_choice(pool, plan, history, 5)
    return dict(choice.candidates), choice


def densities(pool, history):
    """Likelihood and posterior on a fine grid."""
    items = pool.items.take([item for item, _ in history])
    chances = category_probabilities(FINE, items)
    likelihood = np.prod([chances[:, place, score] for place, (_, score) in enumerate(history)], axis=0)
    return likelihood, likelihood * np.exp(-FINE**2 / 2)


@pytest.mark.parametrize("pool", [POOL, MIXED], ids=["binary", "mixed"])
@pytest.mark.parametrize("prior", [False, True], ids=["likelihood", "posterior"])
def test_weighted_information_is_the_integral_of_information(pool, prior):
    name = "posterior_weighted_information" if prior else "likelihood_weighted_information"
    found, choice = best(pool, name)
    weights = densities(pool, HISTORY)[int(prior)]
    expected = weights @ information(FINE, pool.items) / weights.sum()
    for item, value in found.items():
        assert value == pytest.approx(expected[item], rel=2e-3 if prior else 0.015)  # cut off at ±6
    assert choice.candidates[0].item == max(found, key=lambda item: expected[item])


def divergence(pool, theta, points):
    """KL(theta, point) of each item, (points, J)."""
    here = category_probabilities([theta], pool.items)
    there = category_probabilities(points, pool.items)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nansum(np.where(here > 0, here * np.log(here / there), 0.0), axis=2)


@pytest.mark.parametrize("pool", [POOL, MIXED], ids=["binary", "mixed"])
def test_kullback_leibler_is_the_integral_of_the_divergence(pool):
    found, choice = best(pool, "kullback_leibler", interval=2.0)
    half = 2.0 / np.sqrt(3)
    points = np.linspace(choice.theta - half, choice.theta + half, 2001)
    expected = np.trapezoid(divergence(pool, choice.theta, points), points, axis=0)
    for item, value in found.items():
        assert value == pytest.approx(expected[item], rel=0.02, abs=1e-4)


def test_posterior_kullback_leibler_weighs_the_divergence_by_the_posterior():
    found, choice = best(MIXED, "posterior_kullback_leibler")
    weights = densities(MIXED, HISTORY)[1]
    expected = weights @ divergence(MIXED, choice.theta, FINE) / weights.sum()
    for item, value in found.items():
        assert value == pytest.approx(expected[item], rel=5e-3)


@pytest.mark.parametrize("pool", [POOL, MIXED], ids=["binary", "mixed"])
def test_expected_posterior_variance_is_that_of_the_answers_to_come(pool):
    found, _ = best(pool, "minimum_expected_posterior_variance")
    weights = densities(pool, HISTORY)[1]
    weights = weights / weights.sum()
    for item, value in list(found.items())[::7]:
        chances = category_probabilities(FINE, pool.items)[:, item]
        expected = 0.0
        for score in range(chances.shape[1]):
            joint = weights * chances[:, score]
            if joint.sum() > 0:
                mean = joint @ FINE / joint.sum()
                expected += joint @ (FINE - mean) ** 2
        assert abs(value) == pytest.approx(expected, rel=2e-3)


def test_a_stratified_selection_keeps_steep_items_for_the_end():
    pool = adaptive_pools.pool(120)
    plan = AdaptivePlan({}, 16, 16, randomesque=1, selection=SelectionRules("a_stratified", strata=4))
    run = simulate_adaptive(pool, plan, np.linspace(-1, 1, 50), np.random.default_rng(1))
    strata = PreparedPlan(pool, plan).strata
    assert (strata[run.given] == np.arange(16) // 4).mean() > 0.99
    means = pool.items.discrimination[run.given].mean(axis=0).reshape(4, 4).mean(axis=1)
    assert (np.diff(means) > 0).all()


@pytest.mark.parametrize("criterion", ["progressive", "proportional"])
def test_criteria_with_chance_start_evenly_and_end_with_the_best(criterion):
    pool = AdaptivePool.of(adaptive_pools.binary_items(60), PoolContent(["all"] * 60))
    plan = AdaptivePlan({}, 10, 10, selection=SelectionRules(criterion))
    run = simulate_adaptive(pool, plan, np.zeros(1500), np.random.default_rng(2))
    first = np.bincount(run.given[:, 0], minlength=60)
    assert first.max() < 60
    assert (first > 0).all()
    blind = replace(plan, selection=SelectionRules("random"))
    drawn = simulate_adaptive(pool, blind, np.zeros(1500), np.random.default_rng(2))
    middle = pool.grid_index(0.0)
    gained, chance = (pool.information[middle, result.given] for result in (run, drawn))
    assert gained[:, 0].mean() == pytest.approx(chance[:, 0].mean(), rel=0.1)
    assert gained[:, 9].mean() > 1.15 * chance[:, 9].mean()
    greedy = simulate_adaptive(
        pool, AdaptivePlan({}, 10, 10, randomesque=1), np.zeros(1500), np.random.default_rng(2)
    )
    assert run.exposure_rates.max() < greedy.exposure_rates.max()
    assert run.rmse >= 0.97 * greedy.rmse


def test_quotas_on_two_attributes_are_met_in_every_attempt():
    plan = adaptive_pools.plans(90)["quotas"]
    pool, whole = adaptive_pools.pool(90), replace(plan, minimum_length=12)
    run = simulate_adaptive(pool, whole, np.linspace(-2, 2, 400), np.random.default_rng(3))
    assert run.content_violations <= 4


def test_weighted_deviations_weigh_content_against_information():
    pool = adaptive_pools.pool(90)
    quotas = tuple(Quota("area", area, 3, 3, weight=5.0) for area in adaptive_pools.AREAS)
    plans = [
        AdaptivePlan({}, 12, 12, randomesque=1, content=ContentRules(quotas, "weighted_deviation", weight))
        for weight in (0.01, 1000.0)
    ]
    strict, loose = (
        simulate_adaptive(pool, plan, np.zeros(100), np.random.default_rng(4)) for plan in plans
    )
    assert strict.content_violations == 0
    assert loose.content_violations > 90
    assert loose.rmse < strict.rmse * 1.1


def test_a_shadow_test_is_the_best_whole_test_and_its_best_item_comes():
    pool = AdaptivePool.of(
        adaptive_pools.binary_items(12, seed=2),
        PoolContent([("a", "b", "c")[item % 3] for item in range(12)], attributes={"words": list(range(12))}),
    )
    quotas = (Quota("area", "a", 2, 2), Quota("area", "b", 1, 1), Quota("words", None, 0, 18))
    plan = AdaptivePlan({}, 4, 4, randomesque=1, content=ContentRules(quotas, "shadow_test"))
    history = [(0, 1)]
    choice = next_choice(pool, plan, history, 1)
    values = pool.information[pool.grid_index(choice.theta)]

    def whole(items):
        counts = [sum(item % 3 == area for item in items) for area in range(3)]
        return counts[:2] == [2, 1] and sum(items) <= 18

    possible = [items for items in combinations(range(1, 12), 3) if whole((0, *items))]
    expected = max(possible, key=lambda items: values[list(items)].sum())
    assert set(choice.shadow_test) | {choice.item} == set(expected)
    assert choice.item == max(expected, key=lambda item: values[item])
    run = simulate_adaptive(pool, plan, np.linspace(-2, 2, 25), np.random.default_rng(5))
    assert run.content_violations == 0


def test_the_lottery_opens_items_with_their_probability():
    pool = AdaptivePool.of(adaptive_pools.binary_items(60), PoolContent(["all"] * 60))
    chances = np.ones(60)
    favourite = next_choice(pool, AdaptivePlan({}, 1, 8, randomesque=1), [], 1).item
    chances[favourite] = 0.3
    plan = AdaptivePlan({}, 8, 8, randomesque=1, exposure=ExposureControl.of(chances))
    run = simulate_adaptive(pool, plan, np.random.default_rng(6).normal(size=4000), np.random.default_rng(6))
    assert run.exposure_rates[favourite] == pytest.approx(0.3, abs=0.025)


def test_eligibility_and_restriction_follow_their_counts():
    given = [[1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0]]
    opened = [[1, 1, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]]
    counts = ExposureCounts.none(3).adding(given, opened, np.zeros(4))
    assert counts.eligibility(0.25).table[0] == pytest.approx([0.25 * 3 / 3, 0.25 * 3 / 2, 1.0])
    assert counts.restricted(0.6).table[0].tolist() == [0.0, 1.0, 1.0]
    faded = counts.faded(0.5)
    assert faded.eligibility(0.25).table == pytest.approx(counts.eligibility(0.25).table)
    later = faded.adding([[0, 0, 1]], [[1, 1, 1]], [0.0])
    assert later.attempts.tolist() == [3.0]
    assert later.eligibility(0.25).table[0] == pytest.approx([0.25 * 2.5 / 1.5, 0.25 * 2.5, 0.25 * 3.0])
    for wrong in (lambda: counts.eligibility(0.0), lambda: counts.faded(0.0)):
        with pytest.raises(InvalidParameters):
            wrong()


def test_the_sequential_test_decides_each_cut_by_its_likelihood_ratio():
    rule = Classification((-0.6, 0.6), indifference=0.3, alpha=0.05, beta=0.1)
    plan = AdaptivePlan({}, 1, 50, randomesque=1, stopping=StoppingRules(classification=rule))
    pool = adaptive_pools.pool(150)
    run = simulate_adaptive(pool, plan, np.linspace(-2, 2, 60), np.random.default_rng(7))
    assert set(run.stop_reasons) == {"classified", "maximum_length"}
    low, high = log(0.1 / 0.95), log(0.9 / 0.05)
    for row in range(60):
        items, scores = run.given[row, : run.length[row]], run.scores[row, : run.length[row]]
        ratios = []
        for cut in rule.cuts:
            chances = category_probabilities([cut - 0.3, cut + 0.3], pool.items.take(items))
            reached = np.take_along_axis(chances, scores[None, :, None].astype(int), axis=2)[:, :, 0]
            ratios.append(np.log(reached[1] / reached[0]).cumsum())
        decided = np.all([(ratio >= high) | (ratio <= low) for ratio in ratios], axis=0)
        if run.stop_reasons[row] == "classified":
            assert decided[-1]
            assert run.category[row] == sum(ratio[-1] >= high for ratio in ratios)
        assert not decided[:-1].any()


@pytest.mark.parametrize(("theta", "category"), [(-0.3, 0), (0.3, 1)])
def test_the_sequential_test_keeps_its_error_rate_at_the_edge_of_indifference(theta, category):
    rule = Classification((0.0,), indifference=0.3, alpha=0.1, beta=0.1)
    items = ItemParameters.of(np.full(400, 1.5), np.random.default_rng(1).normal(0, 0.5, 400))
    pool = AdaptivePool.of(items, PoolContent(["all"] * 400))
    plan = AdaptivePlan({}, 1, 250, randomesque=1, stopping=StoppingRules(classification=rule))
    run = simulate_adaptive(pool, plan, np.full(400, theta), np.random.default_rng(8))
    assert np.mean(np.array(run.stop_reasons) == "classified") > 0.99
    assert np.mean(run.category != category) < 0.1 + 2 * np.sqrt(0.1 * 0.9 / 400)


def test_the_confidence_interval_holds_no_cut_when_it_stops():
    rule = Classification((-0.5, 0.5), "confidence_interval", confidence=0.9)
    plan = AdaptivePlan({}, 3, 50, stopping=StoppingRules(classification=rule))
    run = simulate_adaptive(adaptive_pools.pool(150), plan, np.linspace(-2, 2, 200), np.random.default_rng(9))
    done = np.array(run.stop_reasons) == "classified"
    distance = np.abs(run.estimate[:, None] - np.array(rule.cuts)).min(axis=1)
    assert 0.3 < done.mean() < 1
    assert (distance[done] > 1.6448 * run.standard_error[done]).all()
    far, near = np.abs(run.theta) > 1.5, np.abs(np.abs(run.theta) - 0.5) < 0.2
    assert run.length[far].mean() < run.length[near].mean()


def test_stops_by_change_of_error_and_by_information_left():
    pool = adaptive_pools.pool(90)
    history = []
    plan = AdaptivePlan({}, 2, 60, stopping=StoppingRules(standard_error_change=0.01))
    session = open_session(PreparedPlan(pool, plan), 4)
    errors = []
    while (choice := session.choose()).item is not None:
        errors.append(choice.standard_error)
        history.append(choice.item)
        session.record(choice.item, len(history) % 2)
    assert choice.stop_reason == "standard_error_change"
    assert errors[-1] - choice.standard_error < 0.01
    assert (-np.diff(errors[1:]) >= 0.01).all()
    plan = AdaptivePlan({}, 1, 60, randomesque=1, stopping=StoppingRules(minimum_information=0.4))
    run = simulate_adaptive(pool, plan, np.linspace(-1, 1, 20), np.random.default_rng(10))
    for row in np.flatnonzero(np.array(run.stop_reasons) == "minimum_information"):
        left = np.setdiff1d(np.arange(90), run.given[row, : run.length[row]])
        enemies = {e for item in run.given[row, : run.length[row]] for e in pool.family_members[item]}
        left = np.setdiff1d(left, list(enemies))
        assert pool.information[pool.grid_index(run.estimate[row])][left].max() < 0.4
    assert "minimum_information" in run.stop_reasons


def test_covariates_set_the_start():
    regression = LatentRegression(0.2, (0.5, -0.3), 0.7)
    assert regression.prior([2.0, 1.0]) == pytest.approx((0.9, 0.7))
    plan = AdaptivePlan({}, 1, 10).with_prior(*regression.prior([2.0, 1.0]))
    choice = next_choice(POOL, plan, [], 1)
    assert (choice.theta, choice.standard_error) == pytest.approx((0.9, 0.7), abs=1e-6)
    with pytest.raises(InvalidParameters, match="2 finite covariates"):
        regression.prior([1.0])


def test_blocks_are_given_whole_and_in_order():
    pool = adaptive_pools.pool(90, blocks=True)
    plan = AdaptivePlan({}, 14, 14)
    run = simulate_adaptive(pool, plan, np.linspace(-2, 2, 150), np.random.default_rng(11))
    met = 0
    for row in run.administrations:
        for block in pool.blocks:
            if set(block) & set(row):
                start = row.index(block[0])
                assert row[start : start + len(block)] == block
                met += 1
    assert met > 20
