"""Records of a test day: who did not come, and what failed for a whole room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NoShowKind = Literal["never_came", "never_started"]

@dataclass(frozen=True)
class NoShow:
    """A booked candidate who never came, or was checked in and never started."""

    booking_id: int
    kind: NoShowKind
    at: datetime
    actor: str


@dataclass(frozen=True)
class Outage:
    """A failure of a whole room between two moments, with the seconds it gives back by attempt.

    ``applied_at`` is None until every attempt that can take it has it.
    """

    uid: str
    sitting_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    comment: str
    declared_by: str
    declared_at: datetime
    grants: Mapping[str, int]
    applied_at: datetime | None = None
