"""Reading Moodle XML: one language, shares of points, gaps in the text, files inside the questions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import NumericKey, RubricKey, SelectionKey
from item_bank.errors import InvalidImport
from item_bank.formats.imported_items import ImportedItem, ImportSettings
from item_bank.formats.moodle_answers import (
    Answer,
    Answered,
    choices,
    essay,
    matching,
    numbers,
    ordering,
    share_of,
    short_texts,
    truth,
)
from item_bank.formats.moodle_files import QuestionFiles
from item_bank.formats.moodle_gaps import gap_words, inline_lists, open_cloze, with_gaps
from item_bank.formats.moodle_texts import lose_markup, text_of
from item_bank.formats.places import Place
from item_bank.formats.protocol import ImportResult, SourceFile
from item_bank.formats.reports import Report
from item_bank.items import ItemText
from item_bank.media import MediaFile
from item_bank.quantities import InvalidNumber, canonical_number, number_value
from item_bank.safe_xml import local_name, parse_xml
from item_bank.units import find_unit

NAME: Final = "moodle_xml"
GRADING: Final = {
    "all_or_nothing": "ALL_OR_NOTHING",
    "positions": "ABSOLUTE_POSITION",
    "adjacent_pairs": "RELATIVE_NEXT_EXCLUDE_LAST",
}
_COMMON: Final = frozenset({"name", "questiontext", "generalfeedback", "defaultgrade", "tags", "idnumber"})
_CARRIED: Final = {
    "multichoice": {"single", "shuffleanswers", "answer"},
    "truefalse": {"answer"},
    "shortanswer": {"answer", "usecase"},
    "numerical": {"answer", "units", "unitgradingtype", "unitpenalty"},
    "matching": {"subquestion", "shuffleanswers"},
    "ddmatch": {"subquestion", "shuffleanswers"},
    "ordering": {"answer", "gradingtype"},
    "essay": {"graderinfo"},
    "gapselect": {"selectoption", "shuffleanswers"},
    "ddwtos": {"dragbox", "shuffleanswers"},
    "cloze": set[str](),
    "multianswer": set[str](),
}
_FLAGS: Final = frozenset({"shownumcorrect"})


def read_moodle_xml(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the questions of a Moodle XML file; raises ``InvalidImport`` if it is none."""
    root = parse_xml(source.content, source.name)
    if local_name(root) not in ("quiz", "question"):
        raise InvalidImport("import_no_quiz", name=source.name, root=local_name(root)[:40])
    report, media = Report(), dict[str, MediaFile]()
    questions = [root] if local_name(root) == "question" else list(root)
    for number, question in enumerate(questions, start=1):
        place = Place(element=f"{local_name(question)}[{number}]")
        kind = question.get("type", "")
        if local_name(question) != "question" or kind in ("category", "description"):
            element = kind or local_name(question)
            report.lose("", place, "no_place", element, content=_all_text(question))
            continue
        name = report.unique_name(
            _plain(question, "idnumber") or _plain(question, "name") or f"question {number}", place
        )
        with report.collecting(name, place):
            reader = _Reader(question, (name, place), settings, report)
            report.add(reader.item())
            media |= {file.reference.sha256: file for file in reader.files.used}
    collected = (tuple(report.items), tuple(report.losses), tuple(report.problems))
    return ImportResult(NAME, source, *collected, (), tuple(media.values()))


