"""Writing an item: the form, checking and previewing what is typed, saving it as a new version."""

import secrets
from dataclasses import dataclass, replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from item_bank.drafts import (
    ItemDraft,
    blank_draft,
    changed_kind,
    draft_of,
    file_entry,
    free_file_name,
    previewed_content,
    with_act,
)
from item_bank.errors import IllegalReviewStep, ItemBankError, StaleDraft
from item_bank.identifiers import AREAS, LANGUAGES, Language
from item_bank.media import MediaReference
from item_bank.review import check_editable
from testing_center.domain.authoring import MediaFileRecord
from testing_center.domain.errors import DomainError, InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.permissions import Permission
from testing_center.services.item_history import ItemHistory
from testing_center.web.access import requires, signed_in
from testing_center.web.current import services
from testing_center.web.editor_page import FormState, choices, editor_page, form_errors
from testing_center.web.editor_words import aids
from testing_center.web.errors import sentence, status_of
from testing_center.web.item_forms import field_values, number, typed_draft
from testing_center.web.item_pages import candidate_page, vocabulary
from testing_center.web.security_headers import framed_here

blueprint = Blueprint("editor", __name__)

NEW = "new:"
ITEM = "item:"


@dataclass(frozen=True)
class Writing:
    """What is written: the scope of its working copy, and the item if it is in the bank."""

    scope: str
    history: ItemHistory | None = None

    @property
    def subject(self) -> str:
        """The subject of an item that is in the bank; a new one has what its form says."""
        return self.history.item.subject if self.history else ""

    @property
    def latest(self) -> int:
        """The number of the newest version, 0 for a new item."""
        return self.history.latest.stored.number if self.history else 0


@blueprint.get("/items/<item_key>/edit")
@requires(Permission.ITEM_EDIT)
def edit(item_key: str) -> str | Response:
    """Begin on the latest version, or go on with what was typed and not saved."""
    history = services().items.open(item_key, signed_in(), "edit")
    latest, writing = history.latest, Writing(ITEM + item_key, history)
    try:
        check_editable(latest.review, latest.stored.number)
    except IllegalReviewStep as refusal:
        flash(sentence(refusal), "warning")
        return redirect(url_for("author.item", item_key=item_key))
    return _begin(writing, draft_of(latest.content))


@blueprint.post("/items/<item_key>/edit")
@requires(Permission.ITEM_EDIT)
def save(item_key: str) -> Response | tuple[str, int]:
    """Do what a button of the form says; save what was typed as a new version."""
    history = services().items.open(item_key, signed_in(), "edit")
    return _answer(Writing(ITEM + item_key, history))


@blueprint.get("/new")
@requires(Permission.ITEM_EDIT)
def new() -> str | Response:
    """Begin a new item: its subject and its kind, or one that was begun and not saved."""
    subject, kind = request.args.get("subject", ""), request.args.get("kind", "")
    if subject in AREAS and kind:
        address = url_for("author.editor.begin", token=secrets.token_hex(8), subject=subject, kind=kind)
        return redirect(address, code=303)
    copies = services().copies.unfinished(NEW, signed_in())
    begun = [(copy, typed_draft(copy.values)) for copy in copies]
    return render_template("author/new_item.html", begun=begun, subject=subject, **choices(), **vocabulary())


@blueprint.get("/new/<token>")
@requires(Permission.ITEM_EDIT)
def begin(token: str) -> str | Response:
    """Show the form of a new item."""
    subject = request.args.get("subject", "")
    return _begin(Writing(NEW + token), blank_draft(subject, request.args.get("kind", "")))


@blueprint.post("/new/<token>")
@requires(Permission.ITEM_EDIT)
def create(token: str) -> Response | tuple[str, int]:
    """Do what a button of the form says; add what was typed to the bank."""
    return _answer(Writing(NEW + token))


@blueprint.post("/copies/<scope>")
@requires(Permission.ITEM_EDIT)
def autosave(scope: str) -> dict[str, object]:
    """Keep what is being typed, and tell what a page may want to say while it is."""
    writing = _writing(scope)
    draft, based_on = _typed(writing), number(request.form.get("based_on"))
    copy = services().copies.keep(scope, based_on, _values(draft), signed_in())
    found = _state(writing, draft, based_on)
    others = services().copies.others(scope, signed_in())
    return {
        "saved_at": copy.saved_at.isoformat(),
        "problems": len(form_errors(found)),
        "aids": aids(draft),
        "latest": writing.latest,
        "others": [other.person.full_name for other in others],
    }


