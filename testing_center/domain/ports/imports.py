"""Imports, and what is kept to find near-duplicates and to keep enemies apart."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from testing_center.domain.bank import StoredVersion
from testing_center.domain.imports import (
    ImportedStatistic,
    ImportSource,
    ImportWish,
    ItemHead,
    ItemOrigin,
    NewVersion,
    OriginOfVersion,
    StoredImport,
)
from testing_center.domain.similar_items import (
    EnemyStep,
    KnownFingerprint,
    PairJudgement,
    StoredEnemySet,
)


class Imports(Protocol):
    """Files that were imported, their reports, and where versions come from."""

    def add_source(self, source: ImportSource, at: datetime) -> bool:
        """Keep the bytes of a file; False when they are kept already."""

    def source(self, sha256: str) -> ImportSource | None:
        """Return a file."""

    def add(
        self, source: ImportSource, wish: ImportWish, requested_by: int, at: datetime
    ) -> StoredImport:
        """Add an import of a file that is kept."""

    def by_uid(self, uid: str) -> StoredImport | None:
        """Return an import with the jobs of its phases."""

    def recent(self, limit: int = 50) -> Sequence[StoredImport]:
        """Return the newest imports."""

    def applied(self, source_hash: str, wish: ImportWish) -> StoredImport | None:
        """Return the newest import of the same bytes with the same wish that has been applied."""

    def begin_phase(self, import_id: int, phase: str, job_uid: str, at: datetime) -> None:
        """Note the job of a phase; raises ``ConcurrentAppend`` when the phase was begun before."""

    def freeze(self, import_id: int, phase: str, report: Mapping[str, Any], at: datetime) -> None:
        """Append the report of a phase; raises ``ConcurrentAppend`` when it has one."""

    def report(self, import_id: int, phase: str) -> Mapping[str, Any] | None:
        """Return the report of a phase."""

    def heads(self, item_keys: Collection[str]) -> Mapping[str, ItemHead]:
        """Return the newest versions of those of some items that exist."""

    def with_hashes(self, hashes: Collection[str], pool: str) -> Mapping[str, str]:
        """Return the item of a pool whose newest version has a hash, by hash."""

    def names_known(self, person_id: int, file_name: str) -> Mapping[str, str]:
        """Return the items that a person imported from files of a name, by their names in the file."""

    def add_items(self, items: Sequence[tuple[str, str, str]], at: datetime) -> None:
        """Add items (key, pool, subject) without versions."""

    def add_versions(self, versions: Sequence[NewVersion], at: datetime) -> Sequence[StoredVersion]:
        """Append the next version of each of many items."""

    def add_origins(self, origins: Sequence[ItemOrigin]) -> None:
        """Note where versions come from."""

    def origins(self, version_ids: Collection[int]) -> Mapping[int, OriginOfVersion]:
        """Return where those of some versions that were imported come from."""

    def add_statistics(self, import_id: int, statistics: Sequence[ImportedStatistic]) -> None:
        """Keep the numbers of another system."""

    def statistics(self, item_key: str) -> Sequence[Mapping[str, Any]]:
        """Return the numbers that other systems reported about an item, newest import first."""


class SimilarItems(Protocol):
    """Fingerprints, judgements of pairs and enemy sets."""

    def near(self, bands: Collection[int]) -> Mapping[str, KnownFingerprint]:
        """Return the items whose newest version shares a number of a sketch."""

    def fingerprints(self, version_ids: Collection[int]) -> Mapping[int, bytes]:
        """Return the stored fingerprints of some versions."""

    def judge(self, judgement: PairJudgement) -> None:
        """Append a judgement."""

    def judgements(self, item_key: str | None = None) -> Sequence[PairJudgement]:
        """Return the judgements about an item, or all, oldest first."""

    def record_enemies(self, step: EnemyStep) -> None:
        """Append a step to the log of an enemy set."""

    def enemy_sets(self, item_key: str | None = None) -> Sequence[StoredEnemySet]:
        """Return the sets that stand, those with an item or all, in the order of their identifiers."""

    def enemy_log(self, item_key: str) -> Sequence[EnemyStep]:
        """Return the steps of every set that ever held an item, oldest first."""

    def publish_enemies(self, release_number: int) -> None:
        """Freeze the sets that stand as those of a release."""

    def released_enemies(self, release_number: int) -> Sequence[tuple[str, ...]]:
        """Return the enemy sets of a release."""
