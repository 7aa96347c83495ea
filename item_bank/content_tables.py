"""From one TOML table of a content file to an item, a stimulus or an item model."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from item_bank.answer_keys import OptionKey, answer_key_from_data
from item_bank.content_problems import ProblemList
from item_bank.errors import InvalidContent, InvalidItem
from item_bank.expressions import Expression, compile_expression
from item_bank.field_readers import optional_text, read_mapping, read_text, read_texts
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, Language, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction, interaction_from_data
from item_bank.item_models import (
    DISTRACTORS,
    MAX_INSTANCES,
    Distractor,
    ItemModel,
    ModelText,
    check_names,
    compile_variable,
)
from item_bank.items import ItemContent, ItemText
from item_bank.placeholders import Template, compile_template
from item_bank.stimuli import StimulusContent, StimulusText

Table: TypeAlias = Mapping[str, object]
Text = TypeVar("Text")

LETTERS: Final = {"exam": {"item": "h", "model": "m"}, "trainer": {"item": "t", "model": "n"}}
_KEY: Final = re.compile(r"(?P<subject>[a-z]+)\.(?P<area>[a-z_]+)\.(?P<letter>[a-z])\d{2,4}")
_ITEM_FIELDS: Final = {"key", "area", "level", "correct", "shuffle", "stimulus", *LANGUAGES}
_WRITTEN_OUT_FIELDS: Final = {"key", "area", "level", "interaction", "answer_key", *LANGUAGES}
_STIMULUS_FIELDS: Final = {"key", "area", *LANGUAGES}
_MODEL_SETTINGS: Final = {"key", "area", "level", "instances", "seed", "shuffle", "variables", "constraints"}
_MODEL_FIELDS: Final = {*_MODEL_SETTINGS, "answer", "distractor", *LANGUAGES}
_OPTION_FIELDS: Final = "abcde"


@dataclass(frozen=True)
class Entry:
    """One table of a file, with the file's subject and pool, and where to put its problems."""

    table: Table
    subject: str
    pool: str
    file: str
    problems: ProblemList

    @property
    def key(self) -> str:
        """The key as written, or an empty text."""
        return str(self.table.get("key", ""))

    def texts(self, read: Callable[[Table], Text]) -> dict[Language, Text]:
        """Read the text of every language; problems are collected per language."""
        texts = {}
        for language in LANGUAGES:
            with self.problems.collecting(self.file, self.key, language):
                if language not in self.table:
                    raise InvalidItem("item_language_missing", language=language)
                texts[language] = read(read_mapping(self.table, language))
        return texts


def item_of(entry: Entry) -> ItemContent:
    """Return the item of an ``[[item]]`` table; raises ``ItemBankError``, collects language problems."""
    if "interaction" in entry.table:
        return _written_out(entry)
    _refuse_unknown(entry.table, _ITEM_FIELDS)
    stimulus = optional_text(entry.table, "stimulus")
    if stimulus is None:
        _check_key(entry, LETTERS[entry.pool]["item"])
    elif not re.fullmatch(re.escape(stimulus) + r"\.\d", entry.key):
        raise InvalidContent("content_key_form", expected=f"“{stimulus}.1” to “{stimulus}.5”")
    area, level = _classification(entry)
    letters = _option_letters(entry.table)
    texts = entry.texts(lambda table: _item_text(table, letters))
    return ItemContent(
        subject=entry.subject,
        area=area,
        level=level,
        interaction=ChoiceInteraction(letters, _read_flag(entry.table, "shuffle", default=True)),
        answer_key=OptionKey(OptionId(read_text(entry.table, "correct"))),
        texts=texts,
        stimulus_key=None if stimulus is None else StimulusKey(stimulus),
    )


def _written_out(entry: Entry) -> ItemContent:
    """An item of any kind, with its interaction and its key as they are stored."""
    _refuse_unknown(entry.table, _WRITTEN_OUT_FIELDS)
    _check_key(entry, LETTERS[entry.pool]["item"])
    area, level = _classification(entry)
    interaction = interaction_from_data(read_mapping(entry.table, "interaction"))
    return ItemContent(
        subject=entry.subject,
        area=area,
        level=level,
        interaction=interaction,
        answer_key=answer_key_from_data(read_mapping(entry.table, "answer_key"), interaction),
        texts=entry.texts(_whole_text),
    )


def stimulus_of(entry: Entry) -> StimulusContent:
    """Return the stimulus of a ``[[stimulus]]`` table; raises ``ItemBankError`` like ``item_of``."""
    _refuse_unknown(entry.table, _STIMULUS_FIELDS)
    match = _check_key(entry, None)
    area = entry.table.get("area", match["area"])
    if area != match["area"]:
        raise InvalidItem("item_field", field="area", reason="it differs from the area in the key")
    return StimulusContent(entry.subject, match["area"], entry.texts(_stimulus_text))


