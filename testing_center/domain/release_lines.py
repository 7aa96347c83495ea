"""What becomes of each item from one release to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from item_bank.identifiers import ContentHash, ItemKey
from item_bank.item_changes import substantive_change
from item_bank.items import ItemContent
from item_bank.releases import ItemParameters, Release, ReleaseEntry
from testing_center.domain.bank import NewReleaseEntry, ReleasedItem, StoredVersion

_ENTRY_FIELDS = tuple(NewReleaseEntry.__dataclass_fields__)


@dataclass(frozen=True)
class ReleaseLine:
    """One item of a release that is about to be published; ``entry`` is what the store gets."""

    item_key: str
    version: int
    content_hash: str
    entry: NewReleaseEntry


def kept(item: ReleasedItem) -> ReleaseLine:
    """Return the item as the last release has it."""
    entry = NewReleaseEntry(**{name: getattr(item, name) for name in _ENTRY_FIELDS})
    return ReleaseLine(item.item_key, item.version, item.content_hash, entry)


def added(version: StoredVersion) -> ReleaseLine:
    """Return an item that was in no release yet: without parameters."""
    entry = NewReleaseEntry(version.id, version.pool)
    return ReleaseLine(version.item_key, version.number, version.content_hash, entry)


def replaced(item: ReleasedItem, version: StoredVersion) -> ReleaseLine:
    """Return the item in another version, which keeps the parameters unless the change is substantive."""
    if loses_parameters(item, version):
        return added(version)
    parameters = {name: getattr(item, name) for name in _ENTRY_FIELDS}
    entry = NewReleaseEntry(**parameters | {"item_version_id": version.id, "pool": version.pool})
    return ReleaseLine(version.item_key, version.number, version.content_hash, entry)


def loses_parameters(item: ReleasedItem, version: StoredVersion) -> bool:
    """Whether *version* differs so much from the released one that its statistics do not carry over."""
    return substantive_change(ItemContent.from_data(item.content), ItemContent.from_data(version.content))


def release_of(number: int, lines: Sequence[ReleaseLine]) -> Release:
    """Return the release as the item bank checks, compares and hashes it."""
    return Release.of(number, [_entry(line) for line in lines])


def _entry(line: ReleaseLine) -> ReleaseEntry:
    return ReleaseEntry(
        item_key=ItemKey(line.item_key),
        version_number=line.version,
        content_hash=ContentHash(line.content_hash),
        pool=line.entry.pool,
        parameters=_parameters(line.entry),
        parameters_source=line.entry.parameters_source,
    )


def _parameters(entry: NewReleaseEntry) -> ItemParameters | None:
    if entry.discrimination is None or entry.difficulty is None:
        return None
    upper = 1.0 if entry.upper_asymptote is None else entry.upper_asymptote
    return ItemParameters(entry.discrimination, entry.difficulty, entry.guessing or 0.0, upper)
