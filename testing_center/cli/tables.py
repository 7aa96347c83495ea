"""Tables as people have them: CSV in the dialects of spreadsheets, and Parquet.

Rows and columns in messages are counted as a spreadsheet shows them: in CSV the header is row 1, in Parquet
the first record is.
"""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from psychometrics.arrays import AnyArray, ScoreArray

if TYPE_CHECKING:
    import pyarrow

SEPARATORS = (",", ";", "\t")
HIGHEST_SCORE = 126
NOT_PRESENTED = -1
PARQUET = ".parquet"


class FileProblem(Exception):
    """A file that cannot be read or written; the message is one sentence naming it."""


class Table(Protocol):
    """A header and its columns."""

    @property
    def header(self) -> tuple[str, ...]: ...

    @property
    def row_numbers(self) -> Sequence[int]:
        """The number that a person sees beside each row."""

    def texts(self, column: int) -> list[str]:
        """The cells of a column without the space around them."""

    def scores(self, columns: Sequence[int], highest: int) -> ScoreArray:
        """Whole scores 0…highest, −1 for an empty cell: (rows, columns). Raises FileProblem."""


def read_table(path: Path) -> Table:
    """Read a CSV or Parquet file. Raises FileProblem."""
    if path.suffix.casefold() == PARQUET:
        return ParquetTable(path, _parquet(path))
    text = _text(path)
    separator = _separator(path, text)
    header = tuple(cell.strip() for cell in _first_row(path, text, separator))
    header_end = text.find("\n")
    body = text[header_end + 1 :] if header_end >= 0 else ""
    if '"' not in body and text[: max(header_end, 0)].count('"') % 2 == 0:
        plain = PlainTable.of(path, header, body, separator)
        if plain is not None:
            return plain
    return CheckedTable(path, header, _rows(path, text, separator)[1:])


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV, or Parquet by the name's ending; the file is either the old one or complete.

    Raises FileProblem.
    """
    target = path.resolve()
    special = target.exists() and not stat.S_ISREG(target.stat().st_mode)
    part = target if special else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if path.suffix.casefold() == PARQUET:
            _write_parquet(part, header, list(rows))
        else:
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


def check_writable(path: Path) -> None:
    """Refuse, before long work, an output that cannot be written. Raises FileProblem."""
    if path.is_dir():
        raise FileProblem(f"{path}: this is a folder; name a file to write.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise FileProblem(f"{path}: the folder {folder} does not exist.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise FileProblem(f"{path}: no permission to write here.")


def column_of(path: Path, table: Table, name: str) -> int:
    """The place of a named column. Raises FileProblem."""
    if name not in table.header:
        raise FileProblem(f"{path}: the header has no column {name!r}.")
    return table.header.index(name)


def wrong_score(path: Path, row: int, column: tuple[int, str], cell: str, highest: int) -> FileProblem:
    """The refusal of one cell; ``column`` is its place from 1 and the item's key."""
    allowed = "0, 1 or empty" if highest == 1 else "a whole score from 0 up, or empty"
    place, item = column
    return FileProblem(f"{path}: row {row}, column {place} (item {item}): {cell!r} is not {allowed}.")


@dataclass(frozen=True, eq=False)
class CheckedTable:
    """CSV read cell by cell, with quotes and whatever else it may hold."""

    path: Path
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]

    def __post_init__(self) -> None:
        for number, row in self.rows:
            if len(row) != len(self.header):
                raise FileProblem(
                    f"{self.path}: row {number}: it has {len(row)} cells, the header has {len(self.header)}."
                )

    @property
    def row_numbers(self) -> Sequence[int]:
        return [number for number, _ in self.rows]

    def texts(self, column: int) -> list[str]:
        return [row[column].strip() for _, row in self.rows]

    def scores(self, columns: Sequence[int], highest: int) -> ScoreArray:
        known = _score_texts(highest)
        scores = np.empty((len(self.rows), len(columns)), dtype=np.int8)
        for place, (number, row) in enumerate(self.rows):
            try:
                scores[place] = [known[row[column].strip()] for column in columns]
            except KeyError:
                at = next(column for column in columns if row[column].strip() not in known)
                raise wrong_score(self.path, number, (at + 1, self.header[at]), row[at], highest) from None
        return scores


