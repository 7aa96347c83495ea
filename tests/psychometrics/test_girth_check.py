import numpy as np
import pytest

from psychometrics import (
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    calibrate,
    cross_check,
    simulate_responses,
)


def test_an_independent_program_agrees_on_published_data(lsat6, lsat7):
    for data, bound in ((lsat6, 5e-3), (lsat7, 1e-3)):
        check = cross_check(data, calibrate(data))
        assert check.max_difference_discrimination < bound
        assert check.max_difference_difficulty < bound
        assert check.correlation_difficulty > 0.99999


def test_an_independent_program_agrees_on_a_longer_form_with_missing_cells():
    rng = np.random.default_rng(4)
    items = ItemParameters.of(np.exp(rng.normal(0, 0.3, 20)), rng.normal(0, 1, 20))
    table = simulate_responses(rng.normal(size=1500), items, rng)
    table[rng.random(table.shape) < 0.1] = -1
    check = cross_check(table, calibrate(table))
    assert check.correlation_discrimination > 0.999
    assert check.max_difference_difficulty < 0.05


def test_a_wrong_calibration_is_seen(lsat7):
    calibration = calibrate(lsat7[:, ::-1])
    assert cross_check(lsat7, calibration).max_difference_difficulty > 0.5


def test_other_models_and_shapes_are_refused(lsat7):
    with pytest.raises(InvalidParameters):
        cross_check(lsat7, calibrate(lsat7, model="rasch"))
    with pytest.raises(InvalidResponses):
        cross_check(lsat7[:, :4], calibrate(lsat7))