@blueprint.post("/copies/<scope>/discard")
@requires(Permission.ITEM_EDIT)
def discard(scope: str) -> Response:
    """Forget what was typed and not saved."""
    services().copies.discard(scope, signed_in())
    flash(gettext("What was typed and not saved is discarded."), "info")
    kind, _, name = scope.partition(":")
    if kind == "item":
        return redirect(url_for("author.editor.edit", item_key=name), code=303)
    return redirect(url_for("author.editor.new"), code=303)


@blueprint.get("/copies/<scope>/candidate")
@requires(Permission.ITEM_EDIT)
def candidate(scope: str) -> Response:
    """Show what is being typed as the candidate would see it, for the frame beside the form."""
    writing, wish = _writing(scope), request.args.get("language", "")
    language = Language(wish if wish in LANGUAGES else LANGUAGES[0])
    copy = services().copies.find(scope, signed_in())
    draft = typed_draft(copy.values, writing.subject) if copy else _stored(writing)
    try:
        content = previewed_content(draft, language)
        page = candidate_page(content, _stimulus(content.stimulus_key), language)
    except ItemBankError as refusal:
        words = sentence(refusal)
        with force_locale(language):
            page = render_template("author/candidate_missing.html", sentence=words, language=language)
    return framed_here(make_response(page))


def _begin(writing: Writing, draft: ItemDraft) -> str | Response:
    """Show the form with the draft, or with the working copy that is newer than it."""
    copy = services().copies.find(writing.scope, signed_in())
    others = services().copies.others(writing.scope, signed_in())
    if copy is None:
        if draft.subject not in AREAS:
            return redirect(url_for("author.editor.new"))
        return editor_page(FormState(draft, writing.scope, writing.latest, writing.history, others=others))
    typed = typed_draft(copy.values, writing.subject)
    state = FormState(typed, writing.scope, copy.based_on, writing.history, restored=copy, others=others)
    if copy.based_on == writing.latest:
        return editor_page(state)
    found = _state(writing, typed, copy.based_on).assessment
    words = gettext("Since you began, version %(number)s was saved.", number=writing.latest)
    return editor_page(replace(state, assessment=found, conflict=words, based_on=writing.latest))


def _answer(writing: Writing) -> Response | tuple[str, int]:
    action, based_on = request.form.get("action", ""), number(request.form.get("based_on"))
    draft = _typed(writing)
    if draft.subject not in AREAS:
        raise InvalidInput
    if action not in ("save", "check"):
        return _act(writing, draft, action)
    services().copies.keep(writing.scope, based_on, _values(draft), signed_in())
    state = _state(writing, draft, based_on)
    if action == "check" or form_errors(state):
        return editor_page(state), 422 if form_errors(state) else 200
    return _save(writing, state)


def _save(writing: Writing, state: FormState) -> Response | tuple[str, int]:
    note, pool, history = request.form.get("note", ""), request.form.get("pool", ""), writing.history
    try:
        if history is None:
            made = services().items.create(state.draft, pool, note, signed_in(), writing.scope)
            flash(gettext("The item is added as a draft."), "success")
        else:
            made = services().items.save(history.item.key, state.draft, state.based_on, note, signed_in())
            flash(gettext("Version %(number)s is saved as a draft.", number=made.number), "success")
    except StaleDraft as refusal:
        stale = replace(state, based_on=writing.latest, conflict=sentence(refusal))
        return editor_page(stale), 409
    except (ItemBankError, InvalidInput) as refusal:
        return editor_page(replace(state, refusal=(_refused_field(refusal), sentence(refusal)))), status_of(
            refusal
        )
    return redirect(url_for("author.item", item_key=made.item_key), code=303)


def _refused_field(refusal: DomainError | ItemBankError) -> str:
    if not isinstance(refusal, InvalidInput):
        return ""
    if "name" in refusal.params:
        return "list.files"
    if "stimulus" in refusal.params:
        return "stimulus_key"
    return "note" if request.form.get("item_key") else "pool"


