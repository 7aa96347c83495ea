"""Tables: who is admitted to an administration, waiting lists and the history of bookings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class RosterEntryRow(Base):
    """A candidate who is admitted to an administration."""

    __tablename__ = "roster_entries"
    __table_args__ = (UniqueConstraint("administration_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administrations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    category: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    accommodations: Mapped[dict[str, Any]] = mapped_column(JSON)
    accessible: Mapped[bool] = mapped_column(default=False)


class WaitingPlaceRow(Base):
    """Somebody who waits for a place in a full sitting; the lower id came first."""

    __tablename__ = "waiting_places"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BookingChangeRow(Base):
    """One line of the history of bookings; only ever appended."""

    __tablename__ = "booking_changes"
    __table_args__ = (Index("ix_booking_changes_person", "administration_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administrations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    own: Mapped[bool] = mapped_column(default=False)
    from_sitting: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"))
    from_seat: Mapped[int | None]
    to_sitting: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"))
    to_seat: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
