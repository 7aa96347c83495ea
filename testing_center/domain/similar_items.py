"""Near-duplicates and enemies as the testing centre keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from item_bank.fingerprints import Fingerprint

DIFFERENT: Final = "different"
ALIKE: Final = "alike"
VERDICTS: Final = (DIFFERENT, ALIKE)

DECLARED: Final = "declared"
DISSOLVED: Final = "dissolved"


@dataclass(frozen=True)
class KnownFingerprint:
    """The fingerprint of the newest version of an item."""

    item_key: str
    pool: str
    status: str
    fingerprint: Fingerprint


@dataclass(frozen=True)
class PairJudgement:
    """Somebody looked at two near-duplicates; it holds for the content that both had (their hashes)."""

    hashes: Mapping[str, str]
    verdict: str
    reason: str
    actor_id: int | None
    at: datetime

    @property
    def pair(self) -> frozenset[str]:
        """The keys of both items."""
        return frozenset(self.hashes)


@dataclass(frozen=True)
class StoredEnemySet:
    """An enemy set as it stands: the last step of its log."""

    uid: str
    items: tuple[str, ...]
    reason: str
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class EnemyStep:
    """One step in the log of an enemy set: ``declared`` or ``dissolved``."""

    uid: str
    kind: str
    items: tuple[str, ...]
    reason: str
    actor_id: int | None
    at: datetime
