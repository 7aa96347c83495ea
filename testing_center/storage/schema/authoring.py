"""Tables: working copies of forms, media files and their use, item models."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class WorkingCopyRow(Base):
    """A form that one person has not saved yet: overwritten as they type, deleted when they save."""

    __tablename__ = "working_copies"
    __table_args__ = (UniqueConstraint("person_id", "scope"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    scope: Mapped[str] = mapped_column(String(160), index=True)
    based_on: Mapped[int]
    values: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MediaFileRow(Base):
    """What is known of a stored file; its bytes are elsewhere, under the same hash."""

    __tablename__ = "media_files"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MediaUseRow(Base):
    """A file in a version of an item or a stimulus: a projection of their contents."""

    __tablename__ = "media_uses"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)


class ItemModelRow(Base):
    """An item model over time."""

    __tablename__ = "item_models"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    pool: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemModelVersionRow(Base):
    """One immutable state of an item model."""

    __tablename__ = "item_model_versions"
    __table_args__ = (UniqueConstraint("model_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("item_models.id"), index=True)
    number: Mapped[int]
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
