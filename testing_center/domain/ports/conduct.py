"""Repositories of a test day and of what follows it. None commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from testing_center.domain.conduct import NoShow, Outage
from testing_center.domain.rescoring import Rescoring, RescoringStatus


class Conduct(Protocol):
    """No-shows and outages of rooms."""

    def add_no_show(self, no_show: NoShow) -> bool:
        """Record a no-show; False when the booking has one."""

    def no_shows(self, sitting_id: int) -> Mapping[int, NoShow]:
        """Return the no-shows of a sitting by booking."""

    def add_outage(self, outage: Outage) -> None:
        """Record an outage."""

    def outages(self, sitting_id: int) -> Sequence[Outage]:
        """Return the outages of a sitting by time."""

    def outage(self, uid: str) -> Outage | None:
        """Return one outage."""

    def unapplied_outages(self) -> Sequence[Outage]:
        """Return outages whose grants are not all in the logs."""

    def close_outage(self, uid: str, at: datetime) -> None:
        """Note that every grant of an outage is in its log."""


class Rescorings(Protocol):
    """Corrections of items, planned and applied."""

    def add(self, rescoring: Rescoring) -> None:
        """Record a planned rescoring."""

    def get(self, uid: str) -> Rescoring | None:
        """Return one rescoring."""

    def all(self, status: RescoringStatus | None = None) -> Sequence[Rescoring]:
        """Return rescorings, newest first, of one status or all."""

    def move(
        self, uid: str, before: RescoringStatus, after: RescoringStatus, actor: str, at: datetime
    ) -> bool:
        """Move a rescoring from one status to another; False when it has moved since."""
