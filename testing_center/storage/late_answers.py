"""Late answers in SQL."""

from collections.abc import Sequence

from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.attempts.late_answers import LateAnswer, LateDecision
from testing_center.domain.errors import AlreadyDecided
from testing_center.storage.schema.attempts import LateAnswerDecisionRow, LateAnswerRow

_WITH_DECISION = select(LateAnswerRow, LateAnswerDecisionRow).outerjoin(
    LateAnswerDecisionRow, LateAnswerDecisionRow.late_answer_id == LateAnswerRow.id
)


class SqlLateAnswers:
    """``LateAnswers`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answer: LateAnswer) -> None:
        known = select(LateAnswerRow.id).where(
            LateAnswerRow.attempt_id == answer.attempt_id, LateAnswerRow.command_id == answer.command_id
        )
        if self._session.scalar(known) is not None:
            return
        self._session.execute(
            insert(LateAnswerRow).values(
                uid=answer.uid,
                attempt_id=answer.attempt_id,
                command_id=answer.command_id,
                presentation_id=answer.presentation_id,
                position=answer.position,
                response=list(answer.response),
                client_sequence=answer.client_sequence,
                received_at=answer.received_at,
                limit_at=answer.limit_at,
                cause=answer.cause,
                verdict=answer.verdict,
                evidence=dict(answer.evidence),
            )
        )

    def decide(self, uid: str, decision: LateDecision) -> None:
        values = {
            "late_answer_id": self._session.scalar(select(LateAnswerRow.id).where(LateAnswerRow.uid == uid)),
            "accepted": decision.accepted,
            "reason": decision.reason,
            "decided_by": decision.decided_by,
            "at": decision.at,
        }
        try:
            self._session.execute(insert(LateAnswerDecisionRow).values(values))
        except IntegrityError as error:
            raise AlreadyDecided from error

    def by_uid(self, uid: str) -> LateAnswer | None:
        return next(iter(self._found(_WITH_DECISION.where(LateAnswerRow.uid == uid))), None)

    def of_attempt(self, attempt_id: str) -> Sequence[LateAnswer]:
        query = _WITH_DECISION.where(LateAnswerRow.attempt_id == attempt_id).order_by(LateAnswerRow.id)
        return self._found(query)

    def undecided(self, limit: int) -> Sequence[LateAnswer]:
        query = _WITH_DECISION.where(LateAnswerDecisionRow.late_answer_id.is_(None))
        return self._found(query.order_by(LateAnswerRow.id).limit(limit))

    def decided(self, limit: int) -> Sequence[LateAnswer]:
        query = _WITH_DECISION.where(LateAnswerDecisionRow.late_answer_id.is_not(None))
        return self._found(query.order_by(LateAnswerDecisionRow.at.desc()).limit(limit))

    def _found(self, query: Select[LateAnswerRow, LateAnswerDecisionRow]) -> list[LateAnswer]:
        return [_answer(row, decision) for row, decision in self._session.execute(query)]


def _answer(row: LateAnswerRow, decision: LateAnswerDecisionRow | None) -> LateAnswer:
    made = None
    if decision is not None:
        made = LateDecision(decision.accepted, decision.reason, decision.decided_by, decision.at)
    return LateAnswer(
        row.uid,
        row.attempt_id,
        row.command_id,
        row.presentation_id,
        row.position,
        tuple(row.response),
        row.client_sequence,
        row.received_at,
        row.limit_at,
        row.cause,  # type: ignore[arg-type]
        row.verdict,  # type: ignore[arg-type]
        row.evidence,
        made,
    )
