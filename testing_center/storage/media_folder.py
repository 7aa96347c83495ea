"""The bytes of media files, in a folder under the hash of each: written whole, never changed."""

import os
import re
import tempfile
from pathlib import Path
from typing import Final

_HASH: Final = re.compile(r"[0-9a-f]{64}")


class MediaFolder:
    """``MediaBytes`` in a folder; instances that share a database share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, sha256: str, content: bytes) -> None:
        """Store bytes durably; raises ``ValueError`` for what is no hash."""
        place = self._place(sha256)
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(place)
        self._sync(place.parent)

    def path(self, sha256: str) -> Path | None:
        """Return the file, or None for an unknown hash."""
        if not _HASH.fullmatch(sha256):
            return None
        place = self._place(sha256)
        return place if place.is_file() else None

    def _place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise ValueError("a SHA-256 has 64 hexadecimal digits")
        return self._folder / sha256[:2] / sha256

    @staticmethod
    def _sync(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
