"""What a page queued while it was not heard: replayed in order, once; what comes too late is kept.

The page signs each entry with a key that is handed out with the test and derived from the installation's
secret, so that it need not be stored and no page can sign for another attempt.
"""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import late_answers as late
from testing_center.domain.attempts.late_answers import Clocks, LateAnswer, SignedEntry
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery

Word = Literal["saved", "wait", "kept", "over", "refused"]

TOO_LATE = (
    errors.TimeIsUp, errors.SectionTimeIsUp, errors.ItemTimeIsUp, errors.SectionLocked, errors.OtherDevice,
    errors.WrongAttemptState,
)  # fmt: skip
"""Refusals that come of when or from where an answer arrived, not of what it says."""
NOT_YET = (errors.AttemptPaused, errors.OnBreak, errors.LeaseLost, errors.ConcurrentAppend)


@dataclass(frozen=True)
class QueuedCommand:
    """One entry as it came and the command in it."""

    entry: SignedEntry
    command_id: str
    command: asked.Command


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: ``saved``; ``kept`` in quarantine; ``over`` (too late and no answer);
    ``wait``, to be sent again; or ``refused`` for good, with the refusal."""

    command_id: str
    word: Word
    refusal: errors.DomainError | None = None


class AnswerQueue:
    """Takes what pages queued."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, clock: Clock, secret: str
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._clock = clock
        self._secret = secret.encode()

    def key(self, attempt_id: str) -> str:
        """Return the key (64 hexadecimal digits) with which the pages of an attempt sign."""
        message = f"answer queue of {attempt_id}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    def replay(
        self, attempt_id: str, queued: Sequence[QueuedCommand], actor: str
    ) -> tuple[AttemptState, list[Outcome]]:
        """Carry out the commands in their order and return where the attempt stands then.

        After an entry that must wait, everything behind it waits. Raises ``NotFound``.
        """
        outcomes: list[Outcome] = []
        order = late.entries_in_order([one.entry for one in queued])
        for one, (_, chained) in zip(queued, order, strict=True):
            if outcomes and outcomes[-1].word == "wait":
                outcomes.append(Outcome(one.command_id, "wait"))
            else:
                outcomes.append(self._carry_out(attempt_id, one, chained, actor))
        return self._delivery.state(attempt_id), outcomes

    def _carry_out(self, attempt_id: str, one: QueuedCommand, chained: bool, actor: str) -> Outcome:
        try:
            self._delivery.execute(attempt_id, one.command, actor=actor, command_id=one.command_id)
        except NOT_YET:
            return Outcome(one.command_id, "wait")
        except TOO_LATE as refusal:
            if not isinstance(one.command, asked.SaveResponse):
                return Outcome(one.command_id, "over")
            return self._keep(attempt_id, one, chained, refusal, actor)
        except errors.CommandReused as refusal:
            known = {answer.command_id for answer in self._late(attempt_id)}
            return Outcome(one.command_id, *(("kept",) if one.command_id in known else ("refused", refusal)))
        except errors.DomainError as refusal:
            return Outcome(one.command_id, "refused", refusal)
        return Outcome(one.command_id, "saved")

    def _keep(
        self, attempt_id: str, one: QueuedCommand, chained: bool, refusal: errors.DomainError, actor: str
    ) -> Outcome:
        state, now = self._delivery.state(attempt_id), self._clock()
        try:
            answer = self._weighed(state, one, chained, refusal, now)
            command = asked.KeepLateAnswer(one.command_id, answer.presentation_id, answer.verdict)
            self._delivery.execute(
                attempt_id,
                command,
                actor=actor,
                command_id=one.command_id,
                alongside=lambda work: work.late_answers.add(answer),
            )
        except errors.DomainError as problem:
            return Outcome(one.command_id, "refused", problem)
        return Outcome(one.command_id, "kept")

    def _weighed(
        self,
        state: AttemptState,
        one: QueuedCommand,
        chained: bool,
        refusal: errors.DomainError,
        now: datetime,
    ) -> LateAnswer:
        command, entry = one.command, one.entry
        assert isinstance(command, asked.SaveResponse)  # noqa: S101 - only answers are kept
        body = late.body_of(entry)
        clocks, signed = Clocks.of(body), entry.signed_with(self.key(state.attempt_id))
        limit_at = self._limit(state, command.presentation_id, refusal, now)
        return LateAnswer(
            uid=uuid.uuid4().hex,
            attempt_id=state.attempt_id,
            command_id=one.command_id,
            presentation_id=command.presentation_id,
            position=late.position_of(state, command.presentation_id),
            response=tuple(command.response),
            client_sequence=command.client_sequence,
            received_at=now,
            limit_at=limit_at,
            cause=_cause(state, refusal),
            verdict=late.judge(signed, chained, clocks, limit_at, now),
            evidence=_evidence(entry, clocks, signed, chained, str(body.get("client_time", ""))),
        )

    def _limit(
        self, state: AttemptState, presentation_id: str, refusal: errors.DomainError, now: datetime
    ) -> datetime:
        """Return the moment after which the answer could no longer be given."""
        shown = state.presentation(presentation_id)
        limit = state.finished_at or state.deadline or now
        for row in self._delivery.log(state.attempt_id):
            data = row.recorded().event.to_data()
            transfer = row.kind == "lease_transferred" and isinstance(refusal, errors.OtherDevice)
            section = row.kind == "section_closed" and shown is not None and data["section"] == shown.section
            item = row.kind == "item_timed_out" and data["presentation_id"] == presentation_id
            if transfer or section or item:
                limit = min(limit, row.occurred_at)
        return limit

    def _late(self, attempt_id: str) -> Sequence[LateAnswer]:
        with self._unit_of_work() as work:
            return work.late_answers.of_attempt(attempt_id)


def _cause(state: AttemptState, refusal: errors.DomainError) -> late.Cause:
    if isinstance(refusal, errors.OtherDevice):
        return "other_device"
    return "finished" if state.finish_reason not in (None, "time") else "time"


def _evidence(
    entry: SignedEntry, clocks: Clocks, signed: bool, chained: bool, client_time: str
) -> dict[str, Any]:
    given_at = clocks.given_at
    return {
        "chain": entry.chain,
        "number": entry.number,
        "previous": entry.previous,
        "body": entry.body,
        "mac": entry.mac,
        "signed": signed,
        "chained": chained,
        "given_at": given_at.isoformat() if given_at else None,
        "heard_at": clocks.heard_at.isoformat() if clocks.heard_at else None,
        "elapsed_ms": clocks.elapsed_ms,
        "wall_ms": clocks.wall_ms,
        "rtt_ms": clocks.rtt_ms,
        "client_time": client_time,
    }
