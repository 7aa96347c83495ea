"""One writer at a time on SQLite, in a queue of the operating system instead of SQLite's sleep and retry.

SQLite lets a second writer sleep for ever longer naps until the lock happens to be free, which costs most
of a second at the end of the queue. Whoever is to write waits here for a file lock first, across threads
and processes alike. Programs that do not know of it are still held back by SQLite itself.
"""

import os
import sys
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

if sys.platform != "win32":
    import fcntl


class WriteTurn(Protocol):
    """A turn to write: taken, and given back once."""

    def take(self) -> None:
        """Wait until nobody else writes."""

    def give_back(self) -> None:
        """Let the next one write; nothing happens when the turn was not taken."""


class NoTurn:
    """Databases that put their writers in order themselves."""

    def take(self) -> None:
        """Go ahead."""

    def give_back(self) -> None:
        """Do nothing."""


class FileTurn:
    """A turn by an exclusive lock on a file beside the database; it ends with the process at the latest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Wait until nobody else writes."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def give_back(self) -> None:
        """Let the next one write."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def write_turn(engine: Engine) -> WriteTurn:
    """Return a turn of its own for one transaction on *engine*."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or sys.platform == "win32":
        return NoTurn()
    return FileTurn(Path(f"{name}-turn"))
