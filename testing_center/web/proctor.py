"""The proctor's pages: sittings, the board, check-in and acts with a reason. Plain forms work alone."""

import uuid
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from werkzeug.wrappers import Response

from testing_center.domain.administrations import Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.errors import DomainError, Forbidden, InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, permissions_of
from testing_center.services.invigilation import DeviceDecision, ProctorCommand
from testing_center.web.access import actor, current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("proctor", __name__, url_prefix="/proctor")

REASON_NAMES = {
    "environment": N_("Room or building"),
    "candidate": N_("Candidate"),
    "staff": N_("Staff"),
    "technical": N_("Equipment or network"),
    "identity": N_("Identity"),
    "other": N_("Other"),
}
LONGEST_TEXT = 500
LONGEST_ID = 64


@blueprint.get("/")
@requires(Permission.BOARD_READ)
def sittings() -> Response:
    """List the sittings that this person may see."""
    return _page("proctor/sittings.html", sittings=services().invigilation.sittings(_person()))


@blueprint.get("/sittings/<uid>")
@requires(Permission.BOARD_READ)
def sitting(uid: str) -> Response:
    """Show the board of a sitting."""
    return _board_page("proctor/board_page.html", uid)


@blueprint.get("/sittings/<uid>/board")
@requires(Permission.BOARD_READ)
def board(uid: str) -> Response:
    """Send the seats alone, for the page to refresh itself."""
    return _board_page("proctor/board.html", uid)


@blueprint.get("/bookings/<uid>")
@requires(Permission.BOARD_READ)
def seat(uid: str) -> Response:
    """Show one seat: check-in, acts and what has happened."""
    return _seat_page(uid)


@blueprint.post("/bookings/<uid>/check-in")
@requires(Permission.ATTEMPT_PROCTOR)
def check_in(uid: str) -> Response:
    """Seat the candidate after looking at the document."""
    found = services().invigilation.sitting_of(uid, _person())
    try:
        services().invigilation.check_in(uid, _text("document"), _text("document_ending"), actor())
    except DomainError as refusal:
        response = _seat_page(uid, sentence(refusal))
        response.status_code = 422
        return response
    flash(gettext("The candidate is checked in."), "success")
    return redirect(url_for("proctor.sitting", uid=found.uid), code=303)


@blueprint.post("/bookings/<uid>/act")
@requires(Permission.ATTEMPT_PROCTOR)
def act_on_seat(uid: str) -> Response:
    """Pause, resume, add minutes, note an incident or end, on one seat."""
    found = services().invigilation.sitting_of(uid, _person())

    def act() -> str:
        services().invigilation.act(uid, _command(), actor(), _command_id())
        return str(gettext("Done and recorded."))

    return _done(act, found)


@blueprint.post("/bookings/<uid>/device")
@requires(Permission.ATTEMPT_PROCTOR)
def decide_device(uid: str) -> Response:
    """Let another device take the test over, or not."""
    found = services().invigilation.sitting_of(uid, _person())

    def act() -> str:
        decision = _device_decision()
        services().invigilation.decide_device(uid, decision, actor())
        if decision.approve:
            return str(gettext("The test continues on the other computer."))
        return str(gettext("The test stays on the computer where it is."))

    return _done(act, found)


@blueprint.post("/sittings/<uid>/start")
@requires(Permission.ATTEMPT_PROCTOR)
def start_room(uid: str) -> Response:
    """Let everyone who is checked in begin."""
    found = services().invigilation.sitting(uid, _person())
    return _done(lambda: _counted(services().invigilation.start_room(uid, actor())), found)


@blueprint.post("/sittings/<uid>/act")
@requires(Permission.ATTEMPT_PROCTOR)
def act_in_room(uid: str) -> Response:
    """Pause, resume or add minutes in the whole room."""
    found = services().invigilation.sitting(uid, _person())
    room = services().invigilation.act_in_room
    return _done(lambda: _counted(room(uid, _command(), actor(), _command_id())), found)


def _counted(count: int) -> str:
    return str(ngettext("Done for %(num)d candidate.", "Done for %(num)d candidates.", count))


def _done(act: Callable[[], str], found: Sitting) -> Response:
    try:
        flash(act(), "success")
    except DomainError as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("proctor.sitting", uid=found.uid), code=303)


def _command() -> ProctorCommand:
    reason, comment = request.form.get("reason", ""), _text("comment")
    match request.form.get("act"):
        case "pause":
            return asked.Pause(reason, comment)
        case "resume":
            return asked.Resume(reason, comment)
        case "minutes":
            return asked.GrantTime(_minutes() * 60, reason, comment)
        case "incident":
            return asked.NoteIncident(reason, comment)
        case "end":
            return asked.EndAttempt(reason, comment)
    raise InvalidInput


def _device_decision() -> DeviceDecision:
    form = request.form
    act, seat = form.get("act"), form.get("seat", "").strip()
    if act not in ("approve_device", "refuse_device") or (seat and not seat.isdecimal()):
        raise InvalidInput
    return DeviceDecision(
        request_id=form.get("request", "")[:LONGEST_ID],
        approve=act == "approve_device",
        reason=form.get("reason", ""),
        comment=_text("comment"),
        seat=int(seat[:4]) if seat else None,
    )


def _minutes() -> int:
    minutes = request.form.get("minutes", 0, type=int)
    if not 1 <= minutes <= 240:
        raise InvalidInput(N_("Enter from 1 to 240 minutes."))
    return minutes


def _command_id() -> str:
    try:
        return uuid.UUID(request.form.get("command_id", "")).hex
    except ValueError:
        raise InvalidInput(N_("The form is out of date. Reload the page and try again.")) from None


def _text(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST_TEXT]


def _person() -> Person:
    person = current_person()
    if person is None:
        raise Forbidden
    return person


def _seat_page(uid: str, error: str | None = None) -> Response:
    """Show a seat; after a refused check-in with what was typed."""
    invigilation = services().invigilation
    found = invigilation.sitting_of(uid, _person())
    seats = invigilation.board(found.uid).seats
    chosen = next(one for one in seats if one.booking.uid == uid)
    log = invigilation.log(uid)
    names = invigilation.actor_names(log)
    return _page(
        "proctor/seat.html",
        sitting=found,
        seat=chosen,
        log=log,
        actors=names,
        error=error,
        typed=request.form,
    )


def _board_page(template: str, uid: str) -> Response:
    found = services().invigilation.sitting(uid, _person())
    return _page(template, sitting=found, board=services().invigilation.board(uid))


def _page(template: str, **context: object) -> Response:
    locale = get_locale()
    body = render_template(
        template,
        language=locale.language if locale else "en",
        reasons=[(code, gettext(name)) for code, name in REASON_NAMES.items()],
        may_act=Permission.ATTEMPT_PROCTOR in permissions_of(_person().roles),
        new_command_id=lambda: uuid.uuid4().hex,
        clock_text=_clock_text,
        local=_local,
        **context,
    )
    response = make_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _local(moment: datetime, found: Sitting) -> datetime:
    return moment.astimezone(ZoneInfo(found.site.timezone))


def _clock_text(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    whole = -int(-seconds // 1)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
