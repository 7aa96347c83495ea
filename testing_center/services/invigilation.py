"""Invigilation: who sits where, check-in, starting a room and acting on one seat or on all of them."""

import secrets
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.appointments import may_see
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.conduct import PRESENT
from testing_center.domain.attempts.conduct_commands import LeaveRoom, SendMessage
from testing_center.domain.attempts.records import AttemptAnchor, AttemptSummary
from testing_center.domain.attempts.state import AttemptState, Recorded
from testing_center.domain.audit import AuditEntry
from testing_center.domain.conduct import NoShow
from testing_center.domain.errors import (
    CommentRequired,
    InvalidInput,
    NotFound,
    ReasonRequired,
    WrongAttemptState,
)
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.reasons import COMMENT_NEEDED, REASONS
from testing_center.domain.safe_exam_browser import proof_policy
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery
from testing_center.services.exam_plans import exam_plan
from testing_center.services.release_library import ReleaseLibrary

Alert = Literal["device", "help", "lost", "proof", "ending"]
Link = Literal["good", "weak", "lost", "unknown"]
ProctorCommand = (
    asked.Pause
    | asked.Resume
    | asked.GrantTime
    | asked.NoteIncident
    | asked.EndAttempt
    | SendMessage
    | LeaveRoom
)

SILENCE = timedelta(seconds=30)
"""A candidate's page that was not heard from for so long has lost contact."""

ENDING_SECONDS = 300

PERSON = "person:"
"""How actors who are people begin in the log."""

SLOW_MILLISECONDS = 1500
"""A page that waits longer than this for an answer has weak contact."""

QUIET = timedelta(seconds=20)
"""Pages speak at least every 15 seconds; one that is late has weak contact."""

_URGENCY: tuple[Alert | None, ...] = ("device", "help", "lost", "proof", "ending", None)

_FITS: Mapping[type[asked.Command], frozenset[str]] = {
    asked.Pause: frozenset({"in_progress"}),
    asked.Resume: frozenset({"paused"}),
    asked.GrantTime: frozenset({"prepared", "checked_in", "permitted", "in_progress", "paused"}),
    asked.NoteIncident: frozenset({"checked_in", "permitted", "in_progress", "paused", "finished"}),
    asked.EndAttempt: frozenset({"in_progress", "paused"}),
    SendMessage: PRESENT,
    LeaveRoom: frozenset({"finished"}),
}


@dataclass(frozen=True)
class Seat:
    """One booked seat as it stands; ``seconds_left`` is None before the start.

    ``link`` is the quality of the connection: how long ago and how slowly the page was heard.
    """

    person: Person
    booking: Booking
    attempt: AttemptSummary | None
    last_contact: datetime | None
    seconds_left: float | None
    alert: Alert | None
    link: Link = "unknown"
    no_show: NoShow | None = None

    @property
    def status(self) -> str:
        """Where the seat stands in one word; a booked seat of a closed room is absent."""
        if self.attempt is None or self.attempt.status == "prepared":
            return "absent" if self.no_show else "booked"
        return self.attempt.status


@dataclass(frozen=True)
class DeviceDecision:
    """What a proctor decides about a device that asks to take over; ``seat`` None keeps the seat."""

    request_id: str
    approve: bool
    reason: str
    comment: str = ""
    seat: int | None = None


@dataclass(frozen=True)
class Board:
    """A sitting and its seats in room order at one moment of the server's time."""

    sitting: Sitting
    seats: tuple[Seat, ...]
    at: datetime

    @property
    def counts(self) -> Mapping[str, int]:
        """How many seats are booked, and of them checked in, in progress, paused, finished, needing help."""
        statuses = Counter(seat.attempt.status for seat in self.seats if seat.attempt)
        return {
            "booked": len(self.seats),
            "checked_in": statuses["checked_in"] + statuses["permitted"],
            "in_progress": statuses["in_progress"],
            "paused": statuses["paused"],
            "finished": statuses["finished"],
            "absent": sum(seat.status == "absent" for seat in self.seats),
            "need_help": sum(seat.alert in ("device", "help", "lost", "proof") for seat in self.seats),
        }


