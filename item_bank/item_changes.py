"""What changed between two versions of an item, and whether its statistics survive the change."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from item_bank.identifiers import Language
from item_bank.item_facts import FACTS
from item_bank.items import ItemContent, ItemText
from item_bank.text_zones import Zone, zone_spans

SegmentKind: TypeAlias = Literal["same", "removed", "added"]

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
# Marks whose presence or shape is typography. Next to a digit a comma, point or dash can be part of a
# number or a sign, so there it counts as wording.
_TYPOGRAPHIC: Final = re.compile(r"(?<!\d)[«»“”„\"'’‘.,;:!?…*_–—-](?!\s*\d)|[.,;:!?…](?=\s|$)")


@dataclass(frozen=True)
class Segment:
    """A run of text that both versions share, or that only the old or the new one has."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True)
class FieldChange:
    """One changed field; ``language`` is ``None`` for fields that are the same in every language."""

    field: str
    language: Language | None
    segments: tuple[Segment, ...]


def substantive_change(old: ItemContent, new: ItemContent) -> bool:
    """Say whether the change can alter how candidates respond, so that calibration does not carry over.

    Substantive: another key, option set, option order, stimulus or kind of interaction, and any change of
    wording in a stem or option. Not substantive: white space and typographic marks outside formulas and
    code, the explanation (never shown in an exam), area, level and notes, and a language that is added.
    """
    if (old.answer_key, old.interaction, old.stimulus_key) != (
        new.answer_key,
        new.interaction,
        new.stimulus_key,
    ):
        return True
    return any(
        language not in new.texts or _wording(text) != _wording(new.texts[language])
        for language, text in old.texts.items()
    )


def _wording(text: ItemText) -> tuple[str, ...]:
    return tuple(
        normalised_wording(part) for part in (text.stem, *dict(sorted(text.options.items())).values())
    )


def normalised_wording(text: str) -> str:
    """Return ``text`` without what is only typography; formulas and code keep every mark."""
    parts = []
    for span in zone_spans(text):
        part = text[span.start : span.end]
        parts.append(_TYPOGRAPHIC.sub(" ", part) if span.zone is Zone.TEXT else part)
    return " ".join("".join(parts).split())


def difference(old: ItemContent, new: ItemContent) -> tuple[FieldChange, ...]:
    """Return the changed fields: those common to all languages first, then each language's texts."""
    return tuple(_changes(old, new))


def _changes(old: ItemContent, new: ItemContent) -> Iterator[FieldChange]:
    before, after = _common_fields(old), _common_fields(new)
    for field, written in before.items():
        if written != after[field]:
            yield FieldChange(field, None, word_segments(written, after[field]))
    for language in dict.fromkeys((*old.texts, *new.texts)):
        was, becomes = _text_fields(old, language), _text_fields(new, language)
        for field in dict.fromkeys((*was, *becomes)):
            first, second = was.get(field, ""), becomes.get(field, "")
            if first != second:
                yield FieldChange(field, language, word_segments(first, second))


def _common_fields(content: ItemContent) -> dict[str, str]:
    interaction = content.interaction
    return {
        "area": content.area,
        "level": content.level,
        "family": content.family or "",
        "stimulus": content.stimulus_key or "",
        "interaction": interaction.kind,
        "options": " ".join(interaction.option_ids),
        "shuffle": str(interaction.to_data().get("shuffle", "")),
        "answer_key": content.answer_key.summary,
        "max_score": str(content.answer_key.max_score),
        "option_notes": "; ".join(f"{key}: {note}" for key, note in sorted(content.option_notes.items())),
        "media": ", ".join(sorted(f"{one.name} ({one.sha256[:8]})" for one in content.media)),
        **dict.fromkeys(FACTS, ""),
        **content.facts.summary,
    }


def _text_fields(content: ItemContent, language: Language) -> dict[str, str]:
    text = content.texts.get(language)
    if text is None:
        return {}
    options = {f"option {key}": option for key, option in text.options.items()}
    return {"stem": text.stem, **options, "explanation": text.explanation}


def word_segments(old: str, new: str) -> tuple[Segment, ...]:
    """Return the word-level difference; joining “same” and “removed” gives ``old``, “added” gives ``new``.

    Blanks between words that were all replaced belong to the replacement, so that a rewritten sentence
    reads as one removed and one added run.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    operations = [
        (name, "".join(before[first:last]), "".join(after[start:end]))
        for name, first, last, start, end in matcher.get_opcodes()
    ]
    segments: list[Segment] = []
    removed = added = ""
    for number, (name, left, came) in enumerate(operations):
        following = operations[number + 1][0] if number + 1 < len(operations) else ""
        bridge = name == "equal" and not left.strip() and removed and added and following == "replace"
        if name != "equal" or bridge:
            removed, added = removed + left, added + came
            continue
        segments += _changed(removed, added)
        segments.append(Segment("same", left))
        removed = added = ""
    return (*segments, *_changed(removed, added))


def _changed(removed: str, added: str) -> list[Segment]:
    found = (Segment("removed", removed), Segment("added", added))
    return [segment for segment in found if segment.text]
