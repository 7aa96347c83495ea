"""Pre-knowledge signals: exact distributions by brute force, error rates and power in simulation."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

from psychometrics import (
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    Quadrature,
    TimeParameters,
    joint_shift,
    posterior,
    posterior_shift,
    preknowledge_ratio,
    probability,
    simulate_response_times,
    simulate_responses,
    speed_shift,
)

KNOWN = np.arange(40) < 12
GUILTY = 200


class Exam:
    """4,000 examinees; the first 200 of ``leaked`` knew most of 12 items and took half the time."""

    def __init__(self) -> None:
        rng = np.random.default_rng(41)
        self.items = ItemParameters.of(rng.uniform(0.8, 1.8, 40), rng.normal(0, 1, 40))
        self.clock = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
        theta = rng.normal(size=4_000)
        theta[:GUILTY] -= 0.5
        self.honest = simulate_responses(theta, self.items, rng)
        # Speed and ability correlate: the joint test must not mind.
        tau = 0.35 * (0.6 * theta + 0.8 * rng.normal(size=4_000))
        self.times = simulate_response_times(tau, self.clock, rng)
        self.leaked, self.fast = self.honest.copy(), self.times.copy()
        told = (rng.random((GUILTY, 40)) < 0.9) & KNOWN
        self.leaked[:GUILTY][told] = 1
        self.fast[:GUILTY][told] *= 0.5


@pytest.fixture(scope="module")
def exam() -> Exam:
    return Exam()


def rates(p_value: np.ndarray) -> tuple[float, float]:
    return float(np.nanmean(p_value < 0.05)), float(np.nanmean(p_value < 0.01))


def test_likelihood_ratio_keeps_its_error_rate_and_finds_the_informed(exam):
    five, one = rates(preknowledge_ratio(exam.honest, exam.items, KNOWN).p_value)
    assert five == pytest.approx(0.05, abs=0.015)
    assert one == pytest.approx(0.01, abs=0.006)
    found = preknowledge_ratio(exam.leaked, exam.items, KNOWN)
    assert np.mean(found.p_value[:GUILTY] < 0.01) > 0.5


def test_posterior_shift_is_never_too_quick_to_accuse_and_finds_the_informed(exam):
    five, one = rates(posterior_shift(exam.honest, exam.items, KNOWN).p_value)
    assert 0.02 < five < 0.055
    assert 0.003 < one < 0.014
    found = posterior_shift(exam.leaked, exam.items, KNOWN)
    assert np.mean(found.p_value[:GUILTY] < 0.01) > 0.5
    assert found.shift[:GUILTY].mean() > 1
    assert found.divergence[:GUILTY].mean() > 3 * found.divergence[GUILTY:].mean()


def test_speed_shift_keeps_its_error_rate_and_finds_the_informed(exam):
    found = speed_shift(exam.times, exam.clock, KNOWN)
    five, one = rates(found.p_value)
    assert five == pytest.approx(0.05, abs=0.012)
    assert one == pytest.approx(0.01, abs=0.006)
    assert np.mean(speed_shift(exam.fast, exam.clock, KNOWN).p_value[:GUILTY] < 0.01) > 0.7


def test_answers_and_times_together_keep_their_rate_and_find_more(exam):
    answers = preknowledge_ratio(exam.honest, exam.items, KNOWN)
    together = joint_shift(answers, speed_shift(exam.times, exam.clock, KNOWN))
    five, one = rates(together.p_value)
    assert five == pytest.approx(0.05, abs=0.013)
    assert one == pytest.approx(0.01, abs=0.006)
    found = preknowledge_ratio(exam.leaked, exam.items, KNOWN)
    both = joint_shift(found, speed_shift(exam.fast, exam.clock, KNOWN)).p_value[:GUILTY]
    assert np.mean(both < 0.001) > np.mean(found.p_value[:GUILTY] < 0.001) + 0.1


def test_joint_p_value_is_the_tail_of_two_positive_parts():
    rng = np.random.default_rng(1)
    draws = (np.maximum(rng.normal(size=(400_000, 2)), 0) ** 2).sum(axis=1)
    for total in (1.0, 4.0, 9.0):
        expected = 0.5 * chi2.sf(total, 1) + 0.25 * chi2.sf(total, 2)
        assert np.mean(draws >= total) == pytest.approx(expected, rel=0.06)


def test_predictive_p_value_is_the_sum_over_all_patterns(exam):
    items, grid = exam.items.take(np.arange(8)), Quadrature.equal_spaced(41)
    known, row = np.arange(8) < 4, np.array([[1, 0, 1, 1, 0, 1, -1, 0]])
    found = posterior_shift(row, items, known, quadrature=grid)
    weights = posterior(row[:, 4:], items.take(np.arange(4, 8)), grid)[0]
    patterns = (np.arange(16)[:, None] >> np.arange(4)) & 1
    chance = probability(grid.nodes, items.take(np.arange(4)))
    by_pattern = np.where(patterns[:, None, :], chance, 1 - chance).prod(axis=2) @ weights
    assert found.p_value[0] == pytest.approx(by_pattern[patterns.sum(axis=1) >= 3].sum())
    assert found.expected[0] == pytest.approx(by_pattern @ patterns.sum(axis=1))


def test_speed_shift_of_one_examinee_by_hand():
    clock = TimeParameters([4.0, 4.0, 3.0], [2.0, 1.0, 1.5], 0.3)
    found = speed_shift([[np.e**3, np.e**4, np.e**3]], clock, np.array([True, False, False]))
    secure = (1.0 * 0 + 2.25 * 0) / 3.25
    statistic = (1.0 - secure) / np.sqrt(1 / 4 + 1 / 3.25)
    assert found.statistic[0] == pytest.approx(statistic)
    assert found.p_value[0] == pytest.approx(norm.sf(statistic))


def test_who_saw_no_compromised_item_gets_no_verdict(exam):
    responses, times = exam.honest[:2].copy(), exam.times[:2].copy()
    responses[0, KNOWN], times[0, KNOWN] = -1, np.nan
    answers = preknowledge_ratio(responses, exam.items, KNOWN)
    speed = speed_shift(times, exam.clock, KNOWN)
    shift = posterior_shift(responses, exam.items, KNOWN)
    joint = joint_shift(answers, speed)
    for table in (answers.p_value, speed.p_value, shift.p_value, shift.shift, joint.p_value):
        assert np.isnan(table).tolist() == [True, False]


def test_bad_marks_are_refused_in_words(exam):
    with pytest.raises(InvalidParameters, match="true or false"):
        preknowledge_ratio(exam.honest, exam.items, np.zeros(40))
    with pytest.raises(InvalidParameters, match="some secure"):
        posterior_shift(exam.honest, exam.items, np.ones(40, dtype=bool))
    answers = preknowledge_ratio(exam.honest, exam.items, KNOWN)
    with pytest.raises(InvalidResponses, match="same examinees"):
        joint_shift(answers, speed_shift(exam.times[:5], exam.clock, KNOWN))
