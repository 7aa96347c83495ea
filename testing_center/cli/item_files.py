"""Item parameter files: written by `synak calibrate`, or tables that R's mirt prints with IRT parameters.

Three layouts are read: one row per item with our column names; one row per item with R's (a, b, g, u; a, b1,
b2, …; a1, …, c1, …); and R's long form with the columns item, param, est. Any scaling constant D of the file
is taken out on reading and put in on writing: inside, slopes are logistic (D = 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from psychometrics import (
    GradedItems,
    InvalidParameters,
    ItemCollection,
    ItemParameters,
    MixedItems,
    NominalItems,
    PartialCreditItems,
)
from testing_center.cli.tables import FileProblem, Table, column_of, read_table, write_table

DICHOTOMOUS = ("rasch", "1pl", "2pl", "3pl", "4pl")
PARTIAL_CREDIT = ("pcm", "gpcm", "rating_scale")
MODELS = (*DICHOTOMOUS, "graded", *PARTIAL_CREDIT, "nominal")
PARAMETERS = ("discrimination", "difficulty", "guessing", "upper_asymptote")
R_NAMES = {"a": "discrimination", "b": "difficulty", "g": "guessing", "u": "upper_asymptote"}
STEP = re.compile(r"b[1-9]\d*")
NOMINAL_SLOPE, NOMINAL_INTERCEPT = re.compile(r"a[1-9]\d*"), re.compile(r"c[1-9]\d*")
R_POPULATION = "GROUP"


@dataclass(frozen=True, eq=False)
class ItemTable:
    """Item keys, their models and their parameters in the order of the file.

    ``models`` is empty where a file of right–wrong items names none.
    """

    path: Path
    keys: tuple[str, ...]
    models: tuple[str, ...]
    parameters: ItemCollection

    def position(self, key: str) -> int | None:
        """The place of an item, None when the file does not have it."""
        return self._places.get(key)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}


@dataclass
class _Row:
    """The numbers of one item by column name, and where it stands."""

    number: int
    key: str
    model: str
    numbers: dict[str, float] = field(default_factory=dict)


def read_items(path: Path, *, scaling: float = 1.0, polytomous_model: str | None = None) -> ItemTable:
    """Read item parameters; ``polytomous_model`` says what b1, b2, … are where no column ``model`` does.

    Missing guessing and upper asymptote mean 0 and 1. Raises FileProblem.
    """
    table = read_table(path)
    long = {"param", "est"} <= set(table.header)
    rows = _long_rows(path, table) if long else _wide_rows(path, table)
    if not rows:
        raise FileProblem(f"{path}: there is a header but no item.")
    for row in rows:
        row.model = row.model or _model_of(path, row, polytomous_model)
    try:
        parameters = _collection(path, rows, scaling)
    except InvalidParameters as error:
        raise FileProblem(f"{path}: {error}") from error
    return ItemTable(path, tuple(row.key for row in rows), tuple(row.model for row in rows), parameters)


def read_item_models(path: Path) -> dict[str, str]:
    """Read the columns item and model: which response model each item follows. Raises FileProblem."""
    table = read_table(path)
    item, model = column_of(path, table, "item"), column_of(path, table, "model")
    models: dict[str, str] = {}
    for number, key, name in zip(table.row_numbers, table.texts(item), table.texts(model), strict=True):
        if not key or key in models:
            raise FileProblem(f"{path}: row {number}: the item key {key!r} is empty or used before.")
        models[key] = _known_model(path, number, name)
    return models


def write_items(
    path: Path,
    keys: Sequence[str],
    models: Sequence[str],
    parameters: ItemCollection,
    errors: Mapping[str, Sequence[float]],
    *,
    scaling: float = 1.0,
) -> None:
    """Write one row per item. ``errors`` are columns of standard errors by the name of their parameter.

    Right–wrong items alone are written with difficulty, guessing and upper asymptote; any other collection
    with model, b1, b2, … Raises FileProblem.
    """
    rows = list(item_numbers(parameters))
    plain = isinstance(parameters, ItemParameters)
    names = list(PARAMETERS) if plain else _columns_of(rows)
    doubtful = [name for name in names if name in errors]
    header = ["item", *([] if plain else ["model"]), *names, *(f"se_{name}" for name in doubtful)]
    written = []
    for place, (key, model, numbers) in enumerate(zip(keys, models, rows, strict=True)):
        cells = [_scaled(name, numbers.get(name), 1 / scaling) for name in names]
        doubts = [_scaled(name, errors[name][place], 1 / scaling) for name in doubtful]
        written.append([key, *([] if plain else [model]), *map(number_text, (*cells, *doubts))])
    write_table(path, header, written)


def number_text(value: float | None) -> str:
    """Shortest text that reads back as the same number; empty for none and NaN."""
    return "" if value is None or np.isnan(value) else repr(float(value))


def _columns_of(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """Every column that some item has, in a fixed order."""
    present = {name for row in rows for name in row}
    fixed = [name for name in ("discrimination", "guessing", "upper_asymptote") if name in present]
    numbered = sorted(present - set(fixed), key=lambda name: (name[0] != "b", name[0], int(name[1:])))
    steps = [name for name in numbered if name[0] == "b"]
    return [fixed[0], *steps, *fixed[1:], *numbered[len(steps) :]] if fixed else numbered


def item_numbers(parameters: ItemCollection) -> Iterator[dict[str, float]]:
    """The parameters of each item by column name, in the order of the items."""
    if isinstance(parameters, MixedItems):
        rows: dict[int, dict[str, float]] = {}
        for part, places in zip(parameters.parts, parameters.positions, strict=True):
            for place, numbers in zip(places.tolist(), item_numbers(part), strict=True):
                if isinstance(part, ItemParameters):
                    numbers["b1"] = numbers.pop("difficulty")
                rows[place] = numbers
        yield from (rows[place] for place in sorted(rows))
    elif isinstance(parameters, ItemParameters):
        for values in zip(*(getattr(parameters, name).tolist() for name in PARAMETERS), strict=True):
            yield dict(zip(PARAMETERS, values, strict=True))
    elif isinstance(parameters, NominalItems):
        for slopes, intercepts in zip(parameters.slopes, parameters.intercepts, strict=True):
            yield _named("a", slopes) | _named("c", intercepts)
    elif isinstance(parameters, GradedItems | PartialCreditItems):
        steps = parameters.thresholds if isinstance(parameters, GradedItems) else parameters.steps
        for slope, row in zip(parameters.discrimination.tolist(), steps, strict=True):
            yield {"discrimination": slope} | _named("b", row)


def _named(letter: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> dict[str, float]:
    known = values[np.isfinite(values)].tolist()
    return {f"{letter}{place}": value for place, value in enumerate(known, start=1)}


def _wide_rows(path: Path, table: Table) -> list[_Row]:
    header = [R_NAMES.get(name, name) for name in table.header]
    key_column = header.index("item") if "item" in header else 0 if header[0] == "" else None
    if key_column is None:
        raise FileProblem(f"{path}: the header has no column 'item'.")
    names = {place: name for place, name in enumerate(header) if _is_parameter(name)}
    _check_columns(path, set(names.values()))
    models = table.texts(header.index("model")) if "model" in header else None
    keys = table.texts(key_column)
    cells = {name: (place + 1, table.texts(place)) for place, name in names.items()}
    rows: list[_Row] = []
    seen: set[str] = set()
    for index, (number, key) in enumerate(zip(table.row_numbers, keys, strict=True)):
        if not key or key in seen:
            raise FileProblem(f"{path}: row {number}: the item key {key!r} is empty or used before.")
        seen.add(key)
        model = _known_model(path, number, models[index]) if models else ""
        row = _Row(number, key, model)
        for name, (place, texts) in cells.items():
            if texts[index] not in ("", "NA"):
                row.numbers[name] = _number(path, number, (place, name), texts[index])
        rows.append(row)
    return rows


def _check_columns(path: Path, names: set[str]) -> None:
    if any(NOMINAL_SLOPE.fullmatch(name) for name in names):
        return
    if "discrimination" not in names:
        raise FileProblem(f"{path}: the header has no column 'discrimination'.")
    if "difficulty" not in names and "b1" not in names:
        raise FileProblem(f"{path}: the header has no column 'difficulty'.")


def _long_rows(path: Path, table: Table) -> list[_Row]:
    """R's long form; rows of the population are left out."""
    columns = (table.texts(column_of(path, table, name)) for name in ("item", "param", "est"))
    rows: dict[str, _Row] = {}
    for number, key, parameter, estimate in zip(table.row_numbers, *columns, strict=True):
        if key == R_POPULATION:
            continue
        name = R_NAMES.get(parameter, parameter)
        row = rows.setdefault(key, _Row(number, key, ""))
        if not _is_parameter(name) or name in row.numbers:
            raise FileProblem(f"{path}: row {number}: {parameter!r} is unknown or given twice for this item.")
        row.numbers[name] = _number(path, number, (table.header.index("est") + 1, "est"), estimate)
    return list(rows.values())


