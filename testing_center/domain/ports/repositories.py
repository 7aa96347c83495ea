"""Repositories by noun. Each speaks domain records; none commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from testing_center.domain.administrations import (
    Administration,
    Booking,
    NewAdministration,
    NewBooking,
    Sitting,
)
from testing_center.domain.attempts.hash_chain import LogRow
from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.attempts.records import Addition, AttemptAnchor, AttemptSummary, ItemResponse
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import (
    NewReleaseEntry,
    ReleasedItem,
    ReleaseSummary,
    ResponseSet,
    StoredBlueprint,
    StoredForm,
    StoredVersion,
    VersionRemark,
)
from testing_center.domain.documents import Document
from testing_center.domain.jobs import Job
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role


class People(Protocol):
    """Accounts and roles."""

    def by_sign_in_name(self, sign_in_name: str) -> tuple[Person, str] | None:
        """Return the person and the password hash, or None; names are compared without case."""

    def get(self, person_id: int) -> Person | None:
        """Return a person."""

    def many(self, person_ids: Iterable[int]) -> Mapping[int, Person]:
        """Return the people that exist among *person_ids*."""

    def by_uids(self, uids: Iterable[str]) -> Mapping[str, Person]:
        """Return the people that exist among *uids*."""

    def holding(self, roles: Iterable[Role]) -> Sequence[Person]:
        """Return the active people who hold any of *roles*, by name."""

    def add(self, person: NewPerson) -> Person:
        """Add a person."""

    def set_language(self, person_id: int, language: str) -> None:
        """Remember the language of the interface."""

    def organisation(self, key: str, kind: str, names: Mapping[str, str]) -> int:
        """Return the id of an organisation, adding it when new."""


class Administrations(Protocol):
    """Administrations, sittings, bookings."""

    def add(self, administration: NewAdministration) -> Administration:
        """Plan an administration."""

    def all(self) -> Sequence[Administration]:
        """Return every administration, newest first."""

    def by_uid(self, uid: str) -> Administration | None:
        """Return an administration."""

    def lock(self, administration_id: int) -> None:
        """Let nobody else change bookings of an administration until this transaction ends."""

    def add_sitting(self, administration_id: int, room_id: int, starts_at: datetime) -> Sitting:
        """Plan a sitting."""

    def sitting(self, uid: str) -> Sitting | None:
        """Return a sitting by its public identifier."""

    def sitting_by_id(self, sitting_id: int) -> Sitting | None:
        """Return a sitting."""

    def sittings(self, administration_id: int | None = None) -> Sequence[Sitting]:
        """Return sittings by time, of one administration or all."""

    def set_policy(self, administration_id: int, policy: Mapping[str, Any]) -> None:
        """Replace the policy of an administration; attempts that were prepared keep theirs."""

    def set_accommodations(self, booking_id: int, granted: Accommodations) -> None:
        """Replace what a candidate is granted."""

    def hold(self, sitting_id: int) -> None:
        """Let transactions about one sitting follow one another until this one ends."""


    def set_sitting_status(self, sitting_id: int, status: str, at: datetime | None) -> None:
        """Move a sitting to another status."""

    def add_booking(self, booking: NewBooking) -> Booking:
        """Seat a candidate; raises ``InvalidInput`` when seat or person is already booked."""

    def move_booking(self, booking_id: int, seat: int) -> None:
        """Give a candidate another seat; raises ``InvalidInput`` when it is taken."""

    def change_sitting(self, booking: Booking, sitting_id: int, seat: int) -> Booking:
        """Move a booking to another sitting, under a new ticket code.

        Raises ``InvalidInput`` when the seat is taken.
        """

    def reseat(self, seats: Mapping[int, tuple[int, str]]) -> None:
        """Give bookings of one sitting (by id) new seats and forms, all at once."""

    def remove_booking(self, booking_id: int) -> None:
        """Remove a booking that has no attempt."""

    def booking_counts(self, sitting_ids: Iterable[int]) -> Mapping[int, int]:
        """Return how many bookings each sitting has, none as 0."""

    def bookings(self, sitting_id: int) -> Sequence[Booking]:
        """Return the bookings of a sitting by seat."""

    def booking(self, uid: str) -> Booking | None:
        """Return a booking by its public identifier."""

    def bookings_of(self, person_id: int) -> Sequence[tuple[Booking, Sitting]]:
        """Return a person's bookings, latest sitting first."""


class Bank(Protocol):
    """Item versions, releases, blueprints, forms."""

    def add_item(self, key: str, pool: str, subject: str, at: datetime) -> None:
        """Add an item without versions."""

    def add_version(
        self,
        item_key: str,
        content: Mapping[str, Any],
        content_hash: str,
        author_id: int | None,
        at: datetime,
        remark: VersionRemark = VersionRemark(),  # noqa: B008 - immutable
    ) -> StoredVersion:
        """Append the next version of an item."""

    def add_review_step(
        self, item_version_id: int, step: str, state: str, actor_id: int | None, comment: str, at: datetime
    ) -> None:
        """Append a review step."""

    def add_stimulus_version(
        self, key: str, content: Mapping[str, Any], content_hash: str, at: datetime
    ) -> int:
        """Append the next version of a stimulus and return its id."""

    def publish(
        self,
        release: ReleaseSummary,
        publisher_id: int | None,
        entries: Sequence[NewReleaseEntry],
        stimulus_version_ids: Sequence[int],
    ) -> None:
        """Append a release."""

    def latest_release(self) -> int | None:
        """Return the number of the newest release."""

    def releases(self) -> Sequence[ReleaseSummary]:
        """Return the releases, newest first."""

    def released_items(
        self, release_number: int, subject: str | None = None, pool: str | None = None
    ) -> Sequence[ReleasedItem]:
        """Return the items of a release ordered by key."""

    def released_item(self, item_key: str) -> ReleasedItem | None:
        """Return an item as the newest release has it."""

    def released_stimuli(self, release_number: int) -> Mapping[str, Mapping[str, Any]]:
        """Return the stimuli of a release: content data by key."""

    def released_stimulus_ids(self, release_number: int) -> Sequence[int]:
        """Return the stimulus version ids of a release."""

    def add_blueprint(self, key: str, data: Mapping[str, Any], content_hash: str) -> StoredBlueprint:
        """Append a blueprint version, or return the one with the same hash."""

    def blueprint(self, blueprint_id: int) -> StoredBlueprint | None:
        """Return a blueprint version."""

    def blueprints(self) -> Sequence[StoredBlueprint]:
        """Return the newest version of every blueprint."""

    def add_form(self, form: StoredForm, at: datetime) -> None:
        """Append an exam form; one that is already there is left as it is."""

    def form(self, content_hash: str) -> StoredForm | None:
        """Return an exam form."""

    def add_response_set(self, response_set: ResponseSet, at: datetime) -> None:
        """Append a response matrix from outside the live tests."""

    def response_sets(self, release_number: int, subject: str) -> Sequence[ResponseSet]:
        """Return the response matrices recorded for a release and subject."""


