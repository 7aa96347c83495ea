"""The function of θ whose root is an MLE, WLE or MAP estimate.

Score, expected information and Warm's bias term for blocks of examinees: dense blocks evaluate every item at
every θ, sparse ones only the cells that were presented.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from psychometrics.ability.likelihood import log_likelihood
from psychometrics.arrays import AnyArray, FloatArray, IntArray, ScoreArray
from psychometrics.item_collections import ItemCollection, MixedItems
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.response_models import ItemParameters, information, response_curves
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix


@dataclass(frozen=True, eq=False)
class ScoreTerms:
    """Sums over presented items, each (N,): Σ P'ₓ / Pₓ, Fisher information, Σ P'ₖP''ₖ / Pₖ over scores k."""

    rate: FloatArray
    information: FloatArray
    bend: FloatArray

    def __add__(self, other: ScoreTerms) -> ScoreTerms:
        return ScoreTerms(
            self.rate + other.rate, self.information + other.information, self.bend + other.bend
        )


@dataclass(frozen=True, eq=False)
class SparseBlock:
    """Presented cells of n examinees: ``examinee`` and ``score`` of each cell, and the items of the cells."""

    examinees: int
    examinee: IntArray
    item: IntArray
    score: ScoreArray
    items: ItemCollection

    @classmethod
    def of(cls, matrix: ResponseMatrix, items: ItemCollection) -> SparseBlock:
        cells = matrix.to_sparse()
        owner = np.repeat(np.arange(matrix.examinees), np.diff(cells.starts))
        return cls(matrix.examinees, owner, cells.items, cells.scores, items)

    def take(self, rows: AnyArray) -> SparseBlock:
        """The cells of examinees ``rows``, renumbered in that order."""
        place = np.full(self.examinees, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.examinee] >= 0
        return replace(
            self,
            examinees=len(rows),
            examinee=place[self.examinee[kept]],
            item=self.item[kept],
            score=self.score[kept],
        )

    def terms(self, theta: FloatArray) -> ScoreTerms:
        """Sums of the presented items at one θ for each examinee."""
        if len(self.item) == 0:
            nothing = np.zeros(self.examinees)
            return ScoreTerms(nothing, nothing, nothing)
        moved = moved_items(self.items.take(self.item), theta[self.examinee])
        curves = moved.category_curves([0.0])
        share = curves.ratio(curves.slope)[0]
        parts = (
            np.take_along_axis(share, self.score[:, None].astype(np.int64), axis=1)[:, 0],
            (share * curves.slope[0]).sum(axis=1),
            (share * curves.curvature[0]).sum(axis=1),
        )
        rate, spread, bend = (
            np.bincount(self.examinee, part, self.examinees).astype(np.float64) for part in parts
        )
        return ScoreTerms(rate, spread, bend)


@dataclass(frozen=True, eq=False)
class DenseBlock:
    """Scores (n, J) of n examinees, −1 where not presented."""

    table: ScoreArray
    items: ItemCollection

    def take(self, rows: AnyArray) -> DenseBlock:
        """The scores of examinees ``rows``."""
        return DenseBlock(self.table[rows], self.items)

    def terms(self, theta: FloatArray) -> ScoreTerms:
        """Sums of the presented items at one θ for each examinee."""
        if isinstance(self.items, MixedItems):
            pairs = zip(self.items.parts, self.items.positions, strict=True)
            blocks = [DenseBlock(self.table[:, places], part).terms(theta) for part, places in pairs]
            return sum(blocks[1:], start=blocks[0])
        if isinstance(self.items, ItemParameters):
            return self._binary_terms(theta, self.items)
        curves = self.items.category_curves(theta)
        presented = self.table != NOT_PRESENTED
        share = curves.ratio(curves.slope)
        chosen = np.maximum(self.table, 0).astype(np.int64)[:, :, None]
        rate = np.take_along_axis(share, chosen, axis=2)[:, :, 0]
        return ScoreTerms(
            (rate * presented).sum(axis=1),
            ((share * curves.slope).sum(axis=2) * presented).sum(axis=1),
            ((share * curves.curvature).sum(axis=2) * presented).sum(axis=1),
        )

    def _binary_terms(self, theta: FloatArray, items: ItemParameters) -> ScoreTerms:
        curves = response_curves(theta, items)
        presented = self.table != NOT_PRESENTED
        rate = np.where(self.table == 1, curves.slope / curves.right, -curves.slope / curves.wrong)
        bend = curves.slope / curves.right * curves.curvature / curves.wrong
        return ScoreTerms(
            (rate * presented).sum(axis=1),
            (curves.information * presented).sum(axis=1),
            (bend * presented).sum(axis=1),
        )


@dataclass(frozen=True, eq=False)
class ScoreFunction:
    """Score + Warm's term − pull of a normal prior with ``mean`` and ``precision`` (0 without a prior)."""

    items: ItemCollection
    warm: bool = False
    mean: float = 0.0
    precision: float = 0.0

    def __call__(self, block: DenseBlock | SparseBlock, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(value, information + prior precision) at one θ per examinee, each (N,)."""
        terms = block.terms(theta)
        value = terms.rate - self.precision * (theta - self.mean)
        if self.warm:
            value = value + terms.bend / (2 * np.maximum(terms.information, 1e-300))
        return value, terms.information + self.precision

    def objective(self, matrix: ResponseMatrix, nodes: FloatArray) -> FloatArray:
        """What the estimate maximizes, up to a constant, at common nodes: (N, Q).

        With Warm's term this is log L + ½ log I, exact for two parameters and the partial credit family and
        used only to tell roots apart.
        """
        value = log_likelihood(matrix, self.items, nodes)
        value = value - 0.5 * self.precision * (nodes - self.mean) ** 2
        if self.warm:
            value += 0.5 * np.log(np.maximum(_test_information(matrix, self.items, nodes), 1e-300))
        return value


def moved_items(items: ItemCollection, theta: FloatArray) -> ItemCollection:
    """J items moved by −θ (J,), so that each at 0 is what it was at its own θ."""
    if isinstance(items, ItemParameters):
        return replace(items, difficulty=items.difficulty - theta)
    if isinstance(items, GradedItems):
        return replace(items, thresholds=items.thresholds - theta[:, None])
    if isinstance(items, PartialCreditItems):
        return replace(items, steps=items.steps - theta[:, None])
    if isinstance(items, NominalItems):
        return replace(items, intercepts=items.intercepts + items.slopes * theta[:, None])
    if isinstance(items, MixedItems):
        pairs = zip(items.parts, items.positions, strict=True)
        return replace(items, parts=tuple(moved_items(part, theta[places]) for part, places in pairs))
    raise TypeError(f"Items of the kind {type(items).__name__} cannot be moved along θ.")


def _test_information(matrix: ResponseMatrix, items: ItemCollection, nodes: FloatArray) -> FloatArray:
    """Information of the presented items at common nodes: (N, Q)."""
    curves = information(nodes, items).T
    if matrix.sparse is None:
        return np.asarray((matrix.to_array() != NOT_PRESENTED).astype(np.float64) @ curves)
    starts = matrix.sparse.starts
    sums = np.add.reduceat(
        np.concatenate([curves[matrix.sparse.items], np.zeros((1, len(nodes)))]), starts[:-1], axis=0
    )
    return np.asarray(np.where(np.diff(starts)[:, None] > 0, sums, 0.0))
