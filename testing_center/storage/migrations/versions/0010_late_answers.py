"""The quarantine of late answers and the decisions about them, both only ever appended."""

import sqlalchemy as sa
from alembic import op

from testing_center.storage.append_only import protect, unprotect

revision = "0010_late_answers"
down_revision = "0009_imports"
branch_labels = None
depends_on = None

TABLES = ("late_answers", "late_answer_decisions")


def upgrade() -> None:
    op.create_table(
        "late_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("presentation_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("response", sa.JSON(), nullable=False),
        sa.Column("client_sequence", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_late_answers_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answers")),
        sa.UniqueConstraint("attempt_id", "command_id", name=op.f("uq_late_answers_attempt_id_command_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_late_answers_uid")),
    )
    op.create_table(
        "late_answer_decisions",
        sa.Column("late_answer_id", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_late_answer_decisions_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["late_answer_id"], ["late_answers.id"], name=op.f("fk_late_answer_decisions_late_answer_id")
        ),
        sa.PrimaryKeyConstraint("late_answer_id", name=op.f("pk_late_answer_decisions")),
    )
    for table in TABLES:
        protect(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        unprotect(table)
        op.drop_table(table)