class AttemptLog(Protocol):
    """The log, which is the truth, and its projections."""

    def begin(self, anchor: AttemptAnchor) -> None:
        """Add the anchor of a new attempt; raises ``ConcurrentAppend`` when the booking has one."""

    def append(self, rows: Sequence[LogRow]) -> None:
        """Append rows; raises ``ConcurrentAppend`` when a sequence number or command is taken."""

    def extend(self, additions: Sequence[Addition]) -> None:
        """Append to the logs of different attempts, with their projections.

        Raises ``ConcurrentAppend`` unless each addition follows the log as it stands and no command of
        it is taken; nothing of the transaction may be kept then.
        """

    def rows(self, attempt_id: str, after: int = 0) -> Sequence[LogRow]:
        """Return the log after a sequence number, in order."""

    def last_hash(self, attempt_id: str) -> str:
        """Return the hash of the newest row (the genesis value for an empty log)."""

    def command_hash(self, attempt_id: str, command_id: str) -> str | None:
        """Return the content hash of a recorded command: None when it was not recorded, empty when it
        was recorded before commands had a hash."""

    def anchor(self, attempt_id: str) -> AttemptAnchor | None:
        """Return the anchor."""

    def of_person(self, person_id: int, kind: str) -> Sequence[tuple[AttemptAnchor, AttemptSummary]]:
        """Return a person's attempts of one kind, newest first."""

    def summarise(self, summary: AttemptSummary, sitting_id: int | None, at: datetime) -> None:
        """Write where the attempt stands; an older sequence never overwrites a newer one."""

    def summaries(self, sitting_id: int) -> Mapping[str, AttemptSummary]:
        """Return the summaries of a sitting by attempt."""

    def summary(self, attempt_id: str) -> AttemptSummary | None:
        """Return one summary."""

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return attempts in progress whose deadline has passed."""

    def stranded(self, limit: int) -> Sequence[str]:
        """Return attempts that stand paused in a closed sitting."""

    def meeting(self, item_key: str) -> Sequence[str]:
        """Return the exam attempts whose log names an item, in order of their identifiers."""

    def correct_responses(self, attempt_id: str, scores: Mapping[int, int | None]) -> None:
        """Give final responses by position another item score; None takes them out of statistics."""

    def add_responses(self, responses: Sequence[ItemResponse]) -> None:
        """Record final responses; repeated positions are ignored."""

    def responses_of(self, person_id: int, kind: str) -> Sequence[ItemResponse]:
        """Return a person's final responses of one kind in order of time."""

    def responses_in(self, release_number: int, subject: str) -> Sequence[ItemResponse]:
        """Return all final exam responses to items of a subject under a release."""


class Documents(Protocol):
    """Issued documents."""

    def add(self, document: Document) -> None:
        """Append a document."""

    def next_number(self, year: int) -> int:
        """Return the next ordinal of the year."""

    def of_attempt(self, attempt_id: str) -> Document | None:
        """Return the newest document of an attempt."""

    def set_status(self, number: str, status: str) -> None:
        """Declare a document valid, annulled or replaced."""

    def outdate(self, attempt_id: str) -> None:
        """Declare the newest document of an attempt replaced: the next look at the result issues another."""

    def successor(self, number: str) -> Document | None:
        """Return the document that replaces one."""

    def find(self, number_or_code: str) -> Document | None:
        """Return a document by its number or verification code."""


class Jobs(Protocol):
    """Background work; the table is the queue."""

    def add(self, kind: str, payload: Mapping[str, Any], requested_by: int | None, at: datetime) -> Job:
        """Queue a job."""

    def get(self, uid: str) -> Job | None:
        """Return a job."""

    def claim(self, at: datetime, stale_before: datetime) -> Job | None:
        """Take the oldest queued job, or a running one whose worker went silent."""

    def beat(self, uid: str, progress: float, message: str, at: datetime) -> None:
        """Record progress."""

    def finish(
        self, uid: str, status: str, message: str, outcome: Mapping[str, Any] | None, at: datetime
    ) -> None:
        """Close a job as done or failed."""


class AuditLog(Protocol):
    """Who did what."""

    def add(self, entry: AuditEntry) -> None:
        """Append an entry."""

    def about(self, subject: str, limit: int = 200) -> Sequence[AuditEntry]:
        """Return entries about one subject, newest first."""

    def recent(self, limit: int = 200) -> Sequence[AuditEntry]:
        """Return the newest entries."""
