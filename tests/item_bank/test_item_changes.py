from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_items import OPTIONS, item_content, item_text

from item_bank.answer_keys import OptionKey
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction
from item_bank.item_changes import difference, substantive_change, word_segments
from item_bank.items import ItemContent

RU = Language("ru")


def with_stem(stem: str) -> ItemContent:
    content = item_content()
    return replace(content, texts={**content.texts, RU: item_text(stem)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Чему равно  «x»?", "Чему равно “x” ?"),
        ("Что верно?", "Что верно ?"),
        ("Найдите число .", "Найдите число."),
        ("Слово - дело.", "Слово — дело."),
        ("Что **не** верно?", "Что не верно?"),
    ],
)
def test_typography_is_not_substantive(old: str, new: str) -> None:
    assert not substantive_change(with_stem(old), with_stem(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Что верно?", "Что неверно?"),
        ("Число 2,5 больше", "Число 25 больше"),
        ("Температура -5 градусов", "Температура 5 градусов"),
        ("Разность 10 – 5", "Разность 10 5"),
        ("$x-5$", "$x5$"),
        ("$x+5$", "$x-5$"),
        ("`a.b`", "`a b`"),
        ("от 1 до 5", "от 1 до 6"),
    ],
)
def test_wording_numbers_formulas_and_code_are_substantive(old: str, new: str) -> None:
    assert substantive_change(with_stem(old), with_stem(new))


@pytest.mark.parametrize(
    "changes",
    [
        {"answer_key": OptionKey(OptionId("b"))},
        {"interaction": ChoiceInteraction(OPTIONS, shuffle=False)},
        {"stimulus_key": StimulusKey("math.numbers.s01")},
        {"texts": {RU: item_text()}},
    ],
)
def test_key_options_stimulus_and_lost_languages_are_substantive(changes: dict[str, object]) -> None:
    assert substantive_change(item_content(), item_content(**changes))


def test_what_candidates_never_see_is_not_substantive() -> None:
    texts = {language: item_text(explanation="Другое") for language in LANGUAGES}
    assert not substantive_change(item_content(), item_content(texts=texts, level="know", area="algebra"))
    assert not substantive_change(item_content(texts={RU: item_text()}), item_content())


def test_a_changed_option_is_substantive() -> None:
    text = item_text()
    changed = replace(text, options={**text.options, OptionId("b"): "$7$"})
    assert substantive_change(item_content(), item_content(texts={**item_content().texts, RU: changed}))


def test_differences_name_field_and_language() -> None:
    new = replace(with_stem("Чему равна сумма $2{,}5 + 1$?"), answer_key=OptionKey(OptionId("b")))
    key_change, stem_change = difference(item_content(), new)
    assert (key_change.field, key_change.language) == ("answer_key", None)
    assert (stem_change.field, stem_change.language) == ("stem", RU)
    assert [segment.text for segment in stem_change.segments if segment.kind == "added"] == ["равна сумма"]
    assert difference(new, new) == ()


def test_an_added_language_is_shown_whole() -> None:
    changes = difference(item_content(texts={RU: item_text()}), item_content())
    assert {change.language for change in changes} == set(LANGUAGES) - {RU}
    assert all(segment.kind == "added" for change in changes for segment in change.segments)


@given(st.text("ab ,.$", max_size=30), st.text("ab ,.$", max_size=30))
def test_segments_rebuild_both_texts(old: str, new: str) -> None:
    segments = word_segments(old, new)
    assert "".join(segment.text for segment in segments if segment.kind != "added") == old
    assert "".join(segment.text for segment in segments if segment.kind != "removed") == new


def test_a_rewritten_sentence_is_one_removed_and_one_added_run() -> None:
    segments = word_segments("Find the value of x.", "Compute a sum for x.")
    assert [(one.kind, one.text) for one in segments] == [
        ("removed", "Find the value of"),
        ("added", "Compute a sum for"),
        ("same", " x."),
    ]
