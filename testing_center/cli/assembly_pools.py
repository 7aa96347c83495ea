"""The pool and the plan that `synak assemble` gives to the solver, from an item file and a specification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from psychometrics import (
    AssemblyPlan,
    AssemblyPool,
    CountLimit,
    FormSpecification,
    InformationTarget,
    ItemCollection,
    PanelSpecification,
    PathSpecification,
    QuantityLimit,
    StimulusRule,
    information,
    multistage_plan,
)
from testing_center.cli.assembly_specification import (
    CountRule,
    FormRules,
    PanelRules,
    PathRules,
    QuantityRule,
    Specification,
)
from testing_center.cli.item_files import read_items
from testing_center.cli.tables import FileProblem, Table, column_of, read_table

SHOWN_THETAS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Points at which information is told where no form has a target."""
BETWEEN_ENEMY_SETS = "|"


@dataclass(frozen=True, eq=False)
class PoolFile:
    """An item file with every column it has beside the parameters."""

    path: Path
    table: Table
    keys: tuple[str, ...]
    items: ItemCollection

    @cached_property
    def places(self) -> dict[str, int]:
        """The index of each item by its key."""
        return {key: place for place, key in enumerate(self.keys)}

    def words(self, column: str) -> list[str]:
        """A column as words. Raises FileProblem."""
        return self.table.texts(column_of(self.path, self.table, column))

    def numbers(self, column: str) -> list[float]:
        """A column as numbers. Raises FileProblem naming the first cell that is none."""
        values = []
        for row, cell in zip(self.table.row_numbers, self.words(column), strict=True):
            try:
                values.append(float(cell))
            except ValueError:
                raise FileProblem(
                    f"{self.path}: row {row}, column {column}: {cell!r} is not a number."
                ) from None
        return values

    def indices(self, keys: Sequence[str], where: str) -> list[int]:
        """Indices of items that a specification names. Raises FileProblem."""
        unknown = [key for key in keys if key not in self.places]
        if unknown:
            raise FileProblem(f"{where}: the item {unknown[0]!r} is not in {self.path}.")
        return [self.places[key] for key in keys]


def read_pool(path: Path, *, scaling: float, item_model: str | None) -> PoolFile:
    """Read an item file with one row for each item. Raises FileProblem."""
    table = read_table(path)
    if "param" in table.header:
        raise FileProblem(f"{path}: a pool needs one row for each item, with its attributes.")
    items = read_items(path, scaling=scaling, polytomous_model=item_model)
    return PoolFile(path, table, items.keys, items.parameters)


def pool_of(file: PoolFile, asked: Specification) -> AssemblyPool:
    """The pool with the columns that the specification asks for. Raises FileProblem, InvalidParameters."""
    theta = thetas_of(asked)
    names = asked.stimulus_column and [word or None for word in file.words(asked.stimulus_column)]
    return AssemblyPool(
        theta=theta,
        information=information(theta, file.items),
        attributes={name: file.words(name) for name in asked.attributes},
        quantities={name: file.numbers(name) for name in asked.quantities},
        stimuli=names or (),
        enemies=_enemies(file, asked),
        exposure=file.numbers(asked.exposure_column) if asked.exposure_column else None,
        names=file.keys,
    )


def thetas_of(asked: Specification) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Every point of a target, rising; some points in the middle where there is no target."""
    points = {theta for form in asked.modules if form.target for theta in form.target.theta}
    return np.array(sorted(points or SHOWN_THETAS))


def plan_of(file: PoolFile, asked: Specification, where: str) -> AssemblyPlan:
    """What the solver must satisfy; ``where`` names the specification in refusals.

    Raises FileProblem and InvalidParameters.
    """
    if asked.panel is not None:
        return _panel_plan(file, asked, asked.panel, where)
    forms = tuple(_form(file, form, where) for form in asked.form)
    plan = AssemblyPlan(forms, asked.maximum_uses, asked.maximum_shared)
    names = [plan.name_of(number) for number in range(len(forms))]
    if len(set(names)) < len(names):
        raise FileProblem(f"{where}: two forms have the same name.")
    paths = tuple(_path(file, path, names, where) for path in asked.path)
    return AssemblyPlan(forms, asked.maximum_uses, asked.maximum_shared, paths, asked.exposure_weight)


def _panel_plan(file: PoolFile, asked: Specification, panel: PanelRules, where: str) -> AssemblyPlan:
    stages = tuple(tuple(_form(file, module, where) for module in stage.module) for stage in panel.stage)
    wanted = PanelSpecification(
        stages, _counts(file, panel.count, where), _sums(panel.quantity), panel.adjacent_only
    )
    plan = multistage_plan(wanted, panel.number, maximum_uses=asked.maximum_uses)
    return replace(plan, exposure_weight=asked.exposure_weight)


def _form(file: PoolFile, form: FormRules, where: str) -> FormSpecification:
    least, most = form.length if isinstance(form.length, tuple) else (form.length, form.length)
    target = form.target
    return FormSpecification(
        minimum_length=least,
        maximum_length=most,
        counts=_counts(file, form.count, where),
        quantities=_sums(form.quantity),
        stimuli=StimulusRule(**form.stimuli.model_dump()) if form.stimuli else None,
        target=InformationTarget(np.array(target.theta), np.array(target.information), target.kind)
        if target
        else None,
        forced_in=frozenset(file.indices(form.force_in, where)),
        forced_out=frozenset(file.indices(form.leave_out, where)),
        name=form.name,
    )


def _path(file: PoolFile, path: PathRules, names: Sequence[str], where: str) -> PathSpecification:
    unknown = [name for name in path.forms if name not in names]
    if unknown:
        raise FileProblem(f"{where}: a path names {unknown[0]!r}, and there is no such form.")
    members = tuple(names.index(name) for name in path.forms)
    return PathSpecification(
        members, _counts(file, path.count, where), _sums(path.quantity), " + ".join(path.forms)
    )


def _counts(file: PoolFile, rules: Sequence[CountRule], where: str) -> tuple[CountLimit, ...]:
    limits = []
    for rule in rules:
        for name, value in rule.where.items():
            if value not in file.words(name):
                raise FileProblem(f"{where}: no item of {file.path} has {value!r} in the column {name}.")
        least, most = rule.minimum, rule.maximum
        if rule.exactly is not None:
            if (least, most) != (0, None):
                raise FileProblem(f"{where}: a count has either exactly, or minimum and maximum.")
            least = most = rule.exactly
        limits.append(CountLimit(rule.where, least, most))
    return tuple(limits)


def _sums(rules: Sequence[QuantityRule]) -> tuple[QuantityLimit, ...]:
    return tuple(QuantityLimit(rule.column, rule.minimum, rule.maximum) for rule in rules)


def _enemies(file: PoolFile, asked: Specification) -> list[list[int]]:
    """Sets listed in the specification, and those that share a word in the enemy column."""
    sets = [file.indices(keys, "enemies") for keys in asked.enemies]
    if asked.enemy_column is not None:
        members: dict[str, list[int]] = {}
        for place, cell in enumerate(file.words(asked.enemy_column)):
            for word in filter(None, (part.strip() for part in cell.split(BETWEEN_ENEMY_SETS))):
                members.setdefault(word, []).append(place)
        sets += [places for places in members.values() if len(places) > 1]
    return sets
