"""Items of one format with the same number of scores that depend on the same dimensions.

Parameters of n items are (n, C − 1 + F): intercepts, then slopes on the F features of a node (the coordinates
of the dimensions). Log probabilities and their derivatives are tables over K nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_softmax

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.multidimensional.structures import Format

SLOPE_LIMIT, INTERCEPT_LIMIT = 12.0, 30.0
NEWTON_STEPS = 2
HALVINGS = 12


@dataclass(frozen=True, eq=False)
class Cluster:
    """``items`` (n,) of one ``format`` and number of ``categories`` C, whose nodes are those of ``block``."""

    format: Format
    categories: int
    items: IntArray
    block: int

    def log_probabilities(self, parameters: FloatArray, features: FloatArray) -> FloatArray:
        """log P of each score at features (K, F) or (n, K, F): (n, K, C)."""
        intercepts, line = self._parts(parameters, features)
        if self.format == "gpcm":
            zero = np.zeros((len(parameters), 1))
            shifts = np.concatenate([zero, intercepts], axis=1)
            logits = line[:, :, None] * np.arange(self.categories) + shifts[:, None, :]
            return np.asarray(log_softmax(logits, axis=2))
        logits = line[:, :, None] + intercepts[:, None, :]
        edge = np.zeros_like(line)[:, :, None]
        reached = np.concatenate([edge, log_expit(logits)], axis=2)
        stopped = np.concatenate([log_expit(-logits), edge], axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            inner = np.log(-np.expm1(np.diff(intercepts, axis=1)))
        ends = np.zeros((len(parameters), 1))
        gap = np.concatenate([ends, np.nan_to_num(inner, nan=-np.inf), ends], axis=1)
        return np.asarray(reached + stopped + gap[:, None, :])

    def scores(self, parameters: FloatArray, features: FloatArray) -> FloatArray:
        """Derivatives of log P of each score by each parameter, (n, K, C, P)."""
        intercepts, line = self._parts(parameters, features)
        chances = np.exp(self.log_probabilities(parameters, features))
        thresholds = np.arange(self.categories - 1)
        by_intercept = np.zeros((*chances.shape, self.categories - 1))
        if self.format == "gpcm":
            by_intercept[:, :, thresholds + 1, thresholds] = 1.0
            by_intercept -= chances[:, :, None, 1:]
            by_line = np.arange(self.categories) - (chances @ np.arange(self.categories))[:, :, None]
        else:
            slope = expit(line[:, :, None] + intercepts[:, None, :])
            slope = slope * (1 - slope)
            safe = np.maximum(chances, 1e-300)
            by_intercept[:, :, thresholds + 1, thresholds] = slope / safe[:, :, 1:]
            by_intercept[:, :, thresholds, thresholds] = -slope / safe[:, :, :-1]
            by_line = by_intercept.sum(axis=3)
        wide = features if features.ndim == 3 else features[None]
        return np.concatenate([by_intercept, by_line[..., None] * wide[:, :, None, :]], axis=3)

    def bounded(self, parameters: FloatArray) -> FloatArray:
        """The nearest parameters inside the limits, with falling intercepts for graded items."""
        steps = self.categories - 1
        kept = parameters.copy()
        kept[:, steps:] = np.clip(kept[:, steps:], -SLOPE_LIMIT, SLOPE_LIMIT)
        kept[:, :steps] = np.clip(kept[:, :steps], -INTERCEPT_LIMIT, INTERCEPT_LIMIT)
        if self.format == "graded":
            order = np.arange(steps) * 1e-6
            kept[:, :steps] = np.minimum.accumulate(kept[:, :steps] + order, axis=1) - order
        return kept

    def maximized(
        self, parameters: FloatArray, counts: FloatArray, features: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Parameters improved by Fisher scoring for expected ``counts`` (n, K, C), and the gradient at the
        old ones in units of standard errors."""
        current, scaled = parameters, np.zeros_like(parameters)
        for number in range(NEWTON_STEPS):
            gradient, information = self.derivatives(current, counts, features)
            if number == 0:
                scaled = np.abs(gradient) / np.sqrt(np.einsum("jpp->jp", information) + 1e-12)
            ridge = 1e-9 * np.eye(gradient.shape[1]) * (1 + information.max(axis=(1, 2)))[:, None, None]
            step = np.linalg.solve(information + ridge, gradient[:, :, None])[:, :, 0]
            current = self._advanced(current, step, counts, features)
        return current, scaled

    def derivatives(
        self, parameters: FloatArray, counts: FloatArray, features: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Gradient (n, P) and expected information (n, P, P) of the complete-data log-likelihood."""
        table = self.scores(parameters, features)
        weights = np.exp(self.log_probabilities(parameters, features)) * counts.sum(axis=2, keepdims=True)
        gradient = np.einsum("jkc,jkcp->jp", counts, table)
        weighted = (table * weights[..., None]).reshape(len(table), -1, table.shape[3])
        flat = table.reshape(len(table), -1, table.shape[3])
        return gradient, np.asarray(np.swapaxes(flat, 1, 2) @ weighted)

    def _advanced(
        self, parameters: FloatArray, step: FloatArray, counts: FloatArray, features: FloatArray
    ) -> FloatArray:
        """The step, halved for each item until its objective does not fall."""
        value = self._objective(parameters, counts, features)
        best, share = parameters.copy(), np.ones((len(parameters), 1))
        pending = np.ones(len(parameters), dtype=bool)
        for _ in range(HALVINGS):
            proposal = self.bounded(parameters + share * step)
            fine = pending & (self._objective(proposal, counts, features) >= value)
            best[fine] = proposal[fine]
            pending &= ~fine
            if not pending.any():
                break
            share[pending] /= 2
        return best

    def _objective(self, parameters: FloatArray, counts: FloatArray, features: FloatArray) -> FloatArray:
        logs = np.maximum(self.log_probabilities(parameters, features), -1e6)
        return np.asarray(np.einsum("jkc,jkc->j", counts, logs))

    def _parts(self, parameters: FloatArray, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        steps = self.categories - 1
        return parameters[:, :steps], np.asarray((features @ parameters[:, steps:, None])[..., 0])
