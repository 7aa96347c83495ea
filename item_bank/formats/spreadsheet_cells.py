"""Columns that a table needs, and cells of CSV that a spreadsheet program would take for formulas."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from item_bank.formats.item_rows import COLUMNS
from item_bank.formats.plain_keys import LETTERS
from item_bank.formats.tables import Sheet, SheetRow

FEWEST_OPTIONS: Final = 6
_FORMULA: Final = re.compile(r"'*[=+\-@\t]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t]")


def used_columns(rows: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the columns of a table with ``rows``: six options, or more if a row has more."""
    used = {column.partition(".")[0] for row in rows for column, text in row.items() if text}
    options = [n for n, letter in enumerate(LETTERS, start=1) if letter in used]
    spare = LETTERS[max([FEWEST_OPTIONS, *options]) :]
    return tuple(column for column in COLUMNS if column.partition(".")[0] not in spare)


def csv_safe(text: str) -> str:
    """Return the cell with an apostrophe before what would be run as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_unsafe(sheet: Sheet) -> Sheet:
    """Return the sheet with those apostrophes taken away."""
    rows = tuple(
        SheetRow(row.number, {place: _unguarded(cell) for place, cell in row.cells.items()})
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
