"""Files inside a Moodle question: pictures that its texts show, checked and named as the item bank does."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidMedia
from item_bank.formats.places import Place
from item_bank.formats.reports import Report
from item_bank.media import MediaFile, media_file
from item_bank.safe_xml import local_name

PLUGIN_FILE: Final = "@@PLUGINFILE@@/"
_DATA: Final = re.compile(r"data:[\w/+.-]+;base64,(.*)", re.DOTALL)


class QuestionFiles:
    """The files of one question; :meth:`resolve` gives their names to the reader of its texts."""

    def __init__(self, question: Element, item: str, place: Place, report: Report) -> None:
        self._item, self._place, self._report = item, place, report
        self._files: dict[str, MediaFile] = {}
        self._used: set[str] = set()
        for element in question.iter():
            if local_name(element) == "file":
                self._add(element.get("name", ""), element.text or "")

    @property
    def used(self) -> tuple[MediaFile, ...]:
        """The files that a text shows, by name."""
        return tuple(file for name, file in self._files.items() if name in self._used)

    def resolve(self, source: str) -> str | None:
        """Return the name of the file that a picture's source stands for."""
        embedded = _DATA.fullmatch(source.strip())
        name = safe_name(unquote(source.removeprefix(PLUGIN_FILE)))
        if embedded:
            name = f"embedded-{len(self._files) + 1}"
            self._add(name, embedded[1])
        elif not source.startswith(PLUGIN_FILE):
            return None
        if name not in self._files:
            return None
        self._used.add(name)
        return name

    def report_unused(self) -> None:
        """List the files that no text shows."""
        for name in self._files:
            if name not in self._used:
                self._report.lose(self._item, self._place, "no_place", "file", content=name)

    def _add(self, name: str, written: str) -> None:
        kept = safe_name(name)
        try:
            self._files[kept] = media_file(kept, base64.b64decode(written))
        except (InvalidMedia, binascii.Error, ValueError) as error:
            self._report.lose(self._item, self._place, "media_refused", name, reason=str(error))


def safe_name(name: str) -> str:
    """Return a name that the item bank takes, from the last part of a path."""
    plain = re.sub(r"[^\w.-]", "_", name.rpartition("/")[2])[:90]
    return plain if re.match(r"\w", plain) else f"file{plain}"
