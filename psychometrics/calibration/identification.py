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

FIRST_EXAMINEES = 500
"""Examinees looked at first when items are traced through common examinees."""

UNLINKED = "shares no examinee with the main set: only the assumption of one population links it to the scale"

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
    anchored = plan.anchors is not None and len(plan.anchors.positions) > 0
    if plan.population == "standard" or (count == 1 and not anchored):
        return
    met = _items_met(matrix, examinees.group, count)
    group, item = np.nonzero(met)
    links = csr_array(
        (np.ones(len(group)), (group, count + item)), shape=(count + matrix.items, count + matrix.items)
    )
    part = connected_components(links, directed=False)[1]
    if plan.anchors is None or not anchored:
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
    several = "One group shares" if len(stray) == 1 else f"{len(stray)} groups share"
    who = "The examinees share" if count == 1 else several
    raise NotEstimable(
        f"{who} no item with the {'anchors' if anchored else 'reference group'}: "
        f"calibrate them apart, or add common items (their items: {names}).",
        reasons,
    )


def unlinked_items(matrix: ResponseMatrix, plan: CalibrationPlan) -> dict[int, str]:
    """Items that no chain of examinees links to the anchors, or without anchors to the largest set of items.

    Such items are estimable, because the population is one, but on its scale only if it really is: if the
    examinees of both sets differ in θ, so will their parameters.
    """
    part = item_components(matrix)
    main = {int(np.bincount(part).argmax())}
    if plan.anchors is not None and len(plan.anchors.positions):
        main = set(part[plan.anchors.positions].tolist())
    apart = np.flatnonzero(~np.isin(part, list(main)))
    return dict.fromkeys(apart.tolist(), UNLINKED)


def item_components(matrix: ResponseMatrix) -> IntArray:
    """Number (J,) of the connected set of each item: two items are linked by an examinee who met both.

    Examinees are added by and by until one set is left, which in most banks takes few of them.
    """
    part = np.arange(matrix.items)
    start, size = 0, FIRST_EXAMINEES
    while start < matrix.examinees and part.any():
        row, item = matrix.cells_of(start, min(start + size, matrix.examinees))
        _, first, number = np.unique(part, return_index=True, return_inverse=True)
        nodes = matrix.items + (int(row.max()) + 1 if len(row) else 0)
        ends = np.concatenate([matrix.items + row, first[number]])
        starts = np.concatenate([item, np.arange(matrix.items)])
        links = csr_array((np.ones(len(ends), dtype=np.int8), (starts, ends)), shape=(nodes, nodes))
        part = connected_components(links, directed=False)[1][: matrix.items]
        part = np.unique(part, return_inverse=True)[1]
        start, size = start + size, 8 * size
    return np.asarray(part, dtype=np.int64)


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
