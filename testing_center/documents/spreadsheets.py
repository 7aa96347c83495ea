"""Tables as files for spreadsheets: CSV and XLSX, safe to open."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import xlsxwriter

Cell = str | float | int | None

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run as a formula by a spreadsheet."""

WIDEST = 48


def csv_table(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Comma-separated UTF-8 with a byte order mark, which spreadsheets need to see Cyrillic."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_harmless(cell) for cell in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def xlsx_table(name: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet with a frozen, filterable header; texts are never taken for formulas."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
        widest = max([len(title), *(len(str(row[column] or "")) for row in rows)])
        sheet.set_column(column, column, min(widest + 2, WIDEST))
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(place, column, cell)
            elif cell is not None and math.isfinite(cell):
                sheet.write_number(place, column, cell)
    sheet.freeze_panes(1, 1)
    if header:
        sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
    book.close()
    return stream.getvalue()


def _harmless(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(FORMULA_SIGNS) else cell
    return repr(cell)
