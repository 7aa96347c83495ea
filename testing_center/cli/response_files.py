"""Response files: a wide table of examinees by items, or a long one of examinee, item, score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from psychometrics import ResponseMatrix
from psychometrics.arrays import AnyArray, ScoreArray
from testing_center.cli.tables import HIGHEST_SCORE, FileProblem, Table, column_of, read_table

EXAMINEE = "examinee"
LONG_COLUMNS = (EXAMINEE, "item", "score")


@dataclass(frozen=True, eq=False)
class ResponseTable:
    """N examinees by J items, with the names of rows and columns.

    ``matrix`` is dense for a wide file and sparse for a long one; an item's categories are those up to the
    highest score given. ``beside`` holds the other columns that were asked for, one text per examinee.
    ``columns`` is the spreadsheet column of each item, empty for a long file.
    """

    path: Path
    examinees: tuple[str, ...]
    items: tuple[str, ...]
    matrix: ResponseMatrix
    beside: Mapping[str, tuple[str, ...]]
    columns: tuple[int, ...]

    @property
    def scores(self) -> ScoreArray:
        """int8 scores (N, J), −1 for not presented."""
        return self.matrix.to_array()

    def place(self, item: int) -> str:
        """Where an item stands in the file, in words."""
        column = f"column {self.columns[item]} " if self.columns else ""
        return f"{column}(item {self.items[item]})"


def read_responses(path: Path, *, beside: Sequence[str] = (), highest: int = 1) -> ResponseTable:
    """Read a file with a header of item keys and one examinee per row, or with the columns of LONG_COLUMNS.

    ``beside`` names columns that are no items (a group, a covariate, a weight). Scores go up to ``highest``.
    Raises FileProblem.
    """
    table = read_table(path)
    if set(LONG_COLUMNS) <= set(table.header):
        return _long(path, table, beside, highest)
    return _wide(path, table, beside, highest)


def numbers_of(responses: ResponseTable, name: str) -> list[float]:
    """A column beside the items as numbers. Raises FileProblem naming the examinee."""
    numbers: list[float] = []
    for examinee, cell in zip(responses.examinees, responses.beside[name], strict=True):
        try:
            numbers.append(float(cell))
        except ValueError:
            raise FileProblem(
                f"{responses.path}: examinee {examinee}: {name} is {cell!r}, not a number."
            ) from None
    return numbers


def _wide(path: Path, table: Table, beside: Sequence[str], highest: int) -> ResponseTable:
    header = table.header
    named = bool(header) and header[0].casefold() == EXAMINEE
    taken = {column_of(path, table, name) for name in beside} | ({0} if named else set())
    columns = [place for place in range(len(header)) if place not in taken]
    _check_header(path, header, columns)
    if not table.row_numbers:
        raise FileProblem(f"{path}: there is a header but no examinee.")
    scores = table.scores(columns, highest)
    examinees = table.texts(0) if named else [str(place) for place in range(1, len(scores) + 1)]
    if named:
        _check_examinees(path, table, examinees)
    return ResponseTable(
        path=path,
        examinees=tuple(examinees),
        items=tuple(header[column] for column in columns),
        matrix=ResponseMatrix.from_array(scores, _categories(scores.max(axis=0), highest)),
        beside={name: tuple(table.texts(header.index(name))) for name in beside},
        columns=tuple(column + 1 for column in columns),
    )


def _long(path: Path, table: Table, beside: Sequence[str], highest: int) -> ResponseTable:
    if not table.row_numbers:
        raise FileProblem(f"{path}: there is a header but no response.")
    examinee, item, score = (column_of(path, table, name) for name in LONG_COLUMNS)
    values = table.scores([score], highest)[:, 0]
    names, keys = table.texts(examinee), table.texts(item)
    rows, columns = dict.fromkeys(names), dict.fromkeys(keys)
    for cells, places in ((names, rows), (keys, columns)):
        if "" in places:
            number = table.row_numbers[cells.index("")]
            raise FileProblem(f"{path}: row {number}: the examinee or the item is empty.")
    row_of, column_of_item = _numbered(rows), _numbered(columns)
    given = np.flatnonzero(values >= 0)
    triples = (
        np.array([row_of[name] for name in names])[given],
        np.array([column_of_item[key] for key in keys])[given],
        values[given],
    )
    most = np.zeros(len(columns), dtype=np.int64)
    np.maximum.at(most, triples[1], triples[2])
    _check_repeated(path, table, triples[0] * np.int64(len(columns)) + triples[1], given)
    return ResponseTable(
        path=path,
        examinees=tuple(rows),
        items=tuple(columns),
        matrix=ResponseMatrix.from_triples(
            *triples, shape=(len(rows), len(columns)), categories=_categories(most, highest)
        ),
        beside={name: _one_each(path, table, name, names) for name in beside},
        columns=(),
    )


def _categories(highest_given: AnyArray, highest: int) -> list[int]:
    """Categories of each item: two for right and wrong, else one more than the highest score given."""
    if highest == 1:
        return [2] * len(highest_given)
    return [max(int(most), 1) + 1 for most in highest_given]


def _numbered(names: Mapping[str, None]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _one_each(path: Path, table: Table, name: str, examinees: Sequence[str]) -> tuple[str, ...]:
    """The value of a column beside the items that all rows of an examinee share."""
    values: dict[str, str] = {}
    cells = table.texts(column_of(path, table, name))
    for number, examinee, cell in zip(table.row_numbers, examinees, cells, strict=True):
        if values.setdefault(examinee, cell) != cell:
            raise FileProblem(
                f"{path}: row {number}: {name} of examinee {examinee!r} is {cell!r}, "
                f"before it was {values[examinee]!r}."
            )
    return tuple(values.values())


def _check_repeated(
    path: Path, table: Table, pairs: AnyArray, given: AnyArray
) -> None:
    _, first = np.unique(pairs, return_index=True)
    if len(first) < len(pairs):
        again = int(np.setdiff1d(np.arange(len(pairs)), first)[0])
        number = table.row_numbers[int(given[again])]
        raise FileProblem(f"{path}: row {number}: this examinee already has a response to this item.")


def _check_header(path: Path, header: Sequence[str], columns: Sequence[int]) -> None:
    if not columns:
        raise FileProblem(f"{path}: row 1: there is no item column.")
    seen: dict[str, int] = {}
    for column in columns:
        item = header[column]
        if not item:
            raise FileProblem(f"{path}: row 1, column {column + 1}: the item key is empty.")
        if item in seen:
            raise FileProblem(
                f"{path}: row 1, column {column + 1}: the item key {item!r} "
                f"is already in column {seen[item]}."
            )
        seen[item] = column + 1
    if all(item in ("0", "1", "0.0", "1.0") for item in seen):
        raise FileProblem(f"{path}: row 1: this looks like responses; the first row must name the items.")


def _check_examinees(path: Path, table: Table, examinees: Sequence[str]) -> None:
    if len(set(examinees)) == len(examinees):
        return
    seen: dict[str, int] = {}
    for number, name in zip(table.row_numbers, examinees, strict=True):
        if name and name in seen:
            raise FileProblem(
                f"{path}: row {number}, column 1: the examinee {name!r} is already in row {seen[name]}."
            )
        seen[name] = number


POLYTOMOUS = HIGHEST_SCORE
"""``highest`` for files that may hold more than right and wrong."""
