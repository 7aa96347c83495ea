"""Writing Moodle XML, in one language; formulas stay LaTeX between ``\\(`` and ``\\)``."""

import base64
import re
from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from item_bank.answer_keys import NumericKey, RubricKey, SelectionKey, TextKey
from item_bank.errors import InvalidImport
from item_bank.formats.moodle_answers import percent_of
from item_bank.formats.moodle_files import PLUGIN_FILE
from item_bank.formats.moodle_shares import absolute_band, lose_rule, option_shares
from item_bank.formats.moodle_xml import GRADING, NAME, read_moodle_xml
from item_bank.formats.places import Place
from item_bank.formats.protocol import ExchangeFormat, ExportItem, ExportRequest, ExportResult, SourceFile
from item_bank.formats.reports import Report
from item_bank.formats.tex_html import html_with_tex
from item_bank.formats.writing import lose_settings, text_in
from item_bank.identifiers import OptionId
from item_bank.interactions import GapMatchInteraction, InlineChoiceInteraction, MatchInteraction
from item_bank.media import media_names

_KEPT: Final = (
    *("key", "subject", "area", "level", "option_notes", "max_score", "media", "interaction.shuffle"),
)
_GAP: Final = re.compile(r"\{\{([A-Za-z_][\w.-]*)\}\}")
_SOURCE: Final = re.compile(r'src="media:([^"]+)"')


def write_moodle_xml(request: ExportRequest) -> ExportResult:
    """Return a file with the items that Moodle has a question type for."""
    report, quiz, written = Report(), Element("quiz"), []
    for item in request.items:
        with report.collecting(item.key, Place()):
            quiz.append(_Writer(item, request, report).question())
            written.append(item.key)
    indent(quiz)
    content: bytes = tostring(quiz, encoding="utf-8", xml_declaration=True)
    return ExportResult(NAME, content, tuple(written), tuple(report.losses), tuple(report.problems))


