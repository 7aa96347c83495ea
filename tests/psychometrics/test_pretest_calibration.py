"""Online calibration: pretest items seeded among operational ones come out on the operational scale."""

import numpy as np
import pytest
from scipy.special import expit

from psychometrics import (
    Anchors,
    CalibrationPlan,
    GradedItems,
    InvalidParameters,
    ItemParameters,
    MixedItems,
    NotEstimable,
    Priors,
    ResponseMatrix,
    calibrate_pretest,
    estimate_ability,
    simulate_responses,
)

OPERATIONAL, PRETEST = 60, 12


@pytest.fixture(scope="module")
def live():
    """Candidates of mean 0.5 and deviation 0.8, 30 operational items near θ and 4 of 12 pretest items."""
    rng = np.random.default_rng(7)
    count, examinees = OPERATIONAL + PRETEST, 6000
    items = ItemParameters.of(np.exp(rng.normal(0, 0.25, count)), rng.normal(0, 1, count))
    theta = rng.normal(0.5, 0.8, examinees)
    aim = theta[:, None] + rng.normal(0, 1, (examinees, OPERATIONAL))
    distance = np.abs(aim - items.difficulty[:OPERATIONAL])
    presented = np.zeros((examinees, count), dtype=bool)
    np.put_along_axis(presented, np.argsort(distance, axis=1)[:, :30], True, axis=1)
    seeded = OPERATIONAL + np.argsort(rng.random((examinees, PRETEST)), axis=1)[:, :4]
    np.put_along_axis(presented, seeded, True, axis=1)
    table = np.where(presented, simulate_responses(theta, items, rng), -1)
    return items, table


def anchors_of(items):
    return Anchors(np.arange(OPERATIONAL), items.take(np.arange(OPERATIONAL)))


def sparse(table):
    rows, columns = np.nonzero(table >= 0)
    return ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape)


def live_theta(items, table):
    return estimate_ability(table[:, :OPERATIONAL], items.take(np.arange(OPERATIONAL)), method="wle")


def scaled_errors(result, items):
    truth = items.take(np.arange(OPERATIONAL, OPERATIONAL + PRETEST))
    a = (result.items.discrimination - truth.discrimination) / result.standard_errors.discrimination
    b = (result.items.difficulty - truth.difficulty) / result.standard_errors.difficulty
    return a, b


def test_multiple_cycles_recover_items_and_population_with_honest_errors(live):
    items, table = live
    result = calibrate_pretest(table, anchors_of(items), plan=CalibrationPlan(priors=Priors()))
    assert result.converged
    assert result.columns.tolist() == list(range(OPERATIONAL, OPERATIONAL + PRETEST))
    a, b = scaled_errors(result, items)
    assert 0.6 < np.sqrt(np.mean(np.concatenate([a, b]) ** 2)) < 1.4
    assert np.abs(np.concatenate([a, b])).max() < 3.5
    assert result.groups[0].mean == pytest.approx(0.5, abs=0.05)
    assert result.groups[0].standard_deviation == pytest.approx(0.8, abs=0.05)
    assert result.responses.sum() == 4 * len(table)


def test_one_cycle_and_fixed_theta_rank_items_and_flatten_them_by_the_reliability_of_theta(live):
    """θ known only up to an error stretches it by 1 / reliability, so slopes come out smaller by that."""
    items, table = live
    plan = CalibrationPlan(priors=Priors())
    estimates = live_theta(items, table)
    several = calibrate_pretest(table, anchors_of(items), plan=plan)
    one = calibrate_pretest(table, anchors_of(items), method="one_cycle", plan=plan)
    fixed = calibrate_pretest(
        table, anchors_of(items), method="fixed_theta", theta=estimates.theta, plan=plan
    )
    known = estimates.theta.var() - np.mean(estimates.standard_error**2)
    reliability = known / estimates.theta.var()
    for result in (one, fixed):
        assert result.converged
        assert np.corrcoef(result.items.difficulty, several.items.difficulty)[0, 1] > 0.99
        assert np.corrcoef(result.items.discrimination, several.items.discrimination)[0, 1] > 0.95
        flattening = (result.items.discrimination / several.items.discrimination).mean()
        assert flattening == pytest.approx(reliability, abs=0.05)
    assert one.groups[0].mean == pytest.approx(0.5, abs=0.06)
    assert fixed.groups == ()


