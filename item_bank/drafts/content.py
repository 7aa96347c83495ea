"""From item content to a draft and back."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from item_bank.drafts.draft import DraftProblem, ItemDraft, tidy
from item_bank.drafts.facts import fact_entries, read_facts
from item_bank.drafts.files import drafted_media, file_entries, read_files
from item_bank.drafts.forms import Fields, Pair
from item_bank.drafts.kinds import KINDS
from item_bank.drafts.presets import PRESETS, TRUE_FALSE
from item_bank.drafts.reading import DraftReader
from item_bank.errors import ItemBankError
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, OptionId
from item_bank.item_facts import ItemFacts
from item_bank.items import ItemContent, ItemText
from item_bank.media import MediaReference

FAMILY: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
WHOLE: Final = ""
"""The field of a problem that belongs to no field alone."""


def blank_draft(subject: str, kind: str = "choice") -> ItemDraft:
    """Return the draft that a new item begins with; ``kind`` may be ``true_false``; an unknown kind is a
    single choice."""
    if kind == TRUE_FALSE:
        fields = KINDS["match"].blank()
        lists = {**fields.lists, "columns": tuple(PRESETS)}
        words = {
            language: {option: PRESETS[option][language] for option in PRESETS} for language in LANGUAGES
        }
        texts = {language: ItemText("", words[language], "") for language in LANGUAGES}
        return _blank(ItemDraft(subject, kind="match", texts=texts), Fields(lists, fields.entries))
    form = KINDS.get(kind, KINDS["choice"])
    return _blank(ItemDraft(subject, kind=form.kind), form.blank())


def _blank(draft: ItemDraft, fields: Fields) -> ItemDraft:
    entries = {**fields.entries, **fact_entries(ItemFacts())}
    return replace(draft, lists={**fields.lists, "files": ()}, entries=entries)


def draft_of(content: ItemContent) -> ItemDraft:
    """Return the draft that begins on ``content``."""
    draft = ItemDraft(
        subject=content.subject,
        area=content.area,
        level=content.level,
        kind=content.interaction.kind,
        texts=dict(content.texts),
        option_notes=dict(content.option_notes),
        family=content.family,
        stimulus_key=content.stimulus_key,
    )
    return with_fields(draft, (content.interaction, content.answer_key), content.media, content.facts)


def with_fields(
    draft: ItemDraft, pair: Pair, media: tuple[MediaReference, ...], facts: ItemFacts
) -> ItemDraft:
    """Return the draft with the lists and entries of an interaction, its key, files and facts."""
    fields = KINDS[pair[0].kind].begin(*pair)
    names, entries = file_entries(media)
    lists = {**fields.lists, "files": names}
    return replace(draft, lists=lists, entries={**fields.entries, **entries, **fact_entries(facts)})


def draft_problems(draft: ItemDraft) -> tuple[DraftProblem, ...]:
    """Return every problem in the order of the fields; empty if the draft can become a version."""
    return _read(draft)[1]


def drafted_content(draft: ItemDraft) -> ItemContent:
    """Return the item content of a draft without problems; raises ``InvalidItem`` otherwise."""
    content, problems = _read(draft)
    for problem in problems:
        raise problem.error
    assert content is not None  # noqa: S101 - there is content where there is no problem
    return content


def _read(draft: ItemDraft) -> tuple[ItemContent | None, tuple[DraftProblem, ...]]:
    reader = DraftReader(draft)
    _read_places(reader)
    if not reader.languages:
        reader.fault(f"{LANGUAGES[0]}.stem", "draft_empty")
        return None, tuple(reader.problems)
    for language in reader.languages:
        reader.text(f"{language}.stem", draft.texts[language].stem)
    made = _read_kind(reader)
    used = made[0].option_ids if made else tuple(_written_options(draft))
    for language in reader.languages:
        text = draft.texts[language]
        for option in used:
            reader.text(f"{language}.option.{option}", text.options.get(option, ""))
        reader.text(f"{language}.explanation", text.explanation)
    facts = read_facts(reader)
    read_files(reader)
    if made is None or reader.problems:
        if not reader.problems:
            reader.fault("kind", "draft_choice")
        return None, tuple(reader.problems)
    return _content(reader, made, facts)


def _read_kind(reader: DraftReader) -> Pair | None:
    """Return interaction and key, and take over the problems of their fields."""
    form = KINDS.get(reader.draft.kind)
    interaction = form.interaction(reader) if form else None
    if form is None or interaction is None:
        return None
    return interaction, form.key(reader, interaction)


def _read_places(reader: DraftReader) -> None:
    draft = reader.draft
    if draft.area not in AREAS.get(draft.subject, ()):
        reader.fault("area", "draft_choice")
    if draft.level not in LEVELS:
        reader.fault("level", "draft_choice")
    if draft.family and not FAMILY.fullmatch(draft.family):
        reader.fault("family", "draft_family")


def _written_options(draft: ItemDraft) -> Iterator[OptionId]:
    form = KINDS.get(draft.kind)
    for wanted in form.text_lists if form else ():
        names = [one for one in draft.lists if one.startswith(wanted[:-1])] if wanted[-1] == "*" else [wanted]
        for name in names:
            yield from draft.used(name)


def _content(
    reader: DraftReader, made: Pair, facts: ItemFacts
) -> tuple[ItemContent | None, tuple[DraftProblem, ...]]:
    draft, (interaction, key) = reader.draft, made
    options = interaction.option_ids
    try:
        content = ItemContent(
            subject=draft.subject,
            area=draft.area,
            level=draft.level,
            interaction=interaction,
            answer_key=key,
            texts={one: _kept(draft.texts[one], options) for one in reader.languages},
            family=draft.family or None,
            stimulus_key=draft.stimulus_key or None,
            option_notes=_notes(draft, options),
            media=drafted_media(draft),
            facts=facts,
        )
    except ItemBankError as error:
        reader.add(WHOLE, error)
        return None, tuple(reader.problems)
    return content, ()


def _notes(draft: ItemDraft, options: tuple[OptionId, ...]) -> dict[OptionId, str]:
    notes = {option: tidy(note) for option, note in draft.option_notes.items() if option in options}
    return {option: note for option, note in notes.items() if note}


def _kept(text: ItemText, options: tuple[OptionId, ...]) -> ItemText:
    return ItemText(
        tidy(text.stem), {option: tidy(text.options[option]) for option in options}, tidy(text.explanation)
    )
