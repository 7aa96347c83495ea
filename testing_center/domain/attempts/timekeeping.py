"""Time limits of an attempt, derived from an append-only ledger and never decremented.

A limit begins somewhere (the start of the test, of a section, of an item) and ends after what was allotted
and every entry of the ledger made since it began: so one grant, pause or break moves every limit that is
running, and none that has not begun.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from testing_center.domain.attempts.policy import Accommodations

EntryKind = Literal["grant", "pause", "break"]


@dataclass(frozen=True)
class TimeEntry:
    """``seconds`` (0 or more) added to the limits that were running at aware UTC time ``at``."""

    kind: EntryKind
    at: datetime
    seconds: float


@dataclass(frozen=True)
class Allotment:
    """What a limit gives before anything is added; ``share`` (0 to 1) is its part of the extra seconds."""

    seconds: int
    share: float = 1.0

    def with_accommodations(self, accommodations: Accommodations) -> int:
        """Whole seconds, rounded up in the candidate's favour."""
        extra = accommodations.extra_seconds * self.share
        return math.ceil(round(self.seconds * accommodations.time_multiplier + extra, 6))


def limit(
    begun_at: datetime, allotment: Allotment, accommodations: Accommodations, ledger: Iterable[TimeEntry]
) -> datetime:
    """Return when a limit that began at *begun_at* ends."""
    added = sum(entry.seconds for entry in ledger if entry.at >= begun_at)
    return begun_at + timedelta(seconds=allotment.with_accommodations(accommodations) + added)


def total(ledger: Iterable[TimeEntry], kind: EntryKind) -> float:
    """Return the seconds that entries of one kind added."""
    return sum(entry.seconds for entry in ledger if entry.kind == kind)
