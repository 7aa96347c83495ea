"""Releases: the published set of item versions, with the parameters they are delivered under.

A release never changes; a correction is the next release. What candidates are promised (every language,
no item of the exam pool in the trainer, the content that was approved) is checked before publication.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from item_bank.content_hashes import hash_of
from item_bank.errors import InvalidRelease
from item_bank.identifiers import LANGUAGES, POOLS, ContentHash, ItemKey, Language
from item_bank.items import ItemContent, ItemVersion, content_hash


@dataclass(frozen=True)
class ItemParameters:
    """Parameters of the four-parameter logistic model, on the scale of the release's calibration."""

    discrimination: float
    difficulty: float
    guessing: float = 0.0
    upper_asymptote: float = 1.0

    def to_data(self) -> dict[str, object]:
        return {
            "discrimination": self.discrimination,
            "difficulty": self.difficulty,
            "guessing": self.guessing,
            "upper_asymptote": self.upper_asymptote,
        }


@dataclass(frozen=True)
class ReleaseEntry:
    """One item version in a release.

    ``parameters`` is ``None`` for items without calibration; ``parameters_source`` says where the
    parameters come from (a calibration run, an expert's judgement) and is empty without parameters.
    """

    item_key: ItemKey
    version_number: int
    content_hash: ContentHash
    pool: str
    parameters: ItemParameters | None = None
    parameters_source: str = ""

    def to_data(self) -> dict[str, object]:
        return {
            "item_key": self.item_key,
            "version_number": self.version_number,
            "content_hash": self.content_hash,
            "pool": self.pool,
            "parameters": None if self.parameters is None else self.parameters.to_data(),
            "parameters_source": self.parameters_source,
        }


@dataclass(frozen=True)
class Release:
    """A numbered set of item versions, in the order of item keys."""

    number: int
    entries: tuple[ReleaseEntry, ...]

    @classmethod
    def of(cls, number: int, entries: Sequence[ReleaseEntry]) -> "Release":
        """Return the release with its entries in canonical order; ``InvalidRelease`` if one is double."""
        ordered = tuple(sorted(entries, key=lambda entry: entry.item_key))
        for first, second in pairwise(ordered):
            if first.item_key != second.item_key:
                continue
            if first.pool != second.pool:
                raise InvalidRelease("release_pools_overlap", kind="Item", key=first.item_key)
            raise InvalidRelease("release_duplicate", item=first.item_key)
        return cls(number, ordered)

    @property
    def content_hash(self) -> ContentHash:
        """SHA-256 of the entries and the number."""
        return hash_of({"number": self.number, "entries": [entry.to_data() for entry in self.entries]})


@dataclass(frozen=True)
class ReleaseComparison:
    """How a release differs from an older one; an item may be in several of the last three."""

    added: tuple[ItemKey, ...]
    removed: tuple[ItemKey, ...]
    changed: tuple[ItemKey, ...]
    moved: tuple[ItemKey, ...]
    reparameterised: tuple[ItemKey, ...]

    @property
    def empty(self) -> bool:
        """Whether both releases hold the same."""
        return not (self.added or self.removed or self.changed or self.moved or self.reparameterised)


def check_differs(comparison: ReleaseComparison) -> None:
    """Raise ``InvalidRelease`` for a release that would repeat the one before."""
    if comparison.empty:
        raise InvalidRelease("release_empty")


def compare(old: Release, new: Release) -> ReleaseComparison:
    """Return added and removed items, and those with another version, pool or parameters."""
    before = {entry.item_key: entry for entry in old.entries}
    after = {entry.item_key: entry for entry in new.entries}
    both = [(before[key], entry) for key, entry in after.items() if key in before]
    return ReleaseComparison(
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
        changed=tuple(now.item_key for was, now in both if _version(was) != _version(now)),
        moved=tuple(now.item_key for was, now in both if was.pool != now.pool),
        reparameterised=tuple(now.item_key for was, now in both if _scaling(was) != _scaling(now)),
    )


def _version(entry: ReleaseEntry) -> tuple[int, ContentHash]:
    return entry.version_number, entry.content_hash


def _scaling(entry: ReleaseEntry) -> tuple[ItemParameters | None, str]:
    return entry.parameters, entry.parameters_source


def check_release(
    release: Release,
    versions: Mapping[ItemKey, ItemVersion],
    languages: Sequence[Language] = LANGUAGES,
) -> None:
    """Raise ``InvalidRelease`` with the first broken promise; see :func:`release_problems`."""
    for problem in release_problems(release, versions, languages):
        raise problem


def release_problems(
    release: Release,
    versions: Mapping[ItemKey, ItemVersion],
    languages: Sequence[Language] = LANGUAGES,
) -> Iterator[InvalidRelease]:
    """Yield every broken promise of ``release``; ``versions`` holds the version of each entry."""
    known = []
    for entry in release.entries:
        version = versions.get(entry.item_key)
        if version is None or version.number != entry.version_number:
            yield InvalidRelease("release_version_missing", item=entry.item_key, number=entry.version_number)
            continue
        known.append((entry, version))
        yield from _entry_problems(entry, version, languages)
    yield from _overlaps("Family", [(version.content.family, entry.pool) for entry, version in known])
    yield from _overlaps("Stimulus", [(version.content.stimulus_key, entry.pool) for entry, version in known])


def stimulus_problems(
    contents: Mapping[ItemKey, ItemContent], stimuli: Collection[str]
) -> Iterator[InvalidRelease]:
    """Yield a problem for every item whose stimulus is not among those published with it."""
    for key, content in contents.items():
        if content.stimulus_key is not None and content.stimulus_key not in stimuli:
            yield InvalidRelease("release_stimulus", item=key, stimulus=content.stimulus_key)


def _entry_problems(
    entry: ReleaseEntry, version: ItemVersion, languages: Sequence[Language]
) -> Iterator[InvalidRelease]:
    if entry.pool not in POOLS:
        yield InvalidRelease("release_pool", item=entry.item_key, pool=entry.pool)
    if not entry.content_hash == version.content_hash == content_hash(version.content):
        yield InvalidRelease("release_hash", item=entry.item_key, number=entry.version_number)
    for language in languages:
        if language not in version.content.texts:
            yield InvalidRelease("release_language", item=entry.item_key, language=language)


def _overlaps(kind: str, places: Sequence[tuple[str | None, str]]) -> Iterator[InvalidRelease]:
    pools: dict[str, set[str]] = {}
    for name, pool in places:
        if name is not None:
            pools.setdefault(name, set()).add(pool)
    for name, used in sorted(pools.items()):
        if len(used) > 1:
            yield InvalidRelease("release_pools_overlap", kind=kind, key=name)
