"""Simulated examinees: where their θ come from, and responses to whole forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray, ScoreArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, category_probabilities, highest_scores
from psychometrics.response_models import ItemParameters, probability


@dataclass(frozen=True)
class PopulationGroup:
    """A normal group of examinees; ``share`` is relative to the other groups, ``name`` is for reports."""

    mean: float = 0.0
    sd: float = 1.0
    share: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        numbers = np.array([self.mean, self.sd, self.share], dtype=np.float64)
        if not (np.isfinite(numbers).all() and self.sd >= 0 and self.share > 0):
            raise InvalidParameters(
                "A population group needs a finite mean, an sd not below 0 and a positive share."
            )


@dataclass(frozen=True)
class Population:
    """A mixture of normal groups, or equally many examinees (rounded up) at each of some ``points`` of θ.

    ``informative_prior``: each examinee starts from the mean and standard deviation of their group, as if it
    were known from covariates. Raises InvalidParameters.
    """

    examinees: int
    groups: tuple[PopulationGroup, ...] = (PopulationGroup(),)
    points: tuple[float, ...] = ()
    informative_prior: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", tuple(self.groups))
        object.__setattr__(self, "points", tuple(float(point) for point in self.points))
        if self.examinees < 1 or not self.groups:
            raise InvalidParameters("A population needs at least one examinee and one group.")
        if not np.isfinite(self.points).all():
            raise InvalidParameters("Points of θ must be finite.")
        if self.informative_prior and (self.points or any(group.sd == 0 for group in self.groups)):
            raise InvalidParameters("A prior by group needs groups with a positive standard deviation.")

    def draw(self, rng: np.random.Generator) -> PopulationDraw:
        """True θ of the examinees, and the group each comes from."""
        if self.points:
            each = -(-self.examinees // len(self.points))
            theta = np.repeat(np.array(self.points), each)
            return PopulationDraw(theta, np.zeros(len(theta), dtype=np.int64), None)
        shares = np.array([group.share for group in self.groups])
        group_of = rng.choice(len(shares), size=self.examinees, p=shares / shares.sum())
        means = np.array([group.mean for group in self.groups])[group_of]
        spreads = np.array([group.sd for group in self.groups])[group_of]
        theta = means + spreads * rng.normal(size=self.examinees)
        return PopulationDraw(theta, group_of, (means, spreads) if self.informative_prior else None)

    def name_of(self, group: int) -> str:
        """The name of a group, or "group 2"."""
        return self.groups[group].name or f"group {group + 1}"


@dataclass(frozen=True, eq=False)
class PopulationDraw:
    """True ``theta`` (N,), ``group_of`` (N,) and the priors that examinees start from, (means, sds) or
    None for that of the plan."""

    theta: FloatArray
    group_of: IntArray
    priors: tuple[FloatArray, FloatArray] | None


def simulate_responses(theta: ArrayLike, items: ItemCollection, rng: np.random.Generator) -> ScoreArray:
    """Scores (N, J) of examinees with θ (N,) on all items: 0/1, or 0…C − 1 under models with more scores."""
    if isinstance(items, ItemParameters):
        chance = probability(theta, items)
        return (rng.random(chance.shape) < chance).astype(np.int8)
    beyond = category_probabilities(theta, items).cumsum(axis=2)[:, :, :-1]
    scores = (rng.random(beyond.shape[:2])[:, :, None] > beyond).sum(axis=2)
    return np.asarray(np.minimum(scores, highest_scores(items)), dtype=np.int8)
