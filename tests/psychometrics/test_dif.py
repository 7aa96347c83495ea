"""Differential item functioning: published tables, brute force, error rates and power in simulation."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from psychometrics import (
    Contrast,
    DifPlan,
    GradedItems,
    IntersectionPlan,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    Matching,
    MixedItems,
    ResponseMatrix,
    benjamini_hochberg,
    bounded_areas,
    category_probabilities,
    contrasts_of,
    generalized_mantel_haenszel,
    intersection_report,
    logistic_dif,
    mantel_haenszel_dif,
    raju_areas,
    sample_differences,
    sibtest_dif,
    simulate_responses,
)
from psychometrics.dif.counts import StratifiedCounts
from psychometrics.dif.effect_classes import ets_classes
from psychometrics.dif.mantel import (
    common_odds_ratio,
    generalized_test,
    mantel_test,
    standardized_difference,
)
from psychometrics.ordinal_regression import fit_ordinal

BERKELEY = np.array(
    [
        [[313, 512], [19, 89]],
        [[207, 353], [8, 17]],
        [[205, 120], [391, 202]],
        [[279, 138], [244, 131]],
        [[138, 53], [299, 94]],
        [[351, 22], [317, 24]],
    ],
    dtype=float,
)
"""Rejected and admitted men and women in six departments (Bickel, Hammel & O'Connell 1975)."""


def draw(theta: np.ndarray, items: object, rng: np.random.Generator) -> np.ndarray:
    chances = category_probabilities(theta, items).cumsum(axis=2)
    return (rng.random(chances.shape[:2])[:, :, None] > chances).sum(axis=2).astype(np.int8)


def two_groups(size: int) -> Contrast:
    return Contrast(("reference", "focal"), np.repeat([0, 1], size))


def sample(rng: np.random.Generator, size: int, shift: float, impact: float = -0.7, items: int = 20):
    """Responses of both groups; the first two items are harder by ``shift`` for the focal group."""
    slopes, places = rng.lognormal(0, 0.3, items), rng.normal(0, 1, items)
    moved = places + shift * (np.arange(items) < 2)
    return np.concatenate(
        [
            simulate_responses(rng.normal(size=size), ItemParameters.of(slopes, places), rng),
            simulate_responses(rng.normal(impact, 1, size), ItemParameters.of(slopes, moved), rng),
        ]
    )


def test_admissions_to_berkeley_give_the_published_statistics():
    """Common odds ratio and corrected χ² as R's mantelhaen.test prints them for these data."""
    strata = StratifiedCounts(BERKELEY[None], np.arange(6.0)[None])
    odds = common_odds_ratio(strata)
    assert np.exp(odds.log_odds[0]) == pytest.approx(0.9046968, abs=1e-7)
    ends = np.exp(odds.log_odds[0] + np.array([-1, 1]) * 1.959964 * odds.standard_error[0])
    assert ends == pytest.approx([0.7719074, 1.0603298], abs=1e-6)
    corrected = mantel_test(strata, continuity=True)
    assert (corrected.statistic[0], corrected.p_value[0]) == pytest.approx((1.4269, 0.2323), abs=5e-5)
    plain = mantel_test(strata, continuity=False).statistic
    assert plain == pytest.approx(generalized_test(strata).statistic)


def test_job_satisfaction_gives_the_published_generalized_statistic():
    """Agresti (2002), table 7.8: income by satisfaction by sex, χ² = 10.2001 with 9 degrees of freedom."""
    women = [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]]
    men = [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]]
    test = generalized_test(StratifiedCounts(np.array([[women, men]], dtype=float), np.zeros((1, 2))))
    assert (test.statistic[0], test.freedom[0], test.p_value[0]) == pytest.approx(
        (10.2001, 9, 0.3345), abs=5e-5
    )


