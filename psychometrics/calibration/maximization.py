"""Maximization step: safeguarded Newton steps on the expected complete-data objective of one family of items.

A step never lowers the objective of an item (of the family, where items share parameters), so a cycle never
lowers the marginal objective (generalized EM; Dempster, Laird & Rubin 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.calibration.families import Derivatives, ItemFamily
from psychometrics.calibration.plan import Priors
from psychometrics.calibration.prior_terms import family_priors

SMALLEST_SHARED_SLOPE = 1e-4
LARGEST_STEP = 1.5
NEWTON_STEPS = 3
SETTLED = 0.02
SHORTENING = 0.25
ATTEMPTS = 12


@dataclass(frozen=True, eq=False)
class Improvement:
    """Improved parameters and the old gradient in units of standard errors, each (J, P)."""

    parameters: FloatArray
    scaled_gradient: FloatArray


@dataclass(frozen=True, eq=False)
class FamilyObjective:
    """Expected complete-data log-likelihood plus log prior of a family, given counts (J, C, Q)."""

    family: ItemFamily
    priors: Priors
    nodes: FloatArray
    counts: FloatArray

    def at(self, parameters: FloatArray) -> Derivatives:
        """Objective and derivatives at parameters (J, P)."""
        terms = self.family.evaluate(parameters, self.nodes, self.counts)
        prior = family_priors(self.family, parameters, self.priors)
        return terms if prior is None else terms + prior

    def maximize(self, parameters: FloatArray, steps: int = NEWTON_STEPS) -> Improvement:
        """Raise the objective from ``parameters`` by at most ``steps`` Newton steps."""
        current = self.at(parameters)
        scaled = scaled_gradient(current, self.family.shared)
        for _ in range(steps):
            improved, current = self._search(parameters, current)
            change = np.abs(improved - parameters).max()
            parameters = improved
            if change < SETTLED:
                break
        return Improvement(parameters, scaled)

    def settle(self, parameters: FloatArray, tolerance: float, limit: int) -> Improvement:
        """Maximize until a round of steps moves no parameter by ``tolerance``; with the last gradient."""
        for _ in range(limit):
            before, parameters = parameters, self.maximize(parameters).parameters
            if np.abs(parameters - before).max() < tolerance:
                break
        return Improvement(parameters, scaled_gradient(self.at(parameters), self.family.shared))

    def hessian(self, parameters: FloatArray) -> FloatArray:
        """Negative Hessian per item, (J, P, P), by central differences of the exact gradient."""
        size = parameters.shape[1]
        columns = []
        for place in range(size):
            width = 1e-5 * (1.0 + np.abs(parameters[:, place]))
            shift = np.zeros_like(parameters)
            shift[:, place] = width
            higher, lower = self.at(parameters + shift).gradient, self.at(parameters - shift).gradient
            columns.append((lower - higher) / (2 * width[:, None]))
        hessian = np.stack(columns, axis=2)
        return np.asarray(0.5 * (hessian + hessian.transpose(0, 2, 1)))

    def _search(self, parameters: FloatArray, current: Derivatives) -> tuple[FloatArray, Derivatives]:
        """Shorten the step of each item until its objective does not fall; drop it if that never happens."""
        step = newton_step(current, self.family.shared)
        together = self.family.shared > 0
        before = np.array([current.objective.sum()]) if together else current.objective
        floor = before - 1e-12 * np.abs(before)
        factor = np.ones((len(floor), 1))
        for _ in range(ATTEMPTS):
            proposal = bounded(self.family, parameters + factor * step)
            trial = self.at(proposal)
            reached = np.array([trial.objective.sum()]) if together else trial.objective
            fallen = ~(reached >= floor)
            if not fallen.any():
                return proposal, trial
            factor[fallen] *= SHORTENING
        factor[fallen] = 0.0
        proposal = np.where(factor > 0, bounded(self.family, parameters + factor * step), parameters)
        return proposal, self.at(proposal)


def bounded(family: ItemFamily, parameters: FloatArray) -> FloatArray:
    """The nearest parameters inside the walls at which every score is possible."""
    inside = np.clip(parameters, -family.limits, family.limits)
    if family.model == "1pl":
        inside[:, 0] = np.maximum(inside[:, 0], SMALLEST_SHARED_SLOPE)
    return family.repaired(inside)


def scaled_gradient(current: Derivatives, shared: int) -> FloatArray:
    """Absolute gradient in units of standard errors, (J, P); shared entries are the same in all rows."""
    gradient, diagonal = current.gradient, np.einsum("jpp->jp", current.information)
    if shared:
        gradient, diagonal = gradient.copy(), diagonal.copy()
        gradient[:, :shared] = gradient[:, :shared].sum(axis=0)
        diagonal[:, :shared] = diagonal[:, :shared].sum(axis=0)
    return np.asarray(np.abs(gradient) / np.sqrt(diagonal + 1e-12))


def newton_step(current: Derivatives, shared: int) -> FloatArray:
    """Newton step (J, P) of all items at once, capped at ``LARGEST_STEP``."""
    size = current.gradient.shape[1]
    ridge = 1e-10 * np.einsum("jpp->j", current.information) + 1e-12
    system = current.information + ridge[:, None, None] * np.eye(size)
    step = _bordered_step(system, current.gradient, shared) if shared else solve(system, current.gradient)
    largest = np.abs(step).max(axis=1, keepdims=True)
    if shared:
        largest = largest.max(keepdims=True)
    return np.asarray(step * np.minimum(1.0, LARGEST_STEP / np.maximum(largest, 1e-300)))


def solve(systems: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions of J systems (J, P, P) with right sides (J, P); in closed form up to P = 2, for speed."""
    if systems.shape[1] == 1:
        return np.asarray(right / systems[:, :, 0])
    if systems.shape[1] > 2:
        return np.asarray(np.linalg.solve(systems, right[:, :, None])[:, :, 0])
    a, b, d = systems[:, 0, 0], systems[:, 0, 1], systems[:, 1, 1]
    determinant = a * d - b * b
    first = (d * right[:, 0] - b * right[:, 1]) / determinant
    return np.stack([first, (a * right[:, 1] - b * right[:, 0]) / determinant], axis=1)


def _bordered_step(system: FloatArray, gradient: FloatArray, shared: int) -> FloatArray:
    """Newton step where the first ``shared`` parameters are common to all items (Schur complement)."""
    common, border = system[:, :shared, :shared].sum(axis=0), system[:, :shared, shared:]
    own = system[:, shared:, shared:]
    eliminated = np.linalg.solve(own, border.transpose(0, 2, 1))
    alone = np.linalg.solve(own, gradient[:, shared:, None])
    schur = common - (border @ eliminated).sum(axis=0)
    pull = gradient[:, :shared].sum(axis=0) - (border @ alone).sum(axis=0)[:, 0]
    together = np.linalg.solve(schur + 1e-12 * np.eye(shared), pull)
    rest = alone[:, :, 0] - eliminated @ together
    return np.concatenate([np.tile(together, (len(system), 1)), rest], axis=1)
