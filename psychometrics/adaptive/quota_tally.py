"""Quotas of one attempt, kept up to date item by item."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.arrays import AnyArray


@dataclass(slots=True)
class _Tally:
    """One dimension: what is missing of each minimum, in all, and which values are full (the rest last)."""

    missing: list[float]
    room: list[float]
    need: float
    full: list[bool] = field(default_factory=list)


class QuotaTally:
    """Counts of the quotas of one attempt, and the values they close (see :class:`Dimension`).

    ``lacking`` maps each quota to what it lacks of its minimum; ``unmet`` is their sum.
    """

    def __init__(self, prepared: PreparedPlan) -> None:
        self._prepared = prepared
        quotas = prepared.quotas
        self.lacking = dict(zip(quotas.names, quotas.minimum.tolist(), strict=True))
        self.unmet = sum(self.lacking.values())
        self._tallies = [
            _Tally(
                missing=list(dimension.minimum),
                room=list(dimension.maximum),
                need=sum(dimension.minimum),
                full=[limit < 1 for limit in dimension.maximum] + [False],
            )
            for dimension in quotas.dimensions
        ]
        self._shut: tuple[tuple[bool, ...], ...] | None = None
        self._mask: bytearray | None = None

    def note(self, item: int) -> None:
        """Count an item given."""
        prepared = self._prepared
        for tally, codes, names in zip(
            self._tallies, prepared.value_codes, prepared.quota_names, strict=True
        ):
            code = codes[item]
            if code == len(names):
                continue
            tally.room[code] -= 1
            if tally.room[code] < 1:
                tally.full[code] = True
            if tally.missing[code] > 0:
                tally.missing[code] -= 1
                tally.need -= 1
                self.unmet -= 1
                self.lacking[names[code]] = tally.missing[code]

    def closed(self, remaining: int) -> bytearray | None:
        """Flags of the items that quotas close with ``remaining`` items to give; None if all are open."""
        shut = tuple(
            [
                (*(missing <= 0 for missing in tally.missing), True)
                if tally.need >= remaining
                else tuple(tally.full)
                for tally in self._tallies
            ]
        )
        if shut != self._shut:
            self._shut, self._mask = shut, self._flags(shut)
        return self._mask

    def _flags(self, shut: tuple[tuple[bool, ...], ...]) -> bytearray | None:
        if not any(map(any, shut)):
            return None
        closed: AnyArray = np.zeros(len(self._prepared.pool), dtype=bool)
        for dimension, values in zip(self._prepared.quotas.dimensions, shut, strict=True):
            closed |= np.array(values)[dimension.codes]
        return bytearray(closed.tobytes())
