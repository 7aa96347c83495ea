"""Reading the item bank: what its authors, reviewers and publishers look at."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from testing_center.domain.bank import StoredVersion
from testing_center.domain.item_catalogue import (
    ItemFigures,
    ItemLines,
    ItemQuery,
    ItemUsage,
    StoredItem,
    StoredStep,
)


class ItemCatalogue(Protocol):
    """Items with all their versions, released or not."""

    def lines(self, query: ItemQuery) -> ItemLines:
        """Return one page of the table; a page past the end is the last one."""

    def matching(self, query: ItemQuery, most: int) -> Sequence[str]:
        """Return the keys of all pages in their order, at most *most*."""

    def replace_figures(self, figures: Mapping[str, ItemFigures]) -> None:
        """Make *figures*, by item key, those that the table shows."""

    def set_tags(self, key: str, tags: Collection[str]) -> None:
        """Make *tags* those of an item."""

    def set_owner(self, key: str, person_id: int | None) -> None:
        """Make a person the one who looks after an item."""

    def set_source_language(self, key: str, language: str) -> None:
        """Name the language that an item is written in before it is translated."""

    def exposures(self) -> Mapping[str, float]:
        """Return, by item key, the share of its subject's exam attempts that met the item."""

    def usage(self, key: str) -> ItemUsage:
        """Return the releases, exam forms and responses of an item."""

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
