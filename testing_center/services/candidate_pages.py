"""What a candidate's page may be told: built only from the candidate's views of items and stimuli.

Nothing here reads an answer key, an explanation, parameters, level, family, an ability estimate or the
evidence of a choice, so none of them can reach a browser. All data is JSON-able; times are ISO 8601 UTC.
"""

from datetime import datetime
from typing import Any

from testing_center.domain.attempts.delivery import all_reachable, presentation_id, reachable
from testing_center.domain.attempts.lease import require_holder
from testing_center.domain.attempts.plan import DeliveryPlan, SectionPlan
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.attempts.timekeeping import Allotment
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.errors import NotFound, OtherDevice
from testing_center.domain.people import Person
from testing_center.domain.reference_sheets import FORMULAS
from testing_center.services.presented_items import presented_item
from testing_center.services.release_library import ReleaseLibrary


def require_owner(state: AttemptState, person: Person) -> None:
    """Raise ``NotFound`` unless *person* is the candidate of this exam attempt."""
    if state.candidate_id != person.id or state.plan.kind != "exam":
        raise NotFound


def require_device(state: AttemptState, device_id: str, *, items: bool = False) -> None:
    """Raise ``OtherDevice`` unless the device may read; items go to the device that holds the test alone."""
    require_holder(state, device_id)
    if items and state.device != device_id:
        raise OtherDevice


def current_item(state: AttemptState, library: ReleaseLibrary) -> dict[str, Any] | None:
    """Return the item at the candidate's position, or None before the start and after the finish."""
    shown = state.at(state.position)
    if state.status != "in_progress" or shown is None or all_confirmed(state):
        return None
    return item_payload(state, shown, library)


def item_payload(state: AttemptState, shown: Presentation, library: ReleaseLibrary) -> dict[str, Any]:
    """Return one item as its candidate sees it, options in the order of the presentation."""
    release = library.release(state.plan.release_number)
    content = release.content(shown.item_key, shown.version)
    stimulus = release.stimuli[content.stimulus_key] if content.stimulus_key else None
    order = shown.option_order or content.interaction.option_ids
    return presented_item(content, stimulus, state.plan.language, order) | {
        "presentation_id": shown.presentation_id,
        "position": shown.position,
        "response": list(shown.response),
        "flagged": shown.flagged,
        "client_sequence": shown.client_sequence,
    }


def form_items(state: AttemptState, library: ReleaseLibrary) -> list[dict[str, Any]]:
    """Return the items of a fixed form that the candidate may walk through now; never an adaptive one.

    Items that were not shown yet come as they will be shown, without a response.
    """
    policy = state.plan.policy
    if state.plan.mode != "fixed" or state.status != "in_progress" or state.between_sections:
        return []
    if policy.navigation == "forward" or policy.item_seconds is not None:
        return []
    return [
        item_payload(state, state.at(position) or _unseen(state, position), library)
        for position in range(1, state.plan.length + 1)
        if reachable(state, position)
    ]


def _unseen(state: AttemptState, position: int) -> Presentation:
    section, item = state.plan.slot(position)
    identifier = presentation_id(state.attempt_id, position)
    return Presentation(identifier, position, section.code, item.item_key, item.version, item.option_order)


def all_confirmed(state: AttemptState) -> bool:
    """Whether an adaptive attempt has nothing left to answer: only the finish remains."""
    return (
        state.plan.mode == "adaptive"
        and bool(state.presentations)
        and all(shown.confirmed for shown in state.presentations)
    )


def progress_payload(state: AttemptState, now: datetime) -> dict[str, Any]:
    """Return where the attempt stands; ``seconds_left`` is None when untimed."""
    return {
        "server_now": now.isoformat(),
        "deadline": state.deadline.isoformat() if state.deadline else None,
        "seconds_left": state.seconds_left(now),
        "status": state.status,
        "sequence": state.sequence,
        "mode": state.plan.mode,
        "position": state.position,
        "length": state.plan.length,
        "answered": state.answered,
        "unanswered": unanswered(state),
        "complete": all_confirmed(state),
        "section_seconds_left": _until(state, state.section_deadline, now),
        "item_seconds_left": _until(state, state.item_deadline, now),
        "intermission": state.between_sections or state.status == "on_break",
        "help_requested": state.help_requested_at is not None,
        "cells": navigator_cells(state),
        "messages": messages_payload(state),
    }


