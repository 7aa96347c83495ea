"""Right–wrong items: P(θ) = c + (u − c) · logistic(aθ + d), with c = logistic(γ) and u = logistic(υ).

Birnbaum (1968); upper asymptote: Barton & Lord (1981). Parameters in the order a, d, γ, υ, as far as the
model has them; in the Rasch model a is 1, in the one-parameter model it is shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.families import (
    INTERCEPT_LIMIT,
    LOGIT_LIMIT,
    NORMAL_TO_LOGISTIC,
    SLOPE_LIMIT,
    Derivatives,
    Kind,
    Reported,
    nonzero,
    threshold_jacobian,
)
from psychometrics.calibration.plan import (
    DEFAULT_GUESSING_PRIOR,
    DEFAULT_UPPER_ASYMPTOTE_PRIOR,
    Model,
)
from psychometrics.response_models import ItemParameters

START_SLIP = DEFAULT_UPPER_ASYMPTOTE_PRIOR.mean
ORDERED = 1e-3
"""Smallest distance of the upper asymptote from guessing."""


@dataclass(frozen=True, eq=False)
class LogisticFamily:
    """Items of the one- to four-parameter logistic models."""

    model: Model
    items: IntArray
    start_guessing: float = DEFAULT_GUESSING_PRIOR.mean
    categories: int = 2

    @property
    def shared(self) -> int:
        return 1 if self.model == "1pl" else 0

    @property
    def unit_slope(self) -> bool:
        return self.model == "rasch"

    @property
    def asymptotes(self) -> int:
        """0, 1 (guessing) or 2 (and the upper asymptote)."""
        return {"3pl": 1, "4pl": 2}.get(self.model, 0)

    @property
    def limits(self) -> FloatArray:
        slope = [] if self.unit_slope else [SLOPE_LIMIT]
        return np.array([*slope, INTERCEPT_LIMIT, *[LOGIT_LIMIT] * self.asymptotes])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        slope: tuple[Kind, ...] = () if self.unit_slope else ("discrimination",)
        edges: tuple[Kind, ...] = ("guessing", "upper_asymptote")
        return (*slope, "threshold", *edges[: self.asymptotes])

    def start(self, observed: FloatArray) -> FloatArray:
        proportion = (observed[:, 1] + 1e-6) / (observed.sum(axis=1) + 2e-6)
        floor = float(expit(self.start_guessing)) if self.asymptotes else 0.0
        known = np.clip((proportion - floor) / (1 - floor), 0.05 if floor else 1e-6, 1 - 1e-6)
        intercept = NORMAL_TO_LOGISTIC * logit(known)
        columns = [] if self.unit_slope else [np.ones_like(intercept)]
        columns.append(intercept)
        edges = (self.start_guessing, START_SLIP)[: self.asymptotes]
        columns += [np.full_like(intercept, value) for value in edges]
        return np.stack(columns, axis=1)

    def log_tables(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        logits = self._logits(parameters, nodes)
        tables = np.empty((len(parameters), 2, len(nodes)))
        if not self.asymptotes:
            wrong = -softplus(logits)
            tables[:, 0], tables[:, 1] = wrong, wrong + logits
            return tables
        curve = self._curve(parameters, logits)
        tables[:, 0], tables[:, 1] = np.log(curve.wrong), np.log(curve.right)
        return tables

    def evaluate(self, parameters: FloatArray, nodes: FloatArray, counts: FloatArray) -> Derivatives:
        logits = self._logits(parameters, nodes)
        total = counts[:, 0] + counts[:, 1]
        basis = self._basis(nodes)
        if not self.asymptotes:
            return _two_parameter(logits, total, counts[:, 1], basis)
        curve = self._curve(parameters, logits)
        objective = np.einsum("jq,jq->j", counts[:, 1], np.log(curve.right))
        objective += np.einsum("jq,jq->j", counts[:, 0], np.log(curve.wrong))
        slopes = self._slopes(curve, basis)
        pull = counts[:, 1] / curve.right - counts[:, 0] / curve.wrong
        weight = total / (curve.right * curve.wrong)
        information = np.einsum("jq,pjq,rjq->jpr", weight, slopes, slopes, optimize=True)
        return Derivatives(objective, np.einsum("jq,pjq->jp", pull, slopes), information)

    def score_weights(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        logits = self._logits(parameters, nodes)
        curve = self._curve(parameters, logits)
        slopes = self._slopes(curve, self._basis(nodes))
        return np.stack([-slopes / curve.wrong, slopes / curve.right], axis=2)

    def reported(self, parameters: FloatArray) -> Reported:
        slope, intercept, rest = self._split(parameters)
        divisor = nonzero(slope)
        difficulty = -intercept / divisor
        jacobian = np.zeros((len(parameters), len(self.kinds), parameters.shape[1]))
        pair = threshold_jacobian(divisor, difficulty[:, None])[:, 0]
        if self.unit_slope:
            jacobian[:, 0, 0] = -1.0
            return Reported(difficulty[:, None], jacobian)
        jacobian[:, 0, 0] = 1.0
        jacobian[:, 1, :2] = pair
        edges = expit(rest)
        for place in range(self.asymptotes):
            jacobian[:, 2 + place, 2 + place] = edges[:, place] * (1 - edges[:, place])
        return Reported(np.concatenate([divisor[:, None], difficulty[:, None], edges], axis=1), jacobian)

    def repaired(self, parameters: FloatArray) -> FloatArray:
        if self.asymptotes < 2:
            return parameters
        mended = parameters.copy()
        lowest = logit(np.minimum(expit(mended[:, 2]) + ORDERED, 1 - 1e-6))
        mended[:, 3] = np.clip(np.maximum(mended[:, 3], lowest), -LOGIT_LIMIT, LOGIT_LIMIT)
        return mended

    def collection(self, parameters: FloatArray) -> ItemParameters:
        values = self.reported(parameters).values
        if self.unit_slope:
            return ItemParameters.of(np.ones(len(values)), values[:, 0])
        edges = [values[:, 2 + place] for place in range(self.asymptotes)]
        return ItemParameters.of(values[:, 0], values[:, 1], *edges)

    def _split(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        if self.unit_slope:
            return np.ones(len(parameters)), parameters[:, 0], parameters[:, 1:]
        return parameters[:, 0], parameters[:, 1], parameters[:, 2:]

    def _logits(self, parameters: FloatArray, nodes: FloatArray) -> FloatArray:
        slope, intercept, _ = self._split(parameters)
        return np.asarray(slope[:, None] * nodes + intercept[:, None])

    def _basis(self, nodes: FloatArray) -> FloatArray:
        """Derivatives of aθ + d in the parameters of the line, (1 or 2, Q)."""
        one = np.ones_like(nodes)
        return one[None] if self.unit_slope else np.stack([nodes, one])

    def _curve(self, parameters: FloatArray, logits: FloatArray) -> Curve:
        _, _, rest = self._split(parameters)
        guess = expit(rest[:, :1]) if self.asymptotes else np.zeros((len(parameters), 1))
        upper = expit(rest[:, 1:2]) if self.asymptotes == 2 else np.ones((len(parameters), 1))
        slip = expit(-rest[:, 1:2]) if self.asymptotes == 2 else np.zeros((len(parameters), 1))
        high, low = expit(logits), expit(-logits)
        right, wrong = guess * low + upper * high, (1 - guess) * low + slip * high
        return Curve(high, low, right, wrong, guess, upper)

    def _slopes(self, curve: Curve, basis: FloatArray) -> FloatArray:
        """∂P in each parameter, (P, J, Q)."""
        density = (curve.upper - curve.guess) * curve.high * curve.low
        slopes = [density * row for row in basis]
        if self.asymptotes:
            slopes.append(curve.guess * (1 - curve.guess) * curve.low)
        if self.asymptotes == 2:
            slopes.append(curve.upper * (1 - curve.upper) * curve.high)
        return np.stack(slopes)


@dataclass(frozen=True, eq=False)
class Curve:
    """logistic(±logit), P and 1 − P, each (J, Q), with the asymptotes, (J, 1)."""

    high: FloatArray
    low: FloatArray
    right: FloatArray
    wrong: FloatArray
    guess: FloatArray
    upper: FloatArray


def softplus(logits: FloatArray) -> FloatArray:
    """log(1 + exp(x)) to an absolute error of 1e-16, faster than the library's."""
    return np.asarray(np.maximum(logits, 0.0) + np.log(1.0 + np.exp(-np.abs(logits))))


def _two_parameter(
    logits: FloatArray, total: FloatArray, right: FloatArray, basis: FloatArray
) -> Derivatives:
    """Derivatives in a and d (or d alone): an exponential family, so observed equals expected information."""
    decay = np.exp(-np.abs(logits))
    softened = np.maximum(logits, 0.0) + np.log(1.0 + decay)
    objective = np.einsum("jq,jq->j", right, logits) - np.einsum("jq,jq->j", total, softened)
    share = np.where(logits >= 0, 1.0, decay) / (1.0 + decay)
    expected = total * share
    gradient = (right - expected) @ basis.T
    weight = expected * (1.0 - share)
    size = len(basis)
    products = (basis[:, None] * basis[None]).reshape(size * size, -1)
    return Derivatives(objective, gradient, (weight @ products.T).reshape(-1, size, size))
