"""The psychometrician's pages: what was collected, calibration runs, items, a release with new parameters."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, permissions_of
from testing_center.services.calibrations import RunPage
from testing_center.services.item_curves import curves
from testing_center.web.access import current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.spreadsheet_files import spreadsheet
from testing_center.web.subject_names import NAMES

blueprint = Blueprint("psychometrician", __name__, url_prefix="/statistics")

TABLE_COLUMNS = (
    "item_key",
    "n",
    "p",
    "item_rest",
    "discrimination",
    "se_discrimination",
    "difficulty",
    "se_difficulty",
)
"""Columns of the table as a file: the names that programs know, in every language."""


@blueprint.get("/")
@requires(Permission.STATISTICS_READ)
def home() -> str:
    """Show what has been collected under the newest release, and the runs."""
    calibrations = services().calibrations
    return render_template(
        "psychometrician/home.html",
        collected=calibrations.collected(),
        runs=calibrations.runs(),
        names=NAMES,
        may_run=_may_run(),
    )


@blueprint.post("/runs")
@requires(Permission.CALIBRATION_RUN)
def start() -> Response:
    """Queue a calibration."""
    release = request.form.get("release", "")
    if not release.isdigit():
        raise InvalidInput
    run = services().calibrations.start(int(release), request.form.get("subject", ""), _person())
    return redirect(url_for("psychometrician.run", uid=run.uid), code=303)


@blueprint.get("/runs/<uid>")
@requires(Permission.STATISTICS_READ)
def run(uid: str) -> str:
    """Show a run: its progress, then its items."""
    return render_template(
        "psychometrician/run.html", page=services().calibrations.page(uid), names=NAMES, may_run=_may_run()
    )


@blueprint.get("/runs/<uid>/progress")
@requires(Permission.STATISTICS_READ)
def progress(uid: str) -> Response:
    """Tell the page of a run how far it is."""
    job = services().calibrations.page(uid).job
    return jsonify({"status": job.status, "progress": job.progress})


@blueprint.get("/runs/<uid>/items.<kind>")
@requires(Permission.STATISTICS_READ)
def item_table(uid: str, kind: str) -> Response:
    """Send the items of a run as CSV or XLSX."""
    page = services().calibrations.page(uid)
    if page.result is None or kind not in ("csv", "xlsx"):
        raise NotFound
    rows = [[one.get(name) for name in TABLE_COLUMNS] for one in page.result["items"]]
    return spreadsheet(f"calibration-{page.run.subject}", kind, TABLE_COLUMNS, rows)


@blueprint.get("/runs/<uid>/items/<item_key>")
@requires(Permission.STATISTICS_READ)
def item(uid: str, item_key: str) -> str:
    """Show one item: its curve, what was observed, its parameters now and before."""
    page = services().calibrations.page(uid)
    found = _estimate(page, item_key)
    return render_template(
        "psychometrician/item.html",
        page=page,
        item=found,
        present=page.present.get(item_key),
        curves=curves(found, page.present.get(item_key)),
        decision=page.decisions.get(item_key),
        may_run=_may_run(),
    )


@blueprint.post("/runs/<uid>/decisions")
@requires(Permission.CALIBRATION_RUN)
def decide(uid: str) -> Response:
    """Accept or reject the new parameters of one item or of many."""
    form = request.form
    keys, back = form.getlist("item"), form.get("back", "")
    try:
        count = services().calibrations.decide(
            uid, keys, form.get("decision", ""), form.get("reason", ""), _person()
        )
        flash(ngettext("Recorded for %(num)d item.", "Recorded for %(num)d items.", count), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    if back == "item" and len(keys) == 1:
        return redirect(url_for("psychometrician.item", uid=uid, item_key=keys[0]), code=303)
    return redirect(url_for("psychometrician.run", uid=uid), code=303)


@blueprint.post("/runs/<uid>/release")
@requires(Permission.CALIBRATION_RUN)
def publish(uid: str) -> Response:
    """Publish a release with the accepted parameters."""
    try:
        number = services().calibrations.publish(uid, _person())
        flash(gettext("Release %(number)s is published.", number=number), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    return redirect(url_for("psychometrician.run", uid=uid), code=303)


def _estimate(page: RunPage, item_key: str) -> dict[str, object]:
    for one in (page.result or {}).get("items", ()):
        if one["item_key"] == item_key:
            return dict(one)
    raise NotFound


def _person() -> Person:
    person = current_person()
    if person is None:
        raise NotFound
    return person


def _may_run() -> bool:
    return Permission.CALIBRATION_RUN in permissions_of(_person().roles)
