"""Calibration runs: the plan, its frozen result, and what was decided about each item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class CalibrationRun:
    """One calibration of a subject under a release; its progress is its job's."""

    id: int
    uid: str
    job_uid: str
    release_number: int
    subject: str
    model: str
    plan: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class CalibrationDecision:
    """``decision`` is accepted or rejected; the last one about an item holds."""

    item_key: str
    decision: str
    reason: str
    actor_id: int | None
    at: datetime
