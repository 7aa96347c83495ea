import numpy as np
import pytest

from psychometrics import (
    AbilityEstimates,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    NotEstimable,
    ResponseMatrix,
    conditional_standard_error,
    cronbach_alpha,
    empirical_reliability,
    item_statistics,
    item_statistics_by_group,
    option_table,
    option_traces,
)


def test_complete_data_give_the_usual_correlations(lsat7):
    result = item_statistics(lsat7)
    total = lsat7.sum(axis=1)
    assert result.p == pytest.approx([0.828, 0.658, 0.772, 0.606, 0.843])
    for item in range(5):
        column = lsat7[:, item]
        assert result.point_biserial[item] == pytest.approx(np.corrcoef(column, total)[0, 1])
        assert result.item_rest[item] == pytest.approx(np.corrcoef(column, total - column)[0, 1])


def test_missing_cells_count_only_where_presented(lsat7):
    table = lsat7.astype(float)
    table[:300, 2] = np.nan
    result = item_statistics(table)
    assert result.n.tolist() == [1000, 1000, 700, 1000, 1000]
    assert result.p[2] == pytest.approx(lsat7[300:, 2].mean())
    rest = np.delete(lsat7[300:], 2, axis=1).mean(axis=1)
    assert result.item_rest[2] == pytest.approx(np.corrcoef(lsat7[300:, 2], rest)[0, 1])


def test_items_without_variance_or_responses_have_no_correlation():
    table = np.array([[1, 1, -1], [1, 0, -1], [1, 1, -1], [1, 0, -1]])
    result = item_statistics(table)
    assert np.isnan(result.point_biserial[[0, 2]]).all()
    assert np.isnan(result.p[2])


def test_option_table_counts_by_group():
    totals = np.arange(100)
    choices = ["A" if t >= 60 else "B" if t >= 20 else None for t in totals]
    table = option_table(choices, totals, groups=5)
    assert table.options == ("A", "B", None)
    assert table.group_sizes.tolist() == [20] * 5
    assert table.counts.tolist() == [[0, 0, 0, 20, 20], [0, 20, 20, 0, 0], [20, 0, 0, 0, 0]]
    assert table.proportions.sum(axis=0) == pytest.approx(np.ones(5))
    assert table.mean_total.tolist() == [79.5, 39.5, 9.5]
    assert table.point_biserial[0] > 0 > table.point_biserial[2]


def test_option_table_refuses_what_does_not_match():
    with pytest.raises(InvalidResponses):
        option_table(["A"], [1, 2])
    with pytest.raises(InvalidParameters):
        option_table(["A", "B"], [1, 2], groups=1)


def test_alpha_of_parallel_columns_is_one_and_of_noise_near_zero():
    column = np.array([0, 1, 1, 0, 1])
    assert cronbach_alpha(np.tile(column[:, None], 4)).estimate == pytest.approx(1)
    noise = np.random.default_rng(1).integers(0, 2, (5000, 10))
    assert cronbach_alpha(noise).estimate == pytest.approx(0, abs=0.05)


def test_alpha_equals_the_mean_split_half_coefficient(lsat7):
    """Cronbach (1951): for an even number of items it is the mean of all Flanagan–Rulon split halves."""
    table = lsat7[:, :4].astype(float)
    halves = [([0, 1], [2, 3]), ([0, 2], [1, 3]), ([0, 3], [1, 2])]
    variance = table.sum(axis=1).var()
    splits = [
        2 * (1 - (table[:, a].sum(axis=1).var() + table[:, b].sum(axis=1).var()) / variance)
        for a, b in halves
    ]
    assert cronbach_alpha(table).estimate == pytest.approx(np.mean(splits))


def test_alpha_interval_covers_at_its_rate():
    rng = np.random.default_rng(2)
    truth = 5 * 0.4 / (1 + 4 * 0.4)
    hits = 0
    for _ in range(300):
        scores = np.sqrt(0.4) * rng.normal(size=(80, 1)) + np.sqrt(0.6) * rng.normal(size=(80, 5))
        interval = cronbach_alpha(scores - scores.min(), confidence=0.9)
        hits += interval.lower <= truth <= interval.upper
    assert 0.84 <= hits / 300 <= 0.96


def test_alpha_refuses_missing_cells_and_constant_totals():
    with pytest.raises(InvalidResponses):
        cronbach_alpha([[1, -1], [0, 1]])
    with pytest.raises(NotEstimable):
        cronbach_alpha([[1, 0], [0, 1]])


def test_conditional_standard_error_is_the_inverse_root_of_information():
    items = ItemParameters.of([2.0] * 4, [0.0] * 4)
    assert conditional_standard_error([0.0], items) == pytest.approx([0.5])


def test_reliability_needs_estimates():
    with pytest.raises(NotEstimable):
        empirical_reliability(AbilityEstimates(np.array([6.0]), np.array([np.inf])))


