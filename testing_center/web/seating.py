"""The seating of a sitting: the map, automatic seating, exchanges, moves and releases with a reason."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.web import inputs
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("seating", __name__, url_prefix="/administrations/sittings/<uid>")


@blueprint.get("/seating")
@requires(Permission.SEATING_MANAGE)
def seating(uid: str) -> str:
    """Show who sits where."""
    page = services().seating.page(uid)
    conflicts = services().appointments.conflicts(page.sitting)
    return render_template("administrator/seating.html", page=page, conflicts=conflicts)


@blueprint.post("/seating")
@requires(Permission.SEATING_MANAGE)
def arrange(uid: str) -> Response:
    """Seat everybody automatically."""

    def act() -> str:
        found = services().seating.arrange(uid, inputs.number("seed"), signed_in())
        return str(gettext("Seated. Neighbours from one school: %(pairs)s.", pairs=found.school_pairs))

    return _done(act, uid)


@blueprint.post("/seating/swap")
@requires(Permission.SEATING_MANAGE)
def swap(uid: str) -> Response:
    """Exchange two seats."""

    def act() -> str:
        one, other = inputs.number("one"), inputs.number("other")
        services().seating.swap(uid, one, other, inputs.text("reason"), signed_in())
        return str(gettext("The seats are exchanged."))

    return _done(act, uid)


@blueprint.post("/bookings/<booking>/release")
@requires(Permission.SEATING_MANAGE)
def release(uid: str, booking: str) -> Response:
    """Give a place back."""

    def act() -> str:
        services().bookings.release(booking, inputs.text("reason"), signed_in())
        return str(gettext("The place is free again."))

    return _done(act, uid)


def _done(act: Callable[[], str], uid: str) -> Response:
    try:
        flash(act(), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("seating.seating", uid=uid), code=303)
