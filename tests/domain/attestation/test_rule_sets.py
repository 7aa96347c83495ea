import copy
import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from importlib.resources import files
from typing import Any

import pytest

from testing_center.domain.attestation.rule_sets import (
    InvalidRuleSet,
    NotInRuleSet,
    RuleSet,
    load_all,
    load_rule_set,
    parse_rule_set,
)

RULE_SETS = load_all()
EVERY = pytest.mark.parametrize("rule_set", RULE_SETS, ids=lambda rule_set: rule_set.id)


def document(rule_set_id: str) -> dict[str, Any]:
    text = files("testing_center").joinpath("rule_sets", f"{rule_set_id}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def place(data: Any, pointer: str, value: Any) -> None:
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        data = data[int(step) if isinstance(data, list) else step]
    data[int(last) if isinstance(data, list) else last] = value


def leaves(data: Any, pointer: str = "") -> Iterator[str]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from leaves(value, f"{pointer}/{key}")
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from leaves(value, f"{pointer}/{index}")
    else:
        yield pointer


def test_both_rule_sets_are_shipped() -> None:
    assert [rule_set.id for rule_set in RULE_SETS] == ["kg-2023", "kz-2025"]


@pytest.mark.parametrize(
    ("rule_set_id", "profile", "subject", "minutes"),
    [
        ("kg-2023", "kg.teacher", "math", 90),
        ("kz-2025", "kz.subject", "math", 125),
        ("kz-2025", "kz.subject", "physics", 125),
        ("kz-2025", "kz.subject", "chemistry", 125),
        ("kz-2025", "kz.subject", "informatics", 125),
        ("kz-2025", "kz.subject", "history", 80),
        ("kz-2025", "kz.primary", None, 80),
        ("kz-2025", "kz.leader", None, 90),
        ("kz-2025", "kz.methodologist", None, 90),
    ],
)
def test_minutes(rule_set_id: str, profile: str, subject: str | None, minutes: int) -> None:
    assert load_rule_set(rule_set_id).minutes(profile, subject) == minutes


@pytest.mark.parametrize("subject", ["mathematics", "Math", "", None])
def test_a_misspelt_subject_never_shortens_the_test(subject: str | None) -> None:
    with pytest.raises(NotInRuleSet):
        load_rule_set("kz-2025").minutes("kz.subject", subject)


@pytest.mark.parametrize(
    ("rule_set_id", "profile", "category", "percent"),
    [
        ("kg-2023", "kg.teacher", "kg.second", 60),
        ("kg-2023", "kg.teacher", "kg.first", 70),
        ("kg-2023", "kg.teacher", "kg.highest", 80),
        ("kz-2025", "kz.subject", "kz.pedagogue", 50),
        ("kz-2025", "kz.subject", "kz.moderator", 60),
        ("kz-2025", "kz.primary", "kz.expert", 70),
        ("kz-2025", "kz.preschool", "kz.researcher", 80),
        ("kz-2025", "kz.tvet", "kz.master", 90),
        ("kz-2025", "kz.leader", "kz.deputy3", 70),
        ("kz-2025", "kz.leader", "kz.head1", 70),
    ],
)
def test_thresholds(rule_set_id: str, profile: str, category: str, percent: int) -> None:
    assert load_rule_set(rule_set_id).threshold_percent(profile, category) == percent


def test_a_leaders_test_earns_no_teachers_category() -> None:
    with pytest.raises(NotInRuleSet, match=r"kz\.master"):
        load_rule_set("kz-2025").threshold_percent("kz.leader", "kz.master")


def test_item_counts() -> None:
    kz = load_rule_set("kz-2025")
    assert {profile.code: profile.items for profile in kz.test_profiles if profile.items != 50} == {
        "kz.leader": 60
    }
    assert [section.items for section in load_rule_set("kg-2023").profile("kg.teacher").sections] == [30, 20]


def test_section_floor_and_extra_time() -> None:
    kg, kz = RULE_SETS
    assert (kg.section_floor_percent("kg.teacher"), kz.section_floor_percent("kz.subject")) == (50, None)
    assert (kg.extra_time_minutes("vision"), kz.extra_time_minutes("vision")) == (40, 40)
    assert kz.extra_time_minutes(None) == 0
    with pytest.raises(NotInRuleSet):
        kz.extra_time_minutes("left_handed")


def test_review_after_finish() -> None:
    kg, kz = RULE_SETS
    assert kg.review_after_finish.shows == "scores_only"
    assert (kz.review_after_finish.shows, kz.review_after_finish.place, kz.review_after_finish.until) == (
        "responses_with_key",
        "testing_room",
        "appeal_window_closes",
    )


@EVERY
def test_appeal_window_and_ladders(rule_set: RuleSet) -> None:
    assert rule_set.appeal_window_minutes == 30
    for profile in rule_set.test_profiles:
        for code in rule_set.thresholds(profile.code):
            ladder = rule_set.ladder(profile.code, code)
            percents = [rule_set.threshold_percent(profile.code, rung.code) for rung in ladder]
            assert code in [rung.code for rung in ladder]
            assert len({rung.audience for rung in ladder}) == 1
            assert percents == sorted(percents)


def test_validity() -> None:
    assert [rule_set.result_validity_months for rule_set in RULE_SETS] == [36, 12]
    assert [rule_set.timezone for rule_set in RULE_SETS] == ["Asia/Bishkek", "Asia/Almaty"]


@EVERY
def test_every_value_says_where_it_comes_from(rule_set: RuleSet) -> None:
    values = [path for path in leaves(document(rule_set.id)) if not path.startswith("/provenance")]
    assert [path for path in values if rule_set.provenance_of(path) is None] == []


def test_what_no_act_states_is_marked_as_assumed() -> None:
    def source(rule_set: RuleSet, pointer: str) -> str:
        origin = rule_set.provenance_of(pointer)
        assert origin is not None
        return origin.source

    kg, kz = RULE_SETS
    assert source(kg, "/test_profiles/0/minutes") == "ASSUMED"
    assert source(kg, "/deadlines/0/offset") == "LEGAL_ACT"
    assert source(kg, "/deadlines/0/warn_offset") == "ASSUMED"
    assert source(kg, "/supplement/monthly/kg.first") == "PUBLISHED"
    assert source(kz, "/test_profiles/0/minutes") == "LEGAL_ACT"
    assert source(kz, "/test_profiles/6/minutes") == "DERIVED"


@EVERY
def test_names_exist_in_four_scripts_of_their_own(rule_set: RuleSet) -> None:
    assert rule_set.title.in_language("kk") == rule_set.title.kk
    assert rule_set.title.in_language("uz") == rule_set.title.en
    assert len({rule_set.title.ky, rule_set.title.ru, rule_set.title.kk, rule_set.title.en}) == 4
    assert not any("(K" in category.name.en for category in rule_set.categories)


@EVERY
def test_content_hash_ignores_layout_and_sees_content(rule_set: RuleSet) -> None:
    data = document(rule_set.id)
    reordered = dict(reversed(data.items()))
    assert parse_rule_set(reordered).content_hash == rule_set.content_hash
    data["retention_years"] += 1
    assert parse_rule_set(data).content_hash != rule_set.content_hash


def test_a_loaded_rule_set_is_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        RULE_SETS[0].retention_years = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["xx-1999", "../schema", "schema", ""])
def test_unknown_rule_set(name: str) -> None:
    with pytest.raises(NotInRuleSet, match=r"kg-2023, kz-2025"):
        load_rule_set(name)


