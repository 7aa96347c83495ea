"""The reviewer's side of the quarantine: the evidence of each late answer, and one decision about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from testing_center.domain.administrations import Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import LogRow
from testing_center.domain.attempts.late_answers import LateAnswer, LateDecision
from testing_center.domain.attempts.state import AttemptState, Recorded
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import AlreadyDecided, NotFound, OwnSitting, ReasonRequired
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery

MOST_LISTED = 200
OUTAGES = frozenset(
    {"paused", "resumed", "incident_noted", "time_granted", "outage_granted", "lease_transferred"}
)
"""Events that may tell why an answer was late."""
CANDIDATES_OWN = frozenset({"late_answer_kept"})


@dataclass(frozen=True)
class LateAnswerLine:
    """A late answer in the list."""

    answer: LateAnswer
    candidate: Person
    sitting: Sitting | None
    decided_by: Person | None


@dataclass(frozen=True)
class LateAnswerPage:
    """Everything a reviewer looks at; ``response_now`` is what counts at present, empty when nothing does.

    ``heard_before`` and ``heard_after`` are the moments around the answer at which the server heard the page.
    """

    line: LateAnswerLine
    state: AttemptState
    response_now: tuple[str, ...]
    heard_before: datetime | None
    heard_after: datetime | None
    outages: tuple[Recorded, ...]


class LateAnswerReview:
    """Shows late answers and decides about them."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._clock = clock

    def undecided(self) -> Sequence[LateAnswerLine]:
        """Return what waits for a decision, oldest first."""
        with self._unit_of_work() as work:
            return [_line(work, answer) for answer in work.late_answers.undecided(MOST_LISTED)]

    def decided(self) -> Sequence[LateAnswerLine]:
        """Return what was decided, newest first."""
        with self._unit_of_work() as work:
            return [_line(work, answer) for answer in work.late_answers.decided(MOST_LISTED)]

    def page(self, uid: str) -> LateAnswerPage:
        """Return a late answer with its evidence; raises ``NotFound``."""
        with self._unit_of_work() as work:
            answer = _found(work, uid)
            line = _line(work, answer)
        state = self._delivery.state(answer.attempt_id)
        log = [row.recorded() for row in self._delivery.log(answer.attempt_id)]
        heard = [one.occurred_at for one in log if one.command_id and one.event.kind not in CANDIDATES_OWN]
        given_at = _given_at(answer)
        shown = state.presentation(answer.presentation_id)
        return LateAnswerPage(
            line=line,
            state=state,
            response_now=shown.response if shown else (),
            heard_before=max((at for at in heard if at <= given_at), default=None),
            heard_after=min((at for at in [*heard, answer.received_at] if at > given_at), default=None),
            outages=tuple(one for one in log if one.event.kind in OUTAGES),
        )

    def decide(self, uid: str, accept: bool, reason: str, person: Person) -> AttemptState:
        """Let the answer count, which scores the attempt anew, or leave it out; either with a reason.

        Raises ``NotFound``, ``ReasonRequired``, ``OwnSitting`` for whoever acted in the test,
        ``AlreadyDecided`` or ``StillRunning``.
        """
        if not reason.strip():
            raise ReasonRequired
        with self._unit_of_work() as work:
            answer = _found(work, uid)
        actor = f"person:{person.uid}"
        if actor in _took_part(self._delivery.log(answer.attempt_id)):
            raise OwnSitting
        if answer.decision is not None:
            raise AlreadyDecided
        command: asked.Command = (
            asked.AcceptLateAnswer(
                answer.command_id, answer.presentation_id, answer.response, answer.client_sequence, reason
            )
            if accept
            else asked.RejectLateAnswer(answer.command_id, reason)
        )
        now = self._clock()

        def record(work: UnitOfWork) -> None:
            work.late_answers.decide(uid, LateDecision(accept, reason, person.id, now))
            if accept:
                work.documents.outdate(answer.attempt_id)
            work.audit.add(
                AuditEntry(
                    now,
                    actor,
                    "late_answer.accept" if accept else "late_answer.reject",
                    f"attempt:{answer.attempt_id}",
                    reason,
                    {"late_answer": uid, "position": answer.position, "verdict": answer.verdict},
                )
            )

        return self._delivery.execute(answer.attempt_id, command, actor=actor, alongside=record)


def _found(work: UnitOfWork, uid: str) -> LateAnswer:
    answer = work.late_answers.by_uid(uid)
    if answer is None:
        raise NotFound
    return answer


def _line(work: UnitOfWork, answer: LateAnswer) -> LateAnswerLine:
    anchor = work.attempts.anchor(answer.attempt_id)
    candidate = work.people.get(anchor.person_id) if anchor else None
    if anchor is None or candidate is None:
        raise NotFound
    sitting = work.administrations.sitting_by_id(anchor.sitting_id) if anchor.sitting_id else None
    decided_by = work.people.get(answer.decision.decided_by) if answer.decision else None
    return LateAnswerLine(answer, candidate, sitting, decided_by)


def _took_part(log: Sequence[LogRow]) -> set[str]:
    """Whoever acted in a test until it ended; what reviewers do comes after that."""
    ended = next((row.sequence for row in log if row.kind == "finished"), len(log))
    return {row.actor for row in log if row.sequence <= ended}


def _given_at(answer: LateAnswer) -> datetime:
    text = answer.evidence.get("given_at")
    return datetime.fromisoformat(text) if text else answer.limit_at
