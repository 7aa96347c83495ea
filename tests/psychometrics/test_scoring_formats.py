"""Scores for mixed formats, sparse responses, plausible values and percents of a reference form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics import (
    ABILITY_METHODS,
    AbilityEstimates,
    GradedItems,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    MixedItems,
    NominalItems,
    PartialCreditItems,
    Quadrature,
    ResponseMatrix,
    eap_from_sum_score,
    estimate_ability,
    expected_percent,
    expected_score,
    information,
    log_likelihood,
    percent_at,
    plausible_values,
    posterior,
    posterior_percent,
    probability_of_percent,
    simulate_responses,
    sum_score_distribution,
    theta_at_percent,
)

NAN = np.nan
MIXED = MixedItems(
    (
        ItemParameters.of([1.1, 0.7, 1.6], [0.0, 1.0, -0.5], [0.2, 0.0, 0.1]),
        GradedItems([1.2, 0.8], [[-1.0, 0.3, 1.4], [0.2, NAN, NAN]]),
        PartialCreditItems([1.0, 1.7], [[0.4, -0.2, 1.0], [-0.5, 0.5, NAN]]),
        NominalItems([[0.0, 0.5, 1.5]], [[0.0, 1.0, -0.5]]),
    ),
    ([1, 6, 5], [0, 3], [7, 2], [4]),
)
LONG = MIXED.take(list(range(8)) * 3)


def sparse_of(table: np.ndarray, items) -> ResponseMatrix:
    rows, columns = np.nonzero(table >= 0)
    scores = table[rows, columns]
    return ResponseMatrix.from_triples(rows, columns, scores, table.shape, items.category_counts)


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    rng = np.random.default_rng(5)
    table = simulate_responses(rng.normal(size=300), LONG, rng)
    table[rng.random(table.shape) < 0.3] = -1
    table[0] = -1
    return table


def test_likelihood_is_the_product_over_presented_items(answers):
    theta = np.array([-1.3, 0.0, 2.2])
    logs = LONG.log_category_probabilities(theta)
    presented = answers[:20] >= 0
    expected = [
        sum(logs[:, item, row[item]] for item in np.flatnonzero(shown)) if shown.any() else np.zeros(3)
        for row, shown in zip(answers[:20], presented, strict=True)
    ]
    assert log_likelihood(answers[:20], LONG, theta) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("method", ABILITY_METHODS)
def test_sparse_responses_and_single_examinees_score_as_dense_batches(answers, method):
    dense = estimate_ability(answers, LONG, method=method)
    sparse = estimate_ability(sparse_of(answers, LONG), LONG, method=method)
    single = estimate_ability(answers[17], LONG, method=method)
    for other, rows in ((sparse, slice(None)), (single, slice(17, 18))):
        np.testing.assert_allclose(other.theta, dense.theta[rows], atol=1e-8)
        np.testing.assert_allclose(other.standard_error, dense.standard_error[rows], atol=1e-8)


@pytest.mark.parametrize("method", ["map", "mle", "wle"])
def test_estimates_maximize_their_objective_for_every_format(answers, method):
    form = LONG.take([index for index in range(24) if index % 8 in (0, 2, 3, 7)])  # exact Warm objective
    table = answers[1:60, [index for index in range(24) if index % 8 in (0, 2, 3, 7)]]
    form, table = (form, table) if method != "wle" else (form.take([1, 3, 5, 7]), table[:, [1, 3, 5, 7]])
    result = estimate_ability(table, form, method=method)
    grid = np.linspace(-6, 6, 1201)
    value = log_likelihood(table, form, grid)
    reached = np.array(
        [
            log_likelihood(row, form, [t])[0, 0] if np.isfinite(t) else np.nan
            for row, t in zip(table, result.theta, strict=True)
        ]
    )
    if method == "map":
        value, reached = value - grid**2 / 2, reached - result.theta**2 / 2
    if method == "wle":
        shown = (table >= 0).astype(float)
        value = value + 0.5 * np.log(np.maximum(shown @ information(grid, form).T, 1e-300))
        known = np.where(np.isfinite(result.theta), result.theta, 0)
        reached = reached + 0.5 * np.log(np.maximum((shown * information(known, form)).sum(axis=1), 1e-300))
    known = np.isfinite(result.theta)
    assert known.sum() > 40
    assert (reached[known] >= value[known].max(axis=1) - 1e-6).all()


def test_warm_estimates_of_partial_credit_are_less_biased_than_maximum_likelihood():
    rng = np.random.default_rng(3)
    items = PartialCreditItems(np.ones(8), np.linspace(-1.5, 1.5, 8)[:, None] + np.array([-0.8, 0.0, 0.8]))
    responses = simulate_responses(np.full(4000, 1.2), items, rng)
    bias = {m: estimate_ability(responses, items, method=m).theta.mean() - 1.2 for m in ("mle", "wle")}
    assert abs(bias["wle"]) < 0.02 < abs(bias["mle"])


def test_scores_of_four_category_items_agree_with_the_reference(reference, reference_rows):
    summary = {(r["data"], r["model"]): r for r in reference_rows("ref_mirt_summary.csv")}
    for data, model in (("Science", "graded"), ("Science", "gpcm"), ("Science", "PCM"), ("SAT12", "2PL")):
        responses, items, grid = reference(data, model)
        estimates = estimate_ability(responses, items, quadrature=grid)
        row = summary[data, model]
        assert estimates.theta[0] == pytest.approx(float(row["EAP1"]), abs=1e-4)
        assert estimates.standard_error[0] == pytest.approx(float(row["EAP1se"]), abs=1e-4)


def test_sum_score_distribution_of_mixed_formats_is_the_sum_over_patterns():
    theta, items = np.array([-1.0, 0.7]), MIXED.take([0, 2, 3, 4])
    chances = np.exp(items.log_category_probabilities(theta))
    expected = np.zeros((4 + 3 + 2 + 3 - 3, 2))
    for pattern in np.ndindex(*items.category_counts):
        expected[sum(pattern)] += np.prod([chances[:, j, k] for j, k in enumerate(pattern)], axis=0)
    assert sum_score_distribution(items, theta) == pytest.approx(expected)


def test_sum_scores_lose_nothing_under_rasch_models():
    items = PartialCreditItems(np.ones(5), np.linspace(-1, 1, 5)[:, None] + np.array([-0.5, 0.5]))
    responses = simulate_responses(np.linspace(-3, 3, 40), items, np.random.default_rng(1))
    full, sums = (estimate_ability(responses, items, method=m) for m in ("eap", "eap_sum"))
    np.testing.assert_allclose(full.theta, sums.theta, atol=1e-10)
    np.testing.assert_allclose(full.standard_error, sums.standard_error, atol=1e-10)
    assert eap_from_sum_score(items).probability.sum() == pytest.approx(1)


def test_plausible_values_have_the_moments_of_the_posterior(answers):
    draws = plausible_values(answers[:40], LONG, np.random.default_rng(2), draws=8000)
    estimates = estimate_ability(answers[:40], LONG)
    assert np.abs(draws.mean(axis=1) - estimates.theta).max() < 0.05
    assert (draws.std(axis=1) / estimates.standard_error).mean() == pytest.approx(1, abs=0.004)
    again = plausible_values(answers[:40], LONG, np.random.default_rng(2), draws=8000)
    assert np.array_equal(draws, again)


def test_plausible_values_recover_the_spread_of_the_population():
    """Unlike EAP, whose variance is shrunken by the reliability."""
    rng = np.random.default_rng(8)
    items = ItemParameters.of(np.full(10, 1.0), np.linspace(-2, 2, 10))
    responses = simulate_responses(rng.normal(size=6000), items, rng)
    assert plausible_values(responses, items, rng).std() == pytest.approx(1, abs=0.03)
    assert estimate_ability(responses, items).theta.std() < 0.85


def test_plausible_values_of_nobody_answering_follow_the_prior():
    grid = Quadrature.equal_spaced(mean=0.5, standard_deviation=0.6)
    nobody, rng = np.full((1, 8), -1), np.random.default_rng(4)
    draws = plausible_values(nobody, MIXED, rng, draws=40000, quadrature=grid)
    assert draws.mean() == pytest.approx(0.5, abs=0.01)
    assert draws.std() == pytest.approx(0.6, abs=0.01)
    assert (draws < 0.5).mean() == pytest.approx(0.5, abs=0.01)


rising = st.floats(-3.5, 3.5)


@settings(max_examples=30, deadline=None)
@given(rising)
def test_percent_and_theta_are_inverse(theta):
    percent = percent_at([theta], MIXED)
    assert 0 < percent[0] < 100
    assert theta_at_percent(percent, MIXED)[0] == pytest.approx(theta, abs=1e-9)
    assert percent[0] == pytest.approx(100 * expected_score([theta], MIXED)[0] / 14)


def test_percents_out_of_reach_stand_at_infinity_and_falling_curves_are_refused():
    guessing = ItemParameters.of([1.0, 1.0], [0.0, 0.0], [0.25, 0.25])
    assert theta_at_percent([20.0, 100.0], guessing).tolist() == [-np.inf, np.inf]
    with pytest.raises(InvalidParameters, match="falls"):
        theta_at_percent([50.0], ItemParameters.of([-1.0], [0.0]))


def test_delta_error_is_slope_times_error():
    form = ItemParameters.of([2.0, 2.0], [0.0, 0.0])
    result = expected_percent(AbilityEstimates(np.array([0.0, NAN]), np.array([0.3, np.inf])), form)
    assert result.percent[0] == pytest.approx(50)
    assert result.standard_error[0] == pytest.approx(100 * 2 / 4 * 0.3)
    assert np.isnan(result.percent[1])


def test_posterior_percent_is_the_posterior_mean_and_agrees_with_the_delta_method_on_long_tests():
    rng = np.random.default_rng(9)
    items = ItemParameters.of(np.full(400, 1.5), rng.normal(0, 1, 400))
    form = ItemParameters.of(np.full(40, 1.2), np.linspace(-1, 1, 40))
    responses = simulate_responses([-0.5, 0.0, 0.8], items, rng)
    exact = posterior_percent(responses, items, form)
    delta = expected_percent(estimate_ability(responses, items), form)
    np.testing.assert_allclose(exact.percent, delta.percent, atol=0.1)
    np.testing.assert_allclose(exact.standard_error, delta.standard_error, rtol=0.02)
    grid = Quadrature.equal_spaced()
    mean = posterior(responses, items, grid) @ percent_at(grid.nodes, form)
    np.testing.assert_allclose(exact.percent, mean)


def test_percent_error_covers_the_true_percent_at_its_rate():
    rng = np.random.default_rng(10)
    items, form = LONG, ItemParameters.of(np.full(30, 1.2), np.linspace(-1.5, 1.5, 30))
    theta = rng.normal(size=3000)
    responses = simulate_responses(theta, items, rng)
    result = posterior_percent(responses, items, form)
    error = percent_at(theta, form) - result.percent
    assert np.mean(np.abs(error) < 1.96 * result.standard_error) == pytest.approx(0.95, abs=0.015)
    chance = probability_of_percent(responses, items, form, 60.0)
    passed = percent_at(theta, form) >= 60
    for low in (0.1, 0.4, 0.7):  # calibrated probabilities
        chosen = (chance > low) & (chance < low + 0.2)
        assert passed[chosen].mean() == pytest.approx(chance[chosen].mean(), abs=0.07)


def test_scores_beyond_the_highest_are_refused():
    with pytest.raises(InvalidResponses):
        estimate_ability([0, 0, 0, 2, 0, 0, 0, 0], MIXED)
    wide = ResponseMatrix.from_array([[0, 0, 0, 3, 0, 0, 0, 0]], 4)
    with pytest.raises(InvalidResponses):
        estimate_ability(wide, MIXED)
    with pytest.raises(InvalidParameters):
        plausible_values([0] * 8, MIXED, np.random.default_rng(1), draws=0)
