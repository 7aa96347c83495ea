"""Where an item is in use: the moves of its published pointer, the forms that hold it, its responses."""

from collections.abc import Iterable, Mapping

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from testing_center.domain.item_catalogue import ItemUsage, ReleaseMove, VersionUse
from testing_center.storage.schema.attempts import ItemResponseRow
from testing_center.storage.schema.bank import (
    ContentBlueprintRow,
    ExamFormRow,
    ItemRow,
    ItemVersionRow,
    ReleaseEntryRow,
    ReleaseRow,
)


def item_usage(session: Session, key: str) -> ItemUsage:
    """Return everything about one item."""
    return ItemUsage(tuple(_moves(session, key)), tuple(_forms(session, key)), tuple(_uses(session, key)))


def exposures(session: Session) -> Mapping[str, float]:
    """Return, by item key, the share of its subject's exam attempts with responses that met the item."""
    met = (
        select(ItemResponseRow.item_key, ItemRow.subject, func.count().label("met"))
        .join(ItemRow, ItemRow.key == ItemResponseRow.item_key)
        .where(ItemResponseRow.kind == "exam")
        .group_by(ItemResponseRow.item_key, ItemRow.subject)
    )
    taken = (
        select(ItemRow.subject, func.count(distinct(ItemResponseRow.attempt_id)).label("attempts"))
        .join(ItemRow, ItemRow.key == ItemResponseRow.item_key)
        .where(ItemResponseRow.kind == "exam")
        .group_by(ItemRow.subject)
    )
    attempts = {row.subject: row.attempts for row in session.execute(taken)}
    return {row.item_key: row.met / attempts[row.subject] for row in session.execute(met)}


def _moves(session: Session, key: str) -> Iterable[ReleaseMove]:
    held = (
        select(ReleaseEntryRow.release_number, ItemVersionRow.number)
        .join(ItemVersionRow, ItemVersionRow.id == ReleaseEntryRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.key == key)
    )
    versions = {row.release_number: row.number for row in session.execute(held)}
    before: int | None = None
    for release in session.scalars(select(ReleaseRow).order_by(ReleaseRow.number)):
        after = versions.get(release.number)
        if after != before:
            yield ReleaseMove(release.number, release.published_at, release.publisher_id, before, after)
        before = after


def _forms(session: Session, key: str) -> Iterable[tuple[str, int]]:
    """Yield blueprint and release of every form with the item; there are tens of forms, not thousands."""
    query = select(ExamFormRow, ContentBlueprintRow.key).join(
        ContentBlueprintRow, ContentBlueprintRow.id == ExamFormRow.blueprint_id
    )
    for row in session.execute(query.order_by(ExamFormRow.created_at)):
        sections = row.ExamFormRow.data.get("sections", ())
        if any(key in section.get("item_keys", ()) for section in sections):
            yield row.key, row.ExamFormRow.release_number


def _uses(session: Session, key: str) -> Iterable[VersionUse]:
    query = (
        select(
            ItemResponseRow.version,
            ItemResponseRow.kind,
            func.count().label("responses"),
            func.max(ItemResponseRow.at).label("last_at"),
        )
        .where(ItemResponseRow.item_key == key)
        .group_by(ItemResponseRow.version, ItemResponseRow.kind)
        .order_by(ItemResponseRow.version, ItemResponseRow.kind)
    )
    for row in session.execute(query):
        yield VersionUse(row.version, row.kind, row.responses, row.last_at)
