"""Fingerprints, judgements of near-duplicates and enemy sets in SQL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from item_bank.fingerprints import Fingerprint, fingerprint_of, sketch
from testing_center.domain.similar_items import (
    DISSOLVED,
    EnemyStep,
    KnownFingerprint,
    PairJudgement,
    StoredEnemySet,
)
from testing_center.storage.schema.bank import ItemRow, ItemVersionRow
from testing_center.storage.schema.catalogue import ItemSummaryRow
from testing_center.storage.schema.similar_items import (
    EnemySetStepRow,
    FingerprintBandRow,
    ItemFingerprintRow,
    PairJudgementRow,
    ReleaseEnemySetRow,
)

ONE_QUERY = 10_000
"""Most values in one query: databases allow some 32 000."""
Value = TypeVar("Value")


class SqlSimilarItems:
    """``SimilarItems`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def near(self, bands: Collection[int]) -> Mapping[str, KnownFingerprint]:
        items = {
            item
            for part in parts(bands)
            for item in self._session.scalars(
                select(FingerprintBandRow.item_id).where(FingerprintBandRow.band.in_(part)).distinct()
            )
        }
        found: dict[str, KnownFingerprint] = {}
        for part in parts(items):
            query = (
                select(ItemRow.key, ItemRow.pool, ItemSummaryRow.status, ItemFingerprintRow.data)
                .join(ItemSummaryRow, ItemSummaryRow.item_id == ItemRow.id)
                .join(ItemFingerprintRow, ItemFingerprintRow.item_version_id == ItemSummaryRow.version_id)
                .where(ItemRow.id.in_(part))
            )
            for key, pool, status, data in self._session.execute(query):
                found[key] = KnownFingerprint(key, pool, status, Fingerprint.from_bytes(data))
        return found

    def fingerprints(self, version_ids: Collection[int]) -> Mapping[int, bytes]:
        found: dict[int, bytes] = {}
        for part in parts(version_ids):
            query = select(ItemFingerprintRow).where(ItemFingerprintRow.item_version_id.in_(part))
            found |= {row.item_version_id: row.data for row in self._session.scalars(query)}
        return found

    def judge(self, judgement: PairJudgement) -> None:
        first, second = sorted(judgement.hashes)
        self._session.execute(
            insert(PairJudgementRow).values(
                first_key=first,
                second_key=second,
                first_hash=judgement.hashes[first],
                second_hash=judgement.hashes[second],
                verdict=judgement.verdict,
                reason=judgement.reason,
                actor_id=judgement.actor_id,
                at=judgement.at,
            )
        )

    def judgements(self, item_key: str | None = None) -> Sequence[PairJudgement]:
        query = select(PairJudgementRow).order_by(PairJudgementRow.id)
        if item_key is not None:
            query = query.where(
                or_(PairJudgementRow.first_key == item_key, PairJudgementRow.second_key == item_key)
            )
        return [
            PairJudgement(
                {row.first_key: row.first_hash, row.second_key: row.second_hash},
                row.verdict,
                row.reason,
                row.actor_id,
                row.at,
            )
            for row in self._session.scalars(query)
        ]

    def record_enemies(self, step: EnemyStep) -> None:
        self._session.execute(
            insert(EnemySetStepRow).values(**vars(step) | {"items": list(step.items)})
        )

    def enemy_sets(self, item_key: str | None = None) -> Sequence[StoredEnemySet]:
        rows = self._session.scalars(select(EnemySetStepRow).order_by(EnemySetStepRow.id))
        standing = {row.uid: row for row in rows}
        return [
            StoredEnemySet(uid, tuple(row.items), row.reason, row.actor_id, row.at)
            for uid, row in sorted(standing.items())
            if row.kind != DISSOLVED and (item_key is None or item_key in row.items)
        ]

    def enemy_log(self, item_key: str) -> Sequence[EnemyStep]:
        rows = self._session.scalars(select(EnemySetStepRow).order_by(EnemySetStepRow.id)).all()
        held = {row.uid for row in rows if item_key in row.items}
        return [
            EnemyStep(row.uid, row.kind, tuple(row.items), row.reason, row.actor_id, row.at)
            for row in rows
            if row.uid in held
        ]

    def publish_enemies(self, release_number: int) -> None:
        rows = [
            {"release_number": release_number, "uid": one.uid, "items": list(one.items)}
            for one in self.enemy_sets()
        ]
        if rows:
            self._session.execute(insert(ReleaseEnemySetRow), rows)

    def released_enemies(self, release_number: int) -> Sequence[tuple[str, ...]]:
        query = (
            select(ReleaseEnemySetRow.items)
            .where(ReleaseEnemySetRow.release_number == release_number)
            .order_by(ReleaseEnemySetRow.uid)
        )
        return [tuple(items) for items in self._session.scalars(query)]


def keep_fingerprints(session: Session, versions: Iterable[ItemVersionRow]) -> None:
    """Keep the fingerprints of versions that were just added and are the newest of their items."""
    prints, bands = [], []
    for version in versions:
        fingerprint = fingerprint_of(version.content)
        prints.append({"item_version_id": version.id, "data": fingerprint.to_bytes()})
        bands += [{"band": band, "item_id": version.item_id} for band in sorted(sketch(fingerprint))]
        if version.number > 1:
            session.execute(
                delete(FingerprintBandRow).where(FingerprintBandRow.item_id == version.item_id)
            )
    if prints:
        session.execute(insert(ItemFingerprintRow), prints)
    if bands:
        session.execute(insert(FingerprintBandRow), bands)


def parts(values: Collection[Value]) -> Iterator[Sequence[Value]]:
    """Yield *values* in pieces that fit into one query."""
    listed = list(values)
    for start in range(0, len(listed), ONE_QUERY):
        yield listed[start : start + ONE_QUERY]
