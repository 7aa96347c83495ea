"""Who may see a file: staff who read items, and a candidate whose attempt shows an item that has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.authoring import MediaFileRecord
from testing_center.domain.errors import NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, permissions_of
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.delivery import Delivery
from testing_center.services.media_library import MediaLibrary
from testing_center.services.release_library import ReleaseLibrary

KINDS: Final = ("exam", "training")


class MediaAccess:
    """Opens files for a reader."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        delivery: Delivery,
        library: ReleaseLibrary,
        files: MediaLibrary,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._library = library
        self._files = files

    def open(self, sha256: str, person: Person) -> tuple[MediaFileRecord, Path]:
        """Return a file with the place of its bytes; raises ``NotFound``, also for one that is not theirs."""
        found = self._files.stored(sha256)
        if Permission.ITEM_READ in permissions_of(person.roles) or self._is_shown(sha256, person):
            return found
        raise NotFound

    def _is_shown(self, sha256: str, person: Person) -> bool:
        return any(sha256 in self._files_of(state) for state in self._attempts(person))

    def _attempts(self, person: Person) -> Iterator[AttemptState]:
        """The newest first: the file of a page is most likely in the attempt of the page."""
        with self._unit_of_work() as work:
            listed = [anchor for kind in KINDS for anchor, _ in work.attempts.of_person(person.id, kind)]
        for anchor in sorted(listed, key=lambda one: one.created_at, reverse=True):
            yield self._delivery.state(anchor.attempt_id)

    def _files_of(self, state: AttemptState) -> frozenset[str]:
        """Hashes of what the items shown so far and their stimuli have."""
        release = self._library.release(state.plan.release_number)
        contents = [release.content(shown.item_key, shown.version) for shown in state.presentations]
        stimuli = [release.stimuli[one.stimulus_key] for one in contents if one.stimulus_key]
        files = [file for one in contents for file in one.media]
        files += [file for one in stimuli for file in one.media]
        return frozenset(file.sha256 for file in files)
