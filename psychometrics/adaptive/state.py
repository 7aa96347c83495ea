"""Where an attempt stands: what was given, what is barred, and how often each content area came."""

from __future__ import annotations

from collections.abc import Iterable

from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.errors import InvalidParameters, InvalidResponses


class AdministrationState:
    """Folded history of one attempt. :meth:`record` is the only way it changes."""

    def __init__(self, pool: AdaptivePool, plan: AdaptivePlan) -> None:
        for area in plan.area_targets:
            if area not in pool.area_sizes:
                raise InvalidParameters(f"The pool has no items of the content area {area!r}.")
        if plan.exclude and not 0 <= min(plan.exclude) <= max(plan.exclude) < len(pool):
            raise InvalidParameters("An excluded item is not in the pool.")
        self.pool = pool
        self.plan = plan
        self.given: list[int] = []
        self.scores: list[int] = []
        self.barred: set[int] = set()
        self.area_counts: dict[str, int] = dict.fromkeys(pool.areas, 0)
        self.area_remaining: dict[str, int] = dict(pool.area_sizes)
        self.family_barred = 0
        self._bar(plan.exclude)

    @classmethod
    def of(
        cls, pool: AdaptivePool, plan: AdaptivePlan, history: Iterable[tuple[int, int]]
    ) -> AdministrationState:
        """Fold a history of (item, score) pairs. Raises InvalidResponses for impossible ones."""
        state = cls(pool, plan)
        for item, score in history:
            state.record(item, score)
        return state

    def record(self, item: int, score: int) -> None:
        """Note the 0/1 score of a presented item; bars it and the other members of its family.

        An item of a barred family or of the excluded set is accepted, because it was in fact presented.
        """
        if not 0 <= item < len(self.pool.area_of):
            raise InvalidResponses(f"Item {item} is not in a pool of {len(self.pool)} items.")
        if score not in (0, 1):
            raise InvalidResponses(f"The score of item {item} is {score}; it must be 0 or 1.")
        if item in self.given:
            raise InvalidResponses(f"Item {item} appears twice in the history.")
        self.given.append(item)
        self.scores.append(score)
        self.area_counts[self.pool.area_of[item]] += 1
        self._bar((item,))
        before = len(self.barred)
        self._bar(self.pool.family_members[item])
        self.family_barred += len(self.barred) - before

    def _bar(self, items: Iterable[int]) -> None:
        for item in items:
            if item not in self.barred:
                self.barred.add(item)
                self.area_remaining[self.pool.area_of[item]] -= 1
