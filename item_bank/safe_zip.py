"""The one reader of ZIP archives that come from outside: spreadsheets, documents, content packages.

Names, number, sizes and ratio of the entries are checked before anything is unpacked, and unpacking stops at
the size that an entry announced. Nothing is written to disk.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from item_bank.errors import InvalidImport

MOST_BYTES: Final = 250_000_000
MOST_ENTRIES: Final = 20_000
MOST_UNPACKED: Final = 500_000_000
MOST_UNPACKED_ENTRY: Final = 150_000_000
MOST_RATIO: Final = 200
RATIO_FROM: Final = 1_000_000
"""Entries up to this size may be packed as tightly as they like: they harm nothing."""
LONGEST_NAME: Final = 400

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_FILE_TYPE, _LINK = 0o170000, 0o120000


class SafeZip(Mapping[str, bytes]):
    """The entries of a checked archive by name, each unpacked when it is asked for."""

    def __init__(self, content: bytes, name: str) -> None:
        """Check ``content``; ``name`` is told in refusals. Raises ``InvalidImport``."""
        self._name = name
        if len(content) > MOST_BYTES:
            raise InvalidImport("import_too_large", name=name, most=MOST_BYTES // 1_000_000)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
            raise InvalidImport("import_zip", name=name) from None
        self._entries = {info.filename: info for info in self._checked() if not info.is_dir()}

    def __getitem__(self, entry: str) -> bytes:
        """Return an entry's bytes; raises ``KeyError`` if it is not there, ``InvalidImport`` if damaged."""
        info = self._entries[entry]
        try:
            with self._archive.open(info) as packed:
                content = packed.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
            raise InvalidImport("import_zip_entry", name=self._name, entry=entry[:80]) from None
        if len(content) != info.file_size:
            raise InvalidImport("import_zip_entry", name=self._name, entry=entry[:80])
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _checked(self) -> list[zipfile.ZipInfo]:
        listed = self._archive.infolist()
        if len(listed) > MOST_ENTRIES:
            raise InvalidImport("import_zip_limits", name=self._name, reason=f"over {MOST_ENTRIES} files")
        if sum(info.file_size for info in listed) > MOST_UNPACKED:
            raise InvalidImport("import_zip_limits", name=self._name, reason="it unpacks to too much")
        seen: set[str] = set()
        for info in listed:
            self._check(info)
            if info.filename.casefold() in seen:
                raise self._refused(info, "the name is there twice")
            seen.add(info.filename.casefold())
        return listed

    def _check(self, info: zipfile.ZipInfo) -> None:
        if not _is_plain(info.orig_filename) or not _is_plain(info.filename):
            raise self._refused(info, "the name leads out of the archive")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise self._refused(info, "it is encrypted or packed in an unusual way")
        if (info.external_attr >> 16) & _FILE_TYPE == _LINK:
            raise self._refused(info, "it is a link")
        if info.file_size > MOST_UNPACKED_ENTRY:
            raise self._refused(info, "it unpacks to too much")
        if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise self._refused(info, "it unpacks to too much for its size")

    def _refused(self, info: zipfile.ZipInfo, reason: str) -> InvalidImport:
        shown = info.filename[:80]
        return InvalidImport("import_zip_refused", name=self._name, entry=shown, reason=reason)


def _is_plain(name: str) -> bool:
    """Say whether ``name`` is a relative path that stays inside, without control characters."""
    if not 0 < len(name) <= LONGEST_NAME or "\\" in name or ":" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and name.isprintable()
