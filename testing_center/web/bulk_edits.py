"""One change to many items: the preview of what becomes of each, then the change itself."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from testing_center.domain.bulk_edits import MOST_ITEMS, BulkEdit, BulkKind, BulkOutcome
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.permissions import Permission
from testing_center.web import bank_words
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.item_pages import vocabulary
from testing_center.web.item_tables import asked

blueprint = Blueprint("bulk", __name__)

KINDS = {
    BulkKind.AREA: N_("Content area"),
    BulkKind.LEVEL: N_("Cognitive level"),
    BulkKind.TAG: N_("Add a tag"),
    BulkKind.UNTAG: N_("Take a tag away"),
    BulkKind.OWNER: N_("Owner"),
    BulkKind.SUBMIT: N_("Send to review"),
    BulkKind.RETIRE: N_("Retire"),
}


@blueprint.post("/bulk")
@requires(Permission.ITEM_EDIT)
def edit() -> Response | str | tuple[str, int]:
    """Show, or make, a change that authors may make."""
    return _bulk("author.bulk.edit", set(BulkKind) - {BulkKind.RETIRE})


@blueprint.post("/bulk-retirement")
@requires(Permission.RELEASE_PUBLISH)
def retire() -> Response | str | tuple[str, int]:
    """Show, or make, the retirement of many items."""
    return _bulk("author.bulk.retire", {BulkKind.RETIRE})


def _bulk(endpoint: str, allowed: set[BulkKind]) -> Response | str | tuple[str, int]:
    form = request.form
    kind = form.get("kind", "")
    if kind not in {one.value for one in allowed}:
        raise InvalidInput
    change = BulkEdit(BulkKind(kind), form.get(f"value.{kind}", form.get("value", "")))
    back = asked(MultiDict(request.args)).arguments()
    try:
        keys = _keys()
        if form.get("action") != "apply":
            return _page(endpoint, change, services().bulk.preview(keys, change, signed_in()))
        outcomes = services().bulk.apply(keys, change, signed_in())
    except InvalidInput as refusal:
        flash(sentence(refusal), "error")
        return redirect(url_for("author.items", **back), code=303)
    changed = sum(one.refusal is None for one in outcomes)
    flash(ngettext("%(num)s item is changed.", "%(num)s items are changed.", changed), "success")
    if changed == len(outcomes):
        return redirect(url_for("author.items", **back), code=303)
    flash(gettext("Some items were not changed: the reasons are below."), "warning")
    left = tuple(one for one in outcomes if one.refusal is not None)
    return _page(endpoint, change, left, done=True)


def _keys() -> list[str]:
    """Return the chosen items, or those of the whole search when all of them were asked for."""
    if not request.form.get("whole"):
        return request.form.getlist("item")[: MOST_ITEMS + 1]
    query = asked(MultiDict(request.args)).query
    return list(services().browser.matching(query, MOST_ITEMS + 1, signed_in()))


def _page(endpoint: str, change: BulkEdit, outcomes: tuple[BulkOutcome, ...], done: bool = False) -> str:
    return render_template(
        "author/bulk.html",
        endpoint=endpoint,
        change=change,
        heading=KINDS[change.kind],
        outcomes=outcomes,
        fits=[one for one in outcomes if one.refusal is None],
        done=done,
        words=bank_words.translated() | bank_words.translated_statuses(),
        refusal_sentence=sentence,
        back=asked(MultiDict(request.args)).arguments(),
        **vocabulary(),
    )
