"""Conduct of a test day: no-shows, outages, rescoring, and what the board reads of them."""

import sqlalchemy as sa
from alembic import op

from testing_center.storage.append_only import protect, unprotect

revision = "0011_conduct"
down_revision = "0010_late_answers"
branch_labels = None
depends_on = None

APPEND_ONLY = ("no_shows",)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_summary_columns()
    _add_conduct()
    _add_rescorings()
    for table in APPEND_ONLY:
        protect(table)


def _add_summary_columns() -> None:
    for column in (
        sa.Column("unread", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("proof", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("left_room_at", MOMENT, nullable=True),
    ):
        op.add_column("attempt_summaries", column)
    op.add_column("documents", sa.Column("replaces", sa.String(length=32), nullable=True))


def _add_conduct() -> None:
    op.create_table(
        "no_shows",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_no_shows_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_no_shows")),
    )
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.String(length=64), nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_outages_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("uid", name=op.f("uq_outages_uid")),
    )
    op.create_index(op.f("ix_outages_sitting_id"), "outages", ["sitting_id"])


def _add_rescorings() -> None:
    op.create_table(
        "rescorings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("item_key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("adjustment", sa.JSON(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("planned_by", sa.String(length=64), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("applied_by", sa.String(length=64), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescorings")),
        sa.UniqueConstraint("uid", name=op.f("uq_rescorings_uid")),
    )
    op.create_index(op.f("ix_rescorings_item_key"), "rescorings", ["item_key"])
    op.create_index(op.f("ix_rescorings_status"), "rescorings", ["status"])


def downgrade() -> None:
    for table in APPEND_ONLY:
        unprotect(table)
    for table in ("rescorings", "outages", "no_shows"):
        op.drop_table(table)
    op.drop_column("documents", "replaces")
    for name in ("left_room_at", "proof", "unread"):
        op.drop_column("attempt_summaries", name)
