"""What a candidate's page may be told: built only from the candidate's views of items and stimuli.

Nothing here reads an answer key, an explanation, parameters, level, family, an ability estimate or the
evidence of a choice, so none of them can reach a browser. All data is JSON-able; times are ISO 8601 UTC.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from item_bank.identifiers import Language, OptionId
from item_bank.items import ItemContent, candidate_view
from item_bank.stimuli import StimulusContent, candidate_stimulus
from testing_center.domain.attempts.lease import require_holder
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.errors import NotFound, OtherDevice
from testing_center.domain.people import Person
from testing_center.services.release_library import ReleaseLibrary

LATIN_LETTERS = "ABCDEFGHIJKLMNOP"
CYRILLIC_LETTERS = "АБВГДЕЖЗИКЛМНОПР"


def require_owner(state: AttemptState, person: Person) -> None:
    """Raise ``NotFound`` unless *person* is the candidate of this exam attempt."""
    if state.candidate_id != person.id or state.plan.kind != "exam":
        raise NotFound


def require_device(state: AttemptState, device_id: str, *, items: bool = False) -> None:
    """Raise ``OtherDevice`` unless the device may read; items go to the device that holds the test alone."""
    require_holder(state, device_id)
    if items and state.device != device_id:
        raise OtherDevice


def option_letter(index: int, language: str) -> str:
    """Return the letter of the option at 0-based *index* in the script of the test's language."""
    return (LATIN_LETTERS if language == "en" else CYRILLIC_LETTERS)[index]


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


def presented_item(
    content: ItemContent, stimulus: StimulusContent | None, language: str, order: Sequence[str]
) -> dict[str, Any]:
    """Return the texts of one item and its stimulus as any candidate sees them, options in *order*."""
    view = candidate_view(content, Language(language))
    options = [
        {
            "value": option,
            "letter": option_letter(index, language),
            "html": view.options[OptionId(option)],
        }
        for index, option in enumerate(order)
    ]
    text = candidate_stimulus(stimulus, Language(language)) if stimulus else None
    return {
        "language": language,
        "stem": view.stem,
        "options": options,
        "stimulus": {"title": text.title, "html": text.text} if text else None,
    }


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
        "help_requested": state.help_requested_at is not None,
        "cells": navigator_cells(state),
    }


def unanswered(state: AttemptState) -> int:
    """Items without a response: of the whole form, or in an adaptive test of those shown."""
    total = state.plan.length if state.plan.mode == "fixed" else len(state.presentations)
    return total - state.answered


def navigator_cells(state: AttemptState) -> list[dict[str, Any]]:
    """Return one cell per item: number, state (answered, seen, unseen), flagged, current."""
    shown = {presentation.position: presentation for presentation in state.presentations}
    count = state.plan.length if state.plan.mode == "fixed" else len(shown)
    return [_cell(number, shown.get(number), number == state.position) for number in range(1, count + 1)]


def _cell(number: int, shown: Presentation | None, current: bool) -> dict[str, Any]:
    word = "unseen" if shown is None else "answered" if shown.response else "seen"
    return {
        "number": number,
        "state": word,
        "flagged": shown is not None and shown.flagged,
        "current": current,
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
