"""Stops the clock of pages that are not heard, where an administration's policy says so.

The pause begins when the silence is noticed, never earlier; it ends when the page is heard again or when
the attempt has used up what the policy allows. Each one is in the log, with an incident for the reviewer.
"""

from datetime import datetime, timedelta

from testing_center.domain.administrations import Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.errors import DomainError
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery

HEARTBEAT = timedelta(seconds=15)
"""The longest time between two words of a page that is well."""
WATCH = "system:silence"


class SilenceWatch:
    """Looks at the open rooms, round after round."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._clock = clock

    def round(self) -> int:
        """Pause those that fell silent, resume those that are heard, and return how many were moved."""
        with self._unit_of_work() as work:
            sittings = work.administrations.sittings()
        return sum(
            self._watch(sitting) for sitting in sittings if sitting.status == "open" and _missed(sitting)
        )

    def _watch(self, sitting: Sitting) -> int:
        with self._unit_of_work() as work:
            summaries = work.attempts.summaries(sitting.id)
        contacts, now, moved = self._delivery.contacts(summaries), self._clock(), 0
        for attempt_id, summary in summaries.items():
            heard = contacts.get(attempt_id)
            if heard is None:
                continue  # a live store that was emptied is no silence
            command: asked.Command | None = None
            if summary.status == "in_progress" and now - heard > _missed(sitting) * HEARTBEAT:
                command = asked.PauseForSilence()
            elif summary.status == "paused" and self._goes_on(attempt_id, heard, now):
                command = asked.ResumeAfterSilence()
            if command is not None:
                moved += self._move(attempt_id, command)
        return moved

    def _goes_on(self, attempt_id: str, heard: datetime, now: datetime) -> bool:
        state = self._delivery.state(attempt_id)
        if not state.auto_paused or state.paused_at is None:
            return False
        allowed = state.plan.policy.auto_pause.longest_seconds - state.auto_paused_seconds
        return heard > state.paused_at or now >= state.paused_at + timedelta(seconds=allowed)

    def _move(self, attempt_id: str, command: asked.Command) -> int:
        before = self._delivery.state(attempt_id).sequence
        try:
            return int(self._delivery.execute(attempt_id, command, actor=WATCH).sequence > before)
        except DomainError:
            return 0  # somebody acted first; the next round looks again


def _missed(sitting: Sitting) -> int:
    policy = sitting.administration.policy.get("delivery", {}).get("auto_pause", {})
    return int(policy.get("missed_heartbeats", 0))
