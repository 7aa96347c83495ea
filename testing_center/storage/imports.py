"""Imports in SQL: files, reports, origins, and many versions at once."""

import json
import uuid
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.bank import StoredVersion
from testing_center.domain.errors import ConcurrentAppend
from testing_center.domain.imports import (
    APPLY,
    ImportedStatistic,
    ImportSource,
    ImportWish,
    ItemHead,
    ItemOrigin,
    NewVersion,
    OriginOfVersion,
    StoredImport,
)
from testing_center.storage.bank import stored_version
from testing_center.storage.item_summaries import summarise_version
from testing_center.storage.schema.bank import ItemRow, ItemVersionRow
from testing_center.storage.schema.catalogue import ItemSummaryRow
from testing_center.storage.schema.imports import (
    ImportedStatisticRow,
    ImportSourceRow,
    ItemImportPhaseRow,
    ItemImportReportRow,
    ItemImportRow,
    ItemOriginRow,
)
from testing_center.storage.similar_items import keep_fingerprints, parts


class SqlImports:
    """``Imports`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_source(self, source: ImportSource, at: datetime) -> bool:
        if self._session.get(ImportSourceRow, source.sha256) is not None:
            return False
        self._session.execute(
            insert(ImportSourceRow).values(
                sha256=source.sha256,
                name=source.name,
                size=len(source.content),
                content=zlib.compress(source.content, 6),
                added_at=at,
            )
        )
        return True

    def source(self, sha256: str) -> ImportSource | None:
        row = self._session.get(ImportSourceRow, sha256)
        return ImportSource(row.sha256, row.name, zlib.decompress(row.content)) if row else None

    def add(
        self, source: ImportSource, wish: ImportWish, requested_by: int, at: datetime
    ) -> StoredImport:
        row = ItemImportRow(
            uid=uuid.uuid4().hex,
            source_hash=source.sha256,
            file_name=source.name,
            wish=wish.to_data(),
            requested_by=requested_by,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _stored(row)

    def by_uid(self, uid: str) -> StoredImport | None:
        row = self._session.scalar(select(ItemImportRow).where(ItemImportRow.uid == uid))
        return self._with_jobs([_stored(row)])[0] if row else None

    def recent(self, limit: int = 50) -> Sequence[StoredImport]:
        query = select(ItemImportRow).order_by(ItemImportRow.id.desc()).limit(limit)
        return self._with_jobs([_stored(row) for row in self._session.scalars(query)])

    def applied(self, source_hash: str, wish: ImportWish) -> StoredImport | None:
        query = (
            select(ItemImportRow)
            .join(ItemImportReportRow, ItemImportReportRow.import_id == ItemImportRow.id)
            .where(ItemImportRow.source_hash == source_hash, ItemImportReportRow.phase == APPLY)
            .order_by(ItemImportRow.id.desc())
        )
        for row in self._session.scalars(query):
            if ImportWish.from_data(row.wish) == wish:
                return _stored(row)
        return None

    def begin_phase(self, import_id: int, phase: str, job_uid: str, at: datetime) -> None:
        self._insert_once(
            ItemImportPhaseRow(import_id=import_id, phase=phase, job_uid=job_uid, at=at)
        )

    def freeze(self, import_id: int, phase: str, report: Mapping[str, Any], at: datetime) -> None:
        data = zlib.compress(json.dumps(report, ensure_ascii=False).encode(), 6)
        self._insert_once(ItemImportReportRow(import_id=import_id, phase=phase, data=data, at=at))

    def report(self, import_id: int, phase: str) -> Mapping[str, Any] | None:
        row = self._session.get(ItemImportReportRow, (import_id, phase))
        if row is None:
            return None
        found: Mapping[str, Any] = json.loads(zlib.decompress(row.data))
        return found

    def heads(self, item_keys: Collection[str]) -> Mapping[str, ItemHead]:
        found: dict[str, ItemHead] = {}
        for part in parts(item_keys):
            query = (
                select(
                    ItemRow.key,
                    ItemRow.pool,
                    ItemSummaryRow.status,
                    ItemSummaryRow.number,
                    ItemSummaryRow.version_id,
                    ItemVersionRow.number.label("one"),
                    ItemVersionRow.content_hash,
                )
                .join(ItemSummaryRow, ItemSummaryRow.item_id == ItemRow.id)
                .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
                .where(ItemRow.key.in_(part))
                .order_by(ItemVersionRow.number)
            )
            for row in self._session.execute(query):
                known = found.get(row.key)
                hashes = dict(known.hashes) if known else {}
                hashes[row.content_hash] = row.one
                found[row.key] = ItemHead(
                    row.key, row.pool, row.status, row.number, row.version_id, hashes
                )
        return found

    def with_hashes(self, hashes: Collection[str], pool: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for part in parts(hashes):
            query = (
                select(ItemVersionRow.content_hash, ItemRow.key)
                .join(ItemSummaryRow, ItemSummaryRow.version_id == ItemVersionRow.id)
                .join(ItemRow, ItemRow.id == ItemSummaryRow.item_id)
                .where(ItemVersionRow.content_hash.in_(part), ItemRow.pool == pool)
                .order_by(ItemRow.key.desc())
            )
            found |= {content_hash: key for content_hash, key in self._session.execute(query)}  # noqa: C416
        return found

    def names_known(self, person_id: int, file_name: str) -> Mapping[str, str]:
        query = (
            select(ItemOriginRow.name, ItemRow.key)
            .join(ItemImportRow, ItemImportRow.id == ItemOriginRow.import_id)
            .join(ItemVersionRow, ItemVersionRow.id == ItemOriginRow.item_version_id)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemImportRow.requested_by == person_id, ItemImportRow.file_name == file_name)
            .order_by(ItemOriginRow.item_version_id)
        )
        return {name: key for name, key in self._session.execute(query)}  # noqa: C416 - rows are no pairs to mypy

    def add_items(self, items: Sequence[tuple[str, str, str]], at: datetime) -> None:
        rows = [
            {"key": key, "pool": pool, "subject": subject, "created_at": at} for key, pool, subject in items
        ]
        if rows:
            self._session.execute(insert(ItemRow), rows)

    def add_versions(self, versions: Sequence[NewVersion], at: datetime) -> Sequence[StoredVersion]:
        items = self._items([one.item_key for one in versions])
        newest = self._newest([item.id for item in items.values()])
        rows = [
            ItemVersionRow(
                item_id=items[one.item_key].id,
                number=newest.get(items[one.item_key].id, 0) + 1,
                content=dict(one.content),
                content_hash=one.content_hash,
                substantive=one.substantive,
                author_id=one.author_id,
                note=one.note,
                created_at=at,
            )
            for one in versions
        ]
        self._session.add_all(rows)
        self._session.flush()
        for one, row in zip(versions, rows, strict=True):
            summarise_version(self._session, items[one.item_key], row)
        keep_fingerprints(self._session, rows)
        return [
            stored_version(row, items[one.item_key], "draft") for one, row in zip(versions, rows, strict=True)
        ]

    def _items(self, keys: Collection[str]) -> Mapping[str, ItemRow]:
        found: dict[str, ItemRow] = {}
        for part in parts(keys):
            query = select(ItemRow).where(ItemRow.key.in_(part))
            found |= {row.key: row for row in self._session.scalars(query)}
        return found

    def _newest(self, item_ids: Collection[int]) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for part in parts(item_ids):
            query = (
                select(ItemVersionRow.item_id, func.max(ItemVersionRow.number))
                .where(ItemVersionRow.item_id.in_(part))
                .group_by(ItemVersionRow.item_id)
            )
            found |= {item: number for item, number in self._session.execute(query)}  # noqa: C416
        return found

    def add_origins(self, origins: Sequence[ItemOrigin]) -> None:
        if origins:
            rows = [vars(one) | {"place": dict(one.place), "name": one.name[:200]} for one in origins]
            self._session.execute(insert(ItemOriginRow), rows)

    def origins(self, version_ids: Collection[int]) -> Mapping[int, OriginOfVersion]:
        query = (
            select(ItemOriginRow, ItemImportRow)
            .join(ItemImportRow, ItemImportRow.id == ItemOriginRow.import_id)
            .where(ItemOriginRow.item_version_id.in_(version_ids))
        )
        return {
            origin.item_version_id: OriginOfVersion(
                origin.item_version_id, one.uid, one.file_name, one.source_hash, origin.name, origin.place
            )
            for origin, one in self._session.execute(query)
        }

    def add_statistics(self, import_id: int, statistics: Sequence[ImportedStatistic]) -> None:
        if statistics:
            rows = [
                {"import_id": import_id, "item_key": one.item_key, "data": dict(one.data)}
                for one in statistics
            ]
            self._session.execute(insert(ImportedStatisticRow), rows)

    def statistics(self, item_key: str) -> Sequence[Mapping[str, Any]]:
        query = (
            select(ImportedStatisticRow.data)
            .where(ImportedStatisticRow.item_key == item_key)
            .order_by(ImportedStatisticRow.import_id.desc(), ImportedStatisticRow.id)
        )
        return self._session.scalars(query).all()

    def _with_jobs(self, found: Sequence[StoredImport]) -> Sequence[StoredImport]:
        jobs: dict[int, dict[str, str]] = {}
        query = select(ItemImportPhaseRow).where(
            ItemImportPhaseRow.import_id.in_([one.id for one in found])
        )
        for row in self._session.scalars(query):
            jobs.setdefault(row.import_id, {})[row.phase] = row.job_uid
        return [one.with_jobs(jobs.get(one.id, {})) for one in found]

    def _insert_once(self, row: ItemImportPhaseRow | ItemImportReportRow) -> None:
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            raise ConcurrentAppend from None


def _stored(row: ItemImportRow) -> StoredImport:
    return StoredImport(
        row.id,
        row.uid,
        row.source_hash,
        row.file_name,
        ImportWish.from_data(row.wish),
        row.requested_by,
        row.created_at,
    )
