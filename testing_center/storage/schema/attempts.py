"""Tables: attempts, their event log and what is read from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class AttemptRow(Base):
    """The anchor of one attempt; everything else about it is in its events."""

    __tablename__ = "attempts"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AttemptEventRow(Base):
    """One link of an attempt's hash-chained log."""

    __tablename__ = "attempt_events"
    __table_args__ = (UniqueConstraint("attempt_id", "command_id"),)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    command_id: Mapped[str | None] = mapped_column(String(64))
    command_hash: Mapped[str | None] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AttemptSummaryRow(Base):
    """Where an attempt stands, for lists, boards and the sweeper; rebuilt from the log at will."""

    __tablename__ = "attempt_summaries"
    __table_args__ = (Index("ix_attempt_summaries_due", "status", "deadline"),)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sittings.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    sequence: Mapped[int]
    position: Mapped[int]
    answered: Mapped[int]
    length: Mapped[int]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    help_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    incidents: Mapped[int]
    granted_seconds: Mapped[int]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    seat: Mapped[int | None]
    absences: Mapped[int] = mapped_column(server_default="0")
    device_requests: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]")
    unread: Mapped[int] = mapped_column(default=0)
    proof: Mapped[str] = mapped_column(String(16), default="")
    left_room_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemResponseRow(Base):
    """One scored final response, for statistics and the trainer's progress; rebuilt from the log."""

    __tablename__ = "item_responses"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index("ix_item_responses_person", "person_id", "kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    release_number: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    item_key: Mapped[str] = mapped_column(String(120), index=True)
    version: Mapped[int]
    response: Mapped[list[str]] = mapped_column(JSON)
    item_score: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LateAnswerRow(Base):
    """One answer that came too late, with the evidence of when it was given; never changed."""

    __tablename__ = "late_answers"
    __table_args__ = (UniqueConstraint("attempt_id", "command_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    command_id: Mapped[str] = mapped_column(String(64))
    presentation_id: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    response: Mapped[list[str]] = mapped_column(JSON)
    client_sequence: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    limit_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


class LateAnswerDecisionRow(Base):
    """What a person decided about a late answer, once."""

    __tablename__ = "late_answer_decisions"
    late_answer_id: Mapped[int] = mapped_column(ForeignKey("late_answers.id"), primary_key=True)
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
