"""Planning by an administrator: administrations, sittings, candidates from a list."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from testing_center.domain.administrations import (
    Administration,
    Booking,
    NewAdministration,
    NewBooking,
    Sitting,
)
from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.attestation.rule_sets import NotInRuleSet, load_rule_set
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.sites import Room, Site
from testing_center.services.candidate_lists import ListedCandidate, read_candidates
from testing_center.services.clock import Clock

LANGUAGES = ("ky", "ru", "kk", "en")
MOST_EXTRA_MINUTES = 240


@dataclass(frozen=True)
class ImportedRow:
    """What became of one row: ``outcome`` is added, present or refused; ``message`` % ``params`` says why.

    ``password`` is the one-time password of a new account and is kept nowhere else.
    """

    row: int
    name: str
    outcome: str
    message: str = ""
    params: Mapping[str, object] | None = None
    seat: int | None = None
    password: str = ""


@dataclass(frozen=True)
class SittingPage:
    """A sitting with its seats."""

    sitting: Sitting
    seats: Sequence[tuple[Booking, Person]]


class Planning:
    """What is sat, where, when and by whom."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, clock: Clock, hash_password: Callable[[str], str]
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._hash_password = hash_password

    def overview(self) -> Sequence[tuple[Administration, Sequence[Sitting]]]:
        """Return every administration, newest first, with its sittings."""
        with self._unit_of_work() as work:
            administrations = work.administrations.all()
            return [(one, work.administrations.sittings(one.id)) for one in administrations]

    def rooms(self) -> Sequence[tuple[Site, Sequence[Room]]]:
        """Return the sites with their rooms."""
        with self._unit_of_work() as work:
            return [(site, work.sites.rooms(site.id)) for site in work.sites.all()]

    def plan_like(self, uid: str, names: Mapping[str, str], person: Person) -> Administration:
        """Plan another administration of the same test; raises ``InvalidInput`` without all four names."""
        if not all(names.get(code, "").strip() for code in LANGUAGES):
            raise InvalidInput(N_("Write the name in all four languages."))
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            like = work.administrations.by_uid(uid)
            if like is None:
                raise NotFound
            kept = {
                name: getattr(like, name)
                for name in NewAdministration.__dataclass_fields__
                if name not in ("names", "created_at")
            }
            planned = work.administrations.add(NewAdministration(names=dict(names), created_at=now, **kept))
            self._audit(work, person, "administration-planned", f"administration:{planned.uid}")
            work.commit()
        return planned

    def plan_sitting(
        self, administration_uid: str, room_id: int, local_start: str, person: Person
    ) -> Sitting:
        """Plan a sitting at a wall-clock time of the site; raises ``InvalidInput`` or ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            administration = work.administrations.by_uid(administration_uid)
            found = [
                (site, room)
                for site in work.sites.all()
                for room in work.sites.rooms(site.id)
                if room.id == room_id
            ]
            if administration is None or not found:
                raise NotFound
            site, room = found[0]
            starts_at = _instant(local_start, site.timezone)
            if starts_at <= self._clock():
                raise InvalidInput(N_("This time has passed. Choose a later one."))
            taken = any(
                one.room.id == room.id and one.starts_at == starts_at
                for one in work.administrations.sittings()
            )
            if taken:
                raise InvalidInput(
                    N_("The room already has a sitting at this time. Choose another room or time.")
                )
            sitting = work.administrations.add_sitting(administration.id, room.id, starts_at)
            self._audit(work, person, "sitting-planned", f"sitting:{sitting.uid}")
            work.commit()
        return sitting

    def sitting(self, uid: str) -> SittingPage:
        """Return a sitting with its seats; raises ``NotFound``."""
        with self._unit_of_work() as work:
            sitting = work.administrations.sitting(uid)
            if sitting is None:
                raise NotFound
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(booking.person_id for booking in bookings)
        return SittingPage(sitting, [(booking, people[booking.person_id]) for booking in bookings])

    def import_candidates(
        self, uid: str, file_name: str, content: bytes, person: Person
    ) -> Sequence[ImportedRow]:
        """Seat the candidates of a file, row by row; sending the same file again changes nothing.

        Raises ``InvalidInput`` when the file as a whole cannot be read; a faulty row never stops the rest.
        """
        page = self.sitting(uid)
        listed = read_candidates(file_name, content)
        report = [self._import(page.sitting, one) for one in listed]
        with self._unit_of_work(write=True) as work:
            self._audit(work, person, "candidates-imported", f"sitting:{uid}")
            work.commit()
        return report

    def _import(self, sitting: Sitting, listed: ListedCandidate) -> ImportedRow:
        name = " ".join(listed.values.get(part, "") for part in ("family_name", "given_name"))
        try:
            with self._unit_of_work(write=True) as work:
                booking, password = self._seat(work, sitting, listed)
                work.commit()
        except (InvalidInput, NotInRuleSet) as refusal:
            return ImportedRow(listed.row, name, "refused", refusal.message, refusal.params)
        outcome = "added" if password is not None else "present"
        return ImportedRow(listed.row, name, outcome, seat=booking.seat, password=password or "")

    def _seat(
        self, work: UnitOfWork, sitting: Sitting, listed: ListedCandidate
    ) -> tuple[Booking, str | None]:
        """Return the booking, and what is new: a password, "" for a known person, None for nothing."""
        values = listed.values
        _check(values, sitting)
        found = work.people.by_sign_in_name(values["sign_in_name"])
        bookings = work.administrations.bookings(sitting.id)
        if found is not None:
            person, password = found[0], ""
            if (person.family_name, person.document_ending) != (
                values["family_name"],
                values["document_ending"],
            ):
                raise InvalidInput(N_("This user name belongs to another person. Choose another user name."))
            seated = next((one for one in bookings if one.person_id == person.id), None)
            if seated is not None:
                return seated, None
        else:
            password = secrets.token_urlsafe(9)
            person = work.people.add(self._new_person(values, password))
        seat = int(values["seat"]) if values.get("seat") else _free_seat(bookings, sitting)
        granted = Accommodations(extra_seconds=60 * int(values.get("extra_minutes") or 0))
        new = NewBooking(sitting.id, person.id, seat, values["category"], values["language"], granted)
        return work.administrations.add_booking(new), password

    def _new_person(self, values: Mapping[str, str], password: str) -> NewPerson:
        return NewPerson(
            sign_in_name=values["sign_in_name"],
            password_hash=self._hash_password(password),
            family_name=values["family_name"],
            given_name=values["given_name"],
            patronymic=values.get("patronymic", ""),
            language=values["language"],
            roles=(Role.CANDIDATE,),
            created_at=self._clock(),
            document_ending=values["document_ending"],
        )

    def _audit(self, work: UnitOfWork, person: Person, action: str, subject: str) -> None:
        work.audit.add(AuditEntry(self._clock(), f"person:{person.uid}", action, subject))


def _check(values: Mapping[str, str], sitting: Sitting) -> None:
    for column in ("family_name", "given_name", "sign_in_name", "document_ending"):
        if not values.get(column):
            raise InvalidInput(N_("The column %(column)s is empty. Fill it in."), column=column)
    if values.get("language") not in LANGUAGES:
        raise InvalidInput(N_("The language must be one of: ky, ru, kk, en."))
    rule_set = load_rule_set(sitting.administration.rule_set_id)
    allowed = rule_set.thresholds(sitting.administration.profile)
    if values.get("category") not in allowed:
        raise InvalidInput(N_("The category must be one of: %(codes)s."), codes=", ".join(allowed))
    extra = values.get("extra_minutes") or "0"
    if not extra.isdecimal() or int(extra) > MOST_EXTRA_MINUTES:
        raise InvalidInput(N_("Extra minutes must be a whole number from 0 to 240."))
    seat = values.get("seat") or "1"
    if not seat.isdecimal() or not 1 <= int(seat) <= sitting.room.seats:
        raise InvalidInput(N_("The seat must be from 1 to %(seats)s."), seats=sitting.room.seats)


def _free_seat(bookings: Sequence[Booking], sitting: Sitting) -> int:
    taken = {one.seat for one in bookings}
    for seat in range(1, sitting.room.seats + 1):
        if seat not in taken:
            return seat
    raise InvalidInput(N_("The room is full. Plan another sitting."))


def _instant(local_start: str, timezone: str) -> datetime:
    try:
        return datetime.fromisoformat(local_start).replace(tzinfo=ZoneInfo(timezone))
    except ValueError as error:
        raise InvalidInput(N_("Enter the date and the time.")) from error
