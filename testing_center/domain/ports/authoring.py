"""Repositories of what authors have besides items, and the store of bytes."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from testing_center.domain.authoring import (
    MediaFileRecord,
    MediaUse,
    ModelVersionRecord,
    StimulusUse,
    StimulusVersionRecord,
    WorkingCopy,
)


class WorkingCopies(Protocol):
    """Forms that are not saved yet; the one thing here that is overwritten and deleted."""

    def keep(self, copy: WorkingCopy) -> None:
        """Keep a copy in place of the one its person had of the same scope."""

    def find(self, person_id: int, scope: str) -> WorkingCopy | None:
        """Return a person's copy."""

    def of_person(self, person_id: int, prefix: str) -> Sequence[WorkingCopy]:
        """Return a person's copies whose scope begins with *prefix*, newest first."""

    def of_scope(self, scope: str) -> Sequence[WorkingCopy]:
        """Return everybody's copies of one scope, newest first."""

    def discard(self, person_id: int, scope: str) -> None:
        """Delete a copy, if there is one."""


class MediaFiles(Protocol):
    """What is known of stored files."""

    def add(self, record: MediaFileRecord) -> None:
        """Add a file; one that is already there is left as it is."""

    def find(self, sha256: str) -> MediaFileRecord | None:
        """Return a file."""

    def all(self, words: str = "", limit: int = 200) -> Sequence[MediaFileRecord]:
        """Return the files whose name holds *words*, newest first."""

    def uses(self, hashes: Collection[str]) -> Sequence[MediaUse]:
        """Return where files are used, by kind and key."""


class StimulusVersions(Protocol):
    """Stimuli with all their versions."""

    def add(self, record: StimulusVersionRecord) -> StimulusVersionRecord:
        """Append the next version (its number is assigned) of a stimulus, adding the stimulus when new."""

    def latest(self, subject: str | None = None) -> Sequence[StimulusVersionRecord]:
        """Return the newest version of every stimulus, by key."""

    def versions(self, key: str) -> Sequence[StimulusVersionRecord]:
        """Return the versions of a stimulus, oldest first."""

    def uses(self, key: str | None = None) -> Sequence[StimulusUse]:
        """Return the items whose latest version belongs to a stimulus, or to any, by item key."""

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the stimulus keys that begin with *prefix*."""


class ModelVersions(Protocol):
    """Item models with all their versions."""

    def add(self, record: ModelVersionRecord) -> ModelVersionRecord:
        """Append the next version (its number is assigned) of a model, adding the model when new."""

    def latest(self, subject: str | None = None) -> Sequence[ModelVersionRecord]:
        """Return the newest version of every model, by key."""

    def versions(self, key: str) -> Sequence[ModelVersionRecord]:
        """Return the versions of a model, oldest first."""

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the model keys that begin with *prefix*."""


class MediaBytes(Protocol):
    """The bytes of files by their SHA-256; what was put there never changes."""

    def put(self, sha256: str, content: bytes) -> None:
        """Store bytes durably; bytes that are already there are left as they are."""

    def path(self, sha256: str) -> Path | None:
        """Return the file that holds the bytes, or None."""
