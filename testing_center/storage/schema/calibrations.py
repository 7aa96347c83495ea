"""Tables: calibration runs, their results and the decisions on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class CalibrationRunRow(Base):
    """The plan of one calibration; its progress is its job's."""

    __tablename__ = "calibration_runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    job_uid: Mapped[str] = mapped_column(ForeignKey("jobs.uid"))
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"))
    subject: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(16))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalibrationResultRow(Base):
    """The frozen result of a calibration run."""

    __tablename__ = "calibration_results"
    run_id: Mapped[int] = mapped_column(ForeignKey("calibration_runs.id"), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalibrationDecisionRow(Base):
    """Accept or reject the new parameters of one item version, with a reason; the last one holds."""

    __tablename__ = "calibration_decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("calibration_runs.id"), index=True)
    item_key: Mapped[str] = mapped_column(String(120))
    decision: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
