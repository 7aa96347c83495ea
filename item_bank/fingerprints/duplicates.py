"""Many items in memory, and those that are like a given one."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from item_bank.fingerprints.fingerprint import Fingerprint
from item_bank.fingerprints.similarity import THRESHOLD, Similarity, similarity
from item_bank.fingerprints.sketches import sketch


@dataclass(frozen=True)
class SimilarItem:
    """An item of the index and how alike it is."""

    name: Hashable
    similarity: Similarity


@dataclass
class DuplicateIndex:
    """Items by name; ``add`` replaces the item of the same name."""

    fingerprints: dict[Hashable, Fingerprint] = field(default_factory=dict)
    _names: dict[int, set[Hashable]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.fingerprints)

    def add(self, name: Hashable, fingerprint: Fingerprint) -> None:
        """Take an item in."""
        if name in self.fingerprints:
            for band in sketch(self.fingerprints[name]):
                self._names[band].discard(name)
        self.fingerprints[name] = fingerprint
        for band in sketch(fingerprint):
            self._names.setdefault(band, set()).add(name)

    def like(self, fingerprint: Fingerprint, threshold: float = THRESHOLD) -> list[SimilarItem]:
        """Return the items that share at least *threshold* of their features, most alike first."""
        bands = sketch(fingerprint)
        names = {name for band in bands for name in self._names.get(band, ())}
        found = [SimilarItem(name, similarity(fingerprint, self.fingerprints[name])) for name in names]
        kept = [one for one in found if one.similarity.share >= threshold]
        return sorted(kept, key=lambda one: (-one.similarity.share, str(one.name)))

    def pairs(self, threshold: float = THRESHOLD) -> Iterator[tuple[Hashable, Hashable, Similarity]]:
        """Yield every pair of items that are alike, once, in the order of their names."""
        for name in sorted(self.fingerprints, key=str):
            for one in self.like(self.fingerprints[name], threshold):
                if str(one.name) > str(name):
                    yield name, one.name, one.similarity
