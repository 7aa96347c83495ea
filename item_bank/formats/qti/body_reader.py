"""The content of a QTI body as the item bank's text. What cannot be said is reported, never dropped."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.formats.places import Place
from item_bank.formats.qti.mathml_reader import latex_of
from item_bank.formats.qti.names import serialised
from item_bank.formats.qti.package_files import PackageFiles
from item_bank.formats.reports import Report

_ACTIVE: Final = frozenset(
    ["script", "style", "iframe", "embed", "form", "input", "button", "link", "qti-stylesheet"]
)
_EMPHASIS: Final = frozenset(["em", "i", "cite", "dfn", "var"])
_STRONG: Final = frozenset(["strong", "b"])
_MEDIA: Final = frozenset(["img", "object", "audio", "video", "picture", "qti-media-interaction"])
_CODE: Final = frozenset(["code", "kbd", "samp", "tt"])
_PLAIN_INLINE: Final = frozenset(["span", "label", "bdi", "bdo"])
_CONTAINERS: Final = frozenset(
    [
        *("div", "section", "article", "aside", "figure", "header", "footer", "nav", "address"),
        *("qti-content-body", "qti-prompt", "qti-stimulus-body", "qti-item-body"),
    ]
)
_HEADINGS: Final = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_BLOCKS: Final = (
    _CONTAINERS
    | _HEADINGS
    | frozenset(["p", "hr", "ul", "ol", "pre", "blockquote", "table", "dl", "figcaption"])
)
_SHOWN_LATER: Final = frozenset(["qti-feedback-inline", "qti-template-inline", "qti-printed-variable"])
_CONDITIONAL: Final = frozenset(["qti-rubric-block", "qti-feedback-block", "qti-template-block"])
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<$]|&(?=#?\w+;)|!(?=\[)|\{(?=\{)")
_LINE_START: Final = re.compile(r"(?:([-+>|:=~#])|(\d{1,9})([.)]))")
_UPPER: Final = dict(zip("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", strict=True))
_LOWER: Final = dict(zip("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋", strict=True))


@dataclass
class BodyReader:
    """Reads the bodies of one item or stimulus.

    ``replaced`` gives the text that stands for an element by its ``id()``: a gap, an entry. ``skipped``
    holds elements read elsewhere. ``media`` collects the names of the files the texts refer to.
    """

    item: str
    place: Place
    report: Report
    files: PackageFiles
    replaced: Mapping[int, str] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    blocks_of: Callable[[Element], list[Element] | None] = lambda _: None
    media: dict[str, None] = field(default_factory=dict)
    _lost: set[str] = field(default_factory=set)

    def text(self, element: Element) -> str:
        """Return an element's content as block text."""
        return "\n\n".join(block for block in self._blocks(element) if block.strip())

    def lose(self, code: str, element: str, **params: str) -> None:
        """Report a loss of the item, each once."""
        mark = f"{code} {element} {params.get('content', '')}"
        if mark not in self._lost:
            self._lost.add(mark)
            self.report.lose(self.item, self.place, code, element, **params)

    def image(self, element: Element, source: str, words: str) -> str:
        """Return the text that shows a file, or its words if it did not come along."""
        name = self.files.media_name(source, self.place.file, self.item, self.report)
        words = " ".join(words.split())
        if name is None:
            return _escaped(words or source)
        self.media[name] = None
        if not words:
            self.lose("assumed", f"alternative text of {source}", reading=name)
        return f"![{_escaped(words or name)}](media:{name})"

    def _blocks(self, element: Element) -> list[str]:
        blocks: list[str] = []
        line = [self._text(element.text)]
        for child in element:
            if id(child) in self.skipped:
                pass
            elif id(child) in self.replaced:
                line.append(self.replaced[id(child)])
            elif (inner := self.blocks_of(child)) is not None or self._is_block(child):
                blocks.append(_paragraph(line))
                line = []
                blocks += self._block(child) if inner is None else self._each(inner)
            else:
                line.append(self._inline(child))
            line.append(self._text(child.tail))
        return [*blocks, _paragraph(line)]

    def _each(self, elements: list[Element]) -> list[str]:
        blocks: list[str] = []
        for element in elements:
            blocks += (
                self._block(element) if self._is_block(element) else [_paragraph([self._inline(element)])]
            )
        return blocks

    def _is_block(self, element: Element) -> bool:
        return element.tag in _BLOCKS or element.tag in _CONDITIONAL

    def _block(self, element: Element) -> list[str]:
        tag = str(element.tag)
        self._attributes(element)
        if tag in _CONDITIONAL and "candidate" not in element.get("view", "").split():
            self.lose("no_place", tag, content=serialised(element))
            return []
        if tag == "hr":
            return ["---"]
        if tag == "pre":
            return [_fence("".join(element.itertext()))]
        if tag in ("ul", "ol"):
            return [self._list(element)]
        if tag == "table":
            return self._table(element)
        blocks = [block for block in self._blocks(element) if block.strip()]
        if tag == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))]
        if tag in _HEADINGS:
            self.lose("markup", tag)
            return [f"**{block}**" if "\n" not in block and "*" not in block else block for block in blocks]
        if tag == "dl":
            self.lose("markup", tag)
        return blocks

    def _list(self, element: Element) -> str:
        start = element.get("start", "1")
        number = int(start) if start.isdecimal() and len(start) < 8 else 1
        lines = []
        for entry in element:
            mark = "-" if element.tag == "ul" else f"{number}."
            number += 1
            body = "\n\n".join(block for block in self._blocks(entry) if block.strip())
            lines.append(f"{mark} " + body.replace("\n", "\n" + " " * (len(mark) + 1)))
        return "\n".join(lines)

    def _table(self, element: Element) -> list[str]:
        captions = [self._line(caption) for caption in element.iter("caption")]
        rows = [[self._cell(cell) for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")]
        rows = [row for row in rows if row]
        if not rows:
            return captions
        if not any(cell.tag == "th" for cell in next(element.iter("tr"))):
            self.lose("assumed", "first row of a table", reading="its heading")
        width = max(map(len, rows))
        lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        return [*captions, "\n".join(lines)]

    def _cell(self, cell: Element) -> str:
        for name in ("colspan", "rowspan"):
            if cell.get(name, "1") != "1":
                self.lose("markup", f"{name} of a table")
        return self._line(cell).replace("|", r"\|")

    def _line(self, element: Element) -> str:
        blocks = [block for block in self._blocks(element) if block.strip()]
        return " ".join(" ".join(blocks).replace("\\\n", " ").split())

    def _inline(self, element: Element) -> str:
        tag = str(element.tag)
        if id(element) in self.skipped:
            return ""
        if id(element) in self.replaced:
            return self.replaced[id(element)]
        self._attributes(element)
        if tag in _ACTIVE or tag in _SHOWN_LATER:
            code = "active_content" if tag in _ACTIVE else "no_place"
            self.lose(code, tag, content=serialised(element))
            return ""
        if tag == "br":
            return "\\\n"
        if tag in _CODE:
            return _code("".join(element.itertext()))
        if tag == "math":
            return self._formula(element)
        return self._media(element) if tag in _MEDIA else self._words(element)

    def _words(self, element: Element) -> str:
        tag, inner = str(element.tag), self._content(element)
        if tag in _EMPHASIS:
            return _wrapped(inner, "*")
        if tag in _STRONG:
            return _wrapped(inner, "**")
        if tag in ("sub", "sup"):
            return self._shifted(element, inner)
        if tag == "q":
            return f"“{inner}”"
        if tag not in _PLAIN_INLINE:
            content = element.get("href") or element.get("title") or serialised(element)
            self.lose("no_place" if tag.startswith("qti-") else "markup", tag, content=content)
        return inner

    def _content(self, element: Element) -> str:
        parts = [self._text(element.text)]
        for child in element:
            parts += [self._inline(child), self._text(child.tail)]
        return "".join(parts)

    def _shifted(self, element: Element, inner: str) -> str:
        letters = _UPPER if element.tag == "sup" else _LOWER
        if inner and all(letter in letters for letter in inner):
            return "".join(letters[letter] for letter in inner)
        self.lose("markup", str(element.tag), content=inner)
        return f"{'^' if element.tag == 'sup' else ' '}({inner})".strip()

    def _formula(self, element: Element) -> str:
        latex = latex_of(element)
        if latex is not None:
            return f"${latex}$"
        words = " ".join("".join(element.itertext()).split())
        self.lose("markup", "math", content=serialised(element))
        return _escaped(words)

    def _media(self, element: Element) -> str:
        source = element.get("src") or element.get("data") or ""
        for child in element.iter():
            if child.tag == "track":
                self.lose("no_place", "track", content=child.get("src", ""))
                continue
            source = source or child.get("src") or child.get("data") or ""
        words = element.get("alt") or element.get("aria-label") or "".join(element.itertext())
        return self.image(element, source, words)

    def _attributes(self, element: Element) -> None:
        for name, value in element.attrib.items():
            if name.startswith("on") or value.strip().casefold().startswith("javascript:"):
                self.lose("active_content", f"{element.tag} {name}", content=value)
            elif name == "style" or (name == "class" and value not in ("gap",)):
                self.lose("markup", f"{name} of {element.tag}", content=value)

    def _text(self, text: str | None) -> str:
        return _escaped(re.sub(r"[ \t\r\n\f]+", " ", text or ""))


def _paragraph(parts: list[str]) -> str:
    joined = re.sub(r" *\\\n *", "\\\\\n", "".join(parts)).strip()
    joined = re.sub(r" {2,}", " ", joined)
    while joined.endswith("\\\n") or (joined.endswith("\\") and not joined.endswith("\\\\")):
        joined = joined.rstrip("\n").removesuffix("\\").rstrip()
    while joined.startswith("\\\n"):
        joined = joined[2:].lstrip()
    return "\n".join(_with_plain_start(line) for line in joined.split("\n"))


def _with_plain_start(line: str) -> str:
    match = _LINE_START.match(line)
    return _escaped_start(match) + line[match.end() :] if match else line


def _escaped_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def _wrapped(inner: str, mark: str) -> str:
    """Return emphasised text; white space goes outside of the marks, as CommonMark wants it."""
    words = inner.strip()
    if not words:
        return inner
    before = inner[: len(inner) - len(inner.lstrip())]
    after = inner[len(inner.rstrip()) :]
    return f"{before}{mark}{words}{mark}{after}"


def _code(text: str) -> str:
    ticks = "`"
    while ticks in text:
        ticks += "`"
    line = " ".join(text.split())
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else ""


def _fence(text: str) -> str:
    mark = "```"
    while mark in text:
        mark += "`"
    return f"{mark}\n{text.strip(chr(10))}\n{mark}"
