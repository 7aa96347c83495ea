import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from psychometrics import (
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    Quadrature,
    calibrate,
    eap_from_sum_score,
    empirical_reliability,
    estimate_ability,
    information,
    marginal_reliability,
    posterior,
    probability,
    simulate_responses,
    sum_score_distribution,
)


@pytest.fixture(scope="module")
def items(lsat7):
    return calibrate(lsat7).items


@pytest.mark.parametrize(
    ("method", "tolerance"), [("eap", 1e-6), ("map", 1e-5), ("wle", 1e-5), ("mle", 1e-5)]
)
def test_published_data_give_the_reference_scores(items, reference_rows, method, tolerance):
    rows = [r for r in reference_rows("reference_scores_lsat7.csv") if "Inf" not in r[method]]
    patterns = [[int(cell) for cell in row["pattern"]] for row in rows]
    result = estimate_ability(patterns, items, method=method)
    assert result.theta == pytest.approx([float(row[method]) for row in rows], abs=tolerance)
    if method != "wle":  # the reference uses another definition there
        expected = [float(row[f"{method}_se"]) for row in rows]
        assert result.standard_error == pytest.approx(expected, abs=1e-4)


def test_published_data_give_the_reference_sum_score_table(items, reference_rows):
    rows = reference_rows("reference_sum_scores_lsat7.csv")
    table = eap_from_sum_score(items)
    assert table.theta == pytest.approx([float(row["eap"]) for row in rows], abs=1e-6)
    assert table.standard_error == pytest.approx([float(row["eap_se"]) for row in rows], abs=1e-6)
    assert 1000 * table.probability == pytest.approx([float(row["expected_count"]) for row in rows], abs=1e-4)


def test_published_data_give_the_reference_reliabilities(items, lsat7):
    assert marginal_reliability(items) == pytest.approx(0.441819, abs=1e-6)
    assert empirical_reliability(estimate_ability(lsat7, items)) == pytest.approx(0.452305, abs=1e-6)


def test_maximum_likelihood_of_perfect_patterns_is_the_end_of_the_range_with_infinite_error(items):
    result = estimate_ability([[1] * 5, [0] * 5, [-1] * 5], items, method="mle")
    assert result.theta[:2].tolist() == [6, -6]
    assert np.isnan(result.theta[2])
    assert np.isinf(result.standard_error).all()


def test_no_responses_leave_the_prior():
    items = ItemParameters.of([1.0, 1.5], [0, 1])
    grid = Quadrature.equal_spaced(mean=0.4, standard_deviation=0.7)
    for method in ("eap", "map"):
        result = estimate_ability([-1, -1], items, method=method, quadrature=grid)
        assert result.theta[0] == pytest.approx(0.4, abs=1e-6)
        assert result.standard_error[0] == pytest.approx(0.7, abs=1e-6)


def test_rasch_maximum_likelihood_makes_the_expected_score_the_observed_one():
    items = ItemParameters.of(np.ones(8), np.linspace(-2, 2, 8))
    patterns = np.tril(np.ones((7, 8)), k=0)
    theta = estimate_ability(patterns, items, method="mle").theta
    assert probability(theta, items).sum(axis=1) == pytest.approx(np.arange(1, 8))


item_sets = st.builds(
    lambda a, b, c: ItemParameters.of(a, b, c),
    arrays(float, 6, elements=st.floats(0.3, 2.5)),
    arrays(float, 6, elements=st.floats(-2.5, 2.5)),
    arrays(float, 6, elements=st.floats(0, 0.35)),
)
patterns = arrays(np.int8, 6, elements=st.integers(-1, 1))


@settings(max_examples=60, deadline=None)
@given(item_sets, patterns, st.sampled_from(["map", "mle", "wle"]))
def test_estimates_are_maxima_of_their_objective(items, pattern, method):
    result = estimate_ability(pattern, items, method=method)
    theta = result.theta[0]
    if not np.isfinite(result.standard_error[0]) or (method == "wle" and items.guessing.any()):
        return
    grid = np.concatenate([[theta], np.linspace(-6, 6, 2401)])
    chance = probability(grid, items)
    value = np.where(pattern == 1, np.log(chance), np.where(pattern == 0, np.log1p(-chance), 0)).sum(axis=1)
    if method == "map":
        value -= grid**2 / 2
    if method == "wle":
        value += np.log((information(grid, items) * (pattern >= 0)).sum(axis=1)) / 2
    assert value[0] >= value.max() - 1e-6


@settings(max_examples=40, deadline=None)
@given(item_sets, patterns)
def test_eap_rises_with_another_right_response(items, pattern):
    low, high = pattern.copy(), pattern.copy()
    low[0], high[0] = 0, 1
    estimates = estimate_ability([low, high], items)
    assert estimates.theta[0] < estimates.theta[1]


@settings(max_examples=30, deadline=None)
@given(item_sets)
def test_sum_score_distribution_is_the_sum_over_patterns(items):
    theta = np.array([-1.0, 0.7])
    chance = probability(theta, items)
    table = np.array(np.meshgrid(*[[0, 1]] * 6)).reshape(6, -1).T
    likelihood = np.where(table[:, None, :] == 1, chance, 1 - chance).prod(axis=2)
    expected = np.array([likelihood[table.sum(axis=1) == score].sum(axis=0) for score in range(7)])
    assert sum_score_distribution(items, theta) == pytest.approx(expected)


def test_warm_estimate_is_less_biased_than_maximum_likelihood():
    rng = np.random.default_rng(7)
    items = ItemParameters.of(np.full(15, 1.2), np.linspace(-2, 2, 15))
    responses = simulate_responses(np.full(4000, 1.5), items, rng)
    bias = {m: estimate_ability(responses, items, method=m).theta.mean() - 1.5 for m in ("mle", "wle")}
    assert abs(bias["wle"]) < 0.05 < abs(bias["mle"])


def test_posterior_rows_are_distributions(items, lsat7):
    weights = posterior(lsat7[:3], items, Quadrature.equal_spaced())
    assert weights.shape == (3, 61)
    assert weights.sum(axis=1) == pytest.approx(np.ones(3))


def test_many_examinees_are_scored_as_one_by_one(items, lsat7):
    many = np.vstack([lsat7] * 5)
    for method in ("eap", "wle"):
        batch = estimate_ability(many, items, method=method)
        single = estimate_ability(many[4321], items, method=method)
        assert batch.theta[4321] == pytest.approx(single.theta[0], abs=1e-9)
    assert len(batch) == 5000


def test_bad_requests_are_refused(items):
    with pytest.raises(InvalidResponses, match="do not fit 5 items"):
        estimate_ability([1, 0], items)
    with pytest.raises(InvalidResponses):
        estimate_ability([1, 0, 3, 0, 1], items)
    with pytest.raises(InvalidParameters, match="Unknown method"):
        estimate_ability([1, 0, 1, 0, 1], items, method="ml")
