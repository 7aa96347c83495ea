import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_items import OPTIONS, item_content, item_text

from item_bank.answer_keys import OptionKey
from item_bank.errors import InvalidItem, InvalidResponse, StaleDraft, VersionImmutable
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction, interaction_from_data
from item_bank.items import (
    ItemContent,
    candidate_view,
    check_unchanged,
    content_hash,
    first_version,
    next_version,
)
from item_bank.scoring import score_response
from item_bank.stimuli import (
    StimulusContent,
    StimulusText,
    candidate_stimulus,
    first_stimulus_version,
    next_stimulus_version,
)

RU = Language("ru")


def test_a_choice_scores_its_key_only() -> None:
    interaction, key = ChoiceInteraction(OPTIONS), OptionKey(OptionId("c"), max_score=2)
    scores = [score_response([option], key, interaction, RU).points for option in OPTIONS]
    assert scores == [0, 0, 2, 0]
    assert score_response((), key, interaction, RU).points == 0


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("a", "must be a list"),
        (None, "must be a list"),
        ([1], "must be a list"),
        ({"a": 1}, "must be a list"),
        (["a", "b"], "Choose exactly one option."),
        (["z"], "names “z”"),
        (["A"], "names “A”"),
        (["x" * 10_000], "names “xxxxxxxxxxxxxxxxxxxx”"),
    ],
)
def test_responses_that_do_not_fit_are_refused(raw: object, sentence: str) -> None:
    with pytest.raises(InvalidResponse, match=sentence):
        ChoiceInteraction(OPTIONS).parse_response(raw)


@given(st.integers(0, 2**63), st.integers(1, 200))
def test_option_order_is_a_permutation_fixed_by_seed_and_ordinal(seed: int, ordinal: int) -> None:
    interaction = ChoiceInteraction(OPTIONS)
    order = interaction.option_order(seed, ordinal)
    assert sorted(order) == sorted(OPTIONS)
    assert order == interaction.option_order(seed, ordinal)
    assert ChoiceInteraction(OPTIONS, shuffle=False).option_order(seed, ordinal) == OPTIONS


def test_option_orders_differ_between_presentations_and_attempts() -> None:
    interaction = ChoiceInteraction(OPTIONS)
    assert len({interaction.option_order(7, ordinal) for ordinal in range(1, 60)}) > 15
    assert len({interaction.option_order(seed, 1) for seed in range(60)}) > 15


@pytest.mark.parametrize(
    "content",
    [
        item_content(),
        item_content(family="math.numbers.m01", option_notes={OptionId("b"): "sign lost"}),
        item_content(
            stimulus_key=StimulusKey("math.numbers.s01"), interaction=ChoiceInteraction(OPTIONS, False)
        ),
        item_content(texts={RU: item_text()}),
    ],
)
def test_content_survives_json(content: ItemContent) -> None:
    read_back = ItemContent.from_data(json.loads(json.dumps(content.to_data())))
    assert read_back == content
    assert content_hash(read_back) == content_hash(content)


def test_the_hash_does_not_depend_on_the_order_of_languages_but_on_every_word() -> None:
    content = item_content()
    backwards = replace(content, texts=dict(reversed(content.texts.items())))
    assert content_hash(backwards) == content_hash(content)
    changed = replace(content, texts={**content.texts, RU: item_text(explanation="other")})
    assert content_hash(changed) != content_hash(content)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("subject", 5, "“subject”: give a text"),
        ("texts", [], "“texts”: give a table"),
        ("interaction", {"kind": "telepathy"}, "“telepathy” is not known"),
        ("interaction", {"kind": "choice", "option_ids": "ab", "shuffle": True}, "list of identifiers"),
        ("interaction", {"kind": "choice", "option_ids": ["a", "b"], "shuffle": 1}, "true or false"),
        ("answer_key", {"correct": "e", "max_score": 1}, "“e” is not one of the options a, b, c, d"),
        ("answer_key", {"correct": "a", "max_score": 0}, "whole number from 1"),
        ("answer_key", {"correct": ["a"], "max_score": 1}, "name one option"),
    ],
)
def test_damaged_data_is_refused_by_field(field: str, value: object, sentence: str) -> None:
    with pytest.raises(InvalidItem, match=sentence):
        ItemContent.from_data({**item_content().to_data(), field: value})


