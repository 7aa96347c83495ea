"""Workbooks (XLSX) read straight from their parts: values of cells only, nothing is run or fetched."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport
from item_bank.formats.tables import MOST_ROWS, Sheet, SheetRow, column_place
from item_bank.safe_xml import local_name, parse_xml
from item_bank.safe_zip import SafeZip

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_DATE_CODE: Final = re.compile(r"(?:[dyhs]|m{3,}|mm?[./-])", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def workbook_sheets(archive: SafeZip, name: str) -> tuple[Sheet, ...]:
    """Return the visible and hidden sheets in their order; raises ``InvalidImport``."""
    reader = _Reader(archive, name)
    return tuple(reader.sheets())


class _Reader:
    def __init__(self, archive: SafeZip, name: str) -> None:
        self._archive, self._name = archive, name
        self._texts = [_text_of(entry) for entry in self._children("xl/sharedStrings.xml", "si")]
        self._date_styles = self._find_date_styles()

    def sheets(self) -> Iterator[Sheet]:
        workbook = self._part("xl/workbook.xml")
        relations = self._part("xl/_rels/workbook.xml.rels")
        if workbook is None or relations is None:
            raise InvalidImport("import_no_workbook", name=self._name)
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in workbook.iter():
            if local_name(sheet) == "sheet":
                target = targets.get(sheet.get(_RELATION), "")
                path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                root = self._part(path)
                if root is not None and local_name(root) == "worksheet":
                    yield self._sheet(sheet.get("name", ""), root)

    def _part(self, path: str) -> Element | None:
        return parse_xml(self._archive[path], f"{self._name}/{path}") if path in self._archive else None

    def _children(self, path: str, tag: str) -> list[Element]:
        root = self._part(path)
        return [] if root is None else [child for child in root if local_name(child) == tag]

    def _find_date_styles(self) -> frozenset[int]:
        codes: dict[str, str] = {}
        styles: list[str] = []
        for group in self._part("xl/styles.xml") or ():
            if local_name(group) == "numFmts":
                codes = {fmt.get("numFmtId", ""): fmt.get("formatCode", "") for fmt in group}
            if local_name(group) == "cellXfs":
                styles = [style.get("numFmtId", "0") for style in group]
        return frozenset(place for place, style in enumerate(styles) if _is_date(style, codes))

    def _sheet(self, name: str, root: Element) -> Sheet:
        notes: dict[tuple[int, int], str] = {}
        rows = []
        previous = 0
        for row in (row for part in root if local_name(part) == "sheetData" for row in part):
            previous = int(number) if (number := row.get("r", "")).isdigit() else previous + 1
            cells = dict(self._cells(row, previous, notes))
            if cells:
                rows.append(SheetRow(previous, cells))
        if len(rows) > MOST_ROWS:
            raise InvalidImport("import_rows", name=self._name, most=MOST_ROWS)
        return Sheet(name, tuple(rows), notes)

    def _cells(
        self, row: Element, number: int, notes: dict[tuple[int, int], str]
    ) -> Iterator[tuple[int, str]]:
        place = -1
        for cell in row:
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            place = column_place(reference[1]) if reference else place + 1
            text = self._value(cell).strip()
            if text:
                note = self._note(cell)
                if note:
                    notes[number, place] = note
                yield place, text

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_text_of(part) for part in cell if local_name(part) == "is")
        value = next((part.text or "" for part in cell if local_name(part) == "v"), "")
        if kind == "s":
            return self._shared(value)
        if kind == "b":
            return "true" if value == "1" else "false"
        return _number(value) if kind == "n" else _unescaped(value)

    def _shared(self, value: str) -> str:
        if not value.isdigit() or int(value) >= len(self._texts):
            raise InvalidImport("import_no_workbook", name=self._name)
        return self._texts[int(value)]

    def _note(self, cell: Element) -> str:
        if cell.get("t") == "e":
            return "error"
        style = cell.get("s", "")
        is_number = cell.get("t", "n") == "n"
        return "date" if is_number and style.isdigit() and int(style) in self._date_styles else ""


def _text_of(element: Element) -> str:
    """Join the runs of a text, without its phonetic ones."""
    parts = []
    for child in element:
        tag = local_name(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag == "r":
            parts.append(_text_of(child))
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _number(value: str) -> str:
    """Return a stored number as a person would have typed it: 2.5 rather than 2.5000000000000004."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.15g}"


def _is_date(style: str, codes: Mapping[str, str]) -> bool:
    if style.isdigit() and int(style) in _DATE_FORMATS:
        return True
    return bool(_DATE_CODE.search(_QUOTED.sub("", codes.get(style, ""))))
