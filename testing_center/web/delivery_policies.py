"""Pages where staff set what an administration allows and what one candidate is granted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from testing_center.domain.attempts.policy import (
    NAVIGATIONS,
    TOOLS,
    Accommodations,
    BreakPolicy,
    DeliveryPolicy,
)
from testing_center.domain.errors import DomainError, InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission
from testing_center.services.delivery_policies import PolicyChange
from testing_center.web.access import actor, current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.proctor_forms import common_reasons

blueprint = Blueprint("delivery_policies", __name__)

NAVIGATION_NAMES = {
    "free": (N_("Free"), N_("To and fro until the end.")),
    "section": (N_("By sections"), N_("Free within a section, which locks on leaving.")),
    "forward": (N_("Forward only"), N_("One item after another, none twice.")),
}
TOOL_NAMES = {
    "calculator": N_("Calculator"),
    "periodic_table": N_("Periodic table"),
    "formula_sheet": N_("Formula sheet"),
    "scratchpad": N_("Scratchpad"),
}
LONGEST_TEXT = 500
LONGEST_NUMBER = 9


@blueprint.get("/administrations/<uid>/delivery")
@requires(Permission.ADMINISTRATION_READ)
def policy(uid: str) -> str:
    """Show what the administration allows."""
    return _policy_page(uid)


@blueprint.post("/administrations/<uid>/delivery")
@requires(Permission.ADMINISTRATION_MANAGE)
def set_policy(uid: str) -> BaseResponse | tuple[str, int]:
    """Set what the administration allows."""
    try:
        services().delivery_policies.set_policy(uid, _change(uid), _person())
    except InvalidInput as refusal:
        return _policy_page(uid, sentence(refusal)), 422
    flash(gettext("Saved. It holds for candidates who are checked in from now on."), "success")
    return redirect(url_for("delivery_policies.policy", uid=uid), code=303)


@blueprint.get("/proctor/bookings/<uid>/accommodations")
@requires(Permission.ATTEMPT_PROCTOR)
def accommodations(uid: str) -> str:
    """Show what a candidate is granted."""
    return _accommodations_page(uid)


@blueprint.post("/proctor/bookings/<uid>/accommodations")
@requires(Permission.ATTEMPT_PROCTOR)
def grant(uid: str) -> BaseResponse | tuple[str, int]:
    """Grant a candidate accommodations, before the test or during it."""
    services().invigilation.sitting_of(uid, _person())
    form = request.form
    try:
        granted = Accommodations(
            time_multiplier=_factor(form.get("time_multiplier", "")),
            extra_seconds=60 * (_whole("extra_minutes") or 0),
            large_text="large_text" in form,
            screen_reader="screen_reader" in form,
            separate_room="separate_room" in form,
            assistant=form.get("assistant", "").strip(),
        )
        reason, comment = form.get("reason", ""), form.get("comment", "").strip()[:LONGEST_TEXT]
        services().delivery_policies.grant(uid, granted, reason, comment, actor())
    except DomainError as refusal:
        return _accommodations_page(uid, sentence(refusal)), 422
    flash(gettext("Done and recorded."), "success")
    return redirect(url_for("proctor.seat", uid=uid), code=303)


def _policy_page(uid: str, error: str | None = None) -> str:
    page = services().delivery_policies.page(uid)
    return render_template(
        "administrator/delivery.html",
        page=page,
        error=error,
        typed=request.form if error else None,
        navigations=[(code, *map(gettext, NAVIGATION_NAMES[code])) for code in NAVIGATIONS],
        tools=[(code, gettext(TOOL_NAMES[code])) for code in TOOLS],
    )


def _change(uid: str) -> PolicyChange:
    form = request.form
    sections = services().delivery_policies.page(uid).sections
    breaks = BreakPolicy(
        count=_whole("breaks") or 0,
        seconds=60 * (_whole("break_minutes") or 0),
        forbidden_first_seconds=60 * (_whole("forbidden_first_minutes") or 0),
        forbidden_last_seconds=60 * (_whole("forbidden_last_minutes") or 0),
        stops_clock="stops_clock" in form,
    )
    chosen = DeliveryPolicy.from_data(
        {
            "navigation": form.get("navigation", "free"),
            "item_seconds": _whole("item_seconds"),
            "breaks": vars(breaks),
            "tools": form.getlist("tools"),
        }
    )
    minutes = {section.code: _whole(f"minutes-{section.code}") for section in sections}
    return PolicyChange(chosen, minutes, "own_forms" in form, "shadow_test" in form)


def _accommodations_page(uid: str, error: str | None = None) -> str:
    sitting = services().invigilation.sitting_of(uid, _person())
    booking, _, granted = services().delivery_policies.booking(uid)
    return render_template(
        "proctor/accommodations.html",
        booking=booking,
        sitting=sitting,
        granted=granted,
        reasons=common_reasons("accommodations"),
        error=error,
        typed=request.form if error else None,
    )


def _whole(name: str) -> int | None:
    """Return a whole number of the form, None when left empty; raises ``InvalidInput``."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise InvalidInput(N_("Enter whole numbers without signs."))
    return int(text)


def _factor(text: str) -> float:
    try:
        return float(text.strip().replace(",", ".") or 1)
    except ValueError:
        raise InvalidInput(N_("The factor of time must be from 1 to 3.")) from None


def _person() -> Person:
    person = current_person()
    if person is None:
        raise NotFound
    return person