def model_of(entry: Entry) -> ItemModel:
    """Return the compiled model of a ``[[model]]`` table; raises ``ItemBankError`` like ``item_of``."""
    table = entry.table
    _refuse_unknown(table, _MODEL_FIELDS)
    _check_key(entry, LETTERS[entry.pool]["model"])
    area, level = _classification(entry)
    variables = read_texts(table, "variables")
    model = ItemModel(
        key=entry.key,
        subject=entry.subject,
        area=area,
        level=level,
        instances=_read_integer(table, "instances", 1, MAX_INSTANCES),
        seed=_read_integer(table, "seed", 0, 2**63 - 1),
        variables=tuple(compile_variable(name, source) for name, source in variables.items()),
        constraints=tuple(compile_expression(source) for source in _read_lines(table, "constraints")),
        answer=_read_expression(table, "answer"),
        distractors=_distractors(table),
        texts=entry.texts(_model_text),
        shuffle=_read_flag(table, "shuffle", default=True),
    )
    check_names(model)
    return model


def _item_text(table: Table, letters: Sequence[OptionId]) -> ItemText:
    _refuse_unknown(table, {"stem", "explanation", *_OPTION_FIELDS})
    options = {OptionId(letter): read_text(table, letter) for letter in _option_letters({"": table})}
    if tuple(options) != tuple(letters):
        raise InvalidItem(
            "item_options", expected=", ".join(letters), language="this language", found=", ".join(options)
        )
    repeated = _repeated(list(options.values()))
    if repeated:
        raise InvalidItem("item_field", field="options", reason=f"“{repeated}” is written twice")
    return ItemText(_nonempty(table, "stem"), options, _nonempty(table, "explanation"))


def _whole_text(table: Table) -> ItemText:
    _refuse_unknown(table, {"stem", "options", "explanation"})
    return ItemText.from_data({"options": {}, **table})


def _stimulus_text(table: Table) -> StimulusText:
    _refuse_unknown(table, {"title", "text"})
    return StimulusText(_nonempty(table, "title"), _nonempty(table, "text"))


def _model_text(table: Table) -> ModelText:
    _refuse_unknown(table, {"stem", "option", "explanation"})
    return ModelText(_template(table, "stem"), _template(table, "option"), _template(table, "explanation"))


def _template(table: Table, field: str) -> Template:
    return compile_template(_nonempty(table, field))


def _distractors(table: Table) -> tuple[Distractor, ...]:
    listed = tables(table, "distractor")
    if len(listed) < DISTRACTORS:
        raise InvalidItem("item_field", field="distractor", reason=f"list at least {DISTRACTORS} distractors")
    for distractor in listed:
        _refuse_unknown(distractor, {"value", "error"})
    return tuple(
        Distractor(_read_expression(distractor, "value"), _nonempty(distractor, "error"))
        for distractor in listed
    )


def tables(data: Table, field: str) -> list[Table]:
    """Return the array of tables in ``field``, empty if there is none; raises ``InvalidItem``."""
    value = data.get(field, [])
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise InvalidItem("item_field", field=field, reason=f"write it as [[{field}]]")
    return value


def _check_key(entry: Entry, letter: str | None) -> re.Match[str]:
    expected = f"“{entry.subject}.<area>.{letter or 's'}001”" + (f" (pool {entry.pool})" if letter else "")
    match = _KEY.fullmatch(entry.key)
    if match is None or match["subject"] != entry.subject or match["area"] not in AREAS[entry.subject]:
        raise InvalidContent("content_key_form", expected=expected)
    if letter is not None and match["letter"] != letter:
        raise InvalidContent("content_key_form", expected=expected)
    return match


def _classification(entry: Entry) -> tuple[str, str]:
    area, level = read_text(entry.table, "area"), read_text(entry.table, "level")
    if area not in AREAS[entry.subject] or area != entry.key.split(".")[1]:
        known = ", ".join(AREAS[entry.subject])
        raise InvalidItem("item_field", field="area", reason=f"use the area of the key, one of {known}")
    if level not in LEVELS:
        raise InvalidItem("item_field", field="level", reason=f"use one of {', '.join(LEVELS)}")
    return area, level


def _option_letters(table: Table) -> tuple[OptionId, ...]:
    """Return the letters of the first language that is there: without gaps, four or five of them."""
    texts = next((text for text in table.values() if isinstance(text, dict)), {})
    letters = tuple(OptionId(letter) for letter in _OPTION_FIELDS if letter in texts)
    if letters not in (tuple("abcd"), tuple("abcde")):
        raise InvalidItem("item_field", field="options", reason="write four options a to d, or five to e")
    return letters


def _repeated(options: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for option in options:
        normalised = " ".join(option.split()).casefold()
        if normalised in seen:
            return option
        seen.add(normalised)
    return None


def _refuse_unknown(table: Table, known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise InvalidContent("content_unknown_fields", fields=", ".join(unknown))


def _nonempty(table: Table, field: str) -> str:
    text = read_text(table, field).strip("\n").rstrip()
    if not text.strip():
        raise InvalidItem("item_field", field=field, reason="write the text")
    return text


def _read_expression(table: Table, field: str) -> Expression:
    return compile_expression(read_text(table, field))


def _read_lines(table: Table, field: str) -> list[str]:
    lines = table.get(field, [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InvalidItem("item_field", field=field, reason="give a list of texts")
    return lines


def _read_integer(table: Table, field: str, lowest: int, highest: int) -> int:
    value = table.get(field)
    if type(value) is not int or not lowest <= value <= highest:
        raise InvalidItem("item_field", field=field, reason=f"give a number from {lowest} to {highest}")
    return value


def _read_flag(table: Table, field: str, *, default: bool) -> bool:
    value = table.get(field, default)
    if not isinstance(value, bool):
        raise InvalidItem("item_field", field=field, reason="give true or false")
    return value
