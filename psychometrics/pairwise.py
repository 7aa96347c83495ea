"""Covariances and correlations of columns over the rows where both are given, dense or sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_array

from psychometrics.arrays import AnyArray, FloatArray

Table: TypeAlias = "AnyArray | csr_array"


@dataclass(frozen=True, eq=False)
class PairwiseMoments:
    """For each two of J columns the rows they have in ``common`` and over these their ``products`` of
    deviations and the ``squares`` of the first one's, all (J, J)."""

    common: FloatArray
    products: FloatArray
    squares: FloatArray

    @property
    def covariance(self) -> FloatArray:
        """Products / (rows − 1), NaN for fewer than two rows."""
        return np.divide(
            self.products,
            self.common - 1,
            out=np.full_like(self.products, np.nan),
            where=self.common > 1,
        )

    @property
    def correlation(self) -> FloatArray:
        """Pearson correlation, NaN without variance."""
        spread = np.sqrt(np.maximum(self.squares * self.squares.T, 0.0))
        known = spread > 1e-10
        return np.divide(self.products, spread, out=np.full_like(spread, np.nan), where=known)


def pairwise_moments(values: Table, given: Table) -> PairwiseMoments:
    """From ``values`` (N, J), zero where not given, and ``given`` (N, J), 1 or 0, both dense or sparse."""
    common, sums = _dense(given.T @ given), _dense(values.T @ given)
    squares, products = _dense((values * values).T @ given), _dense(values.T @ values)
    size = np.maximum(common, 1.0)
    return PairwiseMoments(common, products - sums * sums.T / size, squares - sums**2 / size)


def _dense(table: Table) -> FloatArray:
    return np.asarray(table if isinstance(table, np.ndarray) else table.toarray(), dtype=np.float64)
