"""Parameters of items of any format as one table, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, MixedItems
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.response_models import ItemParameters

LOGISTIC_NAMES = ("discrimination", "b1", "guessing", "upper_asymptote")


class LabelledCovariance(Protocol):
    """Covariance ``matrix`` (k, k) of parameters with ``labels`` (item index, parameter name)."""

    @property
    def labels(self) -> tuple[tuple[int, str], ...]: ...
    @property
    def matrix(self) -> FloatArray: ...


@dataclass(frozen=True, eq=False)
class ParameterTable:
    """``values`` (J, K) under ``names``; NaN where an item has no such parameter.

    Names: discrimination, b1, b2, … (difficulty, thresholds or steps), guessing, upper_asymptote, slope1, …,
    intercept1, … (nominal categories after the first, relative to it).
    """

    names: tuple[str, ...]
    values: FloatArray

    @classmethod
    def of(cls, items: ItemCollection) -> ParameterTable:
        """The table of a collection. Raises InvalidParameters for one of an unknown kind."""
        if isinstance(items, MixedItems):
            return cls._joined([cls.of(part) for part in items.parts], items.positions)
        if isinstance(items, ItemParameters):
            columns = [items.discrimination, items.difficulty, items.guessing, items.upper_asymptote]
            return cls(LOGISTIC_NAMES, np.stack(columns, axis=1))
        if isinstance(items, GradedItems | PartialCreditItems):
            places = items.thresholds if isinstance(items, GradedItems) else items.steps
            values = np.concatenate([items.discrimination[:, None], places], axis=1)
            return cls(("discrimination", *_numbered("b", places.shape[1])), values)
        if isinstance(items, NominalItems):
            slopes = items.slopes[:, 1:] - items.slopes[:, :1]
            intercepts = items.intercepts[:, 1:] - items.intercepts[:, :1]
            width = slopes.shape[1]
            names = (*_numbered("slope", width), *_numbered("intercept", width))
            return cls(names, np.concatenate([slopes, intercepts], axis=1))
        raise InvalidParameters(f"Items of the kind {type(items).__name__} have no table of parameters.")

    @classmethod
    def _joined(cls, parts: Sequence[ParameterTable], positions: Sequence[AnyArray]) -> ParameterTable:
        names = tuple(dict.fromkeys(name for part in parts for name in part.names))
        values = np.full((sum(len(part.values) for part in parts), len(names)), np.nan)
        for part, places in zip(parts, positions, strict=True):
            for column, name in enumerate(part.names):
                values[places, names.index(name)] = part.values[:, column]
        return cls(names, values)

    def column(self, name: str) -> FloatArray:
        """Values (J,) of one parameter, NaN everywhere if no item has it."""
        if name not in self.names:
            return np.full(len(self.values), np.nan)
        return np.asarray(self.values[:, self.names.index(name)])

    @property
    def discrimination(self) -> FloatArray:
        """Discriminations (J,); NaN for nominal items."""
        return self.column("discrimination")

    @property
    def locations(self) -> FloatArray:
        """Difficulties, thresholds and steps (J, K), NaN where an item has fewer."""
        columns = [place for place, name in enumerate(self.names) if name.startswith("b")]
        return np.asarray(self.values[:, columns]) if columns else np.full((len(self.values), 1), np.nan)

    def rebuilt(self, items: ItemCollection) -> ItemCollection:
        """A collection like ``items`` with the values of this table. Raises InvalidParameters."""
        if isinstance(items, MixedItems):
            parts = [
                ParameterTable(self.names, self.values[places]).rebuilt(part)
                for part, places in zip(items.parts, items.positions, strict=True)
            ]
            return MixedItems(tuple(parts), items.positions)
        if isinstance(items, ItemParameters):
            return ItemParameters(
                self.discrimination,
                self.column("b1"),
                np.clip(self.column("guessing"), 0.0, 1.0),
                np.clip(self.column("upper_asymptote"), 0.0, 1.0),
            )
        if isinstance(items, GradedItems):
            return GradedItems(self.discrimination, self._columns("b", items.thresholds.shape[1]))
        if isinstance(items, PartialCreditItems):
            return PartialCreditItems(self.discrimination, self._columns("b", items.steps.shape[1]))
        width = ParameterTable.of(items).values.shape[1] // 2
        zero = np.zeros((len(self.values), 1))
        slopes = np.concatenate([zero, self._columns("slope", width)], axis=1)
        return NominalItems(slopes, np.concatenate([zero, self._columns("intercept", width)], axis=1))

    def covariance(self, labelled: LabelledCovariance | None, rows: AnyArray) -> FloatArray:
        """Covariance (n, n) of the parameters of the items ``rows`` of a larger calibration.

        In the order of this table, item by item, n = J·K; zero for parameters that have no covariance.
        """
        count, width = self.values.shape
        matrix = np.zeros((count * width, count * width))
        if labelled is None:
            return matrix
        place = {int(row): number for number, row in enumerate(rows)}
        pairs = [
            (index, place[item] * width + self.names.index(name))
            for index, (item, name) in enumerate(labelled.labels)
            if item in place and name in self.names
        ]
        if pairs:
            source, target = np.array(pairs).T
            matrix[np.ix_(target, target)] = labelled.matrix[np.ix_(source, source)]
        return matrix

    def _columns(self, stem: str, width: int) -> FloatArray:
        return np.stack([self.column(name) for name in _numbered(stem, width)], axis=1)


def _numbered(stem: str, count: int) -> tuple[str, ...]:
    return tuple(f"{stem}{number + 1}" for number in range(count))
