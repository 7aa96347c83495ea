"""What the people around a test may ask of an attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testing_center.domain.attempts.commands import Command


@dataclass(frozen=True)
class SendMessage(Command):
    """Write to the candidate; ``message_id`` is the same for everyone who gets the message."""

    message_id: str
    text: str


@dataclass(frozen=True)
class AcknowledgeMessage(Command):
    """The candidate has read a message."""

    message_id: str


@dataclass(frozen=True)
class GrantOutage(Command):
    """Give back ``seconds`` that a failure of the room between two moments (ISO 8601 UTC) took."""

    outage_id: str
    starts_at: str
    ends_at: str
    seconds: int
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class MarkAbsent(Command):
    """Close an attempt that was never started."""


@dataclass(frozen=True)
class LeaveRoom(Command):
    """The candidate leaves the room after the end."""


@dataclass(frozen=True)
class NoteProof(Command):
    """Record what the locked-down browser proved."""

    outcome: str
    means: str


@dataclass(frozen=True)
class Rescore(Command):
    """Replace the result by that of the corrected items."""

    rescoring_id: str
    adjustments: Sequence[Mapping[str, Any]]
    item_scores: Mapping[str, int | None]
    result: Mapping[str, Any]
