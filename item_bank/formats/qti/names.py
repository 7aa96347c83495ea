"""One vocabulary for all versions of QTI.

QTI 3.0 writes ``qti-choice-interaction response-identifier``; 2.1 and 2.2 write ``choiceInteraction
responseIdentifier``. Everything else in this package works on *plain* elements: the names of version 3.0
without namespaces.
"""

import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from item_bank.safe_xml import local_name

MATHML: Final = "http://www.w3.org/1998/Math/MathML"
SCHEMA_LOCATION: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_HYPHEN: Final = re.compile(r"-([a-z0-9])")
_QTI_2: Final = re.compile(r"http://www\.imsglobal\.org/xsd/imsqti_v2p[012]|.*imsqti(asi)?_v2p\d")
_HTML: Final = frozenset(
    [
        *("p", "br", "hr", "em", "strong", "b", "i", "u", "s", "code", "pre", "ul", "ol", "li", "blockquote"),
        *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "div", "span"),
        *("sub", "sup", "small", "big", "tt", "kbd", "samp", "var", "q", "cite", "dfn", "abbr", "acronym"),
        *("a", "img", "object", "param", "audio", "video", "source", "track", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "dl", "dt", "dd", "address", "figure", "figcaption", "section", "article", "aside", "label"),
        *("header", "footer", "nav", "ruby", "rb", "rt", "rp", "bdi", "bdo", "script", "style", "iframe"),
        *("embed", "form", "input", "button", "picture", "math", "svg", "semantics", "annotation"),
    ]
)
_UNCHANGED_ATTRIBUTES: Final = frozenset(["longdesc", "lang"])


@dataclass(frozen=True)
class QtiVersion:
    """What differs between versions when a package is written."""

    name: str
    item_namespace: str
    package_namespace: str
    item_type: str
    test_type: str
    stimulus_type: str
    schema: str
    schema_version: str
    templates: str
    usage_namespace: str

    @property
    def is_3(self) -> bool:
        """Whether names are written in the way of version 3.0."""
        return self.name == "qti3"


VERSION_3: Final = QtiVersion(
    name="qti3",
    item_namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    package_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    item_type="imsqti_item_xmlv3p0",
    test_type="imsqti_test_xmlv3p0",
    stimulus_type="imsqti_stimulus_xmlv3p0",
    schema="QTI Package",
    schema_version="3.0.0",
    templates="https://www.imsglobal.org/question/qti_v3p0/rptemplates/",
    usage_namespace="http://www.imsglobal.org/xsd/imsqti_usagedata_v3p0",
)
VERSION_2: Final = QtiVersion(
    name="qti2",
    item_namespace="http://www.imsglobal.org/xsd/imsqti_v2p2",
    package_namespace="http://www.imsglobal.org/xsd/imscp_v1p1",
    item_type="imsqti_item_xmlv2p2",
    test_type="imsqti_test_xmlv2p2",
    stimulus_type="imsqti_stimulus_xmlv2p2",
    schema="QTIv2.2 Package",
    schema_version="1.0.0",
    templates="http://www.imsglobal.org/question/qti_v2p2/rptemplates/",
    usage_namespace="http://www.imsglobal.org/xsd/imsqti_usagedata_v2p2",
)


def plain(element: Element) -> Element:
    """Return a copy with the names of version 3.0 and no namespaces, whatever the version was."""
    namespace = str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""
    name = local_name(element)
    old = not name.startswith("qti-") and namespace != MATHML and _QTI_2.fullmatch(namespace) is not None
    renamed = old and name not in _HTML
    copy = Element(f"qti-{_kebab(name)}" if renamed else name)
    for key, value in element.attrib.items():
        local = key.rpartition("}")[2]
        if key != SCHEMA_LOCATION and local != "base":
            copy.set(_kebab(local) if renamed and local not in _UNCHANGED_ATTRIBUTES else local, value)
    copy.text, copy.tail = element.text, element.tail
    copy.extend(plain(child) for child in element)
    return copy


def as_version(element: Element, version: QtiVersion) -> Element:
    """Return a copy of a plain element with the names of ``version``, for writing."""
    if version.is_3:
        return element
    name = str(element.tag)
    renamed = name.startswith("qti-")
    copy = Element(_camel(name.removeprefix("qti-")) if renamed else name)
    for key, value in element.attrib.items():
        if not key.startswith("data-"):
            copy.set(_camel(key) if renamed else key, value)
    copy.text, copy.tail = element.text, element.tail
    copy.extend(as_version(child, version) for child in element)
    return copy


def document(root: Element, version: QtiVersion) -> bytes:
    """Return a plain element as the bytes of a document of ``version``."""
    tree = as_version(root, version)
    tree.set("xmlns", version.item_namespace)
    for element in tree.iter("math"):
        element.set("xmlns", MATHML)
    return xml_document(tree)


def xml_document(root: Element) -> bytes:
    """Return an element with its declaration as bytes."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def node(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Append an element; underscores in attribute names stand for hyphens."""
    child = SubElement(parent, name, {key.replace("_", "-"): value for key, value in attributes.items()})
    child.text = text
    return child


def same_document(first: Element, second: Element) -> bool:
    """Say whether two plain elements have the same names, attributes and words; namespaces and indentation
    do not count."""
    if first.tag != second.tag or _attributes(first) != _attributes(second) or len(first) != len(second):
        return False
    if (first.text or "").strip() != (second.text or "").strip():
        return False
    return all(
        (one.tail or "").strip() == (other.tail or "").strip() and same_document(one, other)
        for one, other in zip(first, second, strict=True)
    )


def serialised(element: Element) -> str:
    """Return the XML of an element, for reports."""
    return tostring(element, encoding="unicode").strip()


def flag(element: Element, name: str, *, default: bool = False) -> bool:
    """Return an attribute as a truth value."""
    return element.get(name, "true" if default else "false").strip() in ("true", "1")


def count(element: Element, name: str, default: int = 0) -> int:
    """Return an attribute as a whole number; ``default`` if it is none."""
    written = element.get(name, "").strip()
    return int(written) if written.isdecimal() and len(written) < 10 else default


def _attributes(element: Element) -> dict[str, str]:
    return {key: value for key, value in element.attrib.items() if key != "xmlns"}


def _kebab(name: str) -> str:
    return _CAPITAL.sub(r"-\1", name).lower()


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda match: match[1].upper(), name)
