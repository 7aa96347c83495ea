"""Safe Exam Browser around an administration: its file, its keys, and what an attempt's pages proved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from testing_center.domain.administrations import Administration
from testing_center.domain.attempts.conduct_commands import NoteProof
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.errors import NotFound, ProofRequired
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.safe_exam_browser import (
    Outcome,
    Proof,
    browser_keys,
    config_key,
    exam_settings,
    outcome,
    proof_policy,
)
from testing_center.services.delivery import Delivery

BROWSER = "system:exam-browser"
START_PATH = "/"
QUIT_PATH = "/exam-browser/quit"


@dataclass(frozen=True)
class ExamBrowser:
    """What the locked-down browser is told and what it has to prove."""

    unit_of_work: UnitOfWorkFactory
    delivery: Delivery
    public_url: str

    def settings(self, administration: Administration) -> dict[str, Any]:
        """Return the settings of the browser for one administration."""
        settings = exam_settings(self.public_url.rstrip("/"), START_PATH, QUIT_PATH)
        # The salt makes the key one of this administration alone.
        return settings | {"configKeySalt": administration.uid.encode()}

    def key(self, administration: Administration) -> str:
        """Return the Config Key of an administration."""
        return config_key(self.settings(administration))

    def administration(self, attempt_id: str) -> Administration:
        """Return what an exam attempt belongs to; raises ``NotFound``."""
        with self.unit_of_work() as work:
            anchor = work.attempts.anchor(attempt_id)
            sitting = work.administrations.sitting_by_id(anchor.sitting_id or 0) if anchor else None
        if sitting is None:
            raise NotFound
        return sitting.administration

    def note(
        self, state: AttemptState, proof: Proof, addresses: Iterable[str], means: str
    ) -> AttemptState:
        """Judge a page's proof, record it when it changed, and return the state.

        *addresses* are the ways in which the browser may have written the page's address.
        """
        administration = self.administration(state.attempt_id)
        if proof_policy(administration.policy) == "allow":
            return state
        judged = self._judge(administration, proof, addresses)
        # Browsers that prove by script send no headers: the page that follows must not undo the proof.
        if judged == "missing" and means == "headers" and state.proof_means == "script":
            return state
        command = NoteProof(judged, means)
        return self.delivery.execute(state.attempt_id, command, actor=BROWSER)

    def require(self, state: AttemptState) -> None:
        """Raise ``ProofRequired`` when the administration blocks what is not proved."""
        policy = proof_policy(self.administration(state.attempt_id).policy)
        if policy == "block" and state.proof != "proved":
            raise ProofRequired

    def _judge(self, administration: Administration, proof: Proof, addresses: Iterable[str]) -> Outcome:
        key, accepted = self.key(administration), browser_keys(administration.policy)
        judged = [outcome(proof, address, key, accepted) for address in addresses]
        return next((one for one in ("proved", "missing") if one in judged), "failed")