def _is_parameter(name: str) -> bool:
    return name in PARAMETERS or any(
        pattern.fullmatch(name) for pattern in (STEP, NOMINAL_SLOPE, NOMINAL_INTERCEPT)
    )


def _model_of(path: Path, row: _Row, polytomous_model: str | None) -> str:
    names = row.numbers
    if any(NOMINAL_SLOPE.fullmatch(name) for name in names):
        return "nominal"
    if "difficulty" in names:
        if names.get("upper_asymptote", 1.0) < 1.0:
            return "4pl"
        return "3pl" if names.get("guessing", 0.0) > 0.0 else "2pl"
    if "b1" in names and polytomous_model is not None:
        return polytomous_model
    raise FileProblem(
        f"{path}: row {row.number}: the file does not say whether {row.key!r} is graded or partial credit; "
        "add a column 'model', or give --item-model."
    )


def _known_model(path: Path, number: int, name: str) -> str:
    if name not in MODELS:
        raise FileProblem(f"{path}: row {number}: the model {name!r} is none of {', '.join(MODELS)}.")
    return name


def _number(path: Path, row: int, column: tuple[int, str], cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise FileProblem(
            f"{path}: row {row}, column {column[0]} ({column[1]}): {cell!r} is not a number."
        ) from None


def _collection(path: Path, rows: Sequence[_Row], scaling: float) -> ItemCollection:
    """The items of all rows; one format alone is not wrapped."""
    kinds: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        kinds.setdefault(_format_of(row.model), []).append(place)
    parts = [_part(path, kind, [rows[place] for place in places], scaling) for kind, places in kinds.items()]
    if len(parts) == 1:
        return parts[0]
    return MixedItems(tuple(parts), tuple(np.array(places) for places in kinds.values()))


def _format_of(model: str) -> str:
    return "dichotomous" if model in DICHOTOMOUS else "partial_credit" if model in PARTIAL_CREDIT else model


def _part(path: Path, kind: str, rows: Sequence[_Row], scaling: float) -> ItemCollection:
    if kind == "nominal":
        return NominalItems(scaling * _numbered_table(path, rows, "a"), _numbered_table(path, rows, "c"))
    slopes = np.array([scaling * _required(path, row, "discrimination") for row in rows])
    if kind == "graded":
        return GradedItems(slopes, _numbered_table(path, rows, "b"))
    if kind == "partial_credit":
        return PartialCreditItems(slopes, _numbered_table(path, rows, "b"))
    return ItemParameters.of(
        slopes,
        [row.numbers["b1"] if "b1" in row.numbers else _required(path, row, "difficulty") for row in rows],
        [row.numbers.get("guessing", 0.0) for row in rows],
        [row.numbers.get("upper_asymptote", 1.0) for row in rows],
    )


def _required(path: Path, row: _Row, name: str) -> float:
    if name not in row.numbers:
        raise FileProblem(f"{path}: row {row.number}: the item {row.key!r} has no {name}.")
    return row.numbers[name]


def _numbered_table(
    path: Path, rows: Sequence[_Row], letter: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """b1, b2, … of each row, NaN after its last."""
    width = 0
    values: list[list[float]] = []
    for row in rows:
        mine: list[float] = []
        while (name := f"{letter}{len(mine) + 1}") in row.numbers:
            mine.append(row.numbers[name])
        if not mine:
            raise FileProblem(f"{path}: row {row.number}: the item {row.key!r} has no {letter}1.")
        values.append(mine)
        width = max(width, len(mine))
    return np.array([[*mine, *[np.nan] * (width - len(mine))] for mine in values])


def _scaled(name: str, value: float | None, factor: float) -> float | None:
    slope = name == "discrimination" or NOMINAL_SLOPE.fullmatch(name)
    return value * factor if slope and value is not None else value
