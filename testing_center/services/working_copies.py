"""Forms that are not saved yet: kept as they are typed, found again, discarded when they are saved."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from testing_center.domain.authoring import WorkingCopy
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock

MOST_BYTES = 1_000_000
PRESENT = timedelta(minutes=15)
"""Whoever typed this recently counts as writing now."""
_SCOPE = re.compile(r"(item|new|stimulus|model):[\w.-]{1,120}")


@dataclass(frozen=True)
class OtherWriter:
    """Somebody else who writes the same thing, and when they last typed."""

    person: Person
    at: datetime


class CopiesOfForms:
    """Everything that is done with working copies."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def keep(self, scope: str, based_on: int, values: Mapping[str, str], person: Person) -> WorkingCopy:
        """Keep what was typed; raises ``InvalidInput`` for an unknown scope or more than a form can hold."""
        if not _SCOPE.fullmatch(scope):
            raise InvalidInput
        if len(json.dumps(dict(values)).encode()) > MOST_BYTES:
            raise InvalidInput(N_("The text is too long to be kept: shorten it."))
        copy = WorkingCopy(person.id, scope, based_on, values, self._clock())
        with self._unit_of_work(write=True) as work:
            work.copies.keep(copy)
            work.commit()
        return copy

    def find(self, scope: str, person: Person) -> WorkingCopy | None:
        """Return what *person* has not saved yet."""
        with self._unit_of_work() as work:
            return work.copies.find(person.id, scope)

    def unfinished(self, prefix: str, person: Person) -> Sequence[WorkingCopy]:
        """Return what *person* has begun, newest first."""
        with self._unit_of_work() as work:
            return work.copies.of_person(person.id, prefix)

    def others(self, scope: str, person: Person) -> Sequence[OtherWriter]:
        """Return who else wrote the same thing just now."""
        since = self._clock() - PRESENT
        with self._unit_of_work() as work:
            copies = [one for one in work.copies.of_scope(scope) if one.saved_at >= since]
            people = work.people.many({one.person_id for one in copies})
        return [
            OtherWriter(people[one.person_id], one.saved_at) for one in copies if one.person_id != person.id
        ]

    def discard(self, scope: str, person: Person) -> None:
        """Forget what was typed."""
        with self._unit_of_work(write=True) as work:
            work.copies.discard(person.id, scope)
            work.commit()
