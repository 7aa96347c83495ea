"""The item bank as its authors and reviewers look through it, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from testing_center.domain.bank import StoredVersion
from testing_center.domain.item_catalogue import (
    NO,
    YES,
    FacetCell,
    FacetCounts,
    ItemFigures,
    ItemLine,
    ItemLines,
    ItemQuery,
    ItemUsage,
    StoredItem,
    StoredStep,
    facet_counts,
    lacking,
)
from testing_center.domain.pools import PRETEST
from testing_center.storage.bank import stored_version
from testing_center.storage.item_search import beginnings, items_with
from testing_center.storage.item_summaries import DEFAULT_SOURCE, replace_figures
from testing_center.storage.item_usage import exposures, item_usage
from testing_center.storage.schema.bank import (
    ItemReviewStepRow,
    ItemRow,
    ItemVersionRow,
    StimulusRow,
    StimulusVersionRow,
)
from testing_center.storage.schema.catalogue import (
    ItemCareRow,
    ItemReleaseRow,
    ItemStatisticsRow,
    ItemSummaryRow,
    ItemTagRow,
)
from testing_center.storage.schema.people import PersonRow

_lacking = cache(lacking)
_LAST_STEPS = (
    select(func.max(ItemReviewStepRow.id)).group_by(ItemReviewStepRow.item_version_id).scalar_subquery()
)
_PART = case((ItemSummaryRow.status == PRETEST, PRETEST), else_=ItemSummaryRow.pool)
_CALIBRATED = case((ItemReleaseRow.discrimination.is_not(None), YES), else_=NO)
_FACETS: Mapping[str, ColumnElement[Any] | Any] = {
    "status": ItemSummaryRow.status,
    "subject": ItemSummaryRow.subject,
    "area": ItemSummaryRow.area,
    "level": ItemSummaryRow.level,
    "pool": ItemSummaryRow.pool,
    "kind": ItemSummaryRow.kind,
    "calibrated": _CALIBRATED,
    "dif": ItemStatisticsRow.dif,
    "owner": ItemSummaryRow.owner_id,
}
_ORDER: Mapping[str, ColumnElement[Any] | Any] = {
    "key": ItemSummaryRow.key,
    "subject": ItemSummaryRow.subject,
    "area": ItemSummaryRow.area,
    "level": ItemSummaryRow.level,
    "pool": ItemSummaryRow.pool,
    "status": ItemSummaryRow.status,
    "version": ItemSummaryRow.number,
    "changed": ItemSummaryRow.changed_at,
    "waiting": ItemSummaryRow.waiting_since,
    "owner": select(PersonRow.family_name).where(PersonRow.id == ItemSummaryRow.owner_id).scalar_subquery(),
    "difficulty": ItemReleaseRow.difficulty,
    "discrimination": ItemReleaseRow.discrimination,
    **{
        name: getattr(ItemStatisticsRow, name)
        for name in ("p_value", "item_rest", "fit", "dif", "exposure", "responses")
    },
}


class SqlItemCatalogue:
    """``ItemCatalogue`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lines(self, query: ItemQuery) -> ItemLines:
        found, instead = self._searched(query)
        total, facets = self._facets(query, found)
        page = ItemLines((), total, 1, query.size, facets, instead)
        page = replace(page, page=min(max(query.page, 1), page.pages))
        keys = _ordered(query, [*found, *_conditions(query.chosen)], ItemSummaryRow.item_id)
        numbers = self._session.scalars(keys.limit(query.size).offset((page.page - 1) * query.size)).all()
        return replace(page, lines=self._lines(numbers))

    def matching(self, query: ItemQuery, most: int) -> Sequence[str]:
        found, _ = self._searched(query)
        keys = _ordered(query, [*found, *_conditions(query.chosen)], ItemSummaryRow.key)
        return self._session.scalars(keys.limit(most)).all()

    def counts(self, parts: Collection[str]) -> Mapping[str, int]:
        query = (
            select(ItemSummaryRow.status, func.count().label("items"))
            .where(_PART.in_(parts))
            .group_by(ItemSummaryRow.status)
        )
        return {row.status: row.items for row in self._session.execute(query)}

    def replace_figures(self, figures: Mapping[str, ItemFigures]) -> None:
        replace_figures(self._session, figures)

    def set_tags(self, key: str, tags: Collection[str]) -> None:
        number = self._number(key)
        self._session.execute(delete(ItemTagRow).where(ItemTagRow.item_id == number))
        rows = [{"item_id": number, "tag": tag} for tag in sorted(set(tags))]
        if rows:
            self._session.execute(insert(ItemTagRow), rows)

    def set_owner(self, key: str, person_id: int | None) -> None:
        number = self._number(key)
        for table in (ItemCareRow, ItemSummaryRow):
            change = update(table).where(table.item_id == number).values(owner_id=person_id)
            self._session.execute(change)

    def set_source_language(self, key: str, language: str) -> None:
        change = update(ItemCareRow).where(ItemCareRow.item_id == self._number(key))
        self._session.execute(change.values(source_language=language))

    def _number(self, key: str) -> int:
        return self._session.scalars(select(ItemRow.id).where(ItemRow.key == key)).one()

    def item(self, key: str) -> StoredItem | None:
        query = select(ItemRow, ItemCareRow).outerjoin(ItemCareRow, ItemCareRow.item_id == ItemRow.id)
        found = self._session.execute(query.where(ItemRow.key == key)).first()
        if found is None:
            return None
        row, care = found
        tags = select(ItemTagRow.tag).where(ItemTagRow.item_id == row.id).order_by(ItemTagRow.tag)
        return StoredItem(
            row.key,
            row.pool,
            row.subject,
            care.owner_id if care else None,
            care.source_language if care else DEFAULT_SOURCE,
            tuple(self._session.scalars(tags)),
        )

    def exposures(self) -> Mapping[str, float]:
        return exposures(self._session)

    def usage(self, key: str) -> ItemUsage:
        return item_usage(self._session, key)

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

    def _searched(self, query: ItemQuery) -> tuple[list[ColumnElement[bool]], Mapping[str, tuple[str, ...]]]:
        seen: list[ColumnElement[bool]] = [] if query.parts is None else [_PART.in_(query.parts)]
        if not query.words:
            return seen, {}
        groups, instead = beginnings(self._session, query.words)
        found = items_with(self._session.connection(), groups)
        return [*seen, ItemSummaryRow.item_id.in_(found)], instead

    def _facets(self, query: ItemQuery, found: list[ColumnElement[bool]]) -> tuple[int, FacetCounts]:
        """Count by all facets at once: few combinations of values stand for thousands of items."""
        tagged = _tag_conditions(query.chosen)
        columns = [column.label(name) for name, column in _FACETS.items()]
        grouped = _joined(select(*columns, ItemSummaryRow.languages.label("languages"), func.count()))
        grouped = grouped.where(*found, *tagged).group_by(*_FACETS.values(), ItemSummaryRow.languages)
        total, counts = facet_counts(map(_cell, self._session.execute(grouped)), query.chosen)
        others = _conditions({name: values for name, values in query.chosen.items() if name != "tag"})
        tags = _joined(select(ItemTagRow.tag, func.count().label("items")))
        tags = tags.join(ItemTagRow, ItemTagRow.item_id == ItemSummaryRow.item_id)
        tags = tags.where(*found, *others).group_by(ItemTagRow.tag)
        return total, {**counts, "tag": {row.tag: row.items for row in self._session.execute(tags)}}

    def _lines(self, numbers: Sequence[int]) -> tuple[ItemLine, ...]:
        query = _joined(select(ItemSummaryRow, ItemVersionRow.content, ItemReleaseRow, ItemStatisticsRow))
        query = query.join(ItemVersionRow, ItemVersionRow.id == ItemSummaryRow.version_id)
        rows = self._session.execute(query.where(ItemSummaryRow.item_id.in_(numbers)))
        found = {row.ItemSummaryRow.item_id: row for row in rows}
        tagged = select(ItemTagRow).where(ItemTagRow.item_id.in_(numbers)).order_by(ItemTagRow.tag)
        tags: dict[int, list[str]] = {}
        for row in self._session.scalars(tagged):
            tags.setdefault(row.item_id, []).append(row.tag)
        return tuple(_line(found[number], tuple(tags.get(number, ()))) for number in numbers)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(ItemSummaryRow)
        .outerjoin(ItemReleaseRow, ItemReleaseRow.item_id == ItemSummaryRow.item_id)
        .outerjoin(ItemStatisticsRow, ItemStatisticsRow.item_id == ItemSummaryRow.item_id)
    )


def _ordered(query: ItemQuery, conditions: Sequence[ColumnElement[bool]], chosen: Any) -> Select[Any]:
    column = _ORDER[query.sort]
    ordered = column.desc() if query.descending else column.asc()
    return (
        _joined(select(chosen)).where(*conditions).order_by(ordered.nulls_last(), ItemSummaryRow.key)
    )


def _with_states() -> Select[Any, Any, Any]:
    last = (ItemReviewStepRow.item_version_id == ItemVersionRow.id) & ItemReviewStepRow.id.in_(_LAST_STEPS)
    return (
        select(ItemVersionRow, ItemRow, ItemReviewStepRow.state)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .outerjoin(ItemReviewStepRow, last)
    )


def _conditions(chosen: Mapping[str, tuple[str, ...]]) -> list[ColumnElement[bool]]:
    conditions = _tag_conditions(chosen)
    for facet, column in _FACETS.items():
        values = chosen.get(facet, ())
        if values:
            known = [int(value) for value in values] if facet == "owner" else list(values)
            conditions.append(column.in_(known))
    if chosen.get("lacks"):
        without = (~ItemSummaryRow.languages.contains(one, autoescape=True) for one in chosen["lacks"])
        conditions.append(or_(*without))
    return conditions


def _tag_conditions(chosen: Mapping[str, tuple[str, ...]]) -> list[ColumnElement[bool]]:
    if not chosen.get("tag"):
        return []
    tagged = select(ItemTagRow.item_id).where(ItemTagRow.tag.in_(chosen["tag"]))
    return [ItemSummaryRow.item_id.in_(tagged)]


def _cell(row: Any) -> FacetCell:
    *values, languages, items = row
    named = {
        name: () if value is None or value == "" else (str(value),)
        for name, value in zip(_FACETS, values, strict=True)
    }
    return FacetCell({**named, "lacks": _lacking(languages)}, items)


def _line(row: Any, tags: tuple[str, ...]) -> ItemLine:
    summary, released, statistics = row.ItemSummaryRow, row.ItemReleaseRow, row.ItemStatisticsRow
    copied = (
        "key", "pool", "subject", "area", "level", "kind", "status", "number", "version_id", "author_id",
        "owner_id", "changed_at", "waiting_since",
    )  # fmt: skip
    line = ItemLine(
        **{name: getattr(summary, name) for name in copied},
        languages=tuple(summary.languages.split()),
        content=row.content,
        tags=tags,
    )
    if released is not None:
        line = replace(
            line,
            released_number=released.number,
            difficulty=released.difficulty,
            discrimination=released.discrimination,
            simulated=bool(released.simulated),
        )
    if statistics is not None:
        names = ItemFigures.__dataclass_fields__
        line = replace(line, figures=ItemFigures(**{name: getattr(statistics, name) for name in names}))
    return line
