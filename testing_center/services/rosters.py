"""Rosters: candidates admitted to an administration, read from a list in the background, row by row."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from testing_center.domain.administrations import Administration, Booking, Sitting
from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.attestation.rule_sets import NotInRuleSet, load_rule_set
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.jobs import Job
from testing_center.domain.messages import N_
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.rosters import NewRosterEntry, RosterEntry
from testing_center.services.background_jobs import Tell
from testing_center.services.bookings import book, free_seat
from testing_center.services.candidate_lists import ListedCandidate, read_candidates
from testing_center.services.clock import Clock

KIND = "roster_import"
LANGUAGES = ("ky", "ru", "kk", "en")
MOST_EXTRA_MINUTES = 240
YES = frozenset({"1", "yes", "да", "ооба", "иә", "x", "+"})
NO = frozenset({"", "0", "no", "нет", "жок", "жоқ", "-"})
NO_PASSWORD = "-"  # noqa: S105 - no password has this hash
PASSWORD_BYTES = 5


@dataclass(frozen=True)
class ImportedRow:
    """What became of one row: ``outcome`` is added, changed, present or refused.

    ``message`` % ``params`` says why it was refused; ``sign_in_name`` is given for a new account.
    """

    row: int
    name: str
    outcome: str
    message: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    seat: int | None = None
    sign_in_name: str = ""


@dataclass(frozen=True)
class RosterLine:
    """An admitted candidate and where they sit, if they are booked."""

    entry: RosterEntry
    person: Person
    booking: Booking | None
    sitting: Sitting | None


@dataclass(frozen=True)
class RosterPage:
    """The roster of an administration; ``free`` counts the places left by sitting."""

    administration: Administration
    lines: Sequence[RosterLine]
    sittings: Sequence[Sitting]
    free: Mapping[int, int]

    @property
    def unbooked(self) -> int:
        """How many admitted candidates have no seat yet."""
        return sum(line.booking is None for line in self.lines)


class Rosters:
    """Imports and shows rosters. Passwords of new accounts follow from *secret* and are kept nowhere."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        hash_password: Callable[[str], str],
        secret: bytes,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._hash_password = hash_password
        self._secret = secret

    def page(self, uid: str) -> RosterPage:
        """Return a roster; raises ``NotFound``."""
        with self._unit_of_work() as work:
            administration = _administration(work, uid)
            entries = work.rosters.of_administration(administration.id)
            sittings = work.administrations.sittings(administration.id)
            seated = {
                booking.person_id: (booking, sitting)
                for sitting in sittings
                for booking in work.administrations.bookings(sitting.id)
            }
            people = work.people.many(one.terms.person_id for one in entries)
            counts = work.administrations.booking_counts(one.id for one in sittings)
        lines = [
            RosterLine(one, people[one.terms.person_id], *seated.get(one.terms.person_id, (None, None)))
            for one in entries
        ]
        free = {one.id: one.room.capacity - counts[one.id] for one in sittings}
        return RosterPage(administration, lines, sittings, free)

    def check(self, uid: str, sitting_uid: str, file_name: str, content: bytes) -> Sequence[ImportedRow]:
        """Return what an import of the file would do, without doing it; raises ``InvalidInput``."""
        listed = read_candidates(file_name, content)
        with self._unit_of_work(write=True) as work:
            target = _target(work, uid, sitting_uid)
            return [self._row(work, target, one, lambda _: NO_PASSWORD) for one in listed]

    def start(self, uid: str, sitting_uid: str, file_name: str, content: bytes, person: Person) -> Job:
        """Queue the import of a file; raises ``InvalidInput`` when it cannot be read as a whole."""
        listed = read_candidates(file_name, content)
        payload = {
            "administration": uid,
            "sitting": sitting_uid,
            "rows": [{"row": one.row, "values": dict(one.values)} for one in listed],
        }
        with self._unit_of_work(write=True) as work:
            _target(work, uid, sitting_uid)
            job = work.jobs.add(KIND, payload, person.id, self._clock())
            actor, data = f"person:{person.uid}", {"rows": len(listed), "job": job.uid}
            subject = f"administration:{uid}"
            work.audit.add(AuditEntry(self._clock(), actor, "candidates-imported", subject, data=data))
            work.commit()
        return job

    def carry_out(self, job: Job, tell: Tell) -> Mapping[str, Any]:
        """Import the rows of a queued list; rows that an interrupted run has done are found present."""
        payload, report = job.payload, []
        for number, listed in enumerate(payload["rows"], start=1):
            with self._unit_of_work(write=True) as work:
                target = _target(work, payload["administration"], payload["sitting"])
                one = ListedCandidate(listed["row"], listed["values"])
                report.append(self._row(work, target, one, self._hash_password))
                work.commit()
            tell(number / len(payload["rows"]))
        return {"rows": [asdict(row) for row in report]}

    def job(self, uid: str, job_uid: str) -> tuple[Job, Sequence[ImportedRow]]:
        """Return an import into the roster and its report, empty until it is done; raises ``NotFound``."""
        with self._unit_of_work() as work:
            job = work.jobs.get(job_uid)
        if job is None or job.kind != KIND or job.payload["administration"] != uid:
            raise NotFound
        rows = (job.outcome or {}).get("rows", ())
        return job, [ImportedRow(**row) for row in rows]

    def passwords(self, uid: str, job_uid: str, person: Person) -> Sequence[tuple[str, str, str]]:
        """Return name, user name and first password of the accounts an import made; the look is audited."""
        _, rows = self.job(uid, job_uid)
        with self._unit_of_work(write=True) as work:
            actor = f"person:{person.uid}"
            work.audit.add(AuditEntry(self._clock(), actor, "passwords-shown", f"job:{job_uid}"))
            work.commit()
        return [
            (row.name, row.sign_in_name, self._password(row.sign_in_name)) for row in rows if row.sign_in_name
        ]

    def _password(self, sign_in_name: str) -> str:
        message = f"first-password:{sign_in_name.casefold()}".encode()
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        letters = base64.b32encode(digest[: 2 * PASSWORD_BYTES]).decode().lower()
        return "-".join(letters[at : at + 4] for at in range(0, 16, 4))

    def _row(
        self,
        work: UnitOfWork,
        target: tuple[Administration, Sitting | None],
        listed: ListedCandidate,
        hash_password: Callable[[str], str],
    ) -> ImportedRow:
        name = " ".join(listed.values.get(part, "") for part in ("family_name", "given_name"))
        try:
            return self._admit(work, target, listed, hash_password, name)
        except (InvalidInput, NotInRuleSet) as refusal:
            params = {key: str(value) for key, value in refusal.params.items()}
            return ImportedRow(listed.row, name, "refused", refusal.message, params)

    def _admit(
        self,
        work: UnitOfWork,
        target: tuple[Administration, Sitting | None],
        listed: ListedCandidate,
        hash_password: Callable[[str], str],
        name: str,
    ) -> ImportedRow:
        administration, sitting = target
        values = listed.values
        terms = _checked(values, administration)
        person, is_new = self._person(work, values, hash_password)
        wanted = NewRosterEntry(administration.id, person.id, *terms)
        entry = work.rosters.entry(administration.id, person.id)
        outcome = "added" if entry is None else "present" if entry.terms == wanted else "changed"
        if entry is None:
            entry = work.rosters.add(wanted)
        elif outcome == "changed":
            entry = RosterEntry(entry.id, entry.uid, wanted)
            work.rosters.change(entry)
        seat = None
        if sitting is not None:
            seat, was_booked = self._seat(work, sitting, entry, values)
            outcome = outcome if was_booked else "added"
        return ImportedRow(
            listed.row, name, outcome, seat=seat, sign_in_name=values["sign_in_name"] if is_new else ""
        )

    def _seat(
        self, work: UnitOfWork, sitting: Sitting, entry: RosterEntry, values: Mapping[str, str]
    ) -> tuple[int, bool]:
        work.administrations.lock(sitting.administration.id)
        bookings = work.administrations.bookings(sitting.id)
        found = next((one for one in bookings if one.person_id == entry.terms.person_id), None)
        if found is not None:
            return found.seat, True
        wish = values.get("seat", "")
        if wish and not (wish.isdecimal() and int(wish) in sitting.room.seat_map.usable):
            raise InvalidInput(
                N_("The seat must be one of the usable seats from 1 to %(seats)s."), seats=sitting.room.seats
            )
        seat = int(wish) if wish else free_seat(sitting, bookings, entry)
        made = book(work, sitting, entry, seat, actor="system:import", at=self._clock())
        return made.seat, False

    def _person(
        self, work: UnitOfWork, values: Mapping[str, str], hash_password: Callable[[str], str]
    ) -> tuple[Person, bool]:
        found = work.people.by_sign_in_name(values["sign_in_name"])
        if found is not None:
            kept = (found[0].family_name, found[0].document_ending)
            if kept != (values["family_name"], values["document_ending"]):
                raise InvalidInput(
                    N_("This user name belongs to another person. Choose another user name.")
                )
            return found[0], False
        password = hash_password(self._password(values["sign_in_name"]))
        return work.people.add(self._new_person(work, values, password)), True

    def _new_person(self, work: UnitOfWork, values: Mapping[str, str], password_hash: str) -> NewPerson:
        return NewPerson(
            sign_in_name=values["sign_in_name"],
            password_hash=password_hash,
            family_name=values["family_name"],
            given_name=values["given_name"],
            patronymic=values.get("patronymic", ""),
            language=values["language"],
            roles=(Role.CANDIDATE,),
            created_at=self._clock(),
            organisation_key=_school(work, values.get("school", "")),
            document_ending=values["document_ending"],
        )


