"""All items of a calibration: families of one model each, anchors, and the flat working vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.calibration.category_rows import CategoryRows
from psychometrics.calibration.collection_joining import joined_collection
from psychometrics.calibration.families import ItemFamily
from psychometrics.calibration.graded_family import GradedFamily
from psychometrics.calibration.logistic_family import LogisticFamily
from psychometrics.calibration.maximization import FamilyObjective, bounded
from psychometrics.calibration.plan import DICHOTOMOUS_MODELS, Anchors, Model, Priors
from psychometrics.calibration.prior_terms import family_priors
from psychometrics.calibration.share_family import ShareFamily
from psychometrics.item_collections import ItemCollection


@dataclass(frozen=True, eq=False)
class PlacedFamily:
    """A family and where its parameters stand in the working vector: shared ones first, then item by item."""

    family: ItemFamily
    start: int

    @property
    def count(self) -> int:
        return len(self.family.items)

    @property
    def own(self) -> int:
        """Parameters of each item alone."""
        return len(self.family.limits) - self.family.shared

    @property
    def stop(self) -> int:
        return self.start + self.family.shared + self.count * self.own

    @cached_property
    def slots(self) -> IntArray:
        """Index in the working vector of each parameter of each item, (J, P)."""
        shared = np.tile(self.start + np.arange(self.family.shared), (self.count, 1))
        first = self.start + self.family.shared
        own = first + np.arange(self.count * self.own).reshape(self.count, self.own)
        return np.concatenate([shared, own], axis=1).astype(np.int64)


@dataclass(frozen=True, eq=False)
class ItemModels:
    """Families over the columns of a response matrix; columns of ``anchors`` have no parameters."""

    rows: CategoryRows
    placed: tuple[PlacedFamily, ...]
    anchors: Anchors | None
    priors: Priors

    @classmethod
    def of(
        cls, models: Sequence[Model], rows: CategoryRows, anchors: Anchors | None, priors: Priors
    ) -> ItemModels:
        """One family for each model and number of scores, in the order in which they are first met."""
        fixed = set() if anchors is None else set(anchors.positions.tolist())
        members: dict[tuple[Model, int], list[int]] = {}
        for item, (model, count) in enumerate(zip(models, np.diff(rows.starts).tolist(), strict=True)):
            if item not in fixed:
                members.setdefault((model, count), []).append(item)
        placed: list[PlacedFamily] = []
        start = 0
        for (model, count), items in members.items():
            placed.append(PlacedFamily(_family(model, count, np.array(items), priors), start))
            start = placed[-1].stop
        return cls(rows, tuple(placed), anchors, priors)

    @property
    def size(self) -> int:
        """Length of the working vector."""
        return self.placed[-1].stop if self.placed else 0

    def start(self, observed: AnyArray) -> FloatArray:
        """Working vector to start from; ``observed`` (R,) counts the scores of each item."""
        vector = np.empty(self.size)
        for place in self.placed:
            family = place.family
            rows = self.rows.of_items(family.items, family.categories)
            vector[place.slots] = family.start(observed[rows].astype(np.float64))
        return vector

    def parameters(self, vector: FloatArray) -> Iterator[tuple[PlacedFamily, FloatArray]]:
        """Each family with its parameters (J, P)."""
        for place in self.placed:
            yield place, vector[place.slots]

    def tables(self, vector: FloatArray, nodes: FloatArray) -> FloatArray:
        """log P of each score of each item at the nodes, (R, Q)."""
        stacked = np.empty((self.rows.total, len(nodes)))
        for place, parameters in self.parameters(vector):
            family = place.family
            stacked[self.rows.of_items(family.items, family.categories)] = family.log_tables(
                parameters, nodes
            )
        if self.anchors is not None:
            self._fill_anchors(stacked, nodes)
        return stacked

    def score_weights(self, vector: FloatArray, nodes: FloatArray) -> FloatArray:
        """Derivative of log P of each row in each parameter of its item, (P, R, Q); zero beyond its last."""
        most = max((len(place.family.limits) for place in self.placed), default=0)
        stacked = np.zeros((most, self.rows.total, len(nodes)))
        for place, parameters in self.parameters(vector):
            family = place.family
            rows = self.rows.of_items(family.items, family.categories)
            stacked[: len(family.limits), rows] = family.score_weights(parameters, nodes)
        return stacked

    @cached_property
    def slots(self) -> IntArray:
        """Index in the working vector of each parameter of each item, (J, P); −1 where it has fewer."""
        most = max((len(place.family.limits) for place in self.placed), default=0)
        slots = np.full((self.rows.items, most), -1, dtype=np.int64)
        for place in self.placed:
            slots[place.family.items, : place.slots.shape[1]] = place.slots
        return slots

    def log_prior(self, vector: FloatArray) -> float:
        """Log prior density of the whole vector; minus infinity where it is forbidden."""
        total = 0.0
        for place, parameters in self.parameters(vector):
            terms = family_priors(place.family, parameters, self.priors)
            total += 0.0 if terms is None else float(terms.objective.sum())
        return total

    def objectives(
        self, vector: FloatArray, nodes: FloatArray, counts: FloatArray
    ) -> Iterator[tuple[PlacedFamily, FamilyObjective, FloatArray]]:
        """Each family with its complete-data objective for counts (R, Q) and its parameters."""
        for place, parameters in self.parameters(vector):
            family = place.family
            own = counts[self.rows.of_items(family.items, family.categories)]
            yield place, FamilyObjective(family, self.priors, nodes, own), parameters

    def maximize(
        self, vector: FloatArray, nodes: FloatArray, counts: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Improved vector, and the gradient at the old one in units of standard errors."""
        improved, scaled = np.empty_like(vector), np.empty_like(vector)
        for place, objective, parameters in self.objectives(vector, nodes, counts):
            step = objective.maximize(parameters)
            improved[place.slots], scaled[place.slots] = step.parameters, step.scaled_gradient
        return improved, scaled

    def bounded(self, vector: FloatArray) -> FloatArray:
        """The nearest vector inside the walls at which every score is possible."""
        nearest = vector.copy()
        for place, parameters in self.parameters(vector):
            nearest[place.slots] = bounded(place.family, parameters)
        return nearest

    def at_wall(self, vector: FloatArray) -> AnyArray:
        """Which entries stand at a wall, that is have no finite maximum; bool, like the vector."""
        marked = np.zeros(len(vector), dtype=bool)
        for place, parameters in self.parameters(vector):
            marked[place.slots] = np.abs(parameters) >= place.family.limits
        return marked

    def items_of(self, marked: AnyArray) -> list[int]:
        """Items that the marked entries belong to alone; shared entries belong to nobody."""
        found: set[int] = set()
        for place in self.placed:
            own = marked[place.slots[:, place.family.shared :]].any(axis=1)
            found.update(place.family.items[own].tolist())
        return sorted(found)

    def collection(self, vector: FloatArray) -> ItemCollection:
        """The items, anchors included, as the rest of the library knows them."""
        parts = [
            (place.family.items, place.family.collection(parameters))
            for place, parameters in self.parameters(vector)
        ]
        if self.anchors is not None:
            parts.append((self.anchors.positions, self.anchors.items))
        return joined_collection(parts)

    def _fill_anchors(self, stacked: FloatArray, nodes: FloatArray) -> None:
        assert self.anchors is not None  # noqa: S101
        tables = self.anchors.items.log_category_probabilities(nodes)
        for place, item in enumerate(self.anchors.positions.tolist()):
            first, last = self.rows.starts[item], self.rows.starts[item + 1]
            stacked[first:last] = tables[:, place, : last - first].T


def _family(model: Model, categories: int, items: IntArray, priors: Priors) -> ItemFamily:
    if model in DICHOTOMOUS_MODELS:
        if priors.logit_guessing is None:
            return LogisticFamily(model, items)
        return LogisticFamily(model, items, priors.logit_guessing.mean)
    if model == "graded":
        return GradedFamily(items, categories)
    return ShareFamily(model, items, categories)
