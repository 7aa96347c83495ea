"""Response times: the lognormal model, recovery, error rates, and rapid guessing."""

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal

from psychometrics import (
    InvalidParameters,
    InvalidResponses,
    MixtureRule,
    NotEstimable,
    ResponseTimes,
    TimeParameters,
    TimePlan,
    calibrate_times,
    effort_moderated,
    estimate_speed,
    normative_thresholds,
    response_time_effort,
    simulate_response_times,
    time_mixtures,
    time_person_fit,
    time_residuals,
)


def draw_parameters(rng: np.random.Generator, items: int) -> TimeParameters:
    return TimeParameters(rng.normal(4.0, 0.4, items), rng.uniform(1.4, 2.6, items), 0.35)


def marginal_log_likelihood(seconds: np.ndarray, parameters: TimeParameters) -> float:
    """By the normal density of each examinee's times, with its covariance matrix written out."""
    total = 0.0
    for row in np.log(seconds):
        known = np.flatnonzero(~np.isnan(row))
        if len(known) == 0:
            continue
        covariance = np.diag(parameters.discrimination[known] ** -2.0) + parameters.speed_sd**2
        total += multivariate_normal.logpdf(row[known], parameters.intensity[known], covariance)
    return total


def moved(parameters: TimeParameters, step: np.ndarray) -> TimeParameters:
    """Parameters after a step in (β, log α, log σ)."""
    count = len(parameters)
    return TimeParameters(
        parameters.intensity + step[:count],
        parameters.discrimination * np.exp(step[count:-1]),
        float(parameters.speed_sd * np.exp(step[-1])),
    )


@pytest.fixture(scope="module")
def small() -> tuple[np.ndarray, object]:
    rng = np.random.default_rng(4)
    truth = draw_parameters(rng, 4)
    seconds = simulate_response_times(rng.normal(0, 0.35, 60), truth, rng)
    seconds[rng.random(seconds.shape) < 0.2] = np.nan
    return seconds, calibrate_times(seconds)


def test_log_likelihood_is_that_of_the_multivariate_normal_density(small):
    seconds, found = small
    assert found.converged
    assert found.log_likelihood == pytest.approx(marginal_log_likelihood(seconds, found.parameters), abs=1e-8)


def test_estimate_is_the_maximum_and_errors_are_the_inverse_hessian(small):
    seconds, found = small
    size, width = 2 * len(found.parameters) + 1, 1e-3
    steps = width * np.eye(size)

    def objective(step: np.ndarray) -> float:
        return marginal_log_likelihood(seconds, moved(found.parameters, step))

    gradient = [(objective(step) - objective(-step)) / (2 * width) for step in steps]
    assert np.abs(gradient).max() < 1e-3
    hessian = np.array(
        [
            [
                (objective(a + b) - objective(a - b) - objective(b - a) + objective(-a - b)) / (4 * width**2)
                for a in steps
            ]
            for b in steps
        ]
    )
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    count = len(found.parameters)
    assert found.standard_errors.intensity == pytest.approx(errors[:count], rel=1e-3)
    scaled = found.parameters.discrimination * errors[count:-1]
    assert found.standard_errors.discrimination == pytest.approx(scaled, rel=1e-3)
    assert found.standard_errors.speed_sd == pytest.approx(found.parameters.speed_sd * errors[-1], rel=1e-3)


def test_slow_estimation_from_two_items_each_still_ends_at_the_maximum():
    rng = np.random.default_rng(9)
    truth = TimeParameters([4.0, 3.5, 4.5], [1.5, 2.0, 1.2], 0.5)
    seconds = simulate_response_times(rng.normal(0, 0.5, 90), truth, rng)
    seconds[np.arange(90), np.arange(90) % 3] = np.nan
    found = calibrate_times(seconds)
    steps = 1e-4 * np.eye(7)

    def slope(step: np.ndarray) -> float:
        values = [marginal_log_likelihood(seconds, moved(found.parameters, sign * step)) for sign in (1, -1)]
        return (values[0] - values[1]) / 2e-4

    assert found.converged
    assert np.abs([slope(step) for step in steps]).max() < 1e-4
    assert not calibrate_times(seconds, TimePlan(max_iterations=found.iterations - 1)).converged


