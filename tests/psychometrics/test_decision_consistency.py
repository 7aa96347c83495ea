"""Accuracy and consistency of decisions: enumeration, closed forms, simulated administrations."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import beta as beta_distribution
from scipy.stats import binom, multivariate_normal, norm

from psychometrics import (
    BetaTrueScores,
    GradedItems,
    InvalidParameters,
    ItemParameters,
    MixedItems,
    NotEstimable,
    PartialCreditItems,
    Quadrature,
    conditional_standard_error,
    expected_score,
    highest_scores,
    lee_decisions,
    livingston_lewis_decisions,
    rudner_decisions,
    simulate_responses,
    sum_score_reliability,
)
from psychometrics.item_collections import category_probabilities


def form(seed: int, count: int, guessing: float = 0.0) -> ItemParameters:
    rng = np.random.default_rng(seed)
    return ItemParameters.of(
        rng.lognormal(0, 0.3, count), rng.normal(0, 1, count), np.full(count, guessing)
    )


def small_mixed_form() -> MixedItems:
    graded = GradedItems([1.4], [[-0.8, 0.7]])
    credit = PartialCreditItems([0.9], [[0.4, -0.6, 1.0]])
    return MixedItems((form(1, 2, 0.2), graded, credit), (np.array([0, 2]), np.array([1]), np.array([3])))


def test_lee_is_what_enumerating_all_responses_gives():
    items, grid, cuts = small_mixed_form(), Quadrature.equal_spaced(15), np.array([2.0, 4.5])
    found = lee_decisions(items, cuts, grid)
    joint, twice = np.zeros((3, 3)), np.zeros((3, 3))
    for theta, weight in zip(grid.nodes, grid.weights, strict=True):
        chances = category_probabilities([theta], items)[0]
        placed = np.zeros(3)
        for pattern in product(*(range(count) for count in items.category_counts)):
            chance = np.prod([chances[item, score] for item, score in enumerate(pattern)])
            placed[(sum(pattern) >= cuts).sum()] += chance
        true = (expected_score([theta], items)[0] >= cuts).sum()
        joint[true] += weight * placed
        twice += weight * np.outer(placed, placed)
    np.testing.assert_allclose(found.true_observed, joint, atol=1e-14)
    np.testing.assert_allclose(found.two_forms, twice, atol=1e-14)
    assert found.accuracy == pytest.approx(np.trace(joint))
    assert found.consistency == pytest.approx(np.trace(twice))
    chance = twice.sum(axis=0) @ twice.sum(axis=1)
    assert found.kappa == pytest.approx((np.trace(twice) - chance) / (1 - chance))
    assert found.accuracy + found.false_positive + found.false_negative == pytest.approx(1)
    for cut, alone in zip(cuts, found.by_cut, strict=True):
        again = lee_decisions(items, [cut], grid)
        np.testing.assert_allclose(alone.true_observed, again.true_observed, atol=1e-14)
        assert alone.kappa == pytest.approx(again.kappa)


def test_lee_of_equal_items_is_binomial():
    items = ItemParameters.of(np.ones(12), np.zeros(12))
    theta = np.array([-0.7, 0.9])
    found = lee_decisions(items, [6], theta)
    above = binom.sf(5, 12, 1 / (1 + np.exp(-theta)))
    np.testing.assert_allclose(found.chances[:, 1], above)
    assert found.accuracy == pytest.approx((1 - above[0] + above[1]) / 2)
    np.testing.assert_allclose(found.conditional_consistency, above**2 + (1 - above) ** 2)


def test_a_cut_of_percent_is_reached_by_the_exact_score():
    items = form(2, 45)
    assert 0.6 * 45 == 27
    np.testing.assert_allclose(
        lee_decisions(items, [45 * 0.6 + 4e-15]).chances, lee_decisions(items, [27]).chances
    )


@pytest.mark.parametrize("items", [form(3, 30), form(4, 30, 0.25), small_mixed_form()])
def test_lee_agrees_with_simulated_administrations(items):
    rng = np.random.default_rng(5)
    highest = highest_scores(items).sum()
    cuts = np.round([0.5 * highest, 0.75 * highest])
    theta = rng.normal(size=60_000)
    first, second = (simulate_responses(theta, items, rng).sum(axis=1) for _ in range(2))
    points = (first, second, expected_score(theta, items))
    placed, again, true = (np.searchsorted(cuts, each, side="right") for each in points)
    found = lee_decisions(items, cuts)
    assert found.accuracy == pytest.approx((placed == true).mean(), abs=0.006)
    assert found.consistency == pytest.approx((placed == again).mean(), abs=0.006)
    assert found.false_positive == pytest.approx((placed > true).mean(), abs=0.006)
    sample = lee_decisions(items, cuts, theta[:5000])
    assert sample.consistency == pytest.approx(found.consistency, abs=0.02)


def test_rudner_with_equal_errors_is_a_bivariate_normal():
    grid, error, cut = Quadrature.equal_spaced(2401), 0.4, 0.3
    found = rudner_decisions(grid.nodes, np.full(2401, error), [cut], grid.weights)
    spread = np.sqrt(1 + error**2)
    parallel = multivariate_normal([0, 0], [[spread**2, 1], [1, spread**2]])
    both_below = parallel.cdf([cut, cut])
    below = norm.cdf(cut / spread)
    assert found.consistency == pytest.approx(1 - 2 * below + 2 * both_below, abs=1e-4)
    true = multivariate_normal([0, 0], [[1, 1], [1, spread**2]]).cdf([cut, cut])
    assert found.accuracy == pytest.approx(1 - norm.cdf(cut) - below + 2 * true, abs=2e-3)


def test_rudner_approaches_lee_on_a_long_form():
    items = ItemParameters.of(np.ones(200), np.linspace(-2, 2, 200))
    grid = Quadrature.equal_spaced(601)
    cuts = expected_score([-0.505, 0.805], items)
    lee = lee_decisions(items, cuts, grid)
    error = conditional_standard_error(grid.nodes, items)
    rudner = rudner_decisions(grid.nodes, error, [-0.505, 0.805], grid.weights)
    assert rudner.accuracy == pytest.approx(lee.accuracy, abs=0.01)
    assert rudner.consistency == pytest.approx(lee.consistency, abs=0.01)


def test_decisions_without_error_are_right_and_with_much_error_by_chance():
    theta = np.linspace(-2, 2, 41) + 0.01
    sure = rudner_decisions(theta, np.full(41, 1e-6), [-0.5, 0.5])
    np.testing.assert_allclose([sure.accuracy, sure.consistency, sure.kappa], 1)
    lost = rudner_decisions(theta, np.full(41, 1e6), [0.0])
    assert lost.kappa == pytest.approx(0, abs=1e-6)


def test_the_effective_length_under_kr21_is_the_length():
    rng = np.random.default_rng(6)
    scores = rng.binomial(25, rng.beta(4, 3, 4000)).astype(float)
    mean, variance = scores.mean(), scores.var()
    kr21 = 25 / 24 * (1 - mean * (25 - mean) / (25 * variance))
    found = livingston_lewis_decisions(scores, kr21, [15], (0, 25))
    assert found.effective_length == pytest.approx(25)


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_livingston_lewis_recovers_the_beta_binomial(scale):
    rng = np.random.default_rng(7)
    true = 0.2 + 0.75 * rng.beta(3, 2, 100_000)
    first, second = rng.binomial(30, true), rng.binomial(30, true)
    mean, variance = first.mean(), first.var()
    kr21 = 30 / 29 * (1 - mean * (30 - mean) / (30 * variance))
    cuts = np.array([15.0, 21.0])
    bounds = (10, 10 + scale * 30)
    found = livingston_lewis_decisions(10 + scale * first, kr21, 10 + scale * cuts, bounds, scale)
    placed, again = (np.searchsorted(cuts, score, side="right") for score in (first, second))
    is_in = np.searchsorted(cuts, 30 * true, side="right")
    assert found.effective_length == pytest.approx(30)
    assert found.decisions.accuracy == pytest.approx((placed == is_in).mean(), abs=0.006)
    assert found.decisions.consistency == pytest.approx((placed == again).mean(), abs=0.006)
    assert found.decisions.false_positive == pytest.approx((placed > is_in).mean(), abs=0.006)
    assert found.true_scores.lower == pytest.approx(0.2, abs=0.08)


GRADED = GradedItems(np.full(10, 1.2), np.tile([-2.0, -1.0, 0.0, 1.0], (10, 1)))


@pytest.mark.parametrize("items", [form(8, 40), GRADED])
def test_livingston_lewis_agrees_with_lee(items):
    rng = np.random.default_rng(9)
    scores = simulate_responses(rng.normal(size=40_000), items, rng).sum(axis=1).astype(float)
    lee = lee_decisions(items, [20, 28])
    found = livingston_lewis_decisions(scores, sum_score_reliability(items), [20, 28], (0, 40)).decisions
    assert found.accuracy == pytest.approx(lee.accuracy, abs=0.012)
    assert found.consistency == pytest.approx(lee.consistency, abs=0.012)
    assert found.false_negative == pytest.approx(lee.false_negative, abs=0.012)


@pytest.mark.parametrize("shape", [(2.0, 5.0), (4.0, 4.0), (6.0, 1.5)])
def test_four_moments_give_the_beta_back(shape):
    law = beta_distribution(*shape, loc=0.1, scale=0.8)
    moments = np.array([law.moment(order) for order in (1, 2, 3, 4)])
    found = BetaTrueScores.from_moments(moments)
    np.testing.assert_allclose(
        [found.alpha, found.beta, found.lower, found.upper], [*shape, 0.1, 0.9], rtol=1e-6
    )
    grid = np.linspace(0, 1, 11)
    np.testing.assert_allclose(found.below(grid), law.cdf(grid), atol=1e-7)
    np.testing.assert_allclose(found.quantile(np.array([0.3])), law.ppf(0.3))


def test_moments_of_no_beta_inside_the_range_keep_mean_and_variance():
    # Two points far apart: flatter than any beta on an inner interval.
    values, shares = np.array([0.15, 0.5, 0.95]), np.array([0.45, 0.05, 0.5])
    moments = np.array([shares @ values**order for order in (1, 2, 3, 4)])
    found = BetaTrueScores.from_moments(moments)
    assert 0 <= found.lower < found.upper <= 1
    total, width = found.alpha + found.beta, found.upper - found.lower
    assert found.lower + width * found.alpha / total == pytest.approx(moments[0])
    variance = width**2 * found.alpha * found.beta / (total**2 * (total + 1))
    assert variance == pytest.approx(moments[1] - moments[0] ** 2)
    with pytest.raises(NotEstimable, match="this mean and variance"):
        BetaTrueScores.from_moments(np.array([0.5, 0.6, 0.5, 0.5]))


def test_impossible_requests_are_refused():
    items = form(10, 5)
    with pytest.raises(InvalidParameters, match="rising cuts"):
        lee_decisions(items, [3, 3])
    with pytest.raises(InvalidParameters, match="at most 5 points"):
        lee_decisions(items, [6])
    with pytest.raises(InvalidParameters, match="finite"):
        rudner_decisions([0.0], [np.inf], [0.0])
    with pytest.raises(InvalidParameters, match="within the bounds"):
        livingston_lewis_decisions([1.0, 7.0], 0.8, [3], (0, 5))
    with pytest.raises(NotEstimable, match="differ"):
        livingston_lewis_decisions([2.0, 2.0], 0.8, [3], (0, 5))
    with pytest.raises(NotEstimable, match="too few"):
        livingston_lewis_decisions([0.0, 5.0, 0.0, 5.0, 2.0], 0.5, [3], (0, 5))
