"""Tetrachoric and polychoric correlations of all pairs of items at once.

Two steps: thresholds from each item's own shares, then the correlation of each pair by maximum likelihood
(Olsson 1979). Empty cells of 2 × 2 tables: Brown & Benedetti (1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.dimensionality.bivariate_normal import bivariate_density, bivariate_normal
from psychometrics.errors import NotEstimable
from psychometrics.responses import ResponseMatrix, as_response_matrix

BOUND = 0.999
STEPS = 60
TOLERANCE = 1e-8
FEWEST_IN_COMMON = 10
PAIRS_IN_A_BLOCK = 4096
SMALLEST_EIGENVALUE = 1e-6


@dataclass(frozen=True, eq=False)
class PolychoricCorrelations:
    """``correlations`` (J, J) as estimated, NaN for pairs with too few examinees in common; ``thresholds``
    (J, C − 1), NaN after an item's last; ``pair_counts`` (J, J) examinees in common."""

    correlations: FloatArray
    thresholds: FloatArray
    pair_counts: IntArray

    @property
    def smoothed(self) -> FloatArray:
        """The nearest correlation matrix that is positive definite, by raising eigenvalues (Knol & Berger
        1991); the correlations themselves if they are already. Raises NotEstimable for unknown pairs."""
        if np.isnan(self.correlations).any():
            raise NotEstimable("Some pairs of items have too few examinees in common for a correlation.")
        sizes, axes = np.linalg.eigh(self.correlations)
        if sizes[0] >= SMALLEST_EIGENVALUE:
            return self.correlations
        raised = (axes * np.maximum(sizes, SMALLEST_EIGENVALUE)) @ axes.T
        scale = 1 / np.sqrt(np.diag(raised))
        return np.asarray(raised * scale[:, None] * scale)


def polychoric_correlations(
    responses: ResponseMatrix | ArrayLike, categories: ArrayLike | None = None
) -> PolychoricCorrelations:
    """Correlation of the normal variables behind each two items, from scores (N, J), −1 or NaN missing.

    Each pair uses the examinees who were given both. ``categories`` is needed for arrays with more scores
    than 0 and 1 (default: one more than the highest). Scores nobody got are passed over. Estimates are kept
    within ±0.999. Raises InvalidResponses, and NotEstimable for an item everybody answered alike.
    """
    matrix = as_response_matrix(responses, _highest(responses) if categories is None else categories)
    table, levels = _used_levels(matrix.to_array())
    indicators = (table[:, :, None] == np.arange(int(levels.max()))).astype(np.float32)
    items, width = len(levels), indicators.shape[2]
    flat = indicators.reshape(len(table), -1)
    counts = (flat.T @ flat).astype(np.float64).reshape(items, width, items, width)
    own = counts[np.arange(items), :, np.arange(items), :].diagonal(axis1=1, axis2=2)
    thresholds = _thresholds(own, levels)
    first, second = np.triu_indices(items, 1)
    tables = counts[first, :, second, :]
    correlations = np.eye(items)
    for start in range(0, len(first), PAIRS_IN_A_BLOCK):
        block = slice(start, start + PAIRS_IN_A_BLOCK)
        limits = thresholds[first[block]], thresholds[second[block]]
        rho = _pair_correlations(_corrected(tables[block]), *limits)
        correlations[first[block], second[block]] = correlations[second[block], first[block]] = rho
    shared = np.rint(counts.sum(axis=(1, 3))).astype(np.int64)
    correlations[(shared < FEWEST_IN_COMMON) & ~np.eye(items, dtype=bool)] = np.nan
    shown = np.where(np.isinf(thresholds), np.nan, thresholds)[:, 1:-1]
    return PolychoricCorrelations(correlations, shown, shared)


def _highest(responses: ResponseMatrix | ArrayLike) -> int:
    if isinstance(responses, ResponseMatrix):
        return int(responses.category_counts.max())
    cells = np.asarray(responses)
    top = np.nanmax(cells) if cells.size and cells.dtype.kind in "biuf" and not np.isnan(cells).all() else 1
    return max(int(min(top, 126)) + 1, 2)


