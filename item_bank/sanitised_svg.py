"""SVG pictures rewritten from an allow-list: shapes, text and gradients; nothing that acts or loads."""

import re
from typing import Final
from xml.etree.ElementTree import Element, register_namespace, tostring

from item_bank.safe_xml import local_name, parse_xml

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_ELEMENTS: Final = frozenset(
    [
        *("svg", "g", "defs", "title", "desc", "symbol", "use"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask", "marker", "pattern"),
    ]
)
_ATTRIBUTES: Final = frozenset(
    [
        *("id", "class", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "d"),
        *("points", "width", "height", "viewBox", "preserveAspectRatio", "transform", "version", "href"),
        *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "opacity"),
        *("stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
        *("font-size", "font-family", "font-weight", "font-style", "text-anchor", "dominant-baseline"),
        *("offset", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "fx", "fy"),
        *("clip-path", "clip-rule", "mask", "marker-start", "marker-mid", "marker-end", "markerWidth"),
        *("markerHeight", "markerUnits", "refX", "refY", "orient", "patternUnits", "patternTransform"),
        *("letter-spacing", "role", "aria-label"),
    ]
)
_LOCAL_URL: Final = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)")


def sanitised_svg(content: bytes) -> bytes:
    """Return the picture with everything removed that is not on the list; raises ``InvalidImport``."""
    register_namespace("", _NAMESPACE)
    cleaned: bytes = tostring(_clean(parse_xml(content, "SVG")), encoding="utf-8")
    return cleaned


def _clean(element: Element) -> Element:
    kept = Element(f"{{{_NAMESPACE}}}{local_name(element)}", _safe_attributes(element))
    kept.text = element.text
    for child in element:
        if local_name(child) in _ELEMENTS:
            cleaned = _clean(child)
            cleaned.tail = child.tail
            kept.append(cleaned)
    return kept


def _safe_attributes(element: Element) -> dict[str, str]:
    found = {}
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2]
        if plain not in _ATTRIBUTES or ":" in value:
            continue
        if plain == "href" and not value.startswith("#"):
            continue
        if "url" in value.casefold() and not _LOCAL_URL.fullmatch(value.strip()):
            continue
        found[plain] = value
    return found
