"""Staff appointments: the log, a new one, an end."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.appointments import DUTIES
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.appointments import AppointmentWish
from testing_center.web import inputs
from testing_center.web.access import holds, requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.public import ROLE_NAMES

blueprint = Blueprint("appointments", __name__, url_prefix="/appointments")


@blueprint.get("/")
@requires(Permission.APPOINTMENT_READ)
def home() -> str:
    """Show the log of appointments."""
    return _page()


@blueprint.post("/")
@requires(Permission.APPOINTMENT_MANAGE)
def appoint() -> Response | tuple[str, int]:
    """Record an appointment."""
    wish = AppointmentWish(
        inputs.text("person"),
        inputs.text("duty"),
        inputs.text("site"),
        inputs.text("sitting"),
        inputs.text("order_number"),
        inputs.day("order_date"),
        inputs.day("first_day"),
        inputs.day("last_day"),
    )
    try:
        services().appointments.appoint(wish, signed_in())
    except InvalidInput as refusal:
        return _page(sentence(refusal)), 422
    flash(gettext("The appointment is recorded."), "success")
    return redirect(url_for("appointments.home"), code=303)


@blueprint.post("/<uid>/end")
@requires(Permission.APPOINTMENT_MANAGE)
def end(uid: str) -> Response:
    """Record the end of an appointment."""
    try:
        services().appointments.end(uid, inputs.text("order"), inputs.text("reason"), signed_in())
        flash(gettext("The appointment has ended."), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("appointments.home"), code=303)


def _page(error: str | None = None) -> str:
    return render_template(
        "administrator/appointments.html",
        page=services().appointments.page(signed_in()),
        duties=[(duty.value, gettext(ROLE_NAMES[duty])) for duty in DUTIES],
        may_manage=holds(Permission.APPOINTMENT_MANAGE),
        typed=request.form,
        error=error,
    )
