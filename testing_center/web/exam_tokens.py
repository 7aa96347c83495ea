"""Exam tokens: who sends the commands of a running test, without a session, a cookie or a look at accounts.

A page of an attempt is given a token for it, signed with the site's key: it names the candidate, the
device and the language of the page, and opens this one attempt's short way and nothing else. It travels
in a header that no other site can set, so a forged request has nothing to ride on; requests that a
browser marks as another site's are refused besides. Whether the window may still write is the lease's
to say, at every command.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.wrappers import Response

from testing_center.domain.errors import Forbidden
from testing_center.web import devices
from testing_center.web.access import ask_to_sign_in, signed_in
from testing_center.web.locale import language, use_language

View = TypeVar("View", bound=Callable[..., Any])

HEADER = "X-Exam-Token"
_PARTS = 3


@dataclass(frozen=True)
class Caller:
    """Who asks on the short way: ``uid`` of the candidate, language of the page, identifier of the device."""

    uid: str
    language: str
    device: str

    @property
    def actor(self) -> str:
        """The caller as the attempt log writes it."""
        return f"person:{self.uid}"


def by_exam_token(view: View) -> View:
    """Let *view* go the short way: an exam token instead of session, guard and everything before it."""
    view.by_exam_token = True  # type: ignore[attr-defined]
    return view


def on_short_way() -> bool:
    """Whether the request at hand goes by exam token."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "by_exam_token", False))


def issue(attempt_id: str) -> str:
    """Return a token for an attempt of the signed-in person, for the language and device of the page."""
    return sealed(attempt_id, signed_in().uid, language(), devices.identifier())


def sealed(attempt_id: str, uid: str, language_code: str, device: str) -> str:
    """Return the token that opens an attempt to one candidate on one device."""
    named = f"{uid}.{language_code}.{device}"
    return f"{named}.{_seal(attempt_id, named)}"


def admit() -> Response | None:
    """Note who asks, or return the refusal without a token for this attempt; ``Forbidden`` across sites."""
    if not _from_here():
        raise Forbidden
    named, _, seal = request.headers.get(HEADER, "").rpartition(".")
    expected = _seal(str((request.view_args or {}).get("attempt_id", "")), named)
    parts = named.split(".")
    # Bytes, because a seal with other letters than ASCII is refused too, not a fault.
    if not hmac.compare_digest(seal.encode(), expected.encode()) or len(parts) != _PARTS:
        return ask_to_sign_in()
    g.exam_caller = Caller(*parts)
    use_language(parts[1])
    return None


def caller() -> Caller:
    """Return who asks, in a view on the short way."""
    return cast(Caller, g.exam_caller)


def _seal(attempt_id: str, named: str) -> str:
    key = cast(str, current_app.secret_key).encode()
    # The purpose stands in front, so that nothing else signed with this key can be taken for a token.
    message = f"synak-exam-token/{attempt_id}/{named}".encode()
    return urlsafe_b64encode(hmac.digest(key, message, "sha256")).decode().rstrip("=")


def _from_here() -> bool:
    """Whether the browser says, as far as it says anything, that a page of ours asks."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
