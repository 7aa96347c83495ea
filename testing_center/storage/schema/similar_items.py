"""Tables: fingerprints of items, judgements of near-duplicates, enemy sets."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime


class ItemFingerprintRow(Base):
    """The fingerprint of an item version."""

    __tablename__ = "item_fingerprints"
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class FingerprintBandRow(Base):
    """One number of the sketch of an item's newest version: a projection by which near-duplicates meet."""

    __tablename__ = "fingerprint_bands"
    __table_args__ = (Index("ix_fingerprint_bands_item_id", "item_id"),)
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)


class PairJudgementRow(Base):
    """A person's judgement of two near-duplicates, for the content both had."""

    __tablename__ = "pair_judgements"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_key: Mapped[str] = mapped_column(String(120), index=True)
    second_key: Mapped[str] = mapped_column(String(120), index=True)
    first_hash: Mapped[str] = mapped_column(String(64))
    second_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class EnemySetStepRow(Base):
    """One step in the log of an enemy set; the last one says what it is."""

    __tablename__ = "enemy_set_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    items: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseEnemySetRow(Base):
    """An enemy set as a release was published with it."""

    __tablename__ = "release_enemy_sets"
    __table_args__ = (UniqueConstraint("release_number", "uid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_number: Mapped[int] = mapped_column(ForeignKey("releases.number"), index=True)
    uid: Mapped[str] = mapped_column(String(32))
    items: Mapped[list[str]] = mapped_column(JSON)
