"""Polychoric correlations, parallel analysis, DETECT and the bootstrap test of one dimension."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from psychometrics import (
    ItemParameters,
    NotEstimable,
    ResponseMatrix,
    detect,
    parallel_analysis,
    polychoric_correlations,
    simulate_responses,
    unidimensionality_test,
)
from psychometrics.dimensionality.bivariate_normal import bivariate_density, bivariate_normal
from psychometrics.dimensionality.detect import conditional_covariances


@settings(max_examples=50, deadline=None)
@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.999, 0.999))
def test_bivariate_normal_is_the_library_one(h, k, rho):
    expected = multivariate_normal.cdf([h, k], cov=[[1, rho], [rho, 1]])
    found = bivariate_normal(np.array([h]), np.array([k]), np.array([rho]))[0]
    assert found == pytest.approx(expected, abs=1e-9)


def test_derivative_in_the_correlation_is_the_density():
    h, k, rho = np.array([0.4, -1.0]), np.array([-0.2, 1.5]), np.array([0.3, -0.7])
    change = (bivariate_normal(h, k, rho + 1e-6) - bivariate_normal(h, k, rho - 1e-6)) / 2e-6
    np.testing.assert_allclose(bivariate_density(h, k, rho), change, atol=1e-8)


def test_medians_give_the_sine_of_agreement():
    """Sheppard (1899): with both cuts at the median, r = sin(π/2 · (2 · share of agreement − 1))."""
    table = np.array([[0, 0]] * 37 + [[1, 1]] * 37 + [[0, 1]] * 13 + [[1, 0]] * 13)
    found = polychoric_correlations(table)
    assert found.correlations[0, 1] == pytest.approx(np.sin(np.pi / 2 * (2 * 0.74 - 1)), abs=1e-7)
    assert found.thresholds == pytest.approx(np.zeros((2, 1)), abs=1e-12)


def test_correlations_and_thresholds_are_recovered_with_missing_cells():
    rng = np.random.default_rng(31)
    loadings = np.array([0.9, 0.7, 0.5, -0.6, 0.8])
    latent = loadings * rng.normal(size=(20000, 1)) + np.sqrt(1 - loadings**2) * rng.normal(size=(20000, 5))
    cuts = np.array([-1.0, 0.2, 1.1])
    scores = np.digitize(latent, cuts)
    scores[:, 4] = latent[:, 4] > 0.3
    scores = np.where(rng.random(scores.shape) < 0.2, -1, scores)
    found = polychoric_correlations(ResponseMatrix.from_array(scores, [4, 4, 4, 4, 2]))
    expected = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    np.testing.assert_allclose(found.correlations, expected, atol=0.03)
    np.testing.assert_allclose(found.thresholds[0], cuts, atol=0.04)
    assert np.isnan(found.thresholds[4, 1:]).all()
    assert found.pair_counts[0, 1] == ((scores[:, :2] >= 0).all(axis=1)).sum()


def test_an_empty_cell_does_not_run_to_the_bound():
    table = np.array([[0, 0]] * 30 + [[1, 1]] * 30 + [[0, 1]] * 40)
    found = polychoric_correlations(table).correlations[0, 1]
    assert 0.5 < found < 0.99
    perfect = np.array([[0, 0]] * 30 + [[1, 1]] * 30)
    assert polychoric_correlations(perfect).correlations[0, 1] == pytest.approx(0.999, abs=1e-6)


def test_smoothing_gives_a_correlation_matrix():
    rng = np.random.default_rng(32)
    table = (rng.normal(size=(30, 12)) + 1.5 * rng.normal(size=(30, 1)) > 0).astype(int)
    found = polychoric_correlations(table)
    assert np.linalg.eigvalsh(found.correlations)[0] < 0
    smoothed = found.smoothed
    assert np.linalg.eigvalsh(smoothed)[0] > 0
    assert np.diag(smoothed) == pytest.approx(np.ones(12))
    with pytest.raises(NotEstimable, match="one score only"):
        polychoric_correlations(np.column_stack([table, np.ones(30)]))
    apart = np.full((40, 3), -1)
    apart[:20, :2], apart[20:, 1:] = table[:20, :2], table[:20, 2:4]
    with pytest.raises(NotEstimable, match="too few"):
        _ = polychoric_correlations(apart).smoothed


def two_dimensions(rng, examinees, correlation, items=8):
    first, second = rng.normal(size=(2, examinees))
    second = correlation * first + np.sqrt(1 - correlation**2) * second
    half = ItemParameters.of(np.full(items, 1.6), np.linspace(-1.2, 1.2, items))
    return np.hstack([simulate_responses(first, half, rng), simulate_responses(second, half, rng)])


def test_parallel_analysis_counts_dimensions():
    rng = np.random.default_rng(33)
    for correlation, dimensions in ((1.0, 1), (0.3, 2)):
        found = parallel_analysis(two_dimensions(rng, 800, correlation), rng, replications=10)
        assert found.dimensions == dimensions
    noise = rng.integers(0, 3, (600, 10))
    assert parallel_analysis(noise, rng, replications=20, categories=3).dimensions <= 1


def test_parallel_analysis_is_repeatable_and_leaves_the_responses_alone():
    table = two_dimensions(np.random.default_rng(34), 200, 0.5, items=4).astype(float)
    table[:50, 0] = np.nan
    before = table.copy()
    first, second = (parallel_analysis(table, np.random.default_rng(1), replications=3) for _ in range(2))
    assert np.array_equal(first.reference, second.reference)
    assert np.array_equal(table, before, equal_nan=True)


def test_detect_separates_two_dimensions_and_finds_nothing_in_one():
    rng = np.random.default_rng(35)
    found = detect(two_dimensions(rng, 3000, 0.3), rng)
    assert found.index > 1
    assert found.ratio > 0.95
    assert len(set(found.cluster[:8])) == 1
    assert len(set(found.cluster[8:])) == 1
    assert found.cluster[0] != found.cluster[8]
    one = detect(two_dimensions(rng, 3000, 1.0), rng)
    assert one.index < 0.2
    assert one.assi < 0.5


def test_detect_works_for_partial_credit_and_missing_cells():
    rng = np.random.default_rng(36)
    theta = rng.normal(size=(3000, 2))
    latent = np.repeat(theta, 6, axis=1) + rng.normal(size=(3000, 12))
    scores = np.where(rng.random((3000, 12)) < 0.1, -1, np.digitize(latent, [-0.8, 0.5]))
    found = detect(scores, rng, categories=3)
    assert found.index > 1
    assert len(set(found.cluster[:6])) == 1
    with pytest.raises(NotEstimable):
        detect(scores[:, :3], rng, categories=3)


def test_conditional_covariances_are_those_within_score_groups():
    rng = np.random.default_rng(37)
    table = two_dimensions(rng, 500, 0.5, items=3)
    expected = 0.0
    for group in (table.sum(axis=1), table[:, 2:].sum(axis=1)):
        sizes, values = [], []
        for level in np.unique(group):
            rows = table[group == level]
            if len(rows) > 1:
                sizes.append(len(rows))
                values.append(np.cov(rows[:, 0], rows[:, 1])[0, 1])
        expected += 0.5 * np.average(values, weights=sizes)
    found = conditional_covariances(table)
    assert found[0, 1] == pytest.approx(expected)
    np.testing.assert_allclose(found, found.T)


def test_bootstrap_of_the_second_eigenvalue_keeps_its_level_and_finds_two_dimensions():
    rng = np.random.default_rng(38)
    half = ItemParameters.of(np.full(6, 1.6), np.linspace(-1.2, 1.2, 6))
    items = half.take([*range(6), *range(6)])
    one, two = (
        unidimensionality_test(two_dimensions(rng, 600, c, items=6), items, rng, replications=19)
        for c in (1.0, 0.3)
    )
    assert one.p_value > 0.05
    assert two.p_value == pytest.approx(0.05)
