"""M2, C2, Q3 and person fit: published values, enumeration of all patterns, known distributions."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import kstest

from psychometrics import (
    GradedItems,
    InvalidParameters,
    ItemParameters,
    MixedItems,
    NominalItems,
    NotEstimable,
    PartialCreditItems,
    Quadrature,
    ResponseMatrix,
    category_probabilities,
    estimate_ability,
    lz,
    lz_star,
    model_fit,
    q3_bootstrap,
    simulate_responses,
    yen_q3,
)
from psychometrics.fit.item_parameters import parameter_derivatives

BINARY = [(d, m) for d in ("LSAT6", "LSAT7", "SAT12", "MathExam14W") for m in ("2PL", "Rasch")]


@pytest.mark.parametrize(("data", "model"), [*BINARY, ("Science", "graded")])
def test_model_fit_is_the_published_one(reference, reference_rows, data, model):
    responses, items, grid = reference(data, model)
    row = next(
        r for r in reference_rows("ref_mirt_summary.csv") if (r["data"], r["model"]) == (data, model)
    )
    found = model_fit(responses, items, grid, slopes="equal" if model == "Rasch" else "free")
    # With a free variance the published values rest on an approximate derivative.
    tolerance = 2e-3 if model == "Rasch" else 1e-6
    assert found.degrees_of_freedom == int(row["M2df"])
    assert found.statistic == pytest.approx(float(row["M2"]), rel=tolerance)
    assert found.rmsea == pytest.approx(float(row["RMSEA"]), abs=tolerance)
    assert found.rmsea_lower <= found.rmsea <= found.rmsea_upper


def enumerated_c2(responses, items, grid, columns):
    """C2 from the multinomial covariance of all response patterns and numerical derivatives."""
    patterns = np.array(list(product(range(4), repeat=4)))
    margins = [patterns[:, j] == k for j in range(4) for k in (1, 2, 3)]
    margins += [patterns[:, i] * patterns[:, j] for i in range(4) for j in range(i + 1, 4)]
    table = np.array(margins, dtype=float)

    def chances(values):
        part = category_probabilities(grid.nodes, type(items)(values[:, 0], values[:, 1:]))
        return np.prod([part[:, j, patterns[:, j]] for j in range(4)], axis=0).T @ grid.weights

    steps = items.thresholds if isinstance(items, GradedItems) else items.steps
    values = np.hstack([items.discrimination[:, None], steps])
    model = chances(values)
    changes = [(chances(values + 1e-5 * c) - chances(values - 1e-5 * c)) / 2e-5 for c in columns]
    seen = np.bincount(responses @ [64, 16, 4, 1], minlength=256) / len(responses)
    delta, gap = table @ np.array(changes).T, table @ (seen - model)
    inverse = np.linalg.inv(table @ (np.diag(model) - np.outer(model, model)) @ table.T)
    middle = delta @ np.linalg.inv(delta.T @ inverse @ delta) @ delta.T
    return len(responses) * gap @ (inverse - inverse @ middle @ inverse) @ gap


@pytest.mark.parametrize("model", ["graded", "gpcm", "PCM"])
def test_c2_is_that_of_the_multinomial_distribution_of_all_patterns(reference, model):
    responses, items, grid = reference("Science", model)
    columns = list(np.eye(16).reshape(16, 4, 4))
    if model == "PCM":  # one slope for all, which a free variance of θ amounts to
        slope = np.zeros((4, 4))
        slope[:, 0] = 1
        columns = [slope, *(c for c in columns if c[:, 0].sum() == 0)]
    found = model_fit(responses, items, grid, slopes="equal" if model == "PCM" else "free")
    assert found.degrees_of_freedom == 18 - len(columns)
    assert found.statistic == pytest.approx(enumerated_c2(responses, items, grid, columns), rel=1e-6)


def test_parameter_derivatives_are_those_of_the_probabilities():
    theta = np.linspace(-2, 2, 5)
    binary = ItemParameters.of([1.2], [0.4], [0.2], [0.95])
    nominal = NominalItems([[0.0, 0.5, 1.5]], [[0.0, 1.0, -0.5]])
    items = MixedItems((binary, nominal), ([1], [0]))
    tables = parameter_derivatives(theta, items)
    assert [len(table) for table in tables] == [4, 4]
    step = 1e-6
    for index in (1, 2):
        moved = nominal.intercepts.copy()
        moved[0, index] += step
        other = category_probabilities(theta, NominalItems(nominal.slopes, moved))[:, 0]
        change = (other - category_probabilities(theta, nominal)[:, 0]) / step
        np.testing.assert_allclose(tables[0][1 + index], change, atol=1e-5)
    guess = ItemParameters.of([1.2], [0.4], [0.2 + step], [0.95])
    change = (category_probabilities(theta, guess) - category_probabilities(theta, binary))[:, 0] / step
    np.testing.assert_allclose(tables[1][2], change, atol=1e-5)


def test_p_values_are_uniform_under_known_parameters():
    rng = np.random.default_rng(21)
    items = MixedItems(
        (
            ItemParameters.of(np.exp(rng.normal(0, 0.3, 6)), rng.normal(0, 1, 6)),
            GradedItems(np.full(4, 1.3), np.array([-1.0, 0.0, 1.0]) + rng.normal(0, 0.3, (4, 1))),
        ),
        (np.arange(6), np.arange(6, 10)),
    )
    for statistic in ("C2", "M2*"):
        p_values = [
            model_fit(
                simulate_responses(rng.normal(size=800), items, rng), items, statistic=statistic
            ).p_value
            for _ in range(50)
        ]
        # The directions of the parameters are projected out, estimated or not.
        assert kstest(p_values, "uniform").pvalue > 0.01


def test_misfit_of_the_whole_model_is_found():
    rng = np.random.default_rng(22)
    items = ItemParameters.of(np.full(12, 1.5), np.linspace(-1.5, 1.5, 12))
    first, second = rng.normal(size=(2, 2000))
    responses = np.hstack(
        [
            simulate_responses(first, items.take(range(6)), rng),
            simulate_responses(second, items.take(range(6, 12)), rng),
        ]
    )
    found = model_fit(responses, items)
    assert found.p_value < 1e-10
    assert found.rmsea_lower > 0.05
    assert found.cfi < 0.9
    assert found.srmsr > 0.1


def test_incomplete_rows_are_left_out_and_too_many_parameters_refused(reference):
    responses, items, _ = reference("LSAT7", "2PL")
    holes = responses.copy()
    holes[0, 0] = -1
    assert model_fit(holes, items).examinees == 999
    with pytest.raises(NotEstimable, match="margins cannot test"):
        model_fit(responses[:, :3], items.take([0, 1, 2]))
    with pytest.raises(NotEstimable, match="complete"):
        model_fit(np.full((5, 5), -1), items)
    with pytest.raises(InvalidParameters):
        model_fit(responses, items, slopes="some")


def test_person_fit_is_the_published_one(reference, reference_rows):
    _, items, _ = reference("LSAT7", "2PL")
    rows = reference_rows("ref_mirt_LSAT7_2PL_personfit.csv")
    patterns = np.array([[int(row[f"Item.{k}"]) for k in range(1, 6)] for row in rows])
    found = lz(patterns, items, estimate_ability(patterns, items).theta)
    np.testing.assert_allclose(found.statistic, [float(row["Zh"]) for row in rows], atol=1e-6)


@pytest.mark.parametrize("method", ["mle", "wle", "map"])
def test_corrected_person_fit_is_standard_normal_where_the_plain_one_is_not(method):
    rng = np.random.default_rng(23)
    items = MixedItems(
        (
            ItemParameters.of(np.exp(rng.normal(0, 0.3, 30)), rng.normal(0, 1, 30)),
            PartialCreditItems(np.ones(10), np.array([-0.7, 0.7]) + rng.normal(0, 0.7, (10, 1))),
        ),
        (np.arange(30), np.arange(30, 40)),
    )
    responses = simulate_responses(rng.normal(size=3000), items, rng)
    responses[rng.random(responses.shape) < 0.1] = -1
    corrected = lz_star(responses, items, method=method).statistic
    corrected = corrected[np.isfinite(corrected)]
    assert len(corrected) > 2900
    assert corrected.mean() == pytest.approx(0, abs=0.1)
    assert corrected.std() == pytest.approx(1, abs=0.06)
    assert (corrected < -1.645).mean() == pytest.approx(0.055, abs=0.02)
    plain = lz(responses, items, estimate_ability(responses, items, method=method).theta).statistic
    assert np.nanstd(plain) < 0.93


def test_random_answering_is_flagged_by_person_fit():
    rng = np.random.default_rng(24)
    items = ItemParameters.of(np.full(40, 1.4), np.linspace(-2, 2, 40))
    guesses = (rng.random((200, 40)) < 0.5).astype(int)
    assert (lz_star(guesses, items).p_value < 0.05).mean() > 0.8
    with pytest.raises(InvalidParameters):
        lz_star(guesses, items, method="eap")


def test_residual_correlations_find_a_doubled_item():
    rng = np.random.default_rng(25)
    items = ItemParameters.of(np.full(15, 1.2), np.linspace(-1.5, 1.5, 15))
    responses = simulate_responses(rng.normal(size=800), items, rng)
    clean = yen_q3(responses, items)
    assert clean.mean == pytest.approx(-1 / 14, abs=0.03)
    responses[:, 4] = np.where(rng.random(800) < 0.6, responses[:, 5], responses[:, 4])
    result = q3_bootstrap(responses, items, rng, replications=30)
    assert result.p_value < 0.05
    found = result.observed.pairs_above(result.critical_value(0.95))
    assert found[0][:2] == (4, 5)


def test_bootstrap_keeps_its_level_and_the_cells_that_were_given():
    rng = np.random.default_rng(26)
    items = ItemParameters.of(np.full(10, 1.2), np.linspace(-1.5, 1.5, 10))
    rejected = 0
    for _ in range(20):
        responses = simulate_responses(rng.normal(size=300), items, rng)
        responses[:150, :2] = -1
        rejected += q3_bootstrap(responses, items, rng, replications=19).p_value <= 0.05
    assert rejected <= 5
    first, second = (
        q3_bootstrap(responses, items, np.random.default_rng(1), replications=3).simulated for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_sparse_and_dense_residual_correlations_agree():
    rng = np.random.default_rng(27)
    items = ItemParameters.of(np.full(12, 1.2), np.linspace(-1.5, 1.5, 12))
    responses = simulate_responses(rng.normal(size=200), items, rng)
    responses[rng.random(responses.shape) < 0.5] = -1
    responses[:, 11] = -1
    rows, columns = np.nonzero(responses >= 0)
    sparse = ResponseMatrix.from_triples(rows, columns, responses[rows, columns], responses.shape)
    dense = yen_q3(responses, items).q3
    np.testing.assert_allclose(yen_q3(sparse, items).q3, dense, atol=1e-10)
    assert np.isnan(dense[11]).all()
    theta = estimate_ability(responses, items, quadrature=Quadrature.equal_spaced()).theta
    residual = responses - 1 / (1 + np.exp(-1.2 * (theta[:, None] - items.difficulty)))
    both = (responses[:, 0] >= 0) & (responses[:, 3] >= 0)
    assert dense[0, 3] == pytest.approx(np.corrcoef(residual[both, 0], residual[both, 3])[0, 1])
