"""Item versions, releases, blueprints, forms and outside response matrices in SQL."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from testing_center.domain.bank import (
    NewReleaseEntry,
    ReleasedItem,
    ReleaseSummary,
    ResponseSet,
    StoredBlueprint,
    StoredForm,
    StoredVersion,
    VersionRemark,
)
from testing_center.storage.authoring import note_media
from testing_center.storage.item_summaries import summarise_release, summarise_step, summarise_version
from testing_center.storage.schema.bank import (
    ContentBlueprintRow,
    ExamFormRow,
    ItemReviewStepRow,
    ItemRow,
    ItemVersionRow,
    ReleaseEntryRow,
    ReleaseRow,
    ReleaseStimulusRow,
    ResponseSetRow,
    StimulusRow,
    StimulusVersionRow,
)
from testing_center.storage.schema.people import PersonRow
from testing_center.storage.similar_items import keep_fingerprints

_ENTRY_FIELDS = tuple(NewReleaseEntry.__dataclass_fields__)


class SqlBank:
    """``Bank`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_item(self, key: str, pool: str, subject: str, at: datetime) -> None:
        self._session.execute(insert(ItemRow).values(key=key, pool=pool, subject=subject, created_at=at))

    def add_version(
        self,
        item_key: str,
        content: Mapping[str, Any],
        content_hash: str,
        author_id: int | None,
        at: datetime,
        remark: VersionRemark = VersionRemark(),  # noqa: B008 - immutable
    ) -> StoredVersion:
        item = self._session.scalars(select(ItemRow).where(ItemRow.key == item_key)).one()
        newest = self._session.scalar(
            select(func.max(ItemVersionRow.number)).where(ItemVersionRow.item_id == item.id)
        )
        row = ItemVersionRow(
            item_id=item.id,
            number=(newest or 0) + 1,
            content=dict(content),
            content_hash=content_hash,
            substantive=remark.substantive,
            author_id=author_id,
            note=remark.note,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        summarise_version(self._session, item, row)
        keep_fingerprints(self._session, [row])
        note_media(self._session, "item", item.key, row.number, content)
        return stored_version(row, item, "draft")

    def add_review_step(
        self, item_version_id: int, step: str, state: str, actor_id: int | None, comment: str, at: datetime
    ) -> None:
        self._session.execute(
            insert(ItemReviewStepRow).values(
                item_version_id=item_version_id,
                step=step,
                state=state,
                actor_id=actor_id,
                comment=comment,
                at=at,
            )
        )
        summarise_step(self._session, item_version_id, state, at)

    def add_stimulus_version(
        self, key: str, content: Mapping[str, Any], content_hash: str, at: datetime
    ) -> int:
        stimulus = self._session.scalar(select(StimulusRow).where(StimulusRow.key == key))
        if stimulus is None:
            stimulus = StimulusRow(key=key)
            self._session.add(stimulus)
            self._session.flush()
        newest = self._session.scalar(
            select(func.max(StimulusVersionRow.number)).where(StimulusVersionRow.stimulus_id == stimulus.id)
        )
        row = StimulusVersionRow(
            stimulus_id=stimulus.id,
            number=(newest or 0) + 1,
            content=dict(content),
            content_hash=content_hash,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()
        note_media(self._session, "stimulus", key, row.number, content)
        return row.id

    def publish(
        self,
        release: ReleaseSummary,
        publisher_id: int | None,
        entries: Sequence[NewReleaseEntry],
        stimulus_version_ids: Sequence[int],
    ) -> None:
        self._session.execute(
            insert(ReleaseRow).values(
                number=release.number,
                published_at=release.published_at,
                publisher_id=publisher_id,
                note=release.note,
                content_hash=release.content_hash,
            )
        )
        if entries:
            self._session.execute(
                insert(ReleaseEntryRow),
                [
                    {"release_number": release.number, **{name: getattr(e, name) for name in _ENTRY_FIELDS}}
                    for e in entries
                ],
            )
        if stimulus_version_ids:
            self._session.execute(
                insert(ReleaseStimulusRow),
                [
                    {"release_number": release.number, "stimulus_version_id": version_id}
                    for version_id in stimulus_version_ids
                ],
            )
        summarise_release(self._session, release.number)

    def latest_release(self) -> int | None:
        return self._session.scalar(select(func.max(ReleaseRow.number)))

    def releases(self) -> Sequence[ReleaseSummary]:
        counts = (
            select(
                ReleaseEntryRow.release_number,
                func.count().label("item_count"),
                func.count(ReleaseEntryRow.discrimination).label("calibrated_count"),
            )
            .group_by(ReleaseEntryRow.release_number)
            .subquery()
        )
        query = (
            select(ReleaseRow, PersonRow, counts.c.item_count, counts.c.calibrated_count)
            .outerjoin(PersonRow, PersonRow.id == ReleaseRow.publisher_id)
            .outerjoin(counts, counts.c.release_number == ReleaseRow.number)
            .order_by(ReleaseRow.number.desc())
        )
        return [
            ReleaseSummary(
                release.number,
                release.published_at,
                f"{person.family_name} {person.given_name}" if person else "",
                release.note,
                release.content_hash,
                items or 0,
                calibrated or 0,
            )
            for release, person, items, calibrated in self._session.execute(query)
        ]

    def released_items(
        self, release_number: int, subject: str | None = None, pool: str | None = None
    ) -> Sequence[ReleasedItem]:
        query = _entries().where(ReleaseEntryRow.release_number == release_number).order_by(ItemRow.key)
        if subject is not None:
            query = query.where(ItemRow.subject == subject)
        if pool is not None:
            query = query.where(ReleaseEntryRow.pool == pool)
        return [_released(*found) for found in self._session.execute(query)]

    def released_item(self, item_key: str) -> ReleasedItem | None:
        query = _entries().where(
            ReleaseEntryRow.release_number == self.latest_release(), ItemRow.key == item_key
        )
        found = self._session.execute(query).first()
        return _released(*found) if found else None

    def released_stimuli(self, release_number: int) -> Mapping[str, Mapping[str, Any]]:
        query = (
            select(StimulusRow.key, StimulusVersionRow.content)
            .join(StimulusVersionRow, StimulusVersionRow.stimulus_id == StimulusRow.id)
            .join(ReleaseStimulusRow, ReleaseStimulusRow.stimulus_version_id == StimulusVersionRow.id)
            .where(ReleaseStimulusRow.release_number == release_number)
        )
        return {key: content for key, content in self._session.execute(query)}  # noqa: C416 - rows are not pairs to mypy

    def released_stimulus_ids(self, release_number: int) -> Sequence[int]:
        query = select(ReleaseStimulusRow.stimulus_version_id).where(
            ReleaseStimulusRow.release_number == release_number
        )
        return self._session.scalars(query).all()

    def add_blueprint(self, key: str, data: Mapping[str, Any], content_hash: str) -> StoredBlueprint:
        versions = self._session.scalars(
            select(ContentBlueprintRow)
            .where(ContentBlueprintRow.key == key)
            .order_by(ContentBlueprintRow.version.desc())
        ).all()
        for row in versions:
            if row.content_hash == content_hash:
                return _blueprint(row)
        row = ContentBlueprintRow(
            key=key,
            version=versions[0].version + 1 if versions else 1,
            data=dict(data),
            content_hash=content_hash,
        )
        self._session.add(row)
        self._session.flush()
        return _blueprint(row)

    def blueprint(self, blueprint_id: int) -> StoredBlueprint | None:
        row = self._session.get(ContentBlueprintRow, blueprint_id)
        return _blueprint(row) if row else None

    def blueprints(self) -> Sequence[StoredBlueprint]:
        rows = self._session.scalars(select(ContentBlueprintRow).order_by(ContentBlueprintRow.version))
        newest = {row.key: _blueprint(row) for row in rows}
        return [newest[key] for key in sorted(newest)]

    def add_form(self, form: StoredForm, at: datetime) -> None:
        if self.form(form.content_hash) is None:
            self._session.execute(
                insert(ExamFormRow).values(
                    content_hash=form.content_hash,
                    blueprint_id=form.blueprint_id,
                    release_number=form.release_number,
                    data=dict(form.data),
                    created_at=at,
                )
            )

    def form(self, content_hash: str) -> StoredForm | None:
        row = self._session.get(ExamFormRow, content_hash)
        return StoredForm(row.content_hash, row.blueprint_id, row.release_number, row.data) if row else None

    def add_response_set(self, response_set: ResponseSet, at: datetime) -> None:
        self._session.execute(
            insert(ResponseSetRow).values(
                release_number=response_set.release_number,
                subject=response_set.subject,
                label=response_set.label,
                simulated=response_set.simulated,
                item_keys=list(response_set.item_keys),
                examinees=response_set.examinees,
                matrix=zlib.compress(response_set.matrix, 6),
                content_hash=response_set.content_hash,
                created_at=at,
            )
        )

    def response_sets(self, release_number: int, subject: str) -> Sequence[ResponseSet]:
        query = (
            select(ResponseSetRow)
            .where(ResponseSetRow.release_number == release_number, ResponseSetRow.subject == subject)
            .order_by(ResponseSetRow.id)
        )
        return [
            ResponseSet(
                row.release_number,
                row.subject,
                row.label,
                row.simulated,
                tuple(row.item_keys),
                row.examinees,
                zlib.decompress(row.matrix),
                row.content_hash,
            )
            for row in self._session.scalars(query)
        ]


def stored_version(row: ItemVersionRow, item: ItemRow, state: str) -> StoredVersion:
    """Return the domain record of an item version."""
    return StoredVersion(
        row.id,
        item.key,
        item.pool,
        item.subject,
        row.number,
        row.content,
        row.content_hash,
        row.author_id,
        row.created_at,
        state,
        row.substantive,
        row.note,
    )


def _entries() -> Select[ReleaseEntryRow, ItemVersionRow, ItemRow]:
    return (
        select(ReleaseEntryRow, ItemVersionRow, ItemRow)
        .join(ItemVersionRow, ItemVersionRow.id == ReleaseEntryRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    )


def _released(entry: ReleaseEntryRow, version: ItemVersionRow, item: ItemRow) -> ReleasedItem:
    parameters = {name: getattr(entry, name) for name in _ENTRY_FIELDS}
    return ReleasedItem(
        item_key=item.key,
        version=version.number,
        subject=item.subject,
        content=version.content,
        content_hash=version.content_hash,
        **parameters,
    )


def _blueprint(row: ContentBlueprintRow) -> StoredBlueprint:
    return StoredBlueprint(row.id, row.key, row.version, row.data, row.content_hash)
