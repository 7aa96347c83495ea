"""The state of an attempt: a fold over its events that never refuses.

``evolve(state, event) -> state`` is total: what is in the log happened. All times are aware UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, Literal

from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.plan import DeliveryPlan

Status = Literal["prepared", "checked_in", "permitted", "in_progress", "paused", "finished"]
RECENT_COMMANDS = 64


@dataclass(frozen=True)
class Recorded:
    """One event with what the log adds to it."""

    sequence: int
    event: happened.Event
    occurred_at: datetime
    actor: str
    command_id: str | None = None
    command_hash: str | None = None


@dataclass(frozen=True)
class Presentation:
    """One item as shown at a position, and the response as it stands."""

    presentation_id: str
    position: int
    section: str
    item_key: str
    version: int
    option_order: tuple[str, ...]
    response: tuple[str, ...] = ()
    item_score: int = 0
    client_sequence: int = 0
    saved_at: datetime | None = None
    flagged: bool = False
    confirmed: bool = False


@dataclass(frozen=True)
class AttemptState:
    """Everything that is known of an attempt after ``sequence`` events."""

    attempt_id: str
    candidate_id: int
    plan: DeliveryPlan
    status: Status
    sequence: int
    seat: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    finish_reason: str | None = None
    paused_at: datetime | None = None
    paused_seconds: float = 0.0
    granted_seconds: int = 0
    lease: str | None = None
    position: int = 0
    presentations: tuple[Presentation, ...] = ()
    completed_sections: Mapping[str, Mapping[str, Any]] | None = None
    incidents: int = 0
    absences: int = 0
    """How often the page was hidden or left for another window."""
    help_requested_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    recent_commands: tuple[tuple[str, str], ...] = ()
    """Identifier and content hash of the latest commands, oldest first."""

    @property
    def deadline(self) -> datetime | None:
        """Server time at which the test ends; derived, never decremented. None before the start."""
        if self.started_at is None or not self.plan.timed:
            return None
        seconds = (
            self.plan.base_seconds + self.plan.extra_seconds + self.granted_seconds + self.paused_seconds
        )
        return self.started_at + timedelta(seconds=seconds)

    def seconds_left(self, now: datetime) -> float | None:
        """Seconds until the deadline at *now*, standing still during a pause; None when untimed."""
        if not self.plan.timed:
            return None
        if self.deadline is None:
            return float(self.plan.base_seconds + self.plan.extra_seconds + self.granted_seconds)
        return max(0.0, (self.deadline - (self.paused_at or self.finished_at or now)).total_seconds())

    @property
    def answered(self) -> int:
        """Presentations with a response."""
        return sum(1 for shown in self.presentations if shown.response)

    def presentation(self, presentation_id: str) -> Presentation | None:
        """Return the presentation with that identifier, or None."""
        return next((p for p in self.presentations if p.presentation_id == presentation_id), None)

    def at(self, position: int) -> Presentation | None:
        """Return the presentation at a 1-based position, or None when not yet shown."""
        return next((p for p in self.presentations if p.position == position), None)

    def in_section(self, code: str) -> tuple[Presentation, ...]:
        """Presentations of one section in the order shown."""
        return tuple(p for p in self.presentations if p.section == code)


def fold(attempt_id: str, log: Iterable[Recorded]) -> AttemptState | None:
    """Replay a whole log; None when it is empty."""
    state: AttemptState | None = None
    for recorded in log:
        state = evolve(attempt_id, state, recorded)
    return state


def evolve(attempt_id: str, state: AttemptState | None, recorded: Recorded) -> AttemptState:
    """Return the state after one more event."""
    event = recorded.event
    if isinstance(event, happened.AttemptPrepared):
        return AttemptState(attempt_id, event.candidate_id, event.plan, "prepared", recorded.sequence)
    if state is None:
        raise ValueError(f"the log of attempt {attempt_id} does not begin with its preparation")
    change = _change(event, state, recorded)
    commands = state.recent_commands
    if recorded.command_id:
        commands = (*commands, (recorded.command_id, recorded.command_hash or ""))[-RECENT_COMMANDS:]
    return replace(state, sequence=recorded.sequence, recent_commands=commands, **change)


Change = dict[str, Any]


def _with_presentation(state: AttemptState, presentation_id: str, **change: Any) -> Change:
    return {
        "presentations": tuple(
            replace(shown, **change) if shown.presentation_id == presentation_id else shown
            for shown in state.presentations
        )
    }


@singledispatch
def _change(event: happened.Event, state: AttemptState, recorded: Recorded) -> Change:
    raise TypeError(f"no fold for {type(event).__name__}")


@_change.register
def _(event: happened.CheckedIn, state: AttemptState, recorded: Recorded) -> Change:
    return {"status": "checked_in", "seat": event.seat}


@_change.register
def _(event: happened.StartPermitted, state: AttemptState, recorded: Recorded) -> Change:
    return {"status": "permitted"}


@_change.register
def _(event: happened.Started, state: AttemptState, recorded: Recorded) -> Change:
    return {"status": "in_progress", "started_at": recorded.occurred_at}


@_change.register
def _(event: happened.LeaseTaken, state: AttemptState, recorded: Recorded) -> Change:
    return {"lease": event.lease}


@_change.register
def _(event: happened.ItemPresented, state: AttemptState, recorded: Recorded) -> Change:
    shown = Presentation(
        event.presentation_id,
        event.position,
        event.section,
        event.item_key,
        event.version,
        event.option_order,
    )
    return {"presentations": (*state.presentations, shown), "position": event.position}


@_change.register
def _(event: happened.ItemOpened, state: AttemptState, recorded: Recorded) -> Change:
    return {"position": event.position}


@_change.register
def _(event: happened.ResponseSaved, state: AttemptState, recorded: Recorded) -> Change:
    return _with_presentation(
        state,
        event.presentation_id,
        response=event.response,
        item_score=event.item_score,
        client_sequence=event.client_sequence,
        saved_at=recorded.occurred_at,
    )


@_change.register
def _(event: happened.ItemConfirmed, state: AttemptState, recorded: Recorded) -> Change:
    return _with_presentation(state, event.presentation_id, confirmed=True)


@_change.register
def _(event: happened.ItemFlagged, state: AttemptState, recorded: Recorded) -> Change:
    return _with_presentation(state, event.presentation_id, flagged=event.flagged)


@_change.register
def _(event: happened.SectionCompleted, state: AttemptState, recorded: Recorded) -> Change:
    return {"completed_sections": {**(state.completed_sections or {}), event.section: event.to_data()}}


@_change.register
def _(event: happened.Paused, state: AttemptState, recorded: Recorded) -> Change:
    return {"status": "paused", "paused_at": recorded.occurred_at, "help_requested_at": None}


@_change.register
def _(event: happened.Resumed, state: AttemptState, recorded: Recorded) -> Change:
    paused_for = (recorded.occurred_at - state.paused_at).total_seconds() if state.paused_at else 0.0
    return {"status": "in_progress", "paused_at": None, "paused_seconds": state.paused_seconds + paused_for}


@_change.register
def _(event: happened.TimeGranted, state: AttemptState, recorded: Recorded) -> Change:
    return {"granted_seconds": state.granted_seconds + event.seconds}


@_change.register
def _(event: happened.IncidentNoted, state: AttemptState, recorded: Recorded) -> Change:
    return {"incidents": state.incidents + 1, "help_requested_at": None}


@_change.register
def _(event: happened.AttentionNoted, state: AttemptState, recorded: Recorded) -> Change:
    away = event.change in ("hidden", "blur")
    return {"absences": state.absences + int(away)}


@_change.register
def _(event: happened.HelpRequested, state: AttemptState, recorded: Recorded) -> Change:
    return {"help_requested_at": recorded.occurred_at}


@_change.register
def _(event: happened.Finished, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "status": "finished",
        "finished_at": recorded.occurred_at,
        "finish_reason": event.reason,
        "help_requested_at": None,
    }


@_change.register
def _(event: happened.Scored, state: AttemptState, recorded: Recorded) -> Change:
    return {"result": event.result}


_TIMES = ("started_at", "finished_at", "paused_at", "help_requested_at")


def state_to_data(state: AttemptState) -> dict[str, Any]:
    """Return the state as JSON-able data for the live snapshot."""
    data = asdict(state)
    data["plan"] = state.plan.to_data()
    for name in _TIMES:
        data[name] = _time_text(data[name])
    for shown in data["presentations"]:
        shown["saved_at"] = _time_text(shown["saved_at"])
    return data


def state_from_data(data: Mapping[str, Any]) -> AttemptState:
    """Rebuild a state from ``state_to_data`` output."""
    values = dict(data)
    values["plan"] = DeliveryPlan.from_data(values["plan"])
    values["recent_commands"] = tuple((one, content) for one, content in values["recent_commands"])
    for name in _TIMES:
        values[name] = _time(values[name])
    values["presentations"] = tuple(
        Presentation(
            **{
                **shown,
                "option_order": tuple(shown["option_order"]),
                "response": tuple(shown["response"]),
                "saved_at": _time(shown["saved_at"]),
            }
        )
        for shown in values["presentations"]
    )
    return AttemptState(**values)


def _time_text(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
