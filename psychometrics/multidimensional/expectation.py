"""Posterior of the dimensions for each examinee and expected counts for each item.

Scales: the likelihood is a product over dimensions, so the sum over the whole lattice is one product with the
prior's matrix between its halves. Testlets: given the general dimension the testlets are independent, so only
pairs of coordinates are needed, however many testlets there are (Gibbons & Hedeker 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.multidimensional.layout import Layout
from psychometrics.multidimensional.structures import Scales
from psychometrics.responses import ResponseMatrix


@dataclass(frozen=True, eq=False)
class Posterior:
    """Of n examinees: ``blocks`` posterior weights (n, K) of each block's nodes, ``log_likelihood`` (n,), and
    first (n, D) and second (n, D, D) moments of scales or general and specific dimensions."""

    blocks: list[FloatArray]
    log_likelihood: FloatArray
    mean: FloatArray
    second: FloatArray


@dataclass(frozen=True, eq=False)
class Counts:
    """Expected counts of each cluster, (n, K, C), the log-likelihood, and the expected number of examinees at
    each node of the lattice, (Q^L, Q^R), for scales."""

    clusters: list[FloatArray]
    log_likelihood: float
    lattice: FloatArray


@dataclass(frozen=True, eq=False)
class Expectation:
    """The expectation step for one response matrix."""

    layout: Layout
    matrix: ResponseMatrix

    def counts(self, tables: Sequence[FloatArray], weights: FloatArray) -> Counts:
        """Expected counts for log probabilities (n, K, C) of each cluster and prior weights (Q^L, Q^R)."""
        stacked = self.layout.stacked(tables)
        totals = [np.zeros_like(part) for part in stacked]
        lattice, log_likelihood = np.zeros_like(weights), 0.0
        for rows in self.layout.chunks(self.matrix):
            indicators = self.layout.indicators(rows)
            logs = [given @ part for given, part in zip(indicators, stacked, strict=True)]
            if isinstance(self.layout.structure, Scales):
                halves = Halves.of(logs, self.layout, weights)
                lattice += halves.nodes()
                blocks, values = halves.margins(), halves.log_likelihood
            else:
                blocks, values = testlet_posterior(logs, self.layout)
            log_likelihood += float(values.sum())
            for total, given, block in zip(totals, indicators, blocks, strict=True):
                total += given.T @ block
        return Counts(self.layout.unstacked(totals), log_likelihood, lattice)

    def posterior(self, rows: AnyArray, stacked: Sequence[FloatArray], weights: FloatArray) -> Posterior:
        """Posterior of the examinees with responses ``rows`` (n, J)."""
        logs = [given @ part for given, part in zip(self.layout.indicators(rows), stacked, strict=True)]
        if isinstance(self.layout.structure, Scales):
            halves = Halves.of(logs, self.layout, weights)
            return Posterior(halves.margins(), halves.log_likelihood, *halves.moments())
        blocks, values = testlet_posterior(logs, self.layout)
        return Posterior(blocks, values, *_testlet_moments(blocks, self.layout))


@dataclass(frozen=True, eq=False)
class Halves:
    """Likelihoods ``first`` (n, Q^L) and ``second`` (n, Q^R) of the halves of the dimensions.

    ``onto_second`` = first · weights (n, Q^R); ``total`` (n,) is the marginal likelihood in units of exp
    ``top`` (n,).
    """

    layout: Layout
    weights: FloatArray
    first: FloatArray
    second: FloatArray
    onto_second: FloatArray
    total: FloatArray
    top: FloatArray

    @classmethod
    def of(cls, logs: Sequence[FloatArray], layout: Layout, weights: FloatArray) -> Halves:
        """From log-likelihoods (n, Q) of each dimension."""
        tops = [part.max(axis=1) for part in logs]
        parts = [np.exp(part - top[:, None]) for part, top in zip(logs, tops, strict=True)]
        left = layout.lattice.left
        first, second = _outer(parts[:left]), _outer(parts[left:])
        if second is None:
            second = np.ones((len(logs[0]), 1))
        assert first is not None  # noqa: S101
        onto_second = first @ weights
        total = np.einsum("nk,nk->n", onto_second, second)
        return cls(layout, weights, first, second, onto_second, total, np.sum(tops, axis=0))

    @property
    def log_likelihood(self) -> FloatArray:
        """Logarithm of the marginal likelihood, (n,)."""
        return np.asarray(np.log(self.total) + self.top)

    def nodes(self) -> FloatArray:
        """Expected number of examinees at each node, (Q^L, Q^R)."""
        return np.asarray(self.weights * (self.first.T @ (self.second / self.total[:, None])))

    def margins(self) -> list[FloatArray]:
        """Posterior weights (n, Q) of each dimension."""
        lattice, count = self.layout.lattice, len(self.layout.lattice.line.nodes)
        parts = []
        for half, dimensions in ((self._first(), lattice.left), (self._second(), lattice.right)):
            cube = half.reshape(len(half), *([count] * dimensions))
            for axis in range(dimensions):
                others = tuple(other + 1 for other in range(dimensions) if other != axis)
                parts.append(cube.sum(axis=others))
        return parts

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Posterior means (n, D) and second moments (n, D, D)."""
        lattice = self.layout.lattice
        left, right = lattice.coordinates(lattice.left), lattice.coordinates(lattice.right)
        first, second = self._first(), self._second()
        mean = np.concatenate([first @ left, second @ right], axis=1)
        size, dimensions = lattice.left, lattice.dimensions
        moments = np.empty((len(mean), dimensions, dimensions))
        moments[:, :size, :size] = np.einsum("nk,ka,kb->nab", first, left, left, optimize=True)
        moments[:, size:, size:] = np.einsum("nk,ka,kb->nab", second, right, right, optimize=True)
        for axis in range(size):
            towards = ((self.first * left[:, axis]) @ self.weights) * self.second
            mixed = towards @ right / self.total[:, None]
            moments[:, axis, size:] = moments[:, size:, axis] = mixed
        return mean, moments

    def _first(self) -> FloatArray:
        return np.asarray(self.first * (self.second @ self.weights.T) / self.total[:, None])

    def _second(self) -> FloatArray:
        return np.asarray(self.onto_second * self.second / self.total[:, None])


