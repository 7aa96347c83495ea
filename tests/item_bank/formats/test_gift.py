from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_strategies import item_contents

from item_bank.answer_keys import NumericBand, NumericKey, SelectionKey, TextKey, correct_option
from item_bank.formats import ExportItem, ExportRequest, ImportedItem, ImportSettings, SourceFile, format_of
from item_bank.formats.gift import read_gift, write_gift
from item_bank.identifiers import ItemKey, Language
from item_bank.interactions import InlineChoiceInteraction, MatchInteraction
from item_bank.items import ItemContent
from item_bank.markup import render

RU = Language("ru")


def read(text: str) -> ImportedItem:
    result = read_gift(SourceFile("x.gift", text.encode()), ImportSettings())
    assert not result.problems
    return result.items[0]


CARRIED = item_contents().filter(
    lambda item: RU in item.texts
    and item.interaction.kind in ("choice", "multiple_choice", "match", "numeric", "short_text")
)


@given(st.lists(CARRIED, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_gift_can_carry_comes_back(contents: list[ItemContent]) -> None:
    items = tuple(ExportItem(ItemKey(f"k:{n}"), content) for n, content in enumerate(contents))
    written = write_gift(ExportRequest(items))
    result = read_gift(SourceFile("x.gift", written.content), ImportSettings())
    assert not result.problems
    by_name = {item.name: item for item in result.items}
    assert set(by_name) == set(written.written)
    for item in items:
        if item.key in written.written:
            assert_same(item.content, by_name[str(item.key)])


def assert_same(content: ItemContent, back: ImportedItem) -> None:
    before, after = content.texts[RU], back.texts[RU]
    assert render(after.stem) == render(before.stem)
    assert render(after.explanation) == render(before.explanation)
    assert back.interaction.kind == content.interaction.kind
    key = back.answer_key
    if isinstance(key, NumericKey):
        assert isinstance(content.answer_key, NumericKey)
        assert [band.credit for band in key.bands] == [band.credit for band in content.answer_key.bands]
        for mine, theirs in zip(key.bands, content.answer_key.bands, strict=True):
            assert Fraction(mine.value) == Fraction(theirs.value)
    elif isinstance(key, TextKey):
        assert isinstance(content.answer_key, TextKey)
        assert key.accepted[RU] == content.answer_key.accepted[RU]
    elif isinstance(content.interaction, MatchInteraction):
        assert isinstance(key, SelectionKey)
        shown = [render(words) for words in before.options.values()]
        assert {render(words) for words in after.options.values()} == set(shown)
    else:
        assert [render(words) for words in after.options.values()] == [
            render(words) for words in before.options.values()
        ]
        ours, theirs = content.interaction.option_ids, back.interaction.option_ids
        if isinstance(content.answer_key, SelectionKey) and content.answer_key.rule == "weights":
            assert isinstance(key, SelectionKey)
            assert [key.weights.get(option, 0) for option in theirs] == [
                content.answer_key.weights.get(option, 0) for option in ours
            ]
        if content.interaction.kind == "choice" and not isinstance(key, SelectionKey):
            assert theirs.index(correct_option(key)) == ours.index(correct_option(content.answer_key))


def test_shares_are_exact_and_points_make_them_count() -> None:
    item = read("Выберите {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}")
    assert isinstance(item.answer_key, SelectionKey)
    assert (item.answer_key.weights["a"], item.answer_key.max_score) == (Fraction(1, 3), 3)
    assert item.answer_key.judge(("a",), item.interaction, RU).credit == Fraction(1, 3)
    assert item.answer_key.judge(("a", "b", "d"), item.interaction, RU).credit == 0


def test_a_missing_word_becomes_a_gap() -> None:
    item = read("Столица Кыргызстана — {=Бишкек ~Ош ~Нарын}, большой город.")
    assert isinstance(item.interaction, InlineChoiceInteraction)
    assert item.texts[RU].stem == "Столица Кыргызстана — {{g1}} , большой город."


def test_numbers_ranges_and_shares() -> None:
    item = read("::n::Сколько? {#=1822:0 =%50%1822:2}")
    assert isinstance(item.answer_key, NumericKey)
    assert item.answer_key.max_score == 2
    interval = read("Пи? {#3.141..3.142}")
    assert isinstance(interval.answer_key, NumericKey)
    assert interval.answer_key.bands == (NumericBand("3.1415", "0.0005"),)


def test_feedback_becomes_notes_and_explanation() -> None:
    item = read("Да? {=да ~нет#неверно ####Потому что}")
    assert dict(item.option_notes) == {"b": "неверно"}
    assert item.texts[RU].explanation == "Потому что"


def test_what_has_no_place_is_listed() -> None:
    text = "$CATEGORY: Алгебра\n\nПросто описание.\n\nДа? {=да#верно =нет}\n"
    result = read_gift(SourceFile("x.gift", text.encode()), ImportSettings())
    assert {(loss.element, loss.place.line) for loss in result.losses} == {
        ("category", 1), ("description", 3), ("feedback of да", 5),
    }  # fmt: skip


def test_hostile_html_is_taken_out_and_reported() -> None:
    text = "::x::[html]<p onclick\\=\"a()\">Да?<script>alert(1)</script></p>{=да ~нет}"
    result = read_gift(SourceFile("x.gift", text.encode()), ImportSettings())
    assert result.items[0].texts[RU].stem == "Да?"
    assert [loss.code for loss in result.losses] == ["active_content", "active_content"]


@pytest.mark.parametrize(
    "broken", ["Вопрос {=a ~b", "Вопрос }", "В {~a ~b}", "В {#x}", "В {=*}", "В {слово}", "В {=a =a->b"]
)
def test_problems_name_the_line(broken: str) -> None:
    good = "Да? {=да ~нет}\n\n"
    result = read_gift(SourceFile("x.gift", (good + broken + "\n\n" + good).encode()), ImportSettings())
    assert len(result.items) == 2
    assert [problem.place.line for problem in result.problems] == [3]


@given(st.text(alphabet="ab{}=~#:%->\\n/[]htm\n ", max_size=60))
@settings(deadline=None)
def test_nothing_crashes_the_reader(text: str) -> None:
    read_gift(SourceFile("x.gift", text.encode()), ImportSettings())


def test_the_format_is_recognised() -> None:
    assert format_of(SourceFile("q.txt", "Да? {=да ~нет}".encode())).name == "gift"
