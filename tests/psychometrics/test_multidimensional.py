"""Several dimensions: brute-force likelihoods, reduction to one dimension, recovery, scores, value added."""

from itertools import product

import numpy as np
import pytest
from scipy.special import expit

from psychometrics import (
    CalibrationPlan,
    InvalidParameters,
    InvalidResponses,
    MultidimensionalModel,
    MultidimensionalPlan,
    NotEstimable,
    Quadrature,
    ResponseMatrix,
    Scales,
    Testlets,
    augmented_subscores,
    calibrate,
    calibrate_multidimensional,
    cronbach_alpha,
    omega_coefficients,
    score_dimensions,
    specific_ratios,
)
from psychometrics.multidimensional.clusters import Cluster
from psychometrics.multidimensional.grids import Lattice, Line

NAN = np.nan


def chance(model: MultidimensionalModel, item: int, score: int, theta: np.ndarray) -> float:
    """P(X = score | θ) of one item, written out."""
    line, own = float(model.slopes[item] @ theta), model.intercepts[item]
    own = own[np.isfinite(own)]
    if model.formats[item] == "gpcm":
        shares = np.exp(np.arange(len(own) + 1) * line + np.concatenate([[0.0], own]))
        return float(shares[score] / shares.sum())
    reached = np.concatenate([[1.0], expit(line + own), [0.0]])
    return float(reached[score] - reached[score + 1])


def brute_force(model: MultidimensionalModel, row: np.ndarray, nodes: np.ndarray) -> tuple[float, np.ndarray]:
    """Log-likelihood and posterior mean by summing over every node of the full product grid."""
    inverse = np.linalg.inv(model.correlation)
    total, joint, mean = 0.0, 0.0, np.zeros(len(inverse))
    for place in product(nodes, repeat=len(inverse)):
        theta = np.array(place)
        weight = np.exp(-0.5 * theta @ inverse @ theta)
        total += weight
        for item in np.flatnonzero(row >= 0):
            weight *= chance(model, int(item), int(row[item]), theta)
        joint += weight
        mean += weight * theta
    return float(np.log(joint / total)), mean / joint


SCALES = MultidimensionalModel(
    Scales([0, 1, 0, 2, 1, 2]),
    ("2pl", "graded", "gpcm", "2pl", "2pl", "gpcm"),
    np.array([[1.2, 0, 0], [0, 0.8, 0], [0.7, 0, 0], [0, 0, 1.5], [0, 1.1, 0], [0, 0, 0.6]]),
    np.array([[0.3, NAN], [1.0, -0.8], [0.2, -0.5], [-0.4, NAN], [0.0, NAN], [0.4, 0.3]]),
    np.array([[1, 0.5, 0.3], [0.5, 1, -0.2], [0.3, -0.2, 1]]),
)
BIFACTOR = MultidimensionalModel(
    Testlets([0, 0, -1, 1, 1, 0]),
    ("2pl", "graded", "2pl", "gpcm", "2pl", "2pl"),
    np.array([[1.2, 0.6, 0], [0.8, 0.9, 0], [1.0, 0, 0], [0.7, 0, 0.5], [1.4, 0, 1.1], [0.9, 0.4, 0]]),
    np.array([[0.3, NAN], [1.0, -0.8], [0.2, NAN], [-0.4, 0.1], [0.0, NAN], [0.4, NAN]]),
    np.eye(3),
)
ROWS = np.array([[1, 2, 0, 0, 1, 2], [0, -1, 1, 1, 0, -1], [-1, -1, -1, -1, -1, -1]])


@pytest.mark.parametrize("model", [SCALES, BIFACTOR])
def test_likelihood_and_scores_are_those_of_the_full_grid(model):
    plan = MultidimensionalPlan(nodes=11, specific_nodes=11, reach=4.0)
    rows = ROWS.copy()
    rows[:, model.category_counts == 2] = np.minimum(rows[:, model.category_counts == 2], 1)
    result = score_dimensions(rows, model, plan)
    for number, row in enumerate(rows):
        log_likelihood, mean = brute_force(model, row, np.linspace(-4, 4, 11))
        assert result.log_likelihood[number] == pytest.approx(log_likelihood, abs=1e-10)
        np.testing.assert_allclose(result.theta[number], mean, atol=1e-10)
    np.testing.assert_allclose(result.theta[2], 0, atol=1e-12)
    sparse = ResponseMatrix.from_triples(
        *np.nonzero(rows >= 0), rows[rows >= 0], rows.shape, model.category_counts
    )
    np.testing.assert_allclose(score_dimensions(sparse, model, plan).theta, result.theta)


