"""The state of an attempt: a fold over its events that never refuses.

``evolve(state, event) -> state`` is total: what is in the log happened. All times are aware UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, singledispatch
from typing import Any, Literal

from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.lease import DeviceRequest
from testing_center.domain.attempts.plan import DeliveryPlan, SectionPlan
from testing_center.domain.attempts.policy import NO_ACCOMMODATIONS, Accommodations
from testing_center.domain.attempts.timekeeping import Allotment, TimeEntry, limit, total

Status = Literal[
    "prepared", "checked_in", "permitted", "in_progress", "paused", "on_break", "finished", "absent"
]  # fmt: skip
RECENT_COMMANDS = 16
"""How many commands a state remembers; a repetition of an older one is found in the log."""
SILENCE = "silence"
"""The reason of a pause that nobody made: the page was not heard."""


@dataclass(frozen=True)
class Recorded:
    """One event with what the log adds to it."""

    sequence: int
    event: happened.Event
    occurred_at: datetime
    actor: str
    command_id: str | None = None
    command_hash: str | None = None
    hash: str = ""
    """Of its link in the chain, which the next one covers."""


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
    timed_out: bool = False


@dataclass(frozen=True)
class ProctorMessage:
    """A message to the candidate; ``acknowledged_at`` is None until it was read."""

    message_id: str
    text: str
    sent_at: datetime
    acknowledged_at: datetime | None = None


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
    accommodations: Accommodations = NO_ACCOMMODATIONS
    ledger: tuple[TimeEntry, ...] = ()
    """Every grant, pause and break that moved a limit, oldest first."""
    section: str | None = None
    """The section that is open, where sections lock."""
    section_begun_at: datetime | None = None
    closed_sections: tuple[str, ...] = ()
    item_opened_at: datetime | None = None
    break_began_at: datetime | None = None
    break_seconds: int = 0
    breaks_taken: int = 0
    lease: str | None = None
    device: str | None = None
    """Identifier of the device whose windows may write."""
    device_approval: str | None = None
    """The request by which the device took over, when it did."""
    device_requests: tuple[DeviceRequest, ...] = ()
    """Requests of other devices that were not granted, oldest first."""
    device_requests_made: int = 0
    released_leases: tuple[str, ...] = ()
    """The last windows of devices that were replaced."""
    position: int = 0
    presentations: tuple[Presentation, ...] = ()
    completed_sections: Mapping[str, Mapping[str, Any]] | None = None
    incidents: int = 0
    absences: int = 0
    """How often the page was left: hidden, without the focus, or both at once."""
    away: tuple[str, ...] = ()
    """In which ways the page is left at present: hidden, blur."""
    attention_noted: int = 0
    help_requested_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    late_answers_kept: int = 0
    late_answers_decided: int = 0
    late_answers_accepted: int = 0
    auto_paused: bool = False
    """Whether the present pause is one for silence."""
    auto_paused_seconds: float = 0.0
    messages: tuple[ProctorMessage, ...] = ()
    proof: str = ""
    """What the locked-down browser proved last: proved, missing, failed, or nothing yet."""
    proof_means: str = ""
    """How that was proved: headers or script."""
    left_room_at: datetime | None = None
    rescorings: tuple[str, ...] = ()
    adjustments: tuple[Mapping[str, Any], ...] = ()
    """Corrections of items that the result stands on."""
    recent_commands: tuple[tuple[str, str], ...] = ()
    """Identifier and content hash of the latest commands, oldest first."""
    last_hash: str = ""
    """Hash of the newest link of the log."""

    @cached_property
    def deadline(self) -> datetime | None:
        """Server time at which the test ends; derived, never decremented. None before the start.

        During a break that stops the clock: as if the break were used to the full.
        """
        if self.started_at is None or not self.plan.timed:
            return None
        return self._limit(self.started_at, Allotment(self.plan.base_seconds))

    @cached_property
    def section_deadline(self) -> datetime | None:
        """When the open section locks, never after the test; None where only the test is timed."""
        if self.section is None or self.section_begun_at is None:
            return None
        seconds = self.plan.section(self.section).seconds
        if seconds is None:
            return None
        allotment = Allotment(seconds, self.plan.section_share(self.section))
        return _earliest(self._limit(self.section_begun_at, allotment), self.deadline)

    @cached_property
    def item_deadline(self) -> datetime | None:
        """When the present item locks, never after its section; None where items are not timed."""
        shown = self.at(self.position)
        seconds = self.plan.policy.item_seconds
        if seconds is None or self.item_opened_at is None or shown is None or shown.confirmed:
            return None
        ends = self._limit(self.item_opened_at, Allotment(seconds, 0.0))
        return _earliest(ends, self.section_deadline, self.deadline)

    @cached_property
    def next_limit(self) -> datetime | None:
        """The first of the limits that are running."""
        return _earliest(self.item_deadline, self.section_deadline, self.deadline)

    def _limit(self, begun_at: datetime, allotment: Allotment) -> datetime:
        ends = limit(begun_at, allotment, self.accommodations, self.ledger)
        if self.status == "on_break" and self.plan.policy.breaks.stops_clock:
            ends += timedelta(seconds=self.break_seconds)
        return ends

    @property
    def granted_seconds(self) -> int:
        """Seconds granted by proctors."""
        return round(total(self.ledger, "grant"))

    @property
    def between_sections(self) -> bool:
        """Whether no section is open although one remains: nothing can be answered until it is begun."""
        return (
            self.plan.sections_locked
            and self.status == "in_progress"
            and self.section is None
            and self.next_section is not None
        )

    @property
    def next_section(self) -> SectionPlan | None:
        """The first section that is neither closed nor open."""
        passed = {*self.closed_sections, self.section}
        return next((section for section in self.plan.sections if section.code not in passed), None)

    def seconds_left(self, now: datetime) -> float | None:
        """Seconds until the deadline at *now*, standing still during a pause; None when untimed."""
        if not self.plan.timed:
            return None
        if self.deadline is None:
            allotted = Allotment(self.plan.base_seconds).with_accommodations(self.accommodations)
            return float(allotted + self.granted_seconds)
        return self.seconds_until(self.deadline, now)

    def seconds_until(self, ends: datetime, now: datetime) -> float:
        """Seconds from *now* to a limit, standing still during a pause and a break that stops the clock."""
        still = self.paused_at or self.finished_at
        if still is None and self.break_began_at is not None and self.plan.policy.breaks.stops_clock:
            used = min((now - self.break_began_at).total_seconds(), self.break_seconds)
            still = now + timedelta(seconds=self.break_seconds - used)
        return max(0.0, (ends - (still or now)).total_seconds())

    @property
    def unread(self) -> tuple[ProctorMessage, ...]:
        """Messages that the candidate has not acknowledged, oldest first."""
        return tuple(message for message in self.messages if message.acknowledged_at is None)

    @cached_property
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
        granted = event.plan.accommodations
        return AttemptState(
            attempt_id, event.candidate_id, event.plan, "prepared", recorded.sequence,
            accommodations=granted, last_hash=recorded.hash,
        )  # fmt: skip
    if state is None:
        raise ValueError(f"the log of attempt {attempt_id} does not begin with its preparation")
    change = _change(event, state, recorded)
    commands = state.recent_commands
    if recorded.command_id:
        commands = (*commands, (recorded.command_id, recorded.command_hash or ""))[-RECENT_COMMANDS:]
    return replace(
        state, sequence=recorded.sequence, last_hash=recorded.hash, recent_commands=commands, **change
    )


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
    return {"lease": event.lease, "device": event.device_id or state.device}


@_change.register
def _(event: happened.LeaseRequested, state: AttemptState, recorded: Recorded) -> Change:
    request = DeviceRequest(
        event.request_id, event.device_id, event.device, event.address, event.seat, recorded.occurred_at
    )
    others = tuple(one for one in state.device_requests if one.device_id != event.device_id)
    return {
        "device_requests": (*others, request),
        "device_requests_made": state.device_requests_made + 1,
    }


@_change.register
def _(event: happened.LeaseTransferred, state: AttemptState, recorded: Recorded) -> Change:
    others = tuple(one for one in state.device_requests if one.request_id != event.request_id)
    return {
        "device": event.device_id,
        "device_approval": event.request_id,
        "device_requests": others,
        "released_leases": (*state.released_leases, *([state.lease] if state.lease else []))[-8:],
        "lease": None,
        "seat": event.seat,
    }


@_change.register
def _(event: happened.LeaseRefused, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "device_requests": tuple(
            replace(one, refused=True) if one.request_id == event.request_id else one
            for one in state.device_requests
        )
    }


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
    return {
        "presentations": (*state.presentations, shown),
        "position": event.position,
        "item_opened_at": recorded.occurred_at,
    }


@_change.register
def _(event: happened.ItemOpened, state: AttemptState, recorded: Recorded) -> Change:
    return {"position": event.position, "item_opened_at": recorded.occurred_at}


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
    return {
        "completed_sections": {**(state.completed_sections or {}), event.section: event.to_data()},
        **_closed(state, event.section),
    }


@_change.register
def _(event: happened.SectionBegun, state: AttemptState, recorded: Recorded) -> Change:
    return {"section": event.section, "section_begun_at": recorded.occurred_at}


@_change.register
def _(event: happened.SectionClosed, state: AttemptState, recorded: Recorded) -> Change:
    return _closed(state, event.section)


@_change.register
def _(event: happened.ItemTimedOut, state: AttemptState, recorded: Recorded) -> Change:
    return _with_presentation(state, event.presentation_id, confirmed=True, timed_out=True)


@_change.register
def _(event: happened.BreakBegan, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "status": "on_break",
        "break_began_at": recorded.occurred_at,
        "break_seconds": event.seconds,
        "breaks_taken": state.breaks_taken + 1,
    }


@_change.register
def _(event: happened.BreakEnded, state: AttemptState, recorded: Recorded) -> Change:
    change: Change = {"status": "in_progress", "break_began_at": None, "break_seconds": 0}
    if state.break_began_at is None or not state.plan.policy.breaks.stops_clock:
        return change
    used = (recorded.occurred_at - state.break_began_at).total_seconds()
    entry = TimeEntry("break", state.break_began_at, min(used, state.break_seconds))
    return change | {"ledger": (*state.ledger, entry)}


@_change.register
def _(event: happened.AccommodationsChanged, state: AttemptState, recorded: Recorded) -> Change:
    return {"accommodations": Accommodations(**event.accommodations)}


@_change.register
def _(event: happened.Paused, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "status": "paused",
        "paused_at": recorded.occurred_at,
        "auto_paused": event.reason == SILENCE,
        "help_requested_at": None,
    }


@_change.register
def _(event: happened.Resumed, state: AttemptState, recorded: Recorded) -> Change:
    change: Change = {"status": "in_progress", "paused_at": None, "auto_paused": False}
    if state.paused_at is None:
        return change
    paused_for = (recorded.occurred_at - state.paused_at).total_seconds()
    if state.auto_paused:
        change["auto_paused_seconds"] = state.auto_paused_seconds + paused_for
    return change | {"ledger": (*state.ledger, TimeEntry("pause", state.paused_at, paused_for))}


@_change.register
def _(event: happened.TimeGranted, state: AttemptState, recorded: Recorded) -> Change:
    return {"ledger": (*state.ledger, TimeEntry("grant", recorded.occurred_at, event.seconds))}


@_change.register
def _(event: happened.IncidentNoted, state: AttemptState, recorded: Recorded) -> Change:
    return {"incidents": state.incidents + 1, "help_requested_at": None}


@_change.register
def _(event: happened.AttentionNoted, state: AttemptState, recorded: Recorded) -> Change:
    over = {"visible": "hidden", "focus": "blur"}.get(event.change, event.change)
    away = tuple(way for way in state.away if way != over)
    if event.change in ("hidden", "blur"):
        away = (*away, event.change)
    # A page that is hidden also loses the focus: that is one absence, not two.
    return {
        "away": away,
        "absences": state.absences + int(bool(away) and not state.away),
        "attention_noted": state.attention_noted + 1,
    }


@_change.register
def _(event: happened.HelpRequested, state: AttemptState, recorded: Recorded) -> Change:
    return {"help_requested_at": recorded.occurred_at}


@_change.register
def _(event: happened.Finished, state: AttemptState, recorded: Recorded) -> Change:
    return {
        "status": "finished",
        "finished_at": recorded.occurred_at,
        "finish_reason": event.reason,
        "break_began_at": None,
        "help_requested_at": None,
    }


@_change.register
def _(event: happened.LateAnswerKept, state: AttemptState, recorded: Recorded) -> Change:
    return {"late_answers_kept": state.late_answers_kept + 1}


@_change.register
def _(event: happened.LateAnswerAccepted, state: AttemptState, recorded: Recorded) -> Change:
    counted = {
        "late_answers_decided": state.late_answers_decided + 1,
        "late_answers_accepted": state.late_answers_accepted + 1,
    }
    return counted | _with_presentation(
        state,
        event.presentation_id,
        response=event.response,
        item_score=event.item_score,
        client_sequence=event.client_sequence,
        saved_at=recorded.occurred_at,
    )


@_change.register
def _(event: happened.LateAnswerRejected, state: AttemptState, recorded: Recorded) -> Change:
    return {"late_answers_decided": state.late_answers_decided + 1}


@_change.register
def _(event: happened.Scored, state: AttemptState, recorded: Recorded) -> Change:
    return {"result": event.result}


def _closed(state: AttemptState, section: str) -> Change:
    if section in state.closed_sections:
        return {}
    return {
        "closed_sections": (*state.closed_sections, section),
        "section": None,
        "section_begun_at": None,
        "item_opened_at": None,
    }


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
