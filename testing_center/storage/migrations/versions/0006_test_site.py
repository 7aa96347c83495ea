"""The test site: seat maps, workstations, shifts, rosters, appointments, photographs, acts of refusal."""

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

from testing_center.domain.seat_maps import SeatMap
from testing_center.storage.append_only import protect, unprotect

revision = "0006_test_site"
down_revision = "0005_device_requests"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "readiness_reports",
    "booking_changes",
    "appointments",
    "appointment_ends",
    "photos",
    "check_in_refusals",
)


def upgrade() -> None:
    op.create_table(
        "check_in_refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_refusals")),
    )
    op.create_index(
        op.f("ix_check_in_refusals_booking_id"), "check_in_refusals", ["booking_id"], unique=False
    )
    op.create_table(
        "blackouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_blackouts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackouts")),
    )
    op.create_index(op.f("ix_blackouts_site_id"), "blackouts", ["site_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_shifts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("site_id", "starts", name=op.f("uq_shifts_site_id_starts")),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_photos_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_person_id"), "photos", ["person_id"], unique=False)
    op.create_table(
        "workstations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_workstations_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workstations")),
        sa.UniqueConstraint("code", name=op.f("uq_workstations_code")),
        sa.UniqueConstraint("room_id", "seat", name=op.f("uq_workstations_room_id_seat")),
    )
    op.create_table(
        "readiness_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workstation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workstation_id"], ["workstations.id"], name=op.f("fk_readiness_reports_workstation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness_reports")),
    )
    op.create_index(
        op.f("ix_readiness_reports_workstation_id"), "readiness_reports", ["workstation_id"], unique=False
    )
    op.create_table(
        "roster_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("accommodations", sa.JSON(), nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_roster_entries_administration_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roster_entries_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entries")),
        sa.UniqueConstraint(
            "administration_id", "person_id", name=op.f("uq_roster_entries_administration_id_person_id")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_roster_entries_uid")),
    )
    op.create_index(op.f("ix_roster_entries_person_id"), "roster_entries", ["person_id"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appointments_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_appointments_recorded_by")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_appointments_site_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_appointments_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointments_uid")),
    )
    op.create_index(op.f("ix_appointments_person_id"), "appointments", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointments_site_id"), "appointments", ["site_id"], unique=False)
    op.create_table(
        "booking_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("from_sitting", sa.Integer(), nullable=True),
        sa.Column("from_seat", sa.Integer(), nullable=True),
        sa.Column("to_sitting", sa.Integer(), nullable=True),
        sa.Column("to_seat", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"], ["administrations.id"], name=op.f("fk_booking_changes_administration_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_sitting"], ["sittings.id"], name=op.f("fk_booking_changes_from_sitting")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_booking_changes_person_id")),
        sa.ForeignKeyConstraint(["to_sitting"], ["sittings.id"], name=op.f("fk_booking_changes_to_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_changes")),
    )
    op.create_index(
        "ix_booking_changes_person", "booking_changes", ["administration_id", "person_id"], unique=False
    )
    op.create_table(
        "waiting_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_waiting_places_person_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sittings.id"], name=op.f("fk_waiting_places_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_places")),
        sa.UniqueConstraint("sitting_id", "person_id", name=op.f("uq_waiting_places_sitting_id_person_id")),
    )
    op.create_index(op.f("ix_waiting_places_person_id"), "waiting_places", ["person_id"], unique=False)
    op.create_table(
        "appointment_ends",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_appointment_ends_appointment_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_appointment_ends_ended_by")),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_appointment_ends")),
    )
    op.add_column("bookings", sa.Column("form_hash", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("sites", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("rooms", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("rooms", sa.Column("seat_map", sa.JSON(), nullable=False, server_default="{}"))
    _draw_maps(op.get_bind())
    op.drop_column("rooms", "seats")
    _admit_the_booked(op.get_bind())
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        unprotect(table)
    op.add_column("rooms", sa.Column("seats", sa.Integer(), nullable=False, server_default="1"))
    _count_seats(op.get_bind())
    op.drop_column("rooms", "seat_map")
    op.drop_column("rooms", "active")
    op.drop_column("sites", "active")
    op.drop_column("bookings", "form_hash")
    op.drop_table("appointment_ends")
    op.drop_index(op.f("ix_waiting_places_person_id"), table_name="waiting_places")
    op.drop_table("waiting_places")
    op.drop_index("ix_booking_changes_person", table_name="booking_changes")
    op.drop_table("booking_changes")
    op.drop_index(op.f("ix_appointments_site_id"), table_name="appointments")
    op.drop_index(op.f("ix_appointments_person_id"), table_name="appointments")
    op.drop_table("appointments")
    op.drop_index(op.f("ix_roster_entries_person_id"), table_name="roster_entries")
    op.drop_table("roster_entries")
    op.drop_index(op.f("ix_readiness_reports_workstation_id"), table_name="readiness_reports")
    op.drop_table("readiness_reports")
    op.drop_table("workstations")
    op.drop_index(op.f("ix_photos_person_id"), table_name="photos")
    op.drop_table("photos")
    op.drop_table("shifts")
    op.drop_index(op.f("ix_blackouts_site_id"), table_name="blackouts")
    op.drop_table("blackouts")
    op.drop_index(op.f("ix_check_in_refusals_booking_id"), table_name="check_in_refusals")
    op.drop_table("check_in_refusals")


_ROOMS = sa.table(
    "rooms", sa.column("id"), sa.column("seats", sa.Integer()), sa.column("seat_map", sa.JSON())
)


def _draw_maps(connection: sa.Connection) -> None:
    """Give every room that only had a count rows of five seats."""
    for room in connection.execute(sa.select(_ROOMS.c.id, _ROOMS.c.seats)).all():
        drawn = SeatMap.plain(max(room.seats, 1)).to_data()
        connection.execute(sa.update(_ROOMS).where(_ROOMS.c.id == room.id).values(seat_map=drawn))


def _count_seats(connection: sa.Connection) -> None:
    for room in connection.execute(sa.select(_ROOMS.c.id, _ROOMS.c.seat_map)).all():
        count = len(SeatMap.from_data(room.seat_map).places)
        connection.execute(sa.update(_ROOMS).where(_ROOMS.c.id == room.id).values(seats=count))


def _admit_the_booked(connection: sa.Connection) -> None:
    """Put everybody who has a seat on the roster of the administration."""
    bookings = sa.table(
        "bookings",
        *(sa.column(name) for name in ("sitting_id", "person_id", "category", "language")),
        sa.column("accommodations", sa.JSON()),
    )
    sittings = sa.table("sittings", sa.column("id"), sa.column("administration_id"))
    found = connection.execute(
        sa.select(bookings, sittings.c.administration_id).join(
            sittings, sittings.c.id == bookings.c.sitting_id
        )
    )
    entries: dict[tuple[int, int], dict[str, Any]] = {}
    for row in found:
        entries[row.administration_id, row.person_id] = {
            "uid": uuid.uuid4().hex,
            "administration_id": row.administration_id,
            "person_id": row.person_id,
            "category": row.category,
            "language": row.language,
            "accommodations": row.accommodations,
            "accessible": False,
        }
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in next(iter(entries.values()), {})]
    rows = list(entries.values())
    for start in range(0, len(rows), 500):
        connection.execute(sa.insert(sa.table("roster_entries", *columns)), rows[start : start + 500])
