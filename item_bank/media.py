"""Pictures, sound and film that items and stimuli refer to, by name in a text and by hash in storage.

A text shows a file as ``![what it shows](media:figure-1.png)``; the words in brackets are its alternative
text and are required. What a file is, is told by its first bytes and never by its name or by what a sender
claims; SVG is rewritten from an allow-list.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidItem, InvalidMedia
from item_bank.field_readers import read_text
from item_bank.interactions.protocol import read_count
from item_bank.picture_sizes import picture_size
from item_bank.sanitised_svg import sanitised_svg

MOST_BYTES: Final[Mapping[str, int]] = {"image": 10_000_000, "audio": 30_000_000, "video": 100_000_000}
MOST_PIXELS: Final = 8_000
"""The longest side of a picture: larger ones stall the computers of schools."""
_NAME: Final = re.compile(r"[\w][\w.-]{0,99}")
_SIGNATURES: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n", re.DOTALL), "image/png"),
    (re.compile(rb"\xff\xd8\xff", re.DOTALL), "image/jpeg"),
    (re.compile(rb"GIF8[79]a", re.DOTALL), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]", re.DOTALL), "audio/mpeg"),
    (re.compile(rb"OggS", re.DOTALL), "audio/ogg"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3", re.DOTALL), "video/webm"),
)
_SVG: Final = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(\w+:)?svg[\s>]", re.DOTALL)
_REFERENCE: Final = re.compile(r"!\[[^\]]*\]\(media:([^)\s]+)\)")
_RENDERED: Final = re.compile(r'<img src="media:([^"]+)" alt="([^"]*)">')


@dataclass(frozen=True)
class MediaReference:
    """A file by ``name`` (as texts refer to it) and content; ``play_limit`` is 0 without a limit."""

    name: str
    media_type: str
    sha256: str
    size: int
    play_limit: int = 0

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidItem("item_field", field="media", reason=f"rename the file “{self.name[:40]}”")

    @property
    def address(self) -> str:
        """Where a page finds the file."""
        return f"/media/{self.sha256}"

    def to_data(self) -> dict[str, object]:
        return {
            "name": self.name,
            "media_type": self.media_type,
            "sha256": self.sha256,
            "size": self.size,
            "play_limit": self.play_limit,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "MediaReference":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(
            read_text(data, "name"),
            read_text(data, "media_type"),
            read_text(data, "sha256"),
            read_count(data, "size"),
            read_count(data, "play_limit"),
        )


@dataclass(frozen=True)
class MediaFile:
    """A checked file with its bytes, as they may be stored and shown."""

    reference: MediaReference
    content: bytes


def media_file(name: str, content: bytes, play_limit: int = 0) -> MediaFile:
    """Check a file and return it, SVG sanitised; raises ``InvalidMedia`` with the reason it is refused."""
    media_type = _media_type(content)
    if media_type is None:
        raise InvalidMedia("media_type", name=name)
    most = MOST_BYTES[media_type.partition("/")[0]]
    if len(content) > most:
        raise InvalidMedia("media_size", name=name, size=len(content) // 1_000_000, most=most // 1_000_000)
    width, height = picture_size(content, media_type)
    if max(width, height) > MOST_PIXELS:
        raise InvalidMedia("media_pixels", name=name, width=width, height=height, most=MOST_PIXELS)
    kept = sanitised_svg(content) if media_type == "image/svg+xml" else content
    digest = hashlib.sha256(kept).hexdigest()
    return MediaFile(MediaReference(name, media_type, digest, len(kept), play_limit), kept)


def read_media(data: Mapping[str, object]) -> tuple[MediaReference, ...]:
    """Return the references in the optional field ``media``; raises ``InvalidItem``."""
    listed = data.get("media", [])
    if not isinstance(listed, list) or not all(isinstance(entry, Mapping) for entry in listed):
        raise InvalidItem("item_field", field="media", reason="give a list of files")
    return tuple(MediaReference.from_data(entry) for entry in listed)


def media_names(text: str) -> Iterator[str]:
    """Yield the names of the files that a text refers to."""
    yield from _REFERENCE.findall(text)


def with_media_addresses(html: str, media: tuple[MediaReference, ...]) -> str:
    """Return rendered HTML whose files have the addresses ``/media/<hash>``; sound and film get controls.

    Raises ``InvalidItem`` for a name that is not among ``media``.
    """
    by_name = {reference.name: reference for reference in media}
    return _RENDERED.sub(lambda match: _element(match[1], match[2], by_name), html)


def _element(name: str, words: str, media: Mapping[str, MediaReference]) -> str:
    if name not in media:
        raise InvalidItem("item_media_missing", name=name)
    reference = media[name]
    address = reference.address
    kind = reference.media_type.partition("/")[0]
    if kind == "image":
        return f'<img src="{address}" alt="{words}">'
    limit = f' data-play-limit="{reference.play_limit}"' if reference.play_limit else ""
    return f'<{kind} src="{address}" controls preload="none" aria-label="{words}"{limit}></{kind}>'


def _media_type(content: bytes) -> str | None:
    for signature, media_type in _SIGNATURES:
        if signature.match(content):
            return media_type
    return "image/svg+xml" if _SVG.match(content[:4096]) else None
