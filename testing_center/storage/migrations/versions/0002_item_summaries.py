"""The projection behind the table of items: where each item stands by its latest version."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from testing_center.domain.item_catalogue import search_text

revision = "0002_item_summaries"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "item_summaries",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("languages", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_item_summaries_author_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_summaries_item_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["item_versions.id"], name=op.f("fk_item_summaries_version_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_summaries")),
    )
    op.create_index(op.f("ix_item_summaries_status"), "item_summaries", ["status"], unique=False)
    op.create_index(op.f("ix_item_summaries_version_id"), "item_summaries", ["version_id"], unique=False)
    rows = list(_summaries(op.get_bind()))
    if rows:
        op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_index(op.f("ix_item_summaries_version_id"), table_name="item_summaries")
    op.drop_index(op.f("ix_item_summaries_status"), table_name="item_summaries")
    op.drop_table("item_summaries")


def _summaries(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return a line for every item that has versions, from what was stored before this table was."""
    items = sa.table("items", sa.column("id"), sa.column("key"))
    versions = sa.table(
        "item_versions",
        *(sa.column(name) for name in ("id", "item_id", "number", "author_id")),
        sa.column("content", sa.JSON()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    steps = sa.table(
        "item_review_steps",
        *(sa.column(name) for name in ("id", "item_version_id", "state")),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    latest = {
        row.item_id: row
        for row in connection.execute(
            sa.select(versions, items.c.key)
            .join(items, items.c.id == versions.c.item_id)
            .order_by(versions.c.number)
        )
    }
    last = {
        row.item_version_id: row for row in connection.execute(sa.select(steps).order_by(steps.c.id))
    }
    return [_summary(row, last.get(row.id)) for row in latest.values()]


def _summary(version: sa.Row[Any], step: sa.Row[Any] | None) -> dict[str, Any]:
    content = version.content
    state = step.state if step else "draft"
    changed = step.at if step else version.created_at
    return {
        "item_id": version.item_id,
        "version_id": version.id,
        "number": version.number,
        "area": content.get("area", ""),
        "level": content.get("level", ""),
        "languages": " ".join(content.get("texts", {})),
        "status": state,
        "author_id": version.author_id,
        "changed_at": changed,
        "waiting_since": changed if state == "in_review" else None,
        "search_text": search_text(version.key, content),
    }
