"""Reading the item bank: what its authors, reviewers and publishers look at."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from testing_center.domain.bank import StoredVersion
from testing_center.domain.item_catalogue import ItemLines, ItemQuery, StoredItem, StoredStep


class ItemCatalogue(Protocol):
    """Items with all their versions, released or not."""

    def lines(self, query: ItemQuery) -> ItemLines:
        """Return one page of the table; a page past the end is the last one."""

    def counts(self, parts: Collection[str]) -> Mapping[str, int]:
        """Return how many items of some parts of the bank there are by the status of their latest version."""

    def item(self, key: str) -> StoredItem | None:
        """Return an item."""

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the item keys that begin with *prefix*."""

    def versions(self, key: str) -> Sequence[StoredVersion]:
        """Return the versions of an item, oldest first, each with its state."""

    def versions_in(self, state: str) -> Sequence[StoredVersion]:
        """Return all versions in a state of review, by item key and number."""

    def states(self, version_ids: Collection[int]) -> Mapping[int, str]:
        """Return the state of review by version."""

    def steps(self, version_ids: Collection[int]) -> Sequence[StoredStep]:
        """Return the review log of some versions, oldest first."""

    def stimulus(self, key: str) -> Mapping[str, Any] | None:
        """Return the content of the newest version of a stimulus."""
