"""The proctor's pages: sittings, the board, check-in and acts with a reason. Plain forms work alone."""

import gzip
import uuid
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from werkzeug.wrappers import Response

from testing_center.domain.administrations import Sitting
from testing_center.domain.errors import DomainError
from testing_center.domain.permissions import Permission
from testing_center.web.access import actor, holds, requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.proctor_forms import (
    chosen,
    command,
    command_id,
    device_decision,
    reason_choices,
    reason_names,
    text,
)

blueprint = Blueprint("proctor", __name__, url_prefix="/proctor")

UNCOMPRESSED_BYTES = 4096
"""A board smaller than this is sent as it is."""


@blueprint.get("/")
@requires(Permission.BOARD_READ)
def sittings() -> Response:
    """List the sittings that this person may see."""
    return proctor_page("proctor/sittings.html", sittings=services().invigilation.sittings(signed_in()))


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
    found = services().invigilation.sitting_of(uid, signed_in())
    try:
        services().invigilation.check_in(uid, text("document"), text("document_ending"), actor())
    except DomainError as refusal:
        response = _seat_page(uid, sentence(refusal))
        response.status_code = 422
        return response
    flash(gettext("The candidate is checked in."), "success")
    return redirect(url_for("proctor.sitting", uid=found.uid), code=303)


@blueprint.post("/bookings/<uid>/act")
@requires(Permission.ATTEMPT_PROCTOR)
def act_on_seat(uid: str) -> Response:
    """Pause, resume, add minutes, write, note an incident or end, on one seat."""
    found = services().invigilation.sitting_of(uid, signed_in())

    def act() -> str:
        services().invigilation.act(uid, command(), actor(), command_id())
        return str(gettext("Done and recorded."))

    return _done(act, found)


@blueprint.post("/bookings/<uid>/device")
@requires(Permission.ATTEMPT_PROCTOR)
def decide_device(uid: str) -> Response:
    """Let another device take the test over, or not."""
    found = services().invigilation.sitting_of(uid, signed_in())

    def act() -> str:
        decision = device_decision()
        services().invigilation.decide_device(uid, decision, actor())
        if decision.approve:
            return str(gettext("The test continues on the other computer."))
        return str(gettext("The test stays on the computer where it is."))

    return _done(act, found)


@blueprint.post("/sittings/<uid>/start")
@requires(Permission.ATTEMPT_PROCTOR)
def start_room(uid: str) -> Response:
    """Let everyone who is checked in begin."""
    found = services().invigilation.sitting(uid, signed_in())
    return _done(lambda: _counted(services().invigilation.start_room(uid, actor())), found)


@blueprint.post("/sittings/<uid>/act")
@requires(Permission.ATTEMPT_PROCTOR)
def act_in_room(uid: str) -> Response:
    """Pause, resume, add minutes or write to the whole room or to the seats that were ticked."""
    found = services().invigilation.sitting(uid, signed_in())
    room = services().invigilation.act_in_room
    return _done(lambda: _counted(room(uid, command(), actor(), command_id(), chosen())), found)


def _counted(count: int) -> str:
    return str(ngettext("Done for %(num)d candidate.", "Done for %(num)d candidates.", count))


def _done(act: Callable[[], str], found: Sitting) -> Response:
    try:
        flash(act(), "success")
    except DomainError as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("proctor.sitting", uid=found.uid), code=303)


def _seat_page(uid: str, error: str | None = None) -> Response:
    """Show a seat; after a refused check-in with what was typed."""
    invigilation = services().invigilation
    found = invigilation.sitting_of(uid, signed_in())
    seats = invigilation.board(found.uid).seats
    found_seat = next(one for one in seats if one.booking.uid == uid)
    log = invigilation.log(uid)
    names = invigilation.actor_names(log)
    return proctor_page(
        "proctor/seat.html",
        sitting=found,
        seat=found_seat,
        log=log,
        actors=names,
        error=error,
        typed=request.form,
    )


def _board_page(template: str, uid: str) -> Response:
    found = services().invigilation.sitting(uid, signed_in())
    code = services().launch.shown(found) if found.two_key and not found.over else None
    page = proctor_page(template, sitting=found, board=services().invigilation.board(uid), room_code=code)
    return _compressed(page)


def _compressed(response: Response) -> Response:
    """Send a long board in gzip: two hundred tiles are alike, and a hall's line is thin."""
    body = response.get_data()
    if not request.accept_encodings["gzip"] or len(body) < UNCOMPRESSED_BYTES:
        return response
    response.set_data(gzip.compress(body, compresslevel=4))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def proctor_page(template: str, **context: object) -> Response:
    """Show a page of the proctor's with the words that all of them need."""
    locale = get_locale()
    body = render_template(
        template,
        language=locale.language if locale else "en",
        reasons=reason_names(),
        reason_choices=reason_choices,
        may_act=holds(Permission.ATTEMPT_PROCTOR),
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
