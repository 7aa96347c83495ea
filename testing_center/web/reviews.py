"""The reviewer's queue: what waits for an approval, longest first."""

from flask import Blueprint, render_template, request

from testing_center.domain.permissions import Permission
from testing_center.services.clock import system_clock
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.item_pages import vocabulary
from testing_center.web.item_tables import asked

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")


@blueprint.get("/")
@requires(Permission.ITEM_REVIEW)
def home() -> str:
    """Show the versions that wait for review."""
    queue = services().reviews.queue(signed_in(), asked(request.args).query.page)
    return render_template("author/queue.html", queue=queue, now=system_clock(), **vocabulary())
