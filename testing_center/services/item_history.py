"""An item with everything that happened to it, read in one go for pages and decisions alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from item_bank.identifiers import ContentHash, ItemKey
from item_bank.item_changes import FieldChange, difference
from item_bank.items import ItemContent, ItemVersion
from item_bank.review import ReviewState, ReviewStatus, ReviewStep, StepKind, possible_steps, replay
from testing_center.domain.bank import ReleasedItem, StoredVersion
from testing_center.domain.errors import NotFound
from testing_center.domain.item_catalogue import StoredItem, StoredStep
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork

_RELEASED_STATES = (ReviewStatus.OPERATIONAL.value, ReviewStatus.RETIRED.value)


@dataclass(frozen=True)
class VersionHistory:
    """One version with its review log and what it changed."""

    stored: StoredVersion
    steps: tuple[StoredStep, ...]
    previous: StoredVersion | None

    @cached_property
    def content(self) -> ItemContent:
        """The content as the item bank reads it."""
        return ItemContent.from_data(self.stored.content)

    @cached_property
    def review(self) -> ReviewState:
        """Where the version stands, with both approvals."""
        return review_state(self.steps)

    @cached_property
    def changes(self) -> tuple[FieldChange, ...]:
        """The word-level difference from the version before; empty for the first."""
        if self.previous is None:
            return ()
        return difference(ItemContent.from_data(self.previous.content), self.content)

    @property
    def as_version(self) -> ItemVersion:
        """The version as the item bank decides about it."""
        stored = self.stored
        key, content_hash = ItemKey(stored.item_key), ContentHash(stored.content_hash)
        return ItemVersion(key, stored.number, self.content, content_hash, actor_name(stored.author_id))


@dataclass(frozen=True)
class ItemHistory:
    """An item, its versions (oldest first), what the newest release holds of it, and who took part."""

    item: StoredItem
    versions: tuple[VersionHistory, ...]
    released: ReleasedItem | None
    people: Mapping[int, Person]
    stimulus: Mapping[str, Any] | None

    @property
    def latest(self) -> VersionHistory:
        """The newest version."""
        return self.versions[-1]

    def version(self, number: int) -> VersionHistory:
        """Return a version; raises ``NotFound``."""
        for one in self.versions:
            if one.stored.number == number:
                return one
        raise NotFound

    def contributors(self, number: int) -> frozenset[str]:
        """Return who wrote the drafts that version *number* is built on, since what was last released."""
        found = set()
        for one in reversed(self.versions[:number]):
            if one.stored.number < number and one.stored.state in _RELEASED_STATES:
                break
            found.add(actor_name(one.stored.author_id))
        return frozenset(found)

    def possible_steps(self, number: int, person: Person) -> tuple[StepKind, ...]:
        """Return what *person* could do to a version if every permission were held."""
        version = self.version(number)
        steps = possible_steps(
            version.review,
            actor_name(person.id),
            actor_name(version.stored.author_id),
            self.contributors(number),
        )
        overtaken = number != self.latest.stored.number
        return tuple(step for step in steps if not (overtaken and step is StepKind.SUBMIT))


def actor_name(person_id: int | None) -> str:
    """Return how review decisions name a person; what was imported has no author who could review it."""
    return "" if person_id is None else str(person_id)


def review_state(steps: Sequence[StoredStep]) -> ReviewState:
    """Return the state that the log of a version leads to."""
    return replay(
        (ReviewStep(StepKind(step.step), step.comment), actor_name(step.actor_id)) for step in steps
    )


def read_history(work: UnitOfWork, item_key: str) -> ItemHistory:
    """Read an item; raises ``NotFound``."""
    item = work.catalogue.item(item_key)
    versions = work.catalogue.versions(item_key)
    if item is None or not versions:
        raise NotFound
    steps = work.catalogue.steps([one.id for one in versions])
    before = dict(zip((one.id for one in versions[1:]), versions, strict=False))
    histories = tuple(
        VersionHistory(
            one, tuple(step for step in steps if step.item_version_id == one.id), before.get(one.id)
        )
        for one in versions
    )
    numbers = {one.author_id for one in versions} | {step.actor_id for step in steps}
    people = work.people.many([number for number in numbers if number is not None])
    stimulus_key = versions[-1].content.get("stimulus_key")
    stimulus = work.catalogue.stimulus(stimulus_key) if stimulus_key else None
    return ItemHistory(item, histories, work.bank.released_item(item_key), people, stimulus)
