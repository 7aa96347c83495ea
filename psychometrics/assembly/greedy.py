"""A greedy baseline: items one by one, forms in turn, by the weighted deviations heuristic.

Swanson & Stocking (1993): each choice minimizes the weighted sum of the misses that are foreseen if the
rest of the form were filled with average items. It proves nothing and may miss limits; it is there to be
compared with.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.requirements import Requirement, requirements_of
from psychometrics.assembly.solution import AssemblyViolation, assembly_violations, target_level
from psychometrics.assembly.specification import AssemblyPlan, FormSpecification


@dataclass(frozen=True, eq=False)
class GreedyForms:
    """Forms of the baseline with their ``level`` (as in :class:`Assembly`) and the limits they miss."""

    forms: tuple[tuple[int, ...], ...]
    level: float
    violations: tuple[AssemblyViolation, ...]
    seconds: float


def assemble_greedily(pool: AssemblyPool, plan: AssemblyPlan, *, limit_weight: float = 10.0) -> GreedyForms:
    """The baseline for any plan. ``limit_weight`` is the cost of missing a limit by one item, against that of
    being short of the information target by a whole target. Stimuli are treated as single items and paths
    are ignored; what is missed because of it shows in ``violations``."""
    started = time.perf_counter()
    rows = requirements_of(pool, plan)
    drafts = [
        _Draft.of(pool, form, [row for row in rows if row.forms == (index,)], limit_weight)
        for index, form in enumerate(plan.forms)
    ]
    uses = np.zeros(len(pool), dtype=np.int64)
    for draft in drafts:
        uses[draft.chosen] += 1
    for _ in range(max(form.maximum_length for form in plan.forms)):
        for draft in drafts:
            item = draft.best(uses < plan.maximum_uses)
            if item is not None:
                draft.chosen.append(item)
                uses[item] += 1
    forms = tuple(tuple(sorted(draft.chosen)) for draft in drafts)
    level = target_level(pool, plan, forms)
    return GreedyForms(forms, level, assembly_violations(pool, plan, forms), time.perf_counter() - started)


@dataclass(eq=False)
class _Draft:
    """One form being filled."""

    form: FormSpecification
    chosen: list[int]
    coefficients: FloatArray
    lower: FloatArray
    upper: FloatArray
    weights: FloatArray
    means: FloatArray
    shares: FloatArray
    limit_weight: float

    @classmethod
    def of(
        cls, pool: AssemblyPool, form: FormSpecification, rows: Sequence[Requirement], limit_weight: float
    ) -> _Draft:
        counted = [row for row in rows if row.over == "items" and row.label != "length"]
        table = np.array([row.coefficients for row in counted]).reshape(len(counted), len(pool))
        target = form.target
        shares = pool.rows_of(target.theta) / target.values[:, None] if target else np.zeros((0, len(pool)))
        return cls(
            form,
            sorted(form.forced_in),
            table,
            np.array([row.minimum for row in counted]),
            np.array([row.maximum for row in counted]),
            np.array([1 / row.unit for row in counted]),
            table.mean(axis=1),
            shares,
            limit_weight,
        )

    def best(self, free: AnyArray) -> int | None:
        """Item with the least foreseen misses among those still free, None when the form is full."""
        left = self.form.maximum_length - len(self.chosen) - 1
        allowed = free.copy()
        allowed[[*self.chosen, *self.form.forced_out]] = False
        candidates = np.flatnonzero(allowed)
        if left < 0 or len(candidates) == 0:
            return None
        now = self.coefficients[:, self.chosen].sum(axis=1)[:, None] + self.coefficients[:, candidates]
        short = np.maximum(self.lower[:, None] - now - left * self.means[:, None], 0.0)
        over = np.maximum(now - self.upper[:, None], 0.0)
        cost = self.limit_weight * (self.weights @ (short + over)) + self._distance(candidates)
        return int(candidates[cost.argmin()])

    def _distance(self, candidates: AnyArray) -> FloatArray:
        """How far the information, scaled up to the whole form, is from the target."""
        if len(self.shares) == 0:
            return np.zeros(len(candidates))
        reached = self.shares[:, self.chosen].sum(axis=1)[:, None] + self.shares[:, candidates]
        foreseen = reached * self.form.maximum_length / (len(self.chosen) + 1)
        if self.form.target is not None and self.form.target.kind == "relative":
            return np.asarray(-foreseen.min(axis=0))
        return np.asarray(np.abs(foreseen - 1.0).max(axis=0))
