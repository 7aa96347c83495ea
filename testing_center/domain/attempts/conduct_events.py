"""What the people around a test do to it, and what becomes of it after its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from testing_center.domain.attempts.event import Event


@dataclass(frozen=True)
class MessageSent(Event):
    """The proctor wrote to the candidate."""

    kind: ClassVar[str] = "message_sent"
    message_id: str
    text: str


@dataclass(frozen=True)
class MessageAcknowledged(Event):
    """The candidate pressed that the message was read."""

    kind: ClassVar[str] = "message_acknowledged"
    message_id: str


@dataclass(frozen=True)
class OutageGranted(Event):
    """Time that a failure of the whole room took from this candidate, given back.

    ``starts_at`` and ``ends_at`` are ISO 8601 UTC; ``seconds`` is how long the clock ran in between.
    """

    kind: ClassVar[str] = "outage_granted"
    outage_id: str
    starts_at: str
    ends_at: str
    seconds: int
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class MarkedAbsent(Event):
    """The room was closed before the candidate, though checked in, had started."""

    kind: ClassVar[str] = "marked_absent"


@dataclass(frozen=True)
class RoomLeft(Event):
    """The candidate left the room after the end: no review and no appeal from here."""

    kind: ClassVar[str] = "room_left"


@dataclass(frozen=True)
class ProofNoted(Event):
    """What the locked-down browser proved: ``outcome`` is proved, missing or failed.

    ``means`` is ``headers`` or ``script``; only changes are noted.
    """

    kind: ClassVar[str] = "proof_noted"
    outcome: str
    means: str


@dataclass(frozen=True)
class Rescored(Event):
    """The result by corrected items: ``adjustments`` is all of them that this attempt now stands on.

    ``item_scores`` holds the corrected score by position, None where the item no longer counts.
    """

    kind: ClassVar[str] = "rescored"
    rescoring_id: str
    adjustments: tuple[Mapping[str, Any], ...]
    item_scores: Mapping[str, int | None]
    result: Mapping[str, Any]


CONDUCT_EVENTS: tuple[type[Event], ...] = (
    MessageSent, MessageAcknowledged, OutageGranted, MarkedAbsent, RoomLeft, ProofNoted, Rescored,
)  # fmt: skip
