"""A simulation as data: who is tested, from which pool, by which plan, against which cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool, PoolContent
from psychometrics.errors import InvalidParameters
from psychometrics.response_models import ItemParameters
from psychometrics.simulation.exposure_goals import ExposureGoal
from psychometrics.simulation.population import Population

DEFAULT_EDGES = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class NormalSpread:
    """Mean and standard deviation of a normal distribution. Raises InvalidParameters."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.mean, self.sd]).all() and self.sd >= 0):
            raise InvalidParameters("A spread needs a finite mean and an sd not below 0.")


@dataclass(frozen=True)
class SimulatedPool:
    """``items`` items whose parameters are drawn: log discrimination and difficulty normal, one guessing.

    Areas are given in turn. ``attributes`` maps a name to values given in turn too. Raises
    InvalidParameters.
    """

    items: int
    log_discrimination: NormalSpread = NormalSpread(0.0, 0.3)
    difficulty: NormalSpread = NormalSpread(0.0, 1.0)
    guessing: float = 0.0
    areas: tuple[str, ...] = ("all",)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.items < 1 or not self.areas or not all(self.attributes.values()):
            raise InvalidParameters("A simulated pool needs items, an area, and values of each attribute.")
        if not 0 <= self.guessing < 1:
            raise InvalidParameters("Guessing must be at least 0 and below 1.")

    def draw(self, rng: np.random.Generator) -> AdaptivePool:
        """The pool for one generator."""
        count, slope, place = self.items, self.log_discrimination, self.difficulty
        items = ItemParameters.of(
            np.exp(rng.normal(slope.mean, slope.sd, count)),
            rng.normal(place.mean, place.sd, count),
            np.full(count, self.guessing),
        )
        columns = {name: _in_turn(values, count) for name, values in self.attributes.items()}
        return AdaptivePool.of(items, PoolContent(_in_turn(self.areas, count), attributes=columns))


def _in_turn(values: tuple[str, ...], count: int) -> list[str]:
    return [values[place % len(values)] for place in range(count)]


@dataclass(frozen=True)
class FixedFormRule:
    """``length`` of the fixed form to compare with; None for the mean length of the adaptive attempts."""

    length: int | None = None
    compare: bool = True

    def __post_init__(self) -> None:
        if self.length is not None and self.length < 1:
            raise InvalidParameters("The fixed form needs at least one item.")


@dataclass(frozen=True)
class Scenario:
    """Everything that determines the outcome of a simulation, apart from a pool given by ``pool_file``.

    ``replications`` independent attempts of each examinee; two or more give consistency. ``cuts`` on θ divide
    the categories; those of the plan's own classification if empty. ``theta_edges`` divide θ for the figures
    by θ; points of the population are kept apart by themselves. ``exposure`` has control fitted to the pool
    before the simulation. Raises InvalidParameters.
    """

    population: Population
    plan: AdaptivePlan
    pool: SimulatedPool | None = None
    pool_file: str | None = None
    name: str = "simulation"
    seed: int = 1
    replications: int = 2
    cuts: tuple[float, ...] = ()
    theta_edges: tuple[float, ...] = DEFAULT_EDGES
    exposure: ExposureGoal | None = None
    fixed_form: FixedFormRule = FixedFormRule()

    def __post_init__(self) -> None:
        if (self.pool is None) == (self.pool_file is None):
            raise InvalidParameters("A scenario needs either pool or pool_file.")
        if self.replications < 1 or self.seed < 0:
            raise InvalidParameters("A scenario needs one replication or more and a seed not below 0.")
        rule = self.plan.stopping.classification
        if not self.cuts and rule is not None:
            object.__setattr__(self, "cuts", rule.cuts)
        for name in ("cuts", "theta_edges"):
            values = tuple(float(value) for value in getattr(self, name))
            if not np.isfinite(values).all() or list(values) != sorted(set(values)):
                raise InvalidParameters(f"The {name} must be finite and rise.")
            object.__setattr__(self, name, values)
        if self.exposure is not None and self.plan.exposure is not None:
            raise InvalidParameters("Give either exposure to be fitted or exposure of the plan, not both.")
