"""Projections of attempts: what lists, boards and statistics read; rebuilt from the log at will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from testing_center.domain.attempts.hash_chain import LogRow
from testing_center.domain.attempts.lease import DeviceRequest, pending
from testing_center.domain.attempts.state import AttemptState


@dataclass(frozen=True)
class AttemptAnchor:
    """What never changes about an attempt."""

    attempt_id: str
    person_id: int
    booking_id: int | None
    sitting_id: int | None
    kind: str
    subject: str
    created_at: datetime


@dataclass(frozen=True)
class AttemptSummary:
    """Where an attempt stands."""

    attempt_id: str
    status: str
    sequence: int
    position: int
    answered: int
    length: int
    started_at: datetime | None
    deadline: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    help_requested_at: datetime | None
    incidents: int
    granted_seconds: int
    result: Mapping[str, Any] | None
    seat: int | None = None
    """Where the candidate sits now; None before check-in."""
    absences: int = 0
    device_requests: tuple[DeviceRequest, ...] = ()
    """Other devices that ask to take over and wait for a decision."""
    unread: int = 0
    """Messages that the candidate has not acknowledged."""
    proof: str = ""
    left_room_at: datetime | None = None

    @classmethod
    def of(cls, state: AttemptState) -> "AttemptSummary":
        """Project a folded state."""
        return cls(
            attempt_id=state.attempt_id,
            status=state.status,
            sequence=state.sequence,
            position=state.position,
            answered=state.answered,
            length=state.plan.length,
            started_at=state.started_at,
            deadline=state.deadline,
            paused_at=state.paused_at if state.status == "paused" else None,
            finished_at=state.finished_at,
            help_requested_at=state.help_requested_at,
            incidents=state.incidents,
            granted_seconds=state.granted_seconds,
            result=state.result,
            seat=state.seat,
            absences=state.absences,
            device_requests=pending(state) if state.status != "finished" else (),
            unread=len(state.unread),
            proof=state.proof,
            left_room_at=state.left_room_at,
        )


@dataclass(frozen=True)
class ItemResponse:
    """One final, scored response."""

    attempt_id: str
    person_id: int
    kind: str
    release_number: int
    position: int
    item_key: str
    version: int
    response: tuple[str, ...]
    item_score: int
    language: str
    at: datetime


@dataclass(frozen=True)
class Addition:
    """What one command adds to the log of an attempt, with the projections that it changes.

    ``rows`` are consecutive and at least one; ``summary`` stands after the last of them. ``responses`` are
    recorded where none is yet, ``corrected`` in place of what is there.
    """

    rows: tuple[LogRow, ...]
    summary: AttemptSummary
    responses: tuple[ItemResponse, ...]
    at: datetime
    corrected: tuple[ItemResponse, ...] = ()

    @property
    def attempt_id(self) -> str:
        """Whose log it is."""
        return self.rows[0].attempt_id

    @property
    def follows(self) -> int:
        """Sequence number after which the rows come."""
        return self.rows[0].sequence - 1
