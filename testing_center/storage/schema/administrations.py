"""Tables: planned exam windows, sittings and bookings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class AdministrationRow(Base):
    """A planned exam window of a group: rules, profile, blueprint, release and mode."""

    __tablename__ = "administrations"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    rule_set_id: Mapped[str] = mapped_column(String(32))
    rule_set_hash: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(16))
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("content_blueprints.id"))
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"))
    form_hash: Mapped[str] = mapped_column(ForeignKey("exam_forms.content_hash"))
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SittingRow(Base):
    """One room at one time."""

    __tablename__ = "sittings"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administrations.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(16), default="scheduled")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BookingRow(Base):
    """One candidate's seat in a sitting."""

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("sitting_id", "seat"),
        UniqueConstraint("sitting_id", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    seat: Mapped[int]
    category: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    accommodations: Mapped[dict[str, Any]] = mapped_column(JSON)
    ticket_code: Mapped[str] = mapped_column(String(16), unique=True)
    form_hash: Mapped[str] = mapped_column(String(64), default="")