def _act(writing: Writing, draft: ItemDraft, action: str) -> tuple[str, int]:
    """Show the form after a button that changes its rows, its kind or its files."""
    based_on, refusal, focus = number(request.form.get("based_on")), None, ""
    try:
        if action == "upload":
            draft, focus = _with_upload(draft), "upload"
        elif action == "take":
            record = services().media.find(request.form.get("library", ""))
            draft, focus = _with_file(draft, record, record.name), "library"
        else:
            changed = with_act(draft, action)
            draft, focus = changed, _focus(draft, changed, action)
    except (ItemBankError, DomainError) as error:
        refusal = ("upload", sentence(error))
    services().copies.keep(writing.scope, based_on, _values(draft), signed_in())
    state = FormState(draft, writing.scope, based_on, writing.history, refusal=refusal, focus=focus)
    return editor_page(state), 422 if refusal else 200


def _focus(before: ItemDraft, after: ItemDraft, action: str) -> str:
    """Return the row or the button to which the cursor goes after an act."""
    verb, _, rest = action.partition(":")
    if verb == "add":
        new = [one for one in after.listed(rest) if one not in before.listed(rest)]
        return f"row:{rest}:{new[0]}" if new else action
    return f"add:{rest.partition(':')[0]}" if verb == "remove" else action


def _with_upload(draft: ItemDraft) -> ItemDraft:
    sent = request.files.get("upload")
    if sent is None or not sent.filename:
        raise InvalidInput(N_("Choose a file first."))
    name = free_file_name(draft, sent.filename)
    return _with_file(draft, services().media.add(name, sent.read(), signed_in()), name)


def _with_file(draft: ItemDraft, record: MediaFileRecord, name: str) -> ItemDraft:
    added = with_act(draft, "add:files")
    row = added.listed("files")[-1]
    reference = MediaReference(free_file_name(draft, name), record.media_type, record.sha256, record.size)
    entries = {**added.entries, **file_entry(row, reference)}
    if added.kind == "hotspot" and record.width and not added.entry("picture"):
        entries |= {"picture": reference.name, "width": str(record.width), "height": str(record.height)}
    return replace(added, entries=entries)


def _writing(scope: str) -> Writing:
    """Return what a scope names; raises ``NotFound``."""
    kind, _, name = scope.partition(":")
    if kind == "new" and name:
        return Writing(scope)
    if kind == "item":
        return Writing(scope, services().items.history(name, signed_in()))
    raise NotFound


def _typed(writing: Writing) -> ItemDraft:
    """Return the draft of the form, with the fields of another kind if another was chosen."""
    typed = typed_draft(request.form, writing.subject)
    before = request.form.get("shown_kind", typed.kind)
    if typed.kind == before:
        return _with_picture_size(typed)
    return changed_kind(replace(typed, kind=before), typed.kind)


def _with_picture_size(draft: ItemDraft) -> ItemDraft:
    """Return the draft with the size of the picture that was chosen just now."""
    picture = draft.entry("picture")
    if draft.kind != "hotspot" or picture == request.form.get("shown_picture", picture):
        return draft
    for row in draft.listed("files"):
        if draft.entry(f"file.{row}.name") == picture:
            record = services().media.find(draft.entry(f"file.{row}.sha256"))
            return draft.with_entries(width=str(record.width or ""), height=str(record.height or ""))
    return draft


def _stored(writing: Writing) -> ItemDraft:
    if writing.history is None:
        return ItemDraft("")
    return draft_of(writing.history.latest.content)


def _state(writing: Writing, draft: ItemDraft, based_on: int) -> FormState:
    items, history = services().items, writing.history
    found = items.assess(history.item.key, draft, based_on) if history else items.assess_new(draft)
    return FormState(draft, writing.scope, based_on, history, found)


def _values(draft: ItemDraft) -> dict[str, str]:
    """Return the fields of a draft with those of the page itself."""
    own = {name: request.form.get(name, "") for name in ("note", "pool")}
    return field_values(draft) | own


def _stimulus(key: str | None) -> dict[str, object] | None:
    if key is None:
        return None
    try:
        return dict(services().stimuli.open(key, signed_in()).latest.content)
    except NotFound:
        return None
