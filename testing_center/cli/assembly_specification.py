"""The TOML file that says which forms to assemble, read into the tables of one model.

What a form must satisfy may stand at the top, for all forms, and again in ``[[form]]``, for one of them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator

from testing_center.cli.tables import FileProblem

PROBLEMS = {"extra_forbidden": "there is no such setting", "missing": "this is missing"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CountRule(_Section):
    """Items with these values in these columns: at least, at most, or exactly."""

    where: dict[str, str] = Field(min_length=1)
    minimum: int = Field(default=0, ge=0)
    maximum: int | None = Field(default=None, ge=0)
    exactly: int | None = Field(default=None, ge=0)

    @field_validator("where", mode="before")
    @classmethod
    def _as_words(cls, where: Any) -> Any:
        """Numbers in the file are words in a table."""
        if not isinstance(where, dict):
            return where
        return {name: str(value) if isinstance(value, int) else value for name, value in where.items()}


class QuantityRule(_Section):
    """Least and most of the sum of a column of numbers: seconds, words, points."""

    column: str
    minimum: float | None = None
    maximum: float | None = None


class StimulusRules(_Section):
    """How items of one stimulus go together."""

    minimum_items: int = 1
    maximum_items: int | None = None
    all_or_none: bool = False
    minimum_stimuli: int = 0
    maximum_stimuli: int | None = None


class Target(_Section):
    """Information wanted at points of theta."""

    theta: list[float] = Field(min_length=1)
    information: list[float]
    kind: Literal["absolute", "relative"] = "absolute"


class FormRules(_Section):
    """What one form must satisfy. ``length`` is a number or [least, most]."""

    name: str = ""
    length: PositiveInt | tuple[PositiveInt, PositiveInt]
    count: list[CountRule] = []
    quantity: list[QuantityRule] = []
    stimuli: StimulusRules | None = None
    target: Target | None = None
    force_in: list[str] = []
    leave_out: list[str] = []


class PathRules(_Section):
    """Forms by name that one examinee may meet together, with limits on their union."""

    forms: list[str] = Field(min_length=2)
    count: list[CountRule] = []
    quantity: list[QuantityRule] = []


class StageRules(_Section):
    """Modules of one stage of a multistage panel, from easy to hard."""

    module: list[FormRules] = Field(min_length=1)


class PanelRules(_Section):
    """``number`` like panels; limits on the union of the modules along every path."""

    number: PositiveInt = 1
    adjacent_only: bool = True
    stage: list[StageRules] = Field(min_length=2)
    count: list[CountRule] = []
    quantity: list[QuantityRule] = []


class Specification(_Section):
    """The whole file, with what is common to the forms already written into each of them.

    Either ``form`` or ``panel`` is given.
    """

    form: list[FormRules] = []
    panel: PanelRules | None = None
    maximum_uses: PositiveInt = 1
    maximum_shared: int | None = Field(default=None, ge=0)
    path: list[PathRules] = []
    enemies: list[list[str]] = []
    enemy_column: str | None = None
    stimulus_column: str | None = None
    exposure_column: str | None = None
    exposure_weight: float = Field(default=0.0, ge=0)
    gap: float = Field(default=0.01, ge=0, lt=1)
    time_limit: float = Field(default=120.0, gt=0)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Columns that some count needs."""
        rules = [rule for part in self._parts for rule in part.count]
        return tuple(dict.fromkeys(name for rule in rules for name in rule.where))

    @property
    def quantities(self) -> tuple[str, ...]:
        """Columns that some sum needs."""
        return tuple(dict.fromkeys(rule.column for part in self._parts for rule in part.quantity))

    @property
    def modules(self) -> list[FormRules]:
        """The forms, or the modules of a panel."""
        if self.panel is None:
            return self.form
        return [module for stage in self.panel.stage for module in stage.module]

    @property
    def _parts(self) -> list[FormRules | PathRules | PanelRules]:
        return [*self.modules, *self.path, *([self.panel] if self.panel else [])]


def read_specification(path: Path) -> Specification:
    """Read the file. Raises FileProblem with the first thing that is wrong and where."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path}: this is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise FileProblem(f"{path}: this is not TOML: {error}.") from error
    try:
        return Specification.model_validate(_spread(path, raw))
    except ValidationError as error:
        # A misspelt name also leaves another out; the misspelling is what helps.
        first = min(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        place = ", ".join(f"number {part + 1}" if isinstance(part, int) else part for part in _place(first))
        words = PROBLEMS.get(first["type"], first["msg"].rstrip("."))
        raise FileProblem(f"{path}: {place}: {words}.") from error


def _place(problem: Any) -> tuple[str | int, ...]:
    """Where it is, without the names of alternatives that the checker tried."""
    alternatives = ("tuple", "constrained")
    return tuple(
        part for part in problem["loc"] if isinstance(part, int) or not part.startswith(alternatives)
    )


def _spread(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    """The common rules of forms written into every form; ``forms`` alike ones where none is listed."""
    common = {name: raw.pop(name) for name in list(raw) if name in FormRules.model_fields and name != "name"}
    if "panel" in raw:
        return raw | {"panel": _spread_panel(path, raw, common)}
    own = raw.pop("form", None)
    number = raw.pop("forms", None)
    if own is not None and number is not None:
        raise FileProblem(f"{path}: give either forms, a number of like ones, or [[form]], one by one.")
    if own is None:
        if not (number is None or (isinstance(number, int) and number >= 1)):
            raise FileProblem(f"{path}: forms is {number!r}; it must be a whole number from 1 up.")
        own = [{}] * (number or 1)
    if not (isinstance(own, list) and all(isinstance(form, dict) for form in own)):
        raise FileProblem(f"{path}: write each form as a table of its own, [[form]].")
    return raw | {"form": [common | form for form in own]}


def _spread_panel(path: Path, raw: dict[str, Any], common: dict[str, Any]) -> Any:
    """The panel with the common rules in every module; what is not a table is left for the checker."""
    if {"form", "forms", "path", "maximum_shared"} & set(raw):
        raise FileProblem(f"{path}: a panel has modules; leave out form, forms, path and maximum_shared.")
    panel = raw["panel"]
    stages = panel.get("stage", []) if isinstance(panel, dict) else []
    for stage in stages if isinstance(stages, list) else []:
        modules = stage.get("module") if isinstance(stage, dict) else None
        if isinstance(modules, list) and all(isinstance(module, dict) for module in modules):
            stage["module"] = [common | module for module in modules]
    return panel
