"""Linking: exact recovery, symmetry, drifted anchors, standard errors against simulation, releases."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics import (
    LINKING_METHODS,
    AnchorRule,
    CommonItems,
    DriftPlan,
    GradedItems,
    InvalidParameters,
    ItemParameters,
    LinkingPlan,
    MixedItems,
    NominalItems,
    NotEstimable,
    ParameterTable,
    PartialCreditItems,
    ReleaseParameters,
    ScaleTransformation,
    anchor_influence,
    bootstrap_covariance,
    category_probabilities,
    link_scales,
    monitor_drift,
    robust_z,
)

THETA = np.linspace(-3, 3, 13)


@dataclass(frozen=True, eq=False)
class Covariance:
    labels: tuple[tuple[int, str], ...]
    matrix: np.ndarray


def mixed_items(seed: int = 0) -> MixedItems:
    rng = np.random.default_rng(seed)
    return MixedItems(
        (
            ItemParameters.of(rng.lognormal(0, 0.3, 9), rng.normal(size=9), np.full(9, 0.15)),
            GradedItems(rng.lognormal(0, 0.2, 3), np.sort(rng.normal(size=(3, 3)), axis=1)),
            PartialCreditItems(rng.lognormal(0, 0.2, 2), rng.normal(size=(2, 2))),
            NominalItems([[0, 0.5, 1.4]], [[0, 0.5, -0.4]]),
        ),
        ([0, 2, 4, 6, 8, 10, 12, 13, 14], [1, 3, 5], [7, 9], [11]),
    )


def two_parameter(count: int = 20, seed: int = 1) -> ItemParameters:
    rng = np.random.default_rng(seed)
    return ItemParameters.of(rng.lognormal(0, 0.3, count), rng.normal(size=count))


def covariance_of(items: ItemParameters, size: float, seed: int) -> Covariance:
    labels = tuple((item, name) for item in range(len(items)) for name in ("discrimination", "b1"))
    root = np.random.default_rng(seed).normal(size=(len(labels), 3 * len(labels)))
    return Covariance(labels, size**2 * root @ root.T / (3 * len(labels)))


@pytest.mark.parametrize("method", LINKING_METHODS)
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize(("slope", "intercept"), [(1.3, -0.4), (0.6, 1.1), (1.0, 0.0)])
def test_an_exact_transformation_is_recovered(method, symmetric, slope, intercept):
    base, truth = mixed_items(), ScaleTransformation(slope, intercept)
    common = CommonItems(base, truth.inverse().items(base))
    result = link_scales(common, LinkingPlan(method, symmetric))
    assert result.transformation.slope == pytest.approx(slope, abs=1e-9)
    assert result.transformation.intercept == pytest.approx(intercept, abs=1e-9)
    assert result.kept.all()
    assert result.removed == {}
    assert np.isnan(result.slope_error)


@given(st.floats(0.4, 2.5), st.floats(-2, 2))
def test_moving_items_and_examinees_together_changes_no_probability(slope, intercept):
    link, items = ScaleTransformation(slope, intercept), mixed_items()
    np.testing.assert_allclose(
        category_probabilities(link.theta(THETA), link.items(items)),
        category_probabilities(THETA, items),
        atol=1e-12,
    )
    there_and_back = link.then(link.inverse())
    assert (there_and_back.slope, there_and_back.intercept) == pytest.approx((1, 0), abs=1e-12)


@pytest.mark.parametrize("method", ["haebara", "stocking_lord", "mean_sigma"])
def test_linking_back_gives_the_inverse(method):
    base, rng = two_parameter(), np.random.default_rng(2)
    new = ItemParameters.of(
        base.discrimination * np.exp(rng.normal(0, 0.1, 20)), 0.8 * base.difficulty + rng.normal(0, 0.1, 20)
    )
    plan = LinkingPlan(method, anchor_rule=None)
    there = link_scales(CommonItems(base, new), plan).transformation
    back = link_scales(CommonItems(new, base), plan).transformation.inverse()
    assert (back.slope, back.intercept) == pytest.approx((there.slope, there.intercept), abs=1e-7)


def test_mean_methods_are_their_formulas():
    base, new = two_parameter(seed=3), two_parameter(seed=4)
    common = CommonItems(base, new)
    means = link_scales(common, LinkingPlan("mean_mean", anchor_rule=None)).transformation
    assert means.slope == pytest.approx(new.discrimination.mean() / base.discrimination.mean())
    sigma = link_scales(common, LinkingPlan("mean_sigma", anchor_rule=None)).transformation
    assert sigma.slope == pytest.approx(base.difficulty.std() / new.difficulty.std())
    assert sigma.intercept == pytest.approx(base.difficulty.mean() - sigma.slope * new.difficulty.mean())


def test_the_curve_methods_minimize_their_criterion():
    base, new = two_parameter(seed=5), two_parameter(seed=6)
    for method in ("haebara", "stocking_lord"):
        plan = LinkingPlan(method, symmetric=False, anchor_rule=None)
        best = link_scales(CommonItems(base, new), plan).transformation
        grid = plan.base_quadrature

        def loss(slope, intercept, method=method, grid=grid):
            moved = ScaleTransformation(slope, intercept).items(new)
            gap = category_probabilities(grid.nodes, base) - category_probabilities(grid.nodes, moved)
            if method == "haebara":
                return grid.weights @ (gap**2).sum(axis=(1, 2))
            return grid.weights @ gap[:, :, 1].sum(axis=1) ** 2

        for change in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)):
            assert loss(best.slope, best.intercept) < loss(best.slope + change[0], best.intercept + change[1])


@pytest.mark.parametrize("method", LINKING_METHODS)
def test_standard_errors_agree_with_the_bootstrap(method):
    base = two_parameter()
    rng = np.random.default_rng(7)
    places = (base.difficulty - 0.3) / 1.2 + rng.normal(0, 0.05, 20)
    new = ItemParameters.of(base.discrimination * 1.2, places)
    common = CommonItems(base, new, covariance_of(base, 0.05, 8), covariance_of(new, 0.08, 9))
    plan = LinkingPlan(method, anchor_rule=None)
    result = link_scales(common, plan)
    drawn = bootstrap_covariance(common, plan, draws=200)
    errors = [result.slope_error, result.intercept_error]
    np.testing.assert_allclose(np.sqrt(np.diag(drawn)), errors, rtol=0.15)
    assert result.theta_error(np.array([0.0]))[0] == pytest.approx(result.intercept_error)


def test_covariances_are_found_by_their_labels():
    base = two_parameter(6)
    whole = covariance_of(base, 0.1, 3)
    rows = np.array([4, 1, 5])
    table = ParameterTable.of(base.take(rows))
    matrix = table.covariance(whole, rows).reshape(3, 4, 3, 4)
    place = {label: number for number, label in enumerate(whole.labels)}
    assert matrix[0, 1, 2, 0] == whole.matrix[place[4, "b1"], place[5, "discrimination"]]
    assert (matrix[:, 2:] == 0).all()


def test_drifted_anchors_leave_with_a_reason():
    rng, base, truth = np.random.default_rng(10), two_parameter(), ScaleTransformation(1.2, 0.5)
    new = truth.inverse().items(base)
    slopes, places = new.discrimination.copy(), new.difficulty + rng.normal(0, 0.03, 20)
    places[3] += 0.8
    places[11] -= 0.6
    slopes[7] *= 2.5
    common = CommonItems(base, ItemParameters.of(slopes * np.exp(rng.normal(0, 0.03, 20)), places))
    for method in LINKING_METHODS:
        result = link_scales(common, LinkingPlan(method))
        assert sorted(result.removed) == [3, 7, 11]
        assert "harder" in result.removed[3]
        assert "easier" in result.removed[11]
        assert "discrimination times" in result.removed[7]
        assert result.transformation.slope == pytest.approx(1.2, abs=0.05)
        assert result.transformation.intercept == pytest.approx(0.5, abs=0.05)
    influence = anchor_influence(common, result)
    assert np.isnan(influence[[3, 7, 11]]).all()
    everything = anchor_influence(common, link_scales(common, LinkingPlan(anchor_rule=None)))
    assert everything[[3, 7, 11]].max() > 2 * np.nanmax(influence)


def test_at_most_the_allowed_share_of_anchors_leaves():
    base, rng = two_parameter(), np.random.default_rng(11)
    new = ItemParameters.of(base.discrimination, base.difficulty + rng.choice([-1.5, 0.0, 1.5], 20))
    result = link_scales(CommonItems(base, new), LinkingPlan(anchor_rule=AnchorRule(smallest_share=0.7)))
    assert result.kept.sum() >= 14


def test_robust_z_is_not_moved_by_one_outlier():
    values = np.append(np.linspace(-1, 1, 21), 50.0)
    z = robust_z(values)
    assert z[-1] > 50
    assert np.abs(z[:-1]).max() < 2
    assert np.isnan(robust_z(np.array([np.nan, 1.0, 2.0]))[0])


def test_releases_are_followed_on_one_scale():
    rng = np.random.default_rng(12)
    names = [f"i{number}" for number in range(30)]
    slopes, places = rng.lognormal(0, 0.2, 30), rng.normal(size=30)
    releases = []
    for year in range(6):
        moved = places.copy()
        moved[4] += 0.09 * year  # slow exposure of the other sign: an item that grows harder
        moved[9] -= 0.9 * (year >= 3)
        scale = ScaleTransformation(1 + 0.05 * year, 0.1 * year)
        others = rng.choice(np.delete(np.arange(30), [4, 9]), 18, replace=False)
        shown = np.sort(np.concatenate([[4, 9], others]))
        items = ItemParameters.of(slopes * np.exp(rng.normal(0, 0.02, 30)), moved + rng.normal(0, 0.03, 30))
        releases.append(
            ReleaseParameters(
                f"{2020 + year}", [names[item] for item in shown], scale.inverse().items(items).take(shown)
            )
        )
    report = monitor_drift(releases)
    assert {record.item for record in report.flagged} == {"i4", "i9"}
    sudden = [record for record in report.flagged if record.item == "i9"]
    assert [record.release for record in sudden] == ["2023", "2024", "2025"]
    assert "easier" in sudden[0].reasons[0]
    last = report.transformations["2025"]
    assert (last.slope, last.intercept) == pytest.approx((1.25, 0.5), abs=0.06)
    slow = monitor_drift(releases, DriftPlan(LinkingPlan(anchor_rule=AnchorRule(z_limit=50, curve_limit=1))))
    assert any("release by release" in record.reasons[0] for record in slow.flagged if record.item == "i4")
    data = json.loads(json.dumps(report.to_data()))
    assert len(data["items"]) == len(report.records)


def test_what_cannot_be_linked_is_said():
    items = two_parameter(4)
    with pytest.raises(InvalidParameters, match="same common items"):
        CommonItems(items, two_parameter(3))
    with pytest.raises(InvalidParameters, match="two or more"):
        link_scales(CommonItems(items.take([0]), items.take([0])))
    same = ItemParameters.of([1.0, 1.0], [0.5, 0.5])
    with pytest.raises(NotEstimable, match="different difficulty"):
        link_scales(CommonItems(same, same), LinkingPlan("mean_sigma"))
    with pytest.raises(InvalidParameters, match="covariance"):
        bootstrap_covariance(CommonItems(items, items), LinkingPlan())
    with pytest.raises(InvalidParameters, match="positive slope"):
        ScaleTransformation(-1.0, 0.0)
    release = ReleaseParameters("one", ["a", "b", "c", "d"], items)
    with pytest.raises(NotEstimable, match="fewer than two"):
        monitor_drift([release, ReleaseParameters("two", ["a", "x", "y", "z"], items)])
