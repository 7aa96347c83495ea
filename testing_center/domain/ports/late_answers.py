"""Where late answers and the decisions about them are kept; nothing here is ever changed or removed."""

from collections.abc import Sequence
from typing import Protocol

from testing_center.domain.attempts.late_answers import LateAnswer, LateDecision


class LateAnswers(Protocol):
    """The quarantine."""

    def add(self, answer: LateAnswer) -> None:
        """Append an answer; one whose command is there already is left as it is."""

    def decide(self, uid: str, decision: LateDecision) -> None:
        """Append the decision about an answer; raises ``AlreadyDecided``."""

    def by_uid(self, uid: str) -> LateAnswer | None:
        """Return an answer with its decision."""

    def of_attempt(self, attempt_id: str) -> Sequence[LateAnswer]:
        """Return the answers of an attempt in the order in which they came."""

    def undecided(self, limit: int) -> Sequence[LateAnswer]:
        """Return the answers that wait for a decision, oldest first."""

    def decided(self, limit: int) -> Sequence[LateAnswer]:
        """Return the answers that were decided about, the newest decision first."""
