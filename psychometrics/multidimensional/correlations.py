"""Correlations of the scales: maximization on the lattice.

The lattice prior is an exponential family in the inverse R⁻¹ of the correlation matrix, so the expected
log-prior has the gradient N [R⁻¹ (S − M) R⁻¹] with S the posterior and M the prior second moments.
"""

from __future__ import annotations

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.multidimensional.grids import Lattice, regular

HALVINGS = 20


def unpack(values: FloatArray, dimensions: int) -> FloatArray:
    """Correlation matrix (D, D) of its upper triangle, row by row."""
    matrix = np.eye(dimensions)
    rows, columns = np.triu_indices(dimensions, 1)
    matrix[rows, columns] = matrix[columns, rows] = values
    return matrix


def pack(matrix: FloatArray) -> FloatArray:
    """Upper triangle of a matrix, row by row."""
    return np.asarray(matrix[np.triu_indices(len(matrix), 1)])


def improved_correlation(
    values: FloatArray, nodes: FloatArray, lattice: Lattice
) -> tuple[FloatArray, FloatArray]:
    """A Fisher step from the expected examinees at each node, and the gradient in standard errors.

    The step is shortened until the expected log-prior does not fall.
    """
    matrix = unpack(values, lattice.dimensions)
    gradient = correlation_gradient(matrix, lattice.second_moments(nodes), float(nodes.sum()), lattice)
    inverse = np.linalg.inv(matrix)
    rows, columns = np.triu_indices(lattice.dimensions, 1)
    information = nodes.sum() * (
        inverse[np.ix_(rows, rows)] * inverse[np.ix_(columns, columns)]
        + inverse[np.ix_(rows, columns)] * inverse[np.ix_(columns, rows)]
    )
    step = np.linalg.solve(information, gradient)
    before = _expected_prior(values, nodes, lattice)
    scaled = np.abs(gradient) / np.sqrt(np.diag(information))
    for share in 0.5 ** np.arange(HALVINGS):
        proposal = pack(regular(unpack(np.clip(values + share * step, -1.0, 1.0), lattice.dimensions)))
        if _expected_prior(proposal, nodes, lattice) >= before:
            return proposal, scaled
    return values, scaled


def correlation_gradient(
    matrix: FloatArray, second: FloatArray, examinees: float, lattice: Lattice
) -> FloatArray:
    """Gradient by the upper triangle from Σ E[θθᵀ] over ``examinees``."""
    inverse = np.linalg.inv(matrix)
    prior = lattice.second_moments(lattice.weights(matrix))
    return pack(inverse @ (second - examinees * prior) @ inverse)


def _expected_prior(values: FloatArray, nodes: FloatArray, lattice: Lattice) -> float:
    weights = lattice.weights(unpack(values, lattice.dimensions))
    return float((nodes * np.log(np.maximum(weights, 1e-300))).sum())
