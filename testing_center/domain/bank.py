"""The item bank as the testing centre holds it: stored versions, releases, forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class StoredVersion:
    """One item version with its place in review; ``content`` is item_bank's canonical data."""

    id: int
    item_key: str
    pool: str
    subject: str
    number: int
    content: Mapping[str, Any]
    content_hash: str
    author_id: int | None
    created_at: datetime
    state: str
    substantive: bool = True
    note: str = ""


@dataclass(frozen=True)
class VersionRemark:
    """What is said of a version besides its content: does it lose its parameters, what was changed."""

    substantive: bool = True
    note: str = ""


@dataclass(frozen=True)
class ReleasedItem:
    """One item of a release with its parameters (logistic metric, D = 1); None when uncalibrated."""

    item_version_id: int
    item_key: str
    version: int
    pool: str
    subject: str
    content: Mapping[str, Any]
    discrimination: float | None
    difficulty: float | None
    guessing: float | None
    upper_asymptote: float | None
    se_discrimination: float | None
    se_difficulty: float | None
    se_guessing: float | None
    parameters_source: str
    simulated: bool
    content_hash: str = ""

    @property
    def calibrated(self) -> bool:
        """Whether the item can serve adaptive delivery."""
        return self.discrimination is not None and self.difficulty is not None

    @property
    def marked_by_people(self) -> bool:
        """Whether a rubric judges the responses, so that their points come after the test."""
        return "criteria" in self.content["answer_key"]

    @property
    def max_score(self) -> int:
        """Points for full credit."""
        key = self.content["answer_key"]
        if self.marked_by_people:
            return sum(int(criterion["max_points"]) for criterion in key["criteria"])
        return int(key.get("max_score", 1))


@dataclass(frozen=True)
class NewReleaseEntry:
    """What is needed to put one item version into a release."""

    item_version_id: int
    pool: str
    discrimination: float | None = None
    difficulty: float | None = None
    guessing: float | None = None
    upper_asymptote: float | None = None
    se_discrimination: float | None = None
    se_difficulty: float | None = None
    se_guessing: float | None = None
    parameters_source: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class ReleaseSummary:
    """One line of the list of releases."""

    number: int
    published_at: datetime
    publisher: str
    note: str
    content_hash: str
    items: int
    calibrated: int


@dataclass(frozen=True)
class StoredForm:
    """An exam form as pinned; ``data`` is item_bank's canonical form data."""

    content_hash: str
    blueprint_id: int
    release_number: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class StoredBlueprint:
    """A content blueprint version; ``data`` is item_bank's canonical blueprint data."""

    id: int
    key: str
    version: int
    data: Mapping[str, Any]
    content_hash: str


@dataclass(frozen=True)
class ResponseSet:
    """A response matrix from outside the live tests (a pilot, an import).

    ``matrix`` is row-major int8, ``examinees`` x ``len(item_keys)``: 1 right, 0 wrong, -1 not presented.
    """

    release_number: int
    subject: str
    label: str
    simulated: bool
    item_keys: tuple[str, ...]
    examinees: int
    matrix: bytes
    content_hash: str
