"""Divide-by-total items: P(X = k | θ) ∝ exp(ηₖ), ηₖ linear in the parameters.

Partial credit (Masters 1982), generalized partial credit (Muraki 1992), rating scale (Andrich 1978) and
nominal (Bock 1972) differ in their design matrix alone; the complete-data log-likelihood is concave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.families import (
    INTERCEPT_LIMIT,
    SLOPE_LIMIT,
    Derivatives,
    Kind,
    Reported,
    nonzero,
    observed_logits,
    repeated,
    threshold_jacobian,
)
from psychometrics.calibration.plan import Model
from psychometrics.item_collections import ItemCollection
from psychometrics.polytomous_models import NominalItems, PartialCreditItems

STEEPEST_START = 2.0
"""Largest slope of a category at the start, so that many categories do not start too steep."""


@dataclass(frozen=True, eq=False)
class ShareFamily:
    """Items with m + 1 = ``categories`` scores.

    Parameters: pcm δ₁…δₘ; gpcm a, δ₁…δₘ; nominal α₁…αₘ, δ₁…δₘ; rating_scale the shared t₁…t₍ₘ₋₁₎, then d.
    ηₖ = kθ + δₖ, akθ + δₖ, αₖθ + δₖ and k(θ + d) + tₖ with t₀ = tₘ = 0.
    """

    model: Model
    items: IntArray
    categories: int

    @property
    def highest(self) -> int:
        return self.categories - 1

    @property
    def shared(self) -> int:
        return self.highest - 1 if self.model == "rating_scale" else 0

    @property
    def slopes(self) -> int:
        """Number of slope parameters of an item."""
        return {"gpcm": 1, "nominal": self.highest}.get(self.model, 0)

    @property
    def limits(self) -> FloatArray:
        return np.array([SLOPE_LIMIT] * self.slopes + [INTERCEPT_LIMIT] * self.highest)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        if self.model == "nominal":
            return (*repeated("nominal_slope", self.highest), *repeated("nominal_intercept", self.highest))
        steps = repeated("threshold", self.highest)
        return ("discrimination", *steps) if self.model == "gpcm" else steps

    def start(self, observed: FloatArray) -> FloatArray:
        logits, score = observed_logits(observed), np.arange(1.0, self.categories)
        if self.model == "rating_scale":
            location = logits[:, -1:] / self.highest
            common = (logits - location * score).mean(axis=0)[:-1]
            return np.concatenate([np.tile(common, (len(logits), 1)), location], axis=1)
        steepness = min(1.0, STEEPEST_START / self.highest)
        slopes = np.ones(1) if self.slopes == 1 else score
        return np.concatenate([np.tile(steepness * slopes[: self.slopes], (len(logits), 1)), logits], axis=1)

    def log_tables(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        basis, offset = self._design(nodes)
        eta = (parameters @ basis.reshape(len(basis), -1)).reshape(-1, self.categories, len(nodes)) + offset
        eta -= eta.max(axis=1, keepdims=True)
        eta -= np.log(np.exp(eta).sum(axis=1, keepdims=True))
        return np.asarray(eta)

    def evaluate(self, parameters: FloatArray, nodes: FloatArray, counts: FloatArray) -> Derivatives:
        table = self.log_tables(parameters, nodes)
        basis, _ = self._design(nodes)
        size = len(basis)
        flat = basis.reshape(size, -1)
        total = counts.sum(axis=1)
        share = np.exp(table)
        expected = total[:, None] * share
        gradient = (counts - expected).reshape(len(counts), -1) @ flat.T
        products = (basis[:, None] * basis[None]).reshape(size * size, -1)
        information = (expected.reshape(len(counts), -1) @ products.T).reshape(-1, size, size)
        means = np.einsum("jcq,pcq->jpq", share, basis)
        information -= (means * total[:, None]) @ means.transpose(0, 2, 1)
        return Derivatives(np.einsum("jcq,jcq->j", counts, table), gradient, information)

    def score_weights(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        basis, _ = self._design(nodes)
        share = np.exp(self.log_tables(parameters, nodes))
        means = np.einsum("jcq,pcq->pjq", share, basis)
        return np.asarray(basis[:, None] - means[:, :, None])

    def reported(self, parameters: FloatArray) -> Reported:
        if self.model == "nominal":
            identity = np.eye(parameters.shape[1])
            return Reported(parameters, np.tile(identity, (len(parameters), 1, 1)))
        intercepts, change = self._intercepts(parameters)
        slope = nonzero(parameters[:, 0]) if self.slopes else np.ones(len(parameters))
        differences = np.eye(self.highest) - np.eye(self.highest, k=-1)
        steps = -(intercepts @ differences.T) / slope[:, None]
        in_steps = threshold_jacobian(slope, steps)
        if not self.slopes:
            return Reported(steps, in_steps[:, :, 1:] @ differences @ change)
        jacobian = np.zeros((len(slope), self.categories, self.categories))
        jacobian[:, 0, 0] = 1.0
        jacobian[:, 1:, 0] = in_steps[:, :, 0]
        jacobian[:, 1:, 1:] = in_steps[:, :, 1:] @ differences
        return Reported(np.concatenate([slope[:, None], steps], axis=1), jacobian)

    def repaired(self, parameters: FloatArray) -> FloatArray:
        return parameters

    def collection(self, parameters: FloatArray) -> ItemCollection:
        if self.model == "nominal":
            zero = np.zeros((len(parameters), 1))
            slopes, intercepts = parameters[:, : self.highest], parameters[:, self.highest :]
            return NominalItems(np.hstack([zero, slopes]), np.hstack([zero, intercepts]))
        values = self.reported(parameters).values
        if self.model == "gpcm":
            return PartialCreditItems(values[:, 0], values[:, 1:])
        return PartialCreditItems(np.ones(len(values)), values)

    def _intercepts(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """δ₁…δₘ, (J, m), and their constant derivatives in the parameters without slopes, (m, P)."""
        if self.model != "rating_scale":
            return parameters[:, self.slopes :], np.eye(self.highest)
        change = np.zeros((self.highest, self.highest))
        change[: self.shared, : self.shared] = np.eye(self.shared)
        change[:, -1] = np.arange(1.0, self.categories)
        return np.asarray(parameters @ change.T), change

    def _design(self, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of η in each parameter, (P, C, Q), and the part without parameters, (C, Q)."""
        score = np.arange(float(self.categories))
        unit = np.zeros((self.highest, self.categories, len(nodes)))
        unit[np.arange(self.highest), np.arange(1, self.categories)] = 1.0
        line = score[:, None] * nodes
        if self.model == "gpcm":
            return np.concatenate([line[None], unit]), np.zeros_like(line)
        if self.model == "nominal":
            return np.concatenate([unit * nodes, unit]), np.zeros_like(line)
        if self.model == "rating_scale":
            location = np.broadcast_to(score[:, None], line.shape)
            return np.concatenate([unit[: self.shared], location[None]]), line
        return unit, line
