"""Items and population together, described by one flat working vector: items first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.expectation import ExpectedCounts
from psychometrics.calibration.item_models import ItemModels
from psychometrics.calibration.population import Population, PopulationState


@dataclass(frozen=True, eq=False)
class WorkingModel:
    """What the expectation step needs of a working vector, and what the maximization step makes of it."""

    items: ItemModels
    population: Population

    @property
    def size(self) -> int:
        return self.items.size + self.population.size

    def split(self, vector: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The parts of the items and of the population."""
        return vector[: self.items.size], vector[self.items.size :]

    def start(self, observed: AnyArray) -> FloatArray:
        """Working vector to start from; ``observed`` (R,) counts the scores of each item."""
        return np.concatenate([self.items.start(observed), self.population.start()])

    def tables(self, vector: FloatArray) -> FloatArray:
        """log P of each score of each item at the nodes, (R, Q)."""
        return self.items.tables(self.split(vector)[0], self.population.grid.nodes)

    def state(self, vector: FloatArray) -> PopulationState:
        """Moments of the population."""
        return self.population.state(self.split(vector)[1])

    def bounded(self, vector: FloatArray) -> FloatArray:
        """The nearest vector inside the walls."""
        items, population = self.split(vector)
        return np.concatenate([self.items.bounded(items), self.population.bounded(population)])

    def maximize(self, vector: FloatArray, counts: ExpectedCounts) -> tuple[FloatArray, FloatArray]:
        """Improved vector, and the gradient at the old one in units of standard errors."""
        items, population = self.split(vector)
        parts = (
            self.items.maximize(items, self.population.grid.nodes, counts.table),
            self.population.maximize(population, counts.population),
        )
        improved, scaled = (np.concatenate(pair) for pair in zip(*parts, strict=True))
        return improved, scaled
