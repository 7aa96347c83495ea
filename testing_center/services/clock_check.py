"""Whether the clocks of the installation agree: this process against the database and the live store.

No test is started by a computer whose clock is wrong, because deadlines would be wrong with it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from testing_center.domain.errors import ClocksDisagree
from testing_center.services.clock import Clock

LARGEST_OFFSET = timedelta(milliseconds=500)
TRUSTED_SECONDS = 30.0
"""How long one measurement is believed."""

RemoteClock = Callable[[], datetime | None]
"""Tells the time of another part (aware UTC), or None when that part is away."""


@dataclass(frozen=True)
class ClockOffset:
    """How far one clock is ahead of ours; ``uncertainty`` is half of the time that asking took."""

    name: str
    offset: timedelta
    uncertainty: timedelta

    @property
    def wrong(self) -> bool:
        """Whether the clocks differ by more than is allowed, even if the asking was slow."""
        return abs(self.offset) - self.uncertainty > LARGEST_OFFSET


class ClockCheck:
    """Compares clocks and remembers the answer for a while."""

    def __init__(self, clock: Clock, remotes: Sequence[tuple[str, RemoteClock]]) -> None:
        self._clock = clock
        self._remotes = remotes
        self._lock = threading.Lock()
        self._measured_at = float("-inf")
        self._offsets: tuple[ClockOffset, ...] = ()

    def offsets(self) -> tuple[ClockOffset, ...]:
        """Return how far the other clocks are from ours, as far as they answer."""
        with self._lock:
            if time.monotonic() - self._measured_at > TRUSTED_SECONDS:
                found = (self._measure(name, remote) for name, remote in self._remotes)
                self._offsets = tuple(offset for offset in found if offset is not None)
                self._measured_at = time.monotonic()
            return self._offsets

    def agrees(self) -> bool:
        """Whether every clock that answers agrees with ours."""
        return not any(offset.wrong for offset in self.offsets())

    def require(self) -> None:
        """Raise ``ClocksDisagree`` when a clock is further from ours than is allowed."""
        for found in self.offsets():
            if found.wrong:
                raise ClocksDisagree(seconds=f"{abs(found.offset).total_seconds():.1f}")

    def _measure(self, name: str, remote: RemoteClock) -> ClockOffset | None:
        before = self._clock()
        told = remote()
        after = self._clock()
        if told is None:
            return None
        half = (after - before) / 2
        return ClockOffset(name, told - (before + half), half)
