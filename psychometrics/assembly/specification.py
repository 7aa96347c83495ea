"""What the assembled forms must satisfy: limits on counts, quantities, stimuli, and an information target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True)
class CountLimit:
    """Least and most items with all attribute values of ``where``: ``{"area": "Geometry", "level":
    "Apply"}``."""

    where: Mapping[str, str]
    minimum: int = 0
    maximum: int | None = None

    def __post_init__(self) -> None:
        _require_order(self.label, self.minimum, self.maximum)

    @property
    def label(self) -> str:
        """The limit as people read it: ``area Geometry, level Apply``."""
        return ", ".join(f"{name} {value}" for name, value in self.where.items())


@dataclass(frozen=True)
class QuantityLimit:
    """Least and most of a summed quantity: words, seconds, score points."""

    quantity: str
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        if self.minimum is not None:
            _require_order(self.quantity, self.minimum, self.maximum)


@dataclass(frozen=True)
class StimulusRule:
    """How items of one stimulus go together.

    A stimulus that is used brings ``minimum_items`` to ``maximum_items`` of its items, or all of them with
    ``all_or_none``. ``minimum_stimuli`` and ``maximum_stimuli`` bound the number of stimuli in the form.
    """

    minimum_items: int = 1
    maximum_items: int | None = None
    all_or_none: bool = False
    minimum_stimuli: int = 0
    maximum_stimuli: int | None = None

    def __post_init__(self) -> None:
        _require_order("items of a stimulus", self.minimum_items, self.maximum_items)
        _require_order("stimuli", self.minimum_stimuli, self.maximum_stimuli)


@dataclass(frozen=True, eq=False)
class InformationTarget:
    """Test information wanted at ``theta`` (T,).

    "absolute": come as close to ``values`` (T,) as possible; the largest deviation as a share of the target
    is minimized (minimax; van der Linden 2005). "relative": ``values`` give the shape; the
    smallest ratio of information to the shape is maximized (maximin; van der Linden & Boekkooi-Timminga
    1989). A relative target does not hold forms together above the common level; to make forms parallel,
    solve for the level first and ask for it as an absolute target.
    """

    theta: FloatArray
    values: FloatArray
    kind: Literal["absolute", "relative"] = "absolute"

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", finite_vector(self.theta, "theta"))
        object.__setattr__(self, "values", finite_vector(self.values, "values"))
        if len(self.theta) != len(self.values) or len(self.theta) == 0:
            raise InvalidParameters("An information target needs one value for each θ.")
        if (self.values <= 0).any():
            raise InvalidParameters("Information targets must be positive.")


@dataclass(frozen=True)
class FormSpecification:
    """One form, or one module of a multistage panel.

    ``minimum_length`` to ``maximum_length`` items; items of ``forced_in`` are in, of ``forced_out`` are not.
    """

    minimum_length: int
    maximum_length: int
    counts: tuple[CountLimit, ...] = ()
    quantities: tuple[QuantityLimit, ...] = ()
    stimuli: StimulusRule | None = None
    target: InformationTarget | None = None
    forced_in: frozenset[int] = frozenset()
    forced_out: frozenset[int] = frozenset()
    name: str = ""

    def __post_init__(self) -> None:
        if self.minimum_length < 1:
            raise InvalidParameters("A form needs at least one item.")
        _require_order("length", self.minimum_length, self.maximum_length)
        both = self.forced_in & self.forced_out
        if both:
            raise InvalidParameters(f"Item {min(both)} is forced both in and out.")


@dataclass(frozen=True)
class PathSpecification:
    """Forms (by index) that one examinee may meet together, with limits on their union."""

    forms: tuple[int, ...]
    counts: tuple[CountLimit, ...] = ()
    quantities: tuple[QuantityLimit, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class AssemblyPlan:
    """All forms to assemble at once.

    ``maximum_uses``: forms an item may enter (1: the forms share nothing). ``maximum_shared``: most items two
    forms may share. ``paths``: forms met together, in which an item, an enemy set and a stimulus come at most
    once. ``exposure_weight``: cost of the pool's mean exposure of the chosen items, in units of the
    objective.
    """

    forms: tuple[FormSpecification, ...]
    maximum_uses: int = 1
    maximum_shared: int | None = None
    paths: tuple[PathSpecification, ...] = ()
    exposure_weight: float = 0.0

    def __post_init__(self) -> None:
        if not self.forms:
            raise InvalidParameters("A plan needs at least one form.")
        if self.maximum_uses < 1 or (self.maximum_shared is not None and self.maximum_shared < 0):
            raise InvalidParameters("maximum_uses must be at least 1 and maximum_shared at least 0.")
        if not np.isfinite(self.exposure_weight) or self.exposure_weight < 0:
            raise InvalidParameters("The exposure weight must be finite and not negative.")
        for path in self.paths:
            if not path.forms or not all(0 <= form < len(self.forms) for form in path.forms):
                raise InvalidParameters("A path names forms that the plan does not have.")
        if len({form.target.kind for form in self.forms if form.target is not None}) > 1:
            raise InvalidParameters("Targets of one plan must all be absolute or all be relative.")

    @classmethod
    def parallel(
        cls, form: FormSpecification, count: int, *, maximum_uses: int = 1, maximum_shared: int | None = None
    ) -> AssemblyPlan:
        """``count`` forms of one specification."""
        if count < 1:
            raise InvalidParameters("A plan needs at least one form.")
        return cls((form,) * count, maximum_uses, maximum_shared)

    def name_of(self, form: int) -> str:
        """The form's name, or its number from 1."""
        return self.forms[form].name or f"form {form + 1}"


def _require_order(label: str, minimum: float, maximum: float | None) -> None:
    if minimum < 0 or (maximum is not None and maximum < minimum):
        raise InvalidParameters(f"{label}: the minimum {minimum:g} and maximum {maximum} are out of order.")
