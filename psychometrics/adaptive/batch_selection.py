"""The choice among open items for many examinees at once, by rankings or by values of a criterion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from psychometrics.adaptive.content import next_areas
from psychometrics.adaptive.criteria import criterion_values, stage_items
from psychometrics.adaptive.draws import draws
from psychometrics.adaptive.selection import RANDOM_CRITERIA
from psychometrics.adaptive.shadow import Assembly, ShadowTest
from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.adaptive.weighted_deviation import weighted_deviation_values
from psychometrics.arrays import AnyArray, FloatArray, IntArray

if TYPE_CHECKING:
    from psychometrics.adaptive.batch import Administrations

RELAXATIONS: tuple[tuple[str, ...], ...] = ((), ("exposure",), ("exposure", "quotas"))
"""Rules set aside, step by step, while they leave no item."""

FIRST_LOOK = 24
"""Ranked items looked at before the rest: mostly enough open ones are among them."""


@dataclass(frozen=True, eq=False)
class Pick:
    """Choices of n examinees ``rows``.

    ``item`` and ``reason`` (index into STOP_REASONS) are (n,), −1 for none; ``area`` is the code of the area
    whose turn it was, −1 without shares; ``relaxed`` an index into RELAXATIONS; ``candidates`` and ``values``
    (n, randomesque), best first, −1 and NaN beyond the last.
    """

    rows: IntArray
    item: IntArray
    reason: IntArray
    area: IntArray
    relaxed: IntArray
    candidates: IntArray
    values: FloatArray


def pick_items(state: Administrations, rows: IntArray) -> Pick:
    """The next item of each of the examinees ``rows`` of a state, or why there is none."""
    gate = Gate(state, rows)
    area, none_left = _areas(state, rows)
    look = _by_ranking if _ranked(state) else _by_values
    candidates, values, relaxed, most = look(gate, area)
    candidates[none_left] = -1
    count = (candidates >= 0).sum(axis=1)
    plan = state.prepared.plan
    among = np.minimum(count, 1) if plan.selection.criterion in RANDOM_CRITERIA else count
    place = draws(state.seeds[rows], state.position, np.maximum(among, 1))
    item = candidates[np.arange(len(rows)), place]
    reason = np.where(item < 0, STOP_REASONS.index("pool_exhausted"), -1)
    limit = plan.stopping.minimum_information
    if limit is not None and state.position >= plan.minimum_length:
        met = (state.amounts[rows] >= state.prepared.quotas.minimum).all(axis=1)
        short = (item >= 0) & (most < limit) & met
        reason[short] = STOP_REASONS.index("minimum_information")
        item[short] = -1
    return Pick(rows, item.astype(np.int64), reason, area, relaxed, candidates, values)


def _ranked(state: Administrations) -> bool:
    plan = state.prepared.plan
    return plan.selection.criterion == "maximum_information" and plan.content.method == "quotas"


def _areas(state: Administrations, rows: IntArray) -> tuple[IntArray, AnyArray]:
    """Code of the area whose turn it is (−1 without shares), and whether no area with a share has items."""
    prepared = state.prepared
    if not prepared.shares:
        return np.full(len(rows), -1), np.zeros(len(rows), dtype=bool)
    shares, codes = np.array(prepared.shares), np.array(prepared.share_areas)
    remaining = state.area_remaining[rows] if not prepared.pool.blocks else _fitting(state, rows)
    deficits = shares * (state.position + 1) - state.area_counts[np.ix_(rows, codes)]
    place = next_areas(deficits, (remaining[:, codes] > 0) & (shares > 0))
    return np.where(place >= 0, codes[place], -1), place < 0


def _fitting(state: Administrations, rows: IntArray) -> FloatArray:
    """Open items of each area, blocks that are too long left out, (n, A)."""
    pool = state.prepared.pool
    fits = pool.unit_sizes <= state.prepared.plan.maximum_length - state.position
    ready = (state.barred[rows] == 0) & fits
    return np.stack(
        [ready[:, pool.area_codes == code].sum(axis=1) for code in range(len(pool.areas))], axis=1
    )


class Gate:
    """Which items are open to some examinees at this step, under all rules or with some set aside."""

    def __init__(self, state: Administrations, rows: IntArray) -> None:
        self.state, self.rows = state, rows
        self.standing = state.standing(rows)
        self.remaining = state.prepared.plan.maximum_length - state.position
        quotas = state.prepared.quotas
        self.by_quota = state.prepared.plan.content.method == "quotas" and bool(quotas.names)
        self.closed = [
            dimension.closed_rows(state.amounts[rows][:, dimension.quotas], self.remaining)
            for dimension in (quotas.dimensions if self.by_quota else ())
        ]
        self.closed_blocks = self._closed_blocks()
        self.group = state.prepared.exposure_group[self.standing.grid_rows]

    def _closed_blocks(self) -> AnyArray | None:
        """Blocks that would break a quota, (n, B); None without blocks or quotas."""
        prepared, pool = self.state.prepared, self.state.prepared.pool
        if not pool.blocks or not self.by_quota:
            return None
        heads = [block[0] for block in pool.blocks]
        after = self.state.amounts[self.rows][:, None, :] + prepared.unit_quotas[:, heads].T
        broken = (after > prepared.quotas.maximum).any(axis=2)
        left = self.remaining - pool.unit_sizes[heads]
        for dimension in prepared.quotas.dimensions:
            lacks = np.array(dimension.minimum) - after[:, :, dimension.quotas]
            broken |= np.maximum(lacks, 0).sum(axis=2) > left
        return np.asarray(broken)

    def blocked(self, places: IntArray, items: AnyArray, relaxed: int) -> AnyArray:
        """Whether items (m, K) are out of reach of the examinees at ``places`` of ``rows`` (m,)."""
        state, pool = self.state, self.state.prepared.pool
        rows = self.rows[places]
        flat = (rows * len(pool))[:, None] + items
        out = state.barred.ravel().take(flat) != 0
        if pool.blocks:
            out |= pool.unit_sizes[items] > self.remaining
        control = state.prepared.plan.exposure
        if control is not None and state.tickets is not None and relaxed < 1:
            out |= state.tickets.ravel().take(flat) >= control.table[self.group[places, None], items]
        if relaxed < 2:
            out |= self.outside_quotas(places, items)
        return np.asarray(out)

    def outside_quotas(self, places: IntArray, items: AnyArray) -> AnyArray:
        """Whether giving items (m, K) to the examinees at ``places`` would break a quota."""
        out = np.zeros(np.broadcast_shapes((len(places), 1), items.shape), dtype=bool)
        for closed, dimension in zip(self.closed, self.state.prepared.quotas.dimensions, strict=False):
            out |= closed[places[:, None], dimension.codes[items]]
        if self.closed_blocks is not None:
            block = self.state.prepared.pool.block_of[items]
            out = np.where(block >= 0, self.closed_blocks[places[:, None], block], out)
        return out


Found = tuple[IntArray, FloatArray, IntArray, FloatArray]
"""Candidates and their values (n, r), index of the relaxation (n,), largest information in reach (n,)."""


def _by_ranking(gate: Gate, area: IntArray) -> Found:
    """The first open items of the rankings at the grid points."""
    pool, wanted = gate.state.prepared.pool, gate.state.prepared.plan.randomesque
    count = len(gate.rows)
    candidates = np.full((count, wanted), -1)
    relaxed = np.zeros(count, dtype=np.int64)
    waiting = np.arange(count)
    for level in range(len(RELAXATIONS)):
        _look(gate, area, waiting, level, candidates)
        relaxed[waiting] = level
        waiting = waiting[candidates[waiting, 0] < 0]
        if len(waiting) == 0 or not _more_to_relax(gate, level):
            break
    relaxed[candidates[:, 0] < 0] = 0
    values = pool.information[gate.standing.grid_rows[:, None], candidates]
    values = np.where(candidates >= 0, values, np.nan)
    return candidates, values, relaxed, values[:, 0]


def _more_to_relax(gate: Gate, level: int) -> bool:
    if level == 0:
        return gate.state.tickets is not None or gate.by_quota
    return gate.by_quota


def _look(gate: Gate, area: IntArray, places: IntArray, relaxed: int, candidates: IntArray) -> None:
    """Fill in the first open items of each of ``places``, looking further down where too few were found."""
    pool = gate.state.prepared.pool
    wanted, size = candidates.shape[1], len(pool)
    whole = area < 0
    start = np.where(whole, 0, pool.area_starts[area]) + gate.standing.grid_rows * size
    end = np.where(whole, size, pool.area_starts[area + 1] - pool.area_starts[area])
    ranking = (pool.ranking if whole.all() else pool.area_ranking).ravel()
    depth = wanted + FIRST_LOOK
    while len(places):
        depth = min(depth, int(end[places].max()))
        steps = np.arange(depth)
        inside = steps < end[places, None]
        items = ranking.take(start[places, None] + np.minimum(steps, end[places, None] - 1))
        ready = inside & ~gate.blocked(places, items, relaxed)
        seen = ready.cumsum(axis=1, dtype=np.int32)
        for rank in range(wanted):
            at = (seen == rank + 1).argmax(axis=1)
            row = np.arange(len(places))
            candidates[places, rank] = np.where(seen[:, -1] > rank, items[row, at], -1)
        short = (seen[:, -1] < wanted) & (end[places] > depth)
        places = places[short]
        depth *= 4


def _by_values(gate: Gate, area: IntArray) -> Found:
    """The open items of largest value."""
    state, prepared = gate.state, gate.state.prepared
    rows, standing = gate.rows, gate.standing
    values = criterion_values(prepared, standing)
    places, everything = np.arange(len(rows)), np.arange(len(prepared.pool))[None, :]
    level = np.zeros(len(rows), dtype=np.int64)
    shown = area[:, None]
    there = (shown < 0) | (prepared.pool.area_codes == shown)
    if prepared.plan.content.method == "shadow_test":
        ready, level = _shadow_items(gate, values)
    else:
        ready = ~gate.blocked(places, everything, 0) & there
        for number in range(1, len(RELAXATIONS)):
            empty = places[~ready.any(axis=1)]
            if len(empty) and _more_to_relax(gate, number - 1):
                ready[empty] = ~gate.blocked(empty, everything, number) & there[empty]
                level[empty] = number
    if prepared.plan.content.method == "weighted_deviation":
        values = weighted_deviation_values(prepared, values, state.amounts[rows], ready, state.position)
    stage = stage_items(prepared, state.position)
    if stage is not None:
        staged = ready & stage
        ready = np.where(staged.any(axis=1, keepdims=True), staged, ready)
    most = np.where(ready, prepared.pool.information[standing.grid_rows], -np.inf).max(axis=1)
    candidates, best = _largest(np.where(ready, values, -np.inf), prepared.plan.randomesque)
    level[candidates[:, 0] < 0] = 0
    return candidates, best, level, most


def _largest(values: FloatArray, wanted: int) -> tuple[IntArray, FloatArray]:
    """Indices and values of the largest finite entries of each row, ties to the lower index: (n, wanted)."""
    rows = np.arange(len(values))
    candidates = np.full((len(values), wanted), -1)
    best = np.full((len(values), wanted), np.nan)
    for rank in range(min(wanted, values.shape[1])):
        item = values.argmax(axis=1)
        value = values[rows, item]
        known = value > -np.inf
        candidates[known, rank], best[known, rank] = item[known], value[known]
        values[rows, item] = -np.inf
    return candidates, best


def _shadow_items(gate: Gate, values: FloatArray) -> tuple[AnyArray, IntArray]:
    """Items of each examinee's shadow test still to be given, (n, J), and what had to give way."""
    state = gate.state
    ready = np.zeros(values.shape, dtype=bool)
    level = np.zeros(len(values), dtype=np.int64)
    for place, row in enumerate(gate.rows.tolist()):
        shadow = state.shadows[row]
        if shadow is None or not _still_best(gate, place, shadow):
            shadow = _new_shadow(gate, place, values[place])
        else:
            shadow = ShadowTest(
                shadow.items - set(state.given[row].tolist()), shadow.grid_row, shadow.relaxed
            )
        state.shadows[row] = shadow
        ready[place, list(shadow.items)] = True
        level[place] = RELAXATIONS.index(shadow.relaxed)
    return ready, level


