"""The findings of `synak fit` as tables and as one object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from psychometrics.arrays import AnyArray
from testing_center.cli.fit_findings import FitFindings
from testing_center.cli.item_files import number_text

FileTable = tuple[list[str], list[list[object]]]


def item_numbers_of(found: FitFindings) -> dict[str, AnyArray]:
    """Columns of numbers for each item, NaN where there is none, (J,) each."""
    items, squares, statistics = found.items, found.items.mean_squares, found.items.statistics
    unknown = np.full(len(items.adjusted), np.nan)
    fit = items.item_fit
    return {
        "presented": statistics.n,
        "p_right": statistics.p,
        "item_rest": statistics.item_rest,
        "s_x2": fit.statistic if fit else unknown,
        "df": fit.degrees_of_freedom if fit else unknown,
        "p": fit.p_value if fit else unknown,
        "p_adjusted": items.adjusted,
        "rmsea": fit.rmsea if fit else unknown,
        "infit": squares.infit,
        "infit_z": squares.infit_z,
        "outfit": squares.outfit,
        "outfit_z": squares.outfit_z,
        "residual": items.largest_residual,
        "q3": found.largest_q3,
    }


def item_rows(keys: Sequence[str], found: FitFindings) -> FileTable:
    """Header and one row for each item in the order of the responses."""
    numbers = item_numbers_of(found)
    columns: list[list[object]] = [list(keys)]
    columns += [[_number(value) for value in column.tolist()] for column in numbers.values()]
    columns += [
        ["" if place < 0 else keys[place] for place in found.q3_partner.tolist()],
        [int(flag) for flag in found.items.flagged],
    ]
    return ["item", *numbers, "q3_with", "flagged"], [list(row) for row in zip(*columns, strict=True)]


def person_rows(names: Sequence[str], found: FitFindings) -> FileTable:
    """Header and one row for each examinee: Warm's estimate, lz* with p, mean squares."""
    squares = found.items.residual_fit.examinees
    numbers = {
        "theta": found.items.estimates.theta,
        "standard_error": found.items.estimates.standard_error,
        "lz_star": found.person_fit.statistic,
        "p": found.person_fit.p_value,
        "p_adjusted": found.person_p,
        "infit": squares.infit,
        "outfit": squares.outfit,
    }
    columns: list[list[object]] = [list(names)]
    columns += [[_number(value) for value in column.tolist()] for column in numbers.values()]
    columns.append([int(flag) for flag in found.unlikely])
    return ["examinee", *numbers, "flagged"], [list(row) for row in zip(*columns, strict=True)]


def fit_facts(keys: Sequence[str], found: FitFindings) -> dict[str, Any]:
    """The findings for programs; infinite and unknown numbers are null."""
    rows = item_rows(keys, found)[1]
    model = None if found.model is None else {"name": found.model_statistic, **asdict(found.model)}
    numbers = item_numbers_of(found)
    return {
        "examinees": len(found.person_p),
        "items": [
            {"item": key}
            | {name: _known(float(column[place])) for name, column in numbers.items()}
            | {"q3_with": rows[place][-2] or None, "flagged": bool(rows[place][-1])}
            for place, key in enumerate(keys)
        ],
        "model_fit": model,
        "critical_q3": found.critical_q3,
        "mean_q3": None if found.dependence is None else found.dependence.mean,
        "pairs": [
            {"items": [keys[first], keys[second]], "adjusted_q3": value}
            for first, second, value in found.pairs
        ],
        "reliability": found.reliability,
        "dimensions": found.dimensions or None,
        "flagged_examinees": int(found.unlikely.sum()),
        "notes": found.notes,
    }


def _number(value: float) -> str | int:
    return value if isinstance(value, int) else number_text(value)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
