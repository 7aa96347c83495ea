"""Pages for everyone: the start, signing in, the language, checking a document, health."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from testing_center.domain.errors import NotFound, SignInRefused
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, Role, permissions_of
from testing_center.web import access, locale
from testing_center.web.access import current_person, requires
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("public", __name__)

READINESS = "synak-readiness"
ROLE_NAMES = {
    Role.CANDIDATE: N_("Candidate"),
    Role.PROCTOR: N_("Proctor"),
    Role.SITE_HEAD: N_("Head of the site"),
    Role.TECHNICIAN: N_("Technician"),
    Role.PSYCHOMETRICIAN: N_("Psychometrician"),
    Role.AUTHOR: N_("Item author"),
    Role.TRAINER_AUTHOR: N_("Author of trainer items"),
    Role.REVIEWER: N_("Reviewer"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
SECTIONS = (
    (Permission.TRAINER_USE, "trainer.home", N_("Trainer")),
    (Permission.BOARD_READ, "proctor.sittings", N_("Sittings")),
    (Permission.ITEM_READ, "author.items", N_("Items")),
    (Permission.ITEM_REVIEW, "reviews.home", N_("Review")),
    (Permission.RELEASE_PUBLISH, "releases.home", N_("Releases")),
    (Permission.STATISTICS_READ, "psychometrician.home", N_("Statistics")),
    (Permission.LATE_ANSWERS_DECIDE, "late_answers.home", N_("Late answers")),
    (Permission.ADMINISTRATION_READ, "administrator.home", N_("Administrations")),
    (Permission.SITE_READ, "sites.home", N_("Sites")),
    (Permission.APPOINTMENT_READ, "appointments.home", N_("Appointments")),
    (Permission.BOOKING_OWN, "bookings.home", N_("Booking")),
)
LANDINGS = {
    Role.AUTHOR: "author.items",
    Role.TRAINER_AUTHOR: "author.items",
    Role.REVIEWER: "reviews.home",
}


@blueprint.get("/")
@requires(Permission.PUBLIC)
def home() -> str | Response:
    """Show the start: signing in to a stranger, tests and practice to a candidate, work to staff."""
    person = current_person()
    if person is None:
        return render_template("public/welcome.html")
    bookings = services().accounts.home(person.id) if Role.CANDIDATE in person.roles else ()
    seats = [
        {
            "booking": booking,
            "sitting": sitting,
            "starts_at": locale.in_zone(sitting.starts_at, sitting.site.timezone),
            "status": _status(booking.attempt_id),
        }
        for booking, sitting in bookings
    ]
    return render_template("public/home.html", person=person, seats=seats, sections=_sections(person))


@blueprint.get("/sign-in")
@requires(Permission.PUBLIC)
def sign_in() -> str:
    """Ask for name and password."""
    return render_template("public/sign_in.html", target=_own_address(request.args.get("next")))


@blueprint.post("/sign-in")
@requires(Permission.PUBLIC)
def enter() -> Response | tuple[str, int]:
    """Check name and password and begin a session."""
    name, target = request.form.get("sign_in_name", ""), _own_address(request.form.get("next"))
    chosen = locale.language()
    try:
        person = services().accounts.sign_in(
            name, request.form.get("password", ""), request.remote_addr or ""
        )
    except SignInRefused as refusal:
        page = render_template("public/sign_in.html", target=target, name=name, error=sentence(refusal))
        return page, 401
    access.begin_session(person)
    response = redirect(target or url_for(_landing(person)), code=303)
    locale.remember(response, chosen if request.cookies.get(locale.COOKIE) else person.language)
    return response


@blueprint.post("/sign-out")
@requires(Permission.PUBLIC)
def sign_out() -> Response:
    """End the session."""
    access.end_session()
    return redirect(url_for("public.home"), code=303)


@blueprint.get("/language/<code>")
@requires(Permission.PUBLIC)
def language(code: str) -> Response:
    """Show the site in another language from now on."""
    if code not in locale.LANGUAGES:
        raise NotFound
    response = redirect(_own_address(request.args.get("next")) or url_for("public.home"))
    locale.remember(response, code)
    person = current_person()
    if person is not None and person.language != code:
        services().accounts.set_language(person.id, code)
    return response


@blueprint.get("/verify")
@blueprint.get("/verify/<code>")
@requires(Permission.PUBLIC)
def verify(code: str = "") -> str | tuple[str, int]:
    """Check a document by its number or the code of its QR image."""
    asked = (code or request.args.get("code", "")).strip()[:64]
    document = services().results.verify(asked) if asked else None
    page = render_template("public/verify.html", asked=asked, document=document)
    return (page, 404) if asked and document is None else page


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> Response:
    """Tell that this process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@requires(Permission.PUBLIC)
def readyz() -> tuple[Response, int]:
    """Tell whether database, migrations and live state are there."""
    probe = cast(Callable[[], dict[str, bool]], current_app.extensions[READINESS])
    checks = probe()
    ready = all(checks.values())
    return jsonify({"status": "ok" if ready else "unavailable", "checks": checks}), 200 if ready else 503


def frame() -> dict[str, object]:
    """Return what every page's frame shows: language, sections, account."""
    person = current_person()
    account = None
    if person is not None:
        roles = [role for role in Role if role in person.roles]
        words = ", ".join(gettext(ROLE_NAMES[role]) for role in roles)
        account = {"name": person.full_name, "role": words, "sign_out_url": url_for("public.sign_out")}
    return {
        "language": locale.language(),
        "account": account,
        "navigation": _sections(person) if person else [],
        "home_url": url_for("public.home"),
    }


def _sections(person: Person) -> list[dict[str, object]]:
    held = permissions_of(person.roles)
    return [
        {
            "label": gettext(label),
            "url": url_for(endpoint),
            "current": (request.blueprint or "").split(".")[0] == endpoint.split(".")[0],
        }
        for permission, endpoint, label in SECTIONS
        if permission in held and endpoint in current_app.view_functions
    ]


def _landing(person: Person) -> str:
    """Return the page to begin on: that of the role, where a person has one role with a page of its own."""
    roles = tuple(person.roles)
    return LANDINGS.get(roles[0], "public.home") if len(roles) == 1 else "public.home"


def _status(attempt_id: str | None) -> str:
    return services().delivery.state(attempt_id).status if attempt_id else "booked"


def _own_address(target: str | None) -> str | None:
    """Return *target* when it is a path on this site, never another site's address."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or any(ord(sign) < 32 for sign in target) else target