def _administration(work: UnitOfWork, uid: str) -> Administration:
    found = work.administrations.by_uid(uid)
    if found is None:
        raise NotFound
    return found


def _target(work: UnitOfWork, uid: str, sitting_uid: str) -> tuple[Administration, Sitting | None]:
    administration = _administration(work, uid)
    if not sitting_uid:
        return administration, None
    sitting = work.administrations.sitting(sitting_uid)
    if sitting is None or sitting.administration.id != administration.id:
        raise NotFound
    return administration, sitting


def _school(work: UnitOfWork, name: str) -> str | None:
    """Return the key of the school of that name, adding it when new; None without a name."""
    written = " ".join(name.split())
    if not written:
        return None
    key = "school-" + hashlib.sha256(written.casefold().encode()).hexdigest()[:24]
    work.people.organisation(key, "school", dict.fromkeys(LANGUAGES, written))
    return key


def _checked(
    values: Mapping[str, str], administration: Administration
) -> tuple[str, str, Accommodations, bool]:
    """Return category, language, accommodations and need of an accessible seat; raises ``InvalidInput``."""
    for column in ("family_name", "given_name", "sign_in_name", "document_ending"):
        if not values.get(column):
            raise InvalidInput(N_("The column %(column)s is empty. Fill it in."), column=column)
    if values.get("language") not in LANGUAGES:
        raise InvalidInput(N_("The language must be one of: ky, ru, kk, en."))
    allowed = load_rule_set(administration.rule_set_id).thresholds(administration.profile)
    if values.get("category") not in allowed:
        raise InvalidInput(N_("The category must be one of: %(codes)s."), codes=", ".join(allowed))
    extra = values.get("extra_minutes") or "0"
    if not extra.isdecimal() or int(extra) > MOST_EXTRA_MINUTES:
        raise InvalidInput(N_("Extra minutes must be a whole number from 0 to 240."))
    accessible = values.get("accessible_seat", "").casefold()
    if accessible not in YES | NO:
        raise InvalidInput(N_("Write yes or no in the column accessible_seat."))
    granted = Accommodations(extra_seconds=60 * int(extra))
    return values["category"], values["language"], granted, accessible in YES


def counted(rows: Iterable[ImportedRow]) -> Mapping[str, int]:
    """Return how many rows had each outcome."""
    found = dict.fromkeys(("added", "changed", "present", "refused"), 0)
    for row in rows:
        found[row.outcome] += 1
    return found
