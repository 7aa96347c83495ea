"""Graded response items: P(X ≥ k | θ) = logistic(aθ + cₖ) with c₁ > c₂ > … (Samejima 1969)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logit

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.families import (
    INTERCEPT_LIMIT,
    NORMAL_TO_LOGISTIC,
    SLOPE_LIMIT,
    Derivatives,
    Kind,
    Reported,
    nonzero,
    repeated,
    threshold_jacobian,
)
from psychometrics.calibration.plan import Model
from psychometrics.polytomous_models import GradedItems

SMALLEST_GAP = 1e-6


@dataclass(frozen=True, eq=False)
class GradedFamily:
    """Graded items with ``categories`` scores each; parameters a, c₁ … c of the highest score."""

    items: IntArray
    categories: int
    model: Model = "graded"
    shared: int = 0

    @property
    def limits(self) -> FloatArray:
        return np.array([SLOPE_LIMIT, *[INTERCEPT_LIMIT] * (self.categories - 1)])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return ("discrimination", *repeated("threshold", self.categories - 1))

    def start(self, observed: FloatArray) -> FloatArray:
        share = (observed + 0.5) / (observed + 0.5).sum(axis=1, keepdims=True)
        reached = share[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        return np.concatenate([np.ones((len(share), 1)), NORMAL_TO_LOGISTIC * logit(reached)], axis=1)

    def log_tables(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        """P(X = k) = s(x)s(−y)(1 − exp(y − x)) for the logits x > y of reaching k and k + 1."""
        logits = self._logits(parameters, nodes)
        edge = np.zeros_like(logits[:, :1])
        reached = np.concatenate([edge, log_expit(logits)], axis=1)
        stopped = np.concatenate([log_expit(-logits), edge], axis=1)
        inner = np.zeros((len(parameters), self.categories))
        with np.errstate(divide="ignore", invalid="ignore"):
            inner[:, 1:-1] = np.log(-np.expm1(np.diff(parameters[:, 1:], axis=1)))
        return np.asarray(reached + stopped + inner[:, :, None])

    def evaluate(self, parameters: FloatArray, nodes: FloatArray, counts: FloatArray) -> Derivatives:
        table = self.log_tables(parameters, nodes)
        if np.isnan(table).any():
            table = np.where(np.isnan(table), -np.inf, table)
        objective = np.einsum("jcq,jcq->j", counts, table)
        weights = self.score_weights(parameters, nodes)
        expected = counts.sum(axis=1)[:, None] * np.exp(table)
        size, length = len(weights), self.categories * len(nodes)
        flat = weights.transpose(1, 0, 2, 3).reshape(len(parameters), size, length)
        gradient = (flat @ counts.reshape(-1, length, 1))[:, :, 0]
        information = (flat * expected.reshape(-1, 1, length)) @ flat.transpose(0, 2, 1)
        return Derivatives(objective, gradient, information)

    def score_weights(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        logits = self._logits(parameters, nodes)
        high, low = expit(logits), expit(-logits)
        closeness = -np.expm1(np.minimum(np.diff(parameters[:, 1:], axis=1), -SMALLEST_GAP))[:, :, None]
        count = self.categories - 1
        raising = np.zeros((count, len(parameters), self.categories, len(nodes)))
        for k in range(count):
            above, below = low[:, k].copy(), -high[:, k]
            if k < count - 1:
                above /= low[:, k + 1] * closeness[:, k]
            if k > 0:
                below = below / (high[:, k - 1] * closeness[:, k - 1])
            raising[k, :, k + 1], raising[k, :, k] = above, below
        slope = raising.sum(axis=0) * nodes
        return np.concatenate([slope[None], raising])

    def reported(self, parameters: FloatArray) -> Reported:
        slope = nonzero(parameters[:, 0])
        thresholds = -parameters[:, 1:] / slope[:, None]
        jacobian = np.zeros((len(slope), self.categories, self.categories))
        jacobian[:, 0, 0] = 1.0
        jacobian[:, 1:] = threshold_jacobian(slope, thresholds)
        return Reported(np.concatenate([slope[:, None], thresholds], axis=1), jacobian)

    def repaired(self, parameters: FloatArray) -> FloatArray:
        if (np.diff(parameters[:, 1:], axis=1) <= -SMALLEST_GAP).all():
            return parameters
        step = SMALLEST_GAP * np.arange(self.categories - 1)
        ordered = np.minimum.accumulate(parameters[:, 1:] + step, axis=1) - step
        return np.concatenate([parameters[:, :1], ordered], axis=1)

    def collection(self, parameters: FloatArray) -> GradedItems:
        values = self.reported(parameters).values
        return GradedItems(values[:, 0], values[:, 1:])

    def _logits(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        """aθ + cₖ, (J, C − 1, Q)."""
        return np.asarray(parameters[:, :1, None] * nodes + parameters[:, 1:, None])
