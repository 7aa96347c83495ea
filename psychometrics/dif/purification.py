"""Iterative purification of the matching score (Holland & Thayer 1988; Candell & Drasgow 1988)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from psychometrics.arrays import AnyArray
from psychometrics.dif.plan import DifPlan

FEWEST_ANCHORS = 2


class Flagging(Protocol):
    """Any result that says which items it flags and how large their effects are."""

    @property
    def flagged(self) -> AnyArray: ...

    @property
    def effect(self) -> AnyArray: ...


Result = TypeVar("Result", bound=Flagging)


@dataclass(frozen=True, eq=False)
class Purified(Generic[Result]):
    """The last ``result``, the ``anchors`` (J,) it was matched on, the ``rounds`` it took and whether the
    flagged items were the same twice (``settled``)."""

    result: Result
    anchors: AnyArray
    rounds: int
    settled: bool


def purified(analyse: Callable[[AnyArray], Result], first: AnyArray, plan: DifPlan) -> Purified[Result]:
    """Repeat ``analyse(anchors)`` with flagged items taken out until they do not change.

    At least half of the first anchors stay: when many items work against one group, the matching score makes
    the innocent ones look different too, but less so. Stops unsettled when the sets of anchors go in a
    circle, when fewer than two would remain, or at the plan's limit.
    """
    anchors, result = first, analyse(first)
    if not plan.purify:
        return Purified(result, anchors, 1, settled=True)
    seen = [anchors]
    for rounds in range(1, plan.purification_limit + 1):
        following = _remaining(first, result)
        if np.array_equal(following, anchors):
            return Purified(result, anchors, rounds, settled=True)
        if following.sum() < FEWEST_ANCHORS or any(np.array_equal(following, past) for past in seen):
            return Purified(result, anchors, rounds, settled=False)
        anchors, result = following, analyse(following)
        seen.append(anchors)
    return Purified(result, anchors, plan.purification_limit + 1, settled=False)


def _remaining(first: AnyArray, result: Flagging) -> AnyArray:
    """The first anchors without the flagged ones, filled up to half of them by the smallest effects."""
    kept = first & ~result.flagged
    missing = -(-int(first.sum()) // 2) - int(kept.sum())
    if missing > 0:
        flagged = np.flatnonzero(first & result.flagged)
        order = np.argsort(np.abs(result.effect[flagged]), kind="stable")
        kept[flagged[order[:missing]]] = True
    return np.asarray(kept)
