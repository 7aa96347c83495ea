"""Infit and outfit mean squares of items and examinees, with their standardized values.

Wright & Masters (1982, ch. 5): outfit is the mean of squared standardized residuals, infit the same weighted
by information; t from the cube root of Wilson & Hilferty (1931).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.fit.residuals import CellBlock, cell_blocks
from psychometrics.item_collections import ItemCollection
from psychometrics.responses import ResponseMatrix


@dataclass(frozen=True, eq=False)
class MeanSquares:
    """``outfit`` and ``infit`` mean squares, expected to be 1, and ``outfit_z`` and ``infit_z``, roughly
    standard normal; NaN where nothing was answered."""

    outfit: FloatArray
    infit: FloatArray
    outfit_z: FloatArray
    infit_z: FloatArray


@dataclass(frozen=True, eq=False)
class ResidualFit:
    """Mean squares of the ``items``, arrays (J,), and of the ``examinees``, arrays (N,)."""

    items: MeanSquares
    examinees: MeanSquares


def infit_outfit(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, theta: ArrayLike
) -> ResidualFit:
    """Infit and outfit from responses (N, J) and estimates of θ (N,), NaN or infinite ones left out.

    The reference values belong to the θ they are taken at: estimates shrunken towards a mean (EAP, MAP)
    make mean squares smaller than 1. Raises InvalidParameters and InvalidResponses.
    """
    by_item, by_examinee = _Sums(len(items)), _Sums(np.size(theta))
    for cells in cell_blocks(responses, items, theta):
        terms = _terms(cells)
        by_item.add(cells.item, terms)
        by_examinee.add(cells.examinee, terms)
    return ResidualFit(by_item.mean_squares(), by_examinee.mean_squares())


def _terms(cells: CellBlock) -> list[FloatArray]:
    """1, squared residual, variance, standardized squared residual, kurtosis and C − W² of each cell."""
    variance = np.maximum(cells.central_moment(2), 1e-300)
    fourth = cells.central_moment(4)
    squared = (cells.score - cells.expected) ** 2
    ones = np.ones(len(squared))
    return [ones, squared, variance, squared / variance, fourth / variance**2, fourth - variance**2]


class _Sums:
    """Running sums of the terms of cells by item or examinee."""

    def __init__(self, count: int) -> None:
        self.table = np.zeros((6, count))

    def add(self, owner: IntArray, terms: list[FloatArray]) -> None:
        for row, term in zip(self.table, terms, strict=True):
            row += np.bincount(owner, term, minlength=len(row))

    def mean_squares(self) -> MeanSquares:
        count, squared, variance, standardized, kurtosis, excess = self.table
        with np.errstate(invalid="ignore", divide="ignore"):
            outfit, infit = standardized / count, squared / variance
            outfit_spread = np.sqrt(np.maximum(kurtosis / count**2 - 1 / count, 0.0))
            infit_spread = np.sqrt(np.maximum(excess, 0.0)) / variance
            return MeanSquares(outfit, infit, _normal(outfit, outfit_spread), _normal(infit, infit_spread))


def _normal(mean_square: FloatArray, spread: FloatArray) -> FloatArray:
    return np.asarray((np.cbrt(mean_square) - 1) * 3 / spread + spread / 3)
