"""The item bank as its authors and reviewers look through it, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from testing_center.domain.bank import StoredVersion
from testing_center.domain.item_catalogue import ItemLine, ItemLines, ItemQuery, StoredItem, StoredStep
from testing_center.domain.pools import PRETEST
from testing_center.storage.bank import stored_version
from testing_center.storage.schema.bank import (
    ItemReviewStepRow,
    ItemRow,
    ItemSummaryRow,
    ItemVersionRow,
    ReleaseEntryRow,
    ReleaseRow,
    StimulusRow,
    StimulusVersionRow,
)

_RELEASED = (
    select(
        ItemVersionRow.item_id,
        ItemVersionRow.number.label("released_number"),
        ReleaseEntryRow.difficulty,
        ReleaseEntryRow.discrimination,
        ReleaseEntryRow.simulated,
    )
    .join(ReleaseEntryRow, ReleaseEntryRow.item_version_id == ItemVersionRow.id)
    .where(ReleaseEntryRow.release_number == select(func.max(ReleaseRow.number)).scalar_subquery())
    .subquery("released")
)
_LAST_STEPS = (
    select(func.max(ItemReviewStepRow.id)).group_by(ItemReviewStepRow.item_version_id).scalar_subquery()
)
_PART = case((ItemSummaryRow.status == PRETEST, PRETEST), else_=ItemRow.pool)
_ORDER: Mapping[str, ColumnElement[Any] | Any] = {
    "key": ItemRow.key,
    "subject": ItemRow.subject,
    "area": ItemSummaryRow.area,
    "level": ItemSummaryRow.level,
    "pool": ItemRow.pool,
    "status": ItemSummaryRow.status,
    "version": ItemSummaryRow.number,
    "changed": ItemSummaryRow.changed_at,
    "difficulty": _RELEASED.c.difficulty,
    "waiting": ItemSummaryRow.waiting_since,
}


class SqlItemCatalogue:
    """``ItemCatalogue`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, query: ItemQuery) -> ItemLines:
        conditions = list(_conditions(query))
        counted = _joined(select(func.count())).where(*conditions)
        total = self._session.scalar(counted) or 0
        page = ItemLines((), total, 1, query.size)
        page = replace(page, page=min(max(query.page, 1), page.pages))
        column = _ORDER[query.sort]
        ordered = column.desc() if query.descending else column.asc()
        chosen = (
            _joined(select(ItemRow, ItemSummaryRow, ItemVersionRow.content, _RELEASED))
            .join(ItemVersionRow, ItemVersionRow.id == ItemSummaryRow.version_id)
            .where(*conditions)
            .order_by(ordered.nulls_last(), ItemRow.key)
            .limit(query.size)
            .offset((page.page - 1) * query.size)
        )
        return replace(page, lines=tuple(_line(row) for row in self._session.execute(chosen)))

    def counts(self, parts: Collection[str]) -> Mapping[str, int]:
        query = (
            select(ItemSummaryRow.status, func.count().label("items"))
            .join(ItemRow, ItemRow.id == ItemSummaryRow.item_id)
            .where(_PART.in_(parts))
            .group_by(ItemSummaryRow.status)
        )
        return {row.status: row.items for row in self._session.execute(query)}

    def item(self, key: str) -> StoredItem | None:
        row = self._session.scalar(select(ItemRow).where(ItemRow.key == key))
        return StoredItem(row.key, row.pool, row.subject) if row else None

    def keys(self, prefix: str) -> Sequence[str]:
        query = select(ItemRow.key).where(ItemRow.key.startswith(prefix, autoescape=True))
        return self._session.scalars(query.order_by(ItemRow.key)).all()

    def versions(self, key: str) -> Sequence[StoredVersion]:
        query = _with_states().where(ItemRow.key == key).order_by(ItemVersionRow.number)
        return self._versions(query)

    def versions_in(self, state: str) -> Sequence[StoredVersion]:
        query = _with_states().where(ItemReviewStepRow.state == state)
        query = query.order_by(ItemRow.key, ItemVersionRow.number)
        return self._versions(query)

    def _versions(self, query: Select[Any, Any, Any]) -> Sequence[StoredVersion]:
        found = self._session.execute(query)
        return [stored_version(row, item, state or "draft") for row, item, state in found]

    def states(self, version_ids: Collection[int]) -> Mapping[int, str]:
        query = _with_states().where(ItemVersionRow.id.in_(version_ids))
        return {row.id: state or "draft" for row, _, state in self._session.execute(query)}

    def steps(self, version_ids: Collection[int]) -> Sequence[StoredStep]:
        query = (
            select(ItemReviewStepRow)
            .where(ItemReviewStepRow.item_version_id.in_(version_ids))
            .order_by(ItemReviewStepRow.id)
        )
        return [
            StoredStep(row.item_version_id, row.step, row.state, row.actor_id, row.comment, row.at)
            for row in self._session.scalars(query)
        ]

    def stimulus(self, key: str) -> Mapping[str, Any] | None:
        query = (
            select(StimulusVersionRow.content)
            .join(StimulusRow, StimulusRow.id == StimulusVersionRow.stimulus_id)
            .where(StimulusRow.key == key)
            .order_by(StimulusVersionRow.number.desc())
            .limit(1)
        )
        return self._session.scalar(query)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(ItemSummaryRow)
        .join(ItemRow, ItemRow.id == ItemSummaryRow.item_id)
        .outerjoin(_RELEASED, _RELEASED.c.item_id == ItemRow.id)
    )


def _with_states() -> Select[Any, Any, Any]:
    last = (ItemReviewStepRow.item_version_id == ItemVersionRow.id) & ItemReviewStepRow.id.in_(_LAST_STEPS)
    return (
        select(ItemVersionRow, ItemRow, ItemReviewStepRow.state)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .outerjoin(ItemReviewStepRow, last)
    )


def _conditions(query: ItemQuery) -> Sequence[ColumnElement[bool]]:
    equal = {
        ItemRow.subject: query.subject,
        ItemSummaryRow.area: query.area,
        ItemSummaryRow.level: query.level,
        ItemRow.pool: query.pool,
        ItemSummaryRow.status: query.status,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    found += [ItemSummaryRow.search_text.contains(word, autoescape=True) for word in query.words]
    if query.parts is not None:
        found.append(_PART.in_(query.parts))
    if query.lacks:
        found.append(~ItemSummaryRow.languages.contains(query.lacks, autoescape=True))
    if query.calibrated is not None:
        known = _RELEASED.c.discrimination
        found.append(known.is_not(None) if query.calibrated else known.is_(None))
    return found


def _line(row: Any) -> ItemLine:
    item, summary = row.ItemRow, row.ItemSummaryRow
    return ItemLine(
        key=item.key,
        pool=item.pool,
        subject=item.subject,
        area=summary.area,
        level=summary.level,
        status=summary.status,
        number=summary.number,
        version_id=summary.version_id,
        languages=tuple(summary.languages.split()),
        author_id=summary.author_id,
        changed_at=summary.changed_at,
        waiting_since=summary.waiting_since,
        content=row.content,
        released_number=row.released_number,
        difficulty=row.difficulty,
        discrimination=row.discrimination,
        simulated=bool(row.simulated),
    )
