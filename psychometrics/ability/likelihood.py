"""Likelihood and posterior of θ on a grid, for responses dense or sparse and items of any format."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from psychometrics.arrays import FloatArray, ScoreArray
from psychometrics.errors import InvalidResponses
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix, SparseCells, score_array

BLOCK_ROWS = 4096
LOWEST_LOG = -1e6
"""Stands for the logarithm of a zero probability, so that products with zero counts stay zero."""


def scored(responses: ResponseMatrix | ArrayLike, items: ItemCollection) -> ResponseMatrix:
    """Responses (N, J), or (J,) of one examinee, checked against the items. Raises InvalidResponses."""
    if isinstance(responses, ResponseMatrix):
        _check_width(responses.shape, items)
        values = responses.dense if responses.sparse is None else responses.sparse.scores
        counts = items.category_counts
        if (responses.category_counts > counts).any():
            score_array(
                np.asarray(values), counts if responses.sparse is None else counts[responses.sparse.items]
            )
        return responses
    table = np.asarray(responses)
    table = table[None, :] if table.ndim == 1 else table
    _check_width(table.shape, items)
    cells = score_array(table, items.category_counts)
    return ResponseMatrix((cells.shape[0], cells.shape[1]), items.category_counts, dense=cells)


def row_blocks(matrix: ResponseMatrix, rows: int = BLOCK_ROWS) -> Iterator[ResponseMatrix]:
    """The matrix cut into blocks of at most ``rows`` examinees."""
    for start in range(0, matrix.examinees, rows):
        stop = min(start + rows, matrix.examinees)
        shape = (stop - start, matrix.items)
        if matrix.sparse is None:
            yield ResponseMatrix(shape, matrix.category_counts, dense=matrix.to_array()[start:stop])
            continue
        first, last = matrix.sparse.starts[start], matrix.sparse.starts[stop]
        cells = SparseCells(
            matrix.sparse.starts[start : stop + 1] - first,
            matrix.sparse.items[first:last],
            matrix.sparse.scores[first:last],
        )
        yield ResponseMatrix(shape, matrix.category_counts, sparse=cells)


def log_likelihood(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, theta: ArrayLike
) -> FloatArray:
    """log P(responses | θ) at common points θ (Q,): (N, Q). Missing cells are left out.

    A zero probability counts as exp(−1e6). Raises InvalidResponses.
    """
    matrix = scored(responses, items)
    tables = np.maximum(items.log_category_probabilities(theta), LOWEST_LOG)
    if matrix.sparse is not None:
        return np.asarray(
            sum(
                _sparse_indicator(matrix, score) @ np.ascontiguousarray(tables[:, :, score].T)
                for score in range(tables.shape[2])
            )
        )
    return dense_log_likelihood(matrix.to_array(), tables)


def dense_log_likelihood(table: ScoreArray, tables: FloatArray) -> FloatArray:
    """log P of scores (N, J) from log probabilities (Q, J, C): (N, Q)."""
    total = np.zeros((table.shape[0], tables.shape[0]))
    for score in range(tables.shape[2]):
        # Items with fewer scores are padded here and cannot have been given this one.
        used = np.flatnonzero(tables[:, :, score].max(axis=0) > LOWEST_LOG)
        chosen = table if len(used) == table.shape[1] else table[:, used]
        total += (chosen == score).astype(np.float64) @ tables[:, used, score].T
    return total


def posterior(
    responses: ResponseMatrix | ArrayLike, items: ItemCollection, quadrature: Quadrature
) -> FloatArray:
    """Posterior probabilities of the nodes for each examinee, (N, Q), rows summing to 1."""
    weights = log_likelihood(responses, items, quadrature.nodes) + quadrature.log_weights
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _sparse_indicator(matrix: ResponseMatrix, score: int) -> csr_array:
    cells = matrix.to_sparse()
    chosen = cells.scores == score
    starts = np.concatenate([[0], np.cumsum(chosen)])[cells.starts]
    return csr_array((np.ones(int(chosen.sum())), cells.items[chosen], starts), shape=matrix.shape)


def _check_width(shape: tuple[int, ...], items: ItemCollection) -> None:
    if len(shape) != 2 or shape[1] != len(items):
        raise InvalidResponses(f"Responses of shape {shape} do not fit {len(items)} items.")
