"""Whether the exam pool and the trainer pool have nothing in common that practice would give away.

Two items must not be in different pools when they are of one family (instances of an item model), belong to
one stimulus or to nearly the same stimuli, or are nearly the same, with the same numbers or with others. The
search for near-duplicates misses none (:mod:`item_bank.fingerprints.exact_join`). Pairs of near-duplicates
that a person has judged to be different are left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from item_bank.errors import InvalidRelease
from item_bank.fingerprints import COPY_THRESHOLD, Fingerprint, Similarity, alike_pairs
from item_bank.identifiers import EXAM_POOL, TRAINER_POOL

FAMILY: Final = "family"
STIMULUS: Final = "stimulus"
NEAR_STIMULUS: Final = "near_stimulus"
NEAR_ITEM: Final = "near_item"
_CODES: Final = {
    FAMILY: "release_shared_family",
    STIMULUS: "release_shared_stimulus",
    NEAR_STIMULUS: "release_near_stimulus",
    NEAR_ITEM: "release_near_item",
}


@dataclass(frozen=True)
class PoolMember:
    """What the check looks at of an item."""

    key: str
    pool: str
    fingerprint: Fingerprint
    family: str | None = None
    stimulus_key: str | None = None


@dataclass(frozen=True)
class Overlap:
    """An item of the exam pool (``exam``) and one of the trainer pool that have something in common.

    ``kind`` says what: ``family``, ``stimulus`` (``name`` is which), ``near_stimulus`` (``exam`` and
    ``trainer`` are keys of stimuli) or ``near_item``, both with their ``similarity``.
    """

    kind: str
    exam: str
    trainer: str
    name: str = ""
    similarity: Similarity | None = None

    @property
    def problem(self) -> InvalidRelease:
        """The sentence that names the pair and says what to do."""
        percent = 100 if self.similarity is None else round(100 * self.similarity.share)
        return InvalidRelease(
            _CODES[self.kind], exam=self.exam, trainer=self.trainer, name=self.name, percent=percent
        )

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data."""
        found = self.similarity
        return {
            "kind": self.kind,
            "exam": self.exam,
            "trainer": self.trainer,
            "name": self.name,
            "share": None if found is None else round(found.share, 3),
            "basis": None if found is None else found.basis,
            "code": self.problem.code,
            "sentence": str(self.problem),
        }


@dataclass(frozen=True)
class PoolMembers:
    """The items of both pools, the fingerprints of their stimuli by key, and pairs judged different."""

    items: Sequence[PoolMember]
    stimuli: Mapping[str, Fingerprint] = field(default_factory=dict)
    cleared: Collection[frozenset[str]] = frozenset()


def overlaps(members: PoolMembers) -> tuple[Overlap, ...]:
    """Return everything that the pools have in common; empty if they are disjoint."""
    return (
        *_shared(members, FAMILY),
        *_shared(members, STIMULUS),
        *_near_stimuli(members),
        *_near_items(members),
    )


def _shared(members: PoolMembers, kind: str) -> Iterator[Overlap]:
    places: dict[str, dict[str, str]] = {}
    for item in members.items:
        name = item.family if kind == FAMILY else item.stimulus_key
        if name is not None:
            places.setdefault(name, {}).setdefault(item.pool, item.key)
    for name, found in sorted(places.items()):
        if EXAM_POOL in found and TRAINER_POOL in found:
            yield Overlap(kind, found[EXAM_POOL], found[TRAINER_POOL], name)


def _near_stimuli(members: PoolMembers) -> Iterator[Overlap]:
    used = {
        pool: {
            key: members.stimuli[key]
            for key in sorted({item.stimulus_key or "" for item in members.items if item.pool == pool})
            if key in members.stimuli
        }
        for pool in (EXAM_POOL, TRAINER_POOL)
    }
    for first, second, alike in alike_pairs(used[EXAM_POOL], used[TRAINER_POOL], COPY_THRESHOLD):
        if first != second and frozenset((first, second)) not in members.cleared:
            yield Overlap(NEAR_STIMULUS, first, second, similarity=alike)


def _near_items(members: PoolMembers) -> Iterator[Overlap]:
    exam, trainer = (
        {item.key: item.fingerprint for item in members.items if item.pool == pool}
        for pool in (EXAM_POOL, TRAINER_POOL)
    )
    for first, second, alike in alike_pairs(exam, trainer, COPY_THRESHOLD):
        if frozenset((first, second)) not in members.cleared:
            yield Overlap(NEAR_ITEM, first, second, similarity=alike)
