"""Sites for their staff: rooms and maps, shifts, closed days, workstations."""

from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site, Workstation
from testing_center.services.sites import LANGUAGES
from testing_center.web import inputs
from testing_center.web.access import holds, requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("sites", __name__, url_prefix="/sites")


@blueprint.get("/")
@requires(Permission.SITE_READ)
def home() -> str:
    """List the sites with their capacity and how ready they are."""
    return _home()


@blueprint.post("/")
@requires(Permission.SITE_MANAGE)
def put_site() -> Response | tuple[str, int]:
    """Add a site, or change one."""
    names, cities, addresses = (
        {code: inputs.text(f"{kind}_{code}", 200) for code in LANGUAGES}
        for kind in ("name", "city", "address")
    )
    key, zone = inputs.text("key", 32), inputs.text("timezone", 64)
    site = Site(0, key, names, cities, addresses, zone, bool(request.form.get("active")))
    try:
        services().sites.put_site(site, signed_in())
    except InvalidInput as refusal:
        return _home(sentence(refusal)), 422
    flash(gettext("The site is saved."), "success")
    return redirect(url_for("sites.site", key=key), code=303)


@blueprint.get("/<key>")
@requires(Permission.SITE_READ)
def site(key: str) -> str:
    """Show a site."""
    return _site(key)


@blueprint.post("/<key>/shifts")
@requires(Permission.SITE_MANAGE)
def add_shift(key: str) -> Response | tuple[str, int]:
    """Add a shift."""
    try:
        services().sites.add_shift(key, inputs.text("starts"), signed_in())
    except InvalidInput as refusal:
        return _site(key, sentence(refusal)), 422
    return redirect(url_for("sites.site", key=key), code=303)


@blueprint.post("/<key>/closed-days")
@requires(Permission.SITE_MANAGE)
def add_blackout(key: str) -> Response | tuple[str, int]:
    """Close the site for some days."""
    first, last, reason = inputs.day("first_day"), inputs.day("last_day"), inputs.text("reason")
    try:
        hit = services().sites.add_blackout(key, first, last, reason, signed_in())
    except InvalidInput as refusal:
        return _site(key, sentence(refusal)), 422
    if hit:
        words = ngettext(
            "%(num)d sitting is planned on these days. Move its candidates.",
            "%(num)d sittings are planned on these days. Move their candidates.",
            len(hit),
        )
        flash(words, "warning")
    return redirect(url_for("sites.site", key=key), code=303)


@blueprint.post("/<key>/<any(shift, blackout):kind>/<int:number>/remove")
@requires(Permission.SITE_MANAGE)
def remove(key: str, kind: str, number: int) -> Response:
    """Remove a shift or closed days."""
    services().sites.remove(key, kind, number, signed_in())
    return redirect(url_for("sites.site", key=key), code=303)


@blueprint.get("/<key>/rooms/<int:number>")
@requires(Permission.SITE_READ)
def room(key: str, number: int) -> str:
    """Show a room: its map, its workstations and how ready they are."""
    return _room(key, number)


@blueprint.post("/<key>/rooms/<int:number>")
@requires(Permission.SITE_MANAGE)
def put_room(key: str, number: int) -> Response | tuple[str, int]:
    """Add a room (number 0) or change one."""
    try:
        pitches = inputs.number("row_pitch"), inputs.number("column_pitch")
        seats = SeatMap.parse(inputs.text("rows", 2000), *pitches)
        wish = Room(number, 0, inputs.text("name"), seats, bool(request.form.get("active")))
        kept = services().sites.put_room(key, wish, signed_in())
    except InvalidInput as refusal:
        page = _room(key, number, sentence(refusal)) if number else _site(key, sentence(refusal))
        return page, 422
    flash(gettext("The room is saved."), "success")
    return redirect(url_for("sites.room", key=key, number=kept.id), code=303)


@blueprint.post("/<key>/rooms/<int:number>/workstations")
@requires(Permission.SITE_MANAGE)
def put_workstations(key: str, number: int) -> Response | tuple[str, int]:
    """Write names and addresses of the computers."""
    found = services().sites.room(key, number, signed_in())
    rows = [
        Workstation(0, "", number, seat, inputs.text(f"name_{seat}"), inputs.text(f"address_{seat}"))
        for seat in found.room.seat_map.places
    ]
    try:
        services().sites.put_workstations(key, number, rows, signed_in())
    except InvalidInput as refusal:
        return _room(key, number, sentence(refusal)), 422
    flash(gettext("The workstations are saved."), "success")
    return redirect(url_for("sites.room", key=key, number=number), code=303)


def _home(error: str | None = None) -> str:
    return render_template(
        "sites/home.html",
        sites=services().sites.overview(signed_in()),
        may_manage=holds(Permission.SITE_MANAGE),
        zones=_zones(),
        typed=request.form,
        error=error,
    )


def _site(key: str, error: str | None = None) -> str:
    return render_template(
        "sites/site.html",
        page=services().sites.page(key, signed_in()),
        may_manage=holds(Permission.SITE_MANAGE),
        zones=_zones(),
        typed=request.form,
        error=error,
    )


def _room(key: str, number: int, error: str | None = None) -> str:
    return render_template(
        "sites/room.html",
        page=services().sites.room(key, number, signed_in()),
        may_manage=holds(Permission.SITE_MANAGE),
        typed=request.form,
        error=error,
    )


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if zone.startswith("Asia/"))
