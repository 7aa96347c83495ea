"""How an item is shown to staff: rendered texts, the beginning of a stem, the candidate's own view."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup, escape

from item_bank.errors import ItemBankError
from item_bank.identifiers import AREAS, LANGUAGES
from item_bank.items import ItemContent
from item_bank.markup import render, render_phrase
from item_bank.stimuli import StimulusContent
from testing_center.services.presented_items import presented_item
from testing_center.web import bank_words, locale
from testing_center.web.response_forms import page_item
from testing_center.web.subject_names import NAMES


def shown(text: str) -> Markup:
    """Return a text as block HTML, or as it was typed when it cannot be rendered."""
    try:
        return Markup(render(text))  # noqa: S704 - the item bank's markup is an allow-list
    except ItemBankError:
        return escape(text)


def phrase(text: str) -> Markup:
    """Return a text as HTML for a line, or as it was typed when it cannot be rendered."""
    try:
        return Markup(render_phrase(text))  # noqa: S704 - the item bank's markup is an allow-list
    except ItemBankError:
        return escape(text)


def excerpt(content: Mapping[str, Any]) -> tuple[str, Markup]:
    """Return the language and the first paragraph of the stem, in the reader's language if it is there."""
    texts = content.get("texts") or {}
    for language in (locale.language(), *LANGUAGES):
        if language in texts:
            return language, phrase(str(texts[language]["stem"]).split("\n\n")[0])
    return locale.language(), Markup("")


def languages_of(content: ItemContent) -> Sequence[str]:
    """Return the languages of an item, the reader's first."""
    own = locale.language()
    return sorted(content.texts, key=lambda language: (language != own, LANGUAGES.index(language)))


def candidate_page(content: ItemContent, stimulus: Mapping[str, Any] | None, language: str) -> str:
    """Return the page on which a candidate meets the item, in the item's language, options as written.

    Raises ``InvalidItem`` when the item has no text in *language*.
    """
    parsed = StimulusContent.from_data(stimulus) if stimulus else None
    unanswered = {"response": [], "presentation_id": "", "position": 1, "flagged": False}
    item = presented_item(content, parsed, language, content.interaction.option_ids) | unanswered
    with force_locale(language):
        shown_item = page_item(item)
        return render_template("author/candidate.html", item=shown_item, language=language)


def vocabulary() -> dict[str, Any]:
    """Return the words that the templates of the bank share."""
    return {
        "names": NAMES,
        "areas": AREAS,
        "levels": bank_words.LEVELS,
        "pools": bank_words.POOLS,
        "pool_words": bank_words.POOL_WORDS,
        "statuses": bank_words.STATUSES,
        "happened": bank_words.HAPPENED,
        "language_names": bank_words.LANGUAGE_NAMES,
        "field_name": bank_words.field_name,
        "warning_sentence": bank_words.warning_sentence,
        "bank_sentence": bank_words.bank_sentence,
        "shown": shown,
        "phrase": phrase,
        "excerpt": excerpt,
    }
