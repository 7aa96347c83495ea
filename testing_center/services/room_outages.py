"""A failure of a room, given back as one audited grant: previewed, applied once, resumed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.attempts.conduct import RUNNING
from testing_center.domain.attempts.conduct_commands import GrantOutage
from testing_center.domain.attempts.delivery import LONGEST_GRANT_SECONDS
from testing_center.domain.attempts.records import AttemptSummary
from testing_center.domain.audit import AuditEntry
from testing_center.domain.conduct import Outage
from testing_center.domain.errors import (
    CommentRequired,
    InvalidInput,
    NotFound,
    ReasonRequired,
    WrongAttemptState,
)
from testing_center.domain.messages import N_
from testing_center.domain.outages import seconds_lost
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.reasons import COMMENT_NEEDED, REASONS
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery


@dataclass(frozen=True)
class OutageLine:
    """What an outage is worth to one seat; ``takes`` is false when the attempt can no longer have it."""

    booking: Booking
    person: Person
    attempt: AttemptSummary
    seconds: int
    takes: bool


@dataclass(frozen=True)
class OutagePreview:
    """Everybody whose clock ran while the room had failed."""

    starts_at: datetime
    ends_at: datetime
    lines: tuple[OutageLine, ...]

    @property
    def grants(self) -> dict[str, int]:
        """Seconds by attempt."""
        return {line.attempt.attempt_id: line.seconds for line in self.lines if line.takes and line.seconds}


@dataclass(frozen=True)
class RoomOutages:
    """Previews and applies outages."""

    unit_of_work: UnitOfWorkFactory
    delivery: Delivery
    clock: Clock

    def span(self, sitting: Sitting, starts: str, ends: str) -> tuple[datetime, datetime]:
        """Return two wall-clock times of the site's day as moments.

        Raises ``InvalidInput`` for times that cannot be read, lie ahead, are the wrong way round, lie
        before the room was started, or are too far apart.
        """
        starts_at, ends_at = self._moment(sitting, starts), self._moment(sitting, ends)
        if not starts_at < ends_at:
            raise InvalidInput(N_("The outage must end after it began."))
        if ends_at > self.clock():
            raise InvalidInput(N_("The outage must be over. Enter when it ended, not later than now."))
        if sitting.opened_at is None or ends_at <= sitting.opened_at:
            raise InvalidInput(N_("The room was not started yet at that time."))
        if (ends_at - starts_at).total_seconds() > LONGEST_GRANT_SECONDS:
            raise InvalidInput(N_("An outage of more than four hours needs another sitting, not more time."))
        return starts_at, ends_at

    def preview(self, sitting: Sitting, starts_at: datetime, ends_at: datetime) -> OutagePreview:
        """Return what the outage gives back to whom, without giving it."""
        with self.unit_of_work() as work:
            bookings = work.administrations.bookings(sitting.id)
            people = work.people.many(one.person_id for one in bookings)
            summaries = work.attempts.summaries(sitting.id)
        lines = []
        for booking in bookings:
            summary = summaries.get(booking.attempt_id or "")
            if summary is None or summary.started_at is None:
                continue
            log = [row.recorded() for row in self.delivery.log(summary.attempt_id)]
            seconds = seconds_lost(log, starts_at, ends_at)
            takes = summary.status in RUNNING
            lines.append(OutageLine(booking, people[booking.person_id], summary, seconds, takes))
        return OutagePreview(starts_at, ends_at, tuple(lines))

    def declare(
        self, sitting: Sitting, span: tuple[datetime, datetime], reason: str, comment: str, actor: str
    ) -> Outage:
        """Record an outage with its grants and apply it; the same span again changes nothing.

        Raises ``ReasonRequired``, ``CommentRequired``, ``InvalidInput`` when it overlaps another outage
        of the room.
        """
        if reason not in REASONS:
            raise ReasonRequired
        if reason in COMMENT_NEEDED and not comment.strip():
            raise CommentRequired
        found = self._same(sitting, span)
        if found is None:
            grants = self.preview(sitting, *span).grants
            found = Outage(
                uuid.uuid4().hex, sitting.id, *span, reason, comment.strip(), actor, self.clock(), grants
            )
            found = self._record(sitting, found)
        return self.apply(found)

    def apply(self, outage: Outage) -> Outage:
        """Give every attempt its seconds once, however often this is called."""
        for attempt_id, seconds in outage.grants.items():
            command = GrantOutage(
                outage.uid,
                outage.starts_at.isoformat(),
                outage.ends_at.isoformat(),
                seconds,
                outage.reason,
                outage.comment,
            )
            try:
                self.delivery.execute(
                    attempt_id, command, actor=outage.declared_by, command_id=f"outage-{outage.uid}"
                )
            except WrongAttemptState:
                continue  # finished meanwhile: there is no time to add to
        with self.unit_of_work(write=True) as work:
            work.conduct.close_outage(outage.uid, self.clock())
            work.commit()
        return self.get(outage.uid)

    def apply_rest(self) -> int:
        """Finish outages that a crash left half applied and return how many."""
        with self.unit_of_work() as work:
            rest = work.conduct.unapplied_outages()
        for outage in rest:
            self.apply(outage)
        return len(rest)

    def get(self, uid: str) -> Outage:
        """Return an outage; raises ``NotFound``."""
        with self.unit_of_work() as work:
            found = work.conduct.outage(uid)
        if found is None:
            raise NotFound
        return found

    def of_sitting(self, sitting: Sitting) -> Sequence[Outage]:
        """Return the outages of a room by time."""
        with self.unit_of_work() as work:
            return work.conduct.outages(sitting.id)

    def _same(self, sitting: Sitting, span: tuple[datetime, datetime]) -> Outage | None:
        return next((one for one in self.of_sitting(sitting) if (one.starts_at, one.ends_at) == span), None)

    def _record(self, sitting: Sitting, outage: Outage) -> Outage:
        """Record *outage*, or return the same one that another proctor recorded first."""
        with self.unit_of_work(write=True) as work:
            work.administrations.hold(sitting.id)
            for other in work.conduct.outages(sitting.id):
                if (other.starts_at, other.ends_at) == (outage.starts_at, outage.ends_at):
                    return other
                if other.starts_at < outage.ends_at and outage.starts_at < other.ends_at:
                    raise InvalidInput(
                        N_("Part of this time was given back already. Enter a time that does not overlap.")
                    )
            work.conduct.add_outage(outage)
            self._audit(work, sitting, outage)
            work.commit()
        return outage

    def _audit(self, work: UnitOfWork, sitting: Sitting, outage: Outage) -> None:
        data = {
            "outage": outage.uid,
            "starts_at": outage.starts_at.isoformat(),
            "ends_at": outage.ends_at.isoformat(),
            "comment": outage.comment,
            "attempts": len(outage.grants),
            "seconds": sum(outage.grants.values()),
        }
        subject = f"sitting:{sitting.uid}"
        work.audit.add(
            AuditEntry(
                outage.declared_at, outage.declared_by, "sitting.outage", subject, outage.reason, data
            )
        )

    def _moment(self, sitting: Sitting, clock_time: str) -> datetime:
        zone = ZoneInfo(sitting.site.timezone)
        today = self.clock().astimezone(zone)
        try:
            hour, minute = (int(part) for part in clock_time.strip().split(":")[:2])
            return today.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(UTC)
        except ValueError as error:
            raise InvalidInput(N_("Enter both times as hours and minutes, such as 10:45.")) from error


