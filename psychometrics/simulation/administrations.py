"""Whole adaptive administrations of simulated examinees, given by the live engine in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.adaptive.batch import Administrations
from psychometrics.adaptive.draws import ANSWERS, seed_array, uniforms
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.posterior import log_normal_prior
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import category_probabilities
from psychometrics.response_models import ItemParameters

CELLS = 1 << 20
"""Examinees times items held at once, so that flags and posteriors of a block stay in the cache."""


@dataclass(frozen=True, eq=False)
class AdaptiveSimulation:
    """Outcome of N simulated administrations of a pool of J items.

    Arrays of shape (N,): true ``theta``, ``estimate``, ``standard_error``, ``length``, ``reasons`` (index
    into STOP_REASONS), ``category`` (cuts of the plan below the examinee) and ``violated`` (the attempt
    misses a quota, or the share of some area by one item or more). ``given`` and ``scores`` are (N, maximum
    length), −1 beyond the end. ``items`` is J, ``cuts`` are those that the plan's own stop classifies by.
    """

    theta: FloatArray
    estimate: FloatArray
    standard_error: FloatArray
    length: IntArray
    reasons: AnyArray
    category: IntArray
    violated: AnyArray
    given: AnyArray
    scores: AnyArray
    items: int
    cuts: tuple[float, ...] = ()

    @property
    def administrations(self) -> tuple[tuple[int, ...], ...]:
        """Item indices of each examinee in order of presentation."""
        return tuple(
            tuple(row[:length]) for row, length in zip(self.given.tolist(), self.length.tolist(), strict=True)
        )

    @property
    def stop_reasons(self) -> tuple[str, ...]:
        """Why each attempt ended."""
        return tuple(STOP_REASONS[reason] for reason in self.reasons.tolist())

    @property
    def exposure_rates(self) -> FloatArray:
        """Share of the administrations in which each item was given, (J,)."""
        counts = np.bincount(self.given[self.given >= 0], minlength=self.items)
        return counts / len(self.theta)

    @property
    def content_violations(self) -> int:
        """How many attempts miss the content of the plan."""
        return int(self.violated.sum())

    @property
    def bias(self) -> float:
        """Mean of estimate − true θ."""
        return float(np.mean(self.estimate - self.theta))

    @property
    def rmse(self) -> float:
        """Root mean square of estimate − true θ."""
        return float(np.sqrt(np.mean((self.estimate - self.theta) ** 2)))

    @property
    def mean_length(self) -> float:
        """Mean number of items."""
        return float(self.length.mean())

    def given_flags(self) -> AnyArray:
        """Whether each examinee met each item, (N, J) of bool."""
        flags = np.zeros((len(self.theta), self.items + 1), dtype=bool)
        flags[np.arange(len(self.theta))[:, None], self.given] = True
        return flags[:, :-1]

    @classmethod
    def joined(cls, parts: list[AdaptiveSimulation]) -> AdaptiveSimulation:
        """Simulations of the same pool and lengths one after another."""
        arrays = [part.name for part in fields(cls) if part.name not in ("items", "cuts")]
        return cls(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays},
            items=parts[0].items,
            cuts=parts[0].cuts,
        )


@dataclass(frozen=True, eq=False)
class Examinees:
    """N simulated examinees: true ``theta``, ``seeds`` (unsigned 64-bit) and priors of their own, if any.

    ``prior_means`` and ``prior_sds`` are (N,), or None for the prior of the plan. The seed fixes the choices
    and the answers of an examinee, whoever else is simulated with them.
    """

    theta: FloatArray
    seeds: AnyArray
    prior_means: FloatArray | None = None
    prior_sds: FloatArray | None = None

    @classmethod
    def of(
        cls,
        thetas: ArrayLike,
        rng: np.random.Generator,
        priors: tuple[FloatArray, FloatArray] | None = None,
    ) -> Examinees:
        """Examinees with seeds drawn for them. Raises InvalidParameters."""
        theta = finite_vector(thetas, "thetas")
        if len(theta) == 0:
            raise InvalidParameters("A simulation needs at least one θ.")
        seeds = seed_array(rng.integers(0, 2**63, size=len(theta)).tolist())
        return cls(theta, seeds, *(priors or (None, None)))

    def blocks(self, size: int) -> Iterator[Examinees]:
        """The same examinees, ``size`` at a time."""
        for start in range(0, len(self.theta), size):
            rows = slice(start, start + size)
            priors = self.prior_means, self.prior_sds
            yield Examinees(
                self.theta[rows],
                self.seeds[rows],
                *(None if prior is None else prior[rows] for prior in priors),
            )

    def log_prior(self, nodes: FloatArray) -> FloatArray | None:
        """Log of their own priors at the nodes, (N, Q); None for the prior of the plan."""
        if self.prior_means is None or self.prior_sds is None:
            return None
        return log_normal_prior(nodes, self.prior_means, self.prior_sds)


def simulate_adaptive(
    pool: AdaptivePool, plan: AdaptivePlan, thetas: ArrayLike, rng: np.random.Generator
) -> AdaptiveSimulation:
    """Administer the pool to examinees with true θ (N,), many at once.

    Each gets the items that :func:`next_choice` would give for the seed drawn for them. Raises
    InvalidParameters.
    """
    return administer(PreparedPlan(pool, plan), Examinees.of(thetas, rng))


def administer(prepared: PreparedPlan, examinees: Examinees) -> AdaptiveSimulation:
    """Administer a prepared plan to examinees, block by block."""
    size = max(CELLS // (len(prepared.pool) * prepared.pool.log_table.shape[1] // 2), 16)
    return AdaptiveSimulation.joined([_run(prepared, block) for block in examinees.blocks(size)])


def _run(prepared: PreparedPlan, examinees: Examinees) -> AdaptiveSimulation:
    state = Administrations(prepared, examinees.seeds, examinees.log_prior(prepared.pool.nodes))
    answers = Answers.of(prepared.pool, examinees)
    items = state.choose()
    while len(items):
        state.record(answers.scores(state.active, items, state.position), items)
        items = state.choose()
    rule = prepared.plan.stopping.classification
    return AdaptiveSimulation(
        theta=examinees.theta,
        estimate=state.theta,
        standard_error=state.standard_error,
        length=state.length,
        reasons=state.reasons,
        category=state.categories(),
        violated=content_missed(prepared, state.amounts, state.area_counts, state.length),
        given=state.given,
        scores=state.scores,
        items=len(prepared.pool),
        cuts=rule.cuts if rule else (),
    )


@dataclass(frozen=True, eq=False)
class Answers:
    """How examinees answer: one number of the seed and the position against P(score ≥ k | true θ)."""

    pool: AdaptivePool
    examinees: Examinees
    reached: FloatArray | None

    @classmethod
    def of(cls, pool: AdaptivePool, examinees: Examinees) -> Answers:
        """Answers of examinees; (N, J, C − 1) chances are laid out at once unless a formula gives them."""
        if isinstance(pool.items, ItemParameters):
            return cls(pool, examinees, None)
        chances = category_probabilities(examinees.theta, pool.items)
        return cls(pool, examinees, chances[:, :, ::-1].cumsum(axis=2)[:, :, -2::-1])

    def scores(self, rows: IntArray, items: IntArray, position: int) -> IntArray:
        """Scores (n,) of the examinees ``rows`` on one item each."""
        number = uniforms(self.examinees.seeds[rows], position, np.array([ANSWERS]))
        if self.reached is not None:
            return np.asarray((number < self.reached[rows, items]).sum(axis=1))
        chance = _right(self.pool.items, self.examinees.theta[rows], items)
        return np.asarray(number[:, 0] < chance, dtype=np.int64)


def _right(items: object, theta: FloatArray, chosen: IntArray) -> FloatArray:
    """P(right) of each examinee on the item chosen for them, (n,)."""
    assert isinstance(items, ItemParameters)  # noqa: S101
    difference = items.discrimination[chosen] * (theta - items.difficulty[chosen])
    spread = items.upper_asymptote[chosen] - items.guessing[chosen]
    chance = items.guessing[chosen] + spread / (1 + np.exp(-np.clip(difference, -700, 700)))
    return np.asarray(chance)


def prior_of(prepared: PreparedPlan, examinees: Examinees) -> FloatArray:
    """Log of the prior of each examinee at the nodes, (N, Q)."""
    own = examinees.log_prior(prepared.pool.nodes)
    return np.tile(prepared.log_prior, (len(examinees.theta), 1)) if own is None else own


def content_missed(
    prepared: PreparedPlan, amounts: FloatArray, area_counts: AnyArray, length: AnyArray
) -> AnyArray:
    """Whether each attempt misses a share by an item or more, or a quota: (N,) of bool.

    ``amounts`` (N, C) are what its items add to the quotas, ``area_counts`` (N, A) its items by area.
    """
    quotas = prepared.quotas
    outside = (amounts < quotas.minimum - 1e-9) | (amounts > quotas.maximum + 1e-9)
    shares = np.array(prepared.shares)
    counts = area_counts[:, prepared.share_areas]
    return np.asarray(outside.any(axis=1) | (np.abs(counts - shares * length[:, None]) >= 1).any(axis=1))
