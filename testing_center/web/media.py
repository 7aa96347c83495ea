"""The files that items show, by the hash of their bytes."""

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from testing_center.domain.errors import NotFound
from testing_center.domain.permissions import Permission
from testing_center.web.access import current_person, requires
from testing_center.web.current import services

blueprint = Blueprint("media", __name__)

POLICY = "default-src 'none'; sandbox"
"""A picture opened by itself runs nothing and loads nothing."""
ONE_YEAR = 365 * 24 * 3600


@blueprint.get("/media/<sha256>")
@requires(Permission.SIGNED_IN)
def file(sha256: str) -> Response:
    """Send a file, or the part that a player asks for.

    Its address is its content, so that a browser may keep it.
    """
    person = current_person()
    if person is None:
        raise NotFound
    record, path = services().media_access.open(sha256, person)
    answer: Response = send_file(path, mimetype=record.media_type, conditional=True, etag=sha256)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = f"private, max-age={ONE_YEAR}, immutable"
    return answer
