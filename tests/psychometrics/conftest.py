"""Published response data and reference estimates."""

import csv
from pathlib import Path

import numpy as np
import pytest

from psychometrics import GradedItems, ItemParameters, PartialCreditItems, Quadrature

DATA = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def responses_of(name: str) -> np.ndarray:
    rows = rows_of(f"{name}.csv")
    patterns = np.array([[int(cell) for cell in row["pattern"]] for row in rows], dtype=np.int8)
    return np.repeat(patterns, [int(row["count"]) for row in rows], axis=0)


@pytest.fixture(scope="session")
def lsat6() -> np.ndarray:
    return responses_of("lsat6")


@pytest.fixture(scope="session")
def lsat7() -> np.ndarray:
    return responses_of("lsat7")


@pytest.fixture(scope="session")
def reference_rows():
    return rows_of


def reference_collection(data: str, model: str):
    """Items and standard deviation of θ as the reference estimates give them."""
    values: dict[str, dict[str, float]] = {}
    for row in rows_of(f"ref_mirt_{data}_{model}.csv"):
        values.setdefault(row["item"], {})[row["param"]] = float(row["est"])
    deviation = float(np.sqrt(values.pop("GROUP")["COV_11"]))
    names = list(values)
    column = {key: np.array([values[name][key] for name in names]) for key in values[names[0]]}
    if "g" in column:
        return ItemParameters.of(column["a"], column["b"], column["g"], column["u"]), deviation
    steps = np.stack([column["b1"], column["b2"], column["b3"]], axis=1)
    kind = GradedItems if model == "graded" else PartialCreditItems
    return kind(column["a"], steps), deviation


def reference_responses(data: str) -> np.ndarray:
    """Scores from 0, without the columns of covariates."""
    if data.startswith("LSAT"):
        return responses_of(data.lower())
    rows = rows_of(f"{data}.csv")
    names = [f"q{number}" for number in range(1, 14)] if data == "MathExam14W" else list(rows[0])
    table = np.array([[int(row[name]) for name in names] for row in rows])
    return table - table.min()


@pytest.fixture(scope="session")
def reference():
    """Responses, items and prior of one published calibration, by names of data and model."""

    def read(data: str, model: str):
        items, deviation = reference_collection(data, model)
        return reference_responses(data), items, Quadrature.equal_spaced(standard_deviation=deviation)

    return read


@pytest.fixture(scope="session")
def reference_responses_of():
    return reference_responses
