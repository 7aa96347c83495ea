"""Accommodations of a booking: a factor of time and help, beside the extra minutes of before."""

import sqlalchemy as sa
from alembic import op

revision = "0004_accommodations"
down_revision = "0003_command_hash"
branch_labels = None
depends_on = None

bookings = sa.table(
    "bookings",
    sa.column("id", sa.Integer),
    sa.column("extra_seconds", sa.Integer),
    sa.column("accommodations", sa.JSON),
)


def upgrade() -> None:
    with op.batch_alter_table("bookings") as table:
        table.add_column(sa.Column("accommodations", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for booking_id, seconds in connection.execute(sa.select(bookings.c.id, bookings.c.extra_seconds)).all():
        granted = {"extra_seconds": seconds}
        connection.execute(
            bookings.update().where(bookings.c.id == booking_id).values(accommodations=granted)
        )
    with op.batch_alter_table("bookings") as table:
        table.alter_column("accommodations", existing_type=sa.JSON(), nullable=False)
        table.drop_column("extra_seconds")


def downgrade() -> None:
    with op.batch_alter_table("bookings") as table:
        table.add_column(sa.Column("extra_seconds", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    for booking_id, granted in connection.execute(sa.select(bookings.c.id, bookings.c.accommodations)).all():
        seconds = granted.get("extra_seconds", 0)
        connection.execute(bookings.update().where(bookings.c.id == booking_id).values(extra_seconds=seconds))
    with op.batch_alter_table("bookings") as table:
        table.alter_column("extra_seconds", existing_type=sa.Integer(), server_default=None)
        table.drop_column("accommodations")
