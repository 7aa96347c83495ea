"""The items that forms may be assembled from, with everything a content blueprint counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True, eq=False)
class AssemblyPool:
    """J items and what is known of them.

    ``theta`` (T,) and ``information`` (T, J): Fisher information of each item at each point, from any
    response model. ``attributes`` maps a name ("area") to J values ("Geometry"), ``quantities`` a name
    ("words") to J numbers. ``stimuli`` has the name of the item's stimulus or None. ``enemies`` are sets of
    item indices that must not meet in one form. ``exposure`` (J,), zero unless given, is how much each item
    has been used: the plan's ``exposure_weight`` turns it into a cost. ``names`` are used in messages.
    Raises InvalidParameters.
    """

    theta: FloatArray
    information: FloatArray
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quantities: Mapping[str, ArrayLike] = field(default_factory=dict)
    stimuli: Sequence[str | None] = ()
    enemies: Sequence[Sequence[int]] = ()
    exposure: ArrayLike | None = None
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", finite_vector(self.theta, "theta"))
        table = np.array(self.information, dtype=float)
        if table.ndim != 2 or len(table) != len(self.theta) or table.shape[1] == 0:
            raise InvalidParameters(
                f"Information must be a table of {len(self.theta)} points by items, "
                f"not of shape {table.shape}."
            )
        if not np.isfinite(table).all() or (table < 0).any():
            raise InvalidParameters("Information must be finite and not negative.")
        object.__setattr__(self, "information", table)
        self._check_columns()
        for group in self.enemies:
            self.require_items(group)

    def _check_columns(self) -> None:
        for name, values in self.attributes.items():
            self._require_length(name, len(values))
        quantities = {name: finite_vector(values, name) for name, values in self.quantities.items()}
        for name, column in quantities.items():
            self._require_length(name, len(column))
        object.__setattr__(self, "quantities", quantities)
        exposure = np.zeros(len(self)) if self.exposure is None else finite_vector(self.exposure, "exposure")
        self._require_length("exposure", len(exposure))
        object.__setattr__(self, "exposure", exposure)
        for name, column_length in (("stimuli", len(self.stimuli)), ("names", len(self.names))):
            if column_length:
                self._require_length(name, column_length)

    def _require_length(self, name: str, length: int) -> None:
        if length != len(self):
            raise InvalidParameters(f"{name} has {length} entries for {len(self)} items.")

    def __len__(self) -> int:
        return int(self.information.shape[1])

    def require_items(self, indices: Sequence[int]) -> None:
        """InvalidParameters unless every index is one of this pool's."""
        unknown = [index for index in indices if not 0 <= index < len(self)]
        if unknown:
            raise InvalidParameters(f"Item {unknown[0]} is not among the {len(self)} items of the pool.")

    def name_of(self, item: int) -> str:
        """The item's name, or its index."""
        return self.names[item] if self.names else str(item)

    def matches(self, where: Mapping[str, str]) -> AnyArray:
        """Which items have all those attribute values, (J,) of bool; InvalidParameters for an unknown
        name."""
        chosen = np.ones(len(self), dtype=bool)
        for name, value in where.items():
            if name not in self.attributes:
                raise InvalidParameters(f"The pool has no attribute {name!r}.")
            chosen &= np.array([cell == value for cell in self.attributes[name]])
        return chosen

    def quantity(self, name: str) -> FloatArray:
        """One quantity of every item, (J,); InvalidParameters for an unknown name."""
        if name not in self.quantities:
            raise InvalidParameters(f"The pool has no quantity {name!r}.")
        return np.asarray(self.quantities[name], dtype=float)

    @property
    def stimulus_names(self) -> tuple[str, ...]:
        """Stimuli of the pool in alphabetical order."""
        return tuple(sorted({name for name in self.stimuli if name is not None}))

    @property
    def stimulus_of(self) -> IntArray:
        """Index into ``stimulus_names`` for each item, −1 without a stimulus, (J,)."""
        position = {name: index for index, name in enumerate(self.stimulus_names)}
        if not self.stimuli:
            return np.full(len(self), -1)
        return np.array([-1 if name is None else position[name] for name in self.stimuli])

    def rows_of(self, theta: ArrayLike) -> FloatArray:
        """Information at points that must be among ``theta``, (points, J)."""
        points = finite_vector(theta, "theta")
        distance = np.abs(points[:, None] - self.theta)
        if (distance.min(axis=1) > 1e-9).any():
            missing = points[distance.min(axis=1) > 1e-9][0]
            raise InvalidParameters(f"The pool has no information at θ = {missing:g}.")
        return np.asarray(self.information[distance.argmin(axis=1)])
