"""The Flask class of the site: the requests of running tests pass none of what is done for every page."""

from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from testing_center.web import exam_tokens
from testing_center.web.security_headers import BARE_HEADERS


class Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies; a request with an exam token has none, and costs none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie."""
        if exam_tokens.HEADER in request.headers:
            return self.session_class()
        return super().open_session(app, request)


class Application(Flask):
    """Flask with a short way for views that are marked ``by_exam_token``.

    On it the extensions' work before and after every request (accounts, form tokens, limits, languages)
    is left out; `exam_tokens.admit` stands in its place.
    """

    session_interface = Sessions()

    def preprocess_request(self, *context: Any) -> ResponseReturnValue | None:
        """Do what comes before the view."""
        if exam_tokens.on_short_way():
            return exam_tokens.admit()
        return super().preprocess_request(*context)

    def process_response(self, *given: Any) -> Response:
        """Do what comes after the view."""
        if exam_tokens.on_short_way():
            response: Response = given[-1]
            response.headers.extend(BARE_HEADERS)
            return response
        return super().process_response(*given)
