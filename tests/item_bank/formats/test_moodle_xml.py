import base64
import struct
import zlib
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_strategies import item_contents
from sample_items import item_content

from item_bank.answer_keys import NumericKey, OptionKey, RubricKey, SelectionKey, TextKey
from item_bank.errors import InvalidImport
from item_bank.formats import (
    ExportItem,
    ExportRequest,
    ImportedItem,
    ImportResult,
    ImportSettings,
    SourceFile,
    format_of,
)
from item_bank.formats.moodle_writer import write_moodle_xml
from item_bank.formats.moodle_xml import read_moodle_xml
from item_bank.identifiers import ItemKey, Language
from item_bank.interactions import InlineChoiceInteraction
from item_bank.items import ItemContent, ItemText
from item_bank.markup import render
from item_bank.media import media_file

RU = Language("ru")
CARRIED = item_contents().filter(
    lambda item: RU in item.texts and item.interaction.kind not in ("hotspot", "associate")
)


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def read(body: str) -> ImportResult:
    return read_moodle_xml(SourceFile("x.xml", f"<quiz>{body}</quiz>".encode()), ImportSettings())


def question(kind: str, body: str, stem: str = "Да?") -> str:
    return (
        f'<question type="{kind}"><name><text>q</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>{body}</question>'
    )


def worded(item: ItemContent | ImportedItem, key: SelectionKey) -> dict[str, Fraction]:
    """The credit of each part of the key, or its weight, by the texts of its options."""
    texts = {option: render(words) for option, words in item.texts[RU].options.items()}
    parts = key.weights or dict.fromkeys(key.correct, Fraction(1))
    found: dict[str, Fraction] = {}
    gaps = {gap: f"gap {n}" for n, gap in enumerate(item.interaction.gap_ids)}
    for part, weight in parts.items():
        words = " ".join(gaps.get(name, texts.get(name, name)) for name in part.split(" "))  # type: ignore[call-overload]
        found[words] = found.get(words, Fraction(0)) + weight
    return {words: weight for words, weight in found.items() if weight}


