"""The administrator's pages: administrations, sittings, candidates from a list."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission
from testing_center.services.candidate_lists import template
from testing_center.services.planning import LANGUAGES
from testing_center.web.access import current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("administrator", __name__, url_prefix="/administrations")


@blueprint.get("/")
@requires(Permission.ADMINISTRATION_READ)
def home() -> str:
    """Show administrations and sittings, and the forms to plan more."""
    return _home()


@blueprint.post("/")
@requires(Permission.ADMINISTRATION_MANAGE)
def plan() -> BaseResponse | tuple[str, int]:
    """Plan another administration of a test that is already set up."""
    names = {code: request.form.get(f"name_{code}", "").strip()[:200] for code in LANGUAGES}
    try:
        services().planning.plan_like(request.form.get("like", ""), names, _person())
    except InvalidInput as refusal:
        return _home(sentence(refusal)), 422
    flash(gettext("The administration is planned."), "success")
    return redirect(url_for("administrator.home"), code=303)


@blueprint.post("/sittings")
@requires(Permission.ADMINISTRATION_MANAGE)
def plan_sitting() -> BaseResponse | tuple[str, int]:
    """Plan a sitting."""
    form, room = request.form, request.form.get("room", "")
    try:
        if not room.isdecimal():
            raise InvalidInput
        sitting = services().planning.plan_sitting(
            form.get("administration", ""), int(room), form.get("starts_at", ""), _person()
        )
    except InvalidInput as refusal:
        return _home(sentence(refusal)), 422
    flash(gettext("The sitting is planned. Import its candidates."), "success")
    return redirect(url_for("administrator.sitting", uid=sitting.uid), code=303)


@blueprint.get("/sittings/<uid>")
@requires(Permission.ADMINISTRATION_READ)
def sitting(uid: str) -> str:
    """Show the seats of a sitting."""
    return render_template("administrator/sitting.html", page=services().planning.sitting(uid))


@blueprint.get("/candidates.csv")
@requires(Permission.PEOPLE_IMPORT)
def candidate_template() -> Response:
    """Send an empty list with the right columns."""
    response = Response(template(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="candidates.csv"'
    return response


def _home(error: str | None = None) -> str:
    planning = services().planning
    return render_template(
        "administrator/home.html",
        overview=planning.overview(),
        rooms=planning.rooms(),
        typed=request.form,
        error=error,
    )


def _person() -> Person:
    person = current_person()
    if person is None:
        raise NotFound
    return person