def _still_best(gate: Gate, place: int, shadow: ShadowTest) -> bool:
    """Whether the last shadow test solves this step too: same objective, only its items given since."""
    state, row = gate.state, int(gate.rows[place])
    if state.prepared.plan.selection.criterion != "maximum_information" or shadow.relaxed:
        return False
    return (
        shadow.grid_row == int(gate.standing.grid_rows[place]) and int(state.last_unit[row]) in shadow.items
    )


def _new_shadow(gate: Gate, place: int, values: FloatArray) -> ShadowTest:
    state, row = gate.state, int(gate.rows[place])
    assembly: Assembly = state.prepared.assembly
    everything = np.arange(len(state.prepared.pool))[None, :]
    grid_row = int(gate.standing.grid_rows[place])
    for number in (0, 1):
        open_items = np.flatnonzero(~gate.blocked(np.array([place]), everything, number)[0])
        found = assembly.best(values, state.amounts[row], open_items, gate.remaining)
        if found is not None:
            return ShadowTest(frozenset(found.tolist()), grid_row, RELAXATIONS[number])
    return ShadowTest(frozenset(open_items.tolist()), grid_row, RELAXATIONS[2])


def refresh_shadow_tests(state: Administrations) -> None:
    """Bring the shadow tests of the active examinees up to date without choosing, for a replay."""
    rows = state.active[state.following(state.active) < 0]
    if len(rows):
        gate = Gate(state, rows)
        _shadow_items(gate, criterion_values(state.prepared, gate.standing))
