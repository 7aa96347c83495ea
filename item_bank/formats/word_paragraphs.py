"""Paragraphs of a Word document as plain text with formulas, with what their formatting says about a test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport
from item_bank.formats.places import Place
from item_bank.formats.reports import Report
from item_bank.formats.word_formulas import UnknownFormula, latex_of
from item_bank.safe_xml import local_name, parse_xml
from item_bank.safe_zip import SafeZip

_LETTERED: Final = frozenset({"lowerLetter", "upperLetter", "russianLower", "russianUpper"})
_EXTRA_PARTS: Final = {"word/comments.xml": "comments", "word/footnotes.xml": "footnotes",
                       "word/endnotes.xml": "endnotes", "word/header": "page header",
                       "word/footer": "page footer"}  # fmt: skip
_IGNORED: Final = frozenset({"pPr", "rPr", "sectPr", "bookmarkStart", "bookmarkEnd", "proofErr", "tblPr",
                             "lastRenderedPageBreak", "commentRangeStart", "commentRangeEnd"})  # fmt: skip
_SMALL: Final = {
    "superscript": ("^", str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")),
    "subscript": ("_", str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")),
}


@dataclass(frozen=True)
class Paragraph:
    r"""A paragraph by its number from 1; formulas stand between ``\(`` and ``\)``.

    ``numbering`` is ``number`` or ``letter`` for Word's automatic lists; ``emphasised`` says that all of it
    is bold, underlined or highlighted.
    """

    number: int
    text: str
    numbering: str = ""
    emphasised: bool = False


def word_paragraphs(content: bytes, name: str, report: Report) -> Iterator[Paragraph]:
    """Yield the paragraphs that hold text; what has no place is reported. Raises ``InvalidImport``."""
    archive = SafeZip(content, name)
    if "word/document.xml" not in archive:
        raise InvalidImport("import_no_word", name=name)
    for entry in archive:
        for prefix, element in _EXTRA_PARTS.items():
            if entry.startswith(prefix):
                text = " ".join("".join(parse_xml(archive[entry], f"{name}/{entry}").itertext()).split())
                if text:
                    report.lose("", Place(file=entry), "no_place", element, content=text)
        if entry.startswith("word/vba"):
            report.lose("", Place(file=entry), "active_content", "macro", content=entry)
    reader = _Reader(_numberings(archive, name), report)
    yield from reader.paragraphs(parse_xml(archive["word/document.xml"], f"{name}/word/document.xml"))


class _Reader:
    def __init__(self, numberings: dict[tuple[str, str], str], report: Report) -> None:
        self._numberings, self._report = numberings, report
        self._number = 0

    def paragraphs(self, root: Element) -> Iterator[Paragraph]:
        for element in root:
            tag = local_name(element)
            if tag == "p":
                self._number += 1
                paragraph = self._paragraph(element)
                if paragraph.text.strip():
                    yield paragraph
            elif tag == "tbl":
                self._number += 1
                self._lose("table", " ".join(" ".join(element.itertext()).split()))
            elif tag not in _IGNORED:
                yield from self.paragraphs(element)

    def _lose(self, element: str, content: str) -> None:
        self._report.lose("", Place(line=self._number), "no_place", element, content=content)

    def _paragraph(self, element: Element) -> Paragraph:
        pieces = list(self._pieces(element))
        text = "".join(piece for piece, _ in pieces)
        written = [emphasised for piece, emphasised in pieces if piece.strip()]
        return Paragraph(self._number, text, self._numbering(element), bool(written) and all(written))

    def _pieces(self, element: Element) -> Iterator[tuple[str, bool]]:
        for child in element:
            tag = local_name(child)
            if tag == "r":
                yield self._run(child)
            elif tag in ("oMath", "oMathPara"):
                yield self._formula(child), False
            elif tag == "del":
                self._lose("deleted text", "".join(child.itertext()))
            elif tag not in _IGNORED:
                yield from self._pieces(child)

    def _formula(self, element: Element) -> str:
        try:
            return rf"\({latex_of(element)}\)"
        except (UnknownFormula, KeyError) as error:
            text = "".join(element.itertext())
            self._report.lose("", Place(line=self._number), "markup", f"formula with {error}", content=text)
            return text

    def _run(self, run: Element) -> tuple[str, bool]:
        properties = {local_name(each): each for part in run if local_name(part) == "rPr" for each in part}
        emphasised = any(_is_on(properties.get(name)) for name in ("b", "u", "highlight"))
        text = "".join(self._piece(child) for child in run)
        position = _value(properties.get("vertAlign"))
        return (_small(text, position) if position in _SMALL and text.strip() else text), emphasised

    def _piece(self, child: Element) -> str:
        tag = local_name(child)
        if tag == "t":
            return child.text or ""
        if tag in ("tab", "br", "cr"):
            return " " if tag == "tab" else "\n"
        if tag == "noBreakHyphen":
            return "-"
        if tag not in _IGNORED:
            self._lose("picture" if tag in ("drawing", "pict", "object") else tag, "".join(child.itertext()))
        return ""

    def _numbering(self, element: Element) -> str:
        for part in element.iter():
            if local_name(part) == "numPr":
                values = {local_name(each): _value(each) for each in part}
                key = values.get("numId", ""), values.get("ilvl", "0")
                return self._numberings.get(key, "")
        return ""


def _numberings(archive: SafeZip, name: str) -> dict[tuple[str, str], str]:
    """Return ``number`` or ``letter`` by list and level."""
    if "word/numbering.xml" not in archive:
        return {}
    root = parse_xml(archive["word/numbering.xml"], f"{name}/word/numbering.xml")
    levels: dict[str, dict[str, str]] = {}
    found = {}
    for element in root:
        if local_name(element) == "abstractNum":
            levels[_attribute(element, "abstractNumId")] = {
                _attribute(level, "ilvl"): _value(next((p for p in level if local_name(p) == "numFmt"), None))
                for level in element
                if local_name(level) == "lvl"
            }
        elif local_name(element) == "num":
            abstract = _value(next((p for p in element if local_name(p) == "abstractNumId"), None))
            for level, form in levels.get(abstract, {}).items():
                kind = "letter" if form in _LETTERED else "number" if form == "decimal" else ""
                found[_attribute(element, "numId"), level] = kind
    return found


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _value(element: Element | None) -> str:
    return "" if element is None else _attribute(element, "val")


def _is_on(element: Element | None) -> bool:
    return element is not None and _value(element) not in ("0", "false", "none")


def _small(text: str, position: str) -> str:
    mark, letters = _SMALL[position]
    if all(ord(letter) in letters for letter in text.strip()):
        return text.translate(letters)
    return rf"\({{}}{mark}{{\text{{{text.strip()}}}}}\)"
