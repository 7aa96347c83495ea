"""Tables of texts, from CSV or from the sheets of a workbook, with the numbers of their rows."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidImport

MOST_ROWS: Final = 100_000
LONGEST_CELL: Final = 100_000


@dataclass(frozen=True)
class SheetRow:
    """A row by its number from 1; ``cells`` by column from 0, without empty ones."""

    number: int
    cells: Mapping[int, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet with its rows that hold anything; ``notes`` say by cell what is doubtful about its value."""

    name: str
    rows: tuple[SheetRow, ...]
    notes: Mapping[tuple[int, int], str]


def csv_sheet(text: str, name: str) -> Sheet:
    """Read CSV with commas, semicolons or tabs, whichever the first line holds most of.

    Raises ``InvalidImport`` with the line at fault.
    """
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for number, cells in enumerate(reader, start=1):
            kept = {place: cell.strip() for place, cell in enumerate(cells) if cell.strip()}
            if kept:
                rows.append(SheetRow(number, kept))
    except csv.Error as error:
        raise InvalidImport("import_csv", name=name, line=reader.line_num, reason=error) from None
    if len(rows) > MOST_ROWS:
        raise InvalidImport("import_rows", name=name, most=MOST_ROWS)
    return Sheet("", tuple(rows), {})


def column_letters(place: int) -> str:
    """Return the letters of a column, from 0: A, B, …, Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_place(letters: str) -> int:
    """Return the column from 0 of its letters."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
