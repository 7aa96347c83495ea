"""Drafts: what an author has typed so far, complete or not, and what still keeps it from being a version.

Nothing typed is ever thrown away: a draft holds any text, and :func:`draft_problems` says, field by field,
what must be mended before :func:`drafted_content` can make item content of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from item_bank.answer_keys import OptionKey, correct_option
from item_bank.errors import InvalidItem, ItemBankError
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, Language, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemContent, ItemText
from item_bank.markup import render

OPTION_IDS: Final = tuple(OptionId(letter) for letter in "abcdef")
LONGEST_TEXT: Final = 12_000


@dataclass(frozen=True)
class ItemDraft:
    """An item as typed. ``texts`` may lack words anywhere; options without a word in any language are unused.

    ``stimulus_key`` and ``family`` come from the version the draft was begun on.
    """

    subject: str
    area: str
    level: str
    correct: str
    shuffle: bool = True
    texts: Mapping[Language, ItemText] = field(default_factory=dict)
    option_notes: Mapping[OptionId, str] = field(default_factory=dict)
    family: str | None = None
    stimulus_key: StimulusKey | None = None

    @property
    def used_options(self) -> tuple[OptionId, ...]:
        """Options with a word in some language, in their order."""
        return tuple(
            option
            for option in OPTION_IDS
            if any(text.options.get(option, "").strip() for text in self.texts.values())
        )

    @property
    def used_languages(self) -> tuple[Language, ...]:
        """Languages with a word anywhere."""
        return tuple(language for language in LANGUAGES if _is_begun(self.texts.get(language)))


@dataclass(frozen=True)
class DraftProblem:
    """What must be mended in one field: ``area``, ``correct``, ``ru.stem``, ``ru.option.a`` and so on."""

    field: str
    error: ItemBankError


def draft_of(content: ItemContent) -> ItemDraft:
    """Return the draft that begins on ``content``."""
    return ItemDraft(
        subject=content.subject,
        area=content.area,
        level=content.level,
        correct=correct_option(content.answer_key),
        shuffle=bool(content.interaction.to_data().get("shuffle", True)),
        texts=dict(content.texts),
        option_notes=dict(content.option_notes),
        family=content.family,
        stimulus_key=content.stimulus_key,
    )


def draft_problems(draft: ItemDraft) -> tuple[DraftProblem, ...]:
    """Return every problem in the order of the fields; empty if the draft can become a version."""
    return tuple(_problems(draft))


def drafted_content(draft: ItemDraft, max_score: int = 1) -> ItemContent:
    """Return the item content of a draft without problems; raises ``InvalidItem`` otherwise."""
    for problem in draft_problems(draft):
        raise problem.error
    options = draft.used_options
    return ItemContent(
        subject=draft.subject,
        area=draft.area,
        level=draft.level,
        interaction=ChoiceInteraction(options, draft.shuffle),
        answer_key=OptionKey(OptionId(draft.correct), max_score),
        texts={language: _kept(draft.texts[language], options) for language in draft.used_languages},
        family=draft.family,
        stimulus_key=draft.stimulus_key,
        option_notes={
            option: note.strip()
            for option, note in draft.option_notes.items()
            if note.strip() and option in options
        },
    )


def _problems(draft: ItemDraft) -> Iterator[DraftProblem]:
    if draft.area not in AREAS.get(draft.subject, ()):
        yield DraftProblem("area", InvalidItem("draft_choice"))
    if draft.level not in LEVELS:
        yield DraftProblem("level", InvalidItem("draft_choice"))
    options, languages = draft.used_options, draft.used_languages
    if not languages:
        yield DraftProblem(f"{LANGUAGES[0]}.stem", InvalidItem("draft_empty"))
        return
    if len(options) < 2:
        yield DraftProblem(f"{languages[0]}.option.{OPTION_IDS[0]}", InvalidItem("draft_options"))
    if draft.correct not in options:
        yield DraftProblem("correct", InvalidItem("draft_key"))
    for language in languages:
        yield from _text_problems(language, draft.texts[language], options)


def _text_problems(
    language: Language, text: ItemText, options: tuple[OptionId, ...]
) -> Iterator[DraftProblem]:
    parts = {"stem": text.stem, "explanation": text.explanation}
    parts |= {f"option.{option}": text.options.get(option, "") for option in options}
    for part, written in parts.items():
        error = _text_error(written)
        if error is not None:
            yield DraftProblem(f"{language}.{part}", error)


def _text_error(written: str) -> ItemBankError | None:
    if not written.strip():
        return InvalidItem("draft_text_missing")
    if len(written) > LONGEST_TEXT:
        return InvalidItem("draft_text_long", most=LONGEST_TEXT)
    try:
        render(written)
    except ItemBankError as error:
        return error
    return None


def _is_begun(text: ItemText | None) -> bool:
    return text is not None and any(
        part.strip() for part in (text.stem, text.explanation, *text.options.values())
    )


def _kept(text: ItemText, options: tuple[OptionId, ...]) -> ItemText:
    """Return the text with its line ends as every system writes them; blanks at the ends say nothing."""
    return ItemText(
        _tidy(text.stem),
        {option: _tidy(text.options[option]) for option in options},
        _tidy(text.explanation),
    )


def _tidy(written: str) -> str:
    return written.replace("\r\n", "\n").strip()
