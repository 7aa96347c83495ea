"""Item curves in slope–intercept form on the quadrature nodes, and their complete-data derivatives.

P(θ) = g + (1 − g) · logistic(aθ + d), with g = logistic(γ). Working parameters are a, d and γ, in which the
complete-data log-likelihood of the two-parameter model is concave (Bock & Aitkin 1981).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.special import expit, log_expit

from psychometrics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class ItemCurves:
    """Slope a, intercept d and, for the three-parameter model, logit guessing γ; each (J,)."""

    slope: FloatArray
    intercept: FloatArray
    logit_guessing: FloatArray | None = None

    @property
    def guessing(self) -> FloatArray:
        """Lower asymptote g, zero where the model has none."""
        return np.zeros_like(self.slope) if self.logit_guessing is None else expit(self.logit_guessing)

    def logits(self, nodes: FloatArray) -> FloatArray:
        """aθ + d at the nodes, shape (J, Q)."""
        return np.asarray(self.slope[:, None] * nodes + self.intercept[:, None])

    def tables(self, nodes: FloatArray) -> LogTables:
        """log P and log(1 − P) at the nodes."""
        logits = self.logits(nodes)
        right, wrong = log_expit(logits), log_expit(-logits)
        if self.logit_guessing is not None:
            log_guess = log_expit(self.logit_guessing)[:, None]
            log_know = log_expit(-self.logit_guessing)[:, None]
            right = np.logaddexp(log_guess, log_know + right)
            wrong = log_know + wrong
        return LogTables(right, wrong)


@dataclass(frozen=True, eq=False)
class LogTables:
    """log P (right) and log(1 − P) (wrong), each (J, Q), with the combinations the blocks need."""

    right: FloatArray
    wrong: FloatArray

    @cached_property
    def log_odds(self) -> FloatArray:
        return np.asarray(self.right - self.wrong)

    @cached_property
    def wrong_total(self) -> FloatArray:
        return np.asarray(self.wrong.sum(axis=0))

    @cached_property
    def stacked(self) -> FloatArray:
        return np.concatenate([self.right, self.wrong])


class Counts(Protocol):
    """Expected right and wrong responses at each node, each (J, Q)."""

    @property
    def right(self) -> FloatArray: ...
    @property
    def wrong(self) -> FloatArray: ...


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Objective (J,), gradient (J, K) and information (J, K, K) per item in (a, d[, γ])."""

    objective: FloatArray
    gradient: FloatArray
    information: FloatArray

    def __add__(self, other: Derivatives) -> Derivatives:
        return Derivatives(
            self.objective + other.objective,
            self.gradient + other.gradient,
            self.information + other.information,
        )


def complete_data(curves: ItemCurves, nodes: FloatArray, counts: Counts) -> Derivatives:
    """Expected complete-data log-likelihood of each item with its gradient and expected information."""
    tables = curves.tables(nodes)
    objective = np.einsum("jq,jq->j", counts.right, tables.right)
    objective += np.einsum("jq,jq->j", counts.wrong, tables.wrong)
    logits = curves.logits(nodes)
    high, low = expit(logits), expit(-logits)
    total = counts.right + counts.wrong
    known = _known_share(curves, high, tables)
    in_logit = counts.right * known * low - counts.wrong * high
    weight = total * known * high * low
    gradient = [in_logit @ nodes, in_logit.sum(axis=1)]
    moments = [weight @ nodes**2, weight @ nodes, weight.sum(axis=1)]
    if curves.logit_guessing is None:
        return Derivatives(objective, np.stack(gradient, axis=1), _pair_matrix(moments))
    guess = curves.guessing[:, None]
    share = guess * low * np.exp(-tables.right)
    gradient.append((counts.right * share * (1 - guess) - counts.wrong * guess).sum(axis=1))
    cross = total * known * guess * low
    information = np.empty((len(high), 3, 3))
    information[:, :2, :2] = _pair_matrix(moments)
    information[:, 0, 2] = information[:, 2, 0] = cross @ nodes
    information[:, 1, 2] = information[:, 2, 1] = cross.sum(axis=1)
    information[:, 2, 2] = (total * share * guess * (1 - guess)).sum(axis=1)
    return Derivatives(objective, np.stack(gradient, axis=1), information)


def complete_data_hessian(curves: ItemCurves, nodes: FloatArray, counts: Counts) -> FloatArray:
    """Exact negative Hessian of the complete-data log-likelihood per item, (J, K, K)."""
    if curves.logit_guessing is None:
        return complete_data(curves, nodes, counts).information
    logits = curves.logits(nodes)
    high, low = expit(logits), expit(-logits)
    guess = curves.guessing[:, None]
    inverse = np.exp(-curves.tables(nodes).right)
    density = (1 - guess) * high * low * inverse
    share = guess * (1 - guess) * low * inverse
    logit = counts.right * (density * (low - high) - density**2) - counts.wrong * high * low
    mixed = counts.right * (-share * high - density * share)
    guessing = counts.right * (share * (1 - 2 * guess) - share**2) - counts.wrong * guess * (1 - guess)
    hessian = np.empty((len(high), 3, 3))
    hessian[:, :2, :2] = _pair_matrix([logit @ nodes**2, logit @ nodes, logit.sum(axis=1)])
    hessian[:, 0, 2] = hessian[:, 2, 0] = mixed @ nodes
    hessian[:, 1, 2] = hessian[:, 2, 1] = mixed.sum(axis=1)
    hessian[:, 2, 2] = guessing.sum(axis=1)
    return -hessian


def score_weights(curves: ItemCurves, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Derivatives of log P and of log(1 − P) in each working parameter: two arrays (K, J, Q)."""
    logits = curves.logits(nodes)
    high, low = expit(logits), expit(-logits)
    known = _known_share(curves, high, curves.tables(nodes))
    right, wrong = [known * low * nodes, known * low], [-high * nodes, -high]
    if curves.logit_guessing is not None:
        guess = curves.guessing[:, None]
        right.append(guess * (1 - guess) * low * np.exp(-curves.tables(nodes).right))
        wrong.append(np.broadcast_to(-guess, high.shape))
    return np.stack(right), np.stack(wrong)


def _known_share(curves: ItemCurves, high: FloatArray, tables: LogTables) -> FloatArray | float:
    """(P − g) / P: the share of right responses that are not guesses."""
    if curves.logit_guessing is None:
        return 1.0
    return np.asarray((1 - curves.guessing[:, None]) * high * np.exp(-tables.right))


def _pair_matrix(moments: list[FloatArray]) -> FloatArray:
    second, first, zeroth = moments
    return np.stack([np.stack([second, first], axis=1), np.stack([first, zeroth], axis=1)], axis=1)
