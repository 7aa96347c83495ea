import numpy as np
import pytest
from scipy.special import expit, logit

from psychometrics import (
    CalibrationPlan,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    NormalPrior,
    NotEstimable,
    Priors,
    Quadrature,
    ResponseMatrix,
    calibrate,
    log_probabilities,
    simulate_responses,
)

BANK_PRIORS = Priors(log_discrimination=NormalPrior(0, 0.5), difficulty=NormalPrior(0, 2))


def marginal_log_likelihood(responses, items, deviation=1.0):
    """Straight from the definition, without any of the calibration's code."""
    grid = Quadrature.equal_spaced(81, -8 * deviation, 8 * deviation, 0, deviation)
    right, wrong = log_probabilities(grid.nodes, items)
    table = np.asarray(responses)
    given_theta = (table == 1) @ right.T + (table == 0) @ wrong.T
    return float(np.log(np.exp(given_theta) @ grid.weights).sum())


def population(seed, examinees, count, guessing=0.0):
    rng = np.random.default_rng(seed)
    items = ItemParameters.of(
        np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count), np.full(count, guessing)
    )
    return items, simulate_responses(rng.normal(size=examinees), items, rng)


def cells_of(table):
    rows, columns = np.nonzero(table >= 0)
    return ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape)


@pytest.mark.parametrize(
    ("data", "model", "log_likelihood"),
    [
        ("lsat6", "2pl", -2466.653378),
        ("lsat7", "2pl", -2658.805114),
        ("lsat6", "rasch", -2466.937600),
        ("lsat7", "rasch", -2664.900891),
    ],
)
def test_published_data_give_the_reference_estimates(data, model, log_likelihood, request, reference_rows):
    result = calibrate(request.getfixturevalue(data), model=model)
    reference = [r for r in reference_rows("reference_items.csv") if (r["data"], r["model"]) == (data, model)]
    for ours, name in [
        (result.items.discrimination, "discrimination"),
        (result.items.difficulty, "difficulty"),
    ]:
        assert ours == pytest.approx([float(row[name]) for row in reference], abs=1e-5)
    assert result.standard_errors.difficulty == pytest.approx(
        [float(row["se_difficulty"]) for row in reference], rel=1e-5
    )
    if model == "2pl":
        assert result.standard_errors.discrimination == pytest.approx(
            [float(row["se_discrimination"]) for row in reference], rel=1e-5
        )
    variance = result.latent_standard_deviation**2
    assert variance == pytest.approx(float(reference[0]["latent_variance"]), abs=3e-5)
    assert result.log_likelihood == pytest.approx(log_likelihood, abs=2e-6)
    assert result.converged
    assert result.gradient < 1e-5


def test_one_parameter_model_is_the_rasch_model_on_another_scale(lsat7):
    rasch, common = calibrate(lsat7, model="rasch"), calibrate(lsat7, model="1pl")
    assert common.log_likelihood == pytest.approx(rasch.log_likelihood, abs=2e-6)
    assert common.items.discrimination == pytest.approx(np.full(5, rasch.latent_standard_deviation), abs=1e-5)
    on_the_other = common.items.difficulty * rasch.latent_standard_deviation
    assert on_the_other == pytest.approx(rasch.items.difficulty, abs=1e-5)
    assert common.latent_standard_deviation == 1


@pytest.mark.parametrize("model", ["rasch", "2pl", "3pl"])
def test_reported_log_likelihood_is_the_one_of_the_reported_items(model):
    _, table = population(3, 400, 8)
    table[np.random.default_rng(0).random(table.shape) < 0.2] = -1
    priors = Priors(difficulty=NormalPrior(0, 2)) if model == "rasch" else BANK_PRIORS
    result = calibrate(table, model=model, plan=CalibrationPlan(priors=priors))
    independent = marginal_log_likelihood(table, result.items, result.latent_standard_deviation)
    assert result.log_likelihood == pytest.approx(independent, abs=1e-4)
    assert result.objective < result.log_likelihood