def test_standardized_difference_weighs_by_the_focal_group():
    strata = StratifiedCounts(BERKELEY[None], np.arange(6.0)[None])
    rates = BERKELEY[:, :, 1] / BERKELEY.sum(axis=2)
    women = BERKELEY[:, 1].sum(axis=1)
    expected = women @ (rates[:, 1] - rates[:, 0]) / women.sum()
    assert standardized_difference(strata).difference[0] == pytest.approx(expected)


def test_ets_classes_need_size_and_significance():
    delta = np.array([0.5, -1.2, -2.0, 1.6, 1.6, np.nan])
    error = np.array([0.1, 0.3, 0.3, 0.5, 2.0, 1.0])
    p_value = np.array([0.001, 0.001, 0.001, 0.001, 0.4, 0.5])
    assert ets_classes(delta, error, p_value).tolist() == ["A", "B", "C", "B", "A", ""]


def test_ordinal_regression_finds_the_maximum_of_the_likelihood():
    rng = np.random.default_rng(3)
    design = rng.normal(size=(1, 60, 2))
    for categories in (2, 4):
        counts = rng.integers(1, 5, (1, 60, categories)).astype(float)
        fit = fit_ordinal(counts, design)

        def loss(vector, counts=counts, categories=categories):
            reach = expit(design[0] @ vector[-2:, None] + vector[: categories - 1])
            chance = -np.diff(np.hstack([np.ones((60, 1)), reach, np.zeros((60, 1))]), axis=1)
            return -np.sum(counts[0] * np.log(np.maximum(chance, 1e-12)))

        start = np.concatenate([np.linspace(1, -1, categories - 1), [0.0, 0.0]])
        best = minimize(loss, start, method="BFGS", options={"gtol": 1e-7})
        assert fit.converged.all()
        assert fit.log_likelihood[0] == pytest.approx(-best.fun, abs=1e-7)
        np.testing.assert_allclose(fit.coefficients[0], best.x, atol=1e-4)


def test_a_separating_regressor_ends_at_the_supremum():
    counts = np.array([[[5.0, 0.0], [0.0, 5.0]]])
    fit = fit_ordinal(counts, np.array([[[0.0], [1.0]]]))
    assert fit.log_likelihood[0] == pytest.approx(0, abs=1e-6)


def test_error_rates_and_power_with_impact():
    """Each test at 5 %: false positives near 5 % although the groups differ by 0.7, power above 80 %."""
    rng, size, runs = np.random.default_rng(11), 700, 25
    plan, contrast = DifPlan(adjust=False), two_groups(700)
    methods = {
        "mantel_haenszel": lambda table: mantel_haenszel_dif(table, contrast, plan),
        "uniform": lambda table: logistic_dif(table, contrast, plan, tested="uniform"),
        "total": lambda table: logistic_dif(table, contrast, plan),
        "sibtest": lambda table: sibtest_dif(table, contrast, plan),
        "crossing": lambda table: sibtest_dif(table, contrast, plan, crossing=True),
    }
    found = {name: [] for name in methods}
    for _ in range(runs):
        table = sample(rng, size, shift=0.6)
        for name, method in methods.items():
            found[name].append(method(table).p_value < 0.05)
    for name, flags in found.items():
        rate = np.mean(flags, axis=0)
        limit = 0.12 if name == "crossing" else 0.085
        assert rate[2:].mean() < limit, name
        assert rate[:2].mean() > 0.8, name


def test_crossing_differences_are_seen_by_the_tests_made_for_them():
    rng, size = np.random.default_rng(5), 2000
    slopes, places = np.full(20, 1.2), np.linspace(-1.5, 1.5, 20)
    places[0] = 0.0
    flat = slopes.copy()
    flat[0] = 0.4
    table = np.concatenate(
        [
            simulate_responses(rng.normal(size=size), ItemParameters.of(slopes, places), rng),
            simulate_responses(rng.normal(size=size), ItemParameters.of(flat, places), rng),
        ]
    )
    contrast = two_groups(size)
    assert mantel_haenszel_dif(table, contrast).p_value[0] > 1e-3
    nonuniform = logistic_dif(table, contrast, tested="nonuniform")
    assert nonuniform.flagged.nonzero()[0].tolist() == [0]
    assert nonuniform.interaction[0, 0] < 0
    crossing = sibtest_dif(table, contrast, crossing=True)
    assert crossing.flagged[0]
    assert abs(crossing.crossing_score[0] - 9.5) < 3
    assert crossing.crossing_beta[0] > 3 * abs(crossing.beta[0])


