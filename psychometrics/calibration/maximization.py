"""Maximization step: safeguarded Newton steps on the expected complete-data objective.

A step never lowers the objective of an item, so a cycle never lowers the marginal objective (generalized EM).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.calibration.curves import Counts, Derivatives, ItemCurves, complete_data
from psychometrics.calibration.plan import Priors
from psychometrics.calibration.prior_terms import item_priors

SLOPE_LIMIT = 30.0
INTERCEPT_LIMIT = 90.0
LOGIT_GUESSING_LIMIT = 12.0
"""Walls far outside any usable item. An estimate that stands at one has no finite maximum."""

SMALLEST_COMMON_SLOPE = 1e-4
LARGEST_STEP = 1.5
NEWTON_STEPS = 3
SETTLED = 0.02
SHORTENING = 0.25
ATTEMPTS = 12


@dataclass(frozen=True, eq=False)
class Maximization:
    """Improved working vector, and the gradient at the old one in units of standard errors, per parameter."""

    vector: FloatArray
    scaled_gradient: FloatArray


class Parametrization(Protocol):
    """How a flat working vector describes the item curves."""

    @property
    def priors(self) -> Priors: ...

    def curves(self, vector: FloatArray) -> ItemCurves:
        """Item curves the vector stands for."""

    def log_prior(self, vector: FloatArray) -> float:
        """Log prior density of the whole vector; minus infinity where it is forbidden."""

    def maximize(self, vector: FloatArray, counts: Counts, nodes: FloatArray) -> Maximization:
        """Raise the expected complete-data objective from ``vector``."""

    def items_of(self, marked: AnyArray) -> list[int]:
        """Indices of the items that the marked entries (bool, like the vector) belong to."""

    def walls(self, count: int) -> FloatArray:
        """Largest absolute value of each entry of a vector of ``count`` entries."""

    def bounded(self, vector: FloatArray) -> FloatArray:
        """The nearest vector inside the walls."""


@dataclass(frozen=True)
class SeparateItems:
    """Two- and three-parameter models: the vector is the (J, K) table of a, d[, γ], flattened."""

    size: int
    priors: Priors

    def curves(self, vector: FloatArray) -> ItemCurves:
        table = vector.reshape(-1, self.size)
        return ItemCurves(table[:, 0], table[:, 1], table[:, 2] if self.size == 3 else None)

    def log_prior(self, vector: FloatArray) -> float:
        return float(item_priors(self.curves(vector), self.priors).objective.sum())

    def items_of(self, marked: AnyArray) -> list[int]:
        return [int(item) for item in np.flatnonzero(marked.reshape(-1, self.size).any(axis=1))]

    def walls(self, count: int) -> FloatArray:
        return np.resize([SLOPE_LIMIT, INTERCEPT_LIMIT, LOGIT_GUESSING_LIMIT][: self.size], count)

    def bounded(self, vector: FloatArray) -> FloatArray:
        limits = self.walls(len(vector))
        return np.clip(vector, -limits, limits)

    def maximize(self, vector: FloatArray, counts: Counts, nodes: FloatArray) -> Maximization:
        current = self._derivatives(vector, counts, nodes)
        scaled = current.gradient / np.sqrt(np.einsum("jkk->jk", current.information) + 1e-12)
        for _ in range(NEWTON_STEPS):
            step = _newton_step(current)
            improved, current = self._search(vector, step, current, counts, nodes)
            change = np.abs(improved - vector).max()
            vector = improved
            if change < SETTLED:
                break
        return Maximization(vector, np.abs(scaled).ravel())

    def _search(
        self, vector: FloatArray, step: FloatArray, current: Derivatives, counts: Counts, nodes: FloatArray
    ) -> tuple[FloatArray, Derivatives]:
        """Shorten the step of each item until its objective does not fall; drop it if that never happens."""
        factor = np.ones((len(step), 1))
        floor = current.objective - 1e-12 * np.abs(current.objective)
        for _ in range(ATTEMPTS):
            proposal = self.bounded(vector + (factor * step).ravel())
            trial = self._derivatives(proposal, counts, nodes)
            fallen = ~(trial.objective >= floor)
            if not fallen.any():
                return proposal, trial
            factor[fallen] *= SHORTENING
        factor[fallen] = 0.0
        proposal = self.bounded(vector + (factor * step).ravel())
        return proposal, self._derivatives(proposal, counts, nodes)

    def _derivatives(self, vector: FloatArray, counts: Counts, nodes: FloatArray) -> Derivatives:
        curves = self.curves(vector)
        return complete_data(curves, nodes, counts) + item_priors(curves, self.priors)


@dataclass(frozen=True)
class CommonSlope:
    """Rasch and one-parameter models on the N(0, 1) grid: the vector is the slope, then J intercepts.

    With ``unit_slope`` (Rasch) the common slope is the standard deviation of θ and the reported difficulty is
    −d; otherwise it is the common discrimination and the difficulty is −d / a.
    """

    priors: Priors
    unit_slope: bool

    def curves(self, vector: FloatArray) -> ItemCurves:
        return ItemCurves(np.full(len(vector) - 1, vector[0]), vector[1:])

    def log_prior(self, vector: FloatArray) -> float:
        return float(self.prior_terms(vector).objective.sum())

    def items_of(self, marked: AnyArray) -> list[int]:
        return [int(item) for item in np.flatnonzero(marked[1:])]

    def walls(self, count: int) -> FloatArray:
        return np.concatenate([[SLOPE_LIMIT], np.full(count - 1, INTERCEPT_LIMIT)])

    def bounded(self, vector: FloatArray) -> FloatArray:
        limits = self.walls(len(vector))
        nearest = np.clip(vector, -limits, limits)
        nearest[0] = max(nearest[0], SMALLEST_COMMON_SLOPE)
        return nearest

    def prior_terms(self, vector: FloatArray, *, exact: bool = False) -> Derivatives:
        """Log prior and derivatives per item; the prior of the common slope is counted once."""
        curves = self.curves(vector)
        if self.unit_slope:
            curves = replace(curves, slope=np.ones_like(curves.slope))
        per_item = item_priors(curves, Priors(difficulty=self.priors.difficulty), exact=exact)
        if self.unit_slope:
            per_item.gradient[:, 0] = 0.0
            per_item.information[:, 0, :] = per_item.information[:, :, 0] = 0.0
        slope_prior = Priors(log_discrimination=self.priors.log_discrimination)
        once = item_priors(ItemCurves(vector[:1], vector[1:2]), slope_prior, exact=exact)
        per_item.objective[0] += once.objective[0]
        per_item.gradient[0, 0] += once.gradient[0, 0]
        per_item.information[0, 0, 0] += once.information[0, 0, 0]
        return per_item

    def maximize(self, vector: FloatArray, counts: Counts, nodes: FloatArray) -> Maximization:
        current = self._derivatives(vector, counts, nodes)
        gradient = np.concatenate([[current.gradient[:, 0].sum()], current.gradient[:, 1]])
        diagonal = np.concatenate([[current.information[:, 0, 0].sum()], current.information[:, 1, 1]])
        scaled = np.abs(gradient) / np.sqrt(diagonal)
        for _ in range(NEWTON_STEPS):
            improved, current = self._search(vector, current, counts, nodes)
            change = np.abs(improved - vector).max()
            vector = improved
            if change < SETTLED:
                break
        return Maximization(vector, scaled)

    def _search(
        self, vector: FloatArray, current: Derivatives, counts: Counts, nodes: FloatArray
    ) -> tuple[FloatArray, Derivatives]:
        step = _arrow_step(current)
        floor = current.objective.sum() - 1e-12 * abs(current.objective.sum())
        for attempt in range(ATTEMPTS):
            proposal = self.bounded(vector + SHORTENING**attempt * step)
            trial = self._derivatives(proposal, counts, nodes)
            if trial.objective.sum() >= floor:
                return proposal, trial
        return vector, current

    def _derivatives(self, vector: FloatArray, counts: Counts, nodes: FloatArray) -> Derivatives:
        return complete_data(self.curves(vector), nodes, counts) + self.prior_terms(vector)


def _newton_step(current: Derivatives) -> FloatArray:
    """Solve the K × K systems of all items at once, capping the largest change of an item."""
    size = current.gradient.shape[1]
    ridge = 1e-10 * np.einsum("jkk->j", current.information) + 1e-12
    system = current.information + ridge[:, None, None] * np.eye(size)
    step = np.linalg.solve(system, current.gradient[:, :, None])[:, :, 0]
    largest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1.0, LARGEST_STEP / np.maximum(largest, 1e-300)))


def _arrow_step(current: Derivatives) -> FloatArray:
    """Newton step for one slope shared by items with their own intercepts (arrow-shaped system)."""
    information, gradient = current.information, current.gradient
    own = information[:, 1, 1]
    ratio = information[:, 0, 1] / own
    schur = information[:, 0, 0].sum() - (ratio * information[:, 0, 1]).sum()
    slope = (gradient[:, 0].sum() - (ratio * gradient[:, 1]).sum()) / max(schur, 1e-12)
    step = np.concatenate([[slope], gradient[:, 1] / own - ratio * slope])
    return np.asarray(step * min(1.0, LARGEST_STEP / max(np.abs(step).max(), 1e-300)))
