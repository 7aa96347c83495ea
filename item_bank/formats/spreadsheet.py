"""Spreadsheets, XLSX and CSV: one row for each item, four languages side by side.

The columns are those of :mod:`item_bank.formats.item_rows`, in any order; a second sheet ``stimuli`` holds
the stimuli. Cells hold the item bank's own text, so nothing is translated on the way.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from item_bank.errors import InvalidImport
from item_bank.formats.imported_items import ImportedStimulus, ImportSettings
from item_bank.formats.item_rows import COLUMNS, item_of_row, row_of_item
from item_bank.formats.places import Place
from item_bank.formats.protocol import (
    ExchangeFormat,
    ExportRequest,
    ExportResult,
    ImportResult,
    SourceFile,
)
from item_bank.formats.reports import Report
from item_bank.formats.spreadsheet_cells import csv_safe, csv_unsafe, used_columns
from item_bank.formats.tables import Sheet, SheetRow, column_letters, csv_sheet
from item_bank.formats.text_files import text_of
from item_bank.formats.workbook_template import LONGEST_CELL, workbook
from item_bank.formats.workbooks import workbook_sheets
from item_bank.identifiers import LANGUAGES, ItemKey, StimulusKey
from item_bank.safe_zip import SafeZip
from item_bank.stimuli import StimulusContent, StimulusText

XLSX_NAME: Final = "xlsx"
CSV_NAME: Final = "csv"
STIMULUS_COLUMNS: Final = (
    "key", "subject", "area",
    *(f"{part}.{language}" for part in ("title", "text") for language in LANGUAGES),
)  # fmt: skip
_OWN_SHEETS: Final = frozenset({"lists", "guide"})
_EXTRA_PARTS: Final = {"xl/media/": "picture", "xl/comments": "comment", "xl/vbaProject": "macro",
                       "xl/threadedComments/": "comment", "xl/embeddings/": "embedded file",
                       "xl/externalLinks/": "external link"}  # fmt: skip


def read_xlsx(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the items of every sheet with the columns of the template; raises ``InvalidImport``."""
    report = Report()
    archive = SafeZip(source.content, source.name)
    for entry in archive:
        for prefix, element in _EXTRA_PARTS.items():
            if entry.startswith(prefix) and "/_rels/" not in entry:
                code = "active_content" if element == "macro" else "no_place"
                report.lose("", Place(file=entry), code, element, content=entry)
    return _read(XLSX_NAME, source, workbook_sheets(archive, source.name), settings, report)


