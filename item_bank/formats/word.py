"""Word documents in the plain numbered style: ``1.`` a question, ``A)`` its options, ``Ответ: B``.

The key may also stand in one line for all questions (``Ключ: 1-B, 2-A``), as a star before the right option,
or as its emphasis. Numbers and letters may be typed or Word's own lists.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from item_bank.answer_keys import AnswerKey, OptionKey, SelectionKey
from item_bank.errors import InvalidImport
from item_bank.formats.aiken import LETTERS, twin
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
from item_bank.formats.word_paragraphs import Paragraph, word_paragraphs
from item_bank.formats.writing import lose_settings, text_in
from item_bank.identifiers import ItemKey, OptionId
from item_bank.interactions import ChoiceInteraction, Interaction, MultipleChoiceInteraction
from item_bank.items import ItemText

NAME: Final = "docx"
_QUESTION: Final = re.compile(r"\s*(\d{1,4})\s*[.)](?!\d)\s*(\S.*)", re.DOTALL)
_OPTION: Final = re.compile(r"\s*([*+]?)\s*([A-Za-zА-Яа-я])\s*[.)]\s*(\S.*)", re.DOTALL)
_ANSWER: Final = re.compile(r"\s*(?:answers?|ответы?|жооп|жауап|жауабы)\s*[:\-–—]\s*(.+)", re.IGNORECASE)
_EXPLANATION: Final = re.compile(
    r"\s*(?:explanation|пояснение|объяснение|түшүндүрмө|түсіндірме)\s*[:\-–—]\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_KEYS: Final = re.compile(
    r"\s*(?:keys?|ключи?|ачкыч|кілт|кілттер)\s*[:\-–—]\s*(.+)", re.IGNORECASE | re.DOTALL
)
_KEY: Final = re.compile(r"(\d{1,4})\s*[.)\-–—:=]\s*([A-Za-zА-Яа-я](?:\s*\+\s*[A-Za-zА-Яа-я])*)")


@dataclass
class _Option:
    letter: str
    text: str
    starred: bool
    emphasised: bool


@dataclass
class _Question:
    line: int
    number: str
    stem: str
    options: list[_Option] = field(default_factory=list)
    answer: str = ""
    explanation: str = ""


def read_word(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the questions of a document; raises ``InvalidImport`` if it is none."""
    report = Report()
    questions, keys = _questions(word_paragraphs(source.content, source.name, report), report)
    for question in questions:
        place = Place(line=question.line)
        name = report.unique_name(question.number, place)
        with report.collecting(name, place):
            question.answer = question.answer or keys.get(question.number, "")
            report.add(_item(name, question, settings, report))
    if not questions:
        raise InvalidImport("import_no_questions", name=source.name)
    return ImportResult(NAME, source, tuple(report.items), tuple(report.losses), tuple(report.problems))


def _questions(paragraphs: Iterable[Paragraph], report: Report) -> tuple[list[_Question], dict[str, str]]:
    questions: list[_Question] = []
    keys: dict[str, str] = {}
    for paragraph in paragraphs:
        text = paragraph.text
        if match := _KEYS.fullmatch(text):
            keys |= dict(_KEY.findall(match[1]))
        elif started := _started(paragraph, len(questions) + 1):
            questions.append(started)
        elif not questions:
            place = Place(line=paragraph.number)
            report.lose("", place, "no_place", "text before the questions", content=text)
        else:
            _add(questions[-1], paragraph)
    return questions, keys


def _started(paragraph: Paragraph, count: int) -> _Question | None:
    typed = _QUESTION.fullmatch(paragraph.text)
    if paragraph.numbering == "number":
        return _Question(paragraph.number, str(count), paragraph.text.strip())
    if typed and not paragraph.numbering:
        return _Question(paragraph.number, typed[1], typed[2].strip())
    return None


def _add(question: _Question, paragraph: Paragraph) -> None:
    text = paragraph.text.strip()
    option = _OPTION.fullmatch(text)
    if paragraph.numbering == "letter":
        letter, starred = LETTERS[min(len(question.options), 25)], text.startswith(("*", "+"))
        question.options.append(_Option(letter, text.lstrip("*+ "), starred, paragraph.emphasised))
    elif match := _ANSWER.fullmatch(text):
        question.answer = match[1]
    elif match := _EXPLANATION.fullmatch(text):
        question.explanation = match[1].strip()
    elif option:
        listed = _Option(option[2].upper(), option[3].strip(), bool(option[1]), paragraph.emphasised)
        question.options.append(listed)
    elif question.explanation:
        question.explanation += f"\n\n{text}"
    elif question.options:
        question.options[-1].text += f"\n{text}"
    else:
        question.stem += f"\n\n{text}"


