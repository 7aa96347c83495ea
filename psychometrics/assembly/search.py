"""Finding good forms fast, with a bound that says how good they are.

A plan of several forms is first relaxed: choices may be fractional, which gives a bound on what any forms can
reach and shows by the reduced costs which items matter. Then forms are made whole one after the other while
the rest stay fractional and stand for what is kept for them, the big shadow test of van der Linden & Adema
(1998). What is then proven is the distance to the bound of the relaxation of the whole pool. If that is not
good enough, the whole program goes to the solver.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.assembly.program import AssemblyProgram

DIRECT_CHOICES = 1_500
"""Programs with no more choices than this go to the solver at once."""

KEPT_ITEMS = 600
KEPT_PER_NEED = 3
"""Items looked at form by form: at least the first, and the second times as many as the forms need."""

SHARE_OF_GAP = 0.9
"""Of the gap asked for, what the form-by-form search may use up; the rest absorbs rounding."""


@dataclass(frozen=True, eq=False)
class Found:
    """Best solution vector, if any, and the bound on the cost of every solution."""

    solution: FloatArray | None
    bound: float


@dataclass(eq=False)
class Model:
    """Cost, rows and bounds as the solver takes them.

    The solver stops at a relative gap. The deviation from an absolute target is nearly zero at the optimum,
    so a fixed last column adds 1 to its cost, which turns the relative gap into one in shares of the target.
    """

    program: AssemblyProgram
    cost: FloatArray
    rows: LinearConstraint
    lower: FloatArray
    upper: FloatArray
    shift: float

    @classmethod
    def of(cls, program: AssemblyProgram) -> Model:
        cost, box, builder = program.objective(), program.bounds(), program.rows(with_target=True)
        if program.target_kind != "absolute":
            return cls(program, cost, builder.constraint(), box.lb, box.ub, 0.0)
        rows = builder.constraint(sparse.csr_matrix((1, 1)))
        one = np.ones(1)
        return cls(
            program,
            np.append(cost, one),
            rows,
            np.append(box.lb, one),
            np.append(box.ub, one),
            1.0,
        )

    def solve(self, integrality: FloatArray, gap: float, seconds: float) -> OptimizeResult:
        """One run of the solver on the present bounds."""
        kinds = np.zeros(len(self.cost))
        kinds[: len(integrality)] = integrality
        return milp(
            self.cost,
            integrality=kinds,
            constraints=self.rows,
            bounds=Bounds(self.lower, self.upper),
            options={"mip_rel_gap": gap, "time_limit": max(seconds, 0.1)},
        )

    def relaxation(self) -> OptimizeResult:
        """The linear program, with reduced costs."""
        matrix = self.rows.A.tocsr()
        above, below = np.isfinite(self.rows.ub), np.isfinite(self.rows.lb)
        return linprog(
            self.cost,
            A_ub=sparse.vstack([matrix[above], -matrix[below]]),
            b_ub=np.concatenate([self.rows.ub[above], -self.rows.lb[below]]),
            bounds=np.column_stack([self.lower, self.upper]),
            method="highs",
        )

    def fix(self, columns: slice, values: FloatArray) -> None:
        """Hold columns at rounded values from now on."""
        self.lower[columns] = self.upper[columns] = np.round(values)

    def loss(self, cost: float, bound: float) -> float:
        """Relative distance of a cost from a bound."""
        return abs(cost - bound) / max(abs(cost), 1e-9)


def search(program: AssemblyProgram, gap: float, time_limit: float) -> Found:
    """Forms within ``gap`` of the bound, or the best that ``time_limit`` seconds allow."""
    deadline = time.perf_counter() + time_limit
    model = Model.of(program)
    if program.item_columns <= DIRECT_CHOICES or len(program.plan.forms) == 1 or program.target_kind is None:
        return _whole(model, gap, time_limit, -np.inf, None)
    relaxed = model.relaxation()
    if relaxed.status != 0:
        return Found(None, np.inf)
    bound = _bound_with_stimuli(model, float(relaxed.fun), gap, deadline)
    best = _form_by_form(Model.of(program), _kept(program, relaxed), (bound, gap, deadline))
    if best is not None and model.loss(float(model.cost @ best), bound) <= gap:
        return Found(best, bound - model.shift)
    return _whole(model, gap, deadline - time.perf_counter(), bound, best)


def _whole(model: Model, gap: float, seconds: float, bound: float, best: FloatArray | None) -> Found:
    """The program as it is; what was found before stands if the solver does not better it."""
    result = model.solve(model.program.integrality, gap, seconds)
    if result.mip_dual_bound is not None and np.isfinite(result.mip_dual_bound):
        bound = max(bound, float(result.mip_dual_bound))
    if best is None or (result.x is not None and result.fun < model.cost @ best):
        best = result.x
    return Found(best, bound - model.shift)


def _bound_with_stimuli(model: Model, bound: float, gap: float, deadline: float) -> float:
    """A better bound where stimuli must be whole but items need not be."""
    program = model.program
    if program.stimuli == 0:
        return bound
    kinds = np.zeros(len(model.cost))
    kinds[program.item_columns : program.stimuli_at(len(program.plan.forms) - 1).stop] = 1.0
    result = model.solve(kinds, gap / 10, (deadline - time.perf_counter()) / 4)
    return bound if result.mip_dual_bound is None else max(bound, float(result.mip_dual_bound))


def _kept(program: AssemblyProgram, relaxed: OptimizeResult) -> IntArray:
    """Items of the relaxed forms, those forced in, and then those with the smallest reduced cost in any form.

    Forms that do not hold the level back leave reduced costs of zero; among equal ones the items come in turn
    from the most informative for each target.
    """
    forms, items = program.plan.forms, len(program.pool)
    reduced = relaxed.lower.marginals[: program.item_columns].reshape(len(forms), items).min(axis=0)
    rank = np.full(items, items)
    for target in {id(form.target): form.target for form in forms if form.target is not None}.values():
        shares = program.pool.rows_of(target.theta) / target.values[:, None]
        rank = np.minimum(rank, shares.mean(axis=0).argsort()[::-1].argsort())
    need = sum(form.maximum_length for form in forms)
    order = np.lexsort((rank, reduced))[: max(KEPT_ITEMS, KEPT_PER_NEED * need)]
    used = np.flatnonzero(relaxed.x[: program.item_columns].reshape(len(forms), items).max(axis=0) > 1e-9)
    forced = [item for form in forms for item in form.forced_in]
    return np.unique(np.concatenate([order, used, np.array(forced, dtype=np.int64)]))


def _form_by_form(model: Model, kept: IntArray, goal: tuple[float, float, float]) -> FloatArray | None:
    """Whole forms one after the other; None if one of them could not be found."""
    bound, gap, deadline = goal
    program = model.program
    forms, items = len(program.plan.forms), len(program.pool)
    dropped = np.setdiff1d(np.arange(items), kept)
    for form in range(forms):
        model.upper[program.items_at(form).start + dropped] = 0.0
    loss = 0.0
    solution: FloatArray | None = None
    for form in range(forms):
        whole = np.zeros(len(model.cost))
        whole[program.items_at(form)] = 1.0
        whole[program.item_columns : program.item_columns + forms * program.stimuli] = 1.0
        left = max(SHARE_OF_GAP * gap - loss, 0.0)
        step_gap = max(left / 2 if form < forms - 1 else left, gap / 20)
        # The first forms are the hard ones: each may take half of what is left.
        result = model.solve(whole, step_gap, (deadline - time.perf_counter()) / 2)
        if result.x is None:
            return None
        solution, loss = result.x, model.loss(float(result.fun), bound)
        model.fix(program.items_at(form), solution[program.items_at(form)])
        if program.stimuli:
            model.fix(program.stimuli_at(form), solution[program.stimuli_at(form)])
    return solution
