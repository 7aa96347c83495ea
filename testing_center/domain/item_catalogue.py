"""The item bank as its authors and reviewers look through it: filters, lines of the table, review log."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from item_bank.identifiers import LANGUAGES

SORTS: Final = (
    "key", "subject", "area", "level", "pool", "status", "version", "changed", "waiting", "owner",
    "difficulty", "discrimination", "p_value", "item_rest", "fit", "dif", "exposure", "responses",
)  # fmt: skip
FACETS: Final = (
    "status", "subject", "area", "level", "pool", "kind", "calibrated", "lacks", "dif", "owner", "tag",
)  # fmt: skip
PAGE_SIZE: Final = 50
YES, NO = "yes", "no"


@dataclass(frozen=True)
class ItemQuery:
    """What to show of the bank. ``chosen`` holds, by facet, the values of which an item must have one.

    ``lacks`` is a language whose text is missing; ``status`` is that of the latest version; ``calibrated``
    (yes, no) is about the version in the newest release. ``words`` are folded words of a search, all of
    which must be found; ``parts`` are those of the bank that the reader may see (``None``: all). ``page``
    counts from 1.
    """

    words: tuple[str, ...] = ()
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "key"
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZE
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ItemFigures:
    """What responses tell of an item; every figure is None where nothing is known.

    ``p_value`` is the share of right answers, ``item_rest`` the item-rest correlation, ``fit`` the outfit
    mean square, ``dif`` the ETS class (A, B or C), ``exposure`` the share of its subject's exam attempts
    that met the item.
    """

    responses: int | None = None
    p_value: float | None = None
    item_rest: float | None = None
    fit: float | None = None
    dif: str | None = None
    exposure: float | None = None


@dataclass(frozen=True)
class ItemLine:
    """One item in the table: its latest version, and what the newest release holds of it."""

    key: str
    pool: str
    subject: str
    area: str
    level: str
    kind: str
    status: str
    number: int
    version_id: int
    languages: tuple[str, ...]
    author_id: int | None
    owner_id: int | None
    changed_at: datetime
    waiting_since: datetime | None
    content: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    released_number: int | None = None
    difficulty: float | None = None
    discrimination: float | None = None
    simulated: bool = False
    figures: ItemFigures = ItemFigures()


@dataclass(frozen=True)
class FacetCell:
    """How many items share these values; ``values`` has, by facet, what the items of the cell have of it."""

    values: Mapping[str, tuple[str, ...]]
    items: int


FacetCounts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class ItemLines:
    """One page of the table; ``total`` counts the items of all pages.

    ``facets`` says, by facet and value, how many items there would be with that value and every other
    choice. ``instead`` maps a word that no item has to the words that were looked for in its place.
    """

    lines: tuple[ItemLine, ...]
    total: int
    page: int
    size: int
    facets: FacetCounts = field(default_factory=dict)
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
    owner_id: int | None = None
    source_language: str = "ru"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredStep:
    """One line of the review log of an item version."""

    item_version_id: int
    step: str
    state: str
    actor_id: int | None
    comment: str
    at: datetime


@dataclass(frozen=True)
class ReleaseMove:
    """The published pointer of an item moved: ``before`` and ``after`` are version numbers or None."""

    release_number: int
    at: datetime
    publisher_id: int | None
    before: int | None
    after: int | None


@dataclass(frozen=True)
class VersionUse:
    """How often final responses to a version were given, in exams or in the trainer, and when last."""

    version: int
    kind: str
    responses: int
    last_at: datetime


@dataclass(frozen=True)
class ItemUsage:
    """Where an item is in use: the moves of its published pointer, exam forms, responses."""

    moves: tuple[ReleaseMove, ...] = ()
    forms: tuple[tuple[str, int], ...] = ()
    uses: tuple[VersionUse, ...] = ()


def search_text(key: str, content: Mapping[str, Any]) -> str:
    """Return everything by which an item is found: its key and its texts in every language."""
    parts = [key, str(content.get("family") or ""), str(content.get("stimulus_key") or "")]
    texts = content.get("texts")
    for text in texts.values() if isinstance(texts, Mapping) else ():
        parts += [text["stem"], *text["options"].values(), text["explanation"]]
    return "\n".join(parts)


def lacking(languages: str) -> tuple[str, ...]:
    """Return the languages that a list of them, joined by blanks, does not have."""
    return tuple(language for language in LANGUAGES if language not in languages.split())


def facet_counts(
    cells: Iterable[FacetCell], chosen: Mapping[str, Collection[str]]
) -> tuple[int, FacetCounts]:
    """Return how many items fit every choice, and the counts of each facet under the other choices."""
    wanted = {facet: frozenset(values) for facet, values in chosen.items() if values and facet != "tag"}
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS if facet != "tag"}
    total = 0
    for cell in cells:
        missed = [facet for facet, values in wanted.items() if values.isdisjoint(cell.values[facet])]
        if len(missed) > 1:
            continue
        total += 0 if missed else cell.items
        for facet in missed or counts:
            for value in cell.values[facet]:
                counts[facet][value] += cell.items
    return total, counts
