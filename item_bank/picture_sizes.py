"""The size of a picture in pixels, read from its first bytes; nothing is decoded."""

import re
import struct
from collections.abc import Callable, Mapping
from typing import Final

_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_LENGTH: Final = re.compile(r"\s*([0-9]{1,6})(?:\.[0-9]+)?(?:px)?\s*")
_ATTRIBUTE: Final = r'<(?:\w+:)?svg\b[^>]*?\s{}="([^"]*)"'


def picture_size(content: bytes, media_type: str) -> tuple[int, int]:
    """Return width and height in pixels, or (0, 0) where the file does not say or is damaged."""
    reader = _READERS.get(media_type)
    try:
        width, height = reader(content) if reader else (0, 0)
    except (struct.error, IndexError, ValueError):
        return 0, 0
    return (width, height) if width > 0 and height > 0 else (0, 0)


def _png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    place = 2
    while place < len(content):
        if content[place] != 0xFF:
            return 0, 0
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        place += 2 + length
    return 0, 0


def _webp(content: bytes) -> tuple[int, int]:
    form = content[12:16]
    if form == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        return width, int.from_bytes(content[27:30], "little") + 1
    if form == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _svg(content: bytes) -> tuple[int, int]:
    head = content[:4096].decode("utf-8", "replace")
    sides = [re.search(_ATTRIBUTE.format(side), head) for side in ("width", "height")]
    lengths = [_LENGTH.fullmatch(side[1]) if side else None for side in sides]
    if all(lengths):
        width, height = (int(found[1]) for found in lengths if found)
        return width, height
    box = re.search(_ATTRIBUTE.format("viewBox"), head)
    numbers = re.split(r"[\s,]+", box[1].strip()) if box else []
    return (round(float(numbers[2])), round(float(numbers[3]))) if len(numbers) == 4 else (0, 0)


_READERS: Final[Mapping[str, Callable[[bytes], tuple[int, int]]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/svg+xml": _svg,
}