def test_parameters_are_recovered_from_a_matrix_sampled_bank_and_errors_cover():
    rng = np.random.default_rng(7)
    truth = draw_parameters(rng, 40)
    seconds = simulate_response_times(rng.normal(0, truth.speed_sd, 3_000), truth, rng)
    seconds[rng.random(seconds.shape).argsort(axis=1) >= 15] = np.nan
    found = calibrate_times(seconds)
    errors = found.standard_errors
    z_intensity = (found.parameters.intensity - truth.intensity) / errors.intensity
    z_discrimination = (found.parameters.discrimination - truth.discrimination) / errors.discrimination
    assert found.converged
    assert np.abs(found.parameters.intensity - truth.intensity).max() < 0.08
    assert 0.5 < np.std(np.concatenate([z_intensity - z_intensity.mean(), z_discrimination])) < 1.4
    assert abs(found.parameters.speed_sd - truth.speed_sd) < 4 * errors.speed_sd


def test_order_of_triples_and_a_dense_table_give_the_same_estimates():
    rng = np.random.default_rng(2)
    seconds = simulate_response_times(rng.normal(0, 0.35, 200), draw_parameters(rng, 6), rng)
    seconds[rng.random(seconds.shape) < 0.3] = np.nan
    rows, columns = np.nonzero(~np.isnan(seconds))
    order = rng.permutation(len(rows))
    rows, columns = rows[order], columns[order]
    sparse = ResponseTimes.from_triples(rows, columns, seconds[rows, columns], seconds.shape)
    one, two = calibrate_times(seconds), calibrate_times(sparse)
    assert np.array_equal(one.parameters.intensity, two.parameters.intensity)


def test_speed_is_recovered_with_honest_errors():
    rng = np.random.default_rng(5)
    truth = draw_parameters(rng, 20)
    tau = rng.normal(0, truth.speed_sd, 4_000)
    seconds = simulate_response_times(tau, truth, rng)
    for method in ("eap", "mle"):
        found = estimate_speed(seconds, truth, method=method)
        assert np.std((found.speed - tau) / found.standard_error) == pytest.approx(1, abs=0.04)


def test_expected_seconds_are_the_mean_of_simulated_times():
    rng = np.random.default_rng(8)
    truth = draw_parameters(rng, 3)
    seconds = simulate_response_times(np.full(100_000, 0.2), truth, rng)
    assert seconds.mean(axis=0) == pytest.approx(truth.expected_seconds([0.2])[0], rel=0.02)


def test_residuals_and_person_fit_keep_their_nominal_error_rates():
    rng = np.random.default_rng(11)
    truth = draw_parameters(rng, 20)
    seconds = simulate_response_times(rng.normal(0, truth.speed_sd, 5_000), truth, rng)
    seconds[rng.random(seconds.shape) < 0.4] = np.nan
    fitted = calibrate_times(seconds).parameters
    residuals = time_residuals(seconds, fitted)
    assert np.array_equal(np.isnan(residuals), np.isnan(seconds))
    assert kstest(residuals[~np.isnan(residuals)][::10], "norm").pvalue > 0.001
    assert np.mean(np.abs(residuals[~np.isnan(residuals)]) > 1.96) == pytest.approx(0.05, abs=0.005)
    assert np.nanmean(time_person_fit(seconds, fitted).p_value < 0.05) == pytest.approx(0.05, abs=0.012)


def test_answers_given_in_advance_stand_out():
    rng = np.random.default_rng(12)
    truth = draw_parameters(rng, 20)
    seconds = simulate_response_times(rng.normal(0, truth.speed_sd, 1_000), truth, rng)
    seconds[:50, :6] *= np.exp(-1.5)
    residuals = time_residuals(seconds, truth)
    assert np.mean(residuals[:50, :6] < -1.645) > 0.5
    assert np.mean(time_person_fit(seconds, truth).p_value[:50] < 0.01) > 0.8


def test_examinee_without_times_has_the_speed_of_the_population():
    truth = TimeParameters([4.0, 4.0], [2.0, 2.0], 0.3)
    eap = estimate_speed([[np.nan, np.nan], [50.0, 60.0]], truth)
    mle = estimate_speed([[np.nan, np.nan], [50.0, 60.0]], truth, method="mle")
    assert (eap.speed[0], eap.standard_error[0]) == (0.0, pytest.approx(0.3))
    assert np.isnan(mle.speed[0])
    assert np.isinf(mle.standard_error[0])
    assert np.isnan(time_person_fit([[np.nan, 40.0]], truth).p_value[0])