def test_purification_clears_innocent_items():
    """Six of twenty items against one group drag the matching score: the others look favourable."""
    rng, size = np.random.default_rng(8), 3000
    places = np.linspace(-1.5, 1.5, 20)
    moved = places + 0.8 * (np.arange(20) % 3 == 0)
    table = np.concatenate(
        [
            simulate_responses(rng.normal(size=size), ItemParameters.of(np.ones(20), at), rng)
            for at in (places, moved)
        ]
    )
    plain = mantel_haenszel_dif(table, two_groups(size), DifPlan(purify=False))
    pure = mantel_haenszel_dif(table, two_groups(size))
    assert plain.flagged.sum() >= 12
    assert pure.flagged.nonzero()[0].tolist() == [0, 3, 6, 9, 12, 15, 18]
    assert pure.settled
    np.testing.assert_array_equal(pure.anchors, ~pure.flagged)
    assert (pure.delta[pure.flagged] < 0).all()
    assert set(pure.classes[pure.flagged]) <= {"B", "C"}
    few = DifPlan(purify=False, anchors=np.array([1, 2, 4]))
    anchored = mantel_haenszel_dif(table, two_groups(size), few)
    assert anchored.flagged[0]
    assert anchored.anchors.sum() == 3


@pytest.mark.parametrize("method", [mantel_haenszel_dif, logistic_dif, sibtest_dif])
def test_swapping_the_groups_turns_the_effect(method):
    table = sample(np.random.default_rng(2), 500, shift=0.8)
    there = method(table, two_groups(500))
    back = method(table, Contrast(("focal", "reference"), np.repeat([1, 0], 500)))
    np.testing.assert_allclose(back.p_value, there.p_value, atol=1e-6)
    if method is not mantel_haenszel_dif:  # p-dif is weighted by the focal group
        np.testing.assert_allclose(back.effect, -there.effect, atol=1e-5)
    assert there.effect[0] < 0
    assert there.flagged[:2].all()


@pytest.mark.parametrize("method", [mantel_haenszel_dif, logistic_dif, sibtest_dif])
def test_sparse_and_dense_data_give_the_same(method):
    rng = np.random.default_rng(4)
    table = sample(rng, 400, shift=0.8)
    table[rng.random(table.shape) < 0.2] = -1
    rows, columns = np.nonzero(table >= 0)
    sparse = ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape)
    dense, twin = method(table, two_groups(400)), method(sparse, two_groups(400))
    np.testing.assert_allclose(twin.p_value, dense.p_value)
    assert dense.flagged[:2].all()
    assert dense.flagged[2:].sum() <= 2


def test_mixed_formats_and_missing_cells():
    rng, size = np.random.default_rng(6), 1500
    slopes = np.full(6, 1.3)
    thresholds = np.array([-1.0, 0.0, 1.0]) + np.linspace(-0.5, 0.5, 6)[:, None]
    right = ItemParameters.of(np.ones(8), np.linspace(-1, 1, 8))
    parts = []
    for mean, shift in ((0.0, 0.0), (-0.5, 0.5)):
        moved = thresholds + shift * (np.arange(6)[:, None] == 0)
        items = MixedItems((GradedItems(slopes, moved), right), (np.arange(6), np.arange(6, 14)))
        parts.append(draw(rng.normal(mean, 1, size), items, rng))
    table = np.concatenate(parts)
    table[rng.random(table.shape) < 0.1] = -1
    categories = [4] * 6 + [2] * 8
    for method in (mantel_haenszel_dif, logistic_dif, sibtest_dif):
        result = method(table, two_groups(size), categories=categories)
        assert result.flagged[0]
        assert result.flagged[1:].sum() <= 2
        assert result.effect[0] < 0
    mantel = mantel_haenszel_dif(table, two_groups(size), categories=categories)
    assert mantel.score_test.freedom.tolist() == [3.0] * 6 + [1.0] * 8
    assert np.isnan(mantel.delta[:6]).all()
    assert mantel.classes[0] in ("B", "C")


