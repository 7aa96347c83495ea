import json
import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing_center.domain.attestation.rule_sets import NotInRuleSet, RuleSet, load_rule_set
from testing_center.domain.scoring import (
    AttemptResult,
    InvalidScores,
    ReferenceForm,
    SectionEstimate,
    SectionScore,
    adaptive_result,
    fixed_form_result,
    percent_hundredths,
    reaches,
)

KG = load_rule_set("kg-2023")
KZ = load_rule_set("kz-2025")
FORM = ReferenceForm("F-1", 50)


def kz(
    raw: int, category: str = "kz.moderator", profile: str = "kz.subject", maximum: int = 50
) -> AttemptResult:
    code = KZ.profile(profile).sections[0].code
    return fixed_form_result([SectionScore(code, raw, maximum)], KZ, profile, category)


def kg(subject: int, methods: int, category: str = "kg.second") -> AttemptResult:
    sections = [SectionScore("subject", subject, 30), SectionScore("methods_pedagogy", methods, 20)]
    return fixed_form_result(sections, KG, "kg.teacher", category)


def kz_adaptive(expected: float, category: str = "kz.moderator") -> AttemptResult:
    section = SectionEstimate("subject", 0.4, 0.25, expected, 50, 24)
    return adaptive_result([section], FORM, KZ, "kz.subject", category)


def test_thirty_of_fifty_passes_at_sixty_percent_and_twenty_nine_does_not() -> None:
    assert (kz(30).passed, kz(29).passed) == (True, False)


@pytest.mark.parametrize(("category", "least"), [("kz.head3", 42), ("kz.deputy1", 42)])
def test_leaders_need_forty_two_of_sixty(category: str, least: int) -> None:
    assert kz(least, category, "kz.leader", 60).passed
    assert not kz(least - 1, category, "kz.leader", 60).passed


