"""From author's text to safe HTML.

CommonMark with pipe tables, ``$…$`` formulas and images that come with the item (``media:``); raw HTML,
links and headings are not part of the format. Formulas become MathML Core, which browsers show and screen
readers speak without any script; each carries its words for those that cannot. The result passes an explicit
allow-list, so that even a fault in a converter cannot put markup on an exam page.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from typing import Final
from xml.etree import ElementTree

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from item_bank.errors import InvalidMarkup
from item_bank.formula_words import formula_words

_TEXT_TAGS: Final = {"p", "br", "hr", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote"}
_TABLE_TAGS: Final = {"table", "thead", "tbody", "tr", "th", "td"}
_MATHML_ARITY: Final = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mroot": 2, "mover": 2, "munder": 2}
_MATHML_LEAVES: Final = {"mi", "mn", "mo", "mtext", "mspace"}
_MATHML_ROWS: Final = {"math", "mrow", "mstyle", "mpadded", "mphantom", "msqrt", "munderover"}
_MATHML_TAGS: Final = {*_MATHML_ARITY, *_MATHML_LEAVES, *_MATHML_ROWS, "mtable", "mtr", "mtd"}
_MATHML_ATTRIBUTES: Final = {
    "math": {"display", "alttext"},
    "mo": {"stretchy", "fence", "form", "separator", "accent", "movablelimits", "minsize", "maxsize"},
    "mi": {"mathvariant"},
    "mspace": {"width", "height", "depth"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mfrac": {"linethickness"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
}
_ALIGNMENT_CLASSES: Final = {"align-left", "align-center", "align-right"}
_CLASSES: Final = {"th": _ALIGNMENT_CLASSES, "td": _ALIGNMENT_CLASSES}
_ATTRIBUTES: Final = {**_MATHML_ATTRIBUTES, "ol": {"start"}, "img": {"src", "alt"}}
_NAMESPACE: Final = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d)\{,\}(?=\d)")
_MEDIA_SOURCE: Final = re.compile(r"media:[\w.%-]+")
_FORMULA: Final = re.compile(r'<math[^>]* alttext="([^"]*)"[^>]*>.*?</math>', re.DOTALL)
_IMAGE: Final = re.compile(r'<img[^>]* alt="([^"]*)"[^>]*>')
_TAG: Final = re.compile(r"<[^>]*>")
_LONE_PARAGRAPH: Final = re.compile(r"\A<p>((?:(?!</?p>).)*)</p>\s*\Z", re.DOTALL)


def render(text: str) -> str:
    """Return ``text`` as block HTML; raises ``InvalidMarkup`` naming the formula or construct at fault."""
    return _rendered(text)


def render_phrase(text: str) -> str:
    """Like :func:`render`, but a text of one paragraph comes without its ``<p>``: for options in a label."""
    html = _rendered(text)
    lone = _LONE_PARAGRAPH.match(html)
    return lone.group(1) if lone else html


def plain_words(html: str) -> str:
    """Return rendered HTML as one line of plain text: for a list that shows no markup, and for speech."""
    worded = _IMAGE.sub(lambda found: f" {found[1]} ", _FORMULA.sub(lambda found: f" {found[1]} ", html))
    return " ".join(unescape(_TAG.sub(" ", worded)).split())


def formula_to_mathml(formula: str, *, block: bool = False) -> str:
    """Return the MathML of a LaTeX ``formula`` (without its dollar signs); raises ``InvalidMarkup``."""
    decimal_comma = _DECIMAL_COMMA.search(formula) is not None
    source = _DECIMAL_COMMA.sub(".", formula)
    if _unbalanced(source):
        raise _formula_error(formula, "the braces { } are not balanced")
    try:
        mathml = convert(source, display="block" if block else "inline")
    except Exception as error:  # the converter raises its own and built-in errors on broken input
        raise _formula_error(formula, _reason(error)) from None
    try:
        # Our converter's output, without entities or DTD; in HTML the element <math> needs no namespace.
        tree = ElementTree.fromstring(mathml.replace(_NAMESPACE, "", 1))  # noqa: S314
    except ElementTree.ParseError:
        raise _formula_error(formula, "write <, > and & in \\text{} as words") from None
    _check_mathml(tree, formula)
    _tidy_mathml(tree, decimal_comma=decimal_comma)
    tree.set("alttext", " ".join(formula_words(tree).split()))
    return ElementTree.tostring(tree, encoding="unicode")


def _formula_error(formula: str, reason: str) -> InvalidMarkup:
    return InvalidMarkup("markup_formula", formula=formula, reason=reason)


def _reason(error: Exception) -> str:
    name = type(error).__name__.removesuffix("Error")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return f"{words} {error}".strip()


def _unbalanced(formula: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", formula):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return True
    return depth != 0


def _check_mathml(tree: ElementTree.Element, formula: str) -> None:
    for element in tree.iter():
        tag = element.tag
        if tag not in _MATHML_TAGS or set(element.attrib) - _MATHML_ATTRIBUTES.get(tag, set()):
            raise _formula_error(formula, "it uses a command that is not allowed")
        text = element.text or ""
        if "\\" in text:
            raise _formula_error(formula, f"the command {text} is not known")
        if len(element) != _MATHML_ARITY.get(tag, len(element)):
            raise _formula_error(formula, "a part of a fraction, root, power or index is missing")


def _tidy_mathml(tree: ElementTree.Element, *, decimal_comma: bool) -> None:
    for element in tree.iter():
        _join_decimal_mark(element)
        if decimal_comma and element.tag == "mn" and element.text:
            element.text = element.text.replace(".", ",")
        if element.tag == "mi" and element.text == ";":
            # The converter takes a semicolon for a variable; as a separator it is spaced correctly.
            element.tag = "mo"
            element.set("separator", "true")


def _join_decimal_mark(row: ElementTree.Element) -> None:
    """Join “0” and the mark of a recurring decimal, as in 0,(27), which the converter leaves apart."""
    for number, mark in zip(list(row), list(row)[1:-1], strict=False):
        symbol = mark[0] if mark.tag == "mrow" and len(mark) == 1 else mark
        is_mark = symbol.tag == "mo" and (symbol.text == "." or (symbol.text == "," and symbol is not mark))
        if number.tag == "mn" and is_mark:
            number.text = f"{number.text}{symbol.text}"
            row.remove(mark)


class TextRenderer(RendererHTML):
    """Formulas as MathML, column alignment as a class (the page's policy forbids inline styles)."""

    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return formula_to_mathml(tokens[idx].content.strip())

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return formula_to_mathml(tokens[idx].content.strip(), block=True)

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        style = str(tokens[idx].attrGet("style") or "")
        alignment = style.removeprefix("text-align:")
        return f'<{tokens[idx].tag} class="align-{alignment}">' if alignment else f"<{tokens[idx].tag}>"

    td_open = th_open


def _refuse_unsupported(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "image":
                source = str(token.attrGet("src") or "")
                if not _MEDIA_SOURCE.fullmatch(source):
                    raise InvalidMarkup("markup_image")
                if not token.content.strip():
                    raise InvalidMarkup("markup_image_words", source=source)
                token.attrs.pop("title", None)
            if token.type == "link_open":
                raise InvalidMarkup("markup_link")
            if token.type == "text" and "$" in token.content:
                raise InvalidMarkup("markup_stray_dollar", text=token.content.strip())


def text_parser(renderer_class: type[TextRenderer]) -> MarkdownIt:
    """Return a parser of the format that writes HTML with ``renderer_class``; its HTML is not yet checked
    against the allow-list."""
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=renderer_class).enable("table")
    parser.disable(["heading", "lheading", "reference", "html_block", "html_inline"])
    dollarmath_plugin(parser, allow_labels=False, allow_blank_lines=False)
    renderer = parser.renderer
    assert isinstance(renderer, TextRenderer)  # noqa: S101  # the class given above
    for rule in ("math_inline", "math_block"):
        renderer.rules[rule] = getattr(renderer, rule)  # the plug-in put its own placeholder there
    # Before text_join an escaped \$ is still a token of its own, so only unpaired dollars are in plain text.
    parser.core.ruler.before("text_join", "refuse_unsupported", _refuse_unsupported)
    return parser


_PARSER: Final = text_parser(TextRenderer)


@lru_cache(maxsize=8192)
def _rendered(text: str) -> str:
    return nh3.clean(
        _PARSER.render(text),
        tags=_TEXT_TAGS | _TABLE_TAGS | _MATHML_TAGS | {"img"},
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"media"},
        link_rel=None,
    ).strip()
