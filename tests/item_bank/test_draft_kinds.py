"""Every kind of item is a form and back again, and the form says at its fields what is missing."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_strategies import item_contents

from item_bank.drafts import (
    KINDS,
    ItemDraft,
    blank_draft,
    changed_kind,
    draft_of,
    draft_problems,
    drafted_content,
    with_act,
)
from item_bank.identifiers import LANGUAGES, Language, OptionId
from item_bank.interactions import INTERACTIONS
from item_bank.item_facts import ItemFacts
from item_bank.items import ItemContent, ItemText, content_hash

RU, KY = Language("ru"), Language("ky")


def fields(draft: ItemDraft) -> dict[str, str]:
    return {problem.field: problem.error.code for problem in draft_problems(draft)}


def test_every_kind_of_interaction_has_a_form() -> None:
    assert set(KINDS) == set(INTERACTIONS)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(item_contents())
def test_an_item_of_any_kind_is_a_draft_and_back(content: ItemContent) -> None:
    draft = draft_of(content)
    assert not draft_problems(draft)
    assert drafted_content(draft) == content
    assert content_hash(drafted_content(ItemDraft.from_data(draft.to_data()))) == content_hash(content)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(item_contents(), st.data())
def test_whatever_is_typed_is_kept_and_never_breaks_the_form(
    content: ItemContent, data: st.DataObject
) -> None:
    draft = draft_of(content)
    name = data.draw(st.sampled_from(sorted(draft.entries)))
    typed = data.draw(
        st.sampled_from(["", "0", "-1", "1/0", "abc", "1e999", "½", "٣", "99999999999", "50 %", "<b>"])
    )
    broken = replace(draft, entries={**draft.entries, name: typed})
    assert ItemDraft.from_data(broken.to_data()) == broken
    for kind in KINDS:
        draft_problems(changed_kind(broken, kind))
    if not draft_problems(broken):
        drafted_content(broken)


@pytest.mark.parametrize("kind", [*KINDS, "true_false"])
def test_a_new_item_says_what_is_missing_in_every_field_that_needs_it(kind: str) -> None:
    draft = blank_draft("math", kind)
    assert draft.used_languages == ()
    assert fields(draft) == {"area": "draft_choice", "level": "draft_choice", "ky.stem": "draft_empty"}
    begun = replace(
        draft, texts={**draft.texts, RU: replace(draft.texts.get(RU) or ItemText("", {}, ""), stem="Что?")}
    )
    found = fields(begun)
    assert found["ru.explanation"] == "draft_text_missing"
    assert set(found) - {"area", "level", "ru.explanation"}


def test_buttons_add_remove_and_move_and_never_reuse_an_identifier() -> None:
    draft = blank_draft("math", "choice")
    draft = replace(draft, texts={RU: ItemText("", {OptionId("e"): "kept"}, "")})
    assert with_act(draft, "add:options").listed("options") == tuple("abcdf")
    removed = with_act(draft, "remove:options:b")
    assert removed.listed("options") == tuple("acd")
    assert with_act(removed, "up:options:c").listed("options") == tuple("cad")
    assert with_act(removed, "down:options:d") == removed
    assert with_act(removed, "remove:options:zz") == removed
    gaps = blank_draft("math", "inline_choice")
    assert with_act(gaps, "add:gap.g1").listed("gap.g1") == ("g1_1",)
    assert with_act(gaps, "add:options") == gaps


def test_a_true_false_table_comes_with_its_columns_in_every_language() -> None:
    draft = blank_draft("math", "true_false")
    rows = {OptionId("r1"): "2 — чётное", OptionId("r2"): "3 — чётное"}
    text = draft.texts[RU]
    draft = replace(
        draft,
        area="numbers",
        level="know",
        texts={**draft.texts, RU: ItemText("Отметьте.", {**text.options, **rows}, "Потому что.")},
        entries={**draft.entries, "correct.r1": "true", "rule": "matches", "points": "2"},
    )
    assert fields(draft) == {"correct.r2": "draft_key_row"}
    content = drafted_content(draft.with_entries(correct__r2="false"))
    assert list(content.texts) == [RU]
    assert content.answer_key.summary == "r1 true, r2 false"


def test_rules_that_reward_guessing_and_weights_that_do_not_add_up_are_refused() -> None:
    draft = draft_of(drafted_content(complete_match()))
    assert fields(draft.with_entries(rule="matches", per_row="0")).get("rule") == "draft_rule_matches"
    weighted = draft.with_entries(rule="weights", **{"weight__r1~true": "1/4"})
    assert fields(weighted) == {"rule": "draft_weights_sum"}


def complete_match() -> ItemDraft:
    draft = blank_draft("math", "true_false")
    text = draft.texts[RU]
    options = {**text.options, OptionId("r1"): "2 — чётное"}
    return replace(
        draft,
        area="numbers",
        level="know",
        texts={RU: ItemText("Отметьте.", options, "Потому что.")},
        entries={**draft.entries, "correct.r1": "true"},
    )


def test_facts_are_kept_apart_from_what_is_asked() -> None:
    content = drafted_content(complete_match())
    assert content.facts == ItemFacts()
    assert "facts" not in content.to_data()
    draft = draft_of(content).with_entries(
        facts__grade="9", facts__seconds="90", facts__source="НЦТ, 2019", facts__language__kk=""
    )
    noted = drafted_content(draft)
    assert noted.facts == ItemFacts(9, 90, tuple(one for one in LANGUAGES if one != "kk"), "", "НЦТ, 2019")
    assert ItemContent.from_data(noted.to_data()) == noted
    assert fields(draft.with_entries(facts__grade="13", facts__seconds="x")) == {
        "facts.grade": "draft_count", "facts.seconds": "draft_count",
    }  # fmt: skip


def test_a_level_of_a_rubric_is_described_with_all_the_others() -> None:
    draft = blank_draft("pedagogy", "extended_text")
    draft = replace(
        draft, area="assessment", level="reason", lists={**draft.lists, "criteria": (OptionId("k1"),)},
        texts={KY: ItemText("Жазыңыз.", {}, "Үлгү.")},
    )  # fmt: skip
    draft = draft.with_entries(criterion__k1__points="2", ky__criterion__k1="Логика", ky__level__k1__0="жок")
    assert fields(draft) == {"ky.level.k1.1": "draft_level", "ky.level.k1.2": "draft_level"}
    content = drafted_content(draft.with_entries(ky__level__k1__1="жарым", ky__level__k1__2="толук"))
    assert ItemContent.from_data(content.to_data()) == content
    assert draft_of(content).entry("ky.level.k1.2") == "толук"
