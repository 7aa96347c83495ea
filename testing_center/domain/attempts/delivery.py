"""``decide(state, command, context) -> events``: the one place that accepts or refuses.

Pure: the clock, the content, the adaptive engine and the scoring rule come in with the context.
Refusals are named errors; an empty tuple means that the command is already true (a repeated or stale
message), which is acknowledged and changes nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any, Protocol

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts import lease as leases
from testing_center.domain.attempts.plan import DeliveryPlan, SectionPlan
from testing_center.domain.attempts.state import SILENCE, AttemptState, Presentation
from testing_center.domain.messages import N_

LONGEST_GRANT_SECONDS = 4 * 3600

MOST_ATTENTION_EVENTS = 1000
"""How much of a candidate's coming and going one log keeps; what follows is acknowledged and left out."""

ATTENTION_CHANGES = frozenset({"hidden", "visible", "blur", "focus"})


@dataclass(frozen=True)
class NextItem:
    """What the adaptive engine chose, or why it stopped; ``evidence`` is stored as it is."""

    item_key: str | None
    version: int
    option_order: tuple[str, ...]
    stop_reason: str | None
    theta: float
    standard_error: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class JudgedResponse:
    """A response in the canonical form of its interaction, with its points: markers may judge later."""

    response: tuple[str, ...] = ()
    item_score: int = 0


class Materials(Protocol):
    """The pinned content behind an attempt; answer keys stay on this side of the wire."""

    def judge(
        self, item_key: str, version: int, response: tuple[str, ...], language: str
    ) -> JudgedResponse:
        """Read and score a response given in *language*; raises ``InvalidResponseGiven``."""

    def next_item(
        self, plan: DeliveryPlan, section: SectionPlan, history: tuple[tuple[str, int, int], ...]
    ) -> NextItem:
        """Choose from (item key, version, score) so far; a deterministic function of plan and history."""

    def score(self, state: AttemptState) -> Mapping[str, Any]:
        """Return the result that the pinned rules give for a finished attempt."""


@dataclass(frozen=True)
class Context:
    """What a decision may look at besides the state: server time and the pinned content."""

    now: datetime
    materials: Materials


Events = tuple[happened.Event, ...]


def prepare(command: asked.Prepare) -> Events:
    """Begin a log."""
    return (happened.AttemptPrepared(command.candidate_id, command.plan),)


@singledispatch
def decide(command: asked.Command, state: AttemptState, context: Context) -> Events:
    """Return the events that *command* causes in *state*, or raise an ``AttemptRefusal``."""
    raise TypeError(f"no rule for {type(command).__name__}")


@decide.register
def _(command: asked.CheckIn, state: AttemptState, context: Context) -> Events:
    if state.status != "prepared":
        raise errors.WrongAttemptState
    return (happened.CheckedIn(command.document, command.document_ending, command.seat),)


@decide.register
def _(command: asked.PermitStart, state: AttemptState, context: Context) -> Events:
    if state.status == "permitted":
        return ()
    if state.status != "checked_in":
        raise errors.WrongAttemptState
    return (happened.StartPermitted(),)


@decide.register
def _(command: asked.Start, state: AttemptState, context: Context) -> Events:
    if state.status == "in_progress":
        return ()
    if state.status in ("paused", "finished", "absent"):
        raise errors.WrongAttemptState
    if state.plan.kind == "exam" and state.status != "permitted":
        raise errors.NotCheckedIn
    first = present(state, context, 1) if state.plan.mode == "fixed" else _advance(state, context)
    if not state.plan.sections_locked:
        return (happened.Started(command.launch), *first)
    return (happened.Started(command.launch), happened.SectionBegun(state.plan.sections[0].code), *first)


@decide.register
def _(command: asked.TakeLease, state: AttemptState, context: Context) -> Events:
    return leases.take(command, state)


