"""Keeping the projection of the item table in step with versions and review, in their own transaction."""

from datetime import datetime

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from testing_center.domain.item_catalogue import search_text
from testing_center.storage.schema.bank import ItemRow, ItemSummaryRow, ItemVersionRow

IN_REVIEW = "in_review"


def summarise_version(session: Session, item: ItemRow, version: ItemVersionRow) -> None:
    """Make *version*, which was just added, the one that stands for its item."""
    row = session.get(ItemSummaryRow, item.id)
    if row is None:
        row = ItemSummaryRow(item_id=item.id)
        session.add(row)
    content = version.content
    texts = content.get("texts")
    row.version_id = version.id
    row.number = version.number
    row.area, row.level = str(content.get("area", "")), str(content.get("level", ""))
    row.languages = " ".join(texts) if isinstance(texts, dict) else ""
    row.status = "draft"
    row.author_id = version.author_id
    row.changed_at = version.created_at
    row.waiting_since = None
    row.search_text = search_text(item.key, content)
    session.flush()


def summarise_step(session: Session, version_id: int, state: str, at: datetime) -> None:
    """Note the state that a step led to; a step on a version that was overtaken changes nothing here."""
    waiting = case((ItemSummaryRow.waiting_since.is_(None), at), else_=ItemSummaryRow.waiting_since)
    session.execute(
        update(ItemSummaryRow)
        .where(ItemSummaryRow.version_id == version_id)
        .values(status=state, changed_at=at, waiting_since=waiting if state == IN_REVIEW else None)
        .execution_options(synchronize_session="fetch")
    )
