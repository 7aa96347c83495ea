"""One item as one row of a spreadsheet: languages side by side, the key in one cell.

What the plain cells cannot say (identifiers, weights, several numeric bands, notes, media) is in the cell
``settings`` as JSON, so that a row loses nothing. A row whose plain cells were changed against its settings
is refused, because one of them is out of date.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from item_bank.answer_keys import AnswerKey, RubricKey, SelectionKey, answer_key_from_data
from item_bank.errors import InvalidImport, ItemBankError
from item_bank.field_readers import read_mapping, read_texts
from item_bank.formats.imported_items import ImportedItem, ImportSettings
from item_bank.formats.places import Place
from item_bank.formats.plain_keys import (
    LETTERS,
    PlainKey,
    plain_accepted,
    plain_correct,
    read_plain_key,
)
from item_bank.formats.protocol import ExportItem
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.interactions import Interaction, interaction_from_data
from item_bank.item_facts import ItemFacts
from item_bank.items import ItemText
from item_bank.media import read_media

FIRST: Final = ("key", "subject", "area", "level", "kind", "correct", "rule", "points", "shuffle")
LAST: Final = ("stimulus", "family", "settings")
PARTS: Final = ("stem", *LETTERS, "explanation", "accepted")
COLUMNS: Final = (*FIRST, *(f"{part}.{language}" for part in PARTS for language in LANGUAGES), *LAST)
_PLAIN: Final = ("kind", "correct", "rule", "points", "shuffle")
_YES: Final = frozenset({"true", "yes", "1", "да", "ооба", "иә", ""})
_NO: Final = frozenset({"false", "no", "0", "нет", "жок", "жоқ"})

Cells = Mapping[str, str]


@dataclass(frozen=True)
class _Settings:
    """The cell ``settings``, read."""

    data: Mapping[str, object]

    @property
    def is_override(self) -> bool:
        return "interaction" in self.data


def item_of_row(cells: Cells, place: Place, defaults: ImportSettings) -> ImportedItem:
    """Return the item of a row; raises ``InvalidImport`` or ``InvalidItem``."""
    settings = _read_settings(cells.get("settings", ""))
    if settings.is_override:
        item = _item_of_settings(cells, settings.data, place)
    else:
        item = _item_of_cells(cells, place)
    notes = read_texts(settings.data, "option_notes") if "option_notes" in settings.data else {}
    stimulus = cells.get("stimulus")
    return replace(
        item,
        subject=cells.get("subject") or defaults.subject,
        area=cells.get("area") or defaults.area,
        level=cells.get("level") or defaults.level,
        family=cells.get("family") or None,
        stimulus_key=StimulusKey(stimulus) if stimulus else None,
        option_notes={OptionId(option): note for option, note in notes.items()},
        media=read_media(settings.data),
        facts=ItemFacts.from_data(read_mapping(settings.data, "facts") if "facts" in settings.data else {}),
    )


def row_of_item(item: ExportItem) -> dict[str, str]:
    """Return the cells of an item; white space around texts is the only thing they do not keep."""
    content = item.content
    cells = _common_cells(item)
    plain = cells | _plain_cells(content.interaction, content.answer_key)
    extra: dict[str, object] = {}
    if content.option_notes:
        extra["option_notes"] = dict(content.option_notes)
    if content.media:
        extra["media"] = [reference.to_data() for reference in content.media]
    if facts := content.facts.to_data():
        extra["facts"] = facts
    plain["settings"] = _json(extra)
    if _says_the_same(plain, item):
        return plain
    extra["interaction"] = content.interaction.to_data()
    extra["answer_key"] = content.answer_key.to_data()
    return plain | {"settings": _json(extra)}


def _common_cells(item: ExportItem) -> dict[str, str]:
    content = item.content
    cells = {
        "key": str(item.key),
        "subject": content.subject,
        "area": content.area,
        "level": content.level,
        "stimulus": content.stimulus_key or "",
        "family": content.family or "",
    }
    written = content.interaction.option_ids
    if len(written) > len(LETTERS):
        raise InvalidImport("export_options", item=item.key, most=len(LETTERS))
    for language, text in content.texts.items():
        cells |= {f"stem.{language}": text.stem, f"explanation.{language}": text.explanation}
        for letter, option in zip(LETTERS, written, strict=False):
            cells[f"{letter}.{language}"] = text.options[option]
        if isinstance(content.answer_key, RubricKey):
            for letter, criterion in zip(LETTERS, content.answer_key.criteria, strict=False):
                cells[f"{letter}.{language}"] = criterion.descriptions[language]
        cells[f"accepted.{language}"] = plain_accepted(content.answer_key, language)
    return cells


def _plain_cells(interaction: Interaction, key: AnswerKey) -> dict[str, str]:
    return {
        "kind": interaction.kind,
        "correct": plain_correct(interaction, key),
        "rule": key.rule if isinstance(key, SelectionKey) else "",
        "points": str(key.max_score),
        "shuffle": "false" if interaction.to_data().get("shuffle") is False else "true",
    }


def _says_the_same(cells: Cells, item: ExportItem) -> bool:
    try:
        read = item_of_row(cells, Place(), ImportSettings())
    except ItemBankError:
        return False
    content = item.content
    same_options = read.interaction.to_data() == content.interaction.to_data()
    return same_options and read.answer_key.to_data() == content.answer_key.to_data()


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if data else ""


def _read_settings(written: str) -> _Settings:
    if not written:
        return _Settings({})
    try:
        data = json.loads(written)
    except (ValueError, RecursionError):
        raise InvalidImport("import_cell", column="settings", reason="it is no JSON") from None
    if not isinstance(data, dict):
        raise InvalidImport("import_cell", column="settings", reason="write a JSON object")
    known = {"interaction", "answer_key", "option_notes", "media", "facts"}
    if unknown := sorted(set(data) - known):
        reason = f"it has the unknown fields {', '.join(unknown)}"
        raise InvalidImport("import_cell", column="settings", reason=reason)
    return _Settings(data)


def _item_of_settings(cells: Cells, data: Mapping[str, object], place: Place) -> ImportedItem:
    for field in ("interaction", "answer_key"):
        if not isinstance(data.get(field), dict):
            raise InvalidImport("import_cell", column="settings", reason=f"give the object {field}")
    interaction = interaction_from_data(data["interaction"])  # type: ignore[arg-type]
    key = answer_key_from_data(data["answer_key"], interaction)  # type: ignore[arg-type]
    for column, expected in _plain_cells(interaction, key).items():
        if cells.get(column, "") != expected:
            reason = f"it says “{cells.get(column, '')}”, but the column “settings” says “{expected}”"
            raise InvalidImport("import_cell", column=column, reason=reason)
    for language in LANGUAGES:
        kept = plain_accepted(key, language)
        if cells.get(f"accepted.{language}", "") != kept:
            reason = f"the column “settings” says “{kept}”"
            raise InvalidImport("import_cell", column=f"accepted.{language}", reason=reason)
    texts = _texts(cells, interaction.option_ids)
    _check_criteria(cells, key)
    return ImportedItem(_name(cells, place), place, interaction, key, texts)


def _check_criteria(cells: Cells, key: AnswerKey) -> None:
    if not isinstance(key, RubricKey):
        return
    for letter, criterion in zip(LETTERS, key.criteria, strict=False):
        for language, words in criterion.descriptions.items():
            if cells.get(f"{letter}.{language}", "") != words.strip():
                reason = "the column “settings” says otherwise"
                raise InvalidImport("import_cell", column=f"{letter}.{language}", reason=reason)


def _item_of_cells(cells: Cells, place: Place) -> ImportedItem:
    used = [
        number
        for number, letter in enumerate(LETTERS, start=1)
        if any(cells.get(f"{letter}.{language}") for language in LANGUAGES)
    ]
    options = LETTERS[: max(used, default=0)]
    texts = _texts(cells, options)
    key = _plain_key(cells)
    accepted = {language: cells.get(f"accepted.{language}", "") for language in texts}
    interaction, answer_key = read_plain_key(key, options, texts, accepted)
    if not interaction.option_ids:
        texts = {language: ItemText(text.stem, {}, text.explanation) for language, text in texts.items()}
    return ImportedItem(_name(cells, place), place, interaction, answer_key, texts)


def _plain_key(cells: Cells) -> PlainKey:
    correct, kind = cells.get("correct", ""), cells.get("kind", "")
    several = "," in correct or ";" in correct
    points = cells.get("points") or "1"
    if not points.isdecimal() or not 1 <= int(points) <= 1000:
        raise InvalidImport("import_cell", column="points", reason="write a whole number from 1 to 1000")
    shuffle = cells.get("shuffle", "").casefold()
    if shuffle not in _YES | _NO:
        raise InvalidImport("import_cell", column="shuffle", reason="write true or false")
    chosen = kind or ("multiple_choice" if several else "choice")
    return PlainKey(chosen, correct, cells.get("rule", ""), int(points), shuffle in _YES)


def _texts(cells: Cells, options: tuple[OptionId, ...]) -> dict[Language, ItemText]:
    texts = {}
    for language in LANGUAGES:
        if any(cells.get(f"{part}.{language}") for part in PARTS):
            words = {
                option: cells.get(f"{letter}.{language}", "")
                for letter, option in zip(LETTERS, options, strict=False)
            }
            explanation = cells.get(f"explanation.{language}", "")
            texts[language] = ItemText(cells.get(f"stem.{language}", ""), words, explanation)
    if not texts:
        raise InvalidImport("import_cell_missing", column="stem.ru")
    return texts


def _name(cells: Cells, place: Place) -> str:
    return cells.get("key") or f"row {place.row}"