@given(st.lists(CARRIED, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_moodle_can_carry_comes_back(contents: list[ItemContent]) -> None:
    items = tuple(ExportItem(ItemKey(f"k{n}"), content) for n, content in enumerate(contents))
    written = write_moodle_xml(ExportRequest(items))
    result = read_moodle_xml(SourceFile("x.xml", written.content), ImportSettings())
    assert not result.problems
    assert [item.name for item in result.items] == list(written.written)
    for back in result.items:
        assert_same(contents[int(back.name[1:])], back, written.losses)


def assert_same(content: ItemContent, back: ImportedItem, losses: tuple) -> None:  # type: ignore[type-arg]
    before, after = content.texts[RU], back.texts[RU]
    gaps = dict(zip(content.interaction.gap_ids, back.interaction.gap_ids, strict=True))
    stem = before.stem
    for mine, theirs in gaps.items():
        stem = stem.replace(f"{{{{{mine}}}}}", f"{{{{{theirs}}}}}")
    assert render(after.stem) == render(stem)
    assert render(after.explanation) == render(before.explanation)
    assert (back.subject, back.area, back.level) == (content.subject, content.area, content.level)
    assert back.interaction.kind == content.interaction.kind
    mine, theirs = content.answer_key, back.answer_key
    simplified = {loss.item for loss in losses if loss.code == "format_simplifies"}
    if isinstance(theirs, SelectionKey) and isinstance(mine, SelectionKey):
        if back.name not in simplified:
            assert (theirs.rule, worded(back, theirs)) == (mine.rule, worded(content, mine))
    elif isinstance(theirs, OptionKey):
        assert isinstance(mine, OptionKey)
        assert theirs.max_score == mine.max_score
        assert render(after.options[theirs.correct]) == render(before.options[mine.correct])
    elif isinstance(theirs, NumericKey):
        assert isinstance(mine, NumericKey)
        assert (theirs.unit, theirs.without_unit) == (mine.unit, mine.without_unit)
        assert [band.credit for band in theirs.bands] == [band.credit for band in mine.bands]
        for ours, read_back in zip(mine.bands, theirs.bands, strict=True):
            assert Fraction(ours.value) == Fraction(read_back.value)
    elif isinstance(theirs, TextKey):
        assert isinstance(mine, TextKey)
        assert (theirs.accepted[RU], theirs.case_sensitive) == (mine.accepted[RU], mine.case_sensitive)
    else:
        assert isinstance(theirs, RubricKey)
        assert theirs.max_score == mine.max_score


def test_pictures_come_and_go_with_their_questions() -> None:
    file = media_file("рисунок 1.png".replace(" ", "_"), png())
    text = item_content().texts[RU]
    stem = f"Смотрите: ![круг](media:{file.reference.name})"
    content = item_content(texts={RU: ItemText(stem, text.options, "Вот")}, media=(file.reference,))
    request = ExportRequest((ExportItem(ItemKey("k"), content),), media={file.reference.sha256: file})
    result = read_moodle_xml(SourceFile("x.xml", write_moodle_xml(request).content), ImportSettings())
    assert result.media == (file,)
    assert result.items[0].content().texts[RU].stem == stem


def test_files_that_are_no_pictures_are_refused_and_reported() -> None:
    body = f'<file name="a.exe" encoding="base64">{base64.b64encode(b"MZ...").decode()}</file>'
    text = f'<question type="shortanswer"><questiontext format="html"><text>Да?</text>{body}</questiontext>'
    result = read(text + '<answer fraction="100"><text>да</text></answer></question>')
    assert [loss.code for loss in result.losses] == ["media_refused"]


def test_every_part_without_a_place_is_listed() -> None:
    body = (
        '<penalty>0.3</penalty><hint format="html"><text>подсказка</text></hint><shownumcorrect/>'
        '<answer fraction="100"><text>да</text><feedback><text>верно</text></feedback></answer>'
        '<answer fraction="0"><text>нет</text></answer><tags><tag><text>area:algebra</text></tag>'
        "<tag><text>сложно</text></tag></tags>"
    )
    result = read(question("multichoice", body) + '<question type="category"><category/></question>')
    assert [loss.element for loss in result.losses] == [
        "tag", "feedback", "penalty", "hint", "shownumcorrect", "category",
    ]  # fmt: skip
    assert result.items[0].area == "algebra"
    assert dict(result.items[0].option_notes) == {"a": "верно"}


def test_scripts_and_handlers_are_removed_and_reported() -> None:
    body = '<answer fraction="100"><text>да</text></answer><answer><text>нет</text></answer>'
    stem = '<p onmouseover="x()">Да?</p><script>alert(1)</script><iframe src="//evil"></iframe>'
    result = read(question("multichoice", body, stem))
    assert result.items[0].texts[RU].stem == "Да?"
    assert {loss.code for loss in result.losses} == {"active_content"}
    assert len(result.losses) == 3


def test_embedded_lists_become_gaps() -> None:
    result = read(question("cloze", "", "<p>Столица {1:MULTICHOICE:Ош~=Бишкек#да}, река {1:MC:=Чу~Или}.</p>"))
    (item,) = result.items
    assert isinstance(item.interaction, InlineChoiceInteraction)
    assert item.texts[RU].stem == "Столица {{g1}}, река {{g2}}."
    assert item.answer_key.to_data()["correct"] == ["g1 g1_2", "g2 g2_1"]


@pytest.mark.parametrize(
    "body",
    [
        question("cloze", "", "{1:NUMERICAL:=3}"),
        question("calculated", ""),
        question("multichoice", '<answer fraction="50"><text>a</text></answer>'),
        question("multichoice", '<answer fraction="many"><text>a</text></answer>'),
        question("gapselect", "<selectoption><text>a</text></selectoption>", "[[7]]"),
        question("shortanswer", '<answer fraction="100"><text>*</text></answer>'),
        question("numerical", '<answer fraction="100"><text>три</text></answer>'),
        '<question type="essay"/>',
    ],
)
def test_problems_name_the_question_and_spare_the_others(body: str) -> None:
    good = question("truefalse", '<answer fraction="100"><text>true</text></answer>'
                                 '<answer fraction="0"><text>false</text></answer>')  # fmt: skip
    result = read(body + good)
    assert len(result.items) == 1
    assert [problem.place.element for problem in result.problems] == ["question[1]"]


@pytest.mark.parametrize(
    "content", [b"<html/>", b"<quiz>", b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>']
)
def test_other_files_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidImport) as refused:
        read_moodle_xml(SourceFile("x.xml", content), ImportSettings())
    assert "x.xml" in str(refused.value)


def test_the_format_is_recognised() -> None:
    assert format_of(SourceFile("x.xml", b"<?xml version='1.0'?><quiz/>")).name == "moodle_xml"