def test_bad_times_are_refused_in_words():
    with pytest.raises(InvalidResponses, match="examinee 0 on item 1 is 0"):
        ResponseTimes.from_array([[3.0, 0.0]])
    with pytest.raises(InvalidResponses, match="two times"):
        ResponseTimes.from_triples([0, 0], [1, 1], [3.0, 4.0], (1, 2))
    with pytest.raises(InvalidResponses, match="do not fit"):
        estimate_speed([[3.0]], TimeParameters([1.0, 1.0], [1.0, 1.0], 1.0))
    with pytest.raises(NotEstimable) as refusal:
        calibrate_times([[3.0, np.nan], [4.0, np.nan], [5.0, 2.0]])
    assert refusal.value.items == (1,)
    with pytest.raises(NotEstimable, match="do not vary"):
        calibrate_times([[3.0, 4.0], [3.0, 5.0], [3.0, 6.0]])
    with pytest.raises(InvalidParameters):
        TimePlan(tolerance=0)
    with pytest.raises(InvalidParameters):
        TimeParameters([1.0], [-1.0], 1.0)


def test_normative_thresholds_are_a_tenth_of_the_mean_time_up_to_ten_seconds():
    assert normative_thresholds([[30.0, 200.0, np.nan], [50.0, 100.0, np.nan]]) == pytest.approx(
        [4.0, 10.0, np.nan], nan_ok=True
    )


def test_effort_is_the_share_of_responses_that_were_not_rapid():
    times = np.array([[2.0, 30.0, 40.0, np.nan], [20.0, 30.0, 3.0, 1.0], [np.nan] * 4])
    found = response_time_effort(times, [5.0, 5.0, 5.0, np.nan])
    assert found.effort == pytest.approx([2 / 3, 3 / 4, np.nan], nan_ok=True)
    assert found.item_effort == pytest.approx([0.5, 1.0, 0.5, 1.0])
    assert found.flagged.tolist() == [True, True, False]
    scores = effort_moderated([[1, 0, 1, -1], [1, 3, 0, 0], [-1, -1, -1, -1]], found)
    assert scores.tolist() == [[-1, 0, 1, -1], [1, 3, -1, 0], [-1, -1, -1, -1]]


def test_mixture_finds_rapid_guesses_and_the_share_of_them():
    rng = np.random.default_rng(21)
    truth = draw_parameters(rng, 12)
    seconds = simulate_response_times(rng.normal(0, truth.speed_sd, 1_500), truth, rng)
    guessed = rng.random(seconds.shape) < 0.1
    seconds[guessed] = np.exp(rng.normal(0.9, 0.35, int(guessed.sum())))
    found = time_mixtures(seconds)
    assert np.isfinite(found.thresholds).all()
    assert found.share == pytest.approx(np.full(12, 0.1), abs=0.03)
    effort = response_time_effort(seconds, found.thresholds)
    assert np.mean(effort.rapid[guessed]) > 0.95
    assert np.mean(effort.rapid[~guessed]) < 0.005


def test_diligent_examinees_are_not_called_rapid():
    rng = np.random.default_rng(22)
    truth = draw_parameters(rng, 40)
    seconds = simulate_response_times(rng.normal(0, truth.speed_sd, 2_000), truth, rng)
    normative = response_time_effort(seconds, normative_thresholds(seconds))
    mixture = time_mixtures(seconds)
    assert normative.rapid.mean() < 0.003
    assert normative.flagged.mean() < 0.005
    assert np.isfinite(mixture.thresholds).mean() <= 0.05


def test_an_item_with_few_times_gets_no_mixture():
    seconds = np.exp(np.random.default_rng(1).normal(3, 0.5, (100, 2)))
    seconds[30:, 1] = np.nan
    assert np.isnan(time_mixtures(seconds).means[1]).all()
    with pytest.raises(InvalidParameters):
        MixtureRule(largest_share=1.0)
    with pytest.raises(InvalidParameters):
        response_time_effort(seconds, [1.0])
    with pytest.raises(InvalidParameters):
        normative_thresholds(seconds, share=0)
    with pytest.raises(InvalidResponses, match="do not match"):
        effort_moderated([[1, 0]], response_time_effort(seconds, [1.0, 1.0]))