@pytest.mark.parametrize(("name", "categories"), [("2pl", 2), ("graded", 4), ("gpcm", 4)])
def test_scores_are_derivatives_of_the_log_probabilities(name, categories):
    cluster = Cluster(name, categories, np.arange(2), 0)
    steps = categories - 1
    values = np.concatenate(
        [np.tile(np.linspace(1, -1, steps), (2, 1)), [[1.1, 0.4], [0.6, 0.9]]], axis=1
    )
    features = np.array([[0.3, -1.0], [1.5, 0.4], [-2.0, 0.0]])
    table = cluster.scores(values, features)
    np.testing.assert_allclose(np.exp(cluster.log_probabilities(values, features)).sum(axis=2), 1)
    for place in range(values.shape[1]):
        moved = values.copy()
        moved[:, place] += 1e-6
        back = 2 * values - moved
        slope = cluster.log_probabilities(moved, features) - cluster.log_probabilities(back, features)
        np.testing.assert_allclose(table[..., place], slope / 2e-6, atol=1e-7)


def test_the_lattice_prior_has_the_moments_of_the_normal_distribution():
    correlation = np.array([[1, 0.6, 0.2, 0.1], [0.6, 1, 0.3, 0], [0.2, 0.3, 1, -0.4], [0.1, 0, -0.4, 1]])
    lattice = Lattice(Line.of(21, 4.5), 4)
    weights = lattice.weights(correlation)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(lattice.second_moments(weights), correlation, atol=2e-3)


def simulated(slopes: np.ndarray, intercepts: np.ndarray, theta: np.ndarray, rng: np.random.Generator):
    return (rng.random((len(theta), len(slopes))) < expit(theta @ slopes.T + intercepts)).astype(np.int8)


def test_one_scale_is_the_unidimensional_calibration():
    rng = np.random.default_rng(1)
    table = simulated(rng.lognormal(0, 0.3, (10, 1)), rng.normal(size=10), rng.normal(size=(1500, 1)), rng)
    result = calibrate_multidimensional(table, Scales(np.zeros(10, dtype=int)))
    grid = Quadrature.equal_spaced(61, -4.5, 4.5)
    single = calibrate(table, plan=CalibrationPlan(quadrature=grid))
    assert result.log_likelihood == pytest.approx(single.log_likelihood, abs=1e-6)
    np.testing.assert_allclose(result.model.slopes[:, 0], single.item_parameters.discrimination, atol=1e-4)
    np.testing.assert_allclose(result.model.difficulties[:, 0], single.item_parameters.difficulty, atol=1e-4)


def test_a_correlation_of_one_and_no_specific_slopes_are_one_dimension():
    rng = np.random.default_rng(2)
    slopes, intercepts = rng.lognormal(0, 0.3, 8), rng.normal(size=(8, 1))
    table = simulated(slopes[:, None], intercepts[:, 0], rng.normal(size=(300, 1)), rng)
    plan = MultidimensionalPlan(nodes=41)
    one = MultidimensionalModel(
        Scales(np.zeros(8, dtype=int)), "2pl", slopes[:, None], intercepts, np.eye(1)
    )
    single = score_dimensions(table, one, plan)
    halves = np.repeat([0, 1], 4)
    two = MultidimensionalModel(
        Scales(halves), "2pl", slopes[:, None] * np.eye(2)[halves], intercepts, np.ones((2, 2))
    )
    wide = np.concatenate([slopes[:, None], np.zeros((8, 2))], axis=1)
    bifactor = MultidimensionalModel(Testlets(halves), "2pl", wide, intercepts, np.eye(3))
    for model in (two, bifactor):
        result = score_dimensions(table, model, plan)
        np.testing.assert_allclose(result.log_likelihood, single.log_likelihood, atol=1e-5)
        np.testing.assert_allclose(result.theta[:, 0], single.theta[:, 0], atol=1e-4)
    np.testing.assert_allclose(score_dimensions(table, bifactor, plan).theta[:, 1:], 0, atol=1e-12)


