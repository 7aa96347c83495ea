"""The short way of one attempt: rankings, byte flags and a posterior, without arrays over the pool."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from psychometrics.adaptive.choice import Candidate, Choice
from psychometrics.adaptive.content import next_area
from psychometrics.adaptive.draws import WHOLE_ATTEMPT, draw, seed_array, uniforms
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.stopping import StopReason
from psychometrics.arrays import FloatArray

OPEN, USED, FAMILY, EXCLUDED = range(4)

FIRST_LOOK = 16
"""Ranked items looked at before the rest."""

NOTHING: tuple[bytearray, ...] = ()


class RankedState:
    """One attempt: flags of its items, counts of its content, and the posterior of θ."""

    def __init__(self, prepared: PreparedPlan, seed: int) -> None:
        pool, plan = prepared.pool, prepared.plan
        self.prepared, self.seed = prepared, seed
        self.flags = bytearray(len(pool))
        self.length = 0
        self.enemies = 0
        self.excluded = 0
        self.area_counts = [0] * len(pool.areas)
        self.area_remaining = list(pool.area_sizes.values())
        self.counts = [[0] * (len(dimension.minimum) + 1) for dimension in prepared.quotas.dimensions]
        self.ratios = np.zeros(prepared.likelihood_ratios.shape[2])
        self.log_posterior = prepared.log_prior
        self.theta, self.standard_error = plan.prior_mean, plan.prior_sd
        self.previous_error = float("inf")
        self.tickets: FloatArray | None = None
        self.lotteries: dict[int, bytearray] = {}
        self.closed_values: tuple[tuple[bool, ...], ...] = ()
        self.closed_items = bytearray(0)
        if plan.exposure is not None:
            self.tickets = uniforms(seed_array([seed]), WHOLE_ATTEMPT, np.arange(len(pool)))[0]
        for item in plan.exclude:
            self.flags[item] = EXCLUDED
            self.excluded += 1
            self.area_remaining[prepared.pool.area_code_list[item]] -= 1

    def was_given(self, item: int) -> bool:
        """Whether the item has been given."""
        return 0 <= item < len(self.flags) and self.flags[item] == USED

    def note(self, item: int, score: int) -> None:
        """Flag a presented item and its enemies and count its content."""
        prepared, flags = self.prepared, self.flags
        area = prepared.pool.area_code_list[item]
        before = flags[item]
        flags[item] = USED
        self.length += 1
        self.area_counts[area] += 1
        if before == OPEN:
            self.area_remaining[area] -= 1
        elif before == FAMILY:
            self.enemies -= 1
        else:
            self.excluded -= 1
        for other in prepared.pool.family_members[item]:
            if flags[other] == OPEN:
                flags[other] = FAMILY
                self.enemies += 1
                self.area_remaining[prepared.pool.area_code_list[other]] -= 1
        for counts, codes in zip(self.counts, prepared.value_codes, strict=True):
            counts[codes[item]] += 1
        if len(self.ratios):
            self.ratios = self.ratios + prepared.likelihood_ratios[item, score]

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
        prepared = self.prepared
        weights = np.exp(self.log_posterior - self.log_posterior.max())
        total = float(np.vecdot(weights, prepared.ones))
        mean = float(np.vecdot(weights, prepared.pool.nodes)) / total
        variance = float(np.vecdot(weights, prepared.squared_nodes)) / total - mean * mean
        self.theta, self.standard_error = mean, sqrt(max(variance, 0.0))

    def choose(self) -> Choice:
        """The choice at this point."""
        prepared, plan, pool = self.prepared, self.prepared.plan, self.prepared.pool
        following = self.length + 1
        deficits = [
            share * following - self.area_counts[code]
            for share, code in zip(prepared.shares, prepared.share_areas, strict=True)
        ]
        lacking = self._lacking()
        reason = self._stop(lacking)
        area = -1
        relaxed: tuple[str, ...] = ()
        candidates: tuple[Candidate, ...] = ()
        row = pool.grid_index(self.theta)
        if reason is None:
            area = self._area(deficits)
            if area >= 0 or not deficits:
                candidates, relaxed = self._candidates(area, row)
            if not candidates:
                area, reason = -1, "pool_exhausted"
            elif self._uninformative(candidates[0].value, lacking):
                reason = "minimum_information"
        drawn = candidates[draw(self.seed, self.length, len(candidates))] if candidates else None
        chosen = drawn if reason is None else None
        return Choice(
            item=chosen.item if chosen else None,
            stop_reason=reason,
            theta=self.theta,
            standard_error=self.standard_error,
            criterion="maximum_information",
            value=chosen.value if chosen else None,
            position=self.length,
            candidates=candidates,
            area=pool.areas[area] if area >= 0 else None,
            area_deficits=dict(zip(plan.area_targets, deficits, strict=True)),
            quota_deficits=lacking,
            masks=self._masks(area, row, relaxed, bool(candidates)),
            relaxed=relaxed,
            category=self._category(reason) if reason and plan.stopping.classification else None,
        )

    def _lacking(self) -> dict[str, float]:
        """What each quota lacks of its minimum, in items."""
        quotas = self.prepared.plan.content.quotas
        if not quotas:
            return {}
        amounts = [0.0] * len(quotas)
        for counts, places in zip(self.counts, self.prepared.quota_places, strict=True):
            for count, place in zip(counts, places, strict=False):
                amounts[place] = float(count)
        return {
            quota.name: max(quota.minimum - amount, 0.0)
            for quota, amount in zip(quotas, amounts, strict=True)
        }

    def _stop(self, lacking: dict[str, float]) -> StopReason | None:
        plan, length = self.prepared.plan, self.length
        if length >= plan.maximum_length:
            return "maximum_length"
        if length < plan.minimum_length or any(lacking.values()):
            return None
        if plan.standard_error_target is not None and self.standard_error <= plan.standard_error_target:
            return "standard_error"
        change = plan.stopping.standard_error_change
        if change is not None and self.previous_error - self.standard_error < change:
            return "standard_error_change"
        if plan.stopping.classification is not None and self._classified():
            return "classified"
        return None

    def _classified(self) -> bool:
        rule = self.prepared.plan.stopping.classification
        assert rule is not None  # noqa: S101
        if rule.method == "sprt":
            below, above = rule.bounds
            return all(ratio >= above or ratio <= below for ratio in self.ratios.tolist())
        width = rule.half_width * self.standard_error
        return all(abs(self.theta - cut) > width for cut in rule.cuts)

    def _category(self, reason: StopReason) -> int:
        rule = self.prepared.plan.stopping.classification
        assert rule is not None  # noqa: S101
        if rule.method == "sprt" and reason == "classified":
            return int((self.ratios >= rule.bounds[1]).sum())
        return sum(self.theta > cut for cut in rule.cuts)

    def _uninformative(self, highest: float, lacking: dict[str, float]) -> bool:
        plan = self.prepared.plan
        limit = plan.stopping.minimum_information
        if limit is None or self.length < plan.minimum_length or any(lacking.values()):
            return False
        return highest < limit

    def _area(self, deficits: Sequence[float]) -> int:
        prepared = self.prepared
        if not deficits:
            return -1
        eligible = [
            self.area_remaining[code] > 0 and share > 0
            for code, share in zip(prepared.share_areas, prepared.shares, strict=True)
        ]
        place = next_area(deficits, eligible)
        return prepared.share_areas[place] if place >= 0 else -1

    def _candidates(self, area: int, row: int) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
        pool, wanted = self.prepared.pool, self.prepared.plan.randomesque
        if area < 0:
            ranking = pool.ranking[row]
        else:
            ranking = pool.area_ranking[row, pool.starts[area] : pool.starts[area + 1]]
        lottery, closed = self._lottery(row), self._closed()
        relaxed: tuple[str, ...] = ()
        found = self._scan(ranking, wanted, (*lottery, *closed))
        if not found and lottery:
            relaxed = ("exposure",)
            found = self._scan(ranking, wanted, closed)
        if not found and closed:
            relaxed = ("exposure", "quotas")
            found = self._scan(ranking, wanted, NOTHING)
        if not found:
            return (), ()
        values = pool.information[row, found].tolist()
        return tuple(map(Candidate, found, values)), relaxed

    def _scan(self, ranking: FloatArray, wanted: int, masks: tuple[bytearray, ...]) -> list[int]:
        """The first ``wanted`` items of a ranking that are open and not masked."""
        flags, found = self.flags, []
        start, depth = 0, wanted + FIRST_LOOK
        while start < len(ranking):
            for item in ranking[start : start + depth].tolist():
                if flags[item]:
                    continue
                for mask in masks:
                    if mask[item]:
                        break
                else:
                    found.append(item)
                    if len(found) == wanted:
                        return found
            start += depth
            depth *= 4
        return found

    def _lottery(self, row: int) -> tuple[bytearray, ...]:
        """Items closed by the exposure lottery at a grid point, as one mask; nothing without control."""
        control = self.prepared.plan.exposure
        if control is None or self.tickets is None:
            return NOTHING
        group = int(self.prepared.exposure_group[row])
        if group not in self.lotteries:
            self.lotteries[group] = bytearray((self.tickets >= control.table[group]).tobytes())
        return (self.lotteries[group],)

    def _closed(self) -> tuple[bytearray, ...]:
        """Items closed by quotas, as one mask; nothing if all values are open."""
        dimensions = self.prepared.quotas.dimensions
        if not dimensions:
            return NOTHING
        remaining = self.prepared.plan.maximum_length - self.length
        values = tuple(
            dimension.closed(counts[:-1], remaining)
            for dimension, counts in zip(dimensions, self.counts, strict=True)
        )
        if not any(map(any, values)):
            return NOTHING
        if values != self.closed_values:
            closed = np.zeros(len(self.flags), dtype=bool)
            for dimension, shut in zip(dimensions, values, strict=True):
                closed |= np.array(shut)[dimension.codes]
            self.closed_values, self.closed_items = values, bytearray(closed.tobytes())
        return (self.closed_items,)

    def _masks(self, area: int, row: int, relaxed: tuple[str, ...], chosen: bool) -> dict[str, int]:
        masks = {
            "used": self.length,
            "family": self.enemies,
            "excluded": self.excluded,
            "block": 0,
            "content": 0,
            "stratum": 0,
            "exposure": 0,
        }
        if not chosen:
            return masks
        whole = sum(self.area_remaining)
        lottery = self._lottery(row) if "exposure" not in relaxed else NOTHING
        closed = self._closed() if "quotas" not in relaxed else NOTHING
        if not lottery and not closed:
            masks["content"] = 0 if area < 0 else whole - self.area_remaining[area]
            return masks
        inside = np.frombuffer(self.flags, dtype=np.uint8) == OPEN
        if area >= 0:
            inside &= self.prepared.pool.area_codes == area
        if closed:
            inside &= np.frombuffer(closed[0], dtype=np.uint8) == 0
        reach = int(np.count_nonzero(inside))
        masks["content"] = whole - reach
        if lottery:
            masks["exposure"] = int(np.count_nonzero(inside & np.frombuffer(lottery[0], dtype=bool)))
        return masks
