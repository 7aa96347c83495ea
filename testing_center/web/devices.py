"""Which browser a request comes from: a signed cookie with a random identifier, and a few words about it."""

import re
import uuid

from flask import current_app, g, request
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

COOKIE = "synak_device"
KEPT_SECONDS = 400 * 24 * 3600
"""Browsers keep no cookie for longer."""

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Safe Exam Browser", r"SEB/(\d+)"),
    ("Yandex", r"YaBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chromium", r"(?:Chrome|Chromium|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[.\d]* (?:Mobile/\w+ )?Safari"),
)
_SYSTEMS = (
    ("Windows 7", "Windows NT 6.1"),
    ("Windows 8", "Windows NT 6.[23]"),
    ("Windows", "Windows NT"),
    ("Android", "Android"),
    ("iOS", "iPhone|iPad"),
    ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
)


def identifier() -> str:
    """Return the identifier of the browser, a new one when it brought none that we signed."""
    if "device" not in g:
        kept = request.cookies.get(COOKIE, "")
        try:
            g.device, g.new_device = _signer().unsign(kept).decode(), False
        except BadSignature:
            g.device, g.new_device = uuid.uuid4().hex, True
    return str(g.device)


def remember(response: Response) -> Response:
    """Give the browser its identifier for next time."""
    identifier()
    if g.new_device:
        response.set_cookie(
            COOKIE,
            _signer().sign(g.device).decode(),
            max_age=KEPT_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
    return response


def description() -> str:
    """Return browser and system in words that a proctor knows, for instance "Firefox 115, Windows 7"."""
    text = request.user_agent.string
    found = ((name, re.search(pattern, text)) for name, pattern in _BROWSERS)
    browser = next((f"{name} {match[1]}" for name, match in found if match), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, text)), "")
    return ", ".join(part for part in (browser, system) if part) or text[:60]


def _signer() -> Signer:
    return Signer(str(current_app.secret_key), salt="synak-device")
