"""Candidate lists as regional offices send them: CSV in several spellings, or the first sheet of XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_

NOT_A_TABLE = N_("The file is not a table. Save it as CSV or XLSX and send it again.")
MOST_ROWS = 5000
LONGEST_CELL = 200
LARGEST_UNPACKED = 64 * 1024 * 1024
REQUIRED = ("family_name", "given_name", "sign_in_name", "document_ending", "language", "category")
COLUMNS = (*REQUIRED[:2], "patronymic", *REQUIRED[2:], "school", "seat", "extra_minutes", "accessible_seat")
HEADERS: Mapping[str, tuple[str, ...]] = {
    "family_name": ("family name", "фамилия", "фамилиясы", "тегі"),
    "given_name": ("given name", "имя", "аты"),
    "patronymic": ("patronymic", "отчество", "атасынын аты", "әкесінің аты"),
    "sign_in_name": ("user name", "имя пользователя", "колдонуучунун аты", "пайдаланушы аты"),
    "document_ending": ("document ending", "последние знаки номера", "номердин акыркы белгилери",
                        "нөмірдің соңғы таңбалары"),
    "language": ("language", "язык", "тил", "тили", "тіл", "тілі"),
    "category": ("category", "категория", "санат", "санаты"),
    "seat": ("seat", "место", "орун", "орын"),
    "school": ("organisation", "школа", "мектеп", "организация", "уюм", "ұйым"),
    "accessible_seat": ("accessible seat", "доступное место", "жеткиликтүү орун", "қолжетімді орын"),
    "extra_minutes": ("extra minutes", "дополнительные минуты", "кошумча мүнөт", "қосымша минут"),
}  # fmt: skip


@dataclass(frozen=True)
class ListedCandidate:
    """One row; ``row`` is its number in the file, the header being row 1."""

    row: int
    values: Mapping[str, str]


def read_candidates(name: str, content: bytes) -> Sequence[ListedCandidate]:
    """Return the rows of a file; raises ``InvalidInput`` with what to do when it cannot be read."""
    rows = _xlsx(content) if name.lower().endswith(".xlsx") or content[:4] == b"PK\x03\x04" else _csv(content)
    header, *lines = rows or [[]]
    columns = [_column(cell) for cell in header]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise InvalidInput(
            N_("These columns are missing: %(columns)s. Use the template."), columns=", ".join(missing)
        )
    return [
        ListedCandidate(
            number, {c: cell.strip()[:LONGEST_CELL] for c, cell in zip(columns, line, strict=False) if c}
        )
        for number, line in enumerate(lines, start=2)
        if any(cell.strip() for cell in line)
    ]


def template() -> bytes:
    """Return an empty list as CSV that spreadsheet programs open without asking."""
    return ("\ufeff" + ";".join(COLUMNS) + "\r\n").encode()


def _column(cell: str) -> str | None:
    plain = cell.strip().lower().replace("_", " ").lstrip("\ufeff")
    found = (name for name, known in HEADERS.items() if plain in (*known, name.replace("_", " ")))
    return next(found, None)


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    try:
        return _limited(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise InvalidInput(NOT_A_TABLE) from error


def _decoded(content: bytes) -> str:
    if b"\x00" in content:
        raise InvalidInput(NOT_A_TABLE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
                raise InvalidInput(N_("The file is too large. Divide it and send the parts one by one."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            cells = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=40, values_only=True)
            return _limited([_written(cell) for cell in row] for row in cells)
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise InvalidInput(NOT_A_TABLE) from error


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _limited(rows: Iterable[list[str]]) -> list[list[str]]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) > MOST_ROWS + 1:
            raise InvalidInput(N_("The file is too large. Divide it and send the parts one by one."))
    return found
