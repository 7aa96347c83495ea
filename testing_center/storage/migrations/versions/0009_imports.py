"""Imports with their files and reports, fingerprints of items, judgements of near-duplicates, enemy sets."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from item_bank.fingerprints import fingerprint_of, sketch
from testing_center.storage.append_only import protect, unprotect

revision = "0009_imports"
down_revision = "0008_item_browser"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = (
    "import_sources",
    "item_imports",
    "item_import_phases",
    "item_import_reports",
    "item_origins",
    "imported_statistics",
    "item_fingerprints",
    "fingerprint_bands",
    "pair_judgements",
    "enemy_set_steps",
    "release_enemy_sets",
)
PROJECTION = "fingerprint_bands"


def upgrade() -> None:
    _create_imports()
    _create_origins()
    _create_fingerprints()
    _create_judgements()
    _keep_fingerprints(op.get_bind())
    for table in TABLES:
        if table != PROJECTION:
            protect(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        if table != PROJECTION:
            unprotect(table)
        op.drop_table(table)


def _create_imports() -> None:
    op.create_table(
        "import_sources",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_import_sources")),
    )
    op.create_table(
        "item_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["requested_by"], ["people.id"], name=op.f("fk_item_imports_requested_by")),
        sa.ForeignKeyConstraint(
            ["source_hash"], ["import_sources.sha256"], name=op.f("fk_item_imports_source_hash")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_imports")),
        sa.UniqueConstraint("uid", name=op.f("uq_item_imports_uid")),
    )
    op.create_index(op.f("ix_item_imports_source_hash"), "item_imports", ["source_hash"], unique=False)
    op.create_table(
        "item_import_phases",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("job_uid", sa.String(length=32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["item_imports.id"], name=op.f("fk_item_import_phases_import_id")
        ),
        sa.ForeignKeyConstraint(["job_uid"], ["jobs.uid"], name=op.f("fk_item_import_phases_job_uid")),
        sa.PrimaryKeyConstraint("import_id", "phase", name=op.f("pk_item_import_phases")),
    )
    op.create_table(
        "item_import_reports",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["item_imports.id"], name=op.f("fk_item_import_reports_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "phase", name=op.f("pk_item_import_reports")),
    )


def _create_origins() -> None:
    op.create_table(
        "item_origins",
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["item_imports.id"], name=op.f("fk_item_origins_import_id")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_versions.id"], name=op.f("fk_item_origins_item_version_id")
        ),
        sa.PrimaryKeyConstraint("item_version_id", name=op.f("pk_item_origins")),
    )
    op.create_index(op.f("ix_item_origins_import_id"), "item_origins", ["import_id"], unique=False)
    op.create_index(op.f("ix_item_origins_name"), "item_origins", ["name"], unique=False)
    op.create_table(
        "imported_statistics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.String(length=120), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["item_imports.id"], name=op.f("fk_imported_statistics_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_statistics")),
    )
    op.create_index(
        op.f("ix_imported_statistics_item_key"), "imported_statistics", ["item_key"], unique=False
    )


def _create_fingerprints() -> None:
    op.create_table(
        "item_fingerprints",
        sa.Column("item_version_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_versions.id"], name=op.f("fk_item_fingerprints_item_version_id")
        ),
        sa.PrimaryKeyConstraint("item_version_id", name=op.f("pk_item_fingerprints")),
    )
    op.create_table(
        "fingerprint_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_fingerprint_bands_item_id")),
        sa.PrimaryKeyConstraint("band", "item_id", name=op.f("pk_fingerprint_bands")),
    )
    op.create_index("ix_fingerprint_bands_item_id", "fingerprint_bands", ["item_id"], unique=False)


def _create_judgements() -> None:
    op.create_table(
        "pair_judgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_key", sa.String(length=120), nullable=False),
        sa.Column("second_key", sa.String(length=120), nullable=False),
        sa.Column("first_hash", sa.String(length=64), nullable=False),
        sa.Column("second_hash", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_pair_judgements_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_judgements")),
    )
    op.create_index(op.f("ix_pair_judgements_first_key"), "pair_judgements", ["first_key"], unique=False)
    op.create_index(op.f("ix_pair_judgements_second_key"), "pair_judgements", ["second_key"], unique=False)
    op.create_table(
        "enemy_set_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_enemy_set_steps_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enemy_set_steps")),
    )
    op.create_index(op.f("ix_enemy_set_steps_uid"), "enemy_set_steps", ["uid"], unique=False)
    op.create_table(
        "release_enemy_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_number"], ["releases.number"], name=op.f("fk_release_enemy_sets_release_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_enemy_sets")),
        sa.UniqueConstraint("release_number", "uid", name=op.f("uq_release_enemy_sets_release_number_uid")),
    )
    op.create_index(
        op.f("ix_release_enemy_sets_release_number"), "release_enemy_sets", ["release_number"], unique=False
    )


def _keep_fingerprints(connection: sa.Connection) -> None:
    """Give the versions that are there fingerprints, and the newest of each item its sketch."""
    versions = sa.table(
        "item_versions",
        *(sa.column(name) for name in ("id", "item_id", "number")),
        sa.column("content", sa.JSON()),
    )
    prints: list[dict[str, Any]] = []
    sketches: dict[int, frozenset[int]] = {}
    for row in connection.execute(sa.select(versions).order_by(versions.c.number)):
        fingerprint = fingerprint_of(row.content)
        prints.append({"item_version_id": row.id, "data": fingerprint.to_bytes()})
        sketches[row.item_id] = sketch(fingerprint)
    bands = [{"band": band, "item_id": item} for item, found in sketches.items() for band in sorted(found)]
    for name, rows in (("item_fingerprints", prints), (PROJECTION, bands)):
        if rows:
            table = sa.table(name, *(sa.column(column) for column in rows[0]))
            connection.execute(sa.insert(table), rows)
