"""XML and pictures from outside: hostile ones are refused or cleaned, honest ones survive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import InvalidImport, InvalidMedia
from item_bank.media import media_file
from item_bank.safe_xml import DEEPEST, local_name, parse_xml
from item_bank.sanitised_svg import sanitised_svg

BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, b'<!DOCTYPE html><a/>'])
def test_document_types_and_entities_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidImport) as refusal:
        parse_xml(content, "item.xml")
    assert "item.xml" in str(refusal.value)


BROKEN = [b"", b"<a>", b"<a></b>", b"<a>&nbsp;</a>", b"\x00\x01", b'<a b="1" b="2"/>']


@pytest.mark.parametrize("content", BROKEN)
def test_broken_xml_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(InvalidImport, match=r"item\.xml"):
        parse_xml(content, "item.xml")


def test_depth_is_limited() -> None:
    deep = b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1)
    with pytest.raises(InvalidImport):
        parse_xml(deep, "deep.xml")


def test_namespaces_and_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><x:a xmlns:x="urn:x">сынак</x:a>'
    root = parse_xml(text.encode("cp1251"), "a")
    assert (root.tag, local_name(root), root.text) == ("{urn:x}a", "a", "сынак")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        parse_xml(content, "any")
    except InvalidImport:
        return


HOSTILE = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 onload="alert(1)">
<script>alert(2)</script><style>@import url(http://x)</style>
<a href="javascript:alert(3)"><rect width="1" height="1"/></a>
<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="alert(4)"/></foreignObject>
<image href="http://example.org/spy.png"/><use xlink:href="http://example.org/#a"/><use xlink:href="#dot"/>
<rect style="fill:url(http://x)" fill="url(http://x)" width="5"/><circle id="dot" r="2" fill="url(#g)"/>
<animate attributeName="href" to="javascript:alert(5)"/><set attributeName="onload" to="alert(6)"/>
<text x="1">2 &lt; 3</text></svg>"""


def test_pictures_keep_shapes_and_lose_what_acts_or_loads() -> None:
    cleaned = sanitised_svg(HOSTILE).decode()
    forbidden = ("script", "alert", "http://x", "example.org", "onload", "onerror", "style", "animate")
    assert not [word for word in forbidden if word in cleaned]
    assert '<circle id="dot" r="2" fill="url(#g)"' in cleaned
    assert 'href="#dot"' in cleaned
    assert "2 &lt; 3" in cleaned
    assert sanitised_svg(cleaned.encode()).decode() == cleaned


def test_a_file_is_what_its_bytes_say() -> None:
    picture = media_file("figure.png", HOSTILE)
    assert picture.reference.media_type == "image/svg+xml"
    assert b"alert" not in picture.content
    for content in (b"MZ\x90\x00", b"<html><svg/></html>", b"", b"%PDF-1.7"):
        with pytest.raises(InvalidMedia):
            media_file("figure.png", content)