def _item(name: str, question: _Question, settings: ImportSettings, report: Report) -> ImportedItem:
    ids = tuple(OptionId(letter.lower()) for letter in LETTERS[: len(question.options)])
    right = [ids[place] for place in _right(name, question, report)]
    interaction: Interaction = ChoiceInteraction(ids)
    key: AnswerKey = OptionKey(right[0])
    if len(right) > 1:
        interaction, key = MultipleChoiceInteraction(ids), SelectionKey(tuple(sorted(right)))
    options = {option: _words(each.text) for option, each in zip(ids, question.options, strict=True)}
    return ImportedItem(
        name=name,
        place=Place(line=question.line),
        interaction=interaction,
        answer_key=key,
        texts={settings.language: ItemText(_words(question.stem), options, _words(question.explanation))},
        subject=settings.subject,
        area=settings.area,
        level=settings.level,
    )


def _words(text: str) -> str:
    return "\n\n".join(authored(part) for part in text.split("\n\n"))


def _right(name: str, question: _Question, report: Report) -> list[int]:
    """Return the places of the right options; raises ``InvalidImport`` if nothing says which they are."""
    letters = [option.letter for option in question.options]
    if question.answer:
        given = re.findall(r"[A-Za-zА-Яа-я]", question.answer.upper())
        found = [letter if letter in letters else twin(letter) for letter in given]
        if not found or set(found) - set(letters) or len(set(letters)) != len(letters):
            shown = ", ".join(letters)
            raise InvalidImport("import_answer_unknown", answer=question.answer[:40], options=shown)
        return sorted({letters.index(letter) for letter in found})
    starred = [place for place, option in enumerate(question.options) if option.starred]
    if starred:
        return starred
    strong = [place for place, option in enumerate(question.options) if option.emphasised]
    if not strong or len(strong) == len(letters):
        raise InvalidImport("import_answer_missing", question=question.stem[:60])
    reading = f"the key: {', '.join(letters[place] for place in strong)}"
    report.lose(name, Place(line=question.line), "assumed", "emphasis of options", reading=reading)
    return strong


def write_word(request: ExportRequest) -> ExportResult:
    """Return a document with the single and multiple choices in the language of the request."""
    report = Report()
    lines: list[str] = []
    written: list[ItemKey] = []
    for item in request.items:
        with report.collecting(item.key, Place()):
            lines += [*_lines(item, len(written) + 1, request, report), ""]
            written.append(item.key)
    content = _document(lines)
    return ExportResult(NAME, content, tuple(written), tuple(report.losses), tuple(report.problems))


def _lines(item: ExportItem, number: int, request: ExportRequest, report: Report) -> Iterator[str]:
    interaction, key = item.content.interaction, item.content.answer_key
    if not isinstance(key, OptionKey | SelectionKey) or interaction.kind not in ("choice", "multiple_choice"):
        raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
    text, language = text_in(item, request.language), request.language
    correct = (key.correct,) if isinstance(key, OptionKey) else key.correct
    lose_settings(item, request, report)
    if isinstance(key, SelectionKey) and (key.rule != "all_or_nothing" or interaction.kind == "choice"):
        report.lose(item.key, Place(), "format_lacks", f"scoring rule {key.rule}")
    yield f"{number}. {plain_line(text.stem, item, f'{language}.stem', report)}"
    letters = dict(zip(interaction.option_ids, LETTERS, strict=False))
    for option, letter in letters.items():
        words = plain_line(text.options[option], item, f"{language}.option.{option}", report)
        yield f"{letter}) {words}"
    yield f"Ответ: {', '.join(letters[OptionId(option)] for option in correct)}"
    yield f"Пояснение: {plain_line(text.explanation, item, f'{language}.explanation', report)}"


_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELATIONS: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)


def _document(lines: list[str]) -> bytes:
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' if line else "<w:p/>"
        for line in lines
    )
    body = f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>'
    parts = {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": body}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            written = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{part}'
            archive.writestr(zipfile.ZipInfo(name), written, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _is_archive(source: SourceFile) -> bool:
    return source.content.startswith(b"PK")


WORD: Final = ExchangeFormat(NAME, (".docx",), _is_archive, read_word, write_word)
