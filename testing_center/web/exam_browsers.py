"""Safe Exam Browser and the conduct of an administration: choices, the file, the page to leave by."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from testing_center.documents.seb_file import MEDIA_TYPE, seb_file
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.conduct_settings import ConductForm
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence

blueprint = Blueprint("exam_browsers", __name__)

LONGEST_KEYS = 20_000


@blueprint.get("/administrations/<uid>/conduct")
@requires(Permission.ADMINISTRATION_READ)
def conduct(uid: str) -> str:
    """Show how the rooms of an administration are run."""
    return _page(uid, ConductForm.of(services().conduct_settings.administration(uid)))


@blueprint.post("/administrations/<uid>/conduct")
@requires(Permission.ADMINISTRATION_MANAGE)
def change_conduct(uid: str) -> BaseResponse | tuple[str, int]:
    """Change how the rooms of an administration are run."""
    names = ("open_minutes", "launch", "proof", "browser_exam_keys")
    form = ConductForm(*(request.form.get(name, "")[:LONGEST_KEYS] for name in names))
    try:
        services().conduct_settings.change(uid, form, signed_in())
    except InvalidInput as refusal:
        return _page(uid, form, sentence(refusal)), 422
    flash(gettext("The settings are kept. They hold for every start from now on."), "success")
    return redirect(url_for("exam_browsers.conduct", uid=uid), code=303)


@blueprint.get("/exam-browser/<uid>.seb")
@requires(Permission.SIGNED_IN)
def file(uid: str) -> Response:
    """Send the file that opens Safe Exam Browser with the administration's settings."""
    administration = services().conduct_settings.administration(uid)
    response = Response(seb_file(services().exam_browser.settings(administration)), mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="synak-{uid[:8]}.seb"'
    return response


@blueprint.get("/exam-browser/quit")
@requires(Permission.PUBLIC)
def leave() -> str:
    """Show the page by whose address Safe Exam Browser closes."""
    return render_template("public/exam_browser_quit.html")


def _page(uid: str, form: ConductForm, error: str | None = None) -> str:
    administration = services().conduct_settings.administration(uid)
    return render_template(
        "administrator/conduct.html",
        administration=administration,
        form=form,
        config_key=services().exam_browser.key(administration),
        error=error,
    )
