"""Tables: test sites, their rooms, shifts and days without tests, workstations and their checks."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class SiteRow(Base):
    """A place where tests are sat."""

    __tablename__ = "sites"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    cities: Mapped[dict[str, str]] = mapped_column(JSON)
    addresses: Mapped[dict[str, str]] = mapped_column(JSON)
    timezone: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=True)


class RoomRow(Base):
    """A room with the map of its seats."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(64))
    seat_map: Mapped[dict[str, Any]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)


class ShiftRow(Base):
    """A time of day, on the site's clock, at which sittings begin."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("site_id", "starts"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    starts: Mapped[time] = mapped_column(Time)


class BlackoutRow(Base):
    """Days on which a site serves another purpose."""

    __tablename__ = "blackouts"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200))


class WorkstationRow(Base):
    """The computer at a seat."""

    __tablename__ = "workstations"
    __table_args__ = (UniqueConstraint("room_id", "seat"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    seat: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), default="")


class ReadinessReportRow(Base):
    """What one check of a workstation found; only ever appended."""

    __tablename__ = "readiness_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    workstation_id: Mapped[int] = mapped_column(ForeignKey("workstations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
