"""Rescoring by replay: what a corrected item makes of everyone who met it, previewed, then applied once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from testing_center.domain.attempts.conduct_commands import Rescore
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.rescoring import Adjustment, RescoredLine, Rescoring
from testing_center.services.adjusted_scores import adjusted_item_scores, adjusted_result, require_key
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery
from testing_center.services.release_library import ReleaseLibrary


@dataclass(frozen=True)
class Rescorings:
    """Plans corrections and carries them out, however often a machine stops in between."""

    unit_of_work: UnitOfWorkFactory
    delivery: Delivery
    library: ReleaseLibrary
    clock: Clock

    def plan(self, adjustment: Adjustment, basis: str, actor: str) -> Rescoring:
        """Record what *adjustment* would do to every finished attempt that met the item, changing none.

        Raises ``InvalidInput`` without a basis or for a key that the item cannot have, ``NotFound`` when
        nobody met the item.
        """
        if not basis.strip():
            raise InvalidInput(N_("Write on what decision the correction rests."))
        states = self._met(adjustment)
        if not states:
            raise NotFound
        require_key(states[0], adjustment, self.library)
        lines = tuple(self._line(state, adjustment) for state in states)
        planned = Rescoring(
            uuid.uuid4().hex, adjustment, basis.strip(), lines, "planned", actor, self.clock()
        )
        with self.unit_of_work(write=True) as work:
            work.rescorings.add(planned)
            self._audit(work, planned, "rescoring-planned", actor)
            work.commit()
        return planned

    def apply(self, uid: str, actor: str) -> Rescoring:
        """Carry a planned rescoring out, or the rest of it; raises ``NotFound``, ``InvalidInput``."""
        found = self.get(uid)
        if found.status == "planned":
            with self.unit_of_work(write=True) as work:
                moved = work.rescorings.move(uid, "planned", "applying", actor, self.clock())
                if moved:
                    self._audit(work, found, "rescoring-approved", actor)
                work.commit()
            found = self.get(uid)
        if found.status == "applying":
            self._finish(found)
        elif found.status == "withdrawn":
            raise InvalidInput(N_("This correction was withdrawn. Plan a new one."))
        return self.get(uid)

    def apply_rest(self) -> int:
        """Finish rescorings that were approved and cut short; return how many."""
        with self.unit_of_work() as work:
            rest = work.rescorings.all("applying")
        for one in rest:
            self._finish(one)
        return len(rest)

    def get(self, uid: str) -> Rescoring:
        """Return a rescoring; raises ``NotFound``."""
        with self.unit_of_work() as work:
            found = work.rescorings.get(uid)
        if found is None:
            raise NotFound
        return found

    def all(self) -> Sequence[Rescoring]:
        """Return every rescoring, newest first."""
        with self.unit_of_work() as work:
            return work.rescorings.all()

    def _finish(self, rescoring: Rescoring) -> None:
        for line in rescoring.lines:
            self._rescore(line.attempt_id, rescoring)
        with self.unit_of_work(write=True) as work:
            by, now = rescoring.applied_by, self.clock()
            work.rescorings.move(rescoring.uid, "applying", "applied", by, now)
            self._audit(work, rescoring, "rescoring-applied", by)
            work.commit()

    def _rescore(self, attempt_id: str, rescoring: Rescoring) -> None:
        state = self.delivery.replay(attempt_id)
        if rescoring.uid in state.rescorings:
            return
        adjustments = _with(state, rescoring.adjustment)
        scores = adjusted_item_scores(state, adjustments, self.library)
        command = Rescore(
            rescoring.uid,
            [one.to_data() for one in adjustments],
            {str(position): score for position, score in scores.items()},
            adjusted_result(state, adjustments, self.library),
        )

        def correct(work: UnitOfWork) -> None:
            work.attempts.correct_responses(attempt_id, scores)
            work.documents.outdate(attempt_id)

        self.delivery.execute(attempt_id, command, actor=rescoring.applied_by, alongside=correct)

    def _met(self, adjustment: Adjustment) -> list[AttemptState]:
        with self.unit_of_work() as work:
            candidates = work.attempts.meeting(adjustment.item_key)
        states = [self.delivery.replay(attempt_id) for attempt_id in candidates]
        return [state for state in states if state.status == "finished" and _meets(state, adjustment)]

    def _line(self, state: AttemptState, adjustment: Adjustment) -> RescoredLine:
        before = (state.result or {})["outcome"]
        after = adjusted_result(state, _with(state, adjustment), self.library)["outcome"]
        return RescoredLine(
            state.attempt_id,
            before["percent_hundredths"],
            after["percent_hundredths"],
            before["passed"],
            after["passed"],
            before["highest_category"],
            after["highest_category"],
        )

    def _audit(self, work: UnitOfWork, rescoring: Rescoring, action: str, actor: str) -> None:
        data = {
            "adjustment": rescoring.adjustment.to_data(),
            "attempts": len(rescoring.lines),
            "crossing": sum(line.crosses for line in rescoring.lines),
        }
        subject = f"rescoring:{rescoring.uid}"
        work.audit.add(AuditEntry(self.clock(), actor, action, subject, rescoring.basis, data))


def _with(state: AttemptState, adjustment: Adjustment) -> tuple[Adjustment, ...]:
    """Return the corrections an attempt stands on with one more; a newer one of the same item wins."""
    kept = tuple(Adjustment.from_data(data) for data in state.adjustments)
    same = (adjustment.item_key, adjustment.version)
    return (*(one for one in kept if (one.item_key, one.version) != same), adjustment)


def _meets(state: AttemptState, adjustment: Adjustment) -> bool:
    wanted = (adjustment.item_key, adjustment.version)
    planned = ((item.item_key, item.version) for part in state.plan.sections for item in part.items)
    shown = ((one.item_key, one.version) for one in state.presentations)
    return wanted in set(planned) | set(shown)
