import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_strategies import item_contents
from sample_items import OPTIONS, item_content

from item_bank.answer_keys import NumericBand, NumericKey, SelectionKey
from item_bank.errors import InvalidImport
from item_bank.formats import ExportItem, ExportRequest, ImportSettings, SourceFile, format_of
from item_bank.formats.spreadsheet import read_csv, read_xlsx, template, write_csv, write_xlsx
from item_bank.identifiers import ItemKey, Language, StimulusKey
from item_bank.interactions import MatchInteraction, MultipleChoiceInteraction, NumericInteraction
from item_bank.stimuli import StimulusContent, StimulusText

RU = Language("ru")
HEADER = (
    "key;subject;area;level;kind;correct;rule;points;"
    "stem.ru;a.ru;b.ru;c.ru;explanation.ru;stem.ky;a.ky;b.ky;c.ky;explanation.ky"
)
FULL = "{key};math;numbers;apply;{kind};{correct};;;Сколько?;1;2;3;Потому что;Канча?;1;2;3;Анткени"


def csv_file(*rows: str, encoding: str = "utf-8") -> SourceFile:
    return SourceFile("items.csv", "\r\n".join([HEADER, *rows]).encode(encoding))


def row(key: str, correct: str, kind: str = "") -> str:
    return FULL.format(key=key, correct=correct, kind=kind)


