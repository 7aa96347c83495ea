"""The table of items at twenty thousand: words, statistics, tags, owners, saved views."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from testing_center.domain.item_catalogue import search_text
from testing_center.domain.search_terms import indexed_words
from testing_center.storage.item_search import create_index, drop_index, index_words
from testing_center.storage.item_summaries import source_language

revision = "0008_item_browser"
down_revision = "0007_authoring"
branch_labels = None
depends_on = None

WORD = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


def upgrade() -> None:
    _drop_summaries()
    _create_summaries(
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("pool", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_item_summaries_owner_id")),
    )
    op.create_index(op.f("ix_item_summaries_key"), "item_summaries", ["key"])
    _create_tables()
    create_index(op.get_bind())
    _fill(op.get_bind())


def downgrade() -> None:
    drop_index(op.get_bind())
    for table in ("saved_views", "search_trigrams", "search_words", "item_care", "item_tags"):
        op.drop_table(table)
    op.drop_table("item_statistics")
    op.drop_table("item_releases")
    op.drop_index(op.f("ix_item_summaries_key"), table_name="item_summaries")
    _drop_summaries()
    _create_summaries(sa.Column("search_text", sa.Text(), nullable=False))
    connection = op.get_bind()
    rows = [
        {name: row[name] for name in _OLD} | {"search_text": search_text(row["key"], row["content"])}
        for row in _latest(connection)
    ]
    if rows:
        names = (*_OLD, "search_text")
        connection.execute(sa.insert(sa.table("item_summaries", *map(sa.column, names))), rows)


_OLD = (
    "item_id", "version_id", "number", "area", "level", "languages", "status", "author_id", "changed_at",
    "waiting_since",
)  # fmt: skip


def _drop_summaries() -> None:
    op.drop_index(op.f("ix_item_summaries_status"), table_name="item_summaries")
    op.drop_index(op.f("ix_item_summaries_version_id"), table_name="item_summaries")
    op.drop_table("item_summaries")


def _create_summaries(*further: Any) -> None:
    op.create_table(
        "item_summaries",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(32), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("languages", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        *further,
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_item_summaries_author_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_summaries_item_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["item_versions.id"], name=op.f("fk_item_summaries_version_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_summaries")),
    )
    op.create_index(op.f("ix_item_summaries_status"), "item_summaries", ["status"])
    op.create_index(op.f("ix_item_summaries_version_id"), "item_summaries", ["version_id"])


def _create_tables() -> None:
    op.create_table(
        "item_releases",
        _item(),
        sa.Column("version_id", sa.Integer(), sa.ForeignKey("item_versions.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("discrimination", sa.Float(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "item_statistics",
        _item(),
        sa.Column("responses", sa.Integer(), nullable=True),
        sa.Column("p_value", sa.Float(), nullable=True),
        sa.Column("item_rest", sa.Float(), nullable=True),
        sa.Column("fit", sa.Float(), nullable=True),
        sa.Column("dif", sa.String(1), nullable=True),
        sa.Column("exposure", sa.Float(), nullable=True),
    )
    op.create_table("item_tags", _item(), sa.Column("tag", sa.String(40), primary_key=True))
    op.create_index(op.f("ix_item_tags_tag"), "item_tags", ["tag"])
    op.create_table(
        "item_care",
        _item(),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=True),
        sa.Column("source_language", sa.String(8), nullable=False),
    )
    op.create_table("search_words", sa.Column("word", WORD, primary_key=True))
    op.create_table(
        "search_trigrams",
        sa.Column("trigram", sa.String(3), primary_key=True),
        sa.Column("word", WORD, primary_key=True),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("uid", name=op.f("uq_saved_views_uid")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_views_person_id_name")),
    )
    op.create_index(op.f("ix_saved_views_person_id"), "saved_views", ["person_id"])


def _item() -> sa.Column[int]:
    return sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id"), primary_key=True)


def _fill(connection: sa.Connection) -> None:
    """Describe every item that has versions, from what was stored before these tables were."""
    names = (*_OLD, "key", "subject", "pool", "kind", "owner_id")
    summaries = sa.table("item_summaries", *map(sa.column, names))
    care = sa.table("item_care", *map(sa.column, ("item_id", "owner_id", "source_language")))
    for row in _latest(connection):
        connection.execute(sa.insert(summaries), {name: row[name] for name in names})
        source = source_language(row["content"])
        owner = {"item_id": row["item_id"], "owner_id": row["owner_id"], "source_language": source}
        connection.execute(sa.insert(care), owner)
        index_words(
            connection, row["item_id"], indexed_words(row["key"], search_text(row["key"], row["content"]))
        )
    connection.execute(
        sa.text(
            "INSERT INTO item_releases (item_id, version_id, number, difficulty, discrimination, simulated) "
            "SELECT v.item_id, v.id, v.number, e.difficulty, e.discrimination, e.simulated "
            "FROM release_entries e JOIN item_versions v ON v.id = e.item_version_id "
            "WHERE e.release_number = (SELECT max(number) FROM releases)"
        )
    )


def _latest(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Yield a line for every item: its newest version with the state of its last step."""
    items = sa.table("items", *map(sa.column, ("id", "key", "subject", "pool")))
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
    query = sa.select(versions, items.c.key, items.c.subject, items.c.pool)
    query = query.join(items, items.c.id == versions.c.item_id).order_by(versions.c.number)
    latest = {row.item_id: row for row in connection.execute(query)}
    last = {row.item_version_id: row for row in connection.execute(sa.select(steps).order_by(steps.c.id))}
    for row in latest.values():
        step = last.get(row.id)
        changed, state = (step.at, step.state) if step else (row.created_at, "draft")
        yield {
            **row._mapping,
            "version_id": row.id,
            "area": row.content.get("area", ""),
            "level": row.content.get("level", ""),
            "languages": " ".join(row.content.get("texts", {})),
            "kind": row.content.get("interaction", {}).get("kind", ""),
            "owner_id": row.author_id,
            "status": state,
            "changed_at": changed,
            "waiting_since": changed if state == "in_review" else None,
        }