def test_matching_on_theta_and_on_the_rest_score():
    rng, size = np.random.default_rng(7), 1000
    theta = np.concatenate([rng.normal(size=size), rng.normal(-1, 1, size)])
    places = np.linspace(-1, 1, 10)
    moved = places + 0.8 * (np.arange(10) == 0)
    table = np.concatenate(
        [
            simulate_responses(theta[:size], ItemParameters.of(np.ones(10), places), rng),
            simulate_responses(theta[size:], ItemParameters.of(np.ones(10), moved), rng),
        ]
    )
    for matching in (Matching(theta=theta), Matching("rest"), Matching(strata=6)):
        for method in (mantel_haenszel_dif, logistic_dif):
            assert method(table, two_groups(size), DifPlan(matching=matching)).flagged[0]
    exact = logistic_dif(table, two_groups(size), DifPlan(matching=Matching(theta=theta), purify=False))
    assert exact.log_odds[0, 0] == pytest.approx(-0.8, abs=3 * exact.log_odds_error[0, 0])
    with pytest.raises(InvalidParameters, match="rest score"):
        sibtest_dif(table, two_groups(size), DifPlan(matching=Matching(theta=theta)))


def test_several_groups_at_once_and_by_pairs():
    rng, size = np.random.default_rng(9), 600
    places = np.linspace(-1, 1, 12)
    table = np.concatenate(
        [
            simulate_responses(rng.normal(size=size), ItemParameters.of(np.ones(12), at), rng)
            for at in (places, places, places + 0.9 * (np.arange(12) == 4))
        ]
    )
    groups = ["ky"] * size + ["ru"] * size + ["uz"] * size
    (everybody,) = contrasts_of(groups, reference="ky", kind="all")
    result = logistic_dif(table, everybody, tested="uniform")
    assert result.uniform.freedom.tolist() == [2.0] * 12
    assert result.flagged[4]
    assert result.log_odds[4, 1] < -0.5 < result.log_odds[4, 0]
    assert generalized_mantel_haenszel(table, everybody).p_value.argmin() == 4
    with pytest.raises(InvalidParameters, match="two groups"):
        mantel_haenszel_dif(table, everybody)
    pairs = contrasts_of(groups, kind="pairs")
    assert [(part.reference, part.focal) for part in pairs] == [("ky", "ru"), ("ky", "uz"), ("ru", "uz")]
    found = [bool(mantel_haenszel_dif(table, pair).flagged[4]) for pair in pairs]
    assert found == [False, True, True]
    others = contrasts_of([*groups[:-1], None], kind="others")
    assert [part.sizes for part in others] == [(1199, 600), (1199, 600), (1200, 599)]


def test_items_nobody_can_compare_are_nan():
    rng = np.random.default_rng(10)
    table = simulate_responses(rng.normal(size=400), ItemParameters.of(np.full(6, 1.5), np.zeros(6)), rng)
    table[:, 0] = 1
    table[200:, 1] = -1
    for method in (mantel_haenszel_dif, logistic_dif, sibtest_dif):
        result = method(table, two_groups(200))
        assert np.isnan(result.p_value[:2]).all()
        assert np.isfinite(result.p_value[2:]).all()
        assert not result.flagged[:2].any()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_reject_what_the_step_up_rule_rejects(values):
    adjusted = benjamini_hochberg([*values, np.nan])
    assert np.isnan(adjusted[-1])
    ordered = np.sort(values)
    passed = np.flatnonzero(ordered <= 0.05 * np.arange(1, len(values) + 1) / len(values))
    rejected = 0 if len(passed) == 0 else int(passed.max()) + 1
    assert abs(int((adjusted[:-1] <= 0.05).sum()) - rejected) <= int(
        np.isclose(adjusted[:-1], 0.05, atol=1e-12).sum()
    )


