"""What the responses cannot determine, said before estimation and with the items to blame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from psychometrics.arrays import AnyArray, IntArray
from psychometrics.calibration.blocks import Examinees
from psychometrics.calibration.category_rows import CategoryRows
from psychometrics.calibration.plan import DICHOTOMOUS_MODELS, CalibrationPlan, Model
from psychometrics.errors import InvalidResponses, NotEstimable
from psychometrics.responses import ResponseMatrix

FEWEST_ITEMS: dict[Model, int] = {"2pl": 3, "3pl": 3, "4pl": 3}
"""Fewer items leave the model with more parameters than the response patterns can determine; 2 elsewhere."""


def check_estimable(
    models: Sequence[Model], observed: AnyArray, rows: CategoryRows, plan: CalibrationPlan
) -> None:
    """NotEstimable naming each item that has no responses, or not all scores its model needs.

    ``observed`` (R,) counts the scores of each item. InvalidResponses if there is no response at all.
    """
    anchored = set() if plan.anchors is None else set(plan.anchors.positions.tolist())
    fewest = max(FEWEST_ITEMS.get(model, 2) for model in models)
    if not anchored and rows.items < fewest:
        raise NotEstimable(f"The {max(models, key=_fewest)} model needs {fewest} or more items.")
    if not observed.any():
        raise InvalidResponses("No examinee has a response.")
    reasons: dict[int, str] = {}
    used = _scores_in_use(models, observed, rows)
    for item, model in enumerate(models):
        own = observed[rows.starts[item] : rows.starts[item + 1]]
        reason = "" if item in anchored else _reason(own, used[item], model)
        if reason:
            reasons[item] = reason
    if reasons:
        listed = "; ".join(f"{plan.name_of(item)} {reason}" for item, reason in reasons.items())
        raise NotEstimable(f"Leave out the items that cannot be estimated: {listed}.", reasons)


def check_connected(
    matrix: ResponseMatrix, examinees: Examinees, plan: CalibrationPlan, reference: int
) -> None:
    """NotEstimable naming the items of groups that no common item links to the reference or to anchors."""
    count = int(examinees.group.max()) + 1
    if count == 1:
        return
    met = _items_met(matrix, examinees.group, count)
    group, item = np.nonzero(met)
    links = csr_array(
        (np.ones(len(group)), (group, count + item)), shape=(count + matrix.items, count + matrix.items)
    )
    part = connected_components(links, directed=False)[1]
    if plan.anchors is None:
        safe = {int(part[reference])}
    else:
        safe = set(part[count + plan.anchors.positions].tolist())
    stray = [number for number in range(count) if int(part[number]) not in safe]
    if not stray:
        return
    reasons = {
        int(number): "is met only by groups that nothing links to the scale"
        for number in np.flatnonzero(met[stray].any(axis=0))
    }
    names = ", ".join(plan.name_of(number) for number in list(reasons)[:10])
    raise NotEstimable(
        f"{len(stray)} groups share no item with the {'anchors' if plan.anchors else 'reference group'}: "
        f"calibrate them apart, or add common items (their items: {names}).",
        reasons,
    )


def _fewest(model: Model) -> int:
    return FEWEST_ITEMS.get(model, 2)


def _scores_in_use(models: Sequence[Model], observed: AnyArray, rows: CategoryRows) -> list[AnyArray]:
    """Which scores of each item need not be seen on it: rating scale items lend each other theirs."""
    counts = np.diff(rows.starts)
    seen = [observed[rows.starts[item] : rows.starts[item + 1]] > 0 for item in range(rows.items)]
    for count in np.unique(counts):
        members = [
            item for item in range(rows.items) if models[item] == "rating_scale" and counts[item] == count
        ]
        if members:
            together = np.any([seen[item] for item in members], axis=0)
            for item in members:
                seen[item] = together
    return seen


def _reason(own: IntArray, seen: AnyArray, model: Model) -> str:
    if own.sum() == 0:
        return "has no responses"
    if model in DICHOTOMOUS_MODELS or len(own) == 2:
        kind = "right" if own[1] else "wrong"
        return "" if own.all() else f"has only {kind} responses"
    if np.count_nonzero(own) == 1:
        return f"has only responses of score {int(np.flatnonzero(own)[0])}"
    if not seen.all():
        missing = ", ".join(str(score) for score in np.flatnonzero(~seen))
        return f"has no responses of score {missing}: merge scores"
    if model == "rating_scale" and own[0] == own.sum():
        return "has only responses of score 0"
    return ""


def _items_met(matrix: ResponseMatrix, group: IntArray, count: int) -> AnyArray:
    """Whether any examinee of a group met an item, bool (G, J)."""
    if matrix.dense is not None:
        return np.array([(matrix.dense[group == number] >= 0).any(axis=0) for number in range(count)])
    cells = matrix.to_sparse()
    met = np.zeros((count, matrix.items), dtype=bool)
    met[np.repeat(group, np.diff(cells.starts)), cells.items] = True
    return met