@pytest.mark.parametrize(
    ("model", "priors"),
    [
        ("2pl", Priors()),
        ("2pl", BANK_PRIORS),
        ("3pl", Priors(NormalPrior(0, 0.5), NormalPrior(0, 2), NormalPrior(-1.4, 0.4))),
    ],
)
def test_estimate_and_standard_errors_are_those_of_the_marginal_objective(model, priors):
    """Gradient zero and Hessian equal to the inverse squared errors, by differences of the definition."""
    _, table = population(11, 600, 4, guessing=0.15 if model == "3pl" else 0.0)
    plan = CalibrationPlan(priors=priors, standard_errors="observed")
    result = calibrate(table, model=model, plan=plan)
    items = result.items
    parts = [items.discrimination, items.difficulty]
    parts += [logit(items.guessing)] if model == "3pl" else []
    center = np.concatenate(parts)

    def objective(vector):
        a, b, *rest = vector.reshape(-1, 4)
        value = marginal_log_likelihood(table, ItemParameters.of(a, b, expit(rest[0]) if rest else None))
        scales = (np.log(a), b, *rest)
        for prior, at in zip(
            (priors.log_discrimination, priors.difficulty, priors.logit_guessing), scales, strict=False
        ):
            if prior is not None:
                value -= 0.5 * (((at - prior.mean) / prior.standard_deviation) ** 2).sum()
        return value

    hessian, gradient, width = np.empty((len(center),) * 2), np.empty(len(center)), 2e-3
    unit = np.eye(len(center)) * width
    for i in range(len(center)):
        gradient[i] = (objective(center + unit[i]) - objective(center - unit[i])) / (2 * width)
        for j in range(len(center)):
            hessian[i, j] = (
                objective(center + unit[i] + unit[j])
                - objective(center + unit[i] - unit[j])
                - objective(center - unit[i] + unit[j])
                + objective(center - unit[i] - unit[j])
            ) / (4 * width**2)
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian))).reshape(-1, 4)
    assert np.abs(gradient * errors.ravel()).max() < 2e-3
    assert result.standard_errors.discrimination == pytest.approx(errors[0], rel=5e-3)
    assert result.standard_errors.difficulty == pytest.approx(errors[1], rel=5e-3)
    if model == "3pl":
        slope = items.guessing * (1 - items.guessing)
        assert result.standard_errors.guessing == pytest.approx(errors[2] * slope, rel=5e-3)


def test_two_parameter_items_are_recovered():
    items, table = population(21, 6000, 25)
    result = calibrate(table)
    for ours, truth, error in [
        (result.items.discrimination, items.discrimination, result.standard_errors.discrimination),
        (result.items.difficulty, items.difficulty, result.standard_errors.difficulty),
    ]:
        scaled = (ours - truth) / error
        assert np.abs(scaled).max() < 4
        assert 0.6 < np.sqrt(np.mean(scaled**2)) < 1.4


def test_three_parameter_items_are_recovered_with_the_default_prior():
    items, table = population(22, 8000, 25, guessing=0.22)
    result = calibrate(table, model="3pl")
    assert result.converged
    assert np.sqrt(np.mean((result.items.difficulty - items.difficulty) ** 2)) < 0.15
    assert np.sqrt(np.mean((result.items.guessing - 0.22) ** 2)) < 0.06
    assert np.isfinite(result.standard_errors.guessing).all()


def test_rasch_items_and_spread_are_recovered():
    rng = np.random.default_rng(23)
    items = ItemParameters.of(np.ones(20), rng.normal(0, 1, 20))
    result = calibrate(simulate_responses(rng.normal(0, 1.4, 5000), items, rng), model="rasch")
    assert result.latent_standard_deviation == pytest.approx(1.4, abs=0.06)
    assert result.items.difficulty == pytest.approx(items.difficulty, abs=0.15)
    assert result.standard_errors.latent_standard_deviation < 0.03


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl", "3pl"])
def test_sparse_and_dense_give_the_same_answer(model):
    _, table = population(31, 500, 20)
    table[np.random.default_rng(1).random(table.shape) < 0.6] = -1
    priors = Priors(difficulty=NormalPrior(0, 2)) if model == "rasch" else BANK_PRIORS
    plan = CalibrationPlan(standard_errors="observed", priors=priors)
    dense, sparse = (
        calibrate(table, model=model, plan=plan),
        calibrate(cells_of(table), model=model, plan=plan),
    )
    for name in ("discrimination", "difficulty", "guessing"):
        assert getattr(sparse.items, name) == pytest.approx(getattr(dense.items, name), abs=1e-6)
    assert sparse.log_likelihood == pytest.approx(dense.log_likelihood, abs=1e-7)
    assert sparse.standard_errors.difficulty == pytest.approx(dense.standard_errors.difficulty, rel=1e-5)


def test_large_sparse_bank_is_calibrated_from_cells_alone():
    rng = np.random.default_rng(41)
    examinees, count, each = 4000, 400, 40
    items = ItemParameters.of(np.exp(rng.normal(0, 0.3, count)), rng.normal(0, 1, count))
    theta = rng.normal(size=examinees)
    columns = np.argsort(rng.random((examinees, count)), axis=1)[:, :each]
    distance = items.discrimination[columns] * (theta[:, None] - items.difficulty[columns])
    scores = (rng.random(columns.shape) < expit(distance)).astype(np.int8)
    matrix = ResponseMatrix.from_triples(
        np.repeat(np.arange(examinees), each), columns.ravel(), scores.ravel(), (examinees, count)
    )
    result = calibrate(matrix, plan=CalibrationPlan(priors=BANK_PRIORS))
    assert result.converged
    assert result.standard_errors.method == "item_blocks"
    scaled = (result.items.discrimination - items.discrimination) / result.standard_errors.discrimination
    assert 0.85 < np.sqrt(np.mean(scaled**2)) < 1.15


@pytest.mark.parametrize("model", ["1pl", "2pl", "3pl"])
def test_quicker_standard_errors_are_near_the_observed_ones(model):
    _, table = population(51, 5000, 15, guessing=0.2 if model == "3pl" else 0.0)
    by_method = {
        method: calibrate(table, model=model, plan=CalibrationPlan(standard_errors=method)).standard_errors
        for method in ("observed", "cross_product", "item_blocks", "none")
    }
    exact = by_method["observed"].difficulty
    ratio = by_method["cross_product"].difficulty / exact
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    assert ratio == pytest.approx(np.ones(15), abs=0.25)
    assert (by_method["item_blocks"].difficulty <= exact * 1.0001).all()
    assert np.isnan(by_method["none"].difficulty).all()


