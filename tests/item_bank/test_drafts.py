"""A draft keeps whatever is typed and says, field by field, what keeps it from being a version."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_items import item_content, item_text

from item_bank.drafts import LONGEST_TEXT, OPTION_IDS, ItemDraft, draft_of, draft_problems, drafted_content
from item_bank.errors import InvalidItem
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemText, content_hash

RU, EN = Language("ru"), Language("en")


def problems(draft: ItemDraft) -> list[tuple[str, str]]:
    return [(problem.field, problem.error.code) for problem in draft_problems(draft)]


def with_text(language: Language = RU, **changes: object) -> ItemDraft:
    draft = draft_of(item_content())
    text = replace(draft.texts[language], **changes)  # type: ignore[arg-type]
    return replace(draft, texts={**draft.texts, language: text})


def test_a_draft_of_a_version_is_that_version() -> None:
    content = item_content(
        family="math.numbers.m01",
        stimulus_key=StimulusKey("math.numbers.s01"),
        interaction=ChoiceInteraction(tuple(OptionId(letter) for letter in "abcd"), shuffle=False),
        option_notes={OptionId("b"): "sign lost"},
    )
    assert problems(draft_of(content)) == []
    assert content_hash(drafted_content(draft_of(content))) == content_hash(content)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"area": "botany"}, ("area", "draft_choice")),
        ({"level": ""}, ("level", "draft_choice")),
        ({"entries": {"correct": "f"}}, ("correct", "draft_key")),
        ({"texts": {}}, ("ky.stem", "draft_empty")),
    ],
)
def test_what_is_missing_is_said_at_its_field(changes: dict[str, object], expected: tuple[str, str]) -> None:
    draft = replace(draft_of(item_content()), **changes)  # type: ignore[arg-type]
    assert expected in problems(draft)
    with pytest.raises(InvalidItem):
        drafted_content(draft)


@pytest.mark.parametrize(
    ("part", "written", "code"),
    [
        ("stem", " ", "draft_text_missing"),
        ("explanation", "", "draft_text_missing"),
        ("stem", "Find $\\frac{1{2}$.", "markup_formula"),
        ("explanation", "![a](b)", "markup_image"),
        ("stem", "x" * (LONGEST_TEXT + 1), "draft_text_long"),
    ],
)
def test_a_text_that_cannot_be_used_is_said_at_its_field(part: str, written: str, code: str) -> None:
    assert problems(with_text(**{part: written})) == [(f"ru.{part}", code)]


def test_an_option_must_be_there_in_every_language_or_in_none() -> None:
    options = {**item_text().options, OptionId("c"): ""}
    assert problems(with_text(options=options)) == [("ru.option.c", "draft_text_missing")]
    draft = draft_of(item_content())
    without = {
        language: replace(text, options={**text.options, OptionId("c"): "  "})
        for language, text in draft.texts.items()
    }
    content = drafted_content(replace(draft, texts=without))
    assert content.interaction.option_ids == ("a", "b", "d")
    assert set(content.texts[RU].options) == {"a", "b", "d"}


def test_a_language_that_is_not_begun_is_left_out() -> None:
    draft = with_text(EN, stem="", explanation=" ", options=dict.fromkeys(OPTION_IDS, ""))
    assert problems(draft) == []
    assert set(drafted_content(draft).texts) == set(LANGUAGES) - {EN}


def test_one_option_is_not_a_choice() -> None:
    only = ItemText("Q?", {OptionId("a"): "1"}, "E")
    draft = replace(draft_of(item_content()), texts={RU: only})
    assert ("ru.option.b", "draft_options") in problems(draft)


@given(st.text(max_size=80), st.text(max_size=40), st.sampled_from(OPTION_IDS))
def test_whatever_is_typed_is_either_refused_with_a_sentence_or_becomes_content(
    stem: str, option: str, correct: str
) -> None:
    draft = with_text(stem=stem, options={**item_text().options, OptionId("b"): option})
    draft = draft.with_entries(correct=correct)
    found = draft_problems(draft)
    if found:
        assert all(str(problem.error) for problem in found)
    else:
        assert drafted_content(draft).answer_key.correct == correct
