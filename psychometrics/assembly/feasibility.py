"""Which limits of a plan cannot be met and by how much: first by counting, then by a relaxed program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, OptimizeResult, milp

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.program import AssemblyProgram
from psychometrics.assembly.requirements import Requirement
from psychometrics.assembly.specification import AssemblyPlan, CountLimit, FormSpecification
from psychometrics.errors import PsychometricError

SLACK_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Shortfall:
    """One limit that is missed: at ``place`` ("form 1") ``label`` asks for ``needed``, ``available`` is
    possible.

    ``side`` tells whether the minimum or the maximum is missed.
    """

    place: str
    label: str
    side: Literal["minimum", "maximum"]
    needed: float
    available: float

    @property
    def gap(self) -> float:
        """By how much the limit is missed, positive."""
        return abs(self.needed - self.available)

    def __str__(self) -> str:
        verb = "needs" if self.side == "minimum" else "allows"
        return f"{self.place}, {self.label}: {verb} {self.needed:g}, has {self.available:g}"


@dataclass(frozen=True)
class Feasibility:
    """``shortfalls`` is empty when the plan can be met.

    ``method`` "counting" means each shortfall holds by itself; "relaxation" means that missing exactly these
    limits by these amounts makes the rest possible, at the least weighted total the solver found (proven
    least if ``proven``).
    """

    shortfalls: tuple[Shortfall, ...]
    method: Literal["counting", "relaxation"]
    proven: bool = True

    @property
    def feasible(self) -> bool:
        return not self.shortfalls


class InfeasiblePlan(PsychometricError):
    """The pool cannot satisfy the plan; ``feasibility`` says which limits are missed and by how much."""

    def __init__(self, feasibility: Feasibility) -> None:
        self.feasibility = feasibility
        super().__init__(
            "The pool cannot fill the plan: " + "; ".join(map(str, feasibility.shortfalls)) + "."
        )


def check_feasibility(pool: AssemblyPool, plan: AssemblyPlan, *, time_limit: float = 60.0) -> Feasibility:
    """Count first, then solve the program with every limit made elastic. Raises InvalidParameters.

    Information targets play no part: they can be approached by any form.
    """
    program = AssemblyProgram.of(pool, plan)
    counted = tuple(dict.fromkeys(_count_shortfalls(program)))
    if counted:
        return Feasibility(counted, "counting")
    return relax(program, time_limit)


def relax(program: AssemblyProgram, time_limit: float) -> Feasibility:
    """Least weighted total by which limits must be missed (elastic program; Chinneck 2008)."""
    rows = program.requirements
    weights = np.array([1 / row.unit for row in rows])
    below = np.array([np.isfinite(row.minimum) for row in rows], dtype=float)
    above = np.array([np.isfinite(row.maximum) for row in rows], dtype=float)
    slack = sparse.hstack([sparse.diags(np.ones(len(rows))), sparse.diags(-np.ones(len(rows)))])
    box = program.bounds()
    free = np.concatenate([below, above])
    result: OptimizeResult = milp(
        np.concatenate([np.zeros(program.columns), weights, weights]),
        integrality=np.concatenate([program.integrality, np.zeros(2 * len(rows))]),
        constraints=program.rows(with_target=False).constraint(slack),
        bounds=Bounds(
            np.concatenate([box.lb, np.zeros(2 * len(rows))]),
            np.concatenate([box.ub, np.where(free > 0, np.inf, 0.0)]),
        ),
        options={"time_limit": time_limit, "mip_rel_gap": 0.0},
    )
    if result.x is None:
        missed = Shortfall("plan", "forced items, item uses, overlap or stimulus rules", "minimum", 1.0, 0.0)
        return Feasibility((missed,), "relaxation", proven=result.status == 2)
    shortfalls = _slack_shortfalls(rows, result.x[program.columns :])
    return Feasibility(shortfalls, "relaxation", proven=result.status == 0)


def _slack_shortfalls(rows: Sequence[Requirement], slack: FloatArray) -> tuple[Shortfall, ...]:
    short, over = slack[: len(rows)], slack[len(rows) :]
    found = []
    for row, less, more in zip(rows, short, over, strict=True):
        if less > SLACK_TOLERANCE * max(row.unit, 1.0):
            available = _rounded(row.minimum - less)
            found.append(Shortfall(row.place, row.label, "minimum", row.minimum, available))
        if more > SLACK_TOLERANCE * max(row.unit, 1.0):
            available = _rounded(row.maximum + more)
            found.append(Shortfall(row.place, row.label, "maximum", row.maximum, available))
    return tuple(found)


def _rounded(value: float) -> float:
    return round(float(value), 6)


def _count_shortfalls(program: AssemblyProgram) -> Iterator[Shortfall]:
    pool, plan = program.pool, program.plan
    for row in program.requirements:
        if row.over == "items":
            yield from _alone(pool, plan, row)
    for index, form in enumerate(plan.forms):
        yield from _sums(pool, plan.name_of(index), form)
    yield from _together(pool, plan, program.requirements)


def _alone(pool: AssemblyPool, plan: AssemblyPlan, row: Requirement) -> Iterator[Shortfall]:
    """Best and least that the forms of one requirement can reach, every other limit but length ignored."""
    most = sum(_extreme(pool, plan.forms[form], row.coefficients, largest=True) for form in row.forms)
    least = sum(_extreme(pool, plan.forms[form], row.coefficients, largest=False) for form in row.forms)
    if most < row.minimum - SLACK_TOLERANCE:
        yield Shortfall(row.place, row.label, "minimum", row.minimum, _rounded(most))
    if least > row.maximum + SLACK_TOLERANCE:
        yield Shortfall(row.place, row.label, "maximum", row.maximum, _rounded(least))


def _extreme(pool: AssemblyPool, form: FormSpecification, amounts: FloatArray, *, largest: bool) -> float:
    """Largest or smallest sum of ``amounts`` over a form of allowed length with its forced items."""
    forced = np.array(sorted(form.forced_in), dtype=np.int64)
    fixed = float(amounts[forced].sum())
    free = np.delete(amounts, [*form.forced_in, *form.forced_out])
    ordered = np.sort(free)[::-1] if largest else np.sort(free)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    # A pool smaller than the form is reported by the length row; what it has still counts for the others.
    first = min(max(form.minimum_length - len(forced), 0), len(free))
    last = min(max(form.maximum_length - len(forced), 0), len(free))
    window = sums[first : last + 1]
    return fixed + float(window.max() if largest else window.min())


def _sums(pool: AssemblyPool, place: str, form: FormSpecification) -> Iterator[Shortfall]:
    """Minima (or maxima) of disjoint limits against the length of the form."""
    kinds = {tuple(limit.where) for limit in form.counts}
    for kind in sorted(kinds):
        limits = [limit for limit in form.counts if tuple(limit.where) == kind]
        label = "sum over " + " × ".join(kind)
        minima = sum(limit.minimum for limit in limits)
        if minima > form.maximum_length:
            yield Shortfall(place, label, "maximum", form.maximum_length, minima)
        maxima = _sum_of_maxima(pool, limits)
        if maxima < form.minimum_length:
            yield Shortfall(place, label, "minimum", form.minimum_length, maxima)


def _sum_of_maxima(pool: AssemblyPool, limits: Sequence[CountLimit]) -> float:
    """Most items that limits covering the whole pool let in; infinity if they leave items out."""
    covered: AnyArray = np.zeros(len(pool), dtype=bool)
    for limit in limits:
        covered |= pool.matches(limit.where)
    if not covered.all():
        return float("inf")
    return float(sum(np.inf if limit.maximum is None else limit.maximum for limit in limits))


def _together(pool: AssemblyPool, plan: AssemblyPlan, rows: Sequence[Requirement]) -> Iterator[Shortfall]:
    """What all forms need of one kind of item against the uses the pool allows."""
    banned = [form.forced_out for form in plan.forms]
    nowhere = frozenset.intersection(*banned)
    usable = np.ones(len(pool), dtype=bool)
    usable[list(nowhere)] = False
    uses = min(plan.maximum_uses, len(plan.forms))
    single = [row for row in rows if len(row.forms) == 1 and row.over == "items"]
    for label in dict.fromkeys(row.label for row in single):
        same = [row for row in single if row.label == label and np.isin(row.coefficients, (0.0, 1.0)).all()]
        if len(same) < 2:
            continue
        needed = sum(max(row.minimum, 0.0) for row in same)
        available = float((same[0].coefficients * usable).sum()) * uses
        if needed > available:
            yield Shortfall("all forms", label, "minimum", needed, available)
