import io
import zipfile

import pytest
from sample_items import item_content

from item_bank.errors import InvalidImport
from item_bank.formats import ExportItem, ExportRequest, ImportResult, ImportSettings, SourceFile, format_of
from item_bank.formats.word import read_word, write_word
from item_bank.identifiers import ItemKey, Language
from item_bank.markup import render

RU = Language("ru")
W = 'xmlns:w="urn:w" xmlns:m="urn:m"'


def document(body: str, **parts: str) -> SourceFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return SourceFile("тест.docx", buffer.getvalue())


def paragraphs(*lines: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)


def read(body: str, **parts: str) -> ImportResult:
    return read_word(document(body, **parts), ImportSettings())


def correct(result: ImportResult) -> list[object]:
    return [item.answer_key.to_data()["correct"] for item in result.items]


def test_the_plain_numbered_style_is_read() -> None:
    lines = (
        "Тест по математике",
        "1. Сколько будет 2*2?",
        "2.5 кг не ответ.",
        "A) 3",
        "B) 4",
        "Ответ: B",
        "Пояснение: дважды два",
        "2) Кайсы шаар?",
        "а) Ош",
        "б) Бишкек",
        "в) Нарын",
        "Жооп: а, в",
    )
    result = read(paragraphs(*lines))
    assert not result.problems
    assert correct(result) == ["b", ["a", "c"]]
    first = result.items[0]
    assert (first.place.line, first.texts[RU].explanation) == (2, "дважды два")
    assert render(first.texts[RU].stem) == "<p>Сколько будет 2*2?</p>\n<p>2.5 кг не ответ.</p>"
    assert [(loss.element, loss.place.line) for loss in result.losses] == [("text before the questions", 1)]


def test_the_key_may_be_one_line_or_a_star() -> None:
    options = ("A) a", "B) b")
    lines = ("1. Раз?", *options, "2. Два?", "*A) a", "B) b", "3. Три?", *options, "Ключ: 1-В; 3-А")
    assert correct(read(paragraphs(*lines))) == ["b", "a", "a"]


def test_an_emphasised_option_is_the_key_and_is_reported() -> None:
    bold = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>B) b</w:t></w:r></w:p>"
    result = read(paragraphs("1. Раз?", "A) a") + bold)
    assert correct(result) == ["b"]
    assert [loss.code for loss in result.losses] == ["assumed"]


def test_automatic_lists_are_numbers_and_letters() -> None:
    numbering = (
        f"<w:numbering {W}><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/>"
        "</w:lvl><w:lvl w:ilvl='1'><w:numFmt w:val='russianLower'/></w:lvl></w:abstractNum>"
        "<w:num w:numId='7'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )
    listed = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='{}'/><w:numId w:val='7'/></w:numPr></w:pPr>"
        "<w:r><w:t>{}</w:t></w:r></w:p>"
    )
    entries = ((0, "Раз?"), (1, "a"), (1, "*b"), (0, "Два?"))
    body = "".join(listed.format(level, text) for level, text in entries)
    result = read(body + paragraphs("A) x", "B) y", "Ответ: A"), numbering=numbering)
    assert correct(result) == ["b", "a"]


def test_formulas_and_small_letters_become_formulas() -> None:
    math = (
        "<w:p><w:r><w:t>1. Найдите </w:t></w:r><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den>"
        "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
        "</m:den></m:f></m:oMath><w:r><w:t> м</w:t></w:r><w:r><w:rPr><w:vertAlign w:val='superscript'/>"
        "</w:rPr><w:t>2</w:t></w:r></w:p>"
    )
    (item,) = read(math + paragraphs("A) a", "B) b", "Ответ: A")).items
    assert item.texts[RU].stem == r"Найдите $\frac{1}{{x}^{2}}$ м²"


def test_pictures_tables_and_comments_are_losses() -> None:
    body = (
        paragraphs("1. Раз?", "A) a", "B) b", "Ответ: A")
        + "<w:p><w:r><w:drawing/></w:r></w:p>"
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>таблица</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    result = read(body, comments=f"<w:comments {W}><w:t>проверить</w:t></w:comments>")
    assert {loss.element for loss in result.losses} == {"picture", "table", "comments"}


def test_problems_name_the_paragraph_and_spare_the_others() -> None:
    lines = ("1. Без ключа?", "A) a", "B) b", "2. Раз?", "A) a", "B) b", "Ответ: D", "3. Да?", "A) a", "B) b",
             "Ответ: A")  # fmt: skip
    result = read(paragraphs(*lines))
    assert [problem.place.line for problem in result.problems] == [1, 4]
    assert len(result.items) == 1


def test_a_document_that_is_written_is_read_back() -> None:
    item = ExportItem(ItemKey("math.numbers.h001"), item_content())
    written = write_word(ExportRequest((item,)))
    (back,) = read_word(SourceFile("x.docx", written.content), ImportSettings()).items
    text = item.content.texts[RU]
    assert render(back.texts[RU].stem) == render(text.stem)
    assert back.texts[RU].explanation == text.explanation
    assert correct(read_word(SourceFile("x.docx", written.content), ImportSettings())) == ["a"]
    assert {"ky", "subject", "key"} <= {loss.element for loss in written.losses}


@pytest.mark.parametrize("content", [b"PK nothing", b"\xd0\xcf\x11\xe0 old word"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidImport):
        read_word(SourceFile("x.docx", content), ImportSettings())
    with pytest.raises(InvalidImport, match="numbered question"):
        read(paragraphs("Просто письмо"))


def test_the_format_is_recognised() -> None:
    assert format_of(document("")).name == "docx"
