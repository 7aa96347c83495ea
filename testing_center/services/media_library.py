"""The files that items and stimuli show: checked, stored under their hash, with where they are used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from item_bank.drafts import ItemDraft, drafted_media
from item_bank.media import MediaReference, media_file
from item_bank.picture_sizes import picture_size
from testing_center.domain.audit import AuditEntry
from testing_center.domain.authoring import MediaFileRecord, MediaUse
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import MediaBytes, UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock

LONGEST_NAME = 100


@dataclass(frozen=True)
class LibraryFile:
    """A stored file and where the newest versions that have it are."""

    record: MediaFileRecord
    uses: tuple[MediaUse, ...]


class MediaLibrary:
    """Everything that is done with files."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, bytes_of: MediaBytes, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._bytes = bytes_of
        self._clock = clock

    def add(self, name: str, content: bytes, person: Person) -> MediaFileRecord:
        """Check a file and store it; one that is already there is returned as it was first added.

        Raises ``InvalidMedia`` for what cannot be shown or is too large, ``InvalidInput`` for an empty file.
        """
        if not content:
            raise InvalidInput(N_("Choose a file that is not empty."))
        checked = media_file(name[-LONGEST_NAME:], content)
        reference = checked.reference
        width, height = picture_size(checked.content, reference.media_type)
        self._bytes.put(reference.sha256, checked.content)
        now = self._clock()
        record = MediaFileRecord(
            reference.sha256,
            reference.name,
            reference.media_type,
            reference.size,
            width,
            height,
            person.id,
            now,
        )
        with self._unit_of_work(write=True) as work:
            known = work.media.find(reference.sha256)
            if known is None:
                work.media.add(record)
                data = {"name": reference.name, "media_type": reference.media_type}
                subject = f"media:{reference.sha256}"
                work.audit.add(AuditEntry(now, f"person:{person.uid}", "media-added", subject, data=data))
                work.commit()
        return known or record

    def files(self, words: str = "") -> Sequence[LibraryFile]:
        """Return the files whose name holds *words*, newest first, with their use."""
        with self._unit_of_work() as work:
            records = work.media.all(words)
            uses = work.media.uses([record.sha256 for record in records])
        return [
            LibraryFile(record, tuple(use for use in uses if use.sha256 == record.sha256))
            for record in records
        ]

    def find(self, sha256: str) -> MediaFileRecord:
        """Return what is known of a file; raises ``NotFound``."""
        with self._unit_of_work() as work:
            record = work.media.find(sha256)
        if record is None:
            raise NotFound
        return record

    def stored(self, sha256: str) -> tuple[MediaFileRecord, Path]:
        """Return a file with the place of its bytes; raises ``NotFound``."""
        record, path = self.find(sha256), self._bytes.path(sha256)
        if path is None:
            raise NotFound
        return record, path


def check_files(work: UnitOfWork, draft: ItemDraft, before: Sequence[MediaReference] = ()) -> None:
    """Raise ``InvalidInput`` unless every file of a draft is stored as it says, or was there before."""
    known = {(one.sha256, one.media_type, one.size) for one in before}
    for reference in drafted_media(draft):
        record = work.media.find(reference.sha256)
        stored = record and (record.sha256, record.media_type, record.size)
        if (reference.sha256, reference.media_type, reference.size) not in known | {stored}:
            raise InvalidInput(N_("Add the file “%(name)s” again: it is not stored."), name=reference.name)
