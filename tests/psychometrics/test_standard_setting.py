"""Cut scores of panels: closed forms, published correlations, recovery of simulated panels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics import (
    AngoffRatings,
    BookmarkPages,
    CutPlan,
    CutScore,
    GradedItems,
    InvalidParameters,
    ItemParameters,
    MixedItems,
    NotEstimable,
    PartialCreditItems,
    angoff,
    bookmark,
    bookmark_theta,
    expected_score,
    ordered_item_booklet,
    panel_cut,
    percent_at,
    probability,
    rater_statistics,
    variance_components,
)
from psychometrics.item_collections import category_probabilities

QUICK = CutPlan(replicates=200)


def form(seed: int = 0, count: int = 20) -> ItemParameters:
    rng = np.random.default_rng(seed)
    return ItemParameters.of(rng.lognormal(0, 0.3, count), rng.normal(0, 1, count))


def mixed_form() -> MixedItems:
    graded = GradedItems([1.2, 0.8], [[-1.0, 0.5, np.nan], [-0.5, 0.2, 1.5]])
    credit = PartialCreditItems([0.9], [[0.4, -0.6]])
    return MixedItems((form(1, 4), graded, credit), (np.array([0, 2, 4, 6]), np.array([1, 5]), np.array([3])))


def panel_of(
    rng: np.random.Generator, raters: int, items: int, spreads: tuple[float, float, float]
) -> np.ndarray:
    rater, item, rest = spreads
    return (
        0.5
        + rng.normal(0, rater, (raters, 1))
        + rng.normal(0, item, (1, items))
        + rng.normal(0, rest, (raters, items))
    )


# --- scales of a cut


def test_a_cut_keeps_its_place_and_error_between_scales():
    items = form()
    cut = CutScore(0.4, 0.1, 0.2, 0.6, "theta", 0.9)
    raw, percent = cut.on("raw", items), cut.on("percent", items)
    assert raw.value == pytest.approx(expected_score([0.4], items)[0])
    assert percent.value == pytest.approx(100 * raw.value / 20)
    step = 1e-5
    slope = np.diff(percent_at([0.4 - step, 0.4 + step], items))[0] / (2 * step)
    assert percent.standard_error == pytest.approx(0.1 * slope, rel=1e-6)
    assert percent.lower == pytest.approx(percent_at([0.2], items)[0])
    assert percent.confidence == 0.9
    for moved in (raw, percent):
        back = moved.on("theta", items)
        np.testing.assert_allclose(
            [back.value, back.standard_error, back.lower, back.upper], [0.4, 0.1, 0.2, 0.6], atol=1e-9
        )


def test_raw_and_percent_need_no_curve():
    guessed = ItemParameters.of(np.ones(10), np.zeros(10), np.full(10, 0.25))
    cut = CutScore(2.0, 0.5, 1.0, 3.0, "raw")
    assert cut.on("percent", guessed) == CutScore(20.0, 5.0, 10.0, 30.0, "percent")
    below_guessing = cut.on("theta", guessed)
    assert below_guessing.value == -np.inf
    assert below_guessing.standard_error == np.inf


def test_whole_numbers_move_to_theta_unrounded():
    items = form()
    found = CutScore(60, 2, 56, 104, "percent").on("theta", items)
    assert percent_at([found.value], items)[0] == pytest.approx(60)
    assert percent_at([found.lower], items)[0] == pytest.approx(56)
    assert found.upper == np.inf


@given(points=st.integers(1, 200), share=st.integers(1, 99))
def test_the_passing_score_is_that_of_exact_arithmetic(points, share):
    items = ItemParameters.of(np.ones(points), np.zeros(points))
    assert CutScore(float(share), 0, 0, 0, "percent").passing_score(items) == -(-share * points // 100)


# --- panels and tables


def test_the_error_without_tables_is_that_of_a_mean():
    cuts = np.array([10.0, 12.0, 11.0, 15.0])
    found = panel_cut(cuts, "raw", plan=CutPlan(replicates=4000))
    assert found.cut.value == 12.0
    assert found.cut.standard_error == pytest.approx(np.std(cuts, ddof=1) / 2)
    assert found.cut.upper - 12 == pytest.approx(3.182446 * found.cut.standard_error, rel=1e-6)
    assert found.resampled.standard_error == pytest.approx(found.cut.standard_error, rel=0.05)


def test_with_equal_tables_the_error_is_that_of_the_table_means():
    rng = np.random.default_rng(3)
    tables = np.repeat(["a", "b", "c", "d"], 5)
    cuts = np.repeat(rng.normal(0, 1, 4), 5) + rng.normal(0, 0.4, 20)
    found = panel_cut(cuts, "theta", tables.tolist(), CutPlan(replicates=4000))
    means = cuts.reshape(4, 5).mean(axis=1)
    expected = np.std(means, ddof=1) / 2
    assert found.cut.standard_error == pytest.approx(expected)
    assert list(found.table_cuts) == ["a", "b", "c", "d"]
    np.testing.assert_allclose(list(found.table_cuts.values()), means)
    # The design effect of Mitzel et al. (2001): S²/N · (1 + (n − 1) ρ).
    within = cuts.reshape(4, 5).var(axis=1, ddof=1).mean()
    between = np.var(means, ddof=1) - within / 5
    assert found.table_correlation == pytest.approx(between / (between + within))
    effect = (within + between) / 20 * (1 + 4 * found.table_correlation)
    assert found.cut.standard_error == pytest.approx(np.sqrt(effect))
    assert found.resampled.standard_error == pytest.approx(expected, rel=0.08)


def test_errors_of_panels_at_tables_are_those_of_repeated_panels():
    rng = np.random.default_rng(4)
    tables = [0] * 4 + [1] * 6 + [2] * 5 + [3] * 5 + [4] * 4
    found, errors, plain = [], [], []
    for _ in range(400):
        cuts = rng.normal(0, 0.5, 5)[tables] + rng.normal(0, 0.5, len(tables))
        panel = panel_cut(cuts, "theta", tables, CutPlan(replicates=2))
        found.append(panel.cut.value)
        errors.append(panel.cut.standard_error)
        plain.append(np.std(cuts, ddof=1) / np.sqrt(len(cuts)))
    truth = np.std(found)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(truth, rel=0.08)
    assert np.sqrt(np.mean(np.square(plain))) < 0.7 * truth


def test_one_judge_has_a_cut_and_no_error():
    found = panel_cut([7.0], "raw", plan=QUICK)
    assert found.cut.value == 7.0
    assert np.isnan(found.cut.standard_error)
    on_theta = found.cut.on("theta", form())
    assert expected_score([on_theta.value], form())[0] == pytest.approx(7.0)
    assert np.isnan([on_theta.standard_error, on_theta.lower, on_theta.upper]).all()


# --- generalizability


def test_intraclass_correlations_are_the_published_ones():
    # Shrout & Fleiss (1979), table 2: six targets, four judges.
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    ).T
    found = variance_components(ratings)
    assert found.agreement() == pytest.approx(0.29, abs=0.005)
    assert found.consistency() == pytest.approx(0.71, abs=0.005)
    assert found.agreement(4) == pytest.approx(0.62, abs=0.005)
    assert found.consistency(4) == pytest.approx(0.91, abs=0.005)


def test_components_and_errors_of_panels_are_those_of_repeated_panels():
    rng = np.random.default_rng(5)
    items = rng.normal(0, 0.2, (1, 30))
    found, sums, errors = [], [], []
    for _ in range(400):
        ratings = 0.5 + items + rng.normal(0, 0.08, (8, 1)) + rng.normal(0, 0.12, (8, 30))
        components = variance_components(ratings)
        found.append((components.rater, components.residual))
        sums.append(ratings.sum(axis=1).mean())
        errors.append(components.cut_error())
    np.testing.assert_allclose(np.mean(found, axis=0), [0.08**2, 0.12**2], rtol=0.06)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(sums), rel=0.08)


def test_empty_cells_leave_the_components_unbiased():
    rng = np.random.default_rng(6)
    found = []
    for _ in range(300):
        ratings = panel_of(rng, 10, 25, (0.3, 0.5, 0.4))
        ratings[rng.random(ratings.shape) < 0.3] = np.nan
        components = variance_components(ratings)
        found.append((components.rater, components.item, components.residual))
    np.testing.assert_allclose(np.mean(found, axis=0), [0.09, 0.25, 0.16], rtol=0.06)


def test_more_judges_reduce_the_error_of_this_form_but_not_that_of_its_items():
    found = variance_components(panel_of(np.random.default_rng(7), 10, 25, (0.1, 0.2, 0.1)))
    assert found.cut_error(40) == pytest.approx(found.cut_error(10) / 2)
    floor = 25 * np.sqrt(found.item / 25)
    assert found.cut_error(10**9, items_fixed=False) == pytest.approx(floor, rel=1e-6)


# --- Angoff


def test_angoff_is_the_mean_of_the_judges_sums_in_each_round():
    rng = np.random.default_rng(8)
    first = np.clip(panel_of(rng, 9, 20, (0.1, 0.15, 0.1)), 0, 1)
    second = 0.5 * (first + first.mean(axis=0))
    found = angoff(AngoffRatings([first, second]), QUICK)
    np.testing.assert_allclose(found.rater_cuts, [first.sum(axis=1), second.sum(axis=1)])
    assert found.cut.value == pytest.approx(first.sum(axis=1).mean())
    assert found.spread[1] == pytest.approx(found.spread[0] / 2)
    last = found.rounds[-1]
    assert last.panel.cut.unit == "raw"
    np.testing.assert_allclose(last.item_means, first.mean(axis=0))
    # With judges random and items fixed both ways to the error are one, unless a component is floored.
    assert last.components is not None
    assert last.components.cut_error() == pytest.approx(last.panel.cut.standard_error)


def test_an_additive_panel_is_recovered_from_its_filled_cells():
    whole = 0.3 + np.linspace(0, 0.2, 6)[:, None] + np.linspace(0, 0.4, 12)
    gaps = whole.copy()
    gaps[np.random.default_rng(9).random(whole.shape) < 0.35] = np.nan
    np.testing.assert_allclose(
        angoff(AngoffRatings(gaps), QUICK).rater_cuts[0], whole.sum(axis=1), atol=1e-10
    )


def test_disconnected_judges_are_refused():
    gaps = np.full((4, 6), 0.5)
    gaps[:2, 3:] = gaps[2:, :3] = np.nan
    with pytest.raises(NotEstimable, match="share no ratings"):
        angoff(AngoffRatings(gaps), QUICK)
    empty = np.full((4, 6), 0.5)
    empty[:, 2] = np.nan
    with pytest.raises(NotEstimable) as caught:
        angoff(AngoffRatings(empty), QUICK)
    assert caught.value.items == (2,)


def test_impossible_ratings_are_named():
    ratings = np.full((2, 3, 4), 0.5)
    ratings[1, 2, 0] = 1.5
    with pytest.raises(InvalidParameters, match=r"Round 1, judge 2, item 0: the rating 1\.5 is outside 0"):
        AngoffRatings(ratings)
    assert AngoffRatings(ratings, highest=[2, 1, 1, 1]).rounds.shape == (2, 3, 4)
    with pytest.raises(InvalidParameters, match="2 tables were given for 3 judges"):
        AngoffRatings(ratings[:1], tables=("a", "b"))


def test_a_judge_who_follows_the_model_is_consistent_and_located():
    items = mixed_form()
    highest = items.category_counts - 1
    expected = [
        category_probabilities([theta], items)[0] @ np.arange(items.category_counts.max())
        for theta in (-0.5, 0.2, 0.9)
    ]
    careless = np.full(len(items), 0.5) * highest
    ratings = AngoffRatings(np.stack([*expected, careless]), highest)
    found = rater_statistics(ratings, items, p_values=expected[1] / highest)
    np.testing.assert_allclose(found.theta[:3], [-0.5, 0.2, 0.9], atol=1e-9)
    np.testing.assert_allclose(found.consistency[:3], 1, atol=1e-9)
    np.testing.assert_allclose(found.model_correlation[:3], 1, atol=1e-9)
    assert found.difficulty_correlation[1] == pytest.approx(1)
    assert found.consistency[3] < 0.9
    assert found.spread[3] == 0
    assert np.isnan(found.agreement[3])
    assert found.severity.sum() == pytest.approx(0, abs=1e-12)
    assert list(np.argsort(found.severity[:3])) == [0, 1, 2]


def test_consistency_is_the_complement_of_the_largest_error():
    items = ItemParameters.of([1.0, 1.0], [0.0, 0.0])
    # θ of a cut of 1 of 2 points is 0, where both P are 0.5: ratings of 0 and 1 are as wrong as can be.
    found = rater_statistics(AngoffRatings([[0.0, 1.0], [0.4, 0.6]]), items)
    np.testing.assert_allclose(found.consistency, [0.0, 0.8], atol=1e-9)


# --- bookmark


@pytest.mark.parametrize("chance", [0.5, 0.67, 0.8])
def test_rasch_pages_lie_at_difficulty_plus_the_logit(chance):
    difficulty = np.array([0.3, -1.0, 1.2, 0.0])
    booklet = ordered_item_booklet(ItemParameters.of(np.ones(4), difficulty), chance)
    np.testing.assert_array_equal(booklet.item, [1, 3, 0, 2])
    expected = np.sort(difficulty) + np.log(chance / (1 - chance))
    np.testing.assert_allclose(booklet.location, expected, atol=1e-12)


def test_every_score_point_has_a_page_where_it_is_mastered():
    items = mixed_form()
    booklet = ordered_item_booklet(items, 2 / 3)
    assert len(booklet) == (items.category_counts - 1).sum()
    assert (np.diff(booklet.location) >= 0).all()
    chances = category_probabilities(booklet.location, items)
    for page, (item, score) in enumerate(zip(booklet.item, booklet.score, strict=True)):
        assert chances[page, item, score:].sum() == pytest.approx(2 / 3)


def test_guessing_may_be_taken_out_of_the_response_probability():
    items = ItemParameters.of([1.3, 0.7], [0.2, -0.4], [0.2, 0.25])
    plain = ordered_item_booklet(items, 0.67)
    for item, place in zip(plain.item, plain.location, strict=True):
        assert probability([place], items)[0, item] == pytest.approx(0.67)
    adjusted = ordered_item_booklet(items, 0.67, adjust_guessing=True)
    logit = np.log(0.67 / 0.33)
    np.testing.assert_allclose(
        adjusted.location, np.sort(items.difficulty + logit / items.discrimination), atol=1e-9
    )


def test_items_without_a_location_are_named():
    items = ItemParameters.of([1.0, -1.0, 1.0, 1.0], np.zeros(4), [0, 0, 0.7, 0], [1, 1, 1, 0.6])
    with pytest.raises(NotEstimable) as caught:
        ordered_item_booklet(items, 0.67)
    assert caught.value.items == (1, 2, 3)


def test_bookmark_rules_at_the_ends_of_the_booklet():
    booklet = ordered_item_booklet(ItemParameters.of(np.ones(3), [-1.0, 0.0, 2.0]), 0.5)
    pages = [1, 2, 3, 4]
    np.testing.assert_allclose(bookmark_theta(booklet, pages), [-1, -1, 0, 2], atol=1e-9)
    np.testing.assert_allclose(bookmark_theta(booklet, pages, "marked"), [-1, 0, 2, 2], atol=1e-9)
    np.testing.assert_allclose(bookmark_theta(booklet, pages, "midpoint"), [-1, -0.5, 1, 2], atol=1e-9)
    with pytest.raises(InvalidParameters, match="pages 1 to 4"):
        bookmark_theta(booklet, [5])
    with pytest.raises(InvalidParameters, match="whole page number"):
        BookmarkPages([1.5, 2])


def test_judges_who_know_the_border_bookmark_it_within_a_page():
    items = form(2, 60)
    booklet = ordered_item_booklet(items, 0.67)
    rng = np.random.default_rng(10)
    border = 0.8
    believed = border + rng.normal(0, 0.15, 21)
    pages = np.searchsorted(booklet.location, believed) + 1
    tables = np.repeat(np.arange(3), 7).tolist()
    found = bookmark(booklet, BookmarkPages(pages, tables), QUICK, "midpoint")
    assert found.cut.unit == "theta"
    assert found.cut.value == pytest.approx(border, abs=0.1)
    assert bookmark(booklet, BookmarkPages(pages), QUICK).cut.value < found.cut.value
    median = bookmark(booklet, BookmarkPages(pages))
    assert median.cut.value == np.median(bookmark_theta(booklet, pages))
    assert median.cut == bookmark(booklet, BookmarkPages(pages)).cut
    assert median.cut.standard_error > 0
    percent = found.cut.on("percent", items)
    assert percent.value == pytest.approx(percent_at([found.cut.value], items)[0])
