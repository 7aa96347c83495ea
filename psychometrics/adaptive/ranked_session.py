"""The short way of one attempt: rankings, byte flags and a posterior, without arrays over the pool."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from psychometrics.adaptive.choice import Candidate, Choice
from psychometrics.adaptive.content import next_area
from psychometrics.adaptive.draws import WHOLE_ATTEMPT, draw, seed_array, uniforms
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.quota_tally import QuotaTally
from psychometrics.adaptive.stopping import Classification, StopReason
from psychometrics.arrays import FloatArray

OPEN, USED, FAMILY, EXCLUDED = range(4)

FIRST_LOOK = 8
"""Ranked items looked at before the rest, beside the candidates wanted."""


@dataclass(slots=True)
class _Lottery:
    """The exposure lottery at one interval of θ: closed items, those or barred ones, and closed by area."""

    closed: bytearray
    barred: bytearray
    waiting: list[int]


@dataclass(frozen=True, slots=True)
class _Reach:
    """What lies in reach at a step: candidates, rules set aside, and the masks that applied."""

    candidates: tuple[Candidate, ...]
    relaxed: tuple[str, ...] = ()
    lottery: _Lottery | None = None
    closed: bytearray | None = None


NOTHING = _Reach(())


class RankedState:
    """One attempt: flags of its items, counts of its content, and the posterior of θ."""

    def __init__(self, prepared: PreparedPlan, seed: int) -> None:
        pool, plan = prepared.pool, prepared.plan
        self.prepared, self.seed = prepared, seed
        self.flags = bytearray(len(pool))
        self.length = self.enemies = self.excluded = 0
        self.area_counts = [0] * len(pool.areas)
        self.area_remaining = list(pool.area_sizes.values())
        self.tally = QuotaTally(prepared) if plan.content.quotas else None
        self.ratios = np.zeros(prepared.likelihood_ratios.shape[2])
        self.log_posterior = prepared.log_prior
        self.theta, self.standard_error = plan.prior_mean, plan.prior_sd
        self.previous_error = float("inf")
        self.lotteries: dict[int, _Lottery] = {}
        self.tickets: FloatArray | None = None
        if plan.exposure is not None:
            self.tickets = uniforms(seed_array([seed]), WHOLE_ATTEMPT, np.arange(len(pool)))[0]
        for item in plan.exclude:
            self.excluded += 1
            self._bar(item, EXCLUDED)

    def was_given(self, item: int) -> bool:
        """Whether the item has been given."""
        return 0 <= item < len(self.flags) and self.flags[item] == USED

    def note(self, item: int, score: int) -> None:
        """Flag a presented item and its enemies and count its content."""
        prepared, flags = self.prepared, self.flags
        self.length += 1
        self.area_counts[prepared.pool.area_code_list[item]] += 1
        before = flags[item]
        if before == OPEN:
            self._bar(item, USED)
        else:
            flags[item] = USED
            self.enemies -= before == FAMILY
            self.excluded -= before == EXCLUDED
        for other in prepared.pool.family_members[item]:
            if flags[other] == OPEN:
                self.enemies += 1
                self._bar(other, FAMILY)
        if self.tally is not None:
            self.tally.note(item)
        if len(self.ratios):
            self.ratios = self.ratios + prepared.likelihood_ratios[item, score]

    def _bar(self, item: int, reason: int) -> None:
        """Take an open item out of reach."""
        area = self.prepared.pool.area_code_list[item]
        self.flags[item] = reason
        self.area_remaining[area] -= 1
        for lottery in self.lotteries.values():
            lottery.barred[item] = 1
            lottery.waiting[area] -= lottery.closed[item]

    def start_from(self, log_posterior: FloatArray, previous_error: float) -> None:
        """Take over the posterior (Q,) of a history, and the standard error before its last item."""
        self.log_posterior = log_posterior
        self._take_moments()
        self.previous_error = previous_error

    def update(self, item: int, score: int) -> None:
        """Bring the posterior up to date with a score."""
        self.log_posterior = self.log_posterior + self.prepared.pool.log_table[item, score]
        self.previous_error = self.standard_error
        self._take_moments()

    def _take_moments(self) -> None:
        """Mean and standard deviation, by the same dot products as :func:`weighted_moments`."""
        prepared, log_posterior = self.prepared, self.log_posterior
        weights = np.exp(log_posterior - np.maximum.reduce(log_posterior))
        total = float(weights.dot(prepared.ones))
        mean = float(weights.dot(prepared.pool.nodes)) / total
        variance = float(weights.dot(prepared.squared_nodes)) / total - mean * mean
        self.theta, self.standard_error = mean, sqrt(max(variance, 0.0))

    def choose(self) -> Choice:
        """The choice at this point."""
        prepared, plan, pool = self.prepared, self.prepared.plan, self.prepared.pool
        following, counts = self.length + 1, self.area_counts
        deficits = [
            share * following - counts[code]
            for share, code in zip(prepared.shares, prepared.share_areas, strict=True)
        ]
        area, reach, reason = -1, NOTHING, self._stop()
        if reason is None:
            area = self._area(deficits) if deficits else -1
            if area >= 0 or not deficits:
                reach = self._reach(area)
            if not reach.candidates:
                area, reason = -1, "pool_exhausted"
            elif plan.stopping.minimum_information is not None and self._uninformative(reach):
                reason = "minimum_information"
        chosen = None
        if reason is None:
            chosen = reach.candidates[draw(self.seed, self.length, len(reach.candidates))]
        return Choice(
            item=chosen.item if chosen else None,
            stop_reason=reason,
            theta=self.theta,
            standard_error=self.standard_error,
            criterion="maximum_information",
            value=chosen.value if chosen else None,
            position=self.length,
            candidates=reach.candidates,
            area=pool.areas[area] if area >= 0 else None,
            area_deficits=dict(zip(plan.area_targets, deficits, strict=True)),
            quota_deficits={} if self.tally is None else self.tally.lacking.copy(),
            masks=self._masks(area, reach),
            relaxed=reach.relaxed,
            category=self._category(reason) if reason else None,
        )

    def _stop(self) -> StopReason | None:
        plan, length = self.prepared.plan, self.length
        if length >= plan.maximum_length:
            return "maximum_length"
        if not self._may_stop():
            return None
        if plan.standard_error_target is not None and self.standard_error <= plan.standard_error_target:
            return "standard_error"
        change = plan.stopping.standard_error_change
        if change is not None and self.previous_error - self.standard_error < change:
            return "standard_error_change"
        rule = plan.stopping.classification
        if rule is not None and self._classified(rule):
            return "classified"
        return None

    def _may_stop(self) -> bool:
        """Whether the minimum length is reached and all quotas have their minima."""
        if self.length < self.prepared.plan.minimum_length:
            return False
        return self.tally is None or self.tally.unmet <= 0

    def _classified(self, rule: Classification) -> bool:
        if rule.method == "sprt":
            below, above = rule.bounds
            return all(ratio >= above or ratio <= below for ratio in self.ratios.tolist())
        width = rule.half_width * self.standard_error
        return all(abs(self.theta - cut) > width for cut in rule.cuts)

    def _category(self, reason: StopReason) -> int | None:
        rule = self.prepared.plan.stopping.classification
        if rule is None:
            return None
        if rule.method == "sprt" and reason == "classified":
            return int((self.ratios >= rule.bounds[1]).sum())
        return sum(self.theta > cut for cut in rule.cuts)

    def _uninformative(self, reach: _Reach) -> bool:
        limit = self.prepared.plan.stopping.minimum_information
        return self._may_stop() and limit is not None and reach.candidates[0].value < limit

    def _area(self, deficits: list[float]) -> int:
        """Code of the area whose turn it is, −1 if no area with a share has items left."""
        prepared, remaining = self.prepared, self.area_remaining
        eligible = [
            remaining[code] > 0 and share > 0
            for code, share in zip(prepared.share_areas, prepared.shares, strict=True)
        ]
        place = next_area(deficits, eligible)
        return prepared.share_areas[place] if place >= 0 else -1

    def _reach(self, area: int) -> _Reach:
        """The leading open items of an area (−1: of the pool), rules set aside where they leave none."""
        plan, pool = self.prepared.plan, self.prepared.pool
        row = pool.grid_index(self.theta)
        if area < 0:
            ranking = pool.ranking[row]
        else:
            ranking = pool.area_ranking[row, pool.starts[area] : pool.starts[area + 1]]
        lottery = None if self.tickets is None else self._lottery(row)
        closed = None if self.tally is None else self.tally.closed(plan.maximum_length - self.length)
        relaxed: tuple[str, ...] = ()
        found = self._scan(ranking, self.flags if lottery is None else lottery.barred, closed)
        if not found and lottery is not None:
            relaxed, lottery = ("exposure",), None
            found = self._scan(ranking, self.flags, closed)
        if not found and closed is not None:
            relaxed, lottery, closed = ("exposure", "quotas"), None, None
            found = self._scan(ranking, self.flags, None)
        if not found:
            return NOTHING
        value = pool.information[row].item
        return _Reach(tuple([Candidate(item, value(item)) for item in found]), relaxed, lottery, closed)

    def _scan(self, ranking: FloatArray, barred: bytearray, closed: bytearray | None) -> list[int]:
        """The first items of a ranking, as many as candidates are wanted, neither barred nor closed."""
        found: list[int] = []
        wanted = self.prepared.plan.randomesque
        start, depth = 0, wanted + FIRST_LOOK
        while start < len(ranking):
            for item in ranking[start : start + depth].tolist():
                if barred[item] or (closed is not None and closed[item]):
                    continue
                found.append(item)
                if len(found) == wanted:
                    return found
            start += depth
            depth *= 4
        return found

    def _lottery(self, row: int) -> _Lottery:
        """The lottery of the interval of a grid point, laid out when it is first met."""
        group = self.prepared.exposure_groups[row]
        if group not in self.lotteries:
            self.lotteries[group] = self._new_lottery(group)
        return self.lotteries[group]

    def _new_lottery(self, group: int) -> _Lottery:
        control, pool = self.prepared.plan.exposure, self.prepared.pool
        assert control is not None and self.tickets is not None  # noqa: S101, PT018
        closed = self.tickets >= control.table[group]
        barred = np.frombuffer(self.flags, dtype=np.uint8) != OPEN
        waiting = np.bincount(pool.area_codes[closed & ~barred], minlength=len(pool.areas))
        return _Lottery(bytearray(closed.tobytes()), bytearray((closed | barred).tobytes()), waiting.tolist())

    def _masks(self, area: int, reach: _Reach) -> dict[str, int]:
        content = exposure = 0
        if reach.candidates:
            whole = sum(self.area_remaining)
            if reach.closed is not None:
                inside, ready = self._count_inside(area, reach)
                content, exposure = whole - inside, inside - ready
            else:
                content = 0 if area < 0 else whole - self.area_remaining[area]
                if reach.lottery is not None:
                    waiting = reach.lottery.waiting
                    exposure = sum(waiting) if area < 0 else waiting[area]
        return {
            "used": self.length,
            "family": self.enemies,
            "excluded": self.excluded,
            "block": 0,
            "content": content,
            "stratum": 0,
            "exposure": exposure,
        }

    def _count_inside(self, area: int, reach: _Reach) -> tuple[int, int]:
        """Open items that content rules leave, and those of them that the lottery leaves."""
        assert reach.closed is not None  # noqa: S101
        outside = np.frombuffer(reach.closed, dtype=np.uint8)
        if area >= 0:
            outside = outside | (self.prepared.pool.area_codes != area)
        inside = len(self.flags) - np.count_nonzero(np.frombuffer(self.flags, dtype=np.uint8) | outside)
        if reach.lottery is None:
            return int(inside), int(inside)
        shut = np.frombuffer(reach.lottery.barred, dtype=np.uint8) | outside
        return int(inside), len(self.flags) - int(np.count_nonzero(shut))