def test_partial_credit_and_missing_cells_use_shares_of_points():
    table = np.array([[2, 1, 0], [1, 1, -1], [0, 0, 3], [2, -1, 3], [1, 0, 1]])
    result = item_statistics(table, [3, 2, 4])
    assert result.category_counts.tolist() == [[1, 2, 2, 0], [2, 2, 0, 0], [1, 1, 0, 2]]
    assert result.mean == pytest.approx([1.2, 0.5, 7 / 4])
    assert result.p == pytest.approx([0.6, 0.5, 7 / 12])
    assert result.standard_deviation[0] == pytest.approx(table[:, 0].std(ddof=1))
    rest = [1 / 4, 1 / 1, 3 / 4, 3 / 3, 1 / 4]
    assert result.item_rest[0] == pytest.approx(np.corrcoef(table[:, 0], rest)[0, 1])


def test_alpha_if_deleted_is_alpha_of_the_others(lsat7):
    found = item_statistics(lsat7).alpha_if_deleted
    expected = [cronbach_alpha(np.delete(lsat7, item, axis=1)).estimate for item in range(5)]
    assert found == pytest.approx(expected)
    rows, columns = np.nonzero(lsat7 >= 0)
    sparse = ResponseMatrix.from_triples(rows, columns, lsat7[rows, columns], lsat7.shape)
    assert item_statistics(sparse).alpha_if_deleted == pytest.approx(expected)
    holes = lsat7.copy()
    holes[:500, 0], holes[500:, 1] = -1, -1  # this pair was never given together
    found = item_statistics(holes).alpha_if_deleted
    assert np.isnan(found).tolist() == [False, False, True, True, True]


def test_statistics_by_group_are_those_of_the_rows(lsat7):
    labels = ["kk" if row % 3 else "ru" for row in range(1000)]
    found = item_statistics_by_group(lsat7, labels)
    assert list(found) == ["ru", "kk"]
    assert found["ru"].p == pytest.approx(lsat7[::3].mean(axis=0))
    assert found["kk"].n.sum() == 5 * (1000 - 334)
    with pytest.raises(InvalidResponses):
        item_statistics_by_group(lsat7, labels[:-1])


def test_kr20_is_alpha_of_right_and_wrong(lsat7):
    p = lsat7.mean(axis=0)
    kr20 = 5 / 4 * (1 - (p * (1 - p)).sum() / lsat7.sum(axis=1).var())
    assert cronbach_alpha(lsat7).estimate == pytest.approx(kr20)


def test_pairwise_alpha_of_scores_missing_at_random_is_close_to_the_complete_one():
    rng = np.random.default_rng(6)
    scores = (rng.normal(size=(4000, 1)) + rng.normal(size=(4000, 10)) > 0).astype(float)
    complete = cronbach_alpha(scores)
    assert cronbach_alpha(scores, pairwise=True).estimate == pytest.approx(complete.estimate)
    scores[rng.random(scores.shape) < 0.3] = np.nan
    found = cronbach_alpha(scores, pairwise=True)
    assert found.estimate == pytest.approx(complete.estimate, abs=0.02)
    assert found.upper - found.lower > complete.upper - complete.lower


def test_option_table_bounds_its_shares():
    table = option_table(["A"] * 30 + ["B"] * 10 + ["A"] * 10 + ["B"] * 50, np.arange(100), groups=2)
    assert table.group_totals.tolist() == [24.5, 74.5]
    assert (table.lower <= table.proportions).all()
    assert (table.proportions <= table.upper).all()
    # Wilson's bounds are where the normal test of the share is at its critical value.
    low, n = table.lower[0, 0], 50
    assert (40 / n - low) / np.sqrt(low * (1 - low) / n) == pytest.approx(1.959964, abs=1e-5)


def test_trace_lines_follow_the_true_option_curves():
    rng = np.random.default_rng(7)
    theta = rng.normal(size=5000)
    right = np.minimum(1 / (1 + np.exp(-1.5 * theta)), 0.9)
    drawn = zip(rng.random(5000), right, strict=True)
    choices = ["A" if u < p else None if u > 0.97 else "B" for u, p in drawn]
    traces = option_traces(choices, theta, np.linspace(-1.5, 1.5, 7))
    assert traces.options == ("A", "B", None)
    assert traces.proportions.sum(axis=0) == pytest.approx(np.ones(7))
    expected = np.minimum(1 / (1 + np.exp(-1.5 * traces.theta)), 0.9)
    assert np.abs(traces.proportions[0] - expected).max() < 0.05
    assert (traces.standard_errors < 0.05).all()
    far = option_traces(choices, theta, [50.0]).proportions
    assert np.isfinite(far).all()
    with pytest.raises(InvalidParameters):
        option_traces(choices, np.zeros(5000), [0.0])
