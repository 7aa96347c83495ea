"""Likelihood-ratio and Wald tests of items: error rates and power with impact, formats, Lord's test."""

import numpy as np
import pytest

from psychometrics import (
    CalibrationPlan,
    CommonItems,
    ComparisonPlan,
    Contrast,
    DifPlan,
    GradedItems,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    LinkingPlan,
    MixedItems,
    ResponseMatrix,
    calibrate,
    category_probabilities,
    link_scales,
    lord_test,
    model_comparison_dif,
)


def draw(theta: np.ndarray, items: object, rng: np.random.Generator) -> np.ndarray:
    chances = category_probabilities(theta, items).cumsum(axis=2)
    return (rng.random(chances.shape[:2])[:, :, None] > chances).sum(axis=2).astype(np.int8)


def two_groups(size: int) -> Contrast:
    return Contrast(("reference", "focal"), np.repeat([0, 1], size))


def sample(rng: np.random.Generator, size: int, shift: float, items: int = 8) -> np.ndarray:
    """The first item is harder by ``shift`` for the focal group, whose mean is lower by 0.6."""
    slopes, places = rng.lognormal(0.2, 0.2, items), rng.normal(0, 1, items)
    moved = places + shift * (np.arange(items) == 0)
    return np.concatenate(
        [
            draw(rng.normal(size=size), ItemParameters.of(slopes, places), rng),
            draw(rng.normal(-0.6, 1, size), ItemParameters.of(slopes, moved), rng),
        ]
    )


@pytest.mark.parametrize("method", ["likelihood_ratio", "wald"])
def test_error_rates_and_power_with_impact(method):
    rng, found = np.random.default_rng(1), []
    plan = ComparisonPlan(method=method, dif=DifPlan(adjust=False, purify=False))
    for _ in range(10):
        result = model_comparison_dif(sample(rng, 500, 0.7), two_groups(500), plan)
        found.append(result.p_value < 0.05)
        assert result.test.freedom.tolist() == [2.0] * 8
        assert result.effect[0] < 0
    rates = np.mean(found, axis=0)
    assert rates[0] >= (0.9 if method == "likelihood_ratio" else 0.75)
    assert rates[1:].mean() < 0.13


def test_purification_leaves_the_flagged_items_apart():
    rng = np.random.default_rng(2)
    result = model_comparison_dif(sample(rng, 1500, 0.8), two_groups(1500))
    assert result.flagged.nonzero()[0].tolist() == [0]
    assert result.settled
    assert result.anchors.tolist() == [False] + [True] * 7
    assert result.mean == pytest.approx([0, -0.6], abs=0.12)
    assert result.standard_deviation == pytest.approx([1, 1], abs=0.15)
    assert result.classes[0] in ("B", "C")


def test_both_tests_agree_on_large_samples():
    table = sample(np.random.default_rng(3), 2500, 0.15)
    rules = DifPlan(purify=False)
    first, second = (
        model_comparison_dif(table, two_groups(2500), ComparisonPlan(method=method, dif=rules))
        for method in ("likelihood_ratio", "wald")
    )
    np.testing.assert_allclose(second.test.statistic, first.test.statistic, rtol=0.25, atol=0.6)
    np.testing.assert_allclose(second.effect, first.effect, atol=1e-6)


def test_mixed_formats_three_groups_and_sparse_data():
    rng, size = np.random.default_rng(4), 700
    slopes = np.full(3, 1.4)
    right = ItemParameters.of(np.full(4, 1.3), np.linspace(-1, 1, 4))
    parts = []
    for mean, shift in ((0.0, 0.0), (0.4, 0.0), (-0.4, 0.8)):
        thresholds = np.array([-0.9, 0.4]) + np.zeros((3, 1))
        thresholds[1] += shift
        items = MixedItems((GradedItems(slopes, thresholds), right), ([0, 1, 2], [3, 4, 5, 6]))
        parts.append(draw(rng.normal(mean, 1, size), items, rng))
    table = np.concatenate(parts)
    table[rng.random(table.shape) < 0.1] = -1
    categories = [3, 3, 3, 2, 2, 2, 2]
    contrast = Contrast(("ky", "ru", "uz"), np.repeat([0, 1, 2], size))
    plan = ComparisonPlan(model=["graded"] * 3 + ["2pl"] * 4)
    dense = model_comparison_dif(table, contrast, plan, categories)
    assert dense.flagged.nonzero()[0].tolist() == [1]
    assert dense.test.freedom.tolist() == [6.0] * 3 + [4.0] * 4
    rows, columns = np.nonzero(table >= 0)
    sparse = ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape, categories)
    once = DifPlan(purify=False)
    plans = ComparisonPlan(plan.model, dif=once, calibration=CalibrationPlan(priors=None, tolerance=1e-5))
    first, second = (model_comparison_dif(one, contrast, plans, categories) for one in (table, sparse))
    np.testing.assert_allclose(second.test.statistic, first.test.statistic, atol=0.02)


def test_lords_test_sees_the_item_that_moved():
    rng, size = np.random.default_rng(5), 3000
    table = sample(rng, size, 0.7, items=15)
    parts = [calibrate(table[:size]), calibrate(table[size:])]
    common = CommonItems(parts[0].items, parts[1].items, parts[0].covariance, parts[1].covariance)
    link = link_scales(common, LinkingPlan())
    test = lord_test(common, link)
    assert test.p_value[0] < 1e-6
    assert (test.p_value[1:] < 0.01).sum() <= 1
    assert link.intercept_error > 0
    with pytest.raises(InvalidParameters, match="covariances"):
        lord_test(CommonItems(parts[0].items, parts[1].items), link)


def test_what_cannot_be_compared_is_refused():
    table = sample(np.random.default_rng(6), 50, 0.0)
    with pytest.raises(InvalidParameters, match="likelihood_ratio or wald"):
        ComparisonPlan(method="score")
    with pytest.raises(InvalidResponses, match="100 examinees"):
        model_comparison_dif(table, two_groups(40))
    plan = ComparisonPlan(calibration=CalibrationPlan(groups=["a"] * 100))
    with pytest.raises(InvalidParameters, match="names the groups"):
        model_comparison_dif(table, two_groups(50), plan)
    with pytest.raises(InvalidParameters, match="models"):
        model_comparison_dif(table, two_groups(50), ComparisonPlan(model=["2pl"]))