def test_areas_between_curves():
    reference = ItemParameters.of([1.0, 1.5, 0.8], [0.0, 0.5, -1.0], [0.0, 0.2, 0.2])
    focal = ItemParameters.of([1.0, 0.7, 1.6], [0.6, 0.4, -0.2], [0.0, 0.2, 0.25])
    exact, numeric = raju_areas(reference, focal), bounded_areas(reference, focal, -60, 60)
    np.testing.assert_allclose(exact.signed[:2], numeric.signed[:2], atol=1e-4)
    np.testing.assert_allclose(exact.unsigned[:2], numeric.unsigned[:2], atol=1e-3)
    assert exact.signed[0] == pytest.approx(0.6)
    assert np.isinf(exact.unsigned[2])


def test_differences_in_the_sample():
    reference = ItemParameters.of([1.0, 1.0], [0.0, 0.0])
    focal = ItemParameters.of([1.0, 2.0], [0.5, 0.0])
    result = sample_differences(reference, focal, np.linspace(-3, 3, 101))
    assert result.signed[0] == pytest.approx(-result.unsigned[0])
    assert result.signed[1] == pytest.approx(0, abs=1e-12)
    assert result.unsigned[1] > 0.05
    assert result.test_signed == pytest.approx(result.signed.sum())
    assert abs(result.largest[0]) == pytest.approx(expit(0.25) - expit(-0.25), abs=1e-4)


def test_report_finds_what_only_an_intersection_shows():
    rng, size = np.random.default_rng(12), 4800
    sex = rng.choice(["f", "m"], size)
    region = rng.choice(["north", "south", "islands"], size, p=[0.48, 0.48, 0.04])
    language = rng.choice(["ky", "ru"], size)
    places = np.linspace(-1, 1, 12)
    table = simulate_responses(rng.normal(size=size), ItemParameters.of(np.ones(12), places), rng)
    hit = (sex == "f") & (region == "south")
    harder = ItemParameters.of([1.0], [places[5] + 1.6])
    table[hit, 5] = simulate_responses(rng.normal(size=int(hit.sum())), harder, rng)[:, 0]
    attributes = {"sex": sex, "region": region, "language": language}
    report = intersection_report(table, attributes, IntersectionPlan(fewest_examinees=250))
    crossed = [part for part in report.comparisons if part.attributes == ("sex", "region")]
    assert any(part.flagged[5] for part in crossed)
    assert set(report.flagged_items) <= {5, *report.hidden_items}
    assert {cell.cell for cell in report.skipped} >= {"islands", "f × islands"}
    data = json.loads(json.dumps(report.to_data()))
    assert data["flagged_items"]
    against = [
        entry["against"]
        for part in data["comparisons"]
        for entry in part["flagged"]
        if entry["item"] == "5" and part["attributes"] == ["sex", "region"]
    ]
    assert "f × south" in against
    others = intersection_report(
        table, attributes, IntersectionPlan(compared_with="others", depth=1, method="logistic")
    )
    assert {part.reference for part in others.comparisons} == {"others"}


def test_bad_groups_are_refused_in_a_sentence():
    table = np.zeros((4, 3), dtype=np.int8)
    with pytest.raises(InvalidResponses, match="two or more groups"):
        contrasts_of(["a", "a", None, ""])
    with pytest.raises(InvalidParameters, match="has no examinees"):
        contrasts_of(["a", "b"], reference="c")
    with pytest.raises(InvalidResponses, match="4 examinees"):
        mantel_haenszel_dif(table, two_groups(3))
    with pytest.raises(InvalidParameters, match="Anchor"):
        mantel_haenszel_dif(table, two_groups(2), DifPlan(anchors=np.array([7])))
    with pytest.raises(InvalidResponses, match="sex has 3 values"):
        intersection_report(table, {"sex": ["f", "m", "f"]})
