"""The mixed-integer program of a plan: variables, sparse rows, bounds.

Columns: x (one per form and item), w (one per form and stimulus), s (one per pair of forms and item: shared),
y (the common level of the information target). Van der Linden (2005), *Linear models for optimal test
design*, chapters 3, 4, 7 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.requirements import Requirement, requirements_of
from psychometrics.assembly.specification import AssemblyPlan, InformationTarget


@dataclass(eq=False)
class RowBuilder:
    """Sparse rows gathered block by block: ``lower`` ≤ A x ≤ ``upper``."""

    columns: int
    blocks: list[AnyArray] = field(default_factory=list)
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)

    def add(self, block: AnyArray, lower: float | FloatArray, upper: float | FloatArray) -> None:
        """Rows of shape (n, columns) with bounds that are numbers or (n,)."""
        block = sparse.csr_matrix(block)
        self.blocks.append(block)
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), block.shape[0]))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), block.shape[0]))

    def constraint(self, extra: AnyArray | None = None) -> LinearConstraint:
        """All rows as one constraint; ``extra`` columns are appended (rows of the first block only)."""
        matrix = sparse.vstack(self.blocks, format="csr")
        if extra is not None:
            padded = sparse.vstack(
                [extra, sparse.csr_matrix((matrix.shape[0] - extra.shape[0], extra.shape[1]))]
            )
            matrix = sparse.hstack([matrix, padded], format="csr")
        return LinearConstraint(matrix, np.concatenate(self.lower), np.concatenate(self.upper))


@dataclass(frozen=True, eq=False)
class AssemblyProgram:
    """Rows, bounds and layout of the program of one pool and plan."""

    pool: AssemblyPool
    plan: AssemblyPlan
    requirements: tuple[Requirement, ...]

    @classmethod
    def of(cls, pool: AssemblyPool, plan: AssemblyPlan) -> AssemblyProgram:
        return cls(pool, plan, requirements_of(pool, plan))

    @property
    def stimuli(self) -> int:
        return len(self.pool.stimulus_names) if any(form.stimuli for form in self.plan.forms) else 0

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of forms whose overlap is limited; none when forms share nothing anyway."""
        if self.plan.maximum_shared is None or self.plan.maximum_uses == 1:
            return ()
        return tuple(combinations(range(len(self.plan.forms)), 2))

    @property
    def item_columns(self) -> int:
        return len(self.plan.forms) * len(self.pool)

    @property
    def columns(self) -> int:
        return self.item_columns + len(self.plan.forms) * self.stimuli + len(self.pairs) * len(self.pool) + 1

    def items_at(self, form: int) -> slice:
        """Columns of the items of one form."""
        return slice(form * len(self.pool), (form + 1) * len(self.pool))

    def stimuli_at(self, form: int) -> slice:
        """Columns of the stimuli of one form."""
        start = self.item_columns + form * self.stimuli
        return slice(start, start + self.stimuli)

    def shared_at(self, pair: int) -> slice:
        """Columns that tell which items one pair of forms shares."""
        start = self.item_columns + len(self.plan.forms) * self.stimuli + pair * len(self.pool)
        return slice(start, start + len(self.pool))

    @property
    def integrality(self) -> FloatArray:
        kinds = np.ones(self.columns)
        kinds[self.item_columns + len(self.plan.forms) * self.stimuli :] = 0.0
        return kinds

    def requirement_rows(self) -> AnyArray:
        """One sparse row for each requirement, (requirements, columns)."""
        blocks = []
        for row in self.requirements:
            used = np.flatnonzero(row.coefficients)
            starts = [
                (self.items_at(form) if row.over == "items" else self.stimuli_at(form)).start
                for form in row.forms
            ]
            where = np.concatenate([used + start for start in starts]) if starts else used
            values = np.tile(row.coefficients[used], len(starts))
            zeros = np.zeros(len(where), dtype=np.int64)
            blocks.append(sparse.csr_matrix((values, (zeros, where)), shape=(1, self.columns)))
        rows: AnyArray = sparse.vstack(blocks, format="csr")
        return rows

    def rows(self, *, with_target: bool) -> RowBuilder:
        """All rows; the requirements come first, so that a relaxation can add slack to them."""
        builder = RowBuilder(self.columns)
        builder.add(
            self.requirement_rows(),
            np.array([row.minimum for row in self.requirements]),
            np.array([row.maximum for row in self.requirements]),
        )
        self._add_usage(builder)
        self._add_stimulus_links(builder)
        self._add_overlap(builder)
        if with_target:
            self._add_targets(builder)
        return builder

    def _over_items(self, forms: tuple[int, ...] | range) -> AnyArray:
        """(J, columns): for each item, how many of ``forms`` contain it."""
        items = len(self.pool)
        rows = np.tile(np.arange(items), len(forms))
        where = np.concatenate([np.arange(items) + form * items for form in forms])
        counts: AnyArray = sparse.csr_matrix((np.ones(len(rows)), (rows, where)), shape=(items, self.columns))
        return counts

    def _add_usage(self, builder: RowBuilder) -> None:
        forms = len(self.plan.forms)
        if self.plan.maximum_uses < forms:
            builder.add(self._over_items(range(forms)), -np.inf, self.plan.maximum_uses)
        if self.plan.maximum_uses > 1:
            for path in self.plan.paths:
                builder.add(self._over_items(path.forms), -np.inf, 1)

    def _add_stimulus_links(self, builder: RowBuilder) -> None:
        owner = self.pool.stimulus_of
        belongs = np.flatnonzero(owner >= 0)
        sizes = np.bincount(owner[belongs], minlength=self.stimuli).astype(float)
        for index, form in enumerate(self.plan.forms):
            if form.stimuli is None or self.stimuli == 0:
                continue
            rule = form.stimuli
            least = sizes if rule.all_or_none else np.full(self.stimuli, float(rule.minimum_items))
            most = sizes if rule.maximum_items is None else np.minimum(sizes, rule.maximum_items)
            start = self.items_at(index).start
            shape = (self.stimuli, self.columns)
            members = sparse.csr_matrix(
                (np.ones(len(belongs)), (owner[belongs], belongs + start)), shape=shape
            )
            own = np.arange(self.stimuli), np.arange(*self.stimuli_at(index).indices(self.columns))
            builder.add(members - sparse.csr_matrix((least, own), shape=shape), 0, np.inf)
            builder.add(members - sparse.csr_matrix((most, own), shape=shape), -np.inf, 0)

    def _add_overlap(self, builder: RowBuilder) -> None:
        """s ≥ x of one form + x of the other − 1, and at most ``maximum_shared`` of them."""
        items = len(self.pool)
        for number, pair in enumerate(self.pairs):
            own = np.arange(items), np.arange(*self.shared_at(number).indices(self.columns))
            shared = sparse.csr_matrix((np.ones(items), own), shape=(items, self.columns))
            builder.add(self._over_items(pair) - shared, -np.inf, 1)
            builder.add(np.ones((1, items)) @ shared, -np.inf, float(self.plan.maximum_shared or 0))

    def _add_targets(self, builder: RowBuilder) -> None:
        for index, form in enumerate(self.plan.forms):
            if form.target is not None:
                self._add_target(builder, index, form.target)

    def _add_target(self, builder: RowBuilder, index: int, target: InformationTarget) -> None:
        """Information as a share of the target, against the level y of the last column."""
        share = self.pool.rows_of(target.theta) / target.values[:, None]
        block = sparse.lil_matrix((len(share), self.columns))
        block[:, self.items_at(index)] = share
        shares = sparse.csr_matrix(block)
        level = sparse.csr_matrix(
            (np.ones(len(share)), (np.arange(len(share)), np.full(len(share), self.columns - 1))),
            shape=(len(share), self.columns),
        )
        if target.kind == "absolute":
            builder.add(shares - level, -np.inf, 1.0)
            builder.add(shares + level, 1.0, np.inf)
            return
        builder.add(shares - level, 0.0, np.inf)

    def bounds(self) -> Bounds:
        """0 and 1 for every choice, with forced items fixed; the level is not negative."""
        lower, upper = np.zeros(self.columns), np.ones(self.columns)
        upper[-1] = np.inf
        for index, form in enumerate(self.plan.forms):
            start = self.items_at(index).start
            lower[[start + item for item in form.forced_in]] = 1.0
            upper[[start + item for item in form.forced_out]] = 0.0
        return Bounds(lower, upper)

    @property
    def target_kind(self) -> str | None:
        """Kind of the targets of the plan, None without any."""
        return next((form.target.kind for form in self.plan.forms if form.target is not None), None)

    def objective(self) -> FloatArray:
        """Costs to minimize: the level (or minus it for a relative target) and the weighted exposure."""
        cost = np.zeros(self.columns)
        if self.target_kind is not None:
            cost[-1] = 1.0 if self.target_kind == "absolute" else -1.0
        expected = sum(form.maximum_length for form in self.plan.forms)
        exposure = np.asarray(self.pool.exposure) * (self.plan.exposure_weight / expected)
        cost[: self.item_columns] = np.tile(exposure, len(self.plan.forms))
        return cost

    def forms_of(self, solution: FloatArray) -> tuple[tuple[int, ...], ...]:
        """Item indices of each form in a solution vector."""
        chosen = solution[: self.item_columns].reshape(len(self.plan.forms), -1) > 0.5
        return tuple(tuple(np.flatnonzero(row).tolist()) for row in chosen)
