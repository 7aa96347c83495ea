"""Writing an item: the form, checking and previewing what is typed, saving it as a new version."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from item_bank.drafts import ItemDraft, draft_of, drafted_content
from item_bank.errors import IllegalReviewStep, ItemBankError, StaleDraft
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, POOLS
from item_bank.review import check_editable
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Permission
from testing_center.domain.pools import visible_parts
from testing_center.services.item_history import ItemHistory
from testing_center.services.items import Assessment
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence, status_of
from testing_center.web.item_forms import number, shown_options, spare_option, typed_draft
from testing_center.web.item_pages import candidate_page, vocabulary

blueprint = Blueprint("editor", __name__)


@dataclass(frozen=True)
class FormState:
    """A draft on its way: on which version, what was found, what was refused (field and sentence)."""

    draft: ItemDraft
    based_on: int = 0
    history: ItemHistory | None = None
    assessment: Assessment | None = None
    refusal: tuple[str, str] | None = None
    conflict: str | None = None


@blueprint.get("/items/<item_key>/edit")
@requires(Permission.ITEM_EDIT)
def edit(item_key: str) -> str | Response:
    """Begin a draft on the latest version."""
    history = services().items.open(item_key, signed_in(), "edit")
    latest = history.latest
    try:
        check_editable(latest.review, latest.stored.number)
    except IllegalReviewStep as refusal:
        flash(sentence(refusal), "warning")
        return redirect(url_for("author.item", item_key=item_key))
    return _form(FormState(draft_of(latest.content), latest.stored.number, history))


@blueprint.post("/items/<item_key>/edit")
@requires(Permission.ITEM_EDIT)
def save(item_key: str) -> Response | tuple[str, int]:
    """Check what was typed, or save it as a new version."""
    items = services().items
    history, based_on = items.open(item_key, signed_in(), "edit"), number(request.form.get("based_on"))
    draft = typed_draft(request.form, draft_of(history.version(based_on).content))
    found = items.assess(item_key, draft, based_on)
    state = FormState(draft, based_on, history, found)
    if request.form.get("action") == "check" or found.problems:
        return _form(state), 422 if found.problems else 200
    try:
        version = items.save(item_key, draft, based_on, request.form.get("note", ""), signed_in())
    except StaleDraft as refusal:
        newest = history.latest.stored.number
        return _form(FormState(draft, newest, history, found, conflict=sentence(refusal))), 409
    except (ItemBankError, InvalidInput) as refusal:
        field = "note" if isinstance(refusal, InvalidInput) else ""
        state = FormState(draft, based_on, history, found, (field, sentence(refusal)))
        return _form(state), status_of(refusal)
    flash(gettext("Version %(number)s is saved as a draft.", number=version.number), "success")
    return redirect(url_for("author.item", item_key=item_key), code=303)


@blueprint.get("/new")
@requires(Permission.ITEM_EDIT)
def new() -> str:
    """Begin a new item: first the subject, then the form."""
    return _form(FormState(_empty_draft(request.args.get("subject", ""))))


@blueprint.post("/new")
@requires(Permission.ITEM_EDIT)
def create() -> Response | tuple[str, int]:
    """Check a new item, or add it with its first version."""
    items, form = services().items, request.form
    draft = typed_draft(form, _empty_draft(form.get("subject", "")))
    found = items.assess_new(draft)
    if form.get("action") == "check" or found.problems:
        return _form(FormState(draft, assessment=found)), 422 if found.problems else 200
    try:
        version = items.create(draft, form.get("pool", ""), form.get("note", ""), signed_in())
    except (ItemBankError, InvalidInput) as refusal:
        state = FormState(draft, assessment=found, refusal=("pool", sentence(refusal)))
        return _form(state), status_of(refusal)
    flash(gettext("The item is added as a draft."), "success")
    return redirect(url_for("author.item", item_key=version.item_key), code=303)


@blueprint.post("/draft")
@requires(Permission.ITEM_EDIT)
def show() -> str | tuple[str, int]:
    """Show what is being typed as the candidate would see it, in a window of its own."""
    base, stimulus = _empty_draft(request.form.get("subject", "")), None
    key = request.form.get("item_key", "")
    if key:
        history = services().items.open(key, signed_in(), "preview")
        base, stimulus = draft_of(history.latest.content), history.stimulus
    wish = request.form.get("language", "")
    language = wish if wish in LANGUAGES else LANGUAGES[0]
    try:
        content = drafted_content(typed_draft(request.form, base))
        return candidate_page(content, stimulus, language)
    except ItemBankError as refusal:
        return render_template("public/error.html", sentence=sentence(refusal), status=422), 422


def _form(state: FormState) -> str:
    draft, assessment = state.draft, state.assessment
    if draft.subject not in AREAS:
        return render_template("author/subject.html", **vocabulary())
    problems = assessment.problems if assessment else ()
    errors = {problem.field: sentence(problem.error) for problem in problems}
    if state.refusal:
        errors[state.refusal[0]] = state.refusal[1]
    return render_template(
        "author/edit.html",
        state=state,
        draft=draft,
        errors=errors,
        options=shown_options(draft),
        spare=spare_option(draft),
        languages=LANGUAGES,
        level_codes=LEVELS,
        pool_codes=[pool for pool in POOLS if pool in visible_parts(signed_in().roles)],
        note=request.form.get("note", ""),
        pool=request.form.get("pool", ""),
        **vocabulary(),
    )


def _empty_draft(subject: str) -> ItemDraft:
    return ItemDraft(subject=subject, area="", level="", correct="")
