"""Tables. Logs and published versions are never updated or deleted: triggers refuse it (see migrations)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class OrganisationRow(Base):
    """Ministry, agency, region, district, school: a tree that scopes access."""

    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    names: Mapped[dict[str, str]] = mapped_column(JSON)


class PersonRow(Base):
    """A person who signs in: candidate or staff."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    sign_in_name: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    family_name: Mapped[str] = mapped_column(String(120))
    given_name: Mapped[str] = mapped_column(String(120))
    patronymic: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    post: Mapped[str] = mapped_column(String(160), default="")
    document_ending: Mapped[str] = mapped_column(String(8), default="")
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoleGrantRow(Base):
    """A role held by a person, optionally at one site."""

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("person_id", "role", "site_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    basis: Mapped[str] = mapped_column(String(160), default="")
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SiteRow(Base):
    """A place where tests are sat."""

    __tablename__ = "sites"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    cities: Mapped[dict[str, str]] = mapped_column(JSON)
    addresses: Mapped[dict[str, str]] = mapped_column(JSON)
    timezone: Mapped[str] = mapped_column(String(64))


class RoomRow(Base):
    """A room with numbered seats 1..seats."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(64))
    seats: Mapped[int]


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


class ItemSummaryRow(Base):
    """Where an item stands by its latest version: a projection of versions and steps, for the table."""

    __tablename__ = "item_summaries"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), index=True)
    number: Mapped[int]
    area: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    languages: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search_text: Mapped[str] = mapped_column(Text)


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
    extra_seconds: Mapped[int] = mapped_column(default=0)
    ticket_code: Mapped[str] = mapped_column(String(16), unique=True)


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


class DocumentRow(Base):
    """An issued document (protocol) and its public status: valid, annulled or replaced."""

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    verification_code: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), index=True)
    status: Mapped[str] = mapped_column(String(16), default="valid")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """Who did what, to what, when and why."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class JobRow(Base):
    """Background work, durable: the queue itself."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
