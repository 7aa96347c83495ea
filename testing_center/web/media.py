"""The files that items show, by the hash of their bytes."""

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from testing_center.domain.permissions import Permission
from testing_center.web.access import requires
from testing_center.web.current import services

blueprint = Blueprint("media", __name__)

POLICY = "default-src 'none'; sandbox"
"""A picture opened by itself runs nothing and loads nothing."""
ONE_YEAR = 365 * 24 * 3600


@blueprint.get("/media/<sha256>")
@requires(Permission.SIGNED_IN)
def file(sha256: str) -> Response:
    """Send a file; its address is its content, so that a browser may keep it."""
    record, path = services().media.stored(sha256)
    answer: Response = send_file(path, mimetype=record.media_type, conditional=True, etag=sha256)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = f"private, max-age={ONE_YEAR}, immutable"
    return answer
