"""Category curves: closed forms, derivatives, agreement between models, padding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics import (
    GradedItems,
    InvalidParameters,
    InvalidResponses,
    ItemCollection,
    ItemParameters,
    MixedItems,
    NominalItems,
    PartialCreditItems,
    ResponseMatrix,
    category_probabilities,
    expected_item_scores,
    expected_score,
    highest_scores,
    information,
    probability,
)

THETA = np.linspace(-4, 4, 17)
NAN = np.nan
GRADED = GradedItems([1.2, 0.8], [[-1.0, 0.3, 1.4], [0.2, NAN, NAN]])
PARTIAL = PartialCreditItems([1.0, 1.7], [[0.4, -0.2, 1.0], [-0.5, 0.5, NAN]])
NOMINAL = NominalItems([[0.0, 0.5, 1.5], [0.0, 1.0, NAN]], [[0.0, 1.0, -0.5], [0.0, -0.3, NAN]])
MIXED = MixedItems(
    (ItemParameters.of([1.1, 0.7], [0.0, 1.0], [0.2, 0.0]), GRADED, PARTIAL, NOMINAL),
    ([1, 6], [0, 3], [7, 2], [4, 5]),
)


@pytest.mark.parametrize("items", [GRADED, PARTIAL, NOMINAL, MIXED])
def test_curves_are_those_of_the_log_probabilities(items: ItemCollection) -> None:
    step = 1e-5
    curves = items.category_curves(THETA)
    below, above = (np.exp(items.log_category_probabilities(THETA + shift)) for shift in (-step, step))
    np.testing.assert_allclose(curves.probability.sum(axis=2), 1, atol=1e-14)
    np.testing.assert_allclose(curves.slope, (above - below) / (2 * step), atol=1e-9)
    second = (above - 2 * curves.probability + below) / step**2
    np.testing.assert_allclose(curves.curvature, second, atol=2e-5)
    beyond = np.arange(curves.probability.shape[2]) >= items.category_counts[:, None]
    assert (curves.probability[:, beyond] == 0).all()
    assert np.isneginf(items.log_category_probabilities(THETA)[:, beyond]).all()


def test_two_scores_are_the_two_parameter_model() -> None:
    items = ItemParameters.of([0.5, 2.0, -1.0], [-1.0, 0.3, 0.0])
    for twin in (
        GradedItems(items.discrimination, items.difficulty[:, None]),
        PartialCreditItems(items.discrimination, items.difficulty[:, None]),
    ):
        np.testing.assert_allclose(expected_item_scores(THETA, twin), probability(THETA, items), atol=1e-14)
        np.testing.assert_allclose(information(THETA, twin), information(THETA, items), atol=1e-14)
    np.testing.assert_allclose(information(THETA, items), items.category_curves(THETA).information)


def test_partial_credit_information_is_the_squared_slope_times_the_score_variance() -> None:
    chances, scores = category_probabilities(THETA, PARTIAL), np.arange(4)
    variance = chances @ scores**2 - (chances @ scores) ** 2
    np.testing.assert_allclose(information(THETA, PARTIAL), PARTIAL.discrimination**2 * variance, atol=1e-13)


def test_rating_scale_items_share_their_thresholds() -> None:
    items = PartialCreditItems.rating_scale([1.0, 1.0], [0.5, -0.5], [-1.0, 0.0, 1.0])
    np.testing.assert_allclose(items.steps, [[-0.5, 0.5, 1.5], [-1.5, -0.5, 0.5]])


@given(st.permutations(range(8)), st.integers(1, 8))
def test_taking_from_mixed_items_keeps_each_items_curve(order: list[int], count: int) -> None:
    taken = MIXED.take(order[:count])
    assert taken.category_counts.tolist() == MIXED.category_counts[order[:count]].tolist()
    np.testing.assert_allclose(
        expected_item_scores(THETA, taken), expected_item_scores(THETA, MIXED)[:, order[:count]], atol=1e-14
    )


def test_expected_scores_reach_the_highest() -> None:
    far = expected_score([60.0], GRADED)[0]
    assert far == pytest.approx(highest_scores(GRADED).sum())


def test_tails_keep_their_digits() -> None:
    logs = GradedItems([1.0], [[0.0, 1.0]]).log_category_probabilities([-600.0, 600.0])
    assert np.isfinite(logs).all()
    assert logs[0, 0, 2] == pytest.approx(-601.0)


@pytest.mark.parametrize(
    "build",
    [
        lambda: GradedItems([1.0], [[1.0, 0.0]]),
        lambda: GradedItems([1.0], [[NAN, 1.0]]),
        lambda: PartialCreditItems([1.0, 1.0], [[0.0]]),
        lambda: NominalItems([[0.0, 1.0]], [[0.0, NAN]]),
        lambda: MixedItems((GRADED,), ([0, 2],)),
        lambda: GradedItems([1.0], [["one"]]),
    ],
)
def test_impossible_items_are_refused(build: object) -> None:
    with pytest.raises(InvalidParameters):
        build()  # type: ignore[operator]


def test_response_matrices_know_their_categories() -> None:
    table = [[0, 2, -1], [1, 0, 3]]
    matrix = ResponseMatrix.from_array(table, [2, 3, 4])
    twin = ResponseMatrix.from_triples(
        [0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [0, 2, 1, 0, 3], (2, 3), [2, 3, 4]
    )
    np.testing.assert_array_equal(twin.to_array(), matrix.to_array())
    for one in (matrix, twin):
        assert [totals.tolist() for totals in one.item_totals()] == [[2, 2, 1], [1, 2, 3]]
    with pytest.raises(InvalidResponses, match="highest"):
        ResponseMatrix.from_array(table, [2, 3, 3])
    with pytest.raises(InvalidResponses):
        ResponseMatrix.from_array([[0.5, 1]], 3)