def test_four_correlated_scales_are_recovered():
    rng = np.random.default_rng(3)
    correlation = np.array([[1, 0.8, 0.5, 0.3], [0.8, 1, 0.5, 0.3], [0.5, 0.5, 1, 0.1], [0.3, 0.3, 0.1, 1]])
    scale_of = np.arange(24) % 4
    slopes, intercepts = rng.lognormal(0.2, 0.25, 24), rng.normal(size=24)
    theta = rng.multivariate_normal(np.zeros(4), correlation, 2500)
    table = simulated(slopes[:, None] * np.eye(4)[scale_of], intercepts, theta, rng).astype(float)
    table[rng.random(table.shape) < 0.1] = NAN
    plan = MultidimensionalPlan(nodes=15)
    result = calibrate_multidimensional(table, Scales(scale_of), plan=plan)
    assert result.converged
    assert (np.diff(result.objective_trace) >= -1e-7).all()
    found = result.model.slopes[np.arange(24), scale_of]
    errors = result.standard_errors.slopes[np.arange(24), scale_of]
    assert np.sqrt(np.mean(((found - slopes) / errors) ** 2)) < 1.5
    np.testing.assert_allclose(result.model.correlation, correlation, atol=0.1)
    off = np.triu_indices(4, 1)
    z = (result.model.correlation - correlation)[off] / result.standard_errors.correlation[off]
    assert np.sqrt(np.mean(z**2)) < 1.8
    scores = score_dimensions(table, result.model, plan)
    error = (scores.theta - theta) / scores.standard_error
    assert np.sqrt(np.mean(error**2)) == pytest.approx(1, abs=0.06)
    gap = scores.theta - theta
    again = np.einsum("nd,nde,ne->n", gap, np.linalg.inv(scores.covariance), gap)
    assert again.mean() == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize("proportional", [False, True])
def test_testlets_are_recovered(proportional):
    rng = np.random.default_rng(4)
    testlet_of = np.repeat([0, 1, 2, -1], 5)
    general, ratios = rng.lognormal(0.2, 0.25, 20), np.array([0.5, 0.8, 1.1, 0.0])
    specific = general * ratios[testlet_of] * (1 if proportional else rng.uniform(0.8, 1.2, 20))
    slopes = np.concatenate([general[:, None], specific[:, None] * np.eye(4)[testlet_of][:, :3]], axis=1)
    theta = rng.normal(size=(3000, 4))
    table = simulated(slopes, rng.normal(size=20), theta, rng)
    plan = MultidimensionalPlan(nodes=21, specific_nodes=15)
    result = calibrate_multidimensional(table, Testlets(testlet_of, proportional), plan=plan)
    assert result.converged
    assert result.parameters == (43 if proportional else 55)
    assert (np.diff(result.objective_trace) >= -1e-7).all()
    inside = result.model.structure.pattern() == 1
    z = (result.model.slopes - slopes)[inside] / result.standard_errors.slopes[inside]
    assert np.sqrt(np.mean(z**2)) < 1.5
    if proportional:
        np.testing.assert_allclose(specific_ratios(result.model), ratios[:3], atol=0.2)
        np.testing.assert_allclose(
            result.model.slopes[:5, 1] / result.model.slopes[:5, 0], specific_ratios(result.model)[0]
        )
    scores = score_dimensions(table, result.model, plan)
    error = (scores.theta[:, 0] - theta[:, 0]) / scores.standard_error[:, 0]
    assert np.sqrt(np.mean(error**2)) == pytest.approx(1, abs=0.07)
    assert np.isnan(scores.covariance[0, 1, 2])
    omega = omega_coefficients(result.model, plan)
    assert 0 < omega.hierarchical < omega.total < 1
    total = table.sum(axis=1)
    assert omega.hierarchical == pytest.approx(np.corrcoef(total, theta[:, 0])[0, 1] ** 2, abs=0.04)
    assert omega.latent_hierarchical < omega.latent_total


