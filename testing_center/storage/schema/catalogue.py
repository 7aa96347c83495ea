"""Tables: what the pages of the item bank read, and what staff note about an item besides its content.

Summaries, released items, statistics and the words of a search are projections: each can be built again.
"""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from testing_center.storage.database import Base, UtcDateTime

WORD = String(40).with_variant(String(40, collation="C"), "postgresql")
"""Words are compared by code point on every database, so that a range is a prefix."""


class ItemSummaryRow(Base):
    """Where an item stands by its latest version: a projection of versions and steps, for the table."""

    __tablename__ = "item_summaries"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), index=True)
    subject: Mapped[str] = mapped_column(String(32))
    pool: Mapped[str] = mapped_column(String(16))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    area: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    languages: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ItemReleaseRow(Base):
    """What the newest release holds of an item: a projection of its entries."""

    __tablename__ = "item_releases"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    number: Mapped[int]
    difficulty: Mapped[float | None] = mapped_column(Float)
    discrimination: Mapped[float | None] = mapped_column(Float)
    simulated: Mapped[bool] = mapped_column(default=False)


class ItemStatisticsRow(Base):
    """What responses tell of an item: a projection of the newest calibration and of exam responses."""

    __tablename__ = "item_statistics"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    responses: Mapped[int | None]
    p_value: Mapped[float | None] = mapped_column(Float)
    item_rest: Mapped[float | None] = mapped_column(Float)
    fit: Mapped[float | None] = mapped_column(Float)
    dif: Mapped[str | None] = mapped_column(String(1))
    exposure: Mapped[float | None] = mapped_column(Float)


class ItemTagRow(Base):
    """A word that staff put on an item."""

    __tablename__ = "item_tags"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class ItemCareRow(Base):
    """Who looks after an item, and the language it is written in before it is translated."""

    __tablename__ = "item_care"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    source_language: Mapped[str] = mapped_column(String(8))


class SearchWordRow(Base):
    """Every word that some item had: where the words like a misspelt one are looked up."""

    __tablename__ = "search_words"
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


class SearchTrigramRow(Base):
    """The three-letter sequences of those words."""

    __tablename__ = "search_trigrams"
    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


class SavedViewRow(Base):
    """A search of the table under a name; a shared one is seen by all who read the bank."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("person_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
