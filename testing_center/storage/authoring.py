"""Working copies, what is known of files, stimuli and item models, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from testing_center.domain.authoring import (
    MediaFileRecord,
    MediaUse,
    ModelVersionRecord,
    StimulusUse,
    StimulusVersionRecord,
    WorkingCopy,
)
from testing_center.storage.schema.authoring import (
    ItemModelRow,
    ItemModelVersionRow,
    MediaFileRow,
    MediaUseRow,
    WorkingCopyRow,
)
from testing_center.storage.schema.bank import (
    ItemRow,
    ItemVersionRow,
    StimulusRow,
    StimulusVersionRow,
)
from testing_center.storage.schema.catalogue import ItemSummaryRow

_MEDIA_FIELDS = tuple(MediaFileRecord.__dataclass_fields__)


class SqlWorkingCopies:
    """``WorkingCopies`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, copy: WorkingCopy) -> None:
        row = self._row(copy.person_id, copy.scope)
        if row is None:
            row = WorkingCopyRow(person_id=copy.person_id, scope=copy.scope)
            self._session.add(row)
        row.based_on, row.values, row.saved_at = copy.based_on, dict(copy.values), copy.saved_at
        self._session.flush()

    def find(self, person_id: int, scope: str) -> WorkingCopy | None:
        row = self._row(person_id, scope)
        return _copy(row) if row else None

    def of_person(self, person_id: int, prefix: str) -> Sequence[WorkingCopy]:
        query = (
            select(WorkingCopyRow)
            .where(WorkingCopyRow.person_id == person_id)
            .where(WorkingCopyRow.scope.startswith(prefix, autoescape=True))
            .order_by(WorkingCopyRow.saved_at.desc(), WorkingCopyRow.id)
        )
        return [_copy(row) for row in self._session.scalars(query)]

    def of_scope(self, scope: str) -> Sequence[WorkingCopy]:
        query = select(WorkingCopyRow).where(WorkingCopyRow.scope == scope)
        return [_copy(row) for row in self._session.scalars(query.order_by(WorkingCopyRow.saved_at.desc()))]

    def discard(self, person_id: int, scope: str) -> None:
        self._session.execute(
            delete(WorkingCopyRow).where(WorkingCopyRow.person_id == person_id, WorkingCopyRow.scope == scope)
        )

    def _row(self, person_id: int, scope: str) -> WorkingCopyRow | None:
        return self._session.scalar(
            select(WorkingCopyRow).where(WorkingCopyRow.person_id == person_id, WorkingCopyRow.scope == scope)
        )


class SqlMediaFiles:
    """``MediaFiles`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: MediaFileRecord) -> None:
        if self.find(record.sha256) is None:
            values = {name: getattr(record, name) for name in _MEDIA_FIELDS}
            self._session.execute(insert(MediaFileRow).values(values))

    def find(self, sha256: str) -> MediaFileRecord | None:
        row = self._session.get(MediaFileRow, sha256)
        return _media(row) if row else None

    def all(self, words: str = "", limit: int = 200) -> Sequence[MediaFileRecord]:
        query = select(MediaFileRow).order_by(MediaFileRow.added_at.desc(), MediaFileRow.sha256).limit(limit)
        if words:
            query = query.where(MediaFileRow.name.icontains(words, autoescape=True))
        return [_media(row) for row in self._session.scalars(query)]

    def uses(self, hashes: Collection[str]) -> Sequence[MediaUse]:
        newest = func.max(MediaUseRow.version).label("version")
        query = (
            select(MediaUseRow.sha256, MediaUseRow.kind, MediaUseRow.key, newest)
            .where(MediaUseRow.sha256.in_(hashes))
            .group_by(MediaUseRow.sha256, MediaUseRow.kind, MediaUseRow.key)
            .order_by(MediaUseRow.kind, MediaUseRow.key)
        )
        return [MediaUse(*row) for row in self._session.execute(query)]


def note_media(session: Session, kind: str, key: str, version: int, content: Mapping[str, Any]) -> None:
    """Note the files of a version that was just added."""
    media = content.get("media")
    hashes = {str(entry["sha256"]) for entry in media} if isinstance(media, list) else set()
    rows = [{"sha256": one, "kind": kind, "key": key, "version": version} for one in sorted(hashes)]
    if rows:
        session.execute(insert(MediaUseRow), rows)


