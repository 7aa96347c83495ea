"""Exam forms: fixed lists of items assembled from an inventory after a content blueprint.

Assembly is fixed by a seed and needs no optimiser: a family lies in one area and gives at most one item,
so every quota is met exactly when the area holds enough families and single items. Within a quota, items
are drawn from equal strata of difficulty, so that every form spreads over the whole range. Items of an enemy
set never meet in a form; where that leaves a quota open, the draw is repeated with other streams.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from item_bank.content_blueprints import ContentBlueprint, Section
from item_bank.content_hashes import hash_of
from item_bank.enemy_sets import enemies_of
from item_bank.errors import BlueprintInfeasible
from item_bank.identifiers import LEVELS, ContentHash, ItemKey, StimulusKey
from item_bank.items import ItemVersion
from item_bank.releases import Release
from item_bank.seeded_order import SeededStream

_TRIES: Final = 100
# Where an item stands among the others before it is calibrated: as hard as its level is demanding.
_LEVEL_DIFFICULTY: Final[Mapping[str, float]] = {level: float(rank - 1) for rank, level in enumerate(LEVELS)}


@dataclass(frozen=True)
class InventoryItem:
    """What assembly knows of an item; ``difficulty`` is on the release's scale, ``None`` before calibration.

    All members of a family must be in one area of one subject.
    """

    key: ItemKey
    subject: str
    area: str
    level: str
    family: str | None = None
    stimulus_key: StimulusKey | None = None
    difficulty: float | None = None

    @property
    def expected_difficulty(self) -> float:
        """The difficulty, or what the level suggests."""
        return _LEVEL_DIFFICULTY[self.level] if self.difficulty is None else self.difficulty


@dataclass(frozen=True)
class Inventory:
    """Items that forms may be assembled from: those of one pool of a release, which pins their versions."""

    release_number: int
    items: tuple[InventoryItem, ...]
    enemy_sets: tuple[tuple[ItemKey, ...], ...] = ()


@dataclass(frozen=True)
class FormSection:
    """A section of a form: its items in order; the items of a stimulus follow one another."""

    code: str
    minutes: int | None
    item_keys: tuple[ItemKey, ...]

    def to_data(self) -> dict[str, object]:
        return {"code": self.code, "minutes": self.minutes, "item_keys": list(self.item_keys)}


@dataclass(frozen=True)
class ExamForm:
    """A fixed list of items; ``release_number`` pins the version of each."""

    blueprint_key: str
    release_number: int
    seed: int
    sections: tuple[FormSection, ...]

    @property
    def item_keys(self) -> tuple[ItemKey, ...]:
        """All items in the order of presentation."""
        return tuple(key for section in self.sections for key in section.item_keys)

    def to_data(self) -> dict[str, object]:
        return {
            "blueprint_key": self.blueprint_key,
            "release_number": self.release_number,
            "seed": self.seed,
            "sections": [section.to_data() for section in self.sections],
        }

    @property
    def content_hash(self) -> ContentHash:
        """SHA-256 of ``to_data()``."""
        return hash_of(self.to_data())


def inventory_of(
    release: Release,
    versions: Mapping[ItemKey, ItemVersion],
    pool: str,
    enemy_sets: Sequence[Sequence[ItemKey]] = (),
) -> Inventory:
    """Return the items of ``pool`` in ``release``; ``versions`` holds the version of each entry."""
    items = []
    for entry in release.entries:
        if entry.pool != pool:
            continue
        content = versions[entry.item_key].content
        items.append(
            InventoryItem(
                key=entry.item_key,
                subject=content.subject,
                area=content.area,
                level=content.level,
                family=content.family,
                stimulus_key=content.stimulus_key,
                difficulty=None if entry.parameters is None else entry.parameters.difficulty,
            )
        )
    return Inventory(release.number, tuple(items), tuple(map(tuple, enemy_sets)))


def feasibility(blueprint: ContentBlueprint, inventory: Inventory) -> tuple[BlueprintInfeasible, ...]:
    """Return every shortage that keeps forms from being assembled; empty if there is none."""
    return tuple(_filled(blueprint, inventory, seed=0).shortages)


def assemble(blueprint: ContentBlueprint, inventory: Inventory, seed: int) -> ExamForm:
    """Return the form that ``seed`` fixes; raises ``BlueprintInfeasible`` with the first shortage."""
    assembly = _filled(blueprint, inventory, seed)
    for shortage in assembly.shortages:
        raise shortage
    return assembly.form()


def _filled(blueprint: ContentBlueprint, inventory: Inventory, seed: int) -> "_Assembly":
    """Return the first assembly without shortages, or the best of all tries.

    Only enemies make tries differ: without them a quota is met at once or never.
    """
    best = _Assembly(blueprint, inventory, seed)
    best.fill()
    for attempt in range(1, _TRIES if inventory.enemy_sets else 1):
        if not best.shortages:
            break
        again = _Assembly(blueprint, inventory, seed, attempt)
        again.fill()
        best = min(best, again, key=lambda one: len(one.shortages))
    return best


class _Assembly:
    """One assembly: stimulus blocks first, then area quotas, then the items of any area."""

    def __init__(
        self, blueprint: ContentBlueprint, inventory: Inventory, seed: int, attempt: int = 0
    ) -> None:
        self.shortages: list[BlueprintInfeasible] = []
        self._blueprint = blueprint
        self._inventory = inventory
        self._seed = seed
        self._singles: dict[str, list[InventoryItem]] = {section.code: [] for section in blueprint.sections}
        self._blocks: dict[str, list[InventoryItem]] = {section.code: [] for section in blueprint.sections}
        self._taken: set[str] = set()
        self._attempt = (str(attempt),) if attempt else ()
        self._enemies = enemies_of(inventory.enemy_sets)
        self._banned: set[ItemKey] = set()

    def fill(self) -> None:
        # Items of any area come last, so that they never use up what a quota of another section needs.
        for section in self._blueprint.sections:
            self._fill_blocks(section)
        for section in self._blueprint.sections:
            for area, needed in section.areas.items():
                self._fill_area(section, area, needed)
        for section in self._blueprint.sections:
            self._fill_unassigned(section)

    def form(self) -> ExamForm:
        sections = []
        for section in self._blueprint.sections:
            singles = self._stream(section, "order").shuffled(self._singles[section.code])
            keys = tuple(item.key for item in (*singles, *self._blocks[section.code]))
            sections.append(FormSection(section.code, section.minutes, keys))
        blueprint_key, release_number = self._blueprint.key, self._inventory.release_number
        return ExamForm(blueprint_key, release_number, self._seed, tuple(sections))

    def _stream(self, section: Section, use: str) -> SeededStream:
        return SeededStream(self._seed, self._blueprint.key, section.code, use, *self._attempt)

    def _fill_blocks(self, section: Section) -> None:
        blocks = section.stimulus_blocks
        if not blocks.number:
            return
        members: dict[StimulusKey, list[InventoryItem]] = {}
        for item in sorted(self._inventory.items, key=_natural_order):
            if item.subject == section.subject and item.stimulus_key is not None:
                members.setdefault(item.stimulus_key, []).append(item)
        fitting = [
            items
            for stimulus, items in sorted(members.items())
            if len(items) == blocks.size and stimulus not in self._taken and self._peaceful(items)
        ]
        taken = 0
        for items in self._stream(section, "stimuli").shuffled(fitting):
            if taken < blocks.number and self._peaceful(items):
                self._blocks[section.code] += items
                self._taken.update(str(item.stimulus_key) for item in items)
                self._ban(items)
                taken += 1
        if taken < blocks.number:
            self._lack("blueprint_stimuli", section, blocks.number, taken, size=blocks.size)

    def _fill_area(self, section: Section, area: str, needed: int) -> None:
        stream = self._stream(section, area)
        candidates = [item for item in self._candidates(section, stream) if item.area == area]
        drawn = self._take(section, candidates, needed, stream)
        if drawn < needed:
            self._lack("blueprint_area", section, needed, drawn, area=area)

    def _fill_unassigned(self, section: Section) -> None:
        stream = self._stream(section, "any area")
        candidates = self._candidates(section, stream)
        drawn = self._take(section, candidates, section.unassigned, stream)
        if drawn < section.unassigned:
            placed = section.items - section.unassigned
            self._lack("blueprint_items", section, section.items, placed + drawn)

    def _candidates(self, section: Section, stream: SeededStream) -> list[InventoryItem]:
        """Return the free single items of the subject, one drawn member for each free family."""
        families: dict[str, list[InventoryItem]] = {}
        for item in sorted(self._inventory.items, key=lambda item: item.key):
            name = item.family or item.key
            free = item.stimulus_key is None and name not in self._taken and item.key not in self._banned
            if item.subject == section.subject and free:
                families.setdefault(name, []).append(item)
        return [stream.choice(members) for members in families.values()]

    def _take(
        self, section: Section, candidates: Sequence[InventoryItem], needed: int, stream: SeededStream
    ) -> int:
        """Draw *needed* items that may meet, as far as there are, and return how many were drawn."""
        drawn = self._without_enemies(_spread(candidates, needed, stream), needed)
        others = [item for item in candidates if item not in drawn] if len(drawn) < needed else []
        drawn += self._without_enemies(stream.shuffled(others), needed - len(drawn))
        self._singles[section.code] += drawn
        self._taken.update(item.family or item.key for item in drawn)
        return len(drawn)

    def _without_enemies(self, items: Sequence[InventoryItem], most: int) -> list[InventoryItem]:
        """Return the first *most* items that no earlier one of the form excludes."""
        kept: list[InventoryItem] = []
        for item in items:
            if len(kept) < most and item.key not in self._banned:
                kept.append(item)
                self._ban([item])
        return kept

    def _peaceful(self, items: Sequence[InventoryItem]) -> bool:
        keys = {item.key for item in items}
        return not keys & self._banned and not any(
            keys & self._enemies.get(key, frozenset()) for key in keys
        )

    def _ban(self, items: Sequence[InventoryItem]) -> None:
        for item in items:
            self._banned |= self._enemies.get(item.key, frozenset())

    def _lack(self, code: str, section: Section, needed: int, available: int, **params: object) -> None:
        self.shortages.append(
            BlueprintInfeasible(code, section=section.code, needed=needed, available=available, **params)
        )


def _natural_order(item: InventoryItem) -> tuple[tuple[int, str], ...]:
    """Sort “s01.10” after “s01.9”."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in item.key.split("."))


def _spread(candidates: Sequence[InventoryItem], needed: int, stream: SeededStream) -> list[InventoryItem]:
    """Draw one item from each of ``needed`` equal strata of difficulty."""
    ordered = sorted(candidates, key=lambda item: (item.expected_difficulty, item.key))
    if len(ordered) <= needed:
        return ordered
    bounds = [len(ordered) * stratum // needed for stratum in range(needed + 1)] if needed else []
    return [stream.choice(ordered[low:high]) for low, high in pairwise(bounds)]
