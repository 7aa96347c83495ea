"""Enemy sets: items of which at most one may be in a form or an attempt, because one gives another away."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidEnemySet
from item_bank.identifiers import ItemKey

MOST_ENEMIES: Final = 50
LONGEST_REASON: Final = 500


@dataclass(frozen=True)
class EnemySet:
    """Two to 50 items, and why they must not meet. Raises ``InvalidEnemySet``."""

    items: tuple[ItemKey, ...]
    reason: str = ""

    def __post_init__(self) -> None:
        if not 2 <= len(self.items) <= MOST_ENEMIES or len(set(self.items)) < len(self.items):
            raise InvalidEnemySet("enemies_count", most=MOST_ENEMIES)
        if not self.reason.strip() or len(self.reason) > LONGEST_REASON:
            raise InvalidEnemySet("enemies_reason", most=LONGEST_REASON)


def enemies_of(sets: Iterable[Collection[ItemKey]]) -> Mapping[ItemKey, frozenset[ItemKey]]:
    """Return for every item that has enemies all of them."""
    found: dict[ItemKey, set[ItemKey]] = {}
    for one in sets:
        for key in one:
            found.setdefault(key, set()).update(one)
    return {key: frozenset(others - {key}) for key, others in found.items()}


def conflicts(
    keys: Collection[ItemKey], sets: Iterable[Collection[ItemKey]]
) -> Iterator[tuple[ItemKey, ...]]:
    """Yield, for every set of which *keys* hold more than one item, those items in the order of the set."""
    present = set(keys)
    for one in sets:
        met = tuple(key for key in one if key in present)
        if len(met) > 1:
            yield met