def test_collapsing_patterns_changes_nothing(lsat7, monkeypatch):
    collapsed = calibrate(lsat7)
    monkeypatch.setattr("psychometrics.calibration.blocks.COLLAPSIBLE_ITEMS", 0)
    plain = calibrate(lsat7)
    assert plain.items.difficulty == pytest.approx(collapsed.items.difficulty, abs=1e-7)
    assert plain.standard_errors.difficulty == pytest.approx(collapsed.standard_errors.difficulty, rel=1e-7)


def test_every_run_is_the_same_and_the_objective_never_falls():
    _, table = population(61, 5000, 12)
    reports = []
    first, second = calibrate(table, model="3pl", progress=reports.append), calibrate(table, model="3pl")
    assert (first.items.difficulty == second.items.difficulty).all()
    assert (np.diff(first.objective_trace) >= -1e-8).all()
    assert [report.objective for report in reports] == first.objective_trace.tolist()
    assert reports[-1].iteration == first.iterations


def test_running_out_of_iterations_is_not_convergence(lsat7):
    result = calibrate(lsat7, plan=CalibrationPlan(iteration_limit=3))
    assert not result.converged
    assert "after" in result.message


def test_a_loose_tolerance_still_needs_a_small_gradient():
    _, table = population(62, 5000, 12)
    result = calibrate(table, plan=CalibrationPlan(tolerance=10.0))
    assert result.converged
    assert result.gradient < 1e-3


def test_an_item_without_a_finite_maximum_is_named():
    """The last two items are answered identically by all: their slopes have no finite maximum."""
    _, table = population(63, 300, 5)
    table[:, 4] = table[:, 3]
    names = ["one", "two", "three", "four", "five"]
    result = calibrate(table, plan=CalibrationPlan(item_names=names))
    assert not result.converged
    assert "four" in result.message
    assert "five" in result.message
    mended = calibrate(table, plan=CalibrationPlan(priors=BANK_PRIORS))
    assert mended.converged
    assert np.isfinite(mended.standard_errors.discrimination).all()


def test_a_reversed_key_shows_as_a_negative_discrimination():
    _, table = population(64, 2000, 10)
    table[:, 2] = 1 - table[:, 2]
    result = calibrate(table)
    assert result.items.discrimination[2] < -0.3
    assert (np.delete(result.items.discrimination, 2) > 0).all()


def test_examinees_without_responses_do_not_matter(lsat7):
    extended = np.vstack([lsat7, np.full((50, 5), -1)])
    assert calibrate(extended).items.difficulty == pytest.approx(calibrate(lsat7).items.difficulty, abs=1e-6)


def test_items_without_variance_are_refused_by_name():
    _, table = population(65, 100, 5)
    table[:, 1], table[:, 3] = 1, -1
    with pytest.raises(NotEstimable, match="B has only right responses; D has no responses") as caught:
        calibrate(table, plan=CalibrationPlan(item_names=list("ABCDE")))
    assert caught.value.items == (1, 3)


@pytest.mark.parametrize(
    ("responses", "options", "error"),
    [
        (np.full((5, 4), -1), {}, InvalidResponses),
        (np.eye(4)[:, :2], {}, NotEstimable),
        (np.eye(4), {"model": "5pl"}, InvalidParameters),
        (np.eye(4), {"plan": CalibrationPlan(item_names=["a"])}, InvalidParameters),
        (np.eye(4), {"model": "rasch", "plan": CalibrationPlan(priors=BANK_PRIORS)}, InvalidParameters),
        (
            np.eye(4),
            {"plan": CalibrationPlan(priors=Priors(logit_guessing=NormalPrior(-1, 1)))},
            InvalidParameters,
        ),
    ],
)
def test_impossible_requests_are_refused(responses, options, error):
    with pytest.raises(error):
        calibrate(responses, **options)


@pytest.mark.parametrize(
    "make",
    [
        lambda: NormalPrior(0, 0),
        lambda: NormalPrior(float("nan"), 1),
        lambda: CalibrationPlan(tolerance=0),
        lambda: CalibrationPlan(standard_errors="guess"),
    ],
)
def test_impossible_plans_are_refused(make):
    with pytest.raises(InvalidParameters):
        make()


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl", "3pl"])
def test_the_objective_never_falls_even_on_noise(model):
    """Noise drives slopes to the edge of the parameter space, where careless steps lose ground."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        table = rng.integers(-1, 2, (int(rng.integers(20, 80)), int(rng.integers(3, 12))))
        result = calibrate(table, model=model, plan=CalibrationPlan(iteration_limit=80))
        assert (np.diff(result.objective_trace) >= -1e-8).all()
        assert np.isfinite(result.items.difficulty).all()
        assert result.converged == (result.message == "Converged.")
