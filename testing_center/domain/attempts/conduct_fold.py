"""What the events of conduct make of an attempt's state. Importing this module adds them to the fold."""

from dataclasses import replace

from testing_center.domain.attempts import conduct_events as conduct
from testing_center.domain.attempts.state import (
    AttemptState,
    Change,
    ProctorMessage,
    Recorded,
    _change,
)
from testing_center.domain.attempts.timekeeping import TimeEntry


@_change.register
def _(event: conduct.MessageSent, state: AttemptState, recorded: Recorded) -> Change:
    sent = ProctorMessage(event.message_id, event.text, recorded.occurred_at)
    return {"messages": (*state.messages, sent), "help_requested_at": None}


@_change.register
def _(event: conduct.MessageAcknowledged, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "messages": tuple(
            replace(message, acknowledged_at=recorded.occurred_at)
            if message.message_id == event.message_id
            else message
            for message in state.messages
        )
    }


@_change.register
def _(event: conduct.OutageGranted, state: AttemptState, recorded: Recorded) -> Change:
    return {"ledger": (*state.ledger, TimeEntry("grant", recorded.occurred_at, event.seconds))}


@_change.register
def _(event: conduct.MarkedAbsent, state: AttemptState, recorded: Recorded) -> Change:
    return {"status": "absent", "help_requested_at": None}


@_change.register
def _(event: conduct.RoomLeft, state: AttemptState, recorded: Recorded) -> Change:
    return {"left_room_at": recorded.occurred_at}


@_change.register
def _(event: conduct.ProofNoted, state: AttemptState, recorded: Recorded) -> Change:
    return {"proof": event.outcome, "proof_means": event.means}


@_change.register
def _(event: conduct.Rescored, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "result": event.result,
        "adjustments": event.adjustments,
        "rescorings": (*state.rescorings, event.rescoring_id),
    }
