"""Second opinion on a calibration: the same data through the independent package girth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration import Calibration
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.responses import ResponseMatrix, as_response_matrix


@dataclass(frozen=True, eq=False)
class CrossCheck:
    """girth's estimates (J,) and how far they are from ours, on the θ ~ N(0, 1) scale."""

    discrimination: FloatArray
    difficulty: FloatArray
    max_difference_discrimination: float
    max_difference_difficulty: float
    correlation_discrimination: float
    correlation_difficulty: float


def cross_check(responses: ResponseMatrix | ArrayLike, calibration: Calibration) -> CrossCheck:
    """Calibrate a two-parameter model with girth and compare.

    girth keeps dense arrays of nodes × examinees and gives no standard errors: use it on single forms. With
    missing cells its estimates move away from the maximum by a few hundredths.
    Raises InvalidParameters if the calibration is not "2pl", InvalidResponses if shapes differ.
    """
    if calibration.model != "2pl":
        raise InvalidParameters("The cross-check compares two-parameter calibrations only.")
    matrix = as_response_matrix(responses)
    if matrix.items != len(calibration.items):
        raise InvalidResponses(f"{matrix.items} items do not match {len(calibration.items)} calibrated ones.")
    discrimination, difficulty = girth_estimates(matrix)
    ours = calibration.item_parameters
    return CrossCheck(
        discrimination=discrimination,
        difficulty=difficulty,
        max_difference_discrimination=float(np.abs(discrimination - ours.discrimination).max()),
        max_difference_difficulty=float(np.abs(difficulty - ours.difficulty).max()),
        correlation_discrimination=float(np.corrcoef(discrimination, ours.discrimination)[0, 1]),
        correlation_difficulty=float(np.corrcoef(difficulty, ours.difficulty)[0, 1]),
    )


def girth_estimates(matrix: ResponseMatrix) -> tuple[FloatArray, FloatArray]:
    """(discrimination, difficulty) by girth's marginal maximum likelihood on 61 nodes over ±6."""
    import girth

    table = matrix.to_array().T.astype(int)
    table[table < 0] = girth.INVALID_RESPONSE
    options = {"quadrature_n": 61, "quadrature_bounds": (-6, 6)}
    estimates: dict[str, AnyArray] = girth.twopl_mml(table, options)
    return np.asarray(estimates["Discrimination"], dtype=float), np.asarray(
        estimates["Difficulty"], dtype=float
    )
