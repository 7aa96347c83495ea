"""The limits of a plan as rows over the items (or stimuli) of one or several forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.specification import (
    AssemblyPlan,
    CountLimit,
    FormSpecification,
    PathSpecification,
    QuantityLimit,
)


@dataclass(frozen=True, eq=False)
class Requirement:
    """``minimum`` ≤ sum of ``coefficients`` over what ``forms`` contain ≤ ``maximum``.

    ``coefficients`` is (J,) for ``over`` "items" and (stimuli,) for "stimuli". ``unit`` is the size of one
    item's worth of it, used to weigh unlike shortages against each other.
    """

    place: str
    label: str
    forms: tuple[int, ...]
    coefficients: FloatArray
    minimum: float
    maximum: float
    over: Literal["items", "stimuli"] = "items"
    unit: float = 1.0


def requirements_of(pool: AssemblyPool, plan: AssemblyPlan) -> tuple[Requirement, ...]:
    """Every limit of the plan, form by form and then path by path. Raises InvalidParameters."""
    rows: list[Requirement] = []
    for index, form in enumerate(plan.forms):
        pool.require_items([*form.forced_in, *form.forced_out])
        rows += _form_rows(pool, plan.name_of(index), index, form)
    for path in plan.paths:
        place = path.name or " + ".join(plan.name_of(form) for form in path.forms)
        rows += _limits(pool, place, path.forms, path)
        rows += _once(pool, plan, place, path.forms)
    return tuple(rows)


def _form_rows(pool: AssemblyPool, place: str, index: int, form: FormSpecification) -> list[Requirement]:
    forms = (index,)
    length = Requirement(place, "length", forms, np.ones(len(pool)), form.minimum_length, form.maximum_length)
    rows = [length, *_limits(pool, place, forms, form), *_enemies(pool, place, forms)]
    if form.stimuli is not None and (
        form.stimuli.minimum_stimuli or form.stimuli.maximum_stimuli is not None
    ):
        most = np.inf if form.stimuli.maximum_stimuli is None else form.stimuli.maximum_stimuli
        ones = np.ones(len(pool.stimulus_names))
        rows.append(Requirement(place, "stimuli", forms, ones, form.stimuli.minimum_stimuli, most, "stimuli"))
    return rows


def _limits(
    pool: AssemblyPool, place: str, forms: tuple[int, ...], limits: FormSpecification | PathSpecification
) -> list[Requirement]:
    counts = [_count(pool, place, forms, limit) for limit in limits.counts]
    return counts + [_quantity(pool, place, forms, limit) for limit in limits.quantities]


def _count(pool: AssemblyPool, place: str, forms: tuple[int, ...], limit: CountLimit) -> Requirement:
    most = np.inf if limit.maximum is None else limit.maximum
    return Requirement(
        place, limit.label, forms, pool.matches(limit.where).astype(float), limit.minimum, most
    )


def _quantity(pool: AssemblyPool, place: str, forms: tuple[int, ...], limit: QuantityLimit) -> Requirement:
    amounts = pool.quantity(limit.quantity)
    least = -np.inf if limit.minimum is None else limit.minimum
    most = np.inf if limit.maximum is None else limit.maximum
    unit = max(float(np.abs(amounts).mean()), 1e-12)
    return Requirement(place, limit.quantity, forms, amounts, least, most, unit=unit)


def _enemies(pool: AssemblyPool, place: str, forms: tuple[int, ...]) -> list[Requirement]:
    rows = []
    for group in pool.enemies:
        members = np.zeros(len(pool))
        members[list(group)] = 1.0
        label = "enemies " + ", ".join(pool.name_of(item) for item in group)
        rows.append(Requirement(place, label, forms, members, -np.inf, 1.0))
    return rows


def _once(pool: AssemblyPool, plan: AssemblyPlan, place: str, forms: tuple[int, ...]) -> list[Requirement]:
    """What one examinee must not meet twice along a path: an enemy set, a stimulus."""
    rows = _enemies(pool, place, forms)
    if all(plan.forms[form].stimuli is not None for form in forms):
        for index, name in enumerate(pool.stimulus_names):
            only = np.zeros(len(pool.stimulus_names))
            only[index] = 1.0
            rows.append(Requirement(place, f"stimulus {name}", forms, only, -np.inf, 1.0, "stimuli"))
    return rows
