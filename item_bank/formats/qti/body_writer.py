"""The item bank's text as the content of a QTI body: XHTML with MathML that keeps its LaTeX."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, fromstring, tostring

from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from item_bank.formats.qti.names import node
from item_bank.gap_markers import sealed, with_gap_elements
from item_bank.markup import TextRenderer, formula_to_mathml, text_parser
from item_bank.media import MediaReference
from item_bank.safe_xml import parse_xml


class _BodyRenderer(TextRenderer):
    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _annotated(tokens[idx].content.strip(), block=False)

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<p>{_annotated(tokens[idx].content.strip(), block=True)}</p>"


_PARSER: Final = text_parser(_BodyRenderer)


def media_path(reference: MediaReference) -> str:
    """Return the path of a file in the package."""
    return f"media/{reference.sha256[:16]}/{reference.name}"


def body(text: str, media: tuple[MediaReference, ...], *, with_gaps: bool = False) -> Element:
    """Return a ``div`` with the blocks of ``text``; gaps are empty ``span`` elements with ``data-gap``.

    Raises ``InvalidMarkup`` for a text that cannot be shown.
    """
    html = str(_PARSER.render(sealed(text) if with_gaps else text)).strip()
    root = parse_xml(f"<div>{with_gap_elements(html) if with_gaps else html}</div>".encode(), "text")
    known = {reference.name: reference for reference in media}
    for image in list(root.iter("img")):
        _with_address(image, known)
    return root


def phrase(parent: Element, text: str, media: tuple[MediaReference, ...]) -> None:
    """Append ``text`` to ``parent``; a text of one paragraph comes without its ``p``."""
    root = body(text, media)
    if [child.tag for child in root] == ["p"]:
        root = root[0]
    parent.text = root.text
    parent.extend(list(root))


def _annotated(formula: str, *, block: bool) -> str:
    # Our own converter's output, checked against its list of elements.
    math = fromstring(formula_to_mathml(formula, block=block))  # noqa: S314
    row = Element("mrow")
    row.extend(list(math))
    for child in list(math):
        math.remove(child)
    semantics = node(math, "semantics")
    semantics.append(row)
    node(semantics, "annotation", formula, encoding="application/x-tex")
    return tostring(math, encoding="unicode")


def _with_address(image: Element, media: Mapping[str, MediaReference]) -> None:
    name = image.get("src", "").removeprefix("media:")
    reference = media.get(name)
    if reference is None:
        return
    address = f"../{media_path(reference)}"
    kind = reference.media_type.partition("/")[0]
    words = image.get("alt", "")
    image.attrib.clear()
    image.set("src", address)
    if kind == "image":
        image.set("alt", words)
        return
    image.tag = kind
    image.set("controls", "controls")
    image.set("aria-label", words)
    if reference.play_limit:
        image.set("data-play-limit", str(reference.play_limit))
