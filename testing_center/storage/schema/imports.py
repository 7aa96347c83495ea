"""Tables: files that were imported, what was asked and reported, where versions come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class ImportSourceRow(Base):
    """The original bytes of a file, compressed, under the hash of the bytes."""

    __tablename__ = "import_sources"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemImportRow(Base):
    """What a person asked for: a file and how to read it."""

    __tablename__ = "item_imports"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    source_hash: Mapped[str] = mapped_column(ForeignKey("import_sources.sha256"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    requested_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemImportPhaseRow(Base):
    """A phase that was begun, with its job; each at most once."""

    __tablename__ = "item_import_phases"
    import_id: Mapped[int] = mapped_column(ForeignKey("item_imports.id"), primary_key=True)
    phase: Mapped[str] = mapped_column(String(16), primary_key=True)
    job_uid: Mapped[str] = mapped_column(ForeignKey("jobs.uid"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemImportReportRow(Base):
    """The frozen report of a phase, as compressed JSON."""

    __tablename__ = "item_import_reports"
    import_id: Mapped[int] = mapped_column(ForeignKey("item_imports.id"), primary_key=True)
    phase: Mapped[str] = mapped_column(String(16), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ItemOriginRow(Base):
    """The import that a version came from, and its name and place in the file."""

    __tablename__ = "item_origins"
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("item_imports.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    place: Mapped[dict[str, Any]] = mapped_column(JSON)


class ImportedStatisticRow(Base):
    """A number of another system about an item."""

    __tablename__ = "imported_statistics"
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("item_imports.id"))
    item_key: Mapped[str] = mapped_column(String(120), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
