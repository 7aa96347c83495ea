"""The trainer's pages: choose, answer, read the explanation, go on. Plain forms, no script needed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import AttemptRefusal, Forbidden, InvalidInput, InvalidResponseGiven
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission
from testing_center.services.trainer_feedback import Feedback
from testing_center.services.training import AreaProgress, TrainerPage, TrainerSubject
from testing_center.web.access import current_person, requires
from testing_center.web.bank_words import REMARKS
from testing_center.web.current import services
from testing_center.web.response_forms import assets, response_form, sent_response
from testing_center.web.subject_names import NAMES

blueprint = Blueprint("trainer", __name__, url_prefix="/trainer")

LONGEST_COMMAND_ID = 64
LISTED = frozenset({"choice", "multiple_choice", "hotspot"})
"""Kinds whose right response is said by the letters of options."""


@dataclass(frozen=True)
class SubjectCard:
    """One subject to practise, with progress by area."""

    subject: TrainerSubject
    progress: tuple[AreaProgress, ...]


@blueprint.get("/")
@requires(Permission.TRAINER_USE)
def home() -> Response:
    """Choose a subject and an area, or go on with an unfinished session."""
    person, training = _person(), services().training
    cards = [
        SubjectCard(
            subject,
            tuple(part for part in training.progress(person, subject.code) if part.area in subject.areas),
        )
        for subject in training.subjects()
    ]
    unfinished = training.unfinished(person)
    return _private("trainer/home.html", cards=cards, unfinished=unfinished)


@blueprint.post("/start")
@requires(Permission.TRAINER_USE)
def start() -> Response:
    """Begin a session."""
    subject, area = request.form.get("subject", ""), request.form.get("area") or None
    attempt_id = services().training.start(_person(), subject, area, _language())
    return _to_session(attempt_id)


@blueprint.get("/<attempt_id>")
@requires(Permission.TRAINER_USE)
def session(attempt_id: str) -> Response:
    """Show the item, its explanation once answered, or the summary at the end."""
    person, training = _person(), services().training
    page = training.current(attempt_id, person, _language())
    if page.finished:
        progress = training.progress(person, page.subject)
        return _private("trainer/summary.html", page=page, progress=progress)
    return _item_page(page)


@blueprint.post("/<attempt_id>/answer")
@requires(Permission.TRAINER_USE)
def answer(attempt_id: str) -> Response:
    """Make the answer final; one that cannot be read comes back as it was written."""
    form = request.form
    command_id = form.get("command_id", "")
    if not 0 < len(command_id) <= LONGEST_COMMAND_ID:
        raise InvalidInput(N_("The form is out of date. Reload the page and answer again."))
    try:
        services().training.answer(
            attempt_id, _person(), form.get("presentation_id", ""), sent_response(form), command_id
        )
    except InvalidResponseGiven as refusal:
        page = services().training.current(attempt_id, _person(), _language())
        if page.item is None or page.feedback:
            return _to_session(attempt_id)
        kept = replace(page, item={**page.item, "response": list(sent_response(form))})
        return _item_page(kept, gettext(refusal.message, **refusal.params))
    except AttemptRefusal as refusal:
        flash(gettext(refusal.message, **refusal.params), "error")
    return _to_session(attempt_id)


@blueprint.post("/<attempt_id>/next")
@requires(Permission.TRAINER_USE)
def next_item(attempt_id: str) -> Response:
    """Go on after the explanation."""
    services().training.next(attempt_id, _person())
    return _to_session(attempt_id)


@blueprint.post("/<attempt_id>/stop")
@requires(Permission.TRAINER_USE)
def stop(attempt_id: str) -> Response:
    """End the session early; what was answered counts."""
    services().training.stop(attempt_id, _person())
    return _to_session(attempt_id)


def _item_page(page: TrainerPage, refusal: str = "") -> Response:
    item = page.item or {}
    told = page.feedback
    return _private(
        "trainer/item.html",
        page=page,
        command_id=uuid4().hex,
        refusal=refusal,
        form=response_form(item, disabled=told is not None),
        right_form=_right_form(item, told) if told else "",
        remarks=[gettext(REMARKS[remark.code], **remark.params) for remark in told.remarks] if told else [],
        **assets(item["kind"]),
    )


def _right_form(item: Mapping[str, Any], told: Feedback) -> str:
    """Show a right response in the item's own form, unless its letters say it in a line."""
    if not told.correct or item["kind"] in LISTED:
        return ""
    return response_form({**item, "stem": "", "response": list(told.correct)}, field="right", disabled=True)


def _person() -> Person:
    person = current_person()
    if person is None:
        raise Forbidden
    return person


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


def _to_session(attempt_id: str) -> Response:
    return redirect(url_for("trainer.session", attempt_id=attempt_id), code=303)


def _private(template: str, **context: object) -> Response:
    response = make_response(render_template(template, names=NAMES, listed=LISTED, **context))
    response.headers["Cache-Control"] = "no-store"
    return response
