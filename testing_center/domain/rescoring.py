"""Rescoring: a correction of one item, and what it makes of everyone who met it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Remedy = Literal["key", "void", "credit"]
RescoringStatus = Literal["planned", "applying", "applied", "withdrawn"]

REMEDIES: tuple[Remedy, ...] = ("key", "void", "credit")


@dataclass(frozen=True)
class Adjustment:
    """A correction of one item version for everybody who met it.

    ``answer_key`` is the data of the new key when the remedy is ``key``.
    """

    item_key: str
    version: int
    remedy: Remedy
    answer_key: Mapping[str, Any] | None = None

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        data: dict[str, Any] = {
            "item_key": self.item_key, "version": self.version, "remedy": self.remedy
        }  # fmt: skip
        return data | ({"answer_key": dict(self.answer_key)} if self.answer_key else {})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Adjustment":
        """Rebuild from ``to_data`` output."""
        return cls(data["item_key"], data["version"], data["remedy"], data.get("answer_key"))


@dataclass(frozen=True)
class RescoredLine:
    """What a rescoring makes of one attempt; percents are hundredths."""

    attempt_id: str
    percent_before: int
    percent_after: int
    passed_before: bool
    passed_after: bool
    category_before: str | None
    category_after: str | None

    @property
    def crosses(self) -> bool:
        """Whether the decision or the highest category reached changes."""
        before = (self.passed_before, self.category_before)
        return before != (self.passed_after, self.category_after)


@dataclass(frozen=True)
class Rescoring:
    """A planned or applied correction of one item; ``lines`` is the preview that was approved."""

    uid: str
    adjustment: Adjustment
    basis: str
    lines: tuple[RescoredLine, ...]
    status: RescoringStatus
    planned_by: str
    planned_at: datetime
    applied_by: str = ""
    applied_at: datetime | None = None
