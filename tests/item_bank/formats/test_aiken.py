import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_items import OPTIONS, item_content

from item_bank.answer_keys import SelectionKey, correct_option
from item_bank.errors import InvalidImport
from item_bank.formats import ExportItem, ExportRequest, ImportSettings, SourceFile, format_of
from item_bank.formats.aiken import read_aiken, write_aiken
from item_bank.formats.plain_text import authored
from item_bank.formats.plain_writer import plain_line
from item_bank.formats.reports import Report
from item_bank.identifiers import ItemKey, Language
from item_bank.interactions import OrderInteraction
from item_bank.markup import render

RU = Language("ru")
GOOD = """Сколько будет \\(2+2\\)?
A. 3
B. 4
C) 5*5_5
ANSWER: B

Вопрос
в две строки
А. один
Б. два
Ответ: Б
"""


def source(text: str, encoding: str = "utf-8") -> SourceFile:
    return SourceFile("вопросы.txt", text.encode(encoding))


def test_questions_are_read_with_their_lines_and_keys() -> None:
    result = read_aiken(source(GOOD), ImportSettings())
    assert not result.problems
    first, second = result.items
    assert (first.place.line, second.place.line) == (1, 7)
    assert correct_option(first.answer_key) == "b"
    assert first.texts[RU].stem == "Сколько будет $2+2$?"
    assert "5*5_5" in render(first.texts[RU].options["c"])  # type: ignore[index]
    assert correct_option(second.answer_key) == "b"
    assert "ru.explanation" in first.missing
    assert result.source.content == GOOD.encode()


def test_windows_1251_is_read_and_reported() -> None:
    result = read_aiken(source(GOOD, "cp1251"), ImportSettings())
    assert len(result.items) == 2
    assert [loss.code for loss in result.losses] == ["assumed"]


@pytest.mark.parametrize("content", [bytes(range(256)), GOOD.encode("koi8-r"), b"\x00\x01\x02"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidImport):
        read_aiken(SourceFile("x.txt", content), ImportSettings())


def test_texts_of_any_length_are_not_taken_over() -> None:
    result = read_aiken(source("\\(" * 7000 + "\nA. a\nB. b\nANSWER: A\n\n" + GOOD), ImportSettings())
    assert [problem.error.code for problem in result.problems] == ["draft_text_long"]
    assert len(result.items) == 2


def test_problems_name_the_line_and_spare_the_others() -> None:
    broken = "Первый\nA. a\nB. b\nANSWER: D\n\n" + GOOD + "\nБез ответа\nA. x\nB. y\n"
    result = read_aiken(source(broken), ImportSettings())
    assert len(result.items) == 2
    assert [problem.place.line for problem in result.problems] == [1, 18]
    assert result.problems[0].sentence.startswith("line 1: ")


def test_writing_reports_everything_the_format_lacks() -> None:
    order = item_content(
        interaction=OrderInteraction(OPTIONS), answer_key=SelectionKey(tuple(OPTIONS)), subject="math"
    )
    items = (ExportItem(ItemKey("math.numbers.h001"), item_content()), ExportItem(ItemKey("m.2"), order))
    result = write_aiken(ExportRequest(items))
    assert result.written == ("math.numbers.h001",)
    assert [problem.item for problem in result.problems] == ["m.2"]
    lost = {loss.element for loss in result.losses}
    assert {"ky", "kk", "en", "ru.explanation", "subject", "area", "level", "key"} <= lost
    again = read_aiken(SourceFile("x.txt", result.content), ImportSettings())
    text = item_content().texts[RU]
    assert render(again.items[0].texts[RU].stem) == render(text.stem)
    assert [render(words) for words in again.items[0].texts[RU].options.values()] == [
        render(words) for words in text.options.values()
    ]


def test_the_format_is_recognised_by_its_answer_lines() -> None:
    assert format_of(source(GOOD)).name == "aiken"
    with pytest.raises(InvalidImport):
        format_of(source("Письмо"))


@given(st.text(alphabet="аб12 \\`*_[]<>$#+-.!()&;{}|~=:\n", max_size=40))
def test_plain_text_stands_for_itself(text: str) -> None:
    shown = authored(text)
    line = plain_line(shown, ExportItem(ItemKey("x"), item_content()), "stem", Report())
    if "\\(" not in line:
        assert line == " ".join(text.split())
