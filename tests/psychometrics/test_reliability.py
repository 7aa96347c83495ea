"""Reliability of estimates and of sum scores: published values, identities, simulation."""

import numpy as np
import pytest

from psychometrics import (
    ItemParameters,
    NotEstimable,
    PartialCreditItems,
    Quadrature,
    conditional_reliability,
    conditional_standard_error,
    cronbach_alpha,
    empirical_reliability,
    estimate_ability,
    information,
    marginal_reliability,
    omega,
    simulate_responses,
    sum_score_reliability,
)

MODELS = [(d, m) for d in ("LSAT6", "LSAT7", "SAT12", "MathExam14W") for m in ("2PL", "Rasch")]
MODELS += [("Science", "graded"), ("Science", "gpcm"), ("Science", "PCM")]


@pytest.mark.parametrize(("data", "model"), MODELS)
def test_reliabilities_are_the_published_ones(reference, reference_rows, data, model):
    responses, items, grid = reference(data, model)
    row = next(
        r for r in reference_rows("ref_mirt_summary.csv") if (r["data"], r["model"]) == (data, model)
    )
    found = empirical_reliability(estimate_ability(responses, items, quadrature=grid))
    assert found == pytest.approx(float(row["emp_rxx"]), abs=1e-6)
    if model in ("2PL", "graded", "gpcm"):
        assert marginal_reliability(items, grid) == pytest.approx(float(row["marg_rxx"]), abs=1e-6)
        return
    # With a free variance the published value is the mean of I / (I + σ²) over N(0, 1), which depends on the
    # unit of θ; ours is the mean of I / (I + 1/σ²) over N(0, σ²), which does not.
    standard = Quadrature.equal_spaced()
    tested = information(standard.nodes, items).sum(axis=1)
    variance = grid.weights @ grid.nodes**2
    published = standard.weights @ (tested / (tested + variance))
    assert published == pytest.approx(float(row["marg_rxx"]), abs=1e-6)


def test_marginal_reliability_does_not_depend_on_the_unit_of_theta():
    items = ItemParameters.of(np.full(10, 1.2), np.linspace(-1, 1, 10))
    wide = ItemParameters.of(items.discrimination / 2, items.difficulty * 2)
    grid = Quadrature.equal_spaced()
    stretched = Quadrature.equal_spaced(lower=-12, upper=12, standard_deviation=2)
    assert marginal_reliability(wide, stretched) == pytest.approx(marginal_reliability(items, grid))
    assert conditional_reliability([0.4], items)[0] == pytest.approx(
        1 / (1 + conditional_standard_error([0.4], items)[0] ** 2), abs=1e-6
    )


def test_model_reliability_is_the_squared_correlation_with_theta_based_true_scores():
    rng = np.random.default_rng(41)
    items = PartialCreditItems(np.full(8, 1.1), np.linspace(-1, 1, 8)[:, None] + np.array([-0.5, 0.5]))
    theta = rng.normal(size=20000)
    sums = simulate_responses(theta, items, rng).sum(axis=1)
    again = simulate_responses(theta, items, rng).sum(axis=1)
    assert sum_score_reliability(items) == pytest.approx(np.corrcoef(sums, again)[0, 1], abs=0.015)


def test_omega_is_the_parallel_form_correlation_and_not_below_alpha():
    rng = np.random.default_rng(42)
    loadings = np.array([0.9, 0.8, 0.6, 0.5, 0.4, 0.7])
    factor = rng.normal(size=(20000, 1))
    forms = [
        np.digitize(loadings * factor + np.sqrt(1 - loadings**2) * rng.normal(size=(20000, 6)), [-0.7, 0.6])
        for _ in range(2)
    ]
    found = omega(forms[0])
    parallel = np.corrcoef(forms[0].sum(axis=1), forms[1].sum(axis=1))[0, 1]
    assert found.sum_score == pytest.approx(parallel, abs=0.015)
    np.testing.assert_allclose(found.loadings, loadings, atol=0.03)
    assert found.latent > found.sum_score > cronbach_alpha(forms[0]).estimate
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert found.latent == pytest.approx(expected, abs=0.01)
    with pytest.raises(NotEstimable):
        omega(forms[0][:, :2])


def test_reliability_of_likelihood_estimates_takes_the_errors_off():
    rng = np.random.default_rng(43)
    items = ItemParameters.of(np.full(40, 1.3), np.linspace(-2, 2, 40))
    theta = rng.normal(size=6000)
    estimates = estimate_ability(simulate_responses(theta, items, rng), items, method="wle")
    found = empirical_reliability(estimates, shrunken=False)
    assert found == pytest.approx(np.corrcoef(estimates.theta, theta)[0, 1] ** 2, abs=0.02)
