"""One change to many items: shown item by item before it is made, refused item by item where it cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from item_bank.errors import InvalidItem, ItemBankError
from item_bank.identifiers import AREAS, LEVELS
from item_bank.items import ItemContent, next_version
from item_bank.review import ReviewStep, StepKind, check_editable, check_latest, decide
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import VersionRemark
from testing_center.domain.bulk_edits import (
    LONGEST_TAG,
    MOST_ITEMS,
    MOST_TAGS,
    BulkEdit,
    BulkKind,
    BulkOutcome,
)
from testing_center.domain.errors import DomainError, InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Permission, permissions_of
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.item_history import ItemHistory, actor_name
from testing_center.services.pool_access import visible_history

_STEPS = {BulkKind.SUBMIT: StepKind.SUBMIT, BulkKind.RETIRE: StepKind.RETIRE}


@dataclass(frozen=True)
class _Change:
    """An edit on its way: by whom, when, and whose the items become."""

    edit: BulkEdit
    person: Person
    now: datetime
    owner: Person | None = None


class BulkEdits:
    """Changes of many items by one person."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def preview(self, keys: Sequence[str], edit: BulkEdit, person: Person) -> tuple[BulkOutcome, ...]:
        """Return what the edit would do to each item; raises ``InvalidInput`` for an edit that fits none."""
        change = self._prepared(keys, edit, person)
        with self._unit_of_work() as work:
            return tuple(_outcome(work, key, change) for key in dict.fromkeys(keys))

    def apply(self, keys: Sequence[str], edit: BulkEdit, person: Person) -> tuple[BulkOutcome, ...]:
        """Make the edit, each item by itself, and return what became of it; raises ``InvalidInput``."""
        change = self._prepared(keys, edit, person)
        return tuple(self._applied(key, change) for key in dict.fromkeys(keys))

    def _applied(self, key: str, change: _Change) -> BulkOutcome:
        with self._unit_of_work(write=True) as work:
            outcome = _outcome(work, key, change)
            if outcome.refusal is not None:
                return outcome
            try:
                _carry_out(work, visible_history(work, key, change.person), change)
            except (DomainError, ItemBankError) as refusal:
                return replace(outcome, refusal=refusal)
            data = {"kind": change.edit.kind.value, "before": outcome.before, "after": outcome.after}
            actor = f"person:{change.person.uid}"
            work.audit.add(AuditEntry(change.now, actor, "item-bulk-edit", f"item:{key}", "", data))
            work.commit()
        return outcome

    def _prepared(self, keys: Sequence[str], edit: BulkEdit, person: Person) -> _Change:
        if not keys:
            raise InvalidInput(N_("Choose at least one item."))
        if len(set(keys)) > MOST_ITEMS:
            raise InvalidInput(N_("Choose at most %(most)s items at once."), most=MOST_ITEMS)
        value = " ".join(edit.value.split())
        if edit.kind in (BulkKind.TAG, BulkKind.UNTAG) and not 0 < len(value) <= LONGEST_TAG:
            raise InvalidInput(N_("Write a tag of at most %(most)s characters."), most=LONGEST_TAG)
        change = _Change(replace(edit, value=value), person, self._clock())
        if edit.kind is not BulkKind.OWNER:
            return change
        with self._unit_of_work() as work:
            found = work.people.by_sign_in_name(value)
        if found is None or Permission.ITEM_EDIT not in permissions_of(found[0].roles):
            raise InvalidInput(N_("No author has this sign-in name."))
        return replace(change, owner=found[0])


def _outcome(work: UnitOfWork, key: str, change: _Change) -> BulkOutcome:
    try:
        history = visible_history(work, key, change.person)
        before, after = _planned(work, history, change)
    except (DomainError, ItemBankError) as refusal:
        return BulkOutcome(key, refusal=refusal)
    return BulkOutcome(key, before, after)


def _planned(work: UnitOfWork, history: ItemHistory, change: _Change) -> tuple[str, str]:
    """Return what an item has of the thing now and afterwards, in codes; raises what stands in the way."""
    kind, value = change.edit.kind, change.edit.value
    if kind in _STEPS:
        return history.latest.stored.state, _step_state(history, change)
    if kind in (BulkKind.AREA, BulkKind.LEVEL):
        content = _changed_content(history, change.edit)
        return getattr(history.latest.content, kind.value), getattr(content, kind.value)
    if kind is BulkKind.OWNER:
        before = work.people.get(history.item.owner_id) if history.item.owner_id else None
        if change.owner is not None and history.item.owner_id == change.owner.id:
            raise InvalidInput(N_("Nothing would change."))
        return before.full_name if before else "", change.owner.full_name if change.owner else ""
    tags = _changed_tags(history, kind, value)
    return ", ".join(history.item.tags), ", ".join(tags)


def _carry_out(work: UnitOfWork, history: ItemHistory, change: _Change) -> None:
    kind, key = change.edit.kind, history.item.key
    if kind in _STEPS:
        _take(work, history, change)
    elif kind in (BulkKind.AREA, BulkKind.LEVEL):
        _save(work, history, change)
    elif kind is BulkKind.OWNER:
        work.catalogue.set_owner(key, change.owner.id if change.owner else None)
    else:
        work.catalogue.set_tags(key, _changed_tags(history, kind, change.edit.value))


def _changed_tags(history: ItemHistory, kind: BulkKind, value: str) -> tuple[str, ...]:
    held = set(history.item.tags)
    tags = held | {value} if kind is BulkKind.TAG else held - {value}
    if tags == held:
        raise InvalidInput(N_("Nothing would change."))
    if len(tags) > MOST_TAGS:
        raise InvalidInput(N_("The item has %(most)s tags already; take one away first."), most=MOST_TAGS)
    return tuple(sorted(tags))


def _changed_content(history: ItemHistory, edit: BulkEdit) -> ItemContent:
    latest = history.latest
    check_editable(latest.review, latest.stored.number)
    known = AREAS[latest.content.subject] if edit.kind is BulkKind.AREA else LEVELS
    if edit.value not in known:
        raise InvalidItem("draft_choice")
    if getattr(latest.content, edit.kind.value) == edit.value:
        raise InvalidInput(N_("Nothing would change."))
    if edit.kind is BulkKind.AREA:
        return replace(latest.content, area=edit.value)
    return replace(latest.content, level=edit.value)


def _save(work: UnitOfWork, history: ItemHistory, change: _Change) -> None:
    content, latest = _changed_content(history, change.edit), history.latest
    author = actor_name(change.person.id)
    version = next_version(latest.as_version, content, based_on=latest.stored.number, author=author)
    remark = VersionRemark(substantive=False, note=f"{change.edit.kind.value}: {change.edit.value}")
    work.bank.add_version(
        history.item.key, content.to_data(), version.content_hash, change.person.id, change.now, remark
    )


def _step_state(history: ItemHistory, change: _Change) -> str:
    latest, person = history.latest, actor_name(change.person.id)
    step = ReviewStep(_STEPS[change.edit.kind], change.edit.value)
    number, author = latest.stored.number, actor_name(latest.stored.author_id)
    check_latest(step.kind, number, number)
    return decide(latest.review, step, person, author, history.contributors(number)).status.value


def _take(work: UnitOfWork, history: ItemHistory, change: _Change) -> None:
    state, kind = _step_state(history, change), _STEPS[change.edit.kind]
    version_id = history.latest.stored.id
    work.bank.add_review_step(
        version_id, kind.value, state, change.person.id, change.edit.value, change.now
    )