class SqlStimulusVersions:
    """``StimulusVersions`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: StimulusVersionRecord) -> StimulusVersionRecord:
        stimulus = self._session.scalar(select(StimulusRow).where(StimulusRow.key == record.key))
        if stimulus is None:
            stimulus = StimulusRow(key=record.key)
            self._session.add(stimulus)
            self._session.flush()
        owner = StimulusVersionRow.stimulus_id == stimulus.id
        newest = self._session.scalar(select(func.max(StimulusVersionRow.number)).where(owner))
        numbered = replace(record, number=(newest or 0) + 1)
        self._session.add(
            StimulusVersionRow(
                stimulus_id=stimulus.id,
                number=numbered.number,
                content=dict(record.content),
                content_hash=record.content_hash,
                author_id=record.author_id,
                note=record.note,
                created_at=record.created_at,
            )
        )
        self._session.flush()
        note_media(self._session, "stimulus", record.key, numbered.number, record.content)
        return numbered

    def latest(self, subject: str | None = None) -> Sequence[StimulusVersionRecord]:
        newest = (
            select(func.max(StimulusVersionRow.id)).group_by(StimulusVersionRow.stimulus_id).scalar_subquery()
        )
        query = self._query().where(StimulusVersionRow.id.in_(newest)).order_by(StimulusRow.key)
        if subject:
            query = query.where(StimulusRow.key.startswith(f"{subject}.", autoescape=True))
        return [_stimulus(row, key) for row, key in self._session.execute(query)]

    def versions(self, key: str) -> Sequence[StimulusVersionRecord]:
        query = self._query().where(StimulusRow.key == key).order_by(StimulusVersionRow.number)
        return [_stimulus(row, name) for row, name in self._session.execute(query)]

    def uses(self, key: str | None = None) -> Sequence[StimulusUse]:
        named = ItemVersionRow.content["stimulus_key"].as_string()
        query = (
            select(named, ItemRow.key, ItemRow.pool, ItemSummaryRow.status)
            .join(ItemSummaryRow, ItemSummaryRow.item_id == ItemRow.id)
            .join(ItemVersionRow, ItemVersionRow.id == ItemSummaryRow.version_id)
            .where(named.is_not(None) if key is None else named == key)
            .order_by(ItemRow.key)
        )
        return [StimulusUse(*row) for row in self._session.execute(query)]

    def keys(self, prefix: str) -> Sequence[str]:
        query = select(StimulusRow.key).where(StimulusRow.key.startswith(prefix, autoescape=True))
        return self._session.scalars(query.order_by(StimulusRow.key)).all()

    def _query(self) -> Any:
        return select(StimulusVersionRow, StimulusRow.key).join(
            StimulusRow, StimulusRow.id == StimulusVersionRow.stimulus_id
        )


class SqlModelVersions:
    """``ModelVersions`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: ModelVersionRecord) -> ModelVersionRecord:
        model = self._session.scalar(select(ItemModelRow).where(ItemModelRow.key == record.key))
        if model is None:
            model = ItemModelRow(
                key=record.key, pool=record.pool, subject=record.subject, created_at=record.created_at
            )
            self._session.add(model)
            self._session.flush()
        owner = ItemModelVersionRow.model_id == model.id
        newest = self._session.scalar(select(func.max(ItemModelVersionRow.number)).where(owner))
        numbered = replace(record, number=(newest or 0) + 1, pool=model.pool, subject=model.subject)
        self._session.add(
            ItemModelVersionRow(
                model_id=model.id,
                number=numbered.number,
                source=dict(record.source),
                content_hash=record.content_hash,
                author_id=record.author_id,
                note=record.note,
                created_at=record.created_at,
            )
        )
        self._session.flush()
        return numbered

    def latest(self, subject: str | None = None) -> Sequence[ModelVersionRecord]:
        newest = (
            select(func.max(ItemModelVersionRow.id)).group_by(ItemModelVersionRow.model_id).scalar_subquery()
        )
        query = self._query().where(ItemModelVersionRow.id.in_(newest)).order_by(ItemModelRow.key)
        if subject:
            query = query.where(ItemModelRow.subject == subject)
        return [_model(version, model) for version, model in self._session.execute(query)]

    def versions(self, key: str) -> Sequence[ModelVersionRecord]:
        query = self._query().where(ItemModelRow.key == key).order_by(ItemModelVersionRow.number)
        return [_model(version, model) for version, model in self._session.execute(query)]

    def keys(self, prefix: str) -> Sequence[str]:
        query = select(ItemModelRow.key).where(ItemModelRow.key.startswith(prefix, autoescape=True))
        return self._session.scalars(query.order_by(ItemModelRow.key)).all()

    def _query(self) -> Any:
        return select(ItemModelVersionRow, ItemModelRow).join(
            ItemModelRow, ItemModelRow.id == ItemModelVersionRow.model_id
        )


def _copy(row: WorkingCopyRow) -> WorkingCopy:
    return WorkingCopy(row.person_id, row.scope, row.based_on, row.values, row.saved_at)


def _media(row: MediaFileRow) -> MediaFileRecord:
    return MediaFileRecord(**{name: getattr(row, name) for name in _MEDIA_FIELDS})


def _stimulus(row: StimulusVersionRow, key: str) -> StimulusVersionRecord:
    return StimulusVersionRecord(
        key, row.number, row.content, row.content_hash, row.author_id, row.note, row.created_at
    )


def _model(row: ItemModelVersionRow, model: ItemModelRow) -> ModelVersionRecord:
    return ModelVersionRecord(
        key=model.key,
        pool=model.pool,
        subject=model.subject,
        number=row.number,
        source=row.source,
        content_hash=row.content_hash,
        author_id=row.author_id,
        note=row.note,
        created_at=row.created_at,
    )