def xlsx(rows: list[list[object]], sheet: str = "items") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for cells in rows:
        book.active.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@given(st.lists(item_contents(), min_size=1, max_size=6), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_back_without_loss(contents: list, as_csv: bool) -> None:
    items = tuple(ExportItem(ItemKey(f"k{n}"), content) for n, content in enumerate(contents))
    written = (write_csv if as_csv else write_xlsx)(ExportRequest(items))
    assert not written.problems
    assert {loss.element for loss in written.losses} <= {"bytes of the file map.png"}
    read = (read_csv if as_csv else read_xlsx)(SourceFile("x", written.content), ImportSettings())
    assert not read.problems
    assert not read.losses
    assert [item.content() for item in read.items] == contents


def test_a_row_of_an_author_becomes_an_item_in_its_languages() -> None:
    result = read_csv(csv_file(row("h1", "b"), row("h2", "a, c")), ImportSettings())
    assert not result.problems
    first, second = result.items
    assert set(first.texts) == {"ru", "ky"}
    assert first.content().texts[RU].options == {"a": "1", "b": "2", "c": "3"}
    assert isinstance(second.interaction, MultipleChoiceInteraction)
    assert second.place.row == 3


def test_windows_1251_semicolons_are_read_and_reported() -> None:
    result = read_csv(csv_file(row("h1", "b"), encoding="cp1251"), ImportSettings())
    assert len(result.items) == 1
    assert [loss.params["reading"] for loss in result.losses] == ["Windows-1251"]


@pytest.mark.parametrize(
    ("written", "value", "tolerance", "relative", "unit"),
    [
        ("2,5 ± 0,1 см", "2.5", "0.1", False, "cm"),
        ("-3", "-3", "0", False, None),
        ("10 ± 5%", "10", "0.05", True, None),
        ("1/3", "1/3", "0", False, None),
        ("60 км/ч ± 1", "60", "1", False, "km/h"),
    ],
)
def test_numbers_are_read_as_authors_write_them(
    written: str, value: str, tolerance: str, relative: bool, unit: str | None
) -> None:
    line = f"n1;math;numbers;apply;numeric;{written};;;Сколько?;;;;Потому что"
    (item,) = read_csv(csv_file(line), ImportSettings()).items
    assert isinstance(item.interaction, NumericInteraction)
    assert isinstance(item.answer_key, NumericKey)
    band = NumericBand(value, tolerance, relative)
    assert (item.answer_key.bands, item.answer_key.unit) == ((band,), unit)


def test_a_match_is_rows_then_columns() -> None:
    line = "m;math;numbers;apply;match;a=b;;;Соедините;один;1;2;Потому что"
    (item,) = read_csv(csv_file(line), ImportSettings()).items
    assert item.interaction == MatchInteraction(("a",), ("b", "c"))


def test_problems_name_row_and_column_and_spare_other_rows() -> None:
    rows = [row("h1", "z"), row("h2", "b", "riddle"), row("h1x", ""), row("ok", "b"), row("ok", "b")]
    result = read_csv(csv_file(*rows), ImportSettings())
    assert [item.name for item in result.items] == ["ok"]
    assert [problem.place.row for problem in result.problems] == [2, 3, 4, 6]
    assert "correct" in result.problems[2].sentence


def test_cells_without_a_place_are_losses() -> None:
    rows = [["key", "correct", "stem.ru", "a.ru", "b.ru", "Автор"], ["h1", "a", "Да?", "да", "нет", "Асанов"]]
    result = read_xlsx(SourceFile("x.xlsx", xlsx(rows)), ImportSettings())
    (loss,) = result.losses
    assert (loss.item, loss.place.row, loss.place.column, loss.params["content"]) == ("h1", 2, "F", "Асанов")
    assert result.items[0].missing == ("subject", "level", "ru.explanation")


def test_a_cell_that_became_a_date_is_refused() -> None:
    rows = [["key", "correct", "stem.ru", "a.ru", "b.ru"], ["h1", "a", "Да?", datetime.date(2026, 2, 1), "2"]]
    result = read_xlsx(SourceFile("x.xlsx", xlsx(rows)), ImportSettings())
    assert not result.items
    assert "a.ru" in result.problems[0].sentence


def test_numbers_in_cells_are_read_as_typed() -> None:
    rows = [["key", "correct", "stem.ru", "a.ru", "b.ru"], ["h1", "a", "0,1+0,2?", 0.1 + 0.2, 3]]
    (item,) = read_xlsx(SourceFile("x.xlsx", xlsx(rows)), ImportSettings()).items
    assert dict(item.texts[RU].options) == {"a": "0.3", "b": "3"}


def test_stimuli_have_their_own_sheet() -> None:
    texts = {RU: StimulusText("Таблица", "| a | b |\n| --- | --- |\n| 1 | 2 |")}
    stimulus = StimulusContent("math", "statistics", texts)
    item = ExportItem(ItemKey("i"), item_content(stimulus_key=StimulusKey("s1")))
    request = ExportRequest((item,), {StimulusKey("s1"): stimulus})
    written = write_xlsx(request)
    read = read_xlsx(SourceFile("x.xlsx", written.content), ImportSettings())
    assert read.stimuli[0].content == stimulus
    assert read.items[0].stimulus_key == "s1"
    assert "stimulus s1" in {loss.element for loss in write_csv(request).losses}


def test_changed_plain_cells_beside_settings_are_refused() -> None:
    content = item_content(option_notes={"b": "slip"})
    two = MultipleChoiceInteraction(OPTIONS, min_choices=2, max_choices=2)
    many = item_content(interaction=two, answer_key=SelectionKey(("a", "b")))
    written = write_csv(ExportRequest((ExportItem(ItemKey("x"), content), ExportItem(ItemKey("y"), many))))
    changed = written.content.decode("utf-8-sig").replace('"a, b"', '"a, c"')
    result = read_csv(SourceFile("x.csv", changed.encode()), ImportSettings())
    assert [item.name for item in result.items] == ["x"]
    assert result.items[0].option_notes == {"b": "slip"}
    assert "settings" in result.problems[0].sentence


def test_csv_cells_are_no_formulas() -> None:
    text = item_content().texts[RU]
    evil = item_content(texts={RU: type(text)("=HYPERLINK(1)", text.options, "'+1")})
    written = write_csv(ExportRequest((ExportItem(ItemKey("x"), evil),)))
    assert b",=HYPERLINK" not in written.content
    (item,) = read_csv(SourceFile("x.csv", written.content), ImportSettings()).items
    assert item.content() == evil


def test_the_template_has_lists_and_reads_as_empty() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template()))
    assert len(book["items"].data_validations.dataValidation) == 6
    result = read_xlsx(SourceFile("t.xlsx", template()), ImportSettings())
    assert (result.items, result.problems, result.losses) == ((), (), ())


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 broken",
        xlsx([["Фамилия", "Имя"], ["Асанов", "Үсөн"]]),
        xlsx([]),
    ],
)
def test_wrong_workbooks_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidImport) as refused:
        read_xlsx(SourceFile("x.xlsx", content), ImportSettings())
    assert "x.xlsx" in str(refused.value)


def test_entities_in_a_workbook_are_refused() -> None:
    good = io.BytesIO(xlsx([["key", "stem.ru"]]))
    bad = io.BytesIO()
    with zipfile.ZipFile(good) as archive, zipfile.ZipFile(bad, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "xl/workbook.xml":
                content = b'<!DOCTYPE a [<!ENTITY b "c">]>' + content
            copy.writestr(name, content)
    with pytest.raises(InvalidImport) as refused:
        read_xlsx(SourceFile("x.xlsx", bad.getvalue()), ImportSettings())
    assert refused.value.code == "import_xml_doctype"


def test_formats_are_recognised() -> None:
    assert format_of(SourceFile("a.XLSX", xlsx([["key", "stem.ru"]]))).name == "xlsx"
    assert format_of(csv_file()).name == "csv"