class Invigilation:
    """What proctors see and do."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, library: ReleaseLibrary, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._library = library
        self._clock = clock

    def sittings(self, person: Person) -> Sequence[Sitting]:
        """Return the sittings *person* is appointed to, by time; an administrator sees all."""
        with self._unit_of_work() as work:
            own = work.appointments.of_person(person.id)
            return [found for found in work.administrations.sittings() if may_see(person, found, own)]

    def sitting(self, sitting_uid: str, person: Person) -> Sitting:
        """Return a sitting; raises ``NotFound`` when *person* may not see it."""
        found = self._sitting(sitting_uid)
        self._require_appointment(person, found)
        return found

    def board(self, sitting_uid: str) -> Board:
        """Return the board of a sitting, who needs help first, then by seat; raises ``NotFound``."""
        sitting, now = self._sitting(sitting_uid), self._clock()
        with self._unit_of_work() as work:
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(booking.person_id for booking in bookings)
            summaries = work.attempts.summaries(sitting.id)
            no_shows = work.conduct.no_shows(sitting.id)
        contacts = self._delivery.contacts(summaries)
        round_trips = self._delivery.round_trips(summaries)
        proof_needed = proof_policy(sitting.administration.policy) != "allow"
        seats = []
        for booking in sorted(bookings, key=lambda booking: booking.seat):
            summary = summaries.get(booking.attempt_id or "")
            contact = contacts.get(booking.attempt_id or "")
            left = _seconds_left(summary, now)
            alert = _alert(summary, contact, left, now) or _proof_alert(summary, proof_needed)
            link = _link(contact, round_trips.get(booking.attempt_id or ""), now)
            absence = no_shows.get(booking.id)
            seats.append(
                Seat(people[booking.person_id], booking, summary, contact, left, alert, link, absence)
            )
        seats.sort(key=lambda seat: _URGENCY.index(seat.alert))
        return Board(sitting, tuple(seats), now)

    def check_in(self, booking_uid: str, document: str, document_ending: str, actor: str) -> AttemptState:
        """Build the form and seat the candidate, who may start at once when the room is open.

        Raises ``NotFound``, ``InvalidInput`` when the document is not the registered one or the sitting
        is over, ``WrongAttemptState`` when the candidate was checked in before.
        """
        booking, sitting = self._booking(booking_uid)
        if sitting.over:
            raise InvalidInput(N_("This sitting is closed. Choose another sitting."))
        self._require_document(booking, document, document_ending)
        attempt_id = booking.attempt_id or self._prepare(booking, sitting, actor)
        seated = asked.CheckIn(document.strip(), document_ending.strip(), booking.seat)
        state = self._delivery.execute(attempt_id, seated, actor=actor)
        # Read again: the room may have been started while the form was being built.
        if self._sitting(sitting.uid).status == "open":
            return self._delivery.execute(attempt_id, asked.PermitStart(), actor=actor)
        return state

    def start_room(self, sitting_uid: str, actor: str) -> int:
        """Open the sitting, permit every checked-in candidate to start and return how many.

        Raises ``ClocksDisagree`` while no test could start.
        """
        self._delivery.require_clocks()
        sitting, now = self._sitting(sitting_uid), self._clock()
        if sitting.over:
            raise InvalidInput(N_("This sitting is closed. Choose another sitting."))
        with self._unit_of_work(write=True) as work:
            if sitting.status != "open":
                work.administrations.set_sitting_status(sitting.id, "open", now)
            work.audit.add(AuditEntry(now, actor, "sitting.start", f"sitting:{sitting.uid}"))
            work.commit()
        return self._each(sitting, asked.PermitStart(), frozenset({"checked_in"}), actor, None)

    def act(
        self, booking_uid: str, command: ProctorCommand, actor: str, command_id: str | None = None
    ) -> AttemptState:
        """Act on one seat; raises ``NotFound``, ``ReasonRequired`` or another ``AttemptRefusal``."""
        _require_reason(command)
        booking, _ = self._booking(booking_uid)
        if booking.attempt_id is None:
            raise WrongAttemptState
        return self._delivery.execute(booking.attempt_id, command, actor=actor, command_id=command_id)

    def decide_device(self, booking_uid: str, decision: DeviceDecision, actor: str) -> AttemptState:
        """Let another device take over, at the same seat or another, or leave the test where it is.

        Raises ``NotFound``, ``InvalidInput`` for a seat that is taken or not in the room, or an
        ``AttemptRefusal``: ``DeviceDecided`` when another proctor was first.
        """
        booking, sitting = self._booking(booking_uid)
        if booking.attempt_id is None:
            raise WrongAttemptState
        _require_known(decision.reason, decision.comment)
        execute = partial(self._delivery.execute, booking.attempt_id, actor=actor)
        if not decision.approve:
            return execute(asked.RefuseDevice(decision.request_id, decision.reason, decision.comment))
        seat = decision.seat or booking.seat
        if not 1 <= seat <= sitting.room.seats:
            raise InvalidInput(N_("The room has seats 1 to %(seats)s."), seats=sitting.room.seats)
        command = asked.ApproveDevice(decision.request_id, seat, decision.reason, decision.comment)
        if seat == booking.seat:
            return execute(command)
        return execute(command, alongside=lambda work: work.administrations.move_booking(booking.id, seat))

    def act_in_room(
        self,
        sitting_uid: str,
        command: ProctorCommand,
        actor: str,
        command_id: str | None = None,
        chosen: frozenset[str] | None = None,
    ) -> int:
        """Act on every seat the command fits, or on the *chosen* bookings, and return how many.

        The act itself is audited, with its reason and comment.
        """
        _require_reason(command)
        sitting = self._sitting(sitting_uid)
        attempts = None if chosen is None else self._attempts_of(sitting, chosen)
        count = self._each(sitting, command, _FITS[type(command)], actor, command_id, attempts)
        data = {name: value for name, value in vars(command).items() if name != "reason"}
        data |= {"attempts": count, "chosen": chosen is not None}
        action, reason = f"sitting.{type(command).__name__}", getattr(command, "reason", "")
        entry = AuditEntry(self._clock(), actor, action, f"sitting:{sitting.uid}", reason, data)
        with self._unit_of_work(write=True) as work:
            work.audit.add(entry)
            work.commit()
        return count

    def log(self, booking_uid: str) -> Sequence[Recorded]:
        """Return the events of a booking's attempt, oldest first; empty before check-in."""
        booking, _ = self._booking(booking_uid)
        if booking.attempt_id is None:
            return ()
        return [row.recorded() for row in self._delivery.log(booking.attempt_id)]

    def actor_names(self, log: Sequence[Recorded]) -> Mapping[str, str]:
        """Return the full name behind each actor of *log* who is a person."""
        actors = {one.actor for one in log if one.actor.startswith(PERSON)}
        with self._unit_of_work() as work:
            people = work.people.by_uids(actor.removeprefix(PERSON) for actor in actors)
        return {f"{PERSON}{uid}": person.full_name for uid, person in people.items()}

    def sitting_of(self, booking_uid: str, person: Person) -> Sitting:
        """Return the sitting of a booking; raises ``NotFound`` when *person* may not see it."""
        _, sitting = self._booking(booking_uid)
        self._require_appointment(person, sitting)
        return sitting

    def _require_appointment(self, person: Person, sitting: Sitting) -> None:
        with self._unit_of_work() as work:
            own = work.appointments.of_person(person.id)
        if not may_see(person, sitting, own):
            raise NotFound

    def _each(
        self,
        sitting: Sitting,
        command: asked.Command,
        statuses: frozenset[str],
        actor: str,
        command_id: str | None,
        chosen: frozenset[str] | None = None,
    ) -> int:
        with self._unit_of_work() as work:
            summaries = work.attempts.summaries(sitting.id)
        done = 0
        for summary in summaries.values():
            if summary.status not in statuses or (chosen is not None and summary.attempt_id not in chosen):
                continue
            try:
                self._delivery.execute(summary.attempt_id, command, actor=actor, command_id=command_id)
            except WrongAttemptState:
                continue  # it moved on, for instance finished, since the list was read
            done += 1
        return done

    def _attempts_of(self, sitting: Sitting, booking_uids: frozenset[str]) -> frozenset[str]:
        with self._unit_of_work() as work:
            bookings = work.administrations.bookings(sitting.id)
        return frozenset(one.attempt_id for one in bookings if one.uid in booking_uids and one.attempt_id)

    def _prepare(self, booking: Booking, sitting: Sitting, actor: str) -> str:
        plan = exam_plan(sitting.administration, booking, self._library, secrets.randbits(48))
        anchor = AttemptAnchor(
            attempt_id=uuid.uuid4().hex,
            person_id=booking.person_id,
            booking_id=booking.id,
            sitting_id=sitting.id,
            kind="exam",
            subject=sitting.administration.subject,
            created_at=self._clock(),
        )
        return self._delivery.prepare(anchor, plan, actor=actor).attempt_id

    def _require_document(self, booking: Booking, document: str, ending: str) -> None:
        with self._unit_of_work() as work:
            person = work.people.get(booking.person_id)
        if person is None:
            raise NotFound
        if not document.strip() or not ending.strip():
            raise InvalidInput(N_("Enter the kind of document and the last characters of its number."))
        if person.document_ending and person.document_ending.casefold() != ending.strip().casefold():
            raise InvalidInput(
                N_("The document does not match the registration. Check the person and the number.")
            )

    def _sitting(self, sitting_uid: str) -> Sitting:
        with self._unit_of_work() as work:
            found = work.administrations.sitting(sitting_uid)
        if found is None:
            raise NotFound
        return found

    def _booking(self, booking_uid: str) -> tuple[Booking, Sitting]:
        with self._unit_of_work() as work:
            booking = work.administrations.booking(booking_uid)
            sitting = work.administrations.sitting_by_id(booking.sitting_id) if booking else None
        if booking is None or sitting is None:
            raise NotFound
        return booking, sitting