def _used_levels(table: AnyArray) -> tuple[AnyArray, IntArray]:
    """Scores renumbered without those nobody got, and how many each item keeps."""
    renumbered = np.full(table.shape, -1, dtype=np.int64)
    levels = np.empty(table.shape[1], dtype=np.int64)
    for item in range(table.shape[1]):
        given = table[:, item] >= 0
        values, renumbered[given, item] = np.unique(table[given, item], return_inverse=True)
        levels[item] = len(values)
    if (levels < 2).any():
        alike = {int(item): "everybody answered alike" for item in np.flatnonzero(levels < 2)}
        raise NotEstimable(
            f"Items {sorted(alike)} have one score only and no correlation with others.", alike
        )
    return renumbered, levels


def _thresholds(own: FloatArray, levels: IntArray) -> FloatArray:
    """Limits (J, C + 1) from minus to plus infinity; plus infinity after an item's last."""
    shares = own.cumsum(axis=1) / own.sum(axis=1, keepdims=True)
    limits = np.concatenate([np.full((len(own), 1), -np.inf), ndtri(np.minimum(shares, 1.0))], axis=1)
    place = np.arange(limits.shape[1])
    return np.where(place >= levels[:, None], np.inf, limits)


def _corrected(tables: FloatArray) -> FloatArray:
    """2 × 2 tables with one empty cell get ½ there, margins kept."""
    if tables.shape[1] > 2:
        return tables
    empty = tables == 0
    once = empty.sum(axis=(1, 2)) == 1
    diagonal = empty[:, 0, 0] | empty[:, 1, 1]
    change = np.where(diagonal, 0.5, -0.5)[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return np.where(once[:, None, None], tables + change, tables)


def _pair_correlations(tables: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Maximum-likelihood correlation of each contingency table (pairs, C, C) for known limits.

    Fisher scoring inside a bracket that the sign of the derivative shrinks.
    """
    low, high = np.full(len(tables), -BOUND), np.full(len(tables), BOUND)
    rho = np.clip(_start(tables), -0.9, 0.9)
    active = np.flatnonzero(tables.sum(axis=(1, 2)) > 0)
    for _ in range(STEPS):
        slope, information = _derivative(tables[active], rows[active], columns[active], rho[active])
        low[active] = np.where(slope > 0, rho[active], low[active])
        high[active] = np.where(slope > 0, high[active], rho[active])
        proposal = rho[active] + slope / np.maximum(information, 1e-12)
        outside = (proposal <= low[active]) | (proposal >= high[active])
        proposal = np.where(outside, 0.5 * (low[active] + high[active]), proposal)
        moved = np.abs(proposal - rho[active]) > TOLERANCE
        rho[active] = proposal
        active = active[moved]
        if len(active) == 0:
            break
    return rho


def _derivative(
    tables: FloatArray, rows: FloatArray, columns: FloatArray, rho: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Derivative of the log-likelihood in ρ and its expected information, each (pairs,)."""
    corners = (rows[:, :, None], columns[:, None, :], rho[:, None, None])
    chance = np.maximum(_cells(_distribution(*corners)), 1e-14)
    change = _cells(bivariate_density(*corners))
    total = tables.sum(axis=(1, 2))
    return (tables * change / chance).sum(axis=(1, 2)), total * (change**2 / chance).sum(axis=(1, 2))


def _distribution(rows: FloatArray, columns: FloatArray, rho: FloatArray) -> FloatArray:
    """P below each corner; only inner corners need the integral."""
    corners = np.asarray(ndtr(rows) * ndtr(columns))
    corners[:, 1:-1, 1:-1] = bivariate_normal(rows[:, 1:-1], columns[:, :, 1:-1], rho)
    return corners


def _cells(corners: FloatArray) -> FloatArray:
    return np.asarray(np.diff(np.diff(corners, axis=1), axis=2))


def _start(tables: FloatArray) -> FloatArray:
    """Correlation of the scores, a little raised."""
    scores = np.arange(tables.shape[1], dtype=np.float64)
    total = np.maximum(tables.sum(axis=(1, 2)), 1.0)
    row, column = tables.sum(axis=2) @ scores / total, tables.sum(axis=1) @ scores / total
    covariance = np.einsum("pab,a,b->p", tables, scores, scores) / total - row * column
    spread = (tables.sum(axis=2) @ scores**2 / total - row**2) * (
        tables.sum(axis=1) @ scores**2 / total - column**2
    )
    return np.asarray(1.3 * covariance / np.sqrt(np.maximum(spread, 1e-12)))
