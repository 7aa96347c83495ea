"""The one reader of XML that comes from outside.

No document type, no entities beyond the five of XML, no processing of external references, and limits on
size, depth and number of elements. Namespaces stay in the tags as ``{uri}name``.
"""

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from item_bank.errors import InvalidImport

MOST_BYTES: Final = 150_000_000
MOST_ELEMENTS: Final = 2_000_000
DEEPEST: Final = 200


def parse_xml(content: bytes, name: str) -> Element:
    """Return the root element of ``content``; ``name`` is told in refusals.

    UTF-8, UTF-16, Windows-1251 and the other encodings that expat or Python know are read as declared.
    Raises ``InvalidImport`` for everything that is refused or cannot be read.
    """
    if len(content) > MOST_BYTES:
        raise InvalidImport("import_too_large", name=name, most=MOST_BYTES // 1_000_000)
    return _Reader(name).read(content)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._elements = 0
        self._builder = TreeBuilder()

    def read(self, content: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        try:
            parser.Parse(content, True)
            return self._builder.close()
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "it is not well formed")
            line = getattr(error, "lineno", 0)
            raise InvalidImport("import_xml", name=self._name, line=line, reason=reason) from None
        except (LookupError, ValueError, AssertionError) as error:
            raise InvalidImport("import_xml", name=self._name, line=0, reason=str(error)) from None

    def _start(self, tag: str, attributes: list[str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            raise InvalidImport("import_xml_limits", name=self._name)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        self._builder.start(_qualified(tag), {_qualified(key): value for key, value in pairs})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(_qualified(tag))

    def _refuse_doctype(self, *_: object) -> None:
        raise InvalidImport("import_xml_doctype", name=self._name)


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def local_name(element: Element) -> str:
    """Return the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