def test_graded_and_partial_credit_items_mix_with_right_wrong_ones():
    rng = np.random.default_rng(5)
    scale_of = np.repeat([0, 1], 6)
    formats = ("graded", "gpcm", "2pl") * 4
    counts = np.array([4, 4, 2] * 4)
    truth = MultidimensionalModel(
        Scales(scale_of),
        formats,
        rng.lognormal(0.2, 0.2, 12)[:, None] * np.eye(2)[scale_of],
        np.where(np.arange(3) < counts[:, None] - 1, np.array([1.2, 0.1, -1.1]), NAN),
        np.array([[1, 0.6], [0.6, 1]]),
    )
    theta = rng.multivariate_normal([0, 0], truth.correlation, 2000)
    table = np.zeros((2000, 12), dtype=np.int8)
    for item, count in enumerate(counts):
        chances = np.array([[chance(truth, item, score, one) for score in range(count)] for one in theta])
        table[:, item] = (rng.random((2000, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    result = calibrate_multidimensional(
        table, Scales(scale_of), formats=formats, categories=counts, plan=MultidimensionalPlan(nodes=25)
    )
    assert result.converged
    for found, right, errors in (
        (result.model.slopes, truth.slopes, result.standard_errors.slopes),
        (result.model.intercepts, truth.intercepts, result.standard_errors.intercepts),
    ):
        assert np.sqrt(np.nanmean(((found - right) / errors) ** 2)) < 1.5


def test_value_added_follows_the_correlation_of_the_scales():
    rng = np.random.default_rng(6)
    scale_of = np.repeat([0, 1], 12)
    for correlation, added in ((0.2, True), (1.0, False)):
        theta = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], 4000)
        table = simulated(1.2 * np.eye(2)[scale_of], np.linspace(-1, 1, 24), theta, rng)
        result = augmented_subscores(table, scale_of)
        assert result.added_value.tolist() == [added, added]
        assert result.true_correlation[0, 1] == pytest.approx(correlation, abs=0.08)
        assert (result.from_all >= np.maximum(result.from_subscore, result.from_total) - 1e-12).all()
        np.testing.assert_allclose(result.from_both, result.from_all, atol=1e-9)
        assert result.alpha[0] == pytest.approx(cronbach_alpha(table[:, :12]).estimate)
        true = 1.2 * theta[:, :1] + np.linspace(-1, 1, 24)[:12]
        gap = result.augmented[:, 0] - expit(true).sum(axis=1)
        assert np.sqrt(np.mean(gap**2)) == pytest.approx(result.standard_error[0], rel=0.1)


def test_impossible_structures_and_data_are_refused():
    table = np.random.default_rng(7).integers(0, 2, (50, 4))
    with pytest.raises(InvalidParameters, match="two or more items"):
        Scales([0, 0, 0, 1])
    with pytest.raises(InvalidParameters, match="At most 4"):
        Scales(np.repeat(np.arange(5), 2))
    with pytest.raises(InvalidParameters, match="at least one testlet"):
        Testlets([-1, -1, -1])
    with pytest.raises(InvalidResponses, match="structure has 6"):
        calibrate_multidimensional(table, Scales([0, 0, 0, 1, 1, 1]))
    with pytest.raises(NotEstimable, match="3"):
        calibrate_multidimensional(np.column_stack([table[:, :3], np.ones(50)]), Scales([0, 0, 1, 1]))
    with pytest.raises(InvalidParameters, match="2pl needs 2"):
        calibrate_multidimensional(table, Scales([0, 0, 1, 1]), categories=3)
    with pytest.raises(InvalidParameters, match="general dimension"):
        omega_coefficients(SCALES)
    with pytest.raises(InvalidParameters, match="does not measure"):
        MultidimensionalModel(Scales([0, 0, 1, 1]), "2pl", np.ones((4, 2)), np.zeros((4, 1)), np.eye(2))
    with pytest.raises(InvalidResponses, match="complete"):
        augmented_subscores([[1, NAN], [0, 1]], [0, 1])
