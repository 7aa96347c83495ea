"""Working copies of forms, media files and their use, item models; who wrote a version of a stimulus."""

import sqlalchemy as sa
from alembic import op

from testing_center.storage.append_only import protect, unprotect

revision = "0007_authoring"
down_revision = "0006_test_site"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_working_copies()
    _create_media()
    _create_item_models()
    op.add_column("stimulus_versions", sa.Column("author_id", sa.Integer(), nullable=True))
    op.add_column("stimulus_versions", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    protect("item_model_versions")


def downgrade() -> None:
    unprotect("item_model_versions")
    op.drop_column("stimulus_versions", "note")
    op.drop_column("stimulus_versions", "author_id")
    for table in ("item_model_versions", "item_models", "media_uses", "media_files", "working_copies"):
        op.drop_table(table)


def _create_working_copies() -> None:
    op.create_table(
        "working_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=160), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_working_copies_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copies")),
        sa.UniqueConstraint("person_id", "scope", name=op.f("uq_working_copies_person_id_scope")),
    )
    op.create_index(op.f("ix_working_copies_scope"), "working_copies", ["scope"], unique=False)


def _create_media() -> None:
    op.create_table(
        "media_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_media_files_added_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media_files")),
    )
    op.create_table(
        "media_uses",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "kind", "key", "version", name=op.f("pk_media_uses")),
    )


def _create_item_models() -> None:
    op.create_table(
        "item_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("pool", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_models")),
        sa.UniqueConstraint("key", name=op.f("uq_item_models_key")),
    )
    op.create_index(op.f("ix_item_models_subject"), "item_models", ["subject"], unique=False)
    op.create_table(
        "item_model_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_item_model_versions_author_id")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["item_models.id"], name=op.f("fk_item_model_versions_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_model_versions")),
        sa.UniqueConstraint("model_id", "number", name=op.f("uq_item_model_versions_model_id_number")),
    )
    op.create_index(
        op.f("ix_item_model_versions_model_id"), "item_model_versions", ["model_id"], unique=False
    )
