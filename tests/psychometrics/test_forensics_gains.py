"""Unusual gains and the signed likelihood ratio: definitions, error rates and power in simulation."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from psychometrics import (
    AbilityEstimates,
    GradedItems,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    NotEstimable,
    ResponseMatrix,
    ScoredSet,
    ability_gains,
    estimate_ability,
    log_likelihood,
    regression_gains,
    signed_likelihood_ratio,
    simulate_responses,
    site_gains,
)


def draw_items(rng: np.random.Generator, count: int) -> ItemParameters:
    return ItemParameters.of(rng.uniform(0.8, 1.8, count), rng.normal(0, 1, count))


def test_regression_residual_is_that_of_a_line_through_the_others():
    rng = np.random.default_rng(1)
    before = rng.normal(size=30)
    after = 0.8 * before + rng.normal(0, 0.5, 30)
    found = regression_gains(before, after)
    others = np.delete(np.arange(30), 4)
    design = np.stack([np.ones(29), before[others]], axis=1)
    line, squares, *_ = np.linalg.lstsq(design, after[others], rcond=None)
    point = np.array([1, before[4]])
    spread = squares[0] / 27 * (1 + point @ np.linalg.inv(design.T @ design) @ point)
    statistic = (after[4] - point @ line) / np.sqrt(spread)
    assert found.statistic[4] == pytest.approx(statistic)
    assert found.p_value[4] == pytest.approx(student.sf(statistic, 27))
    outside = regression_gains(before, after, reference=np.arange(30) != 4)
    assert outside.statistic[4] == pytest.approx(statistic)
    assert outside.p_value[4] == pytest.approx(student.sf(statistic, 27))


def test_regression_gains_keep_their_error_rate_and_find_large_gains():
    rng = np.random.default_rng(2)
    before, region = rng.normal(size=10_000), rng.integers(0, 2, (10_000, 1))
    after = 0.2 + 0.7 * before + 0.3 * region[:, 0] + rng.normal(0, 0.5, 10_000)
    honest = regression_gains(before, after, covariates=region)
    assert np.mean(honest.p_value < 0.05) == pytest.approx(0.05, abs=0.008)
    assert np.mean(honest.p_value < 0.01) == pytest.approx(0.01, abs=0.004)
    after[:100] += 1.5
    found = regression_gains(before, after, covariates=region)
    # Large gains widen the spread about the line, so that honest examinees are flagged less, not more.
    assert np.mean(found.p_value[100:] < 0.05) < 0.05
    assert np.mean(found.p_value[:100] < 0.01) > 0.6


def test_ability_gains_keep_their_error_rate_and_find_large_gains():
    rng = np.random.default_rng(3)
    one, two = draw_items(rng, 50), draw_items(rng, 50)
    theta = rng.normal(size=4_000)
    later = theta + rng.normal(0.3, 0.2, 4_000)
    later[:100] += 1.5
    first = estimate_ability(simulate_responses(theta, one, rng), one, method="wle")
    second = estimate_ability(simulate_responses(later, two, rng), two, method="wle")
    found = ability_gains(first, second, growth=0.3, growth_sd=0.2)
    assert np.mean(found.p_value[100:] < 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(found.p_value[:100] < 0.01) > 0.6


def test_signed_likelihood_ratio_is_that_of_a_general_optimizer():
    rng = np.random.default_rng(4)
    one, two = draw_items(rng, 15), GradedItems(np.full(6, 1.2), np.tile([-1.0, 0.0, 1.0], (6, 1)))
    theta = rng.normal(size=12)
    left, right = simulate_responses(theta, one, rng), simulate_responses(theta, two, rng)
    left[3, :5] = -1
    found = signed_likelihood_ratio(ScoredSet(left, one), ScoredSet(right, two), growth=0.4)

    def best(objective):
        return minimize_scalar(lambda x: -objective(x), bounds=(-6, 6), method="bounded")

    for row in range(12):

        def of_one(x, row=row):
            return log_likelihood(left[row], one, [x])[0, 0]

        def of_two(x, row=row):
            return log_likelihood(right[row], two, [x + 0.4])[0, 0]

        def of_both(x, one_of=of_one, two_of=of_two):
            return one_of(x) + two_of(x)

        first, second, common = best(of_one), best(of_two), best(of_both)
        ratio = max(2 * (common.fun - first.fun - second.fun), 0)
        statistic = np.sign(second.x - first.x) * np.sqrt(ratio)
        assert found.statistic[row] == pytest.approx(statistic, abs=2e-3)
        if abs(common.x) < 5.9:
            assert found.theta_common[row] == pytest.approx(common.x, abs=1e-3)


def test_signed_likelihood_ratio_keeps_its_error_rate_and_finds_large_gains():
    rng = np.random.default_rng(5)
    one, two = draw_items(rng, 40), draw_items(rng, 40)
    theta = rng.normal(size=4_000)
    gain = np.full(4_000, 0.3)
    gain[:100] += 1.5
    left = simulate_responses(theta, one, rng)
    right = simulate_responses(theta + gain, two, rng)
    found = signed_likelihood_ratio(ScoredSet(left, one), ScoredSet(right, two), growth=0.3)
    assert np.mean(found.p_value[100:] < 0.05) == pytest.approx(0.05, abs=0.013)
    assert np.mean(found.p_value[100:] < 0.01) == pytest.approx(0.01, abs=0.006)
    assert np.mean(found.p_value[:100] < 0.01) > 0.6


def test_sparse_responses_give_the_same_ratio_and_empty_sets_give_none():
    rng = np.random.default_rng(6)
    items = draw_items(rng, 10)
    left = simulate_responses(rng.normal(size=20), items, rng)
    left[rng.random(left.shape) < 0.5] = -1
    left[0] = -1
    rows, columns = np.nonzero(left >= 0)
    sparse = ResponseMatrix.from_triples(rows, columns, left[rows, columns], left.shape)
    right = simulate_responses(rng.normal(size=20), items, rng)
    dense = signed_likelihood_ratio(ScoredSet(left, items), ScoredSet(right, items))
    thin = signed_likelihood_ratio(ScoredSet(sparse, items), ScoredSet(right, items))
    assert np.isnan(dense.statistic[0])
    assert np.isnan(dense.theta_first[0])
    assert thin.statistic[1:] == pytest.approx(dense.statistic[1:], abs=1e-9)


def test_sites_keep_their_error_rate_and_a_dishonest_site_is_found():
    rng = np.random.default_rng(7)
    flagged, found = [], []
    for _ in range(40):
        sites = np.repeat(np.arange(100), rng.integers(10, 40, 100))
        before = rng.normal(size=len(sites))
        effect = rng.normal(0, 0.15, 100)
        effect[:3] += 0.8
        after = 0.7 * before + effect[sites] + rng.normal(0, 0.5, len(sites))
        result = site_gains(regression_gains(before, after), sites)
        flagged.append(result.p_value[3:] < 0.05)
        found.append(result.p_value[:3] < 0.01)
    assert 0.02 < np.mean(flagged) < 0.07
    assert np.mean(found) > 0.8


def test_alike_sites_have_no_spread_of_their_own():
    rng = np.random.default_rng(8)
    sites = np.repeat(np.arange(200), 20)
    gains = regression_gains(rng.normal(size=4_000), rng.normal(size=4_000))
    result = site_gains(gains, sites)
    assert result.between_sd < 0.15
    assert np.mean(result.p_value < 0.05) == pytest.approx(0.05, abs=0.04)


def test_bad_gains_are_refused_in_words():
    with pytest.raises(NotEstimable, match="regression line"):
        regression_gains([1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    with pytest.raises(InvalidParameters, match="one row"):
        regression_gains([1.0, 2.0], [1.0])
    gains = regression_gains(np.arange(6.0), np.arange(6.0) ** 2)
    with pytest.raises(InvalidParameters, match="label"):
        site_gains(gains, [1])
    with pytest.raises(NotEstimable, match="5 or more sites"):
        site_gains(gains, [0, 0, 0, 1, 1, 1])
    estimates = AbilityEstimates(np.zeros(2), np.ones(2))
    with pytest.raises(InvalidParameters, match="not below 0"):
        ability_gains(estimates, estimates, growth_sd=-1)
    items = ItemParameters.of([1.0], [0.0])
    with pytest.raises(InvalidResponses, match="examinees"):
        signed_likelihood_ratio(ScoredSet([[1]], items), ScoredSet([[1], [0]], items))