def _until(state: AttemptState, ends: datetime | None, now: datetime) -> float | None:
    return None if ends is None else state.seconds_until(ends, now)


def break_seconds_left(state: AttemptState, now: datetime) -> float | None:
    """Seconds of the break that are left, 0 when it is overstayed; None when there is none."""
    if state.break_began_at is None:
        return None
    return max(0.0, state.break_seconds - (now - state.break_began_at).total_seconds())


def desk_tools(plan: DeliveryPlan) -> tuple[str, ...]:
    """Return the tools of the policy, a formula sheet only where there is one for the plan's subjects."""
    has_sheet = any(section.subject in FORMULAS for section in plan.sections)
    return tuple(code for code in plan.policy.tools if code != "formula_sheet" or has_sheet)


def section_names(plan: DeliveryPlan, language: str) -> dict[str, str]:
    """Return the name of each section by its code, as the rule set calls it."""
    if plan.rule_set_id is None or plan.profile is None:
        return {section.code: section.code for section in plan.sections}
    named = {one.code: one.name for one in load_rule_set(plan.rule_set_id).profile(plan.profile).sections}
    return {
        section.code: str(getattr(named[section.code], language)) if section.code in named else section.code
        for section in plan.sections
    }


def section_lines(state: AttemptState) -> list[dict[str, Any]]:
    """Return each section with its length, own minutes and state: closed, next or later."""
    following = state.next_section
    return [
        {
            "code": section.code,
            "items": section.length,
            "answered": sum(1 for shown in state.in_section(section.code) if shown.response),
            "minutes": _minutes(state, section),
            "state": _section_word(state, section.code, following.code if following else None),
        }
        for section in state.plan.sections
    ]


def _minutes(state: AttemptState, section: SectionPlan) -> int | None:
    if section.seconds is None:
        return None
    allotment = Allotment(section.seconds, state.plan.section_share(section.code))
    return allotment.with_accommodations(state.accommodations) // 60


def _section_word(state: AttemptState, code: str, following: str | None) -> str:
    if code in state.closed_sections:
        return "closed"
    return "next" if code == following else "later"


def messages_payload(state: AttemptState) -> list[dict[str, str]]:
    """Return the proctor's messages that were not yet acknowledged, oldest first."""
    return [
        {"id": one.message_id, "text": one.text, "sent_at": one.sent_at.isoformat()} for one in state.unread
    ]


def unanswered(state: AttemptState) -> int:
    """Items without a response: of the whole form, or in an adaptive test of those shown."""
    total = state.plan.length if state.plan.mode == "fixed" else len(state.presentations)
    return total - state.answered


def navigator_cells(state: AttemptState) -> list[dict[str, Any]]:
    """Return one cell per item: number, state (answered, seen, unseen), flagged, current, disabled."""
    shown = {presentation.position: presentation for presentation in state.presentations}
    count = state.plan.length if state.plan.mode == "fixed" else len(shown)
    free = all_reachable(state)
    return [
        _cell(number, shown.get(number), number == state.position, free or reachable(state, number))
        for number in range(1, count + 1)
    ]


def _cell(number: int, shown: Presentation | None, current: bool, open_to: bool) -> dict[str, Any]:
    word = "unseen" if shown is None else "answered" if shown.response else "seen"
    return {
        "number": number,
        "state": word,
        "flagged": shown is not None and shown.flagged,
        "current": current,
        "disabled": not open_to,
    }


def saved_payload(shown: Presentation) -> dict[str, Any]:
    """Return what the server holds for one item, so that a page can tell that it was heard."""
    return {
        "presentation_id": shown.presentation_id,
        "response": list(shown.response),
        "flagged": shown.flagged,
        "client_sequence": shown.client_sequence,
        "saved_at": shown.saved_at.isoformat() if shown.saved_at else None,
    }
