"""Background work as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Job:
    """One piece of background work; status is queued, running, done or failed; progress 0..1."""

    uid: str
    kind: str
    status: str
    progress: float
    message: str
    payload: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    requested_by: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
