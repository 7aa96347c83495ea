"""Keeping the projections of the item table in step with versions, review and releases, in their own
transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session

from testing_center.domain.item_catalogue import ItemFigures, search_text
from testing_center.domain.search_terms import indexed_words
from testing_center.storage.item_search import index_words
from testing_center.storage.schema.bank import ItemRow, ItemVersionRow, ReleaseEntryRow
from testing_center.storage.schema.catalogue import (
    ItemCareRow,
    ItemReleaseRow,
    ItemStatisticsRow,
    ItemSummaryRow,
)

IN_REVIEW = "in_review"
DEFAULT_SOURCE = "ru"


def summarise_version(session: Session, item: ItemRow, version: ItemVersionRow) -> None:
    """Make *version*, which was just added, the one that stands for its item."""
    row = session.get(ItemSummaryRow, item.id)
    if row is None:
        row = ItemSummaryRow(item_id=item.id, owner_id=version.author_id)
        session.add(row)
        session.add(
            ItemCareRow(
                item_id=item.id, owner_id=version.author_id, source_language=source_language(version.content)
            )
        )
    content = version.content
    row.key, row.subject, row.pool = item.key, item.subject, item.pool
    row.version_id, row.number = version.id, version.number
    interaction, texts = content.get("interaction"), content.get("texts")
    row.kind = str(interaction.get("kind", "")) if isinstance(interaction, dict) else ""
    row.area, row.level = str(content.get("area", "")), str(content.get("level", ""))
    row.languages = " ".join(texts) if isinstance(texts, dict) else ""
    row.status = "draft"
    row.author_id = version.author_id
    row.changed_at = version.created_at
    row.waiting_since = None
    session.flush()
    index_words(session.connection(), item.id, indexed_words(item.key, search_text(item.key, content)))


def summarise_step(session: Session, version_id: int, state: str, at: datetime) -> None:
    """Note the state that a step led to; a step on a version that was overtaken changes nothing here."""
    waiting = case((ItemSummaryRow.waiting_since.is_(None), at), else_=ItemSummaryRow.waiting_since)
    session.execute(
        update(ItemSummaryRow)
        .where(ItemSummaryRow.version_id == version_id)
        .values(status=state, changed_at=at, waiting_since=waiting if state == IN_REVIEW else None)
        .execution_options(synchronize_session="fetch")
    )


def summarise_release(session: Session, number: int) -> None:
    """Make release *number* the one that the table shows."""
    session.execute(delete(ItemReleaseRow))
    entries = (
        select(
            ItemVersionRow.item_id,
            ItemVersionRow.id,
            ItemVersionRow.number,
            ReleaseEntryRow.difficulty,
            ReleaseEntryRow.discrimination,
            ReleaseEntryRow.simulated,
        )
        .join(ReleaseEntryRow, ReleaseEntryRow.item_version_id == ItemVersionRow.id)
        .where(ReleaseEntryRow.release_number == number)
    )
    columns = ["item_id", "version_id", "number", "difficulty", "discrimination", "simulated"]
    session.execute(insert(ItemReleaseRow).from_select(columns, entries))


def replace_figures(session: Session, figures: Mapping[str, ItemFigures]) -> None:
    """Make *figures*, by item key, those that the table shows."""
    session.execute(delete(ItemStatisticsRow))
    numbers = {row.key: row.id for row in session.execute(select(ItemRow.key, ItemRow.id))}
    rows: Sequence[dict[str, object]] = [
        {"item_id": numbers[key], **vars(one)} for key, one in figures.items() if key in numbers
    ]
    if rows:
        session.execute(insert(ItemStatisticsRow), rows)


def source_language(content: Mapping[str, object]) -> str:
    """Return the language that an item is taken to be written in first, by its first version."""
    texts = content.get("texts")
    languages = list(texts) if isinstance(texts, dict) else []
    return DEFAULT_SOURCE if DEFAULT_SOURCE in languages or not languages else str(languages[0])
