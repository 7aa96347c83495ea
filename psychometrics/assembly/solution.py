"""Solving a plan, and what is known of the solution."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.assembly.feasibility import InfeasiblePlan, check_feasibility
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.program import AssemblyProgram
from psychometrics.assembly.requirements import requirements_of
from psychometrics.assembly.search import search
from psychometrics.assembly.specification import AssemblyPlan, InformationTarget
from psychometrics.errors import InvalidParameters, PsychometricError


class AssemblyUnfinished(PsychometricError):
    """The solver found no form within its time, although the plan was not shown to be infeasible."""


@dataclass(frozen=True)
class AssemblyViolation:
    """One limit that given forms miss by ``excess`` (positive)."""

    place: str
    label: str
    excess: float


@dataclass(frozen=True, eq=False)
class Assembly:
    """Assembled forms, each a tuple of item indices in ascending order.

    ``level``: for an absolute target the largest deviation from it as a share of it, for a relative one the
    smallest ratio of information to the shape; NaN without targets. ``objective`` adds the weighted exposure
    and ``bound`` is the best objective any forms could have, proven by the solver. ``seconds`` is wall time.
    """

    forms: tuple[tuple[int, ...], ...]
    information: tuple[FloatArray, ...]
    level: float
    objective: float
    bound: float
    kind: str | None
    seconds: float

    @property
    def gap(self) -> float:
        """Distance from the optimum at most this.

        For an absolute target it is in shares of the target (0.01: no forms come closer to the target by more
        than 1 % of it), since the best deviation is nearly zero and a share of zero says nothing. Otherwise
        it is a share of the objective.
        """
        distance = abs(self.objective - self.bound)
        if distance < 1e-9 or self.kind == "absolute":
            return distance
        return distance / max(abs(self.objective), 1e-12)

    @property
    def shared(self) -> IntArray:
        """Items that each two forms share, (F, F); the diagonal has the lengths."""
        members = [set(form) for form in self.forms]
        return np.array([[len(one & other) for other in members] for one in members])


def assemble(
    pool: AssemblyPool, plan: AssemblyPlan, *, gap: float = 0.01, time_limit: float = 120.0
) -> Assembly:
    """Forms within ``gap`` of the optimum (see :attr:`Assembly.gap`), or the best found in ``time_limit`` s.

    Forms do not depend on timing unless the time limit is met. Raises InfeasiblePlan with the limits that
    cannot be met, AssemblyUnfinished, InvalidParameters.
    """
    if not 0 <= gap < 1 or not time_limit > 0:
        raise InvalidParameters("The gap must lie in [0, 1) and the time limit must be positive.")
    started = time.perf_counter()
    program = AssemblyProgram.of(pool, plan)
    found = search(program, gap, time_limit)
    if found.solution is None:
        feasibility = check_feasibility(pool, plan)
        if not feasibility.feasible:
            raise InfeasiblePlan(feasibility)
        raise AssemblyUnfinished(f"No forms were found in {time_limit:g} seconds; allow more time.")
    forms = program.forms_of(found.solution)
    # Costs are minimized, so signs turn back for a level that is maximized.
    sign = -1.0 if program.target_kind == "relative" else 1.0
    level = target_level(pool, plan, forms)
    cost = _cost(program, forms, level)
    bound = min(found.bound, cost)
    return Assembly(
        forms=forms,
        information=tuple(pool.information[:, list(form)].sum(axis=1) for form in forms),
        level=level,
        objective=sign * cost,
        bound=sign * bound,
        kind=program.target_kind,
        seconds=time.perf_counter() - started,
    )


def target_level(pool: AssemblyPool, plan: AssemblyPlan, forms: tuple[tuple[int, ...], ...]) -> float:
    """Largest relative deviation from absolute targets, or smallest ratio to relative ones; NaN without."""
    pairs = [(form.target, items) for form, items in zip(plan.forms, forms, strict=True) if form.target]
    ratios = [_ratio(pool, target, items) for target, items in pairs if target is not None]
    if not ratios:
        return float("nan")
    joined = np.concatenate(ratios)
    kind = next(form.target.kind for form in plan.forms if form.target is not None)
    return float(np.abs(joined - 1).max() if kind == "absolute" else joined.min())


def _ratio(pool: AssemblyPool, target: InformationTarget, items: tuple[int, ...]) -> FloatArray:
    return np.asarray(pool.rows_of(target.theta)[:, list(items)].sum(axis=1) / target.values)


def _cost(program: AssemblyProgram, forms: tuple[tuple[int, ...], ...], level: float) -> float:
    """The objective as minimized, computed anew from the chosen items."""
    costs = program.objective()
    items = len(program.pool)
    exposure = sum(
        float(costs[[index * items + item for item in form]].sum()) for index, form in enumerate(forms)
    )
    return exposure + (0.0 if np.isnan(level) else float(costs[-1]) * level)


def assembly_violations(
    pool: AssemblyPool, plan: AssemblyPlan, forms: tuple[tuple[int, ...], ...]
) -> tuple[AssemblyViolation, ...]:
    """Limits of the plan that given forms miss: an independent check of any forms, however made."""
    found = []
    owner = pool.stimulus_of
    for row in requirements_of(pool, plan):
        total = 0.0
        for form in row.forms:
            items = np.array(forms[form], dtype=np.int64)
            used = items if row.over == "items" else np.unique(owner[items][owner[items] >= 0])
            total += float(row.coefficients[used].sum())
        excess = max(row.minimum - total, total - row.maximum)
        if excess > 1e-6:
            found.append(AssemblyViolation(row.place, row.label, excess))
    return (*found, *_use_violations(pool, plan, forms), *_stimulus_violations(pool, plan, forms))


def _use_violations(
    pool: AssemblyPool, plan: AssemblyPlan, forms: tuple[tuple[int, ...], ...]
) -> tuple[AssemblyViolation, ...]:
    uses = np.bincount([item for form in forms for item in form], minlength=len(pool))
    over = int(np.maximum(uses - plan.maximum_uses, 0).sum())
    found = [AssemblyViolation("all forms", "uses of an item", over)] if over else []
    for path in plan.paths:
        met = np.bincount([item for form in path.forms for item in forms[form]], minlength=len(pool))
        if (met > 1).any():
            found.append(AssemblyViolation(path.name, "item met twice", float((met - 1)[met > 1].sum())))
    for index, (form, items) in enumerate(zip(plan.forms, forms, strict=True)):
        missing = len(form.forced_in - set(items)) + len(form.forced_out & set(items))
        if missing:
            found.append(AssemblyViolation(plan.name_of(index), "forced items", missing))
        for other in range(index):
            shared = len(set(items) & set(forms[other]))
            if plan.maximum_shared is not None and shared > plan.maximum_shared:
                place = f"{plan.name_of(other)} and {plan.name_of(index)}"
                found.append(AssemblyViolation(place, "shared items", shared - plan.maximum_shared))
    return tuple(found)


def _stimulus_violations(
    pool: AssemblyPool, plan: AssemblyPlan, forms: tuple[tuple[int, ...], ...]
) -> tuple[AssemblyViolation, ...]:
    owner, names, found = pool.stimulus_of, pool.stimulus_names, []
    sizes = np.bincount(owner[owner >= 0], minlength=len(names))
    for index, (form, items) in enumerate(zip(plan.forms, forms, strict=True)):
        if form.stimuli is None:
            continue
        own = owner[list(items)]
        counts = np.bincount(own[own >= 0], minlength=len(names))
        least = sizes if form.stimuli.all_or_none else np.full(len(names), form.stimuli.minimum_items)
        most = sizes if form.stimuli.maximum_items is None else np.minimum(sizes, form.stimuli.maximum_items)
        for stimulus in np.flatnonzero(counts).tolist():
            excess = max(least[stimulus] - counts[stimulus], counts[stimulus] - most[stimulus])
            if excess > 0:
                found.append(
                    AssemblyViolation(plan.name_of(index), f"stimulus {names[stimulus]}", float(excess))
                )
    return tuple(found)
