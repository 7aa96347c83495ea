"""Aiken: single choice in plain text, each question with lettered options and a line ``ANSWER: B``.

Reading allows what authors write: Cyrillic letters for options, ``)`` for ``.``, the word for the answer in
Russian, Kyrgyz or Kazakh, and questions of several lines. Explanations, points and scoring rules have no
place in the format.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from item_bank.answer_keys import OptionKey
from item_bank.errors import InvalidImport
from item_bank.formats.imported_items import ImportedItem, ImportSettings
from item_bank.formats.places import Place
from item_bank.formats.plain_text import authored
from item_bank.formats.plain_writer import plain_line
from item_bank.formats.protocol import (
    ExchangeFormat,
    ExportItem,
    ExportRequest,
    ExportResult,
    ImportResult,
    SourceFile,
)
from item_bank.formats.reports import Report
from item_bank.formats.text_files import text_of
from item_bank.formats.writing import lose_settings, text_in
from item_bank.identifiers import OptionId
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemText

NAME: Final = "aiken"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TWINS: Final = dict(zip("АВСЕКМНОРТХ", "ABCEKMHOPTX", strict=True))
_OPTION: Final = re.compile(r"\s*([A-Za-zА-Яа-я])[.)]\s+(\S.*)")
_ANSWER: Final = re.compile(r"\s*(?:ANSWER|ОТВЕТ|ЖООП|ЖАУАП)\s*:\s*(\S)[.)]?\s*", re.IGNORECASE)


@dataclass
class _Question:
    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)


def read_aiken(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the questions; raises ``InvalidImport`` if the file is no text."""
    report = Report()
    for number, (question, answer) in enumerate(_questions(text_of(source, report), report), start=1):
        name, place = f"{number}", Place(line=question.line)
        with report.collecting(name, place):
            report.add(_item(name, question, answer, settings))
    return ImportResult(
        NAME, source, tuple(report.items), tuple(report.losses), tuple(report.problems)
    )


def _questions(text: str, report: Report) -> Iterator[tuple[_Question, str]]:
    """Yield each question with the letter of its answer; report what belongs to none."""
    question = _Question(0)
    for number, line in enumerate(text.split("\n"), start=1):
        answer, option = _ANSWER.fullmatch(line), _OPTION.fullmatch(line)
        if answer:
            yield question, answer[1].upper()
            question = _Question(0)
        elif option and question.stem:
            question.options.append((option[1].upper(), option[2].strip()))
        elif line.strip() and question.options:
            letter, words = question.options[-1]
            question.options[-1] = (letter, f"{words}\n{line.strip()}")
        elif line.strip():
            question.line = question.line or number
            question.stem.append(line.strip())
    if question.stem:
        with report.collecting("", Place(line=question.line)):
            raise InvalidImport("import_answer_missing", question=question.stem[0][:60])


def _item(name: str, question: _Question, answer: str, settings: ImportSettings) -> ImportedItem:
    letters = [letter for letter, _ in question.options]
    if not question.stem:
        raise InvalidImport("import_question_missing")
    answer = answer if answer in letters else twin(answer)
    if answer not in letters or len(set(letters)) != len(letters):
        raise InvalidImport("import_answer_unknown", answer=answer, options=", ".join(letters))
    ids = tuple(OptionId(letter.lower()) for letter in LETTERS[: len(letters)])
    texts = {option: authored(words) for option, (_, words) in zip(ids, question.options, strict=True)}
    return ImportedItem(
        name=name,
        place=Place(line=question.line),
        interaction=ChoiceInteraction(ids),
        answer_key=OptionKey(ids[letters.index(answer)]),
        texts={settings.language: ItemText(authored("\n".join(question.stem)), texts, "")},
        subject=settings.subject,
        area=settings.area,
        level=settings.level,
    )


def twin(letter: str) -> str:
    """Return the letter of the other script that looks the same, or the letter itself."""
    return {**_TWINS, **{latin: russian for russian, latin in _TWINS.items()}}.get(letter, letter)


def write_aiken(request: ExportRequest) -> ExportResult:
    """Return the single choices that have the language of the request."""
    report = Report()
    written: dict[str, str] = {}
    for item in request.items:
        with report.collecting(item.key, Place()):
            written[item.key] = _question(item, request, report)
    content = "\n\n".join(written.values()) + ("\n" if written else "")
    keys = tuple(item.key for item in request.items if item.key in written)
    return ExportResult(NAME, content.encode(), keys, tuple(report.losses), tuple(report.problems))


def _question(item: ExportItem, request: ExportRequest, report: Report) -> str:
    interaction, key = item.content.interaction, item.content.answer_key
    if not isinstance(interaction, ChoiceInteraction) or not isinstance(key, OptionKey):
        raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
    text = text_in(item, request.language)
    lose_settings(item, request, report)
    explained = f"{request.language}.explanation"
    report.lose(item.key, Place(), "format_lacks", explained, content=text.explanation)
    lines = [plain_line(text.stem, item, f"{request.language}.stem", report)]
    for letter, option in zip(LETTERS, interaction.option_ids, strict=False):
        part = f"{request.language}.option.{option}"
        lines.append(f"{letter}. {plain_line(text.options[option], item, part, report)}")
    lines.append(f"ANSWER: {LETTERS[interaction.option_ids.index(key.correct)]}")
    return "\n".join(lines)


def _recognises(source: SourceFile) -> bool:
    try:
        text = text_of(source, Report())
    except InvalidImport:
        return False
    return any(_ANSWER.fullmatch(line) for line in text.split("\n"))


AIKEN: Final = ExchangeFormat(NAME, (".txt", ".aiken"), _recognises, read_aiken, write_aiken)