@given(st.integers(1, 10**6), st.data())
def test_a_percent_is_reached_exactly_from_its_ceiling_on(maximum: int, data: st.DataObject) -> None:
    percent = data.draw(st.integers(1, 100))
    least = -(-percent * maximum // 100)
    assert reaches(Fraction(least), maximum, percent)
    assert not reaches(Fraction(least - 1), maximum, percent)
    assert reaches(Fraction(least), maximum, percent) == (least * 100 >= percent * maximum)


@given(st.fractions(0, 1), st.integers(1, 1000), st.integers(0, 100))
def test_comparing_hundredths_is_comparing_exactly(share: Fraction, maximum: int, percent: int) -> None:
    earned = share * maximum
    assert reaches(earned, maximum, percent) == (percent_hundredths(earned, maximum) >= percent * 100)


def test_no_float_takes_part_in_a_comparison() -> None:
    assert isinstance(SectionScore("subject", 1, 3).percent, Fraction)
    assert SectionScore("subject", 1, 3).percent == Fraction(100, 3)
    assert isinstance(kz_adaptive(30.0).earned, Fraction)
    assert all(
        type(value) is int for value in (kz(30).percent_hundredths, kz_adaptive(30.0).percent_hundredths)
    )


def test_huge_scores_are_compared_without_rounding() -> None:
    """A binary fraction cannot tell 60 % from one point less of 10**18."""
    maximum = 10**18
    assert kz(6 * 10**17, maximum=maximum).passed
    assert not kz(6 * 10**17 - 1, maximum=maximum).passed


def test_a_printed_percent_never_promises_the_threshold() -> None:
    result = kz(599999, maximum=1000000)
    assert (result.percent_hundredths, result.passed) == (5999, False)


def test_both_floors_and_the_total_are_required() -> None:
    assert kg(20, 10).passed
    assert kg(15, 15).passed
    total_but_not_methods = kg(30, 9)
    assert (total_but_not_methods.threshold_met, total_but_not_methods.floors_met) == (True, False)
    assert not total_but_not_methods.passed
    assert [outcome.floor_met for outcome in total_but_not_methods.sections] == [True, False]
    floors_but_not_total = kg(15, 14)
    assert (floors_but_not_total.floors_met, floors_but_not_total.threshold_met) == (True, False)
    assert not floors_but_not_total.passed


def test_a_missed_floor_earns_no_category() -> None:
    assert (kg(30, 9).highest_category, kg(30, 9).granted_limit) == (None, None)
    assert kg(30, 10, "kg.second").highest_category == "kg.highest"


def test_without_a_fallback_a_failed_claim_grants_nothing() -> None:
    result = kg(20, 10, "kg.highest")
    assert (result.passed, result.highest_category, result.granted_limit) == (False, "kg.second", None)


@pytest.mark.parametrize(
    ("raw", "category", "highest", "limit"),
    [
        (50, "kz.moderator", "kz.master", "kz.moderator"),
        (44, "kz.master", "kz.researcher", "kz.researcher"),
        (34, "kz.master", "kz.moderator", "kz.moderator"),
        (25, "kz.expert", "kz.pedagogue", "kz.pedagogue"),
        (24, "kz.expert", None, None),
    ],
)
def test_the_category_is_not_above_the_result(raw: int, category: str, highest: str, limit: str) -> None:
    result = kz(raw, category)
    assert (result.highest_category, result.granted_limit) == (highest, limit)


@given(st.integers(0, 50), st.sampled_from(["kz.moderator", "kz.expert", "kz.researcher", "kz.master"]))
def test_the_limit_is_never_above_claim_or_result(raw: int, category: str) -> None:
    result = kz(raw, category)
    assert (result.granted_limit == category) == result.passed
    if result.granted_limit is not None:
        limit = KZ.category(result.granted_limit)
        assert limit.rank <= KZ.category(category).rank
        assert raw * 100 >= KZ.threshold_percent("kz.subject", limit.code) * 50


def test_a_deputy_is_measured_against_deputies() -> None:
    assert kz(60, "kz.deputy3", "kz.leader", 60).highest_category == "kz.deputy1"


def test_adaptive_boundary() -> None:
    assert kz_adaptive(30.0).passed
    assert kz_adaptive(30.0).percent_hundredths == 6000
    below = kz_adaptive(29.9999)
    assert (below.percent_hundredths, below.passed) == (5999, False)


def test_the_noise_of_a_floating_point_sum_fails_nobody() -> None:
    noisy = sum([0.6] * 50) - 4e-15
    assert math.nextafter(30.0, 0.0) < 30.0
    assert kz_adaptive(math.nextafter(30.0, 0.0)).passed
    assert kz_adaptive(noisy).passed
    assert not kz_adaptive(30.0 - 1e-8).passed


def test_adaptive_floors_are_judged_by_section() -> None:
    sections = [
        SectionEstimate("subject", 1.9, 0.3, 28.5, 30, 14),
        SectionEstimate("methods_pedagogy", -0.6, 0.3, 9.99, 20, 10),
    ]
    result = adaptive_result(sections, FORM, KG, "kg.teacher", "kg.second")
    assert (result.threshold_met, result.floors_met, result.passed) == (True, False, False)
    assert (result.items, result.percent_hundredths) == (24, 7698)


@given(st.floats(0, 50), st.integers(0, 50))
def test_results_survive_json(expected: float, raw: int) -> None:
    for result in (kz_adaptive(expected), kz(raw), kg(min(raw, 30), min(raw, 20))):
        assert AttemptResult.from_data(json.loads(json.dumps(result.to_data()))) == result


def test_the_result_names_the_law_it_applied() -> None:
    result = kz(30)
    assert (result.rule_set_id, result.rule_set_hash) == (KZ.id, KZ.content_hash)
    assert (result.threshold_percent, result.earned, result.maximum, result.items) == (
        60,
        Fraction(30),
        50,
        50,
    )


def test_sections_are_kept_in_the_order_of_the_law() -> None:
    sections = [SectionScore("methods_pedagogy", 1, 20), SectionScore("subject", 2, 30)]
    result = fixed_form_result(sections, KG, "kg.teacher", "kg.second")
    assert [outcome.section.code for outcome in result.sections] == ["subject", "methods_pedagogy"]


@pytest.mark.parametrize(
    "sections",
    [
        [],
        [SectionScore("subject", 30, 30)],
        [SectionScore("subject", 30, 30), SectionScore("subject", 20, 20)],
        [SectionScore("subject", 30, 30), SectionScore("methods_pedagogy", 9, 20), SectionScore("x", 9, 20)],
    ],
)
def test_missing_or_foreign_sections_are_refused(sections: list[SectionScore]) -> None:
    with pytest.raises(InvalidScores, match="subject, methods_pedagogy"):
        fixed_form_result(sections, KG, "kg.teacher", "kg.second")


@pytest.mark.parametrize(("raw", "maximum"), [(-1, 50), (51, 50), (0, 0)])
def test_impossible_points_are_refused(raw: int, maximum: int) -> None:
    with pytest.raises(InvalidScores):
        SectionScore("subject", raw, maximum)


@pytest.mark.parametrize(
    "change", [{"expected": -0.1}, {"expected": 50.1}, {"theta": math.nan}, {"maximum": 0}]
)
def test_impossible_estimates_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidScores):
        replace(SectionEstimate("subject", 0.0, 0.3, 25.0, 50, 20), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule_set", [KG, KZ])
def test_foreign_categories_are_refused(rule_set: RuleSet) -> None:
    with pytest.raises(NotInRuleSet):
        fixed_form_result([], rule_set, rule_set.test_profiles[0].code, "other.first")


@pytest.mark.parametrize("data", [{}, {"mode": "fixed_form"}, {**kz(30).to_data(), "mode": "oral"}])
def test_an_unreadable_result_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(InvalidScores):
        AttemptResult.from_data(data)