def _seconds_left(summary: AttemptSummary | None, now: datetime) -> float | None:
    if summary is None or summary.deadline is None:
        return None
    stands_at = summary.paused_at or summary.finished_at or now
    return max(0.0, (summary.deadline - stands_at).total_seconds())


def _alert(
    summary: AttemptSummary | None, contact: datetime | None, left: float | None, now: datetime
) -> Alert | None:
    if summary is None or summary.status == "finished":
        return None
    if summary.device_requests:
        return "device"
    if summary.help_requested_at is not None:
        return "help"
    if summary.status == "in_progress" and contact is not None and now - contact > SILENCE:
        return "lost"
    if summary.status == "in_progress" and left is not None and left <= ENDING_SECONDS:
        return "ending"
    return None


def _proof_alert(summary: AttemptSummary | None, needed: bool) -> Alert | None:
    if not needed or summary is None or summary.status not in PRESENT:
        return None
    return "proof" if summary.proof in ("missing", "failed") else None


def _link(contact: datetime | None, round_trip: int | None, now: datetime) -> Link:
    if contact is None:
        return "unknown"
    if now - contact > SILENCE:
        return "lost"
    return "weak" if now - contact > QUIET or (round_trip or 0) > SLOW_MILLISECONDS else "good"


def _require_reason(command: ProctorCommand) -> None:
    if isinstance(command, SendMessage | LeaveRoom):
        return
    _require_known(command.reason, command.comment)


def _require_known(reason: str, comment: str) -> None:
    if reason not in REASONS:
        raise ReasonRequired
    if reason in COMMENT_NEEDED and not comment.strip():
        raise CommentRequired