class _Reader:
    def __init__(
        self, question: Element, named: tuple[str, Place], settings: ImportSettings, report: Report
    ) -> None:
        self._question, self._settings, self._report = question, settings, report
        self._name, self._place = named
        self._kind = question.get("type", "")
        self.files = QuestionFiles(question, self._name, self._place, report)

    def item(self) -> ImportedItem:
        """Return the item; raises ``InvalidImport``, ``InvalidItem`` or ``InvalidMarkup``."""
        read = _READERS.get(self._kind)
        if read is None:
            raise InvalidImport("import_kind", kind=self._kind, known=", ".join(_READERS))
        answered = self._with_points(read(self))
        stem = with_gaps(self._stem(), self._kind)
        texts = ItemText(self._text(stem), answered.options, self._part("generalfeedback"))
        tags = self._tags()
        if answered.notes:
            reading = "the options' notes for authors"
            self._lose("assumed", "feedback", reading=reading)
        self._lose_rest()
        self.files.report_unused()
        return ImportedItem(
            name=self._name,
            place=self._place,
            interaction=answered.interaction,
            answer_key=answered.answer_key,
            texts={self._settings.language: texts},
            subject=tags.get("subject", self._settings.subject),
            area=tags.get("area", self._settings.area),
            level=tags.get("level", self._settings.level),
            option_notes=answered.notes,
            media=tuple(file.reference for file in self.files.used),
        )

    def _stem(self) -> Element:
        found = _child(self._question, "questiontext")
        if found is None:
            raise InvalidImport("import_question_missing")
        return found

    def _text(self, element: Element | None) -> str:
        if element is None:
            return ""
        written = _plain(element, "text") or (element.text or "").strip()
        text, lost = text_of(written, element.get("format", "html"), self.files.resolve)
        lose_markup(self._report, self._name, self._place, lost)
        return text

    def _part(self, tag: str) -> str:
        return self._text(_child(self._question, tag))

    def _lose(self, code: str, element: str, **params: str) -> None:
        self._report.lose(self._name, self._place, code, element, **params)

    def _lose_rest(self) -> None:
        """List every part of the question that was not read."""
        carried = _COMMON | _CARRIED[self._kind]
        for child in self._question:
            tag = local_name(child)
            if tag not in carried and (_all_text(child) or tag in _FLAGS):
                self._lose("no_place", tag, content=_all_text(child))
        title = _plain(self._question, "name")
        if title and title not in (self._name, _plain(self._question, "idnumber")):
            self._lose("no_place", "name", content=title)

    def _tags(self) -> dict[str, str]:
        """Return subject, area and level from tags like ``area:algebra``; list the others."""
        found = {}
        for tag in _child(self._question, "tags") or ():
            word, _, value = _plain(tag, "text").partition(":")
            if word in ("subject", "area", "level") and value:
                found[word] = value
            else:
                self._lose("no_place", "tag", content=_plain(tag, "text"))
        return found

    def _with_points(self, answered: Answered) -> Answered:
        """Return the key with the question's points, if every share of them is whole."""
        written = _plain(self._question, "defaultgrade")
        usual = answered.answer_key.max_score
        wanted = _number(written) if written else Fraction(usual)
        if isinstance(answered.answer_key, RubricKey) or wanted == usual:
            return answered
        if wanted.denominator == 1 and wanted >= usual and wanted % usual == 0:
            return replace(answered, answer_key=replace(answered.answer_key, max_score=int(wanted)))  # type: ignore[type-var]
        self._lose("rounded", "points", before=f"{float(wanted):g}", after=str(usual))
        return answered

    def _answers(self, tag: str = "answer", *, plain: bool = False) -> list[Answer]:
        found = []
        for element in _children(self._question, tag):
            text = _plain(element, "text") if plain else self._text(element)
            feedback = self._text(_child(element, "feedback"))
            if plain and feedback:
                self._lose("no_place", f"feedback of {text}", content=feedback)
            share = share_of(element.get("fraction", "0"))
            found.append(Answer(text, share, feedback, _plain(element, "tolerance") or "0"))
        return found

    @property
    def _shuffle(self) -> bool:
        return _plain(self._question, "shuffleanswers") not in ("false", "0")

    def choice(self) -> Answered:
        single = _plain(self._question, "single") not in ("false", "0")
        return choices(self._answers(), single=single, shuffle=self._shuffle)

    def truth(self) -> Answered:
        by_text = {answer.text.casefold(): answer for answer in self._answers()}
        if set(by_text) != {"true", "false"}:
            raise InvalidImport("import_no_full_credit")
        notes = (by_text["true"].feedback, by_text["false"].feedback)
        return truth(by_text["true"].credit == 1, self._settings.language, notes)

    def short(self) -> Answered:
        exact = _plain(self._question, "usecase") == "1"
        return short_texts(self._answers(plain=True), self._settings.language, case_sensitive=exact)

    def number(self) -> Answered:
        listed = [_plain(unit, "unit_name") for unit in _child(self._question, "units") or ()]
        required = _plain(self._question, "unitgradingtype") in ("1", "2")
        unit = find_unit(listed[0]) if listed and required else None
        if listed and unit is None:
            self._lose("no_place", "units", content=", ".join(listed))
        for other in listed[1:] if unit else ():
            self._lose("no_place", "unit", content=other)
        answered = numbers(self._answers(plain=True), unit.code if unit else None)
        key = answered.answer_key
        if unit and isinstance(key, NumericKey):
            share = 1 - min(_number(_plain(self._question, "unitpenalty") or "1"), Fraction(1))
            return replace(answered, answer_key=replace(key, without_unit=share))
        return answered

    def match(self) -> Answered:
        pairs = []
        for element in _children(self._question, "subquestion"):
            answer = _child(element, "answer")
            format_name = element.get("format", "html") if self._kind == "ddmatch" else "plain_text"
            if answer is not None and "format" not in answer.attrib:
                answer.set("format", format_name)
            pairs.append((self._text(element), self._text(answer)))
        return matching(pairs, shuffle=self._shuffle)

    def order(self) -> Answered:
        listed = _children(self._question, "answer")
        elements = sorted(listed, key=lambda each: _number(each.get("fraction", "0")))
        answered = ordering([self._text(element) for element in elements])
        grading = _plain(self._question, "gradingtype") or GRADING["positions"]
        rules = {name: rule for rule, name in GRADING.items()}
        if grading not in rules:
            self._lose("rounded", "gradingtype", before=grading, after="positions")
        rule = rules.get(grading, "positions")
        points = {"all_or_nothing": 1, "adjacent_pairs": max(len(elements) - 1, 1)}.get(rule, len(elements))
        key = SelectionKey(tuple(answered.interaction.option_ids), rule, max(points, 1))
        return replace(answered, answer_key=key)

    def essay(self) -> Answered:
        wanted = _number(_plain(self._question, "defaultgrade") or "1")
        points = max(int(wanted), 1)
        if points != wanted:
            self._lose("rounded", "points", before=f"{float(wanted):g}", after=str(points))
        described = self._part("graderinfo")
        if not described:
            self._lose("assumed", "rubric", reading=f"one criterion, {points} points")
        return essay(self._settings.language, points, described or self._part("questiontext"))

    def select(self) -> Answered:
        listed = _children(self._question, "selectoption")
        words = [(self._text(each), _plain(each, "group") or "1") for each in listed]
        return inline_lists(_plain(self._stem(), "text"), words, shuffle=self._shuffle)

    def drag(self) -> Answered:
        boxes = list(_children(self._question, "dragbox"))
        words = [(self._text(each), _plain(each, "group") or "1") for each in boxes]
        again = any(_child(each, "infinite") is not None for each in boxes)
        return gap_words(_plain(self._stem(), "text"), words, again=again, shuffle=self._shuffle)

    def cloze(self) -> Answered:
        def read(written: str) -> str:
            text, lost = text_of(written, "html", self.files.resolve)
            lose_markup(self._report, self._name, self._place, lost)
            return text

        return open_cloze(_plain(self._stem(), "text"), read)


_READERS: Final[dict[str, Callable[[_Reader], Answered]]] = {
    "multichoice": _Reader.choice,
    "truefalse": _Reader.truth,
    "shortanswer": _Reader.short,
    "numerical": _Reader.number,
    "matching": _Reader.match,
    "ddmatch": _Reader.match,
    "ordering": _Reader.order,
    "essay": _Reader.essay,
    "gapselect": _Reader.select,
    "ddwtos": _Reader.drag,
    "cloze": _Reader.cloze,
    "multianswer": _Reader.cloze,
}


def _children(element: Element, tag: str) -> Iterator[Element]:
    return (child for child in element if local_name(child) == tag)


def _child(element: Element, tag: str) -> Element | None:
    return next(_children(element, tag), None)


def _plain(element: Element, tag: str) -> str:
    """Return the text of a child, or of the ``text`` within it."""
    found = _child(element, tag)
    if found is None:
        return ""
    inner = _child(found, "text")
    return ((found if inner is None else inner).text or "").strip()


def _all_text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _number(written: str) -> Fraction:
    try:
        return number_value(canonical_number(written))
    except InvalidNumber:
        raise InvalidImport("import_number", number=written[:40]) from None
