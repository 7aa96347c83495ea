"""Stimuli for those who write them: list, open, save as a new version, and the items that belong to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from item_bank.identifiers import AREAS, ContentHash, StimulusKey
from item_bank.stimuli import (
    StimulusContent,
    StimulusVersion,
    first_stimulus_version,
    next_stimulus_version,
)
from testing_center.domain.audit import AuditEntry
from testing_center.domain.authoring import StimulusUse, StimulusVersionRecord
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.pools import part_of_bank, visible_parts
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.item_history import actor_name

LONGEST_NOTE = 500
NEW_STIMULUS_LETTER = "z"
"""Hand-written in the bank itself; the other letters mark what came from content files."""


@dataclass(frozen=True)
class StimulusHistory:
    """A stimulus with its versions, oldest first, the items that belong to it, and its writers."""

    versions: tuple[StimulusVersionRecord, ...]
    items: tuple[str, ...]
    people: Mapping[int, Person]

    @property
    def latest(self) -> StimulusVersionRecord:
        """The newest version."""
        return self.versions[-1]

    @property
    def content(self) -> StimulusContent:
        """The newest content as the item bank reads it."""
        return StimulusContent.from_data(self.latest.content)

    def version(self, number: int) -> StimulusVersionRecord:
        """Return a version; raises ``NotFound``."""
        for one in self.versions:
            if one.number == number:
                return one
        raise NotFound


class Stimuli:
    """Everything that an author does with stimuli."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def latest(self, subject: str | None, person: Person) -> Sequence[StimulusVersionRecord]:
        """Return the newest version of every stimulus that *person* may see, by key."""
        with self._unit_of_work() as work:
            hidden = {use.stimulus_key for use in work.stimuli.uses() if not _visible(use, person)}
            return [record for record in work.stimuli.latest(subject) if record.key not in hidden]

    def open(self, key: str, person: Person) -> StimulusHistory:
        """Return a stimulus; raises ``NotFound``, also for one that *person* may not see."""
        with self._unit_of_work() as work:
            return _history(work, key, person)

    def save(
        self, key: str, content: StimulusContent, based_on: int, note: str, person: Person
    ) -> StimulusVersionRecord:
        """Append the next version.

        Raises ``StaleDraft`` when somebody saved in between, ``InvalidItem`` when nothing was changed, and
        ``InvalidInput`` without a note.
        """
        said = note.strip()[:LONGEST_NOTE]
        if not said:
            raise InvalidInput(N_("Say in a sentence what you changed and why."))
        with self._unit_of_work(write=True) as work:
            latest = _history(work, key, person).latest
            before = StimulusContent.from_data(latest.content)
            version = StimulusVersion(
                StimulusKey(key),
                latest.number,
                before,
                ContentHash(latest.content_hash),
                actor_name(latest.author_id),
            )
            made = next_stimulus_version(version, content, based_on=based_on, author=actor_name(person.id))
            return self._store(work, made, said, person)

    def create(
        self, content: StimulusContent, note: str, person: Person, scope: str = ""
    ) -> StimulusVersionRecord:
        """Add a stimulus with its first version; raises ``InvalidInput``."""
        if content.area not in AREAS.get(content.subject, ()) or not content.texts:
            raise InvalidInput(
                N_("Choose the subject and the area, and write the text in one language at least.")
            )
        with self._unit_of_work(write=True) as work:
            key = StimulusKey(_free_key(work, content))
            made = first_stimulus_version(key, content, actor_name(person.id))
            work.copies.discard(person.id, scope)
            return self._store(work, made, note.strip()[:LONGEST_NOTE], person)

    def _store(
        self, work: UnitOfWork, made: StimulusVersion, note: str, person: Person
    ) -> StimulusVersionRecord:
        now, key = self._clock(), str(made.stimulus_key)
        record = StimulusVersionRecord(
            key, made.number, made.content.to_data(), made.content_hash, person.id, note, now
        )
        stored = work.stimuli.add(record)
        work.copies.discard(person.id, f"stimulus:{key}")
        data = {"version": stored.number}
        work.audit.add(
            AuditEntry(now, f"person:{person.uid}", "stimulus-version-saved", f"stimulus:{key}", data=data)
        )
        work.commit()
        return stored


def _history(work: UnitOfWork, key: str, person: Person) -> StimulusHistory:
    versions, uses = tuple(work.stimuli.versions(key)), work.stimuli.uses(key)
    if not versions or not all(_visible(use, person) for use in uses):
        raise NotFound
    authors = {one.author_id for one in versions if one.author_id is not None}
    return StimulusHistory(versions, tuple(use.item_key for use in uses), work.people.many(authors))


def _visible(use: StimulusUse, person: Person) -> bool:
    """Say whether *person* may see the part of the bank in which the item of a stimulus is."""
    return part_of_bank(use.pool, use.status) in visible_parts(person.roles)


def _free_key(work: UnitOfWork, content: StimulusContent) -> str:
    prefix = f"{content.subject}.{content.area}.{NEW_STIMULUS_LETTER}"
    taken = [key.removeprefix(prefix) for key in work.stimuli.keys(prefix)]
    number = 1 + max((int(ending) for ending in taken if ending.isdecimal()), default=0)
    return f"{prefix}{number:03d}"
