"""The files that come with an item: those of its package, or none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from item_bank.errors import InvalidMedia
from item_bank.formats.places import Place
from item_bank.formats.reports import Report
from item_bank.media import MediaFile, MediaReference, media_file

_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass
class PackageFiles:
    """Files by their path in the package, and the media that items refer to, checked and named once each."""

    entries: Mapping[str, bytes] = field(default_factory=dict)
    media: dict[str, MediaFile] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def path(self, href: str, base: str) -> str | None:
        """Return the path that ``href`` in the file ``base`` leads to, or ``None`` if nothing is there."""
        written = unquote(href.partition("#")[0].partition("?")[0])
        if not written or ":" in written or written.startswith("/"):
            return None
        parts: list[str] = []
        for part in (*PurePosixPath(base).parent.parts, *PurePosixPath(written).parts):
            if part == ".." and not parts:
                return None
            if part == "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        path = "/".join(parts)
        return path if path in self.entries else None

    def media_name(self, href: str, base: str, item: str, report: Report) -> str | None:
        """Return the name under which texts refer to a file; ``None``, with a report, if there is none."""
        path = self.path(href, base)
        if path is None:
            report.lose(item, Place(file=base), "media_missing", href or "a file without an address")
            return None
        if path not in self._names:
            name = self._free_name(PurePosixPath(path).name)
            try:
                self.media[name] = media_file(name, self.entries[path])
            except InvalidMedia as error:
                report.lose(item, Place(file=base), "media_refused", path, reason=str(error))
                return None
            self._names[path] = name
        return self._names[path]

    def _free_name(self, written: str) -> str:
        plain = _UNSAFE.sub("-", written).lstrip(".-")[-80:] or "file"
        name, number = plain, 1
        while name in self.media:
            number += 1
            name = f"{number}-{plain}"
        return name

    def add(self, href: str, base: str, reference: MediaReference) -> bool:
        """Take over the file that ``reference`` names by its hash; say whether it is there and the same."""
        path = self.path(href, base)
        if path is None:
            return False
        try:
            file = media_file(reference.name, self.entries[path], reference.play_limit)
        except InvalidMedia:
            return False
        if file.reference != reference:
            return False
        self.media[f"{reference.sha256}/{reference.name}"] = file
        return True
