"""The page of the editor: the form as it stands, with errors at fields and everything there is to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from item_bank.answer_keys import RULES
from item_bank.drafts import ItemDraft
from item_bank.drafts.gaps import gaps_of
from item_bank.identifiers import LANGUAGES, LEVELS, POOLS, Language, OptionId
from item_bank.markup import render
from testing_center.domain.authoring import WorkingCopy
from testing_center.services.item_history import ItemHistory
from testing_center.services.items import Assessment
from testing_center.services.working_copies import OtherWriter
from testing_center.web import bank_words, editor_words
from testing_center.web.access import signed_in
from testing_center.web.current import services
from testing_center.web.errors import sentence
from testing_center.web.item_forms import field_values
from testing_center.web.item_pages import vocabulary
from testing_center.web.locale import language as own_language

LANGUAGE_FIELDS = ("stem", "explanation", "option", "accepted", "credit", "criterion", "level")


@dataclass(frozen=True)
class FormState:
    """A draft on its way: on which version, what was found, what was refused (field and sentence).

    ``focus`` names the field that an act of the form leads to; ``restored`` is the working copy that the
    form came from.
    """

    draft: ItemDraft
    scope: str
    based_on: int = 0
    history: ItemHistory | None = None
    assessment: Assessment | None = None
    refusal: tuple[str, str] | None = None
    conflict: str | None = None
    restored: WorkingCopy | None = None
    others: Sequence[OtherWriter] = ()
    focus: str = ""


@dataclass(frozen=True)
class EditorForm:
    """What the templates of the fields read."""

    draft: ItemDraft
    errors: Mapping[str, str]
    focus: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    aids: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[Language] = LANGUAGES
    language_names: Mapping[str, str] = field(default_factory=lambda: bank_words.LANGUAGE_NAMES)

    def listed(self, name: str) -> tuple[OptionId, ...]:
        """Return the rows of a list."""
        return self.draft.listed(name)

    def gaps(self) -> tuple[OptionId, ...]:
        """Return the gaps of the stem."""
        return gaps_of(self.draft)

    def words(self, option: str) -> str:
        """Return how an option is called in a list of choices: its identifier and the beginning of a text."""
        order = sorted(self.languages, key=lambda language: language != own_language())
        texts = (self.values.get(f"{language}.option.{option}", "").strip() for language in order)
        words = next((text for text in texts if text), "")
        return f"{option}: {words[:60]}" if words else option

    def files(self, kind: str = "") -> list[str]:
        """Return the names of the files, of one kind or all."""
        names = self.listed("files")
        wanted = (one for one in names if self.values.get(f"file.{one}.type", "").startswith(kind))
        return [self.values.get(f"file.{one}.name", "") for one in wanted]

    def file_hash(self, name: str) -> str:
        """Return the hash of the file that has a name, or an empty text."""
        for one in self.listed("files"):
            if self.values.get(f"file.{one}.name") == name:
                return self.values.get(f"file.{one}.sha256", "")
        return ""


def editor_page(state: FormState) -> str:
    """Return the whole page."""
    draft, subject = state.draft, state.draft.subject
    errors = form_errors(state)
    form = EditorForm(draft, errors, state.focus, field_values(draft), editor_words.aids(draft))
    return render_template(
        "author/edit.html",
        state=state,
        form=form,
        errors=errors,
        places=[(name, problem_place(name)) for name in errors],
        rules=("all_or_nothing", "weights") if draft.kind == "choice" else RULES.get(draft.kind, ()),
        stimuli=_stimuli(subject),
        library=services().media.files()[:50],
        note=_own_field(state, "note"),
        pool=_own_field(state, "pool"),
        preview_language=preview_language(draft),
        preview_width=request.form.get("preview_width", "phone"),
        level_codes=LEVELS,
        pool_codes=POOLS,
        own_language=own_language(),
        render=render,
        **choices(),
        **vocabulary(),
    )


def _own_field(state: FormState, name: str) -> str:
    """Return a field of the page itself: as it was sent, or as the working copy has it."""
    return request.form.get(name) or (state.restored.values.get(name, "") if state.restored else "")


def choices() -> dict[str, Any]:
    """Return what the editor's selects hold."""
    return {
        "kinds": editor_words.KINDS,
        "rule_words": editor_words.RULES,
        "shapes": editor_words.SHAPES,
        "dimensions": editor_words.DIMENSIONS,
        "units": editor_words.units_by_dimension(),
        "dimension_of": editor_words.dimension_of,
    }


def form_errors(state: FormState) -> dict[str, str]:
    """Return the sentences by field, in the order of the fields."""
    problems = state.assessment.problems if state.assessment else ()
    errors = {problem.field: sentence(problem.error) for problem in problems}
    return errors | ({state.refusal[0]: state.refusal[1]} if state.refusal else {})


def preview_language(draft: ItemDraft) -> str:
    """Return the language that the preview shows: the one asked for, the reader's, or one that is written."""
    asked, own = request.form.get("preview_language", ""), own_language()
    return (
        asked
        if asked in LANGUAGES
        else own
        if own in draft.used_languages
        else (draft.used_languages or (own,))[0]
    )


def problem_place(name: str) -> str:
    """Return a field in words, for the summary of errors: “Stem, Русский”."""
    pieces = name.split(".")
    if pieces[0] in LANGUAGES and len(pieces) > 1 and pieces[1] in LANGUAGE_FIELDS:
        part = " ".join(pieces[1:3]) if pieces[1] == "option" else pieces[1]
        return bank_words.field_name(part, pieces[0])
    known = "answer_key" if pieces[0] in ("correct", "rule", "weight", "band", "pair") else pieces[0]
    words = {
        "note": gettext("What was changed and why"),
        "pool": gettext("Pool"),
        "kind": gettext("Kind of item"),
    }
    return str(words.get(known) or (bank_words.field_name(known) if known in bank_words.FIELDS else ""))


def _stimuli(subject: str) -> list[tuple[str, str]]:
    found = []
    for record in services().stimuli.latest(subject, signed_in()):
        texts = record.content["texts"]
        text = texts.get(own_language()) or next(iter(texts.values()), {"title": ""})
        found.append((record.key, f"{record.key}: {text['title']}"))
    return found