@pytest.mark.parametrize(
    ("pointer", "value", "where"),
    [
        ("/test_profiles/0/minutes", "90", "/test_profiles/0/minutes"),
        ("/test_profiles/0/minutes", 0, "/test_profiles/0/minutes"),
        ("/test_profiles/0/minuts", 90, "/test_profiles/0"),
        ("/test_profiles/0/threshold_table", "leader", "/test_profiles/0/threshold_table"),
        ("/test_profiles/0/minutes_by_subject", {"algebra": 90}, "/test_profiles/0/minutes_by_subject"),
        ("/threshold_tables/teacher/kg.first", 59, "/threshold_tables/teacher"),
        ("/threshold_tables/teacher/kg.first", 70.5, "/threshold_tables/teacher/kg.first"),
        ("/threshold_tables/teacher/kg.third", 50, "/threshold_tables/teacher"),
        ("/categories/1/code", "kg.second", "/categories/1/code"),
        ("/portals/0/categories", ["kg.unknown"], "/portals/0/categories"),
        ("/valid_from", "2023-02-30", "/valid_from"),
        ("/valid_to", "2020-01-01", "/valid_to"),
        ("/cycle_windows/0/to_date", "2023-10-31", "/cycle_windows/0"),
        ("/timezone", "Asia/Nowhere", "/timezone"),
        ("/calendar/holidays_country", "ZZ", "/calendar/holidays_country"),
        ("/calendar/extra_workdays", ["2024-01-01"], None),
        ("/deadlines/0/offset", None, "/deadlines/0/offset"),
        ("/deadlines/3/unit", "working_day", "/deadlines"),
        ("/provenance/0/paths", ["/nothing"], "/provenance/0/paths"),
        ("/title", {"en": "only English"}, "/title"),
    ],
)
def test_bad_data_is_refused_with_its_place(pointer: str, value: Any, where: str | None) -> None:
    data = copy.deepcopy(document("kg-2023"))
    place(data, pointer, value)
    if where is None:
        parse_rule_set(data)
        return
    with pytest.raises(InvalidRuleSet) as refusal:
        parse_rule_set(data)
    assert refusal.value.params["path"] == where
    assert str(refusal.value).startswith(f"Rule set kg-2023 cannot be used: {where}: ")


def test_something_else_entirely_is_refused() -> None:
    with pytest.raises(InvalidRuleSet):
        parse_rule_set([])  # type: ignore[arg-type]
