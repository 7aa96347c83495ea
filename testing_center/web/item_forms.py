"""The form in which an item is written: one field name for every text, and back."""

from collections.abc import Mapping
from dataclasses import replace

from item_bank.drafts import OPTION_IDS, ItemDraft
from item_bank.identifiers import LANGUAGES
from item_bank.items import ItemText
from testing_center.domain.errors import InvalidInput

LARGEST_NUMBER = 1_000_000


def typed_draft(form: Mapping[str, str], base: ItemDraft) -> ItemDraft:
    """Return what was typed, on top of what a form does not show (subject, family, stimulus) of *base*."""
    return replace(
        base,
        area=form.get("area", ""),
        level=form.get("level", ""),
        correct=form.get("correct", ""),
        shuffle=bool(form.get("shuffle")),
        texts={language: _text(form, language) for language in LANGUAGES},
        option_notes={option: form.get(f"note.{option}", "") for option in OPTION_IDS},
    )


def shown_options(draft: ItemDraft) -> tuple[str, ...]:
    """Return the options that a form has rows for: those in use, at least four."""
    used = len(draft.used_options) and OPTION_IDS.index(draft.used_options[-1]) + 1
    return OPTION_IDS[: max(4, used)]


def spare_option(draft: ItemDraft) -> str | None:
    """Return the option that a form offers besides, or None when every identifier is in use."""
    shown = len(shown_options(draft))
    return OPTION_IDS[shown] if shown < len(OPTION_IDS) else None


def number(text: str | None) -> int:
    """Return a version or release number from a form or an address; raises ``InvalidInput``."""
    if text is None or not text.isdecimal() or not 0 <= int(text) <= LARGEST_NUMBER:
        raise InvalidInput
    return int(text)


def _text(form: Mapping[str, str], language: str) -> ItemText:
    return ItemText(
        form.get(f"{language}.stem", ""),
        {option: form.get(f"{language}.option.{option}", "") for option in OPTION_IDS},
        form.get(f"{language}.explanation", ""),
    )
