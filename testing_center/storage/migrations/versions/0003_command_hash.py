"""The content hash of a recorded command, so that a reused identifier is told from a repeated message."""

import sqlalchemy as sa
from alembic import op

revision = "0003_command_hash"
down_revision = "0002_item_summaries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt_events", sa.Column("command_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("attempt_events", "command_hash")
