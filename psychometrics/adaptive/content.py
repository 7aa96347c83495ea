"""Content balancing item by item: which area comes next, and which values of an attribute are closed.

Shares: Kingsbury & Zara (1989). Minima and maxima: the two phases of Cheng, Chang & Yi (2007), with the items
still to come reserved for unmet minima exactly when they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.adaptive.pool import AdaptivePool, PoolContent
from psychometrics.adaptive.quotas import Quota
from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters

TIE = 1e-9
"""Deficits closer than this are equal; the area named first in the plan comes."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """One attribute with quotas on V of its values.

    ``codes`` (J,): place of each item's value among them, V for a value without a quota. ``quotas`` (V,):
    their places among all quotas of the plan. ``minimum`` and ``maximum`` in items, one number per value.
    """

    codes: IntArray
    quotas: IntArray
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]

    def closed_rows(self, counts: FloatArray, remaining: int) -> AnyArray:
        """Which of the V values, and of the rest (last), may not come next: (n, V + 1).

        ``counts`` (n, V) are the items given so far, ``remaining`` how many are still to be given.
        """
        lacks = np.array(self.minimum) - counts
        forced = np.maximum(lacks, 0).sum(axis=1) >= remaining
        full = np.where(forced[:, None], lacks <= 0, counts >= np.array(self.maximum))
        return np.column_stack([full, forced])


@dataclass(frozen=True, eq=False)
class QuotaTable:
    """C quotas on a pool: ``matrix`` (C, J) of what each item adds, bounds and weights (C,), dimensions."""

    names: tuple[str, ...]
    matrix: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    weight: FloatArray
    dimensions: tuple[Dimension, ...]

    @classmethod
    def of(cls, pool: AdaptivePool, quotas: Sequence[Quota]) -> QuotaTable:
        """Quotas looked up in the content of a pool. Raises InvalidParameters."""
        rows = [_row(pool.content, quota) for quota in quotas]
        attributes = dict.fromkeys(quota.attribute for quota in quotas if quota.value is not None)
        return cls(
            names=tuple(quota.name for quota in quotas),
            matrix=np.array(rows).reshape(len(quotas), len(pool)),
            minimum=np.array([quota.minimum for quota in quotas]),
            maximum=np.array([quota.maximum for quota in quotas]),
            weight=np.array([quota.weight for quota in quotas]),
            dimensions=tuple(_dimension(pool.content, quotas, attribute) for attribute in attributes),
        )

    def unit_matrix(self, pool: AdaptivePool) -> FloatArray:
        """``matrix`` with each block's head holding what the whole block adds, (C, J)."""
        whole = self.matrix.copy()
        for block in pool.blocks:
            whole[:, block[0]] = self.matrix[:, list(block)].sum(axis=1)
        return whole


def _row(content: PoolContent, quota: Quota) -> FloatArray:
    values = content.values(quota.attribute)
    if quota.value is None:
        try:
            row = np.array([float(value) for value in values])
        except (TypeError, ValueError) as error:
            raise InvalidParameters(
                f"The quota of {quota.name} sums an attribute that is not numeric."
            ) from error
        if not (np.isfinite(row).all() and (row >= 0).all()):
            raise InvalidParameters(f"The attribute {quota.attribute!r} must be finite and not negative.")
        return row
    return np.array([str(value) == quota.value for value in values], dtype=np.float64)


def _dimension(content: PoolContent, quotas: Sequence[Quota], attribute: str) -> Dimension:
    places = [
        number
        for number, quota in enumerate(quotas)
        if quota.attribute == attribute and quota.value is not None
    ]
    known = {quotas[place].value: code for code, place in enumerate(places)}
    values = content.values(attribute)
    return Dimension(
        codes=np.array([known.get(str(value), len(places)) for value in values]),
        quotas=np.array(places),
        minimum=tuple(quotas[place].minimum for place in places),
        maximum=tuple(quotas[place].maximum for place in places),
    )


def next_area(deficits: Sequence[float], eligible: Sequence[bool]) -> int:
    """Place of the eligible area with the largest deficit, the first of equals; −1 if none is eligible."""
    best, largest = -1, float("-inf")
    for place, deficit in enumerate(deficits):
        if eligible[place] and deficit > largest + TIE:
            best, largest = place, deficit
    return best


def next_areas(deficits: FloatArray, eligible: AnyArray) -> IntArray:
    """:meth:`next_area` for deficits and eligibility (n, A): (n,)."""
    best = np.full(len(deficits), -1)
    largest = np.full(len(deficits), -np.inf)
    for place in range(deficits.shape[1]):
        better = eligible[:, place] & (deficits[:, place] > largest + TIE)
        best[better] = place
        largest = np.where(better, deficits[:, place], largest)
    return best
