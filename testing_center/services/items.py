"""The item bank for those who write it: look through, open, draft, check, save as a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from item_bank.drafts import DraftProblem, ItemDraft, draft_problems, drafted_content
from item_bank.guidelines import GuidelineWarning, check_guidelines
from item_bank.identifiers import AREAS, EXAM_POOL, POOLS, ItemKey
from item_bank.item_changes import FieldChange, difference, substantive_change
from item_bank.items import ItemContent, first_version, next_version
from item_bank.review import check_editable
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import StoredVersion, VersionRemark
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.pools import visible_parts
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.item_history import ItemHistory, actor_name, read_history
from testing_center.services.media_library import check_files
from testing_center.services.pool_access import visible_history

LONGEST_NOTE = 500
NEW_ITEM_LETTER = "w"
"""Hand-written in the bank itself; the other letters mark what came from content files."""


@dataclass(frozen=True)
class Assessment:
    """What is to be said of a draft before it is saved.

    ``loses_parameters`` is None where the item has none to lose; ``changes`` are those against the version
    the draft was begun on, ``newer`` those that somebody else saved meanwhile.
    """

    problems: tuple[DraftProblem, ...]
    warnings: tuple[GuidelineWarning, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    newer: tuple[FieldChange, ...] = ()
    substantive: bool = False
    loses_parameters: bool | None = None


class Items:
    """Everything that an author does with items."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def open(self, item_key: str, person: Person, place: str) -> ItemHistory:
        """Return an item; a look at an exam item is noted with *place*.

        Raises ``NotFound``, also for an item in a part of the bank that *person* may not see.
        """
        with self._unit_of_work() as work:
            history = visible_history(work, item_key, person)
        if history.item.pool == EXAM_POOL:
            with self._unit_of_work(write=True) as work:
                data = {"place": place, "version": history.latest.stored.number}
                _note(work, self._clock(), person, "item-viewed", item_key, data)
                work.commit()
        return history

    def history(self, item_key: str, person: Person) -> ItemHistory:
        """Return an item that *person* has open already, without another note in the audit log.

        Raises ``NotFound``, also for an item in a part of the bank that *person* may not see.
        """
        with self._unit_of_work() as work:
            return visible_history(work, item_key, person)

    def assess(self, item_key: str, draft: ItemDraft, based_on: int) -> Assessment:
        """Check a draft without saving it; raises ``NotFound`` for an unknown item or version."""
        with self._unit_of_work() as work:
            history = read_history(work, item_key)
        return _assess(history, draft, based_on)

    def assess_new(self, draft: ItemDraft) -> Assessment:
        """Check the draft of an item that is not in the bank yet."""
        problems = draft_problems(draft)
        return Assessment(problems, () if problems else check_guidelines(drafted_content(draft)))

    def save(
        self, item_key: str, draft: ItemDraft, based_on: int, note: str, person: Person
    ) -> StoredVersion:
        """Append the draft as the next version and return it.

        Raises ``StaleDraft`` when somebody saved in between, ``InvalidItem`` when nothing was changed or a
        field has a problem, ``IllegalReviewStep`` while the latest version is under review, and
        ``InvalidInput`` without a note.
        """
        said = _required_note(note)
        with self._unit_of_work(write=True) as work:
            history = visible_history(work, item_key, person)
            latest = history.latest
            if based_on == latest.stored.number:
                check_editable(latest.review, based_on)
            content = drafted_content(draft)
            _check_parts(work, draft, latest.content)
            version = next_version(
                latest.as_version, content, based_on=based_on, author=actor_name(person.id)
            )
            remark = VersionRemark(substantive_change(latest.content, content), said)
            now = self._clock()
            stored = work.bank.add_version(
                item_key, content.to_data(), version.content_hash, person.id, now, remark
            )
            _note(work, now, person, "item-version-saved", item_key, {"version": stored.number})
            work.copies.discard(person.id, f"item:{item_key}")
            work.commit()
        return stored

    def create(
        self, draft: ItemDraft, pool: str, note: str, person: Person, scope: str = ""
    ) -> StoredVersion:
        """Add an item with its first version, and discard the working copy *scope* it came from.

        Raises ``InvalidInput`` and ``InvalidItem``.
        """
        if draft.subject not in AREAS or pool not in POOLS or pool not in visible_parts(person.roles):
            raise InvalidInput(N_("Choose the subject and the pool of the new item."))
        content = drafted_content(draft)
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            _check_parts(work, draft)
            key = free_key(work, content.subject, content.area)
            version = first_version(ItemKey(key), content, actor_name(person.id))
            work.bank.add_item(key, pool, content.subject, now)
            stored = work.bank.add_version(
                key,
                content.to_data(),
                version.content_hash,
                person.id,
                now,
                VersionRemark(note=note.strip()[:LONGEST_NOTE]),
            )
            _note(work, now, person, "item-created", key, {"pool": pool})
            work.copies.discard(person.id, scope)
            work.commit()
        return stored


def _assess(history: ItemHistory, draft: ItemDraft, based_on: int) -> Assessment:
    base, latest = history.version(based_on), history.latest
    newer = difference(base.content, latest.content) if latest is not base else ()
    problems = draft_problems(draft)
    if problems:
        return Assessment(problems, newer=newer)
    content = drafted_content(draft)
    return Assessment(
        problems=(),
        warnings=check_guidelines(content),
        changes=difference(base.content, content),
        newer=newer,
        substantive=substantive_change(base.content, content),
        loses_parameters=_loses_parameters(history, content),
    )


def _loses_parameters(history: ItemHistory, content: ItemContent) -> bool | None:
    released = history.released
    if released is None or not released.calibrated:
        return None
    return substantive_change(ItemContent.from_data(released.content), content)


def _required_note(note: str) -> str:
    said = note.strip()[:LONGEST_NOTE]
    if not said:
        raise InvalidInput(N_("Say in a sentence what you changed and why."))
    return said


def _check_parts(work: UnitOfWork, draft: ItemDraft, before: ItemContent | None = None) -> None:
    """Raise ``InvalidInput`` unless the stimulus and the files of a draft are there."""
    check_files(work, draft, before.media if before else ())
    stimulus = draft.stimulus_key
    if stimulus and not work.stimuli.versions(stimulus):
        raise InvalidInput(
            N_("Choose another stimulus: “%(stimulus)s” is not in the bank."), stimulus=stimulus
        )


def free_key(work: UnitOfWork, subject: str, area: str) -> str:
    """Return a key for a new item."""
    prefix = f"{subject}.{area}.{NEW_ITEM_LETTER}"
    taken = [key.removeprefix(prefix) for key in work.catalogue.keys(prefix)]
    number = 1 + max((int(ending) for ending in taken if ending.isdecimal()), default=0)
    return f"{prefix}{number:03d}"


def _note(
    work: UnitOfWork, now: datetime, person: Person, action: str, item_key: str, data: Mapping[str, object]
) -> None:
    work.audit.add(AuditEntry(now, f"person:{person.uid}", action, f"item:{item_key}", data=data))
