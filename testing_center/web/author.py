"""The pages of the item bank: its table, an item with its history, the candidate's view, review steps."""

from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from item_bank.errors import IllegalReviewStep
from item_bank.guidelines import check_guidelines
from item_bank.identifiers import LEVELS
from item_bank.review import StepKind
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.services.item_history import ItemHistory, VersionHistory
from testing_center.web import bank_words, bulk_edits, imports, item_editor
from testing_center.web.access import holds, requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence, status_of
from testing_center.web.item_facets import shown_facets
from testing_center.web.item_forms import number
from testing_center.web.item_pages import candidate_page, languages_of, vocabulary
from testing_center.web.item_tables import COLUMNS, NUMBERS, asked
from testing_center.web.security_headers import framed_here

blueprint = Blueprint("author", __name__, url_prefix="/bank")
blueprint.register_blueprint(item_editor.blueprint)
blueprint.register_blueprint(bulk_edits.blueprint)
blueprint.register_blueprint(imports.blueprint)

WIDTHS = {"phone": (360, 640), "tablet": (768, 900), "desktop": (1280, 800)}
"""Width and height of the preview's frame in CSS pixels."""
STEP_PERMISSIONS = {
    StepKind.SUBMIT: Permission.ITEM_EDIT,
    StepKind.WITHDRAW: Permission.ITEM_EDIT,
    StepKind.APPROVE_CONTENT: Permission.ITEM_REVIEW,
    StepKind.VERIFY_KEY: Permission.ITEM_REVIEW,
    StepKind.REJECT: Permission.ITEM_REVIEW,
    StepKind.RETIRE: Permission.RELEASE_PUBLISH,
}


@blueprint.get("/")
@requires(Permission.ITEM_READ)
def items() -> str:
    """Show the bank as a table: searched, filtered, sorted and paged by the server."""
    address = asked(request.args)
    page = services().browser.page(address.query, signed_in())
    return render_template(
        "author/items.html",
        address=address,
        query=address.query,
        page=page,
        found=page.found,
        facets=shown_facets(address.query.chosen, page),
        words=bank_words.translated(),
        columns=COLUMNS,
        numeric=NUMBERS,
        own_id=signed_in().id,
        may_edit=holds(Permission.ITEM_EDIT),
        may_retire=holds(Permission.RELEASE_PUBLISH),
        may_import=holds(Permission.ITEM_IMPORT),
        may_export=holds(Permission.ITEM_EXPORT),
        bulk_kinds=bulk_edits.KINDS,
        level_codes=LEVELS,
        **vocabulary(),
    )


@blueprint.post("/views")
@requires(Permission.ITEM_READ)
def keep_view() -> Response:
    """Keep the present search under a name."""
    address = asked(MultiDict(parse_qsl(request.form.get("address", ""))))
    where = url_for("author.items", **address.arguments())
    try:
        view = services().browser.keep_view(
            request.form.get("name", ""), urlsplit(where).query, bool(request.form.get("shared")), signed_in()
        )
        flash(gettext("The view “%(name)s” is kept.", name=view.name), "success")
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
    return redirect(where, code=303)


@blueprint.post("/views/<uid>/removal")
@requires(Permission.ITEM_READ)
def remove_view(uid: str) -> Response:
    """Remove one of the reader's own views."""
    services().browser.remove_view(uid, signed_in())
    flash(gettext("The view is removed."), "success")
    return redirect(url_for("author.items"), code=303)


@blueprint.get("/items/<item_key>")
@requires(Permission.ITEM_READ)
def item(item_key: str) -> str:
    """Show an item: texts, key, parameters, history, and what can be done with it."""
    version = request.args.get("version")
    history = services().items.open(item_key, signed_in(), "item")
    return _item_page(history, number(version) if version else None)


@blueprint.get("/items/<item_key>/versions/<int:version>/preview")
@requires(Permission.ITEM_READ)
def preview(item_key: str, version: int) -> str:
    """Show a version as the candidate sees it, at the width of a phone, a tablet or a desk."""
    history = services().items.open(item_key, signed_in(), "preview")
    found, width = history.version(version), request.args.get("width", "phone")
    return render_template(
        "author/preview.html",
        history=history,
        version=found,
        shown_languages=languages_of(found.content),
        shown_language=_language_of(found),
        width=width if width in WIDTHS else "phone",
        widths=WIDTHS,
        **vocabulary(),
    )


@blueprint.get("/items/<item_key>/versions/<int:version>/candidate")
@requires(Permission.ITEM_READ)
def candidate(item_key: str, version: int) -> Response:
    """Send the candidate's page of a version, for the frame of the preview: no key, no explanation."""
    history = services().items.open(item_key, signed_in(), "candidate view")
    found = history.version(version)
    page = candidate_page(found.content, history.stimulus, _language_of(found))
    return framed_here(make_response(page))


@blueprint.post("/items/<item_key>/versions/<int:version>/submission")
@requires(Permission.ITEM_EDIT)
def submission(item_key: str, version: int) -> Response | tuple[str, int]:
    """Send a draft to review, or take it back."""
    return _take(item_key, version, (StepKind.SUBMIT, StepKind.WITHDRAW))


@blueprint.post("/items/<item_key>/versions/<int:version>/review")
@requires(Permission.ITEM_REVIEW)
def review(item_key: str, version: int) -> Response | tuple[str, int]:
    """Approve the content, verify the key, or return the version with a comment."""
    return _take(item_key, version, (StepKind.APPROVE_CONTENT, StepKind.VERIFY_KEY, StepKind.REJECT))


@blueprint.post("/items/<item_key>/versions/<int:version>/retirement")
@requires(Permission.RELEASE_PUBLISH)
def retirement(item_key: str, version: int) -> Response | tuple[str, int]:
    """Retire a version: its item leaves with the next release."""
    return _take(item_key, version, (StepKind.RETIRE,))


def _take(item_key: str, version: int, allowed: tuple[StepKind, ...]) -> Response | tuple[str, int]:
    kinds = {kind.value: kind for kind in allowed}
    kind, comment = kinds.get(request.form.get("step", "")), request.form.get("comment", "")
    if kind is None:
        raise InvalidInput
    try:
        services().reviews.take(item_key, version, kind, signed_in(), comment)
    except IllegalReviewStep as refusal:
        history = services().items.open(item_key, signed_in(), "item")
        return _item_page(history, version, sentence(refusal)), status_of(refusal)
    flash(f"{gettext(bank_words.HAPPENED[kind.value])}.", "success")
    return redirect(url_for("author.item", item_key=item_key, version=version), code=303)


def _item_page(history: ItemHistory, version: int | None, refusal: str | None = None) -> str:
    chosen = history.version(version) if version else history.latest
    steps = history.possible_steps(chosen.stored.number, signed_in())
    return render_template(
        "author/item.html",
        history=history,
        chosen=chosen,
        steps=[step.value for step in steps if step in STEP_PERMISSIONS and holds(STEP_PERMISSIONS[step])],
        own=str(signed_in().id) in history.contributors(chosen.stored.number),
        warnings=check_guidelines(chosen.content) if chosen is history.latest else (),
        refusal=refusal,
        comment=request.form.get("comment", ""),
        may_edit=holds(Permission.ITEM_EDIT),
        may_review=holds(Permission.ITEM_REVIEW),
        shown_languages=languages_of(chosen.content),
        usage=services().browser.usage(history.item.key),
        **vocabulary(),
    )


def _language_of(version: VersionHistory) -> str:
    wish = request.args.get("language", "")
    return wish if wish in version.content.texts else languages_of(version.content)[0]