@decide.register
def _(command: asked.ApproveDevice, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    return leases.approve(command, state)


@decide.register
def _(command: asked.RefuseDevice, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    return leases.refuse(command, state)


@decide.register
def _(command: asked.OpenItem, state: AttemptState, context: Context) -> Events:
    _require_writable(state, context, command.lease)
    if state.plan.mode != "fixed":
        raise errors.ItemLocked
    if state.position == command.position:
        return ()
    _require_reachable(state, command.position)
    if state.at(command.position):
        return (happened.ItemOpened(command.position, command.client_time),)
    return present(state, context, command.position, command.client_time)


@decide.register
def _(command: asked.BeginSection, state: AttemptState, context: Context) -> Events:
    _require_running(state, context, command.lease)
    following = state.next_section
    if state.section is not None or following is None:
        return ()
    if not state.plan.sections_locked:
        raise errors.WrongAttemptState
    if state.plan.mode == "fixed":
        shown = present(state, context, state.plan.first_position(following.code))
    else:
        shown = _advance(state, context)
    return (happened.SectionBegun(following.code), *shown)


@decide.register
def _(command: asked.LeaveSection, state: AttemptState, context: Context) -> Events:
    _require_running(state, context, command.lease)
    if state.between_sections:
        return ()
    if state.plan.mode != "fixed" or state.section is None or state.next_section is None:
        raise errors.WrongAttemptState
    return (happened.SectionClosed(state.section, "left"),)


@decide.register
def _(command: asked.TakeBreak, state: AttemptState, context: Context) -> Events:
    if state.status == "on_break":
        return ()
    _require_running(state, context, command.lease)
    return (happened.BreakBegan(allowed_break(state, context.now)),)


@decide.register
def _(command: asked.EndBreak, state: AttemptState, context: Context) -> Events:
    if state.status == "in_progress":
        return ()
    if state.status != "on_break":
        raise errors.WrongAttemptState
    leases.require_lease(state, command.lease)
    return (happened.BreakEnded(),)


@decide.register
def _(command: asked.SaveResponse, state: AttemptState, context: Context) -> Events:
    _require_writable(state, context, command.lease)
    shown = _shown(state, command.presentation_id)
    if command.client_sequence <= shown.client_sequence:
        return ()
    if shown.confirmed:
        raise errors.ItemTimeIsUp if shown.timed_out else errors.ItemLocked
    if state.plan.policy.navigation == "forward" and shown.position != state.position:
        raise errors.ItemLocked
    if state.section is not None and shown.section != state.section:
        raise errors.SectionLocked
    judged = JudgedResponse()
    if command.response:
        given, language = tuple(command.response), state.plan.language
        judged = context.materials.judge(shown.item_key, shown.version, given, language)
    saved = happened.ResponseSaved(
        shown.presentation_id,
        judged.response,
        judged.item_score,
        command.client_sequence,
        command.client_time,
    )
    return (saved,)


@decide.register
def _(command: asked.FlagItem, state: AttemptState, context: Context) -> Events:
    _require_writable(state, context, command.lease)
    shown = _shown(state, command.presentation_id)
    if state.plan.mode != "fixed":
        raise errors.ItemLocked
    if shown.flagged == command.flagged:
        return ()
    return (happened.ItemFlagged(shown.presentation_id, command.flagged),)


@decide.register
def _(command: asked.ConfirmItem, state: AttemptState, context: Context) -> Events:
    _require_writable(state, context, command.lease)
    shown = _shown(state, command.presentation_id)
    if shown.confirmed:
        return ()
    if state.plan.mode != "adaptive":
        raise errors.WrongAttemptState
    if not shown.response:
        raise errors.ResponseRequired
    confirmed = happened.ItemConfirmed(shown.presentation_id)
    if state.plan.kind == "training":
        return (confirmed,)
    return (confirmed, *_advance(state, context, just_confirmed=shown))


@decide.register
def _(command: asked.PresentNext, state: AttemptState, context: Context) -> Events:
    _require_writable(state, context, command.lease)
    if state.plan.mode != "adaptive" or any(not shown.confirmed for shown in state.presentations):
        raise errors.ResponseRequired
    return _advance(state, context)


@decide.register
def _(command: asked.NoteAttention, state: AttemptState, context: Context) -> Events:
    # Evidence, not an answer: noted during a pause too, and from the writing window alone.
    if state.status not in ("in_progress", "paused", "on_break"):
        return ()
    leases.require_lease(state, command.lease)
    if command.change not in ATTENTION_CHANGES:
        raise errors.InvalidInput
    if state.attention_noted >= MOST_ATTENTION_EVENTS:
        return ()
    return (happened.AttentionNoted(command.change, command.client_time, command.client_skew),)


@decide.register
def _(command: asked.RequestHelp, state: AttemptState, context: Context) -> Events:
    if state.status not in ("checked_in", "permitted", "in_progress", "paused", "on_break"):
        raise errors.WrongAttemptState
    return () if state.help_requested_at else (happened.HelpRequested(),)


@decide.register
def _(command: asked.Finish, state: AttemptState, context: Context) -> Events:
    if state.status == "finished":
        return ()
    _require_running(state, context, command.lease)
    if _passed(state.deadline, context.now):
        return (happened.Finished("time"),)
    return () if command.timed else (happened.Finished("candidate"),)


@decide.register
def _(command: asked.Expire, state: AttemptState, context: Context) -> Events:
    if state.status not in ("in_progress", "on_break"):
        return ()
    if _passed(state.deadline, context.now - state.plan.policy.grace):
        return (happened.Finished("time"),)
    if state.status == "on_break":
        return ()
    if _passed(state.section_deadline, context.now):
        return _close_section(state)
    if _passed(state.item_deadline, context.now):
        return _time_out_item(state, context)
    return ()


@decide.register
def _(command: asked.CloseSitting, state: AttemptState, context: Context) -> Events:
    return (happened.Finished("sitting_closed"),) if state.status == "paused" else ()


@decide.register
def _(command: asked.ChangeAccommodations, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    if state.status == "finished" or state.plan.kind != "exam":
        raise errors.WrongAttemptState
    if command.accommodations == state.accommodations:
        return ()
    now, before = command.accommodations, state.accommodations
    if now.time_multiplier < before.time_multiplier or now.extra_seconds < before.extra_seconds:
        raise errors.InvalidInput(N_("Time that was granted is not taken back. Enter as much or more."))
    return (happened.AccommodationsChanged(now.to_data(), command.reason, command.comment),)


@decide.register
def _(command: asked.Pause, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    if state.status == "paused":
        return ()
    if state.status != "in_progress":
        raise errors.WrongAttemptState
    return (happened.Paused(command.reason, command.comment),)


@decide.register
def _(command: asked.PauseForSilence, state: AttemptState, context: Context) -> Events:
    policy = state.plan.policy.auto_pause
    if not policy.missed_heartbeats or state.status != "in_progress":
        return ()
    if state.auto_paused_seconds >= policy.longest_seconds:
        return ()
    # The incident makes it a matter for whoever reviews the sitting: nobody decided this pause.
    return (happened.IncidentNoted("technical"), happened.Paused(SILENCE))


@decide.register
def _(command: asked.ResumeAfterSilence, state: AttemptState, context: Context) -> Events:
    return (happened.Resumed(SILENCE),) if state.auto_paused and state.status == "paused" else ()


@decide.register
def _(command: asked.Resume, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    if state.status != "paused":
        raise errors.WrongAttemptState
    return (happened.Resumed(command.reason, command.comment),)


@decide.register
def _(command: asked.GrantTime, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    if state.status == "finished" or not state.plan.timed:
        raise errors.WrongAttemptState
    if not 0 < command.seconds <= LONGEST_GRANT_SECONDS:
        raise errors.InvalidInput(N_("Enter from 1 to 240 minutes."))
    return (happened.TimeGranted(command.seconds, command.reason, command.comment),)


@decide.register
def _(command: asked.NoteIncident, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    return (happened.IncidentNoted(command.reason, command.comment),)


@decide.register
def _(command: asked.EndAttempt, state: AttemptState, context: Context) -> Events:
    _require_reason(command.reason)
    if state.status not in ("in_progress", "paused", "on_break"):
        raise errors.WrongAttemptState
    return (happened.Finished("proctor", command.comment or command.reason),)


def presentation_id(attempt_id: str, position: int) -> str:
    """Return the opaque identifier of what is shown at *position*; the same on every replay."""
    return hashlib.sha256(f"{attempt_id}/{position}".encode()).hexdigest()[:16]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise errors.ReasonRequired


def allowed_break(state: AttemptState, now: datetime) -> int:
    """Return how many seconds of break the candidate may take now; raises ``BreakRefused`` saying why."""
    breaks = state.plan.policy.breaks
    if not breaks.count:
        raise errors.BreakRefused
    if state.breaks_taken >= breaks.count:
        raise errors.BreakRefused(N_("No break is left."))
    if state.started_at is None or state.deadline is None:
        raise errors.WrongAttemptState
    if (now - state.started_at).total_seconds() < breaks.forbidden_first_seconds:
        raise errors.BreakRefused(
            N_("No break can be taken in the first %(minutes)s minutes."),
            minutes=breaks.forbidden_first_seconds // 60,
        )
    room = int((state.deadline - now).total_seconds()) - breaks.forbidden_last_seconds
    if room <= 0:
        raise errors.BreakRefused(
            N_("No break can be taken in the last %(minutes)s minutes."),
            minutes=breaks.forbidden_last_seconds // 60,
        )
    return breaks.seconds if breaks.stops_clock else min(breaks.seconds, room)


def _require_writable(state: AttemptState, context: Context, lease: str) -> None:
    _require_running(state, context, lease)
    if state.between_sections:
        raise errors.SectionLocked
    grace = state.plan.policy.inner_grace
    if _passed(state.section_deadline, context.now - grace):
        raise errors.SectionTimeIsUp
    if _passed(state.item_deadline, context.now - grace):
        raise errors.ItemTimeIsUp


def _require_running(state: AttemptState, context: Context, lease: str) -> None:
    if state.status == "finished":
        raise errors.TimeIsUp if state.finish_reason == "time" else errors.WrongAttemptState
    if state.status == "paused":
        raise errors.AttemptPaused
    if state.status == "on_break":
        raise errors.OnBreak
    if state.status != "in_progress":
        raise errors.NotCheckedIn
    if state.deadline is not None and context.now > state.deadline + state.plan.policy.grace:
        raise errors.TimeIsUp
    leases.require_lease(state, lease)


def reachable(state: AttemptState, position: int) -> bool:
    """Whether navigation lets the candidate be at *position* of a fixed form, or go there."""
    return position == state.position or _obstacle(state, position) is None


def all_reachable(state: AttemptState) -> bool:
    """Whether every position of a fixed form is reachable, so that none need be asked for."""
    return state.plan.policy.navigation != "forward" and state.section is None


def _require_reachable(state: AttemptState, position: int) -> None:
    obstacle = _obstacle(state, position)
    if obstacle is not None:
        raise obstacle


def _obstacle(state: AttemptState, position: int) -> type[errors.AttemptRefusal] | None:
    """Return what keeps the candidate from going to *position*: nothing where navigation is free."""
    if not 1 <= position <= state.plan.length:
        return errors.UnknownPresentation
    if state.plan.policy.navigation == "forward" and position != state.position + 1:
        return errors.ItemLocked
    if state.section is not None and state.plan.slot(position)[0].code != state.section:
        return errors.SectionLocked
    return None


def _passed(limit: datetime | None, now: datetime) -> bool:
    return limit is not None and now >= limit


def _close_section(state: AttemptState) -> Events:
    """Lock the open section because its time is up; the last one ends the test."""
    assert state.section is not None  # noqa: S101 - it has a deadline
    closed = happened.SectionClosed(state.section, "time")
    return (closed,) if state.next_section else (closed, happened.Finished("time"))


def _time_out_item(state: AttemptState, context: Context) -> Events:
    """Lock the present item because its time is up, and show the next one where there is one."""
    shown = state.at(state.position)
    assert shown is not None  # noqa: S101 - it has a deadline
    over = happened.ItemTimedOut(shown.presentation_id)
    if state.plan.mode == "adaptive":
        return (over, *_advance(state, context, just_confirmed=shown))
    following = state.position + 1
    if following > state.plan.length:
        return (over,)
    section, _item = state.plan.slot(following)
    if state.section is None or section.code == state.section:
        return (over, *present(state, context, following))
    return (over, happened.SectionClosed(state.section, "time"))


def _shown(state: AttemptState, identifier: str) -> Presentation:
    shown = state.presentation(identifier)
    if shown is None:
        raise errors.UnknownPresentation
    return shown


def present(state: AttemptState, context: Context, position: int, client_time: str = "") -> Events:
    """Show the item at a position of a fixed form; raises ``UnknownPresentation``."""
    try:
        section, item = state.plan.slot(position)
    except IndexError:
        raise errors.UnknownPresentation from None
    return (
        happened.ItemPresented(
            presentation_id(state.attempt_id, position),
            position,
            section.code,
            item.item_key,
            item.version,
            item.option_order,
            client_time=client_time,
        ),
    )


def _advance(state: AttemptState, context: Context, just_confirmed: Presentation | None = None) -> Events:
    """Present the next adaptive item, closing sections whose stopping rule is met."""
    completed = set(state.completed_sections or {})
    events: list[happened.Event] = []
    for section in state.plan.sections:
        if section.code in completed:
            continue
        history = tuple(
            (shown.item_key, shown.version, shown.item_score)
            for shown in state.in_section(section.code)
            if shown.confirmed or shown is just_confirmed
        )
        choice = context.materials.next_item(state.plan, section, history)
        if choice.item_key is not None:
            position = len(state.presentations) + 1
            events.append(
                happened.ItemPresented(
                    presentation_id(state.attempt_id, position),
                    position,
                    section.code,
                    choice.item_key,
                    choice.version,
                    choice.option_order,
                    choice.evidence,
                )
            )
            return tuple(events)
        events.append(
            happened.SectionCompleted(
                section.code, choice.stop_reason or "complete", choice.theta, choice.standard_error
            )
        )
        if state.section == section.code:
            break
    return tuple(events)
