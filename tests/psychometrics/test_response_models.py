import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics import (
    InvalidParameters,
    ItemParameters,
    PsychometricError,
    expected_score,
    information,
    log_probabilities,
    probability,
    response_curves,
)

finite = st.floats(-4, 4)
items_strategy = st.builds(
    lambda a, b, c, d: ItemParameters.of([a], [b], [c], [d]),
    st.floats(0.05, 3.5),
    finite,
    st.floats(0, 0.4),
    st.floats(0.6, 1),
)


@given(items_strategy)
def test_probability_is_halfway_between_the_asymptotes_at_the_difficulty(items):
    middle = (items.guessing + items.upper_asymptote) / 2
    assert probability(items.difficulty, items)[0] == pytest.approx(middle)


@given(items_strategy, finite, st.floats(0.01, 2))
def test_probability_rises_within_the_asymptotes(items, theta, step):
    low, high = probability([theta, theta + step], items)[:, 0]
    assert items.guessing[0] <= low < high <= items.upper_asymptote[0]


@given(items_strategy, finite)
def test_curve_derivatives_agree_with_differences(items, theta):
    width = 1e-4
    low, middle, high = probability([theta - width, theta, theta + width], items)[:, 0]
    curves = response_curves([theta], items)
    assert curves.slope[0, 0] == pytest.approx((high - low) / (2 * width), abs=1e-6)
    assert curves.curvature[0, 0] == pytest.approx((high - 2 * middle + low) / width**2, abs=1e-5)
    assert curves.right[0, 0] + curves.wrong[0, 0] == pytest.approx(1)


def test_two_parameter_information_is_a_squared_p_q_with_its_peak_at_the_difficulty():
    items = ItemParameters.of([1.7], [0.4])
    theta = np.linspace(-3, 3, 601)
    chance = probability(theta, items)
    curve = information(theta, items)
    assert curve == pytest.approx(1.7**2 * chance * (1 - chance))
    assert theta[curve.argmax()] == pytest.approx(0.4)
    assert curve.max() == pytest.approx(1.7**2 / 4)


def test_three_parameter_information_peaks_where_birnbaum_says():
    a, b, c = 1.2, -0.3, 0.25
    theta = np.linspace(-4, 4, 80_001)
    peak = theta[information(theta, ItemParameters.of([a], [b], [c]))[:, 0].argmax()]
    assert peak == pytest.approx(b + np.log((1 + np.sqrt(1 + 8 * c)) / 2) / a, abs=1e-4)


def test_log_probabilities_stay_exact_in_the_tails():
    items = ItemParameters.of([1.0, 1.0], [0.0, 0.0], [0.0, 0.2])
    right, wrong = log_probabilities([-600.0, 600.0], items)
    assert right[0] == pytest.approx([-600.0, np.log(0.2)])
    assert wrong[1] == pytest.approx([-600.0, np.log(0.8) - 600.0])
    assert information([-1e9, 1e9, np.inf], items) == pytest.approx(np.zeros((3, 2)), abs=1e-200)


def test_expected_score_adds_the_curves():
    items = ItemParameters.of([1, 2, 0.5], [0, 1, -1], [0, 0.2, 0.1])
    assert expected_score([0.3, 1], items) == pytest.approx(probability([0.3, 1], items).sum(axis=1))


def test_take_keeps_the_order_asked_for():
    items = ItemParameters.of([1, 2, 3], [4, 5, 6]).take([2, 0])
    assert items.discrimination.tolist() == [3, 1]
    assert len(items) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 2.0], [0.0]), "difficulty has 1 entries for 2"),
        (([1.0], [np.nan]), "difficulty must be finite"),
        (([1.0], [0.0], [0.5], [0.4]), "0 ≤ guessing < upper"),
        (([1.0], [0.0], [-0.1]), "0 ≤ guessing"),
        (([1.0], [0.0], [0.1], [1.1]), "≤ 1"),
        ((["steep"], [0.0]), "must be numbers"),
        (([[1.0]], [0.0]), "one-dimensional"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(arguments, words):
    with pytest.raises(InvalidParameters, match=words):
        ItemParameters.of(*arguments)


def test_parameters_cannot_be_changed_from_outside():
    source = np.array([1.0, 2.0])
    items = ItemParameters.of(source, [0, 0])
    source[0] = 9
    assert items.discrimination[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        items.discrimination[0] = 5


def test_errors_share_one_base():
    assert issubclass(InvalidParameters, PsychometricError)
    assert issubclass(PsychometricError, ValueError)
