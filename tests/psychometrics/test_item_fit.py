"""S-X², infit and outfit, residuals along θ: published values, known rates, closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from psychometrics import (
    GradedItems,
    InvalidParameters,
    ItemParameters,
    MixedItems,
    NotEstimable,
    PartialCreditItems,
    Quadrature,
    ResponseMatrix,
    estimate_ability,
    infit_outfit,
    parameter_counts,
    posterior,
    probability,
    s_x2,
    simulate_responses,
    sum_score_distribution,
    theta_groups,
)
from psychometrics.fit.sum_score_tables import CellTable, sum_score_tables

MODELS = [(d, m) for d in ("LSAT6", "LSAT7", "SAT12", "MathExam14W") for m in ("2PL", "Rasch")]
MODELS += [("Science", "graded"), ("Science", "gpcm"), ("Science", "PCM")]


def mixed_items(rng: np.random.Generator) -> MixedItems:
    return MixedItems(
        (
            ItemParameters.of(np.exp(rng.normal(0, 0.3, 10)), rng.normal(0, 1, 10)),
            GradedItems(
                np.exp(rng.normal(0.2, 0.2, 4)), rng.normal(0, 0.3, (4, 1)) + np.array([-1.2, 0.0, 1.2])
            ),
            PartialCreditItems(np.ones(2), np.array([[-0.8, 0.8], [0.0, 0.5]])),
        ),
        (np.arange(0, 10), np.arange(10, 14), np.arange(14, 16)),
    )


@pytest.mark.parametrize(("data", "model"), MODELS)
def test_sum_score_fit_is_the_published_one(reference, reference_rows, data, model):
    responses, items, grid = reference(data, model)
    estimated = 2 if model == "Rasch" else None  # the difficulty and the variance of θ
    result = s_x2(responses, items, grid, estimated_parameters=estimated)
    rows = reference_rows(f"ref_mirt_{data}_{model}_SX2.csv")
    for found, name in (
        (result.statistic, "S_X2"),
        (result.degrees_of_freedom, "df.S_X2"),
        (result.p_value, "p.S_X2"),
        (result.rmsea, "RMSEA.S_X2"),
    ):
        np.testing.assert_allclose(found, [float(row[name]) for row in rows], rtol=1e-9, atol=1e-12)


def test_expected_counts_are_the_shares_of_each_score_given_the_sum():
    items, grid = mixed_items(np.random.default_rng(1)).take([0, 11, 15]), Quadrature.equal_spaced()
    scores = np.array([[1, 0, 0]] * 30 + [[0, 1, 0]] * 50 + [[1, 3, 1]] * 7)
    tables = dict(sum_score_tables(scores, items, grid))
    chances = np.exp(items.log_category_probabilities(grid.nodes))
    ways = {(1, 0, 0): 0.0, (0, 1, 0): 0.0, (0, 0, 1): 0.0}
    for pattern in ways:
        joint = np.prod([chances[:, j, k] for j, k in enumerate(pattern)], axis=0)
        ways[pattern] = float(joint @ grid.weights)
    share = ways[1, 0, 0] / sum(ways.values())
    np.testing.assert_allclose(tables[0].expected[0], [80 * (1 - share), 80 * share])
    assert tables[0].observed[0].tolist() == [50, 30]
    np.testing.assert_allclose(tables[1].expected.sum(axis=1), [80, 7])
    assert sum_score_distribution(items, grid.nodes).shape[0] == 1 + 3 + 2 + 1


cells = arrays(float, (9, 4), elements=st.floats(0.01, 12))


@settings(max_examples=60, deadline=None)
@given(cells, cells)
def test_merging_keeps_totals_and_leaves_no_sparse_cell(observed, expected):
    merged = CellTable(observed, expected).merged(1.0)
    possible = merged.expected > 0
    assert (merged.expected[possible] >= 1).all()
    if len(merged.expected):
        assert merged.observed.sum() == pytest.approx(observed.sum())
        assert merged.expected.sum() == pytest.approx(expected.sum())


def test_false_positive_rate_is_nominal_and_misfit_is_found():
    rng = np.random.default_rng(11)
    items = mixed_items(rng)
    p_values = []
    for _ in range(25):
        responses = simulate_responses(rng.normal(size=1500), items, rng)
        p_values.append(s_x2(responses, items, estimated_parameters=0).p_value)
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.025)
    theta = rng.normal(size=1500)
    responses = simulate_responses(theta, items, rng)
    responses[:, 0] = rng.random(1500) < 0.2 + 0.6 * (np.abs(theta) < 0.7)  # not even monotone
    found = s_x2(responses, items)
    assert found.p_value[0] < 1e-6
    assert (found.p_value[1:] < 0.001).sum() <= 1


def test_forms_missing_by_design_are_tested_within_each_form():
    rng = np.random.default_rng(12)
    items = mixed_items(rng)
    responses = simulate_responses(rng.normal(size=1200), items, rng)
    responses[:600, 8:12] = -1
    responses[600:, :4] = -1
    responses[5, 7] = -1  # a form of one examinee is left out
    result = s_x2(responses, items, estimated_parameters=0)
    first, second = (
        s_x2(responses[rows][:, used], items.take(used), estimated_parameters=0)
        for rows, used in (
            (np.delete(np.arange(600), 5), np.r_[0:8, 12:16]),
            (np.arange(600, 1200), np.r_[4:16]),
        )
    )
    assert result.statistic[14] == pytest.approx(first.statistic[10] + second.statistic[10])
    assert result.statistic[0] == pytest.approx(first.statistic[0])
    assert result.examinees[[0, 9, 14]].tolist() == [599, 600, 1199]
    rows, columns = np.nonzero(responses >= 0)
    triples = (rows, columns, responses[rows, columns])
    sparse = ResponseMatrix.from_triples(*triples, responses.shape, items.category_counts)
    np.testing.assert_array_equal(s_x2(sparse, items, estimated_parameters=0).statistic, result.statistic)


def test_adaptive_data_are_refused_with_a_hint():
    responses = np.full((30, 16), -1)
    for examinee, row in enumerate(responses):
        row[[examinee % 10, 10 + examinee % 3, 15]] = 0
    with pytest.raises(NotEstimable, match="theta group"):
        s_x2(responses, mixed_items(np.random.default_rng(1)))
    with pytest.raises(InvalidParameters):
        s_x2([[0, 1]], ItemParameters.of([1, 1], [0, 0]), minimum_expected=0)


def test_parameters_are_counted_by_model():
    items = MixedItems(
        (ItemParameters.of([1, 1], [0, 0], [0.2, 0.0], [0.9, 1.0]), GradedItems([1.0], [[0.0, 1.0, 2.0]])),
        ([0, 2], [1]),
    )
    assert parameter_counts(items).tolist() == [4, 4, 2]
    assert parameter_counts(items, "fixed").tolist() == [3, 3, 1]


def test_mean_squares_of_items_are_the_published_ones(reference, reference_rows):
    responses, items, _ = reference("LSAT7", "2PL")
    found = infit_outfit(responses, items, estimate_ability(responses, items).theta).items
    rows = reference_rows("ref_mirt_LSAT7_2PL_itemfit.csv")
    for values, name in (
        (found.outfit, "outfit"),
        (found.infit, "infit"),
        (found.outfit_z, "z.outfit"),
        (found.infit_z, "z.infit"),
    ):
        np.testing.assert_allclose(values, [float(row[name]) for row in rows], atol=1e-6)


def test_mean_squares_at_the_true_theta_are_one_with_unit_spread():
    rng = np.random.default_rng(13)
    items = mixed_items(rng)
    theta = rng.normal(size=3000)
    responses = simulate_responses(theta, items, rng)
    responses[rng.random(responses.shape) < 0.2] = -1
    found = infit_outfit(responses, items, theta)
    assert found.items.infit == pytest.approx(np.ones(16), abs=0.12)
    assert found.examinees.outfit.mean() == pytest.approx(1, abs=0.03)
    assert found.examinees.infit_z.std() == pytest.approx(1, abs=0.1)
    assert found.examinees.infit_z.mean() == pytest.approx(0, abs=0.1)


def test_outfit_of_one_response_is_its_squared_standardized_residual():
    items = ItemParameters.of([1.3], [0.4])
    chance = probability([0.9], items)[0, 0]
    found = infit_outfit([[1]], items, [0.9]).items
    assert found.outfit[0] == pytest.approx((1 - chance) / chance)
    assert found.infit[0] == pytest.approx(found.outfit[0])
    assert np.isnan(infit_outfit([[-1]], items, [0.9]).items.outfit[0])


def test_theta_groups_are_posterior_shares_and_residuals_are_standard_normal():
    rng = np.random.default_rng(14)
    items, grid = mixed_items(rng), Quadrature.equal_spaced()
    responses = simulate_responses(rng.normal(size=4000), items, rng)
    responses[rng.random(responses.shape) < 0.3] = -1
    found = theta_groups(responses, items, groups=8)
    assert found.examinees.sum(axis=1) == pytest.approx((responses >= 0).sum(axis=0))
    assert (np.diff(found.theta) > 0).all()
    weights = posterior(responses, items, grid)
    top = np.minimum((grid.weights.cumsum() - grid.weights / 2) * 8, 7).astype(int) == 7
    inside = weights[:, top].sum(axis=1)
    shown = responses[:, 11] >= 0
    share = inside[shown] @ (responses[shown, 11] == 3) / inside[shown].sum()
    assert found.observed[11, 7, 3] == pytest.approx(share)
    assert found.score_residual.std() == pytest.approx(1, abs=0.15)
    assert found.score_residual.mean() == pytest.approx(0, abs=0.2)
    low, high = found.score_interval()
    covered = (low < found.expected_score) & (found.expected_score < high)
    assert covered.mean() == pytest.approx(0.95, abs=0.05)


def test_theta_groups_show_where_an_item_departs():
    rng = np.random.default_rng(15)
    items = ItemParameters.of(np.full(20, 1.2), np.linspace(-1.5, 1.5, 20))
    theta = rng.normal(size=3000)
    responses = simulate_responses(theta, items, rng)
    responses[:, 3] = rng.random(3000) < np.maximum(probability(theta, items)[:, 3], 0.5)
    found = theta_groups(responses, items)
    assert found.score_residual[3, 0] > 4
    assert np.abs(np.delete(found.score_residual, 3, axis=0)).max() < 4.5
    with pytest.raises(InvalidParameters):
        theta_groups(responses, items, groups=1)