def test_options_must_be_the_same_in_every_language() -> None:
    short = replace(item_text(), options={OptionId("a"): "1", OptionId("b"): "2"})
    with pytest.raises(InvalidItem, match="expected a, b, c, d, “ru” has a, b"):
        item_content(texts={RU: short})
    with pytest.raises(InvalidItem, match=r"“ru\.stem”: write the text"):
        item_content(texts={RU: item_text(stem=" ")})


@pytest.mark.parametrize("option_ids", [("a",), ("a", "a"), ()])
def test_a_choice_needs_different_options(option_ids: tuple[OptionId, ...]) -> None:
    with pytest.raises(InvalidItem, match="two different options"):
        ChoiceInteraction(option_ids)


def test_interactions_are_read_by_kind() -> None:
    interaction = ChoiceInteraction(OPTIONS, shuffle=False)
    assert interaction_from_data(interaction.to_data()) == interaction


def test_versions_follow_one_another() -> None:
    first = first_version("math.numbers.h001", item_content(), "author")
    changed = item_content(level="reason")
    second = next_version(first, changed, based_on=1, author="colleague")
    assert (second.number, second.content, second.author) == (2, changed, "colleague")
    with pytest.raises(StaleDraft, match="based on version 1, but the latest is 2"):
        next_version(second, item_content(), based_on=1, author="author")
    with pytest.raises(InvalidItem, match="does not differ from version 2"):
        next_version(second, changed, based_on=2, author="author")


def test_a_tampered_version_is_noticed() -> None:
    version = first_version("math.numbers.h001", item_content(), "author")
    check_unchanged(version)
    with pytest.raises(VersionImmutable, match="make a new version"):
        check_unchanged(replace(version, content=item_content(answer_key=OptionKey(OptionId("b")))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_candidate_never_sees_key_explanation_or_classification(language: Language) -> None:
    content = item_content(
        level="reason",
        family="SECRET-FAMILY",
        option_notes={OptionId("b"): "SECRET-NOTE"},
        answer_key=OptionKey(OptionId("d")),
    )
    view = candidate_view(content, language)
    assert list(view.options) == list(OPTIONS)
    assert "<mn>3,5</mn>" in view.options[OptionId("a")]
    seen = repr(view)
    assert "SECRET" not in seen
    assert "reason" not in seen
    same = candidate_view(replace(content, answer_key=OptionKey(OptionId("a"))), language)
    assert same == view, "the view must not depend on the key"


def test_a_missing_language_is_said() -> None:
    with pytest.raises(InvalidItem, match="language “ky”"):
        candidate_view(item_content(texts={RU: item_text()}), Language("ky"))


def test_stimuli_are_versioned_like_items() -> None:
    content = StimulusContent("math", "statistics", {RU: StimulusText("Таблица", "| x |\n|---|\n| 1 |")})
    assert StimulusContent.from_data(json.loads(json.dumps(content.to_data()))) == content
    first = first_stimulus_version(StimulusKey("math.statistics.s01"), content, "author")
    longer = replace(content, texts={RU: StimulusText("Таблица", "Новый текст")})
    second = next_stimulus_version(first, longer, based_on=1, author="author")
    assert second.number == 2
    with pytest.raises(StaleDraft):
        next_stimulus_version(second, content, based_on=1, author="author")
    with pytest.raises(InvalidItem, match="does not differ"):
        next_stimulus_version(second, longer, based_on=2, author="author")
    assert "<table>" in candidate_stimulus(content, RU).text
    with pytest.raises(InvalidItem, match="language “en”"):
        candidate_stimulus(content, Language("en"))
    with pytest.raises(InvalidItem, match="write the text"):
        StimulusContent("math", "statistics", {RU: StimulusText("", "x")})
