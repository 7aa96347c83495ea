"""Published response data and reference estimates."""

import csv
from pathlib import Path

import numpy as np
import pytest

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
