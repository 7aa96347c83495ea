"""The readiness check of a workstation: opened by the code on the seat, without signing in."""

import secrets

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.clock import system_clock
from testing_center.services.sites import MOST_MEASURED
from testing_center.web.access import requires
from testing_center.web.current import services

blueprint = Blueprint("readiness", __name__, url_prefix="/readiness")

SPEED_BYTES = 512 * 1024


@blueprint.get("/")
@requires(Permission.PUBLIC)
def home() -> str | BaseResponse:
    """Ask for the code on the seat."""
    code = request.args.get("code", "").strip()[:16]
    return redirect(url_for("readiness.check", code=code)) if code else render_template("sites/code.html")


@blueprint.get("/<code>")
@requires(Permission.PUBLIC)
def check(code: str) -> str:
    """Show the page that measures this computer."""
    station, site, room = services().sites.workstation(code)
    return render_template("sites/readiness.html", station=station, site=site, room=room)


@blueprint.get("/<code>/time")
@requires(Permission.PUBLIC)
def time(code: str) -> Response:
    """Tell the server's time, for round trip and clock."""
    return jsonify({"now_ms": system_clock().timestamp() * 1000})


@blueprint.get("/<code>/speed")
@requires(Permission.PUBLIC)
def speed(code: str) -> Response:
    """Send bytes that do not compress, for the speed."""
    services().sites.workstation(code)
    return Response(secrets.token_bytes(SPEED_BYTES), mimetype="application/octet-stream")


@blueprint.post("/<code>")
@requires(Permission.PUBLIC)
def report(code: str) -> Response:
    """Judge what was measured, keep it and say what was found."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or len(sent) > MOST_MEASURED:
        raise InvalidInput
    findings = services().sites.report(code, sent, request.user_agent.string)
    return jsonify(
        [
            {"check": one.check, "level": one.level, "words": str(gettext(one.message, **one.params))}
            for one in findings
        ]
    )
