"""Released content, loaded once per process and shared: what is published never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from item_bank.content_blueprints import ContentBlueprint
from item_bank.identifiers import Language
from item_bank.items import ItemContent
from item_bank.stimuli import StimulusContent
from psychometrics import AdaptivePool, ItemParameters, PoolContent
from testing_center.domain.bank import ReleasedItem, StoredForm
from testing_center.domain.errors import ContentMissing
from testing_center.domain.ports import UnitOfWorkFactory

LANGUAGES: tuple[Language, ...] = (Language("ky"), Language("ru"), Language("kk"), Language("en"))


@dataclass(frozen=True)
class PoolOfItems:
    """Calibrated items of one subject and pool with the engine's precomputed tables."""

    engine: AdaptivePool
    items: tuple[ReleasedItem, ...]
    index: Mapping[str, int]


class ReleaseContent:
    """One release in memory."""

    def __init__(
        self,
        number: int,
        items: tuple[ReleasedItem, ...],
        stimuli: Mapping[str, Mapping[str, Any]],
        enemy_sets: Sequence[Sequence[str]] = (),
    ) -> None:
        self.number = number
        self.enemy_sets = enemy_sets
        self.items = items
        self._by_version = {(item.item_key, item.version): item for item in items}
        self._contents: dict[tuple[str, int], ItemContent] = {}
        self._stimuli = stimuli
        self._pools: dict[tuple[str, str, str | None], PoolOfItems] = {}

    def item(self, item_key: str, version: int) -> ReleasedItem:
        """Return a released item; raises ``ContentMissing``."""
        try:
            return self._by_version[item_key, version]
        except KeyError:
            raise ContentMissing from None

    def content(self, item_key: str, version: int) -> ItemContent:
        """Return the parsed content of a released item; raises ``ContentMissing``."""
        key = (item_key, version)
        if key not in self._contents:
            self._contents[key] = ItemContent.from_data(self.item(item_key, version).content)
        return self._contents[key]

    def parse(self) -> None:
        """Parse the content of every item, which otherwise happens when an item is first asked for."""
        for item in self.items:
            self.content(item.item_key, item.version)

    @cached_property
    def stimuli(self) -> Mapping[str, StimulusContent]:
        """Stimuli by key."""
        return {key: StimulusContent.from_data(data) for key, data in self._stimuli.items()}

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Subjects that have items, in alphabetical order."""
        return tuple(sorted({item.subject for item in self.items}))

    def pool(self, subject: str, pool: str, area: str | None = None) -> PoolOfItems:
        """Return the calibrated single items of a subject and pool, of one area or all.

        Items of a stimulus belong together, and marks of people come too late for the next choice: both
        stay out of item-by-item selection. Raises ``ContentMissing`` when nothing is left.
        """
        key = (subject, pool, area)
        if key not in self._pools:
            chosen = tuple(
                item
                for item in self.items
                if item.subject == subject
                and item.pool == pool
                and item.calibrated
                and not item.marked_by_people
                and not item.content.get("stimulus_key")
                and (area is None or item.content["area"] == area)
            )
            if not chosen:
                raise ContentMissing
            self._pools[key] = _pool(chosen, self.enemy_sets)
        return self._pools[key]

    def parameters(self, keys: tuple[tuple[str, int], ...]) -> ItemParameters:
        """Return the parameters of some items in that order; raises ``ContentMissing``."""
        return item_parameters(tuple(self.item(*key) for key in keys))


def item_parameters(items: tuple[ReleasedItem, ...]) -> ItemParameters:
    """Return parameters as arrays; raises ``ContentMissing`` when an item is not calibrated."""
    if not all(item.calibrated for item in items):
        raise ContentMissing
    return ItemParameters.of(
        [item.discrimination or 0.0 for item in items],
        [item.difficulty or 0.0 for item in items],
        [item.guessing or 0.0 for item in items],
        [1.0 if item.upper_asymptote is None else item.upper_asymptote for item in items],
    )


def _pool(items: tuple[ReleasedItem, ...], enemy_sets: Sequence[Sequence[str]]) -> PoolOfItems:
    index = {item.item_key: place for place, item in enumerate(items)}
    content = PoolContent(
        areas=[item.content["area"] for item in items],
        families=[item.content.get("family") for item in items],
        enemy_sets=[[index[key] for key in one if key in index] for one in enemy_sets],
    )
    return PoolOfItems(AdaptivePool.of(item_parameters(items), content), items, index)


class ReleaseLibrary:
    """Loads releases and forms on first use and keeps them."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work
        self._releases: dict[int, ReleaseContent] = {}
        self._forms: dict[str, StoredForm] = {}
        self._blueprints: dict[int, ContentBlueprint] = {}
        self._lock = Lock()

    def preload(self) -> None:
        """Load what running and coming tests need, before processes that are to share it are forked."""
        with self._unit_of_work() as work:
            newest = work.bank.latest_release()
            sittings = [one for one in work.administrations.sittings() if one.status != "closed"]
        planned = {one.administration.id: one.administration for one in sittings}.values()
        for number in {one.release_number for one in planned} | ({newest} if newest else set()):
            self.release(number).parse()
        for administration in planned:
            self.form(administration.form_hash)
            if administration.mode == "adaptive":
                self.release(administration.release_number).pool(administration.subject, "exam")

    def release(self, number: int) -> ReleaseContent:
        """Return a release; raises ``ContentMissing`` when it was never published."""
        found = self._releases.get(number)
        if found is not None:
            return found
        with self._lock:
            if number not in self._releases:
                self._releases[number] = self._load(number)
        return self._releases[number]

    def latest(self) -> ReleaseContent:
        """Return the newest release; raises ``ContentMissing`` when there is none."""
        with self._unit_of_work() as work:
            number = work.bank.latest_release()
        if number is None:
            raise ContentMissing
        return self.release(number)

    def form(self, content_hash: str) -> StoredForm:
        """Return an exam form; raises ``ContentMissing``."""
        if content_hash not in self._forms:
            with self._unit_of_work() as work:
                form = work.bank.form(content_hash)
            if form is None:
                raise ContentMissing
            self._forms[content_hash] = form
        return self._forms[content_hash]

    def blueprint(self, blueprint_id: int) -> ContentBlueprint:
        """Return a version of a content blueprint; raises ``ContentMissing``."""
        if blueprint_id not in self._blueprints:
            with self._unit_of_work() as work:
                found = work.bank.blueprint(blueprint_id)
            if found is None:
                raise ContentMissing
            self._blueprints[blueprint_id] = ContentBlueprint.from_data(found.data)
        return self._blueprints[blueprint_id]

    def _load(self, number: int) -> ReleaseContent:
        with self._unit_of_work() as work:
            items = tuple(work.bank.released_items(number))
            stimuli = work.bank.released_stimuli(number)
            enemies = work.similar.released_enemies(number)
        if not items:
            raise ContentMissing
        return ReleaseContent(number, items, stimuli, enemies)
