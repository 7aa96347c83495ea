"""What can happen in an attempt: the append-only facts from which everything else is folded.

An event never changes once recorded. Names are past tense; fields are JSON scalars, tuples and
mappings so that the canonical form, and with it the hash chain, is the same on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from testing_center.domain.attempts.conduct_events import CONDUCT_EVENTS
from testing_center.domain.attempts.event import Event as Event
from testing_center.domain.attempts.plan import DeliveryPlan


@dataclass(frozen=True)
class AttemptPrepared(Event):
    """The form was built and pinned, at check-in and not on Start."""

    kind: ClassVar[str] = "attempt_prepared"
    candidate_id: int
    plan: DeliveryPlan


@dataclass(frozen=True)
class CheckedIn(Event):
    """The proctor has seen the identity document and shown the seat."""

    kind: ClassVar[str] = "checked_in"
    document: str
    document_ending: str
    seat: int


@dataclass(frozen=True)
class StartPermitted(Event):
    """The room was started: the candidate may press Start."""

    kind: ClassVar[str] = "start_permitted"


@dataclass(frozen=True)
class Started(Event):
    """The clock runs from here; ``launch`` is ``two_key`` where ticket and room code were both given."""

    kind: ClassVar[str] = "started"
    launch: str = ""


@dataclass(frozen=True)
class LeaseTaken(Event):
    """One window may write; an older one may not. Logs of before devices had identifiers have none."""

    kind: ClassVar[str] = "lease_taken"
    lease: str
    device: str
    device_id: str = ""
    address: str = ""


@dataclass(frozen=True)
class LeaseRequested(Event):
    """Another device asks to take over; the one that holds the test goes on meanwhile."""

    kind: ClassVar[str] = "lease_requested"
    request_id: str
    device_id: str
    device: str
    address: str
    seat: int | None


@dataclass(frozen=True)
class LeaseTransferred(Event):
    """The proctor let another device take over; the old one is frozen from here."""

    kind: ClassVar[str] = "lease_transferred"
    request_id: str
    device_id: str
    seat: int | None
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class LeaseRefused(Event):
    """The proctor left the test where it is."""

    kind: ClassVar[str] = "lease_refused"
    request_id: str
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class ItemPresented(Event):
    """An item was shown for the first time, with the order of its options and, in an adaptive
    section, the evidence on which it was chosen."""

    kind: ClassVar[str] = "item_presented"
    presentation_id: str
    position: int
    section: str
    item_key: str
    version: int
    option_order: tuple[str, ...]
    evidence: Mapping[str, Any] | None = None
    client_time: str = ""


@dataclass(frozen=True)
class ItemOpened(Event):
    """The candidate went back to an item presented before."""

    kind: ClassVar[str] = "item_opened"
    position: int
    client_time: str = ""


@dataclass(frozen=True)
class ResponseSaved(Event):
    """The response as it stands after a change; empty means cleared."""

    kind: ClassVar[str] = "response_saved"
    presentation_id: str
    response: tuple[str, ...]
    item_score: int
    client_sequence: int
    client_time: str = ""


@dataclass(frozen=True)
class ItemConfirmed(Event):
    """The response is final: in an adaptive test or the trainer there is no way back."""

    kind: ClassVar[str] = "item_confirmed"
    presentation_id: str


@dataclass(frozen=True)
class ItemFlagged(Event):
    """Marked, or unmarked, for another look."""

    kind: ClassVar[str] = "item_flagged"
    presentation_id: str
    flagged: bool


@dataclass(frozen=True)
class SectionCompleted(Event):
    """An adaptive section reached its stopping rule."""

    kind: ClassVar[str] = "section_completed"
    section: str
    stop_reason: str
    theta: float
    standard_error: float


@dataclass(frozen=True)
class SectionBegun(Event):
    """The candidate opened a section that locks: its time runs from here."""

    kind: ClassVar[str] = "section_begun"
    section: str


@dataclass(frozen=True)
class SectionClosed(Event):
    """A section locked: the candidate ``left`` it, or its ``time`` was up."""

    kind: ClassVar[str] = "section_closed"
    section: str
    reason: str


@dataclass(frozen=True)
class ItemTimedOut(Event):
    """The time of one item was up: the response stands as it was saved, or the item is omitted."""

    kind: ClassVar[str] = "item_timed_out"
    presentation_id: str


@dataclass(frozen=True)
class BreakBegan(Event):
    """The candidate left the desk, for at most ``seconds``."""

    kind: ClassVar[str] = "break_began"
    seconds: int


@dataclass(frozen=True)
class BreakEnded(Event):
    """The candidate sat down again."""

    kind: ClassVar[str] = "break_ended"


@dataclass(frozen=True)
class AccommodationsChanged(Event):
    """What the candidate is granted from here on, as a whole."""

    kind: ClassVar[str] = "accommodations_changed"
    accommodations: Mapping[str, Any]
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class Paused(Event):
    """Time stands still from here."""

    kind: ClassVar[str] = "paused"
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class Resumed(Event):
    """Time runs again; the pause is added to the deadline."""

    kind: ClassVar[str] = "resumed"
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class TimeGranted(Event):
    """Seconds added to the deadline, with a reason."""

    kind: ClassVar[str] = "time_granted"
    seconds: int
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class IncidentNoted(Event):
    """Something happened that the protocol must carry."""

    kind: ClassVar[str] = "incident_noted"
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class AttentionNoted(Event):
    """The page was hidden, shown, left or returned to, at *client_time* of the candidate's clock.

    ``client_skew`` is that clock less the server's when the page was last heard, in whole seconds;
    what was noted while offline is told by ``client_time``, not by when it arrived.
    """

    kind: ClassVar[str] = "attention_noted"
    change: str
    client_time: str
    client_skew: int


@dataclass(frozen=True)
class HelpRequested(Event):
    """The candidate calls the proctor."""

    kind: ClassVar[str] = "help_requested"


@dataclass(frozen=True)
class Finished(Event):
    """The attempt is closed: by the candidate, by time or by the proctor."""

    kind: ClassVar[str] = "finished"
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class Scored(Event):
    """The result that the rules give for the responses as finished."""

    kind: ClassVar[str] = "scored"
    result: Mapping[str, Any]


@dataclass(frozen=True)
class LateAnswerKept(Event):
    """An answer came too late and is in quarantine, with a first verdict on its evidence."""

    kind: ClassVar[str] = "late_answer_kept"
    command_id: str
    presentation_id: str
    verdict: str


@dataclass(frozen=True)
class LateAnswerAccepted(Event):
    """A reviewer let an answer count that came late; a new result follows."""

    kind: ClassVar[str] = "late_answer_accepted"
    command_id: str
    presentation_id: str
    response: tuple[str, ...]
    item_score: int
    client_sequence: int
    reason: str


@dataclass(frozen=True)
class LateAnswerRejected(Event):
    """A reviewer left an answer out that came late."""

    kind: ClassVar[str] = "late_answer_rejected"
    command_id: str
    reason: str


_EVENTS: tuple[type[Event], ...] = (
    AttemptPrepared, CheckedIn, StartPermitted, Started, LeaseTaken, LeaseRequested,
    LeaseTransferred, LeaseRefused, ItemPresented, ItemOpened,
    ResponseSaved, ItemConfirmed, ItemFlagged, SectionCompleted, SectionBegun, SectionClosed,
    ItemTimedOut, BreakBegan, BreakEnded, AccommodationsChanged, Paused, Resumed, TimeGranted,
    IncidentNoted, AttentionNoted, HelpRequested, Finished, Scored, LateAnswerKept,
    LateAnswerAccepted, LateAnswerRejected,
    *CONDUCT_EVENTS,
)  # fmt: skip
EVENT_TYPES: Mapping[str, type[Event]] = {event_type.kind: event_type for event_type in _EVENTS}


def event_from_data(kind: str, data: Mapping[str, Any]) -> Event:
    """Rebuild an event from its stored name and data.

    Raises ``KeyError`` for a name this version does not know: a log is never read in part.
    """
    event_type = EVENT_TYPES[kind]
    values: dict[str, Any] = dict(data)
    if event_type is AttemptPrepared:
        values["plan"] = DeliveryPlan.from_data(values["plan"])
    for name in ("option_order", "response", "adjustments"):
        if name in values:
            values[name] = tuple(values[name])
    return event_type(**values)

