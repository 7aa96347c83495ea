"""Where calibration runs are kept; nothing here is ever changed or removed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from testing_center.domain.calibrations import CalibrationDecision, CalibrationRun


class CalibrationRuns(Protocol):
    """Plans, results, decisions."""

    def add(
        self,
        job_uid: str,
        release_number: int,
        subject: str,
        model: str,
        plan: Mapping[str, Any],
        requested_by: int | None,
        at: datetime,
    ) -> CalibrationRun:
        """Append the plan of a run."""

    def all(self, limit: int = 50) -> Sequence[CalibrationRun]:
        """Return the newest runs, newest first."""

    def by_uid(self, uid: str) -> CalibrationRun | None:
        """Return a run."""

    def of_job(self, job_uid: str) -> CalibrationRun | None:
        """Return the run that a job carries out."""

    def freeze(self, run_id: int, data: Mapping[str, Any], content_hash: str, at: datetime) -> None:
        """Append the result of a run; a run has one."""

    def result(self, run_id: int) -> Mapping[str, Any] | None:
        """Return the result, or None while there is none."""

    def newest_results(self) -> Sequence[Mapping[str, Any]]:
        """Return the newest frozen result of every subject."""

    def decide(self, run_id: int, decisions: Sequence[CalibrationDecision]) -> None:
        """Append decisions."""

    def decisions(self, run_id: int) -> Mapping[str, CalibrationDecision]:
        """Return the decision that holds for each item."""
