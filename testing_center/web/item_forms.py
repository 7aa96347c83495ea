"""The form in which an item is written: one field name for every text, and back."""

import re
from collections.abc import Mapping

from item_bank.drafts import ItemDraft
from item_bank.drafts.draft import identifiers
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.items import ItemText
from testing_center.domain.errors import InvalidInput

LARGEST_NUMBER = 1_000_000
_LANGUAGE = "|".join(LANGUAGES)
_OPTION = re.compile(rf"({_LANGUAGE})\.option\.(.+)")
_ENTRY = re.compile(
    rf"((?:{_LANGUAGE})\.(accepted|credit|criterion|level)"
    r"|rule|points|shuffle|correct|weight|min_choices|max_choices|per_row|per_column|uses|max_pairs|pair|band"
    r"|unit|without_unit|case_sensitive|max_length|total_tolerance|criterion_tolerance|criterion|region"
    r"|picture|width|height|file|facts)([.~][\w./%~ -]*)?"
)
"""What belongs to a kind of item, to its files or to its facts; other fields are the page's own."""


def typed_draft(form: Mapping[str, str], subject: str = "") -> ItemDraft:
    """Return what was typed, all of it; *subject* is that of an item that has one already."""
    return ItemDraft(
        subject=subject or form.get("subject", ""),
        area=form.get("area", ""),
        level=form.get("level", ""),
        kind=form.get("kind", ""),
        texts=_texts(form),
        lists={name[5:]: identifiers(value) for name, value in form.items() if name.startswith("list.")},
        entries={name: value for name, value in form.items() if _ENTRY.fullmatch(name)},
        option_notes={OptionId(name[5:]): value for name, value in form.items() if name.startswith("note.")},
        family=form.get("family", "").strip() or None,
        stimulus_key=StimulusKey(form.get("stimulus_key", "").strip()) or None,
    )


def field_values(draft: ItemDraft) -> dict[str, str]:
    """Return the value of every field of a draft by its name: ``typed_draft`` backwards."""
    values = {"subject": draft.subject, "area": draft.area, "level": draft.level, "kind": draft.kind}
    values |= {"family": draft.family or "", "stimulus_key": draft.stimulus_key or ""}
    values |= {f"list.{name}": " ".join(listed) for name, listed in draft.lists.items()}
    values |= {f"note.{option}": note for option, note in draft.option_notes.items()}
    for language, text in draft.texts.items():
        values |= {f"{language}.stem": text.stem, f"{language}.explanation": text.explanation}
        values |= {f"{language}.option.{option}": words for option, words in text.options.items()}
    return values | dict(draft.entries)


def number(text: str | None) -> int:
    """Return a version or release number from a form or an address; raises ``InvalidInput``."""
    if text is None or not text.isdecimal() or not 0 <= int(text) <= LARGEST_NUMBER:
        raise InvalidInput
    return int(text)


def _texts(form: Mapping[str, str]) -> dict[Language, ItemText]:
    options: dict[Language, dict[OptionId, str]] = {language: {} for language in LANGUAGES}
    for name, value in form.items():
        if found := _OPTION.fullmatch(name):
            options[Language(found[1])][OptionId(found[2])] = value
    return {
        language: ItemText(
            form.get(f"{language}.stem", ""), options[language], form.get(f"{language}.explanation", "")
        )
        for language in LANGUAGES
    }
