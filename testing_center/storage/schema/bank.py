"""Tables: items, stimuli, releases, blueprints and exam forms."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class ItemRow(Base):
    """An item over time; its states are item versions. The pool never changes silently."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    pool: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemVersionRow(Base):
    """One immutable state of an item."""

    __tablename__ = "item_versions"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    substantive: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemReviewStepRow(Base):
    """One step of the review of an item version; the last one gives its state."""

    __tablename__ = "item_review_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), index=True)
    step: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StimulusRow(Base):
    """A shared text, table or figure over time."""

    __tablename__ = "stimuli"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)


class StimulusVersionRow(Base):
    """One immutable state of a stimulus."""

    __tablename__ = "stimulus_versions"
    __table_args__ = (UniqueConstraint("stimulus_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    stimulus_id: Mapped[int] = mapped_column(ForeignKey("stimuli.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseRow(Base):
    """A published set of item versions with their parameters."""

    __tablename__ = "releases"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    content_hash: Mapped[str] = mapped_column(String(64))


class ReleaseEntryRow(Base):
    """One item version in a release; parameters on the logistic metric (D = 1), None when uncalibrated."""

    __tablename__ = "release_entries"
    __table_args__ = (UniqueConstraint("release_number", "item_version_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"), index=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    pool: Mapped[str] = mapped_column(String(16))
    discrimination: Mapped[float | None]
    difficulty: Mapped[float | None]
    guessing: Mapped[float | None]
    upper_asymptote: Mapped[float | None]
    se_discrimination: Mapped[float | None]
    se_difficulty: Mapped[float | None]
    se_guessing: Mapped[float | None]
    parameters_source: Mapped[str] = mapped_column(String(120), default="")
    simulated: Mapped[bool] = mapped_column(default=False)


class ReleaseStimulusRow(Base):
    """One stimulus version in a release."""

    __tablename__ = "release_stimuli"
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"), primary_key=True)
    stimulus_version_id: Mapped[int] = mapped_column(ForeignKey("stimulus_versions.id"), primary_key=True)


class ContentBlueprintRow(Base):
    """A test specification, one row per version."""

    __tablename__ = "content_blueprints"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))


class ExamFormRow(Base):
    """A fixed list of item versions assembled from a blueprint."""

    __tablename__ = "exam_forms"
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("content_blueprints.id"))
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResponseSetRow(Base):
    """A response matrix from outside the live tests (a pilot, an import), compressed, with its hash."""

    __tablename__ = "response_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"), index=True)
    subject: Mapped[str] = mapped_column(String(32))
    label: Mapped[str] = mapped_column(String(160))
    simulated: Mapped[bool]
    item_keys: Mapped[list[str]] = mapped_column(JSON)
    examinees: Mapped[int]
    matrix: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