def testlet_posterior(logs: Sequence[FloatArray], layout: Layout) -> tuple[list[FloatArray], FloatArray]:
    """Posterior weights (n, K) of each block's nodes and log-likelihood (n,), by dimension reduction."""
    general, specific = layout.lattice.line, layout.specific
    conditional: list[FloatArray | None] = []
    collected = np.tile(np.log(general.weights), (len(logs[0]), 1))
    for part in logs:
        if part.shape[1] == len(general.nodes):
            conditional.append(None)
            collected += part
            continue
        joint = part.reshape(len(part), len(general.nodes), -1) + np.log(specific.weights)
        top = joint.max(axis=2, keepdims=True)
        np.exp(joint - top, out=joint)
        total = joint.sum(axis=2, keepdims=True)
        joint /= total
        conditional.append(joint)
        collected += (np.log(total) + top)[:, :, 0]
    top = collected.max(axis=1, keepdims=True)
    weights = np.exp(collected - top)
    total = weights.sum(axis=1, keepdims=True)
    weights /= total
    blocks = [
        weights if joint is None else (joint * weights[:, :, None]).reshape(len(weights), -1)
        for joint in conditional
    ]
    return blocks, (np.log(total) + top)[:, 0]


def _testlet_moments(blocks: Sequence[FloatArray], layout: Layout) -> tuple[FloatArray, FloatArray]:
    """Means and second moments of the general and of each specific dimension.

    Second moments between specific dimensions are NaN: they would need both testlets at once.
    """
    dimensions = layout.structure.dimensions
    mean = np.zeros((len(blocks[0]), dimensions))
    second = np.full((len(mean), dimensions, dimensions), np.nan)
    for testlet in range(dimensions - 1):
        features = layout.features[testlet]
        places = np.array([0, 1 + testlet])
        mean[:, places] = blocks[testlet] @ features
        moments = np.einsum("nk,ka,kb->nab", blocks[testlet], features, features, optimize=True)
        second[:, places[:, None], places] = moments
    return mean, second


def _outer(parts: Sequence[FloatArray]) -> FloatArray | None:
    """Row-wise outer product of (n, Q) arrays, (n, Q·Q·…); None for no array."""
    result: FloatArray | None = None
    for part in parts:
        result = part if result is None else (result[:, :, None] * part[:, None, :]).reshape(len(part), -1)
    return result
