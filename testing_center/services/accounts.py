"""Signing in, who a session belongs to, and what a person's home page shows."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from secrets import token_urlsafe

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import SignInRefused
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.ports.passwords import Passwords
from testing_center.services.clock import Clock

LONGEST_PASSWORD = 256


class Accounts:
    """Accounts of candidates and staff."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, passwords: Passwords, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._passwords = passwords
        self._clock = clock

    def sign_in(self, sign_in_name: str, password: str, address: str) -> Person:
        """Return the person; raises ``SignInRefused``, after the same work whether the name exists or not."""
        with self._unit_of_work() as work:
            found = work.people.by_sign_in_name(sign_in_name.strip())
        kept = found[1] if found else self._decoy
        right = self._passwords.verify(kept, password[:LONGEST_PASSWORD])
        if found is None or not right or not found[0].active:
            raise SignInRefused
        self._note(found[0], address)
        return found[0]

    def person(self, person_id: int, session_epoch: int) -> Person | None:
        """Return whose session this is; None when the account is closed or its sessions were ended."""
        with self._unit_of_work() as work:
            found = work.people.get(person_id)
        if found is None or not found.active or found.session_epoch != session_epoch:
            return None
        return found

    def set_language(self, person_id: int, language: str) -> None:
        """Remember the language of the interface."""
        with self._unit_of_work(write=True) as work:
            work.people.set_language(person_id, language)
            work.commit()

    def home(self, person_id: int) -> Sequence[tuple[Booking, Sitting]]:
        """Return the person's bookings, latest sitting first."""
        with self._unit_of_work() as work:
            return work.administrations.bookings_of(person_id)

    @cached_property
    def _decoy(self) -> str:
        return self._passwords.hash(token_urlsafe(32))

    def _note(self, person: Person, address: str) -> None:
        with self._unit_of_work(write=True) as work:
            entry = AuditEntry(self._clock(), f"person:{person.uid}", "sign-in", f"person:{person.uid}")
            work.audit.add(replace(entry, data={"address": address}))
            work.commit()
