"""The item bank as its authors and reviewers look through it: filters, lines of the table, review log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

SORTS: Final = (
    "key", "subject", "area", "level", "pool", "status", "version", "changed", "difficulty", "waiting",
)  # fmt: skip
PAGE_SIZE: Final = 25
MOST_WORDS: Final = 8


@dataclass(frozen=True)
class ItemQuery:
    """What to show of the bank; ``None`` and empty mean no restriction. ``page`` counts from 1.

    ``lacks`` is a language whose text is missing; ``status`` is that of the latest version; ``calibrated``
    is about the version in the newest release; ``parts`` are those of the bank that the reader may see
    (``None``: all).
    """

    words: tuple[str, ...] = ()
    subject: str | None = None
    area: str | None = None
    level: str | None = None
    pool: str | None = None
    status: str | None = None
    lacks: str | None = None
    calibrated: bool | None = None
    sort: str = "key"
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZE
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ItemLine:
    """One item in the table: its latest version, and what the newest release holds of it."""

    key: str
    pool: str
    subject: str
    area: str
    level: str
    status: str
    number: int
    version_id: int
    languages: tuple[str, ...]
    author_id: int | None
    changed_at: datetime
    waiting_since: datetime | None
    content: Mapping[str, Any]
    released_number: int | None = None
    difficulty: float | None = None
    discrimination: float | None = None
    simulated: bool = False


@dataclass(frozen=True)
class ItemLines:
    """One page of the table; ``total`` counts the items of all pages."""

    lines: tuple[ItemLine, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class StoredItem:
    """An item without its versions."""

    key: str
    pool: str
    subject: str


@dataclass(frozen=True)
class StoredStep:
    """One line of the review log of an item version."""

    item_version_id: int
    step: str
    state: str
    actor_id: int | None
    comment: str
    at: datetime


def folded(text: str) -> str:
    """Return *text* as it is compared in a search: without case, ё as е, blanks joined."""
    return " ".join(text.casefold().replace("ё", "е").split())


def search_text(key: str, content: Mapping[str, Any]) -> str:
    """Return everything by which an item is found: its key and its texts in every language."""
    parts = [key, str(content.get("family") or ""), str(content.get("stimulus_key") or "")]
    texts = content.get("texts")
    for text in texts.values() if isinstance(texts, Mapping) else ():
        parts += [text["stem"], *text["options"].values(), text["explanation"]]
    return folded("\n".join(parts))


def search_words(typed: str) -> tuple[str, ...]:
    """Return the words of a search, all of which must be found."""
    return tuple(folded(typed).split()[:MOST_WORDS])
