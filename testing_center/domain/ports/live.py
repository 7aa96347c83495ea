"""The live store: speed, never truth. Losing all of it loses nothing that was acknowledged."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from testing_center.domain.attempts.state import AttemptState


class LiveState(Protocol):
    """Snapshots of folded attempts, and when each candidate was last heard of."""

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        """Return the snapshot, or None when there is none or the store is away; never raises.

        With ``heard_at`` it is noted in the same round trip that the candidate's page was heard from.
        """

    def save(self, state: AttemptState) -> None:
        """Keep *state* unless a newer one is there; never raises."""

    def drop(self, attempt_id: str) -> None:
        """Forget a snapshot; never raises."""

    def touch(self, attempt_id: str, now: datetime) -> None:
        """Note that the candidate's page was heard from; never raises."""

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Return when each attempt was last heard from, as far as known."""

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None:
        """Keep how long the page last waited for an answer; never raises."""

    def round_trips(self, attempt_ids: Iterable[str]) -> Mapping[str, int]:
        """Return the last known round trips in milliseconds."""

    def ping(self) -> bool:
        """Whether the store answers."""
