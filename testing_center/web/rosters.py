"""Rosters: import with a report, places for everybody, sittings from a plan."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.rosters import counted
from testing_center.services.sitting_plans import SittingPlan
from testing_center.web import inputs
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.spreadsheet_files import spreadsheet

blueprint = Blueprint("rosters", __name__, url_prefix="/administrations/<uid>")


@blueprint.get("/roster")
@requires(Permission.PEOPLE_IMPORT)
def roster(uid: str) -> str:
    """Show who is admitted and where each sits."""
    return _roster(uid)


@blueprint.post("/roster")
@requires(Permission.PEOPLE_IMPORT)
def import_list(uid: str) -> Response | str | tuple[str, int]:
    """Check a list, or queue its import."""
    sent, sitting = request.files.get("file"), inputs.text("sitting")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput(gettext("Choose a file."))
        content = sent.read()
        if "check" in request.form:
            return _roster(uid, report=services().rosters.check(uid, sitting, sent.filename, content))
        job = services().rosters.start(uid, sitting, sent.filename, content, signed_in())
    except InvalidInput as refusal:
        return _roster(uid, error=sentence(refusal)), 422
    return redirect(url_for("rosters.report", uid=uid, job=job.uid), code=303)


@blueprint.get("/roster/imports/<job>")
@requires(Permission.PEOPLE_IMPORT)
def report(uid: str, job: str) -> str:
    """Show how far an import is, then its report."""
    found, rows = services().rosters.job(uid, job)
    counts = counted(rows)
    return render_template("administrator/roster_import.html", uid=uid, job=found, rows=rows, counts=counts)


@blueprint.post("/roster/imports/<job>/passwords")
@requires(Permission.PEOPLE_IMPORT)
def passwords(uid: str, job: str) -> Response:
    """Send the first passwords of the accounts that an import made."""
    rows = services().rosters.passwords(uid, job, signed_in())
    header = [gettext("Name"), gettext("User name"), gettext("Password")]
    return spreadsheet("passwords", "xlsx", header, rows)


@blueprint.post("/assign")
@requires(Permission.SEATING_MANAGE)
def assign(uid: str) -> Response:
    """Give everybody without a seat a place."""
    seated, left = services().bookings.assign(uid, signed_in())
    words = gettext("Seated: %(seated)s. Without a place: %(left)s.", seated=seated, left=left)
    flash(words, "warning" if left else "success")
    return redirect(url_for("rosters.roster", uid=uid), code=303)


@blueprint.route("/plan", methods=["GET", "POST"])
@requires(Permission.ADMINISTRATION_MANAGE)
def plan(uid: str) -> Response | str | tuple[str, int]:
    """Count a plan of days, shifts and rooms, then open its sittings."""
    sites = services().sites.overview(signed_in())
    key = request.values.get("site", "")
    chosen = next((one for one in sites if one.site.key == key), sites[0] if sites else None)
    counted_plan, error = None, None
    if request.method == "POST" and chosen is not None:
        wish = SittingPlan(
            uid, chosen.site.key, inputs.numbers("room"), inputs.numbers("shift"), inputs.day("first_day"),
            inputs.day("last_day"), inputs.numbers("weekday"), bool(request.form.get("holidays")),
        )  # fmt: skip
        try:
            if "open" in request.form:
                opened = services().sitting_plans.open(wish, signed_in())
                flash(gettext("Sittings opened: %(count)s.", count=len(opened.possible)), "success")
                return redirect(url_for("rosters.roster", uid=uid), code=303)
            counted_plan = services().sitting_plans.count(wish)
        except InvalidInput as refusal:
            error = sentence(refusal)
    page = render_template(
        "administrator/plan.html",
        uid=uid,
        sites=sites,
        chosen=chosen,
        plan=counted_plan,
        error=error,
        typed=request.form,
    )
    return (page, 422) if error else page


def _roster(uid: str, error: str | None = None, report: object = None) -> str:
    return render_template(
        "administrator/roster.html",
        page=services().rosters.page(uid),
        report=report,
        error=error,
        sitting=request.values.get("sitting", ""),
    )
