"""Many attempts under one plan, given in step: the state of N examinees as arrays."""

from __future__ import annotations

import numpy as np

from psychometrics.adaptive.batch_selection import Pick, pick_items
from psychometrics.adaptive.criteria import Standing
from psychometrics.adaptive.draws import WHOLE_ATTEMPT, uniforms
from psychometrics.adaptive.posterior import posterior_weights, weighted_moments
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.shadow import ShadowTest
from psychometrics.adaptive.stopping import STOP_REASONS, StopReason
from psychometrics.arrays import AnyArray, FloatArray, IntArray

OPEN, USED, FAMILY, EXCLUDED, BLOCK = range(5)
"""Why an item cannot be chosen any more in an attempt."""


class Administrations:
    """N attempts that have all been given the same number of items; some may have ended.

    :meth:`choose` gives the next item of each attempt that goes on, in the order of ``active``, and
    :meth:`record` takes their scores. Arrays by examinee: ``given`` and ``scores`` (N, maximum length, −1
    beyond the end), ``length``, ``theta``, ``standard_error``, ``reasons`` (index into STOP_REASONS, −1 while
    going on), ``barred`` (N, J).
    """

    def __init__(self, prepared: PreparedPlan, seeds: AnyArray, log_prior: FloatArray | None = None) -> None:
        """``seeds`` (N,) of unsigned 64-bit; ``log_prior`` (N, Q) if examinees have priors of their own."""
        pool, plan, count = prepared.pool, prepared.plan, len(seeds)
        self.prepared, self.seeds = prepared, seeds
        self.position = 0
        self.active: IntArray = np.arange(count)
        self.given = np.full((count, plan.maximum_length), -1, dtype=np.int32)
        self.scores = np.full((count, plan.maximum_length), -1, dtype=np.int8)
        self.length = np.zeros(count, dtype=np.int64)
        self.reasons = np.full(count, -1, dtype=np.int8)
        self.barred = np.zeros((count, len(pool)), dtype=np.uint8)
        self.area_counts = np.zeros((count, len(pool.areas)))
        self.area_remaining = np.tile(
            np.array([float(size) for size in pool.area_sizes.values()]), (count, 1)
        )
        self.amounts = np.zeros((count, len(prepared.quotas.names)))
        self.ratios = np.zeros((count, prepared.likelihood_ratios.shape[2]))
        self.log_prior = np.tile(prepared.log_prior, (count, 1)) if log_prior is None else log_prior
        self.log_posterior = self.log_prior.copy()
        self.theta, self.standard_error = self._moments(self.log_posterior)
        self.previous_error = np.full(count, np.inf)
        self.tickets = self._tickets()
        self.shadows: list[ShadowTest | None] = [None] * count
        self.last_item = np.full(count, -1)
        self.last_unit = np.full(count, -1)
        self.pick: Pick | None = None
        self.barred[:, pool.followers] = BLOCK
        for item in sorted(plan.exclude):
            self._bar(np.arange(count), np.full(count, item), EXCLUDED)

    def _tickets(self) -> FloatArray | None:
        """Lottery numbers (N, J) of the attempts' items if exposure is controlled by lottery."""
        if self.prepared.plan.exposure is None:
            return None
        return uniforms(self.seeds, WHOLE_ATTEMPT, np.arange(len(self.prepared.pool)))

    def _moments(self, log_posterior: FloatArray) -> tuple[FloatArray, FloatArray]:
        prepared = self.prepared
        weights = posterior_weights(log_posterior)
        return weighted_moments(weights, prepared.pool.nodes, prepared.squared_nodes, prepared.ones)

    def standing(self, rows: IntArray) -> Standing:
        """Where the examinees ``rows`` stand."""
        theta = self.theta[rows]
        return Standing(
            self.position,
            theta,
            self.prepared.pool.grid_indices(theta),
            self.log_posterior[rows],
            self.log_prior[rows],
            self.seeds[rows],
        )

    def choose(self) -> IntArray:
        """Next item of each attempt that goes on; those that end leave ``active``."""
        self._end(self.active, self._stops())
        rows = self.active
        items = self.following(rows)
        free = rows[items < 0]
        self.pick = None
        if len(free):
            self.pick = pick_items(self, free)
            items[items < 0] = self.pick.item
            reasons = np.full(len(rows), -1)
            reasons[np.isin(rows, free, assume_unique=True)] = self.pick.reason
            self._end(rows, reasons)
        return items[items >= 0]

    def record(self, scores: IntArray, items: IntArray) -> None:
        """Scores (n,) of the items (n,) just given to the active examinees."""
        rows, prepared, pool = self.active, self.prepared, self.prepared.pool
        self.given[rows, self.position], self.scores[rows, self.position] = items, scores
        alone = self.following(rows) != items
        self.last_unit[rows[alone]] = items[alone]
        self.last_item[rows] = items
        self.length[rows] += 1
        self.position += 1
        self.area_counts[rows, pool.area_codes[items]] += 1
        self._bar(rows, items, USED)
        for column in pool.families_of.T:
            enemies = column[items]
            known = enemies >= 0
            self._bar(rows[known], enemies[known], FAMILY)
        if self.amounts.shape[1]:
            self.amounts[rows] += prepared.quotas.matrix.T[items]
        if self.ratios.shape[1]:
            self.ratios[rows] += prepared.likelihood_ratios[items, scores]
        updated = self.log_posterior[rows] + pool.log_table[items, scores]
        self.log_posterior[rows] = updated
        self.previous_error[rows] = self.standard_error[rows]
        self.theta[rows], self.standard_error[rows] = self._moments(updated)

    def _bar(self, rows: IntArray, items: IntArray, reason: int) -> None:
        """Bar one item for each of ``rows``; of a barred block the head goes with any member."""
        pool = self.prepared.pool
        before = self.barred[rows, items]
        self.barred[rows, items] = np.where((before == OPEN) | (reason == USED), reason, before)
        opened = before == OPEN
        self.area_remaining[rows[opened], pool.area_codes[items[opened]]] -= 1  # rows occur once
        block = pool.block_of[items]
        if reason == EXCLUDED and (block >= 0).any():
            heads = np.array([pool.blocks[number][0] for number in block[block >= 0].tolist()])
            self.barred[rows, items] = EXCLUDED
            inside = heads != items[block >= 0]
            self._bar(rows[block >= 0][inside], heads[inside], BLOCK)

    def following(self, rows: IntArray) -> IntArray:
        """The item that must come next because its block has begun, −1 if none or if it was given."""
        last = self.last_item[rows]
        following = np.where(last >= 0, self.prepared.pool.next_in_block[last], -1)
        return np.where((following >= 0) & (self.barred[rows, following] == USED), -1, following)

    def _end(self, rows: IntArray, reasons: AnyArray) -> None:
        ended = reasons >= 0
        self.reasons[rows[ended]] = reasons[ended]
        self.active = rows[~ended]

    def _stops(self) -> AnyArray:
        """Index of the stop reason of each active attempt, −1 to go on: (n,)."""
        plan, rows = self.prepared.plan, self.active
        if self.position >= plan.maximum_length:
            return np.full(len(rows), STOP_REASONS.index("maximum_length"))
        reasons = np.full(len(rows), -1)
        if self.position < plan.minimum_length:
            return reasons
        error = self.standard_error[rows]
        may = (self.amounts[rows] >= self.prepared.quotas.minimum).all(axis=1)
        may &= self.following(rows) < 0

        def stop(reason: StopReason, holds: AnyArray) -> None:
            reasons[may & holds & (reasons < 0)] = STOP_REASONS.index(reason)

        if plan.standard_error_target is not None:
            stop("standard_error", error <= plan.standard_error_target)
        if plan.stopping.standard_error_change is not None:
            stop(
                "standard_error_change",
                self.previous_error[rows] - error < plan.stopping.standard_error_change,
            )
        if plan.stopping.classification is not None:
            stop("classified", self._classified(rows))
        return reasons

    def _classified(self, rows: IntArray) -> AnyArray:
        rule = self.prepared.plan.stopping.classification
        assert rule is not None  # noqa: S101
        if rule.method == "sprt":
            below, above = rule.bounds
            return np.asarray(((self.ratios[rows] >= above) | (self.ratios[rows] <= below)).all(axis=1))
        distance = np.abs(self.theta[rows, None] - np.array(rule.cuts))
        return np.asarray((distance > rule.half_width * self.standard_error[rows, None]).all(axis=1))

    def categories(self) -> IntArray:
        """Number of cuts below each examinee: as the sequential test decided, else by θ̂."""
        rule = self.prepared.plan.stopping.classification
        if rule is None:
            return np.zeros(len(self.theta), dtype=np.int64)
        by_theta = (self.theta[:, None] > np.array(rule.cuts)).sum(axis=1)
        if rule.method != "sprt":
            return np.asarray(by_theta)
        decided = self.reasons == STOP_REASONS.index("classified")
        return np.asarray(np.where(decided, (self.ratios >= rule.bounds[1]).sum(axis=1), by_theta))
