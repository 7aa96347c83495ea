"""Photographs of candidates: what may be stored, without the place and time a camera writes into a file."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_

JPEG, PNG = "image/jpeg", "image/png"
LARGEST_BYTES = 2 * 1024 * 1024
LEAST_SIDE, GREATEST_SIDE = 120, 4000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_METADATA = frozenset({*range(0xE1, 0xF0), 0xFE})  # all application data but JFIF, and comments


@dataclass(frozen=True)
class PhotoFile:
    """A checked picture without metadata; sides in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the stored bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Photo:
    """A stored photograph; ``kind`` is portrait (uploaded before) or check_in (taken at the door)."""

    id: int
    person_id: int
    booking_id: int | None
    kind: str
    media_type: str
    content: bytes
    at: datetime
    actor: str


def read_photo(content: bytes) -> PhotoFile:
    """Return a checked JPEG or PNG; raises ``InvalidInput`` with what to do."""
    if len(content) > LARGEST_BYTES:
        raise InvalidInput(N_("The photo is larger than 2 MB. Make it smaller and send it again."))
    try:
        if content.startswith(b"\xff\xd8\xff"):
            kept, width, height = _jpeg(content)
            found = PhotoFile(JPEG, kept, width, height)
        elif content.startswith(_PNG_SIGNATURE):
            kept, width, height = _png(content)
            found = PhotoFile(PNG, kept, width, height)
        else:
            raise InvalidInput(N_("The photo must be a JPEG or PNG picture."))
    except (IndexError, struct.error) as error:
        raise InvalidInput(N_("The picture is damaged. Save it again as JPEG or PNG.")) from error
    if not all(LEAST_SIDE <= side <= GREATEST_SIDE for side in (found.width, found.height)):
        raise InvalidInput(
            N_("Each side of the photo must have %(least)s to %(most)s pixels."),
            least=LEAST_SIDE,
            most=GREATEST_SIDE,
        )
    return found


def _jpeg(content: bytes) -> tuple[bytes, int, int]:
    kept, at, size = bytearray(content[:2]), 2, (0, 0)
    while True:
        if content[at] != 0xFF:
            raise struct.error
        marker = content[at + 1]
        if marker == _START_OF_SCAN:
            end = content.rindex(b"\xff\xd9", at) if b"\xff\xd9" in content[at:] else -1
            if end < 0 or size == (0, 0):
                raise struct.error
            return bytes(kept + content[at : end + 2]), *size
        (length,) = struct.unpack_from(">H", content, at + 2)
        if length < 2 or at + 2 + length > len(content):
            raise struct.error
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if marker not in _METADATA:
            kept += content[at : at + 2 + length]
        at += 2 + length


def _png(content: bytes) -> tuple[bytes, int, int]:
    kept, at, size = bytearray(_PNG_SIGNATURE), 8, (0, 0)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        if at + 12 + length > len(content):
            raise struct.error
        if kind == b"IHDR":
            size = struct.unpack_from(">II", content, at + 8)
        if kind in _PNG_KEPT:
            kept += content[at : at + 12 + length]
        at += 12 + length
        if kind == b"IEND":
            if size == (0, 0):
                raise struct.error
            return bytes(kept), *size
