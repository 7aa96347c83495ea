"""Tables: no-shows and outages of rooms."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class NoShowRow(Base):
    """A booked candidate who never came, or was checked in and never started."""

    __tablename__ = "no_shows"
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))


class OutageRow(Base):
    """A failure of a whole room and the seconds it gives back; ``applied_at`` is set once, at the end."""

    __tablename__ = "outages"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sittings.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(48))
    comment: Mapped[str] = mapped_column(Text, default="")
    declared_by: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grants: Mapped[dict[str, int]] = mapped_column(JSON)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
