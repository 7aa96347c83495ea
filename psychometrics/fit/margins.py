"""First- and second-order margins of the responses under a model, and their sampling covariance.

The margins are E[u(Xᵢ)] for some functions u of one item and E[v(Xᵢ)v(Xⱼ)] for one function v of each item:
Maydeu-Olivares & Joe (2005, 2006), Cai & Hansen (2013), Cai & Monroe (2014). Given θ responses are
independent, so the covariance of the products is Λ + BB′ with a diagonal Λ and a sparse B of low rank. It is
inverted in that form: memory grows with J² rather than J⁴.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from psychometrics.arrays import AnyArray, FloatArray, IntArray

RANK_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class MarginFunctions:
    """Functions of scores: ``single`` (U, C) of the items ``owner`` (U,), and ``paired`` (J, C)."""

    single: FloatArray
    owner: IntArray
    paired: FloatArray

    @classmethod
    def of(cls, counts: IntArray, *, by_category: bool) -> MarginFunctions:
        """Each score but the lowest by itself, or the item score; products are always of item scores."""
        width = int(counts.max())
        scores = np.where(np.arange(width) < counts[:, None], np.arange(width, dtype=np.float64), 0.0)
        if not by_category:
            return cls(scores, np.arange(len(counts)), scores)
        owner = np.repeat(np.arange(len(counts)), counts - 1)
        category = np.concatenate([np.arange(1, count) for count in counts])
        return cls((category[:, None] == np.arange(width)).astype(np.float64), owner, scores)


@dataclass(frozen=True, eq=False)
class Margins:
    """Margins of J items with probabilities ``chances`` (Q, J, C) at nodes of weight ``weights`` (Q,)."""

    chances: FloatArray
    weights: FloatArray
    functions: MarginFunctions

    @cached_property
    def pairs(self) -> tuple[AnyArray, AnyArray]:
        """(first, second) item of each product, first < second."""
        return np.triu_indices(self.chances.shape[1], 1)

    @cached_property
    def place(self) -> IntArray:
        """Position of each pair among the products, (J, J); 0 on the diagonal."""
        place = np.zeros((self.chances.shape[1],) * 2, dtype=np.int64)
        place[self.pairs] = np.arange(len(self.pairs[0]))
        return place + place.T

    @cached_property
    def single(self) -> FloatArray:
        """E[u | θ], (Q, U)."""
        own = self.chances[:, self.functions.owner]
        return np.asarray(np.einsum("quc,uc->qu", own, self.functions.single))

    @cached_property
    def paired(self) -> FloatArray:
        """E[v | θ], (Q, J)."""
        return np.asarray(np.einsum("qjc,jc->qj", self.chances, self.functions.paired))

    @cached_property
    def variance(self) -> FloatArray:
        """var(v | θ), (Q, J)."""
        second = np.einsum("qjc,jc->qj", self.chances, self.functions.paired**2)
        return np.asarray(second - self.paired**2)

    def expected(self) -> tuple[FloatArray, FloatArray]:
        """The margins: (U,) and one for each pair."""
        products = (self.paired * self.weights[:, None]).T @ self.paired
        return self.weights @ self.single, products[self.pairs]

    def expected_correlations(self) -> FloatArray:
        """Correlation of the item scores of each pair."""
        means = self.weights @ self.paired
        second = self.weights @ (self.variance + self.paired**2)
        spread = np.sqrt(second - means**2)
        first, other = self.pairs
        return np.asarray(
            (self.expected()[1] - means[first] * means[other]) / (spread[first] * spread[other])
        )

    def derivatives(self, tables: list[FloatArray], shared: IntArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the margins, (U, p) and (pairs, p).

        ``tables`` are the derivatives of P (Q, C) of each item in its own parameters and ``shared`` the
        column of each of these parameters, in order; −1 leaves one out.
        """
        count = int(shared.max()) + 1
        items = self.chances.shape[1]
        single, products = np.zeros((len(self.functions.owner), count)), np.zeros((len(self.pairs[0]), count))
        position = 0
        for item, table in enumerate(tables):
            own, others = np.flatnonzero(self.functions.owner == item), np.arange(items) != item
            for part in table:
                column = shared[position]
                position += 1
                if column < 0:
                    continue
                weighted = part * self.weights[:, None]
                categories = weighted.shape[1]
                single[own, column] += self.functions.single[own, :categories] @ weighted.sum(axis=0)
                change = (weighted @ self.functions.paired[item, :categories]) @ self.paired
                products[self.place[item, others], column] += change[others]
        return single, products

    def inverse_products(self, single: FloatArray, paired: FloatArray) -> FloatArray:
        """X′Ξ⁻¹X for the columns of X = (``single`` (U, m), ``paired`` (pairs, m)), Ξ their covariance."""
        crossed, count = self._crossed(), single.shape[1]
        table = self._paired_inverse_products(np.hstack([crossed.T, paired]))
        functions = len(crossed)
        schur = self._single_covariance() - table[:functions, :functions]
        remaining = single - table[:functions, functions:]
        inverse = cho_solve(cho_factor(schur), remaining)
        return np.asarray(table[functions:, functions:] + remaining.T @ inverse).reshape(count, count)

    def _single_covariance(self) -> FloatArray:
        """cov(u, u′), (U, U)."""
        owner = self.functions.owner
        same = owner[:, None] == owner
        means = self.weights @ self.single
        both = np.einsum(
            "quc,uc,tc->ut",
            self.chances[:, owner] * self.weights[:, None, None],
            self.functions.single,
            self.functions.single,
            optimize=True,
        )
        apart = (self.single * self.weights[:, None]).T @ self.single
        return np.asarray(np.where(same, both, apart) - means[:, None] * means)

    def _crossed(self) -> FloatArray:
        """cov(u, v v′), (U, pairs)."""
        first, second = self.pairs
        owner = self.functions.owner
        products = self.paired[:, first] * self.paired[:, second]
        centred = products - self.weights @ products
        crossed = (self.single * self.weights[:, None]).T @ centred
        both = np.einsum(
            "quc,uc,uc->qu", self.chances[:, owner], self.functions.single, self.functions.paired[owner]
        )
        inside = ((both - self.single * self.paired[:, owner]) * self.weights[:, None]).T @ self.paired
        for own, partner in ((first, second), (second, first)):
            crossed += np.where(owner[:, None] == own, inside[:, partner], 0.0)
        return np.asarray(crossed)

    def _paired_inverse_products(self, columns: FloatArray) -> FloatArray:
        """Z′Ξₚ⁻¹Z by the identity of Sherman, Morrison & Woodbury for Ξₚ = Λ + BB′.

        B has one group of columns for all pairs, from the conditional means of the products, and one for
        each item with rows only for its own pairs: vᵢ's deviation times the conditional mean of vⱼ.
        """
        precision = 1 / ((self.variance * self.weights[:, None]).T @ self.variance)
        np.fill_diagonal(precision, 0.0)
        own = precision[self.pairs][:, None]
        common, roots = self._common_root(), self._item_roots()
        shared, (items, _, rank) = common.shape[1], roots.shape
        inner = np.eye(shared + items * rank)
        projected = np.empty((len(inner), columns.shape[1]))
        inner[:shared, :shared] += common.T @ (common * own)
        projected[:shared] = common.T @ (columns * own)
        for item, root in enumerate(roots):
            rows, block = self.place[item], slice(shared + item * rank, shared + (item + 1) * rank)
            weighted = root * precision[item][:, None]
            projected[block] = weighted.T @ columns[rows]
            inner[:shared, block] = common[rows].T @ weighted
            inner[block, :shared] = inner[:shared, block].T
            across = weighted.T[:, :, None] * roots[:, item]
            inner[block, shared:] = across.reshape(rank, -1)
            inner[block, block] = np.eye(rank) + weighted.T @ root
        solved = cho_solve(cho_factor(inner, overwrite_a=True, check_finite=False), projected)
        return np.asarray(columns.T @ (columns * own) - projected.T @ solved)

    def _common_root(self) -> FloatArray:
        """Centred conditional means of the products, times the roots of the weights: (pairs, Q)."""
        first, second = self.pairs
        products = self.paired[:, first] * self.paired[:, second]
        return np.asarray((products - self.weights @ products).T * np.sqrt(self.weights))

    def _item_roots(self) -> FloatArray:
        """Roots of E[var(vᵢ|θ) E(vⱼ|θ)E(vₖ|θ)] for each i, (J, J, rank), zero for j = i.

        The conditional means are smooth functions of θ that span few dimensions, whatever the number of
        items and nodes.
        """
        left, values, right = np.linalg.svd(self.paired.T, full_matrices=False)
        rank = int((values > RANK_TOLERANCE * values[0]).sum())
        basis = left[:, :rank] * values[:rank]
        weighted = self.variance * self.weights[:, None]
        spread = np.einsum("rq,qj,sq->jrs", right[:rank], weighted, right[:rank], optimize=True)
        sizes, axes = np.linalg.eigh(spread)
        roots = basis @ (axes * np.sqrt(np.maximum(sizes, 0.0))[:, None, :])
        everyone = np.arange(len(roots))
        roots[everyone, everyone] = 0.0
        return np.asarray(roots)
