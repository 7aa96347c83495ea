"""Bytes of a text file as text, whatever its author's program wrote."""

import re
from typing import Final

from item_bank.errors import InvalidImport
from item_bank.formats.places import Place
from item_bank.formats.protocol import SourceFile
from item_bank.formats.reports import Report

MOST_BYTES: Final = 50_000_000
_LETTERS: Final = re.compile(r"[А-Яа-яЁё]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_of(source: SourceFile, report: Report) -> str:
    """Return the text with ``\\n`` at line ends: UTF-8, UTF-16 with its mark, or Windows-1251.

    Windows-1251 is an assumption, and is reported as one. Raises ``InvalidImport`` for anything else.
    """
    if len(source.content) > MOST_BYTES:
        raise InvalidImport("import_too_large", name=source.name, most=MOST_BYTES // 1_000_000)
    text = _marked(source) or _utf8(source.content)
    if text is None:
        text = _windows_1251(source)
        report.lose("", Place(), "assumed", "encoding of the file", reading="Windows-1251")
    if _CONTROL.search(text):
        raise InvalidImport("import_no_text", name=source.name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _marked(source: SourceFile) -> str | None:
    for mark, encoding in _MARKS.items():
        if source.content.startswith(mark):
            try:
                return source.content.decode(encoding)
            except UnicodeDecodeError:
                raise InvalidImport("import_no_text", name=source.name) from None
    return None


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _windows_1251(source: SourceFile) -> str:
    """Read as Windows-1251 if that gives words: mostly small Cyrillic letters among what is not ASCII."""
    try:
        text = source.content.decode("cp1251")
    except UnicodeDecodeError:
        raise InvalidImport("import_no_text", name=source.name) from None
    foreign = [letter for letter in text if ord(letter) > 127]
    letters = [letter for letter in foreign if _LETTERS.match(letter)]
    small = sum(letter.islower() for letter in letters)
    if len(letters) < 0.7 * len(foreign) or small < 0.6 * len(letters):
        raise InvalidImport("import_no_text", name=source.name)
    return text
