"""Quadrature in several dimensions: equally spaced lattices with normal weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters

NODES_BY_SCALES = {1: 61, 2: 41, 3: 31, 4: 21}
"""Nodes per dimension for 1 to 4 scales. At 21 on ±4.5 the spacing is 0.45."""

SMALLEST_EIGENVALUE = 1e-8


@dataclass(frozen=True)
class MultidimensionalPlan:
    """Settings of a calibration.

    ``nodes`` per scale (None: 61, 41, 31, 21 for one to four) or for the general dimension of testlets (None:
    31), ``specific_nodes`` for their specific dimensions; all on ±``reach``. ``tolerance`` bounds the
    distance of every slope, intercept and correlation from the maximum, ``gradient_tolerance`` the gradient
    in units of standard errors, ``iteration_limit`` the passes over the data. Raises InvalidParameters.
    """

    nodes: int | None = None
    specific_nodes: int = 21
    reach: float = 4.5
    tolerance: float = 1e-5
    gradient_tolerance: float = 1e-2
    iteration_limit: int = 500
    standard_errors: Literal["cross_product", "none"] = "cross_product"

    def __post_init__(self) -> None:
        counts = (self.specific_nodes, self.nodes if self.nodes is not None else 5)
        if min(counts) < 5 or not self.reach > 0 or self.iteration_limit < 1:
            raise InvalidParameters("A grid needs five or more nodes per dimension and a positive reach.")
        if not (self.tolerance > 0 and self.gradient_tolerance > 0):
            raise InvalidParameters("Tolerances must be positive.")
        if self.standard_errors not in ("cross_product", "none"):
            raise InvalidParameters(f"Unknown standard errors {self.standard_errors!r}.")


@dataclass(frozen=True, eq=False)
class Line:
    """``nodes`` (Q,) with normal ``weights`` (Q,) that sum to one."""

    nodes: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, count: int, reach: float) -> Line:
        """Equally spaced on ±reach."""
        nodes = np.linspace(-reach, reach, count)
        weights = np.exp(-0.5 * nodes**2)
        return cls(nodes, weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Lattice:
    """The D-fold product of a line, split into the first half of the dimensions and the rest.

    A node's prior weight under a correlation matrix is a matrix (Q^L, Q^R) between the halves, so that an
    integral over all Q^D nodes is one matrix product for any number of examinees: with simple structure the
    likelihood is a product over dimensions.
    """

    line: Line
    dimensions: int

    @property
    def left(self) -> int:
        """Number of dimensions in the first half."""
        return (self.dimensions + 1) // 2

    @property
    def right(self) -> int:
        """Number of dimensions in the second half."""
        return self.dimensions - self.left

    @property
    def weights_size(self) -> int:
        """Nodes of the larger half."""
        return int(len(self.line.nodes) ** self.left)

    def coordinates(self, dimensions: int) -> FloatArray:
        """Coordinates of the nodes of a half, (Q^dimensions, dimensions)."""
        if dimensions == 0:
            return np.zeros((1, 0))
        axes = np.meshgrid(*([self.line.nodes] * dimensions), indexing="ij")
        return np.stack([axis.ravel() for axis in axes], axis=1)

    def weights(self, correlation: FloatArray) -> FloatArray:
        """Prior weights (Q^L, Q^R), summing to one; those of the nearest regular matrix if it is singular."""
        precision = np.linalg.inv(regular(correlation))
        first, second = self.coordinates(self.left), self.coordinates(self.right)
        own, mixed = precision[: self.left, : self.left], precision[: self.left, self.left :]
        exponent = np.einsum("ka,ab,kb->k", first, own, first)[:, None] + 2 * first @ mixed @ second.T
        if self.right:
            rest = precision[self.left :, self.left :]
            exponent = exponent + np.einsum("ka,ab,kb->k", second, rest, second)
        weights = np.exp(-0.5 * (exponent - exponent.min()))
        return np.asarray(weights / weights.sum())

    def second_moments(self, weights: FloatArray) -> FloatArray:
        """Σ w θθᵀ over the nodes with any weights (Q^L, Q^R): (D, D)."""
        first, second = self.coordinates(self.left), self.coordinates(self.right)
        result = np.empty((self.dimensions, self.dimensions))
        result[: self.left, : self.left] = first.T @ (weights.sum(axis=1)[:, None] * first)
        result[self.left :, self.left :] = second.T @ (weights.sum(axis=0)[:, None] * second)
        result[: self.left, self.left :] = first.T @ weights @ second
        result[self.left :, : self.left] = result[: self.left, self.left :].T
        return result


def regular(correlation: FloatArray) -> FloatArray:
    """The matrix itself, or with its correlations drawn towards zero until it is safely positive definite."""
    identity = np.eye(len(correlation))
    for share in (0.0, *np.geomspace(1e-6, 1.0, 61)):
        shrunk = (1 - share) * correlation + share * identity
        if np.linalg.eigvalsh(shrunk)[0] > SMALLEST_EIGENVALUE:
            return np.asarray(shrunk)
    return identity