@dataclass(frozen=True, eq=False)
class PlainTable:
    """CSV without quotes in its body, read at once from the positions of its separators.

    ``ends`` and ``lengths`` of every cell are (rows, columns). Some ten times faster than cell by cell.
    """

    path: Path
    header: tuple[str, ...]
    raw: bytes
    ends: AnyArray
    lengths: AnyArray

    @classmethod
    def of(cls, path: Path, header: tuple[str, ...], body: str, separator: str) -> PlainTable | None:
        """The table if every row has as many cells as the header and no row is blank, otherwise None."""
        raw = (body if body.endswith("\n") else body + "\n").encode()
        text = np.frombuffer(raw, dtype=np.uint8)
        flat = np.flatnonzero((text == ord(separator)) | (text == ord("\n")))
        width = len(header)
        if len(flat) == 0 or len(flat) % width:
            return None
        ends, lengths = flat.reshape(-1, width), (np.diff(flat, prepend=-1) - 1).reshape(-1, width)
        if (text[ends[:, -1]] != ord("\n")).any() or (text[ends[:, :-1]] == ord("\n")).any():
            return None
        if width == 1 and (lengths == 0).any():
            return None
        return cls(path, header, raw, ends, lengths)

    @property
    def row_numbers(self) -> Sequence[int]:
        return range(2, len(self.ends) + 2)

    def texts(self, column: int) -> list[str]:
        cells = zip(self.ends[:, column].tolist(), self.lengths[:, column].tolist(), strict=True)
        return [self.raw[end - length : end].decode().strip() for end, length in cells]

    def scores(self, columns: Sequence[int], highest: int) -> ScoreArray:
        at = np.asarray(columns, dtype=np.intp)
        empty, single = self.lengths[:, at] == 0, self.lengths[:, at] == 1
        text = np.frombuffer(self.raw, dtype=np.uint8)
        codes = text[self.ends[:, at] - 1].astype(np.int16) - ord("0")
        codes[empty] = NOT_PRESENTED
        if not (empty | (single & (codes >= 0) & (codes <= min(highest, 9)))).all():
            return self._careful().scores(columns, highest)
        return np.asarray(codes, dtype=np.int8)

    def _careful(self) -> CheckedTable:
        columns = [self.texts(column) for column in range(len(self.header))]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return CheckedTable(self.path, self.header, list(zip(self.row_numbers, rows, strict=True)))


@dataclass(frozen=True, eq=False)
class ParquetTable:
    """Columns of a Parquet file."""

    path: Path
    columns: pyarrow.Table

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.columns.column_names)

    @property
    def row_numbers(self) -> Sequence[int]:
        return range(1, self.columns.num_rows + 1)

    def texts(self, column: int) -> list[str]:
        return [_cell_text(cell) for cell in self.columns.column(column).to_pylist()]

    def scores(self, columns: Sequence[int], highest: int) -> ScoreArray:
        known = _score_texts(highest)
        parts = [self._numbers(column, highest) for column in columns]
        for place, column in enumerate(columns):
            if parts[place] is None:
                cells = self.texts(column)
                wrong = next((row for row, cell in enumerate(cells) if cell not in known), None)
                if wrong is not None:
                    where = (column + 1, self.header[column])
                    raise wrong_score(self.path, wrong + 1, where, cells[wrong], highest)
                parts[place] = np.array([known[cell] for cell in cells], dtype=np.int8)
        return np.asarray(np.column_stack([part for part in parts if part is not None]), dtype=np.int8)

    def _numbers(self, column: int, highest: int) -> ScoreArray | None:
        """The scores of a numeric column at once; None if it holds anything else."""
        values = self.columns.column(column).to_numpy()
        if values.dtype.kind not in "biuf":
            return None
        numbers = values.astype(np.float64)
        known = np.isnan(numbers) | ((numbers >= 0) & (numbers <= highest) & (numbers == np.floor(numbers)))
        if not known.all():
            return None
        scores: ScoreArray = np.nan_to_num(numbers, nan=NOT_PRESENTED).astype(np.int8)
        return scores


def _score_texts(highest: int) -> dict[str, int]:
    """What a response cell may hold. Data frames write 1.0 where a column has empty cells."""
    texts = {"": NOT_PRESENTED}
    for score in range(highest + 1):
        texts[str(score)] = texts[f"{score}.0"] = score
    return texts


def _cell_text(cell: Any) -> str:
    if cell is None or cell != cell:  # NaN is not equal to itself
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _parquet(path: Path) -> pyarrow.Table:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_table as read_columns

    try:
        table = read_columns(path)
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read: {error.strerror or 'not a Parquet file'}.") from error
    except ArrowException as error:
        raise FileProblem(f"{path}: this is not a Parquet file.") from error
    if table.num_columns == 0:
        raise FileProblem(f"{path}: the file is empty.")
    return table


def _write_parquet(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    import pyarrow
    from pyarrow.parquet import write_table as write_columns

    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    table = {
        name: pyarrow.array([_typed(cell) for cell in column])
        for name, column in zip(header, columns, strict=True)
    }
    write_columns(pyarrow.table(table), path)


def _typed(cell: object) -> object:
    """Numbers that were written out for CSV as numbers again."""
    if not isinstance(cell, str):
        return cell
    if cell == "":
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


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
