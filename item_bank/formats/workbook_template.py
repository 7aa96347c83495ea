"""The workbook that authors fill in: titles, widths, validation lists, a guide; also with items in it."""

import io
from collections.abc import Mapping, Sequence
from typing import Final

import xlsxwriter

from item_bank.answer_keys import RULES
from item_bank.formats.plain_keys import PLAIN_KINDS
from item_bank.identifiers import AREAS, LEVELS, SUBJECTS

LONGEST_CELL: Final = 32_767
_LISTED_ROWS: Final = 10_000
_LISTS: Final[Mapping[str, Sequence[str]]] = {
    "subject": SUBJECTS,
    "area": tuple(area for areas in AREAS.values() for area in areas),
    "level": LEVELS,
    "kind": PLAIN_KINDS,
    "rule": tuple(dict.fromkeys(rule for rules in RULES.values() for rule in rules)),
    "shuffle": ("true", "false"),
}
_GUIDE: Final = (
    ("Column", "What to write"),
    ("key", "The item's key, unique in the file; may be empty."),
    ("subject, area, level, kind, rule, shuffle", "Choose from the list of the cell."),
    ("stem.ru, a.ru … explanation.ru", "The texts in Russian; .ky, .kk and .en likewise."),
    ("correct: choice", "b"),
    ("correct: multiple_choice", "a, c"),
    ("correct: order", "c, a, b"),
    ("correct: match, associate", "a=d, b=e (the rows first, then the columns)"),
    ("correct: gap_match", "g1=a, g2=c (gaps in the stem as {{g1}})"),
    ("correct: inline_choice", "g1=b (a b c), g2=d (d e)"),
    ("correct: numeric", "2.5 ± 0.1 cm, or 2.5 ± 1%"),
    ("correct: extended_text", "a=3, b=2 (points of the criteria, described in a, b, …)"),
    ("accepted.ru: short_text", "first | second | almost right (1/2)"),
    ("rule, points", "Empty: the usual rule of the kind, 1 point."),
    ("settings", "Filled in by an export; leave it as it is."),
    ("formulas", "LaTeX between dollar signs: $x^2$"),
)


def workbook(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    stimulus_columns: Sequence[str],
    stimuli: Sequence[Mapping[str, str]],
) -> bytes:
    """Return the bytes of an XLSX file; every cell is text, none a formula or a link."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        title = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E7EEF7", "num_format": "@"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        items = _sheet(book, "items", (columns, rows), (title, plain))
        _sheet(book, "stimuli", (stimulus_columns, stimuli), (title, plain))
        _add_lists(book, items, columns)
        guide = book.add_worksheet("guide")
        guide.set_column(0, 0, 44)
        guide.set_column(1, 1, 70)
        for number, (first, second) in enumerate(_GUIDE):
            guide.write_string(number, 0, first, title if number == 0 else plain)
            guide.write_string(number, 1, second, title if number == 0 else plain)
    return buffer.getvalue()


def _sheet(
    book: xlsxwriter.Workbook,
    name: str,
    table: tuple[Sequence[str], Sequence[Mapping[str, str]]],
    formats: tuple[object, object],
) -> xlsxwriter.worksheet.Worksheet:
    columns, rows = table
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 34 if "." in column else 14, formats[1])
        sheet.write_string(0, place, column, formats[0])
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            if text := row.get(column, ""):
                sheet.write_string(number, place, text, formats[1])
    return sheet


def _add_lists(
    book: xlsxwriter.Workbook, items: xlsxwriter.worksheet.Worksheet, columns: Sequence[str]
) -> None:
    lists = book.add_worksheet("lists")
    for place, (column, values) in enumerate(_LISTS.items()):
        lists.write_string(0, place, column)
        for number, value in enumerate(values, start=1):
            lists.write_string(number, place, value)
        letter = chr(65 + place)
        source = f"=lists!${letter}$2:${letter}${len(values) + 1}"
        at = columns.index(column)
        items.data_validation(1, at, _LISTED_ROWS, at, {"validate": "list", "source": source})
    lists.hide()
