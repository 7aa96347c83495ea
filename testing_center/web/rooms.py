"""What concerns a whole room beyond the board: an outage given back, and closing."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from testing_center.domain.administrations import Sitting
from testing_center.domain.errors import DomainError
from testing_center.domain.permissions import Permission
from testing_center.services.room_outages import OutagePreview
from testing_center.web.access import actor, requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.proctor import proctor_page
from testing_center.web.proctor_forms import text

blueprint = Blueprint("rooms", __name__, url_prefix="/proctor/sittings/<uid>")


@dataclass(frozen=True)
class _Refused:
    """A refused form: the sentence that says why."""

    words: str


@blueprint.get("/outage")
@requires(Permission.ATTEMPT_PROCTOR)
def outage(uid: str) -> Response:
    """Ask from when to when the room had failed, and show what that gives back."""
    found = services().invigilation.sitting(uid, signed_in())
    if not request.args.get("starts"):
        return _outage_page(found, None)
    try:
        span = services().outages.span(found, request.args["starts"], request.args.get("ends", ""))
        return _outage_page(found, services().outages.preview(found, *span))
    except DomainError as refusal:
        return _outage_page(found, _Refused(sentence(refusal)))


@blueprint.post("/outage")
@requires(Permission.ATTEMPT_PROCTOR)
def declare_outage(uid: str) -> Response:
    """Give the time back: once, however often this is sent."""
    found = services().invigilation.sitting(uid, signed_in())
    outages = services().outages
    try:
        span = outages.span(found, request.form.get("starts", ""), request.form.get("ends", ""))
        declared = outages.declare(found, span, request.form.get("reason", ""), text("comment"), actor())
    except DomainError as refusal:
        return _outage_page(found, _Refused(sentence(refusal)))
    count = len(declared.grants)
    words = ngettext(
        "Time is given back to %(num)d candidate.", "Time is given back to %(num)d candidates.", count
    )
    flash(words, "success")
    return redirect(url_for("proctor.sitting", uid=uid), code=303)


@blueprint.post("/close")
@requires(Permission.ATTEMPT_PROCTOR)
def close(uid: str) -> Response:
    """Close the room and note who did not come or start."""
    services().invigilation.sitting(uid, signed_in())
    try:
        absent = services().room_closing.close(uid, text("comment"), actor())
        flash(gettext("The room is closed. Absent: %(absent)s.", absent=absent), "success")
    except DomainError as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("proctor.sitting", uid=uid), code=303)


def _outage_page(found: Sitting, outcome: OutagePreview | _Refused | None) -> Response:
    error = outcome.words if isinstance(outcome, _Refused) else None
    page = proctor_page(
        "proctor/outage.html",
        sitting=found,
        preview=outcome if isinstance(outcome, OutagePreview) else None,
        error=error,
        typed=request.values,
        outages=services().outages.of_sitting(found),
    )
    page.status_code = 422 if error else 200
    return page
