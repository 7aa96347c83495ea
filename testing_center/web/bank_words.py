"""The item bank in the reader's words: states, steps, fields, and the sentences of its refusals."""

from collections.abc import Mapping

from flask_babel import gettext

from item_bank import guidelines
from item_bank.errors import SENTENCES, ItemBankError
from item_bank.guidelines import GuidelineWarning
from testing_center.domain.messages import N_
from testing_center.web.subject_names import NAMES

LANGUAGE_NAMES = {"ky": "Кыргызча", "ru": "Русский", "kk": "Қазақша", "en": "English"}
"""Each language by its own name, as in the page's header."""

LEVELS = {"know": N_("Knowledge"), "apply": N_("Application"), "reason": N_("Reasoning")}
POOLS = {"exam": N_("Exam pool"), "trainer": N_("Trainer pool")}
POOL_WORDS = {"exam": N_("Exam"), "trainer": N_("Trainer")}
"""The same in a word, for the columns of a table."""
STATUSES = {
    "draft": N_("Draft"),
    "in_review": N_("Under review"),
    "approved": N_("Approved"),
    "operational": N_("Operational"),
    "retired": N_("Retired"),
}
STEPS = {
    "submit": N_("Send to review"),
    "withdraw": N_("Withdraw from review"),
    "approve_content": N_("Approve the content"),
    "verify_key": N_("Verify the key"),
    "reject": N_("Return to the author"),
    "release": N_("Publish"),
    "retire": N_("Retire"),
}
HAPPENED = {
    "submit": N_("Sent to review"),
    "withdraw": N_("Withdrawn from review"),
    "approve_content": N_("Content approved"),
    "verify_key": N_("Key verified"),
    "reject": N_("Returned to the author"),
    "release": N_("Published in a release"),
    "retire": N_("Retired"),
}
FIELDS = {
    "area": N_("Content area"),
    "level": N_("Cognitive level"),
    "family": N_("Family"),
    "stimulus": N_("Stimulus"),
    "interaction": N_("Kind of item"),
    "options": N_("Options"),
    "shuffle": N_("Shuffled options"),
    "answer_key": N_("Answer key"),
    "max_score": N_("Highest score"),
    "option_notes": N_("Notes on distractors"),
    "stem": N_("Stem"),
    "explanation": N_("Explanation of the answer"),
}
INTERACTIONS = {
    "choice": N_("Single choice"),
    "multiple_choice": N_("Several choices"),
    "order": N_("Ordering"),
    "match": N_("Table of matches"),
    "associate": N_("Pairs"),
    "gap_match": N_("Words into gaps"),
    "inline_choice": N_("Choice in the text"),
    "numeric": N_("Number"),
    "short_text": N_("Short answer"),
    "extended_text": N_("Long answer"),
    "hotspot": N_("Place on a picture"),
}
REMARKS = {
    "keyboard_letters": N_(
        "You wrote “%(given)s”, the answer is “%(expected)s”. Letters that look or sound alike make "
        "different words: use the letters beside the entry."
    ),
    "letter_case": N_("You wrote “%(given)s”, the answer is “%(expected)s”: capital letters count here."),
    "unit_missing": N_("The number is right, but its unit is missing."),
    "unit_wrong": N_("The number is right, but not in this unit."),
}
_KINDS = {"Family": N_("Family"), "Stimulus": N_("Stimulus")}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "step": STEPS,
    "status": STATUSES,
    "kind": _KINDS,
    "area": NAMES,
    "section": NAMES,
}


def translated() -> dict[str, str]:
    """Return subjects, areas, levels and pools by code, looked up once for a table of many rows."""
    words = {**NAMES, **LEVELS, **POOL_WORDS}
    return {code: str(gettext(message)) for code, message in words.items()}


def translated_statuses() -> dict[str, str]:
    """Return the states of review by code."""
    return {code: str(gettext(message)) for code, message in STATUSES.items()}


def field_name(field: str, language: str | None = None) -> str:
    """Return the name of a field of an item: “Option b, Русский”."""
    if field.startswith("option "):
        words = str(gettext("Option %(letter)s", letter=field.removeprefix("option ")))
    else:
        words = str(gettext(FIELDS[field])) if field in FIELDS else field
    return f"{words}, {LANGUAGE_NAMES[language]}" if language in LANGUAGE_NAMES else words


def bank_sentence(error: ItemBankError) -> str:
    """Return the sentence of a refusal in the reader's language."""
    params = {name: _word(name, value) for name, value in error.params.items()}
    return str(gettext(SENTENCES[error.code], **params))


def warning_sentence(warning: GuidelineWarning) -> str:
    """Return the sentence of a guideline in the reader's language."""
    return str(gettext(guidelines.SENTENCES[warning.code], **warning.params))


def _word(name: str, value: object) -> object:
    if name == "language":
        return LANGUAGE_NAMES.get(str(value), value)
    known = _WORDS.get(name, {}).get(str(value))
    return gettext(known) if known else value
