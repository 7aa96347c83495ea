"""The administrator's pages of releases: what would change, publishing, and what was published."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from item_bank.errors import InvalidRelease
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.releases import ReleasePlan
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence, status_of
from testing_center.web.item_forms import number
from testing_center.web.item_pages import vocabulary

blueprint = Blueprint("releases", __name__, url_prefix="/releases")


@blueprint.get("/")
@requires(Permission.RELEASE_PUBLISH)
def home() -> str:
    """Show the next release as it would be, and the releases so far."""
    return _home(services().releases.plan())


@blueprint.post("/")
@requires(Permission.RELEASE_PUBLISH)
def publish() -> Response | tuple[str, int]:
    """Show what another choice would change, or publish it."""
    chosen = [number(one) for one in request.form.getlist("version")]
    releases = services().releases
    if request.form.get("action") == "check":
        return _home(releases.plan(chosen)), 200
    try:
        published = releases.publish(
            chosen, number(request.form.get("base")), request.form.get("note", ""), signed_in()
        )
    except (InvalidInput, InvalidRelease) as refusal:
        return _home(releases.plan(chosen), sentence(refusal)), status_of(refusal)
    flash(gettext("Release %(number)s is published.", number=published), "success")
    return redirect(url_for("releases.release", release_number=published), code=303)


@blueprint.get("/<int:release_number>")
@requires(Permission.RELEASE_PUBLISH)
def release(release_number: int) -> str:
    """Show a release and how it differs from the one before."""
    return render_template(
        "author/release.html", page=services().releases.page(release_number), **vocabulary()
    )


def _home(plan: ReleasePlan, error: str | None = None) -> str:
    return render_template(
        "author/releases.html",
        plan=plan,
        releases=services().releases.all(),
        note=request.form.get("note", ""),
        error=error,
        **vocabulary(),
    )