def read_csv(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the items of a CSV file; raises ``InvalidImport``."""
    report = Report()
    sheet = csv_sheet(text_of(source, report), source.name)
    return _read(CSV_NAME, source, (csv_unsafe(sheet),), settings, report)


def _read(
    name: str, source: SourceFile, sheets: tuple[Sheet, ...], settings: ImportSettings, report: Report
) -> ImportResult:
    stimuli: list[ImportedStimulus] = []
    found = False
    for sheet in sheets:
        header = _header(sheet)
        if {"text.ru", "text.ky", "text.kk", "text.en"} & set(header.values()):
            stimuli += _stimuli(sheet, header, report)
        elif any(title.startswith("stem.") for title in header.values()):
            found = True
            _read_items(sheet, header, settings, report)
        elif sheet.rows and sheet.name.casefold() not in _OWN_SHEETS:
            report.lose("", Place(sheet=sheet.name), "no_place", "sheet", content=sheet.name)
    if not found:
        raise InvalidImport("import_no_items", name=source.name, columns="key, correct, stem.ru")
    collected = (tuple(report.items), tuple(report.losses), tuple(report.problems))
    return ImportResult(name, source, *collected, tuple(stimuli))


def _header(sheet: Sheet) -> dict[int, str]:
    """Return the titles by column; raises ``InvalidImport`` for one that is there twice."""
    if not sheet.rows:
        return {}
    header = {place: title.strip().casefold() for place, title in sheet.rows[0].cells.items()}
    for title in header.values():
        if title in COLUMNS and list(header.values()).count(title) > 1:
            raise InvalidImport("import_column_twice", column=title)
    return header


def _read_items(sheet: Sheet, header: Mapping[int, str], settings: ImportSettings, report: Report) -> None:
    for row in sheet.rows[1:]:
        place = Place(row=row.number, sheet=sheet.name)
        cells = {header[column]: text for column, text in row.cells.items() if header.get(column) in COLUMNS}
        if not cells:
            continue
        name = cells.get("key") or f"row {row.number}"
        with report.collecting(name, place):
            _check_cells(sheet, row, header)
            report.add(item_of_row(cells, place, settings))
        _lose_cells(name, sheet, row, header, report)


def _check_cells(sheet: Sheet, row: SheetRow, header: Mapping[int, str]) -> None:
    for column in row.cells:
        note = sheet.notes.get((row.number, column))
        if note and header.get(column) in COLUMNS:
            reason = f"the cell holds a {note} of the spreadsheet: format it as text and write it again"
            raise InvalidImport("import_cell", column=header[column], reason=reason)


def _lose_cells(
    name: str, sheet: Sheet, row: SheetRow, header: Mapping[int, str], report: Report
) -> None:
    for column, text in row.cells.items():
        if header.get(column) not in COLUMNS:
            letters = column_letters(column)
            place = Place(row=row.number, sheet=sheet.name, column=letters)
            report.lose(name, place, "no_place", header.get(column, letters), content=text)


def _stimuli(sheet: Sheet, header: Mapping[int, str], report: Report) -> Iterator[ImportedStimulus]:
    seen: set[str] = set()
    for row in sheet.rows[1:]:
        cells = {header[column]: text for column, text in row.cells.items() if column in header}
        place = Place(row=row.number, sheet=sheet.name)
        name = cells.get("key", "")
        with report.collecting(name, place):
            if not name or name in seen:
                raise InvalidImport("import_cell", column="key", reason="give every stimulus its own key")
            seen.add(name)
            texts = {
                language: StimulusText(cells.get(f"title.{language}", ""), cells.get(f"text.{language}", ""))
                for language in LANGUAGES
                if cells.get(f"text.{language}") or cells.get(f"title.{language}")
            }
            content = StimulusContent(cells.get("subject", ""), cells.get("area", ""), texts)
            yield ImportedStimulus(StimulusKey(name), place, content)
        for column, text in row.cells.items():
            if header.get(column) not in STIMULUS_COLUMNS:
                at = Place(row=row.number, sheet=sheet.name, column=column_letters(column))
                report.lose(name, at, "no_place", header.get(column, at.column), content=text)


def write_xlsx(request: ExportRequest) -> ExportResult:
    """Return a workbook with the items, their stimuli and the validation lists of the template."""
    report = Report()
    rows = _rows(request, report)
    stimuli = [_stimulus_row(key, content) for key, content in request.stimuli.items()]
    content = workbook(used_columns(rows), rows, STIMULUS_COLUMNS, stimuli)
    return _written(XLSX_NAME, content, rows, report)


def write_csv(request: ExportRequest) -> ExportResult:
    """Return CSV in UTF-8 with its mark; stimuli are reported as left out."""
    report = Report()
    rows = _rows(request, report)
    for key, stimulus in request.stimuli.items():
        title = next((text.title for text in stimulus.texts.values()), "")
        report.lose("", Place(), "format_lacks", f"stimulus {key}", content=title)
    buffer = io.StringIO()
    columns = used_columns(rows)
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([csv_safe(row.get(column, "")) for column in columns] for row in rows)
    return _written(CSV_NAME, buffer.getvalue().encode("utf-8-sig"), rows, report)


def template() -> bytes:
    """Return the empty workbook for authors: titles, validation lists and a guide."""
    return workbook(used_columns([]), [], STIMULUS_COLUMNS, [])


def _rows(request: ExportRequest, report: Report) -> list[dict[str, str]]:
    rows = []
    for item in request.items:
        with report.collecting(item.key, Place()):
            row = row_of_item(item)
            for column, text in row.items():
                if len(text) > LONGEST_CELL:
                    raise InvalidImport("export_cell", item=item.key, column=column, most=LONGEST_CELL)
                if text != text.strip():
                    report.lose(item.key, Place(column=column), "format_simplifies", column,
                                reading="text without white space around it")  # fmt: skip
            for reference in item.content.media:
                report.lose(item.key, Place(), "format_lacks", f"bytes of the file {reference.name}")
            rows.append(row)
    return rows


def _stimulus_row(key: str, content: StimulusContent) -> dict[str, str]:
    row = {"key": key, "subject": content.subject, "area": content.area}
    for language, text in content.texts.items():
        row |= {f"title.{language}": text.title, f"text.{language}": text.text}
    return row


def _written(name: str, content: bytes, rows: list[dict[str, str]], report: Report) -> ExportResult:
    keys = tuple(ItemKey(row["key"]) for row in rows)
    return ExportResult(name, content, keys, tuple(report.losses), tuple(report.problems))


def _is_workbook(source: SourceFile) -> bool:
    return source.content.startswith(b"PK")


def _is_text(source: SourceFile) -> bool:
    return not _is_workbook(source)


XLSX: Final = ExchangeFormat(XLSX_NAME, (".xlsx", ".xlsm"), _is_workbook, read_xlsx, write_xlsx)
CSV: Final = ExchangeFormat(CSV_NAME, (".csv", ".tsv"), _is_text, read_csv, write_csv)
