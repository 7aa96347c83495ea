"""The shadow test (van der Linden & Reese 1998): a whole test that meets every quota, from which to pick.

Solved exactly by mixed-integer programming with HiGHS. A linear relaxation comes first: mostly it is already
whole; if not, its reduced costs tell which items can be in a better test at all, and only those are searched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from psychometrics.adaptive.content import QuotaTable
from psychometrics.adaptive.pool import AdaptivePool, enemy_groups
from psychometrics.arrays import AnyArray, FloatArray, IntArray

WHOLE = 1e-6
"""A number this near to 0 or 1 is whole."""

SEARCHED = 40
"""Items searched at first beside those that the relaxation leaves undecided."""


@dataclass(frozen=True, eq=False)
class ShadowTest:
    """``items``: what is still to be given, blocks by their heads; at grid point ``grid_row``.

    ``relaxed`` names the rules that had to give way.
    """

    items: frozenset[int]
    grid_row: int
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Assembly:
    """Constraint rows over J items, built once: quotas, then one row for each family or set of enemies."""

    rows: csr_array
    lower: FloatArray
    upper: FloatArray
    quotas: int
    sizes: FloatArray

    @classmethod
    def of(cls, pool: AdaptivePool, quotas: QuotaTable) -> Assembly:
        """The constraints of some quotas on a pool."""
        families = _family_rows(pool)
        return cls(
            rows=csr_array(np.vstack([quotas.unit_matrix(pool), families])),
            lower=np.concatenate([quotas.minimum, np.zeros(len(families))]),
            upper=np.concatenate([quotas.maximum, np.ones(len(families))]),
            quotas=len(quotas.names),
            sizes=pool.unit_sizes.astype(np.float64),
        )

    def best(
        self, values: FloatArray, amounts: FloatArray, open_items: IntArray, slots: int
    ) -> IntArray | None:
        """The open items of largest total value (J,) that fill ``slots`` and the quotas, or None.

        ``amounts`` (C,) is what the items given so far add to the quotas; ``open_items`` are indices.
        """
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[: self.quotas] -= amounts
        upper[: self.quotas] -= amounts
        rows = self.rows[:, open_items]
        needed = (lower > 0) | (np.asarray(rows.sum(axis=1)).ravel() > upper)
        if (upper < -WHOLE).any():
            return None
        task = _Task(
            cost=-(values * self.sizes)[open_items],
            rows=rows[np.flatnonzero(needed)],
            lower=lower[needed],
            upper=upper[needed],
            sizes=self.sizes[open_items],
            slots=slots,
        )
        chosen = task.solve()
        return None if chosen is None else open_items[chosen]


def _family_rows(pool: AdaptivePool) -> FloatArray:
    groups = sorted({frozenset(group) for group in enemy_groups(pool.content, pool.blocks)}, key=sorted)
    table = np.zeros((len(groups), len(pool)))
    for number, group in enumerate(groups):
        table[number, list(group)] = 1.0
    return table


@dataclass(frozen=True, eq=False)
class _Task:
    """Minimize cost · x over x in {0, 1}ⁿ with lower ≤ rows x ≤ upper and sizes · x = slots."""

    cost: FloatArray
    rows: csr_array
    lower: FloatArray
    upper: FloatArray
    sizes: FloatArray
    slots: int

    def solve(self) -> IntArray | None:
        """Indices of the best x, or None if there is none."""
        low, high = np.isfinite(self.lower) & (self.lower > 0), np.isfinite(self.upper)
        relaxed = linprog(
            self.cost,
            A_ub=_stacked(self.rows[np.flatnonzero(high)], -self.rows[np.flatnonzero(low)]),
            b_ub=np.concatenate([self.upper[high], -self.lower[low]]),
            A_eq=self.sizes[None, :],
            b_eq=[float(self.slots)],
            bounds=(0, 1),
            method="highs",
        )
        if relaxed.x is None:
            return None
        whole = np.round(relaxed.x)
        if np.abs(relaxed.x - whole).max() < WHOLE:
            return np.flatnonzero(whole)
        reduced = np.abs(relaxed.lower.marginals + relaxed.upper.marginals)
        return self._search(whole, reduced, float(relaxed.fun))

    def _search(self, whole: FloatArray, reduced: FloatArray, bound: float) -> IntArray | None:
        """The best x, by search among items whose reduced cost does not rule out a change.

        Changing an item costs at least its reduced cost above the relaxation's ``bound``; so once the cost of
        the x found lies within the width searched, no item outside can better it.
        """
        width = float(np.sort(reduced)[min(SEARCHED, len(reduced) - 1)])
        while True:
            near = np.flatnonzero(reduced <= width)
            found = self._restricted(near, whole)
            if found is None and len(near) == len(whole):
                return None
            if found is None:
                width = float(np.sort(reduced)[min(2 * len(near), len(reduced) - 1)])
                continue
            gap = float(self.cost[found].sum()) - bound
            if gap <= width or len(near) == len(whole):
                return found
            width = gap

    def _restricted(self, near: IntArray, whole: FloatArray) -> IntArray | None:
        fixed = whole.copy()
        fixed[near] = 0.0
        taken = self.rows @ fixed
        matrix = _stacked(self.rows[:, near], csr_array(self.sizes[None, near]))
        rest = self.slots - float(self.sizes @ fixed)
        found = milp(
            self.cost[near],
            integrality=np.ones(len(near)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(
                matrix, np.append(self.lower - taken, rest), np.append(self.upper - taken, rest)
            ),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        fixed[near] = np.round(found.x)
        return np.flatnonzero(fixed)


def _stacked(first: AnyArray, second: AnyArray) -> csr_array:
    return csr_array(vstack([first, second]))