class _Writer:
    def __init__(self, item: ExportItem, request: ExportRequest, report: Report) -> None:
        self._item, self._request, self._report = item, request, report
        self._content = item.content
        self._text = text_in(item, request.language)
        self._element = Element("question")

    def question(self) -> Element:
        """Return the question; raises ``InvalidImport`` if Moodle has no such kind."""
        kind = self._content.interaction.kind
        known = _WRITERS.get(kind)
        if known is None:
            raise InvalidImport("export_kind", kind=kind, format=NAME)
        question_type, write = known
        self._element.set("type", question_type)
        key = str(self._item.key)
        _add(_add(self._element, "name"), "text", key)
        self._words(self._element, "questiontext", self._text.stem)
        self._words(self._element, "generalfeedback", self._text.explanation)
        _add(self._element, "defaultgrade", str(self._content.answer_key.max_score))
        _add(self._element, "idnumber", key)
        if "shuffle" in self._content.interaction.to_data():
            shuffle = self._content.interaction.to_data()["shuffle"]
            _add(self._element, "shuffleanswers", "true" if shuffle else "false")
        write(self)
        tags = _add(self._element, "tags")
        for field in ("subject", "area", "level"):
            _add(_add(tags, "tag"), "text", f"{field}:{getattr(self._content, field)}")
        lose_settings(self._item, self._request, self._report, _KEPT)
        return self._element

    def _words(self, parent: Element, tag: str, text: str) -> Element:
        element = SubElement(parent, tag, {"format": "html"})
        html = _SOURCE.sub(rf'src="{PLUGIN_FILE}\1"', html_with_tex(text))
        _add(element, "text", html)
        for name in dict.fromkeys(media_names(text)):
            self._attach(element, name)
        return element

    def _attach(self, element: Element, name: str) -> None:
        reference = next(each for each in self._content.media if each.name == name)
        file = self._request.media.get(reference.sha256)
        if file is None:
            self._report.lose(self._item.key, Place(), "media_missing", name)
            return
        attached = SubElement(element, "file", {"name": name, "path": "/", "encoding": "base64"})
        attached.text = base64.b64encode(file.content).decode()

    def _options(self) -> None:
        for option, share in option_shares(self._item, self._report).items():
            answer = self._words(self._element, "answer", self._text.options[option])
            answer.set("fraction", percent_of(share))
            if note := self._content.option_notes.get(option):
                self._words(answer, "feedback", note)

    def choice(self) -> None:
        _add(self._element, "single", "true")
        self._options()

    def multiple(self) -> None:
        _add(self._element, "single", "false")
        self._options()

    def match(self) -> None:
        interaction, key = self._content.interaction, self._selection()
        pairs = [part.split(" ") for part in key.correct]
        rows = list(interaction.rows) if isinstance(interaction, MatchInteraction) else []
        if [row for row, _ in pairs] != rows:
            raise InvalidImport("export_match", item=self._item.key)
        lose_rule(self._item, self._report)
        used = {column for _, column in pairs}
        unused = [option for option in interaction.option_ids if option not in {*rows, *used}]
        for row, column in [*pairs, *(("", column) for column in unused)]:
            text = self._text.options[OptionId(row)] if row else ""
            question = self._words(self._element, "subquestion", text)
            _add(SubElement(question, "answer", {"format": "html"}), "text",
                 html_with_tex(self._text.options[OptionId(column)]))  # fmt: skip

    def order(self) -> None:
        key = self._selection()
        _add(self._element, "gradingtype", GRADING[key.rule])
        for place, option in enumerate(key.correct, start=1):
            answer = self._words(self._element, "answer", self._text.options[OptionId(option)])
            answer.set("fraction", str(place))

    def number(self) -> None:
        key = self._content.answer_key
        if not isinstance(key, NumericKey):
            raise InvalidImport("export_kind", kind="numeric", format=NAME)
        for band in key.bands:
            value, tolerance = absolute_band(self._item, band, self._report)
            answer = SubElement(self._element, "answer", {"fraction": percent_of(band.credit)})
            _add(answer, "text", value)
            _add(answer, "tolerance", tolerance)
        if key.unit:
            unit = _add(_add(self._element, "units"), "unit")
            _add(unit, "multiplier", "1")
            _add(unit, "unit_name", key.unit)
            _add(self._element, "unitgradingtype", "2")
            _add(self._element, "unitpenalty", f"{float(1 - key.without_unit):g}")

    def short(self) -> None:
        key = self._content.answer_key
        if not isinstance(key, TextKey):
            raise InvalidImport("export_kind", kind="short_text", format=NAME)
        _add(self._element, "usecase", "1" if key.case_sensitive else "0")
        length = str(self._content.interaction.to_data()["max_length"])
        self._report.lose(self._item.key, Place(), "format_lacks", "max_length", content=length)
        for variant in key.accepted[self._request.language]:
            if "*" in variant.text:
                raise InvalidImport("export_pattern", item=self._item.key, written=variant.text)
            answer = SubElement(self._element, "answer", {"fraction": percent_of(variant.credit)})
            _add(answer, "text", variant.text)

    def essay(self) -> None:
        key = self._content.answer_key
        if not isinstance(key, RubricKey):
            raise InvalidImport("export_kind", kind="extended_text", format=NAME)
        language = self._request.language
        lines = [f"{each.descriptions[language]} ({each.max_points})" for each in key.criteria]
        self._words(self._element, "graderinfo", "\n\n".join(lines))
        reading = "one text for markers"
        self._report.lose(self._item.key, Place(), "format_simplifies", "rubric", reading=reading)

    def select(self) -> None:
        interaction = self._content.interaction
        if not isinstance(interaction, InlineChoiceInteraction):
            raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
        lists = enumerate(interaction.gaps.values(), start=1)
        groups = {option: str(number) for number, own in lists for option in own}
        self._place_gaps(interaction.option_ids)
        for option in interaction.option_ids:
            chosen = self._words(self._element, "selectoption", self._text.options[option])
            _add(chosen, "group", groups[option])

    def drag(self) -> None:
        interaction = self._content.interaction
        if not isinstance(interaction, GapMatchInteraction):
            raise InvalidImport("export_kind", kind=interaction.kind, format=NAME)
        if interaction.uses > 1:
            self._report.lose(self._item.key, Place(), "format_simplifies", "uses", reading="no limit")
        self._place_gaps(interaction.option_ids)
        for option in interaction.option_ids:
            box = self._words(self._element, "dragbox", self._text.options[option])
            _add(box, "group", "1")
            if interaction.uses != 1:
                SubElement(box, "infinite")

    def _place_gaps(self, options: tuple[OptionId, ...]) -> None:
        """Put the number of its right word in each gap of the stem."""
        right = dict(part.split(" ") for part in self._selection().correct)
        if set(right) != set(self._content.interaction.gap_ids):
            raise InvalidImport("export_match", item=self._item.key)
        lose_rule(self._item, self._report)
        stem = next(self._element.iter("questiontext"))[0]
        numbers = {gap: options.index(OptionId(option)) + 1 for gap, option in right.items()}
        stem.text = _GAP.sub(
            lambda gap: f"[[{numbers[gap[1]]}]]" if gap[1] in numbers else gap[0], stem.text or ""
        )

    def _selection(self) -> SelectionKey:
        key = self._content.answer_key
        if not isinstance(key, SelectionKey):
            raise InvalidImport("export_kind", kind=self._content.interaction.kind, format=NAME)
        return key


_WRITERS: Final[dict[str, tuple[str, Callable[[_Writer], None]]]] = {
    "choice": ("multichoice", _Writer.choice),
    "multiple_choice": ("multichoice", _Writer.multiple),
    "match": ("ddmatch", _Writer.match),
    "order": ("ordering", _Writer.order),
    "numeric": ("numerical", _Writer.number),
    "short_text": ("shortanswer", _Writer.short),
    "extended_text": ("essay", _Writer.essay),
    "inline_choice": ("gapselect", _Writer.select),
    "gap_match": ("ddwtos", _Writer.drag),
}


def _add(parent: Element, tag: str, text: str | None = None) -> Element:
    element = SubElement(parent, tag)
    element.text = text
    return element


def _recognises(source: SourceFile) -> bool:
    return re.search(rb"<(quiz|question)[\s/>]", source.content[:20_000]) is not None


MOODLE_XML: Final = ExchangeFormat(NAME, (".xml",), _recognises, read_moodle_xml, write_moodle_xml)