def test_errors_of_one_cycle_match_the_spread_of_replications():
    """60 samples of 600 examinees, each calibrated anew."""
    rng = np.random.default_rng(8)
    items = ItemParameters.of(np.full(11, 1.2), np.append(np.linspace(-2, 2, 10), 0.4))
    anchors = Anchors(np.arange(10), items.take(np.arange(10)))
    slopes, difficulties, errors = [], [], []
    plan = CalibrationPlan(population="standard")
    for _ in range(60):
        table = simulate_responses(rng.normal(size=600), items, rng)
        result = calibrate_pretest(table, anchors, method="one_cycle", plan=plan)
        slopes.append(result.items.discrimination[0])
        difficulties.append(result.items.difficulty[0])
        errors.append([result.standard_errors.discrimination[0], result.standard_errors.difficulty[0]])
    mean = np.mean(errors, axis=0)
    assert mean[0] == pytest.approx(np.std(slopes), rel=0.3)
    assert mean[1] == pytest.approx(np.std(difficulties), rel=0.3)


@pytest.mark.parametrize("method", ["one_cycle", "fixed_theta", "multiple_cycles"])
def test_sparse_and_dense_agree(live, method):
    items, table = live
    table = table[:1500]
    theta = live_theta(items, table).theta if method == "fixed_theta" else None
    anchors = anchors_of(items)
    pair = [
        calibrate_pretest(data, anchors, method=method, theta=theta) for data in (table, sparse(table))
    ]
    assert pair[0].items.discrimination == pytest.approx(pair[1].items.discrimination, abs=1e-6)
    assert pair[0].standard_errors.difficulty == pytest.approx(pair[1].standard_errors.difficulty, rel=1e-5)


def test_fixed_theta_is_the_logistic_regression_on_theta():
    """With θ itself and no prior, the score equations of logistic regression hold."""
    rng = np.random.default_rng(9)
    items = ItemParameters.of([1.0, 1.0, 1.0, 1.4], [-1.0, 0.0, 1.0, 0.3])
    theta = rng.normal(size=800)
    table = simulate_responses(theta, items, rng)
    theta[:50] = np.nan
    result = calibrate_pretest(
        table,
        Anchors(np.arange(3), items.take([0, 1, 2])),
        method="fixed_theta",
        theta=theta,
        plan=CalibrationPlan(priors=Priors()),
    )
    a, b = result.items.discrimination[0], result.items.difficulty[0]
    rest = table[50:, 3] - expit(a * (theta[50:] - b))
    assert rest.sum() == pytest.approx(0, abs=1e-5)
    assert rest @ theta[50:] == pytest.approx(0, abs=1e-5)
    assert result.responses.tolist() == [750]
    assert result.items.difficulty[0] == pytest.approx(0.3, abs=0.25)


@pytest.mark.parametrize("method", ["one_cycle", "multiple_cycles"])
def test_polytomous_pretest_items_of_a_mixed_form(method):
    rng = np.random.default_rng(10)
    operational = ItemParameters.of(np.exp(rng.normal(0, 0.2, 30)), rng.normal(0, 1, 30))
    graded = GradedItems(np.array([1.3, 0.9]), np.array([[-1.0, 0.5], [-0.5, 1.2]]))
    mixed = MixedItems((operational, graded), (np.arange(30), np.array([30, 31])))
    table = simulate_responses(rng.normal(-0.3, 1.1, 3000), mixed, rng)
    categories = np.array([2] * 30 + [3] * 2)
    result = calibrate_pretest(
        ResponseMatrix.from_array(table, categories),
        Anchors(np.arange(30), operational),
        model=["2pl"] * 30 + ["graded"] * 2,
        method=method,
    )
    assert result.converged
    assert result.models == ("graded", "graded")
    flattened = 0.85 if method == "one_cycle" else 1.0
    assert result.items.thresholds * flattened == pytest.approx(graded.thresholds, abs=0.15)
    assert result.groups[0].mean == pytest.approx(-0.3, abs=0.08)


def test_impossible_requests_are_refused_with_a_reason(live):
    items, table = live
    table = table[:300]
    anchors = anchors_of(items)
    for options in (
        {"method": "guess"},
        {"method": "fixed_theta"},
        {"theta": np.zeros(300)},
        {"method": "fixed_theta", "theta": np.zeros(3)},
        {"plan": CalibrationPlan(anchors=anchors)},
        {"method": "one_cycle", "model": "1pl"},
    ):
        with pytest.raises(InvalidParameters):
            calibrate_pretest(table, anchors, **options)
    with pytest.raises(InvalidParameters, match="operational and pretest"):
        calibrate_pretest(table[:, :OPERATIONAL], anchors)
    wrong = table.copy()
    wrong[:, OPERATIONAL] = np.where(wrong[:, OPERATIONAL] >= 0, 0, -1)
    with pytest.raises(NotEstimable, match="60 has only wrong responses"):
        calibrate_pretest(wrong, anchors)
