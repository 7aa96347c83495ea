"""CUSUM person aberrance: its recursion, error rates and power in simulation."""

import numpy as np
import pytest

from psychometrics import (
    CusumPlan,
    GradedItems,
    InvalidParameters,
    ItemParameters,
    cusum,
    estimate_ability,
    probability,
    simulate_responses,
)


def draw_items(rng: np.random.Generator, count: int) -> ItemParameters:
    return ItemParameters.of(rng.uniform(0.8, 1.8, count), rng.normal(0, 1, count))


def test_paths_follow_the_recursion_in_the_order_of_presentation():
    rng = np.random.default_rng(1)
    items = draw_items(rng, 12)
    responses = simulate_responses(rng.normal(size=5), items, rng)
    responses[2, 3:6] = -1
    positions = rng.random((5, 12)).argsort(axis=1)
    found = cusum(responses, items, rng, CusumPlan(positions=positions, replicates=19))
    theta = estimate_ability(responses, items).theta
    chance = probability(theta, items)
    for row in range(5):
        upper = lower = 0.0
        given = (responses[row] >= 0).sum()
        for place, item in enumerate(np.argsort(positions[row])):
            if responses[row, item] >= 0:
                term = (responses[row, item] - chance[row, item]) / given
                upper, lower = max(0.0, upper + term), min(0.0, lower + term)
            assert found.upper[row, place] == pytest.approx(upper)
            assert found.lower[row, place] == pytest.approx(lower)
        assert found.highest[row] == pytest.approx(found.upper[row].max())


def test_error_rate_is_nominal_and_a_lost_half_is_found():
    rng = np.random.default_rng(2)
    items = draw_items(rng, 40)
    theta = rng.normal(size=1_200)
    honest = simulate_responses(theta, items, rng)
    # The first 150 stop working after two thirds and guess among four options.
    tired = honest[:150].copy()
    tired[:, 26:] = rng.random((150, 14)) < 0.25
    tired = tired[theta[:150] > 0]
    plan = CusumPlan(replicates=99)
    clean = cusum(honest, items, rng, plan)
    for p_value in (clean.p_upper, clean.p_lower, clean.p_value):
        assert np.mean(p_value < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(cusum(tired, items, rng, plan).p_value < 0.05) > 0.5


def test_adaptive_forms_and_more_scores_than_two_are_accepted():
    rng = np.random.default_rng(3)
    items = GradedItems(np.full(30, 1.3), np.tile([-1.0, 0.0, 1.0], (30, 1)) + rng.normal(0, 0.5, (30, 1)))
    responses = simulate_responses(rng.normal(size=200), items, rng)
    responses[rng.random(responses.shape).argsort(axis=1) >= 15] = -1
    responses[0] = -1
    found = cusum(responses, items, rng, CusumPlan(replicates=99))
    assert np.isnan(found.p_value).tolist() == [True] + [False] * 199
    assert np.nanmean(found.p_value < 0.1) == pytest.approx(0.1, abs=0.06)


def test_the_seed_fixes_the_result():
    items = draw_items(np.random.default_rng(4), 10)
    responses = simulate_responses(np.zeros(20), items, np.random.default_rng(5))
    one, two = (cusum(responses, items, np.random.default_rng(6)).p_value for _ in range(2))
    assert np.array_equal(one, two)


def test_bad_plans_are_refused_in_words():
    items = draw_items(np.random.default_rng(4), 3)
    with pytest.raises(InvalidParameters, match="replicates"):
        CusumPlan(replicates=5)
    with pytest.raises(InvalidParameters, match="do not match"):
        cusum([[1, 0, 1]], items, np.random.default_rng(1), CusumPlan(positions=np.zeros((1, 2))))
