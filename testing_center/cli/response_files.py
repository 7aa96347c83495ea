"""Reading response tables and item files, and writing results, for the commands that need no server.

Rows and columns in messages are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from psychometrics import InvalidParameters, ItemParameters
from psychometrics.arrays import ScoreArray

ITEM_COLUMNS = (
    "item",
    "discrimination",
    "difficulty",
    "guessing",
    "upper_asymptote",
    "se_discrimination",
    "se_difficulty",
    "se_guessing",
)
EXAMINEE = "examinee"
SEPARATORS = (",", ";", "\t")
CELLS = {"1": 1, "0": 0, "": -1, "1.0": 1, "0.0": 0}
"""What a response cell may hold. Spreadsheets and data frames write 1.0 where a column has empty cells."""


class FileProblem(Exception):
    """A file that cannot be read or written; the message is one sentence naming it."""


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """``scores`` (N, J) of 1, 0 and −1 (not presented), with the names of its rows and columns.

    ``first_column`` is the spreadsheet column of the first item.
    """

    examinees: tuple[str, ...]
    items: tuple[str, ...]
    scores: ScoreArray
    first_column: int


@dataclass(frozen=True, eq=False)
class ItemTable:
    """Item keys and their parameters in the order of the file."""

    keys: tuple[str, ...]
    parameters: ItemParameters


def read_responses(path: Path) -> ResponseTable:
    """Read a table with a header of item keys and one examinee per row. Raises FileProblem."""
    text = _text(path)
    header_end = text.find("\n")
    separator = _separator(path, text)
    header = [cell.strip() for cell in _first_row(path, text, separator)]
    named = bool(header) and header[0].casefold() == EXAMINEE
    items = tuple(header[1:] if named else header)
    _check_header(path, items, 2 if named else 1)
    body = text[header_end + 1 :]
    plain = header_end >= 0 and '"' not in body and text[:header_end].count('"') % 2 == 0
    table = _plain_table(body, separator, len(header), named) if plain else None
    if table is None:
        table = _checked_table(path, text, separator, items, named)
    examinees, scores = table
    if not examinees:
        raise FileProblem(f"{path}: there is a header but no examinee.")
    _check_examinees(path, examinees if named else ())
    return ResponseTable(examinees, items, scores, 2 if named else 1)


def read_items(path: Path) -> ItemTable:
    """Read item parameters written by the calibration, or any file with its first three columns.

    Missing columns guessing and upper_asymptote mean 0 and 1. Raises FileProblem.
    """
    text = _text(path)
    rows = _rows(path, text, _separator(path, text))
    header = [cell.strip() for cell in rows[0][1]]
    for column in ITEM_COLUMNS[:3]:
        if column not in header:
            raise FileProblem(f"{path}: the header has no column {column!r}.")
    keys: list[str] = []
    values: dict[str, list[float]] = {column: [] for column in ITEM_COLUMNS[1:5]}
    defaults = {"guessing": 0.0, "upper_asymptote": 1.0}
    for number, row in rows[1:]:
        _check_width(path, number, row, len(header))
        key = row[header.index("item")].strip()
        if not key or key in keys:
            raise FileProblem(f"{path}: row {number}: the item key {key!r} is empty or used before.")
        keys.append(key)
        for column, numbers in values.items():
            at = header.index(column) if column in header else None
            cell = "" if at is None else row[at].strip()
            if cell == "" and column in defaults:
                numbers.append(defaults[column])
            else:
                numbers.append(_number(path, number, (at or 0) + 1, column, cell))
    if not keys:
        raise FileProblem(f"{path}: there is a header but no item.")
    try:
        return ItemTable(tuple(keys), ItemParameters.of(**values))
    except InvalidParameters as error:
        raise FileProblem(f"{path}: {error}") from error


def check_writable(path: Path) -> None:
    """Refuse, before long work, an output that cannot be written. Raises FileProblem."""
    if path.is_dir():
        raise FileProblem(f"{path}: this is a folder; name a file to write.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise FileProblem(f"{path}: the folder {folder} does not exist.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise FileProblem(f"{path}: no permission to write here.")


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a comma-separated table; the file is either the old one or complete. Raises FileProblem."""
    target = path.resolve()
    special = target.exists() and not stat.S_ISREG(target.stat().st_mode)
    part = target if special else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        if not special:
            part.replace(target)
    except OSError as error:
        raise FileProblem(f"{path}: cannot be written: {error.strerror}.") from error
    finally:
        if not special:
            part.unlink(missing_ok=True)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read: {error.strerror}.") from error
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path}: this is not UTF-8 text; save it as CSV UTF-8.") from error
    if not text.strip():
        raise FileProblem(f"{path}: the file is empty.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(path: Path, text: str) -> str:
    """The separator that splits the header and the first rows into equally many cells."""
    head = "\n".join(text.split("\n", 20)[:20])
    fitting: list[str] = []
    for separator in SEPARATORS:
        try:
            widths = {len(row) for row in csv.reader(io.StringIO(head), delimiter=separator) if row}
        except csv.Error:
            continue
        if len(widths) == 1 and widths != {1}:
            fitting.append(separator)
    if len(fitting) == 1:
        return fitting[0]
    present = [separator for separator in SEPARATORS if separator in head.split("\n", 1)[0]]
    if len(present) > 1:
        raise FileProblem(
            f"{path}: row 1: cannot tell the separator; use commas and quote cells that hold one."
        )
    return present[0] if present else ","


def _first_row(path: Path, text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise FileProblem(f"{path}: row 1: {error}.") from error


def _rows(path: Path, text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Numbered rows, leaving out those without any cell."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if row:
                rows.append((number, row))
    except csv.Error as error:
        raise FileProblem(f"{path}: row {number + 1}: {error}.") from error
    return rows


def _check_header(path: Path, items: tuple[str, ...], first_column: int) -> None:
    if not items:
        raise FileProblem(f"{path}: row 1: there is no item column.")
    seen: dict[str, int] = {}
    for column, item in enumerate(items, start=first_column):
        if not item:
            raise FileProblem(f"{path}: row 1, column {column}: the item key is empty.")
        if item in seen:
            raise FileProblem(
                f"{path}: row 1, column {column}: the item key {item!r} is already in column {seen[item]}."
            )
        seen[item] = column
    if all(item in CELLS for item in items):
        raise FileProblem(f"{path}: row 1: this looks like responses; the first row must name the items.")


def _check_width(path: Path, number: int, row: list[str], width: int) -> None:
    if len(row) != width:
        raise FileProblem(f"{path}: row {number}: it has {len(row)} cells, the header has {width}.")


def _check_examinees(path: Path, examinees: tuple[str, ...]) -> None:
    if len(set(examinees)) == len(examinees):
        return
    seen: dict[str, int] = {}
    for number, name in enumerate(examinees, start=2):
        if name and name in seen:
            raise FileProblem(
                f"{path}: row {number}, column 1: the examinee {name!r} is already in row {seen[name]}."
            )
        seen[name] = number


def _number(path: Path, row: int, column: int, name: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise FileProblem(f"{path}: row {row}, column {column} ({name}): {cell!r} is not a number.") from None


def _checked_table(
    path: Path, text: str, separator: str, items: tuple[str, ...], named: bool
) -> tuple[tuple[str, ...], ScoreArray]:
    """Row by row, with a message for the first cell that is wrong."""
    first = 1 if named else 0
    rows = _rows(path, text, separator)[1:]
    scores = np.empty((len(rows), len(items)), dtype=np.int8)
    for place, (number, row) in enumerate(rows):
        _check_width(path, number, row, len(items) + first)
        try:
            scores[place] = [CELLS[cell.strip()] for cell in row[first:]]
        except KeyError:
            column = next(at for at in range(first, len(row)) if row[at].strip() not in CELLS)
            raise FileProblem(
                f"{path}: row {number}, column {column + 1} (item {items[column - first]}): "
                f"{row[column]!r} is not 0, 1 or empty."
            ) from None
    names = (row[0].strip() if named else str(place) for place, (_, row) in enumerate(rows, start=1))
    return tuple(names), scores


def _plain_table(
    body: str, separator: str, width: int, named: bool
) -> tuple[tuple[str, ...], ScoreArray] | None:
    """The whole table at once if every response cell is one of "0", "1" and ""; otherwise None.

    Works on the positions of the separators, which is some ten times faster than going cell by cell.
    """
    if not body.endswith("\n"):
        body += "\n"
    raw = body.encode()
    text = np.frombuffer(raw, dtype=np.uint8)
    flat = np.flatnonzero((text == ord(separator)) | (text == ord("\n")))
    if len(flat) == 0 or len(flat) % width:
        return None
    ends, lengths = flat.reshape(-1, width), (np.diff(flat, prepend=-1) - 1).reshape(-1, width)
    if (text[ends[:, -1]] != ord("\n")).any() or (text[ends[:, :-1]] == ord("\n")).any():
        return None
    first = 1 if named else 0
    empty, single = lengths[:, first:] == 0, lengths[:, first:] == 1
    codes = text[ends[:, first:] - 1].astype(np.int16) - ord("0")
    if not (empty | (single & ((codes == 0) | (codes == 1)))).all() or (width == 1 and empty.any()):
        return None
    codes[empty] = -1
    names = [str(place) for place in range(1, len(ends) + 1)]
    if named:
        cells = zip(ends[:, 0].tolist(), lengths[:, 0].tolist(), strict=True)
        names = [raw[end - length : end].decode().strip() for end, length in cells]
    return tuple(names), codes.astype(np.int8)
