"""The record of a choice made in a batch."""

from __future__ import annotations

import numpy as np

from psychometrics.adaptive.batch import BLOCK, EXCLUDED, FAMILY, USED, Administrations
from psychometrics.adaptive.batch_selection import RELAXATIONS, Gate, Pick
from psychometrics.adaptive.choice import Candidate, Choice
from psychometrics.adaptive.criteria import MINIMIZED, stage_items
from psychometrics.adaptive.stopping import STOP_REASONS
from psychometrics.arrays import AnyArray


def explain(state: Administrations, row: int, item: int | None) -> Choice:
    """What :meth:`Administrations.choose` has just chosen for the examinee ``row``, explained."""
    prepared, plan, pool = state.prepared, state.prepared.plan, state.prepared.pool
    reason = STOP_REASONS[state.reasons[row]] if item is None else None
    picked = _place(state.pick, row)
    pick = state.pick if picked is not None else None
    forced = item is not None and picked is None
    candidates = _candidates(state, pick, picked)
    area = -1 if pick is None or picked is None else int(pick.area[picked])
    relaxed = () if pick is None or picked is None else RELAXATIONS[int(pick.relaxed[picked])]
    shadow = state.shadows[row]
    block = int(pool.block_of[item]) if item is not None else -1
    classified = plan.stopping.classification is not None and item is None
    return Choice(
        item=item,
        stop_reason=reason,
        theta=float(state.theta[row]),
        standard_error=float(state.standard_error[row]),
        criterion=plan.selection.criterion,
        value=next((candidate.value for candidate in candidates if candidate.item == item), None),
        position=int(state.length[row]),
        candidates=candidates,
        area=None if area < 0 or not candidates else pool.areas[area],
        area_deficits=_area_deficits(state, row),
        quota_deficits={
            name: max(float(low) - float(amount), 0.0)
            for name, low, amount in zip(
                prepared.quotas.names, prepared.quotas.minimum, state.amounts[row], strict=True
            )
        },
        masks=_masks(state, row, area if candidates else -1, not forced and bool(candidates)),
        relaxed=relaxed,
        block=pool.blocks[block][0] if block >= 0 else None,
        shadow_test=() if shadow is None or forced or item is None else tuple(sorted(shadow.items)),
        category=int(state.categories()[row]) if classified else None,
    )


def _place(pick: Pick | None, row: int) -> int | None:
    if pick is None or row not in pick.rows:
        return None
    return int(np.flatnonzero(pick.rows == row)[0])


def _candidates(state: Administrations, pick: Pick | None, place: int | None) -> tuple[Candidate, ...]:
    if pick is None or place is None:
        return ()
    plan = state.prepared.plan
    turned = plan.selection.criterion in MINIMIZED and plan.content.method != "weighted_deviation"
    return tuple(
        Candidate(int(item), -float(value) if turned else float(value))
        for item, value in zip(pick.candidates[place], pick.values[place], strict=True)
        if item >= 0
    )


def _area_deficits(state: Administrations, row: int) -> dict[str, float]:
    following = int(state.length[row]) + 1
    return {
        area: share * following - float(state.area_counts[row, code])
        for area, share, code in zip(
            state.prepared.plan.area_targets, state.prepared.shares, state.prepared.share_areas, strict=True
        )
    }


def _masks(state: Administrations, row: int, area: int, chosen: bool) -> dict[str, int]:
    """Items out of reach by the first rule that bars them."""
    codes = state.barred[row]
    counts = {
        "used": int((codes == USED).sum()),
        "family": int((codes == FAMILY).sum()),
        "excluded": int((codes == EXCLUDED).sum()),
        "block": int((codes == BLOCK).sum()),
        "content": 0,
        "stratum": 0,
        "exposure": 0,
    }
    if chosen:
        _count_rules(state, row, area, counts)
    return counts


def _count_rules(state: Administrations, row: int, area: int, counts: dict[str, int]) -> None:
    prepared, pool = state.prepared, state.prepared.pool
    pick = state.pick
    relaxed = 0 if pick is None else int(pick.relaxed[_place(pick, row) or 0])
    gate = Gate(state, np.array([row]))
    everything, first = np.arange(len(pool))[None, :], np.array([0])
    reach: AnyArray = ~gate.blocked(first, everything, 2)[0]
    counts["block"] += int((state.barred[row] == 0).sum() - reach.sum())
    inside = reach & ((area < 0) | (pool.area_codes == area))
    if relaxed < 2:
        inside &= ~gate.outside_quotas(first, everything)[0]
    shadow = state.shadows[row]
    if shadow is not None:
        inside &= np.isin(everything[0], list(shadow.items))
        relaxed = 1
    counts["content"] = int(reach.sum() - inside.sum())
    ready = inside & ~gate.blocked(first, everything, 0)[0] if relaxed < 1 else inside
    counts["exposure"] = int(inside.sum() - ready.sum())
    stage = stage_items(prepared, int(state.length[row]))
    if stage is not None and (ready & stage).any():
        counts["stratum"] = int((ready & ~stage).sum())
