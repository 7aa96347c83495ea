"""What the board shows of devices: the seat of now, absences, and other devices that ask to take over."""

import sqlalchemy as sa
from alembic import op

revision = "0005_device_requests"
down_revision = "0004_accommodations"
branch_labels = None
depends_on = None

COLUMNS = ("seat", "absences", "device_requests")


def upgrade() -> None:
    table = "attempt_summaries"
    op.add_column(table, sa.Column("seat", sa.Integer(), nullable=True))
    op.add_column(table, sa.Column("absences", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column("device_requests", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("attempt_summaries", column)
