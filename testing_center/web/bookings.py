"""A candidate's own booking: site, day and shift while places remain."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("bookings", __name__, url_prefix="/booking")


@blueprint.get("/")
@requires(Permission.BOOKING_OWN)
def home() -> str:
    """Show what can be booked and what is."""
    return render_template("candidate/booking.html", offers=services().bookings.offers(signed_in()))


@blueprint.post("/<uid>")
@requires(Permission.BOOKING_OWN)
def choose(uid: str) -> Response:
    """Book a place, or move there."""

    def act() -> str:
        services().bookings.choose(signed_in(), uid)
        return str(gettext("Your place is booked."))

    return _done(act)


@blueprint.post("/<uid>/wait")
@requires(Permission.BOOKING_OWN)
def wait(uid: str) -> Response:
    """Wait for a place."""

    def act() -> str:
        services().bookings.wait(signed_in(), uid)
        return str(gettext("You are on the waiting list. When a place becomes free, it is yours."))

    return _done(act)


@blueprint.post("/<uid>/leave")
@requires(Permission.BOOKING_OWN)
def leave(uid: str) -> Response:
    """Wait no longer."""

    def act() -> str:
        services().bookings.leave(signed_in(), uid)
        return str(gettext("You are off the waiting list."))

    return _done(act)


def _done(act: Callable[[], str]) -> Response:
    try:
        flash(act(), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("bookings.home"), code=303)
