"""Closing a room: who never came and who never started is noted, once, whoever closes it."""

from dataclasses import dataclass

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.attempts.conduct import RUNNING
from testing_center.domain.attempts.conduct_commands import MarkAbsent
from testing_center.domain.attempts.records import AttemptSummary
from testing_center.domain.audit import AuditEntry
from testing_center.domain.conduct import NoShow, NoShowKind
from testing_center.domain.errors import InvalidInput, NotFound, WrongAttemptState
from testing_center.domain.messages import N_
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import SWEEPER, Delivery

NOT_STARTED = ("prepared", "checked_in", "permitted")


@dataclass(frozen=True)
class RoomClosing:
    """Closes rooms by hand and by the clock."""

    unit_of_work: UnitOfWorkFactory
    delivery: Delivery
    clock: Clock

    def close(self, sitting_uid: str, comment: str, actor: str) -> int:
        """Close a room in which nobody is being tested and return how many are noted as absent.

        Raises ``NotFound``, ``InvalidInput`` while a test runs or when the room is closed already.
        """
        with self.unit_of_work() as work:
            sitting = work.administrations.sitting(sitting_uid)
            summaries = work.attempts.summaries(sitting.id) if sitting else {}
        if sitting is None:
            raise NotFound
        if sitting.status == "closed":
            raise InvalidInput(N_("The room is closed already."))
        if any(one.status in RUNNING for one in summaries.values()):
            raise InvalidInput(N_("A test is still running. Wait for its end, or end it on its seat first."))
        return self._close(sitting, actor, comment)

    def close_due(self) -> int:
        """Close rooms that have been open as long as their policy allows; return how many."""
        now = self.clock()
        with self.unit_of_work() as work:
            sittings = work.administrations.sittings()
        due = [
            one
            for one in sittings
            if one.status == "closing" or (one.status == "open" and one.closes_at and one.closes_at <= now)
        ]
        for sitting in due:
            self._close(sitting, SWEEPER, "")
        return len(due)

    def _close(self, sitting: Sitting, actor: str, comment: str) -> int:
        # "closing" is durable before anybody is noted: a crash in between is taken up by the next round.
        if sitting.status != "closing":
            self._move(sitting, "closing", None)
        absent = self._note_absentees(sitting, actor)
        data = {"comment": comment, "absent": absent}
        entry = AuditEntry(self.clock(), actor, "sitting.close", f"sitting:{sitting.uid}", "", data)
        self._move(sitting, "closed", entry)
        return absent

    def _move(self, sitting: Sitting, status: str, entry: AuditEntry | None) -> None:
        with self.unit_of_work(write=True) as work:
            work.administrations.set_sitting_status(sitting.id, status, None)
            if entry is not None:
                work.audit.add(entry)
            work.commit()

    def _note_absentees(self, sitting: Sitting, actor: str) -> int:
        with self.unit_of_work() as work:
            bookings = work.administrations.bookings(sitting.id)
            summaries = work.attempts.summaries(sitting.id)
        absentees = [
            (booking, kind)
            for booking in bookings
            if (kind := self._absence(booking, summaries.get(booking.attempt_id or "")))
        ]
        now = self.clock()
        with self.unit_of_work(write=True) as work:
            for booking, kind in absentees:
                work.conduct.add_no_show(NoShow(booking.id, kind, now, actor))
            work.commit()
        return len(absentees)

    def _absence(self, booking: Booking, summary: AttemptSummary | None) -> NoShowKind | None:
        if summary is None or booking.attempt_id is None:
            return "never_came"
        if summary.status == "absent":
            return "never_started"
        if summary.status not in NOT_STARTED:
            return None
        try:
            self.delivery.execute(booking.attempt_id, MarkAbsent(), actor=SWEEPER)
        except WrongAttemptState:
            return None  # the candidate pressed Start at the last moment
        return "never_came" if summary.status == "prepared" else "never_started"
