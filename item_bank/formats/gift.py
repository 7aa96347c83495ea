"""GIFT: Moodle's text format, one language, with shares of points and feedback."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from item_bank.answer_keys import NumericKey, SelectionKey, TextKey
from item_bank.errors import InvalidImport
from item_bank.formats.gift_syntax import (
    GiftAnswer,
    GiftQuestion,
    MarkedText,
    escaped,
    parse_question,
    split_questions,
)
from item_bank.formats.imported_items import ImportedItem, ImportSettings
from item_bank.formats.moodle_answers import (
    Answer,
    Answered,
    choices,
    essay,
    matching,
    number_range,
    numbers,
    percent_of,
    share_of,
    short_texts,
    truth,
)
from item_bank.formats.moodle_shares import (
    absolute_band,
    lose_numeric,
    lose_points,
    lose_rule,
    option_shares,
)
from item_bank.formats.moodle_texts import lose_markup, no_files, text_of
from item_bank.formats.places import Place
from item_bank.formats.protocol import (
    ExchangeFormat,
    ExportItem,
    ExportRequest,
    ExportResult,
    ImportResult,
    SourceFile,
)
from item_bank.formats.reports import Report
from item_bank.formats.tex_html import html_with_tex
from item_bank.formats.text_files import text_of as decoded
from item_bank.formats.writing import lose_settings, text_in
from item_bank.gap_markers import gap_marker
from item_bank.identifiers import OptionId
from item_bank.interactions import InlineChoiceInteraction, MatchInteraction, ShortTextInteraction
from item_bank.items import ItemText

NAME: Final = "gift"
_TRUE, _FALSE = frozenset({"T", "TRUE"}), frozenset({"F", "FALSE"})
_BLANK: Final = "_____"


def read_gift(source: SourceFile, settings: ImportSettings) -> ImportResult:
    """Return the questions of a GIFT file; raises ``InvalidImport`` if it is no text."""
    report = Report()
    for number, (line, text, is_question) in enumerate(split_questions(decoded(source, report)), start=1):
        place = Place(line=line)
        if not is_question:
            report.lose("", place, "no_place", "category", content=text)
            continue
        with report.collecting(f"{number}", place):
            question = parse_question(line, text)
            name = report.unique_name(question.name or f"{number}", place)
            if question.braces is None:
                report.lose(name, place, "no_place", "description", content=text)
                continue
            report.add(_Reader(question, name, settings, report).item())
    return ImportResult(NAME, source, tuple(report.items), tuple(report.losses), tuple(report.problems))


class _Reader:
    def __init__(self, question: GiftQuestion, name: str, settings: ImportSettings, report: Report) -> None:
        self._question, self._name = question, name
        self._settings, self._report = settings, report
        self._place = Place(line=question.line)

    def item(self) -> ImportedItem:
        """Return the item; raises ``InvalidImport`` or ``InvalidItem``."""
        language = self._settings.language
        answered = self._answered()
        stem = self._text(self._question.stem)
        if self._question.tail.strip('"; \n'):
            stem, answered = self._with_blank(stem, answered)
        explanation = self._text(self._question.feedback)
        return ImportedItem(
            name=self._name,
            place=self._place,
            interaction=answered.interaction,
            answer_key=answered.answer_key,
            texts={language: ItemText(stem, answered.options, explanation)},
            subject=self._settings.subject,
            area=self._settings.area,
            level=self._settings.level,
            option_notes=answered.notes,
        )

    def _text(self, marked: MarkedText) -> str:
        text, lost = text_of(marked.text, marked.markup, no_files)
        lose_markup(self._report, self._name, self._place, lost)
        return text

    def _answered(self) -> Answered:
        braces, answers = self._question.braces or "", self._question.answers
        word = braces.partition("#")[0].strip().upper()
        if word in _TRUE | _FALSE:
            return self._truth(word in _TRUE, braces)
        if braces.startswith("#"):
            return self._numeric(braces[1:].strip())
        if not braces:
            self._report.lose(self._name, self._place, "assumed", "rubric", reading="one criterion, 1 point")
            return essay(self._settings.language, 1, self._text(self._question.stem))
        if not answers:
            raise InvalidImport("import_gift_answers")
        if all(answer.partner is not None for answer in answers):
            return matching([(self._text(answer.text), answer.partner or "") for answer in answers])
        if any(answer.sign == "~" for answer in answers):
            return self._choice(answers)
        self._lose_feedback(answers)
        return short_texts(
            [Answer(answer.text.text, self._credit(answer)) for answer in answers], self._settings.language
        )

    def _truth(self, is_true: bool, braces: str) -> Answered:
        wrong, _, right = braces.partition("#")[2].partition("#")
        if wrong or right:
            self._note_feedback()
        usual = self._question.stem.markup
        notes = tuple(self._text(MarkedText(note.strip(), usual)) for note in (right, wrong))
        by_option = (notes[0], notes[1]) if is_true else (notes[1], notes[0])
        return truth(is_true, self._settings.language, by_option)

    def _choice(self, answers: tuple[GiftAnswer, ...]) -> Answered:
        if any(answer.feedback.text for answer in answers):
            self._note_feedback()
        read = [
            Answer(self._text(answer.text), self._credit(answer), self._text(answer.feedback))
            for answer in answers
        ]
        single = any(answer.sign == "=" for answer in answers)
        return choices(read, single=single)

    def _numeric(self, written: str) -> Answered:
        answers = self._question.answers
        body, _, feedback = re.split(r"[=~]", written, maxsplit=1)[0].partition("#")
        first = [self._number(body.strip(), Fraction(1))] if body.strip() else []
        self._lose("feedback", feedback.strip())
        self._lose_feedback(answers)
        listed = [answer for answer in answers if answer.text.text]
        return numbers(first + [self._number(answer.text.text, self._credit(answer)) for answer in listed])

    def _number(self, written: str, credit: Fraction) -> Answer:
        if ".." in written:
            value, tolerance = number_range(*written.split("..", 1))
        else:
            value, _, tolerance = (part.strip() for part in written.partition(":"))
        return Answer(value, credit, tolerance=tolerance or "0")

    def _credit(self, answer: GiftAnswer) -> Fraction:
        return share_of(answer.share) if answer.share else Fraction(answer.sign == "=")

    def _lose_feedback(self, answers: tuple[GiftAnswer, ...]) -> None:
        for answer in answers:
            self._lose(f"feedback of {answer.text.text}", answer.feedback.text)

    def _lose(self, element: str, content: str) -> None:
        if content:
            self._report.lose(self._name, self._place, "no_place", element, content=content)

    def _note_feedback(self) -> None:
        reading = "the options' notes for authors"
        self._report.lose(self._name, self._place, "assumed", "feedback", reading=reading)

    def _with_blank(self, stem: str, answered: Answered) -> tuple[str, Answered]:
        """Return a stem that goes on after the answer: a gap for a choice, an underlined blank otherwise."""
        tail = self._text(MarkedText(self._question.tail, self._question.stem.markup))
        interaction, key = answered.interaction, answered.answer_key
        if interaction.kind != "choice" or isinstance(key, SelectionKey):
            return f"{stem} {_BLANK.replace('_', chr(92) + '_')} {tail}", answered
        gap = OptionId("g1")
        lists = {gap: interaction.option_ids}
        selection = SelectionKey((f"{gap} {key.summary}",))
        cloze = Answered(InlineChoiceInteraction(lists), selection, answered.options, answered.notes)
        return f"{stem} {gap_marker(gap)} {tail}", cloze


def write_gift(request: ExportRequest) -> ExportResult:
    """Return the items that GIFT can carry, in the language of the request."""
    report = Report()
    written: dict[str, str] = {}
    for item in request.items:
        with report.collecting(item.key, Place()):
            written[item.key] = _Writer(item, request, report).question()
    content = "\n\n".join(written.values()) + ("\n" if written else "")
    keys = tuple(item.key for item in request.items if item.key in written)
    return ExportResult(NAME, content.encode(), keys, tuple(report.losses), tuple(report.problems))


class _Writer:
    def __init__(self, item: ExportItem, request: ExportRequest, report: Report) -> None:
        self._item, self._request, self._report = item, request, report
        self._text = text_in(item, request.language)

    def question(self) -> str:
        """Return the question; raises ``InvalidImport`` if the format has no such kind."""
        kind = self._item.content.interaction.kind
        write = _WRITERS.get(kind)
        if write is None:
            raise InvalidImport("export_kind", kind=kind, format=NAME)
        answers = write(self)
        lose_settings(self._item, self._request, self._report, ("key", "max_score", "option_notes"))
        feedback = escaped(html_with_tex(self._text.explanation))
        stem = escaped(html_with_tex(self._text.stem))
        return f"::{escaped(str(self._item.key))}::[html]{stem}{{\n{answers}\n\t####{feedback}\n}}"

    def _option(self, option: OptionId) -> str:
        note = self._item.content.option_notes.get(option)
        feedback = f"#{escaped(html_with_tex(note))}" if note else ""
        return escaped(html_with_tex(self._text.options[option])) + feedback

    def choice(self) -> str:
        shares = option_shares(self._item, self._report)
        return "\n".join(f"\t{_sign(share)}{self._option(option)}" for option, share in shares.items())

    def multiple(self) -> str:
        shares = option_shares(self._item, self._report)
        return "\n".join(f"\t~%{percent_of(each)}%{self._option(option)}" for option, each in shares.items())

    def match(self) -> str:
        interaction, key = self._item.content.interaction, self._item.content.answer_key
        if not isinstance(interaction, MatchInteraction) or not isinstance(key, SelectionKey):
            raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
        pairs = [part.split(" ") for part in key.correct]
        if [row for row, _ in pairs] != list(interaction.rows):
            raise InvalidImport("export_match", item=self._item.key)
        lose_rule(self._item, self._report)
        lose_points(self._item, len(interaction.rows), self._report)
        unused = [column for column in interaction.columns if column not in {right for _, right in pairs}]
        lines = [f"\t={self._option(OptionId(row))} -> {self._plain(column)}" for row, column in pairs]
        return "\n".join([*lines, *(f"\t= -> {self._plain(column)}" for column in unused)])

    def _plain(self, option: str) -> str:
        return escaped(" ".join(self._text.options[OptionId(option)].split()))

    def number(self) -> str:
        key = self._item.content.answer_key
        if not isinstance(key, NumericKey):
            raise InvalidImport("export_kind", kind="numeric", format=NAME)
        lose_numeric(self._item, key, self._report, units=False)
        lines = []
        for band in key.bands:
            value, tolerance = absolute_band(self._item, band, self._report)
            share = "" if band.credit == 1 else f"%{percent_of(band.credit)}%"
            lines.append(f"\t={share}{value}:{tolerance}")
        return "#\n" + "\n".join(lines)

    def short(self) -> str:
        key, interaction = self._item.content.answer_key, self._item.content.interaction
        if not isinstance(key, TextKey) or not isinstance(interaction, ShortTextInteraction):
            raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
        variants = key.accepted[self._request.language]
        if key.case_sensitive:
            self._report.lose(self._item.key, Place(), "format_lacks", "case_sensitive")
        for field, value in (("max_length", interaction.max_length), ("max_score", key.max_score)):
            self._report.lose(self._item.key, Place(), "format_lacks", field, content=str(value))
        for variant in variants:
            if "*" in variant.text:
                raise InvalidImport("export_pattern", item=self._item.key, written=variant.text)
        return "\n".join(
            f"\t={'' if each.credit == 1 else f'%{percent_of(each.credit)}%'}{escaped(each.text)}"
            for each in variants
        )


def _sign(share: Fraction) -> str:
    return "=" if share == 1 else f"~%{percent_of(share)}%" if share else "~"


_WRITERS: Final[dict[str, Callable[[_Writer], str]]] = {
    "choice": _Writer.choice,
    "multiple_choice": _Writer.multiple,
    "match": _Writer.match,
    "numeric": _Writer.number,
    "short_text": _Writer.short,
}


def _recognises(source: SourceFile) -> bool:
    try:
        text = decoded(source, Report())
    except InvalidImport:
        return False
    return any(
        is_question and "{" in question and "}" in question
        for _, question, is_question in split_questions(text)
    )


GIFT: Final = ExchangeFormat(NAME, (".gift", ".txt"), _recognises, read_gift, write_gift)
