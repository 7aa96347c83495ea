"""The one table from named errors to status codes, and the calm sentence each reader gets."""

from http import HTTPStatus

from flask import Flask, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from item_bank.errors import IllegalReviewStep, ItemBankError, StaleDraft, VersionImmutable
from testing_center.domain.errors import (
    AttemptRefusal,
    ConcurrentAppend,
    ContentMissing,
    DomainError,
    Forbidden,
    InvalidInput,
    NotFound,
    SignInRefused,
)
from testing_center.domain.messages import N_
from testing_center.web.bank_words import bank_sentence

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    SignInRefused: 401,
    InvalidInput: 422,
    AttemptRefusal: 409,
    ConcurrentAppend: 409,
    ContentMissing: 503,
    DomainError: 409,
}
CONFLICTS = (IllegalReviewStep, StaleDraft, VersionImmutable)
"""Refusals of the item bank about its state rather than about what was sent."""
SENTENCES: dict[int, str] = {
    400: N_("The page was open for too long or was sent twice. Go back, reload it and send it again."),
    401: N_("Sign in to continue."),
    404: NotFound.message,
    405: N_("This address cannot be used in this way. Go back to the start."),
    413: N_("What was sent is too large. Choose a smaller file."),
    429: N_("Too many attempts. Wait a minute and try again."),
    500: N_("Something went wrong on our side and was recorded. Nothing that was saved is lost."),
}


def wants_json() -> bool:
    """Whether the caller is a script of ours or a program rather than a person's browser."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return request.is_json or best == "application/json"


def status_of(error: DomainError | ItemBankError) -> int:
    """Return the status code of the nearest class in the table."""
    if isinstance(error, ItemBankError):
        return 409 if isinstance(error, CONFLICTS) else 422
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def sentence(error: DomainError | ItemBankError) -> str:
    """Return the error's sentence in the reader's language."""
    if isinstance(error, ItemBankError):
        return bank_sentence(error)
    return str(gettext(error.message, **error.params))


def problem(status: int, code: str, detail: str | None = None) -> Response:
    """Return problem details (RFC 9457)."""
    words = detail or str(gettext(SENTENCES.get(status, SENTENCES[500])))
    body = {"type": f"urn:synak:problem:{code}", "title": HTTPStatus(status).phrase, "status": status}
    response = jsonify(body | {"detail": words, "code": code})
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _answer(status: int, code: str, words: str) -> Response | tuple[str, int]:
    if wants_json():
        return problem(status, code, words)
    return render_template("public/error.html", sentence=words, status=status), status


def _domain_error(error: DomainError) -> Response | tuple[str, int]:
    return _answer(status_of(error), error.code, sentence(error))


def _bank_error(error: ItemBankError) -> Response | tuple[str, int]:
    return _answer(status_of(error), error.code.replace("_", "-"), sentence(error))


def _http_error(error: HTTPException) -> Response | tuple[str, int]:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    words = SENTENCES.get(status) or (SENTENCES[500] if status >= 500 else SENTENCES[400])
    code = "csrf" if isinstance(error, CSRFError) else HTTPStatus(status).name.lower().replace("_", "-")
    return _answer(status, code, str(gettext(words)))


def install(app: Flask) -> None:
    """Add the table to *app*."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(ItemBankError, _bank_error)
    app.register_error_handler(HTTPException, _http_error)
