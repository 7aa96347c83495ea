"""HTML of other systems as the item bank's text, with a list of all that was not carried.

Nothing that acts survives: scripts, forms, frames and handlers are removed and reported, addresses of links
too. Pictures are asked for by their source from the format that knows where they are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from item_bank.formats.plain_text import authored

Resolve = Callable[[str], str | None]
"""From the source of a picture to the name of a media file, or ``None`` if it did not come along."""

_ACTIVE: Final = frozenset(
    ["script", "style", "iframe", "object", "embed", "applet", "form", "input", "button", "select",
     "textarea", "link", "meta", "base", "frame", "frameset", "svg"]
)  # fmt: skip
_VOID: Final = frozenset(
    ["br", "hr", "img", "input", "link", "meta", "base", "embed", "wbr", "col", "source", "track", "frame"]
)
_BLOCKS: Final = frozenset(
    ["p", "div", "ul", "ol", "li", "table", "pre", "blockquote", "hr", "section", "article", "h1", "h2",
     "h3", "h4", "h5", "h6", "dl", "dt", "dd", "figure", "figcaption", "header", "footer", "center"]
)  # fmt: skip
_PLAIN: Final = frozenset(
    ["p", "div", "br", "span", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "pre", "code",
     "hr", "strong", "b", "em", "i", "blockquote", "img", "sub", "sup", "html", "body", "wbr", "tt", "kbd",
     "samp"]
)  # fmt: skip
_SCRIPTS: Final = {
    "sup": ("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "sub": ("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
_DEEPEST: Final = 100
_BREAK: Final = "\\\n"


@dataclass(frozen=True)
class LostMarkup:
    """What was not carried: the ``code`` of a loss, the tag or attribute, and what it held."""

    code: str
    element: str
    content: str = ""


@dataclass
class _Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["_Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _TreeParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("html")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        if tag in ("li", "td", "th", "tr", "p") and self._open[-1].tag == tag:
            self._open.pop()
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def text_of_html(html: str, resolve: Resolve) -> tuple[str, tuple[LostMarkup, ...]]:
    """Return CommonMark and what was lost on the way; broken HTML is read as browsers read it, roughly."""
    parser = _TreeParser()
    parser.feed(html)
    parser.close()
    writer = _Writer(resolve)
    return "\n\n".join(writer.blocks(parser.root)).strip(), tuple(dict.fromkeys(writer.lost))


class _Writer:
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.lost: list[LostMarkup] = []

    def blocks(self, node: _Node) -> list[str]:
        """Return the paragraphs of a node; loose text between blocks is a paragraph of its own."""
        found: list[str] = []
        loose: list[_Node | str] = []
        for child in node.children:
            if isinstance(child, str) or child.tag not in _BLOCKS:
                loose.append(child)
                continue
            found += self._paragraph(loose)
            loose = []
            self._note(child)
            found += self._block(child)
        return found + self._paragraph(loose)

    def _paragraph(self, loose: list[_Node | str]) -> list[str]:
        text = self._inline(loose).strip(" ")
        while text.startswith(_BREAK):
            text = text.removeprefix(_BREAK).lstrip(" ")
        while text.endswith(_BREAK):
            text = text.removesuffix(_BREAK).rstrip(" ")
        return [text] if text.strip() else []

    def _block(self, node: _Node) -> list[str]:
        if node.tag in ("ul", "ol"):
            return self._list(node)
        if node.tag == "table":
            return self._table(node)
        if node.tag == "pre":
            fence = "```" if "```" not in node.text else "~~~~"
            return [f"{fence}\n{node.text.strip(chr(10))}\n{fence}"]
        if node.tag == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(self.blocks(node)).split("\n"))]
        if node.tag == "hr":
            return ["***"]
        return self.blocks(node)

    def _list(self, node: _Node) -> list[str]:
        start = node.attributes.get("start", "1")
        number = int(start) if start.isdecimal() and len(start) < 9 else 1
        entries = []
        for item in node.children:
            if isinstance(item, str) or item.tag != "li":
                continue
            mark = f"{number}. " if node.tag == "ol" else "- "
            number += 1
            body = "\n\n".join(self.blocks(item)) or "\u200b"
            entries.append(mark + body.replace("\n", "\n" + " " * len(mark)))
        return ["\n".join(entries)] if entries else []

    def _table(self, node: _Node) -> list[str]:
        rows = [[self._cell(cell) for cell in _cells(row)] for row in _rows(node)]
        if not rows:
            return []
        width = max(map(len, rows))
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        return ["\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])]

    def _cell(self, cell: _Node) -> str:
        self._note(cell)
        return " ".join("\n\n".join(self.blocks(cell)).replace("\\\n", " ").split()).replace("|", "\\|")

    def _inline(self, children: list[_Node | str]) -> str:
        parts: list[str] = []
        pending = ""
        for child in children:
            if isinstance(child, str):
                pending += child
            else:
                parts += [_shown(pending), self._element(child)]
                pending = ""
        return "".join([*parts, _shown(pending)])

    def _element(self, node: _Node) -> str:
        tag = node.tag
        if tag in _ACTIVE:
            self.lost.append(LostMarkup("active_content", tag, node.text.strip()))
            return ""
        self._note(node)
        if tag == "br":
            return _BREAK
        if tag == "img":
            return self._picture(node)
        if tag in ("code", "tt", "kbd", "samp"):
            return _code(node.text)
        if tag in _SCRIPTS:
            return self._script(node)
        inner = self._inline(node.children)
        mark = {"strong": "**", "b": "**", "em": "*", "i": "*"}.get(tag, "")
        return _marked(inner, mark) if mark else inner

    def _script(self, node: _Node) -> str:
        plain, small = _SCRIPTS[node.tag]
        written = node.text.strip()
        if written and all(letter in plain for letter in written):
            return written.translate(str.maketrans(plain, small))
        mark = "^" if node.tag == "sup" else "_"
        safe = re.fullmatch(r"[\w ,.+\-]+", written)
        if safe:
            return f"${{}}{mark}{{\\text{{{written}}}}}$"
        self.lost.append(LostMarkup("markup", node.tag, written))
        return self._inline(node.children)

    def _picture(self, node: _Node) -> str:
        source, words = node.attributes.get("src", ""), " ".join(node.attributes.get("alt", "").split())
        name = self._resolve(source)
        if name is None:
            self.lost.append(LostMarkup("media_missing", f"img {source[:100]}", words))
            return authored(words)
        if not words:
            self.lost.append(LostMarkup("assumed", f"alternative text of {name}", name))
        return f"![{authored(words or name)}](media:{name})"

    def _note(self, node: _Node) -> None:
        if node.tag not in _PLAIN:
            self.lost.append(LostMarkup("markup", node.tag, node.text.strip()))
        for name, value in node.attributes.items():
            if name.startswith("on") or value.strip().casefold().startswith("javascript:"):
                self.lost.append(LostMarkup("active_content", f"{node.tag} {name}", value))
            elif not (node.tag == "img" and name in ("src", "alt")) and name not in ("class", "start", "dir"):
                self.lost.append(LostMarkup("markup", f"{node.tag} {name}", value))


def _cells(row: _Node) -> list[_Node]:
    return [cell for cell in row.children if isinstance(cell, _Node) and cell.tag in ("td", "th")]


def _rows(node: _Node) -> list[_Node]:
    rows = []
    for child in node.children:
        if isinstance(child, _Node) and child.tag == "tr":
            rows.append(child)
        elif isinstance(child, _Node) and child.tag in ("thead", "tbody", "tfoot"):
            rows += _rows(child)
    return rows


def _shown(text: str) -> str:
    """Return the text with its white space collapsed as HTML does, and its own signs escaped."""
    collapsed = re.sub(r"[ \t\r\n\f]+", " ", text)
    core = authored(collapsed)
    if not core:
        return " " if collapsed else ""
    return (" " if collapsed[0] == " " else "") + core + (" " if collapsed[-1] == " " else "")


def _marked(inner: str, mark: str) -> str:
    core = inner.strip()
    if not core:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{before}{mark}{core}{mark}{after}"


def _code(text: str) -> str:
    written = " ".join(text.split("\n"))
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", written)), default=0) + 1)
    pad = " " if written.startswith(("`", " ")) or written.endswith(("`", " ")) else ""
    return f"{ticks}{pad}{written}{pad}{ticks}" if written.strip() else written
