"""The instance folder: everything one installation keeps on disk when no outside service is given.

```
synak-data/
  synak-instance.json   marks the folder as ours
  secret-key            signing key of a demonstration or development instance
  synak.sqlite3         the database, unless DATABASE_URL names another
  live/                 the embedded live server: socket, append-only file, log
  media/  exports/      uploaded pictures and sounds; files prepared for download
  logs/                 output of the web server and the background worker
  running.json          held locked while a supervisor runs here
```
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MARKER = "synak-instance.json"
RUNNING = "running.json"
DATABASE = "synak.sqlite3"
SECRET_KEY = "secret-key"  # noqa: S105 - a file name
SUBFOLDERS = ("live", "media", "exports", "logs")
_BESIDE_DATABASE = tuple(f"{DATABASE}-{name}" for name in ("wal", "shm", "journal", "turn"))
_FILES = (SECRET_KEY, DATABASE, *_BESIDE_DATABASE, RUNNING)


class InstanceFolderError(Exception):
    """The folder cannot be used; the message is one sentence for the person at the terminal."""


class AlreadyRunningError(InstanceFolderError):
    """Another process holds this folder."""


@dataclass(frozen=True)
class InstanceFolder:
    """A folder that carries Synak's marker; make one with `InstanceFolder.open`."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> InstanceFolder:
        """Open the instance folder at `path`, making it when it is missing or empty.

        Raises InstanceFolderError when the place holds something else or cannot be written.
        """
        folder = cls(path.absolute())
        try:
            folder._claim()
            for name in SUBFOLDERS:
                (folder.path / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InstanceFolderError(f"The folder {path} cannot be used: {error.strerror}.") from error
        return folder

    @property
    def secret_key_file(self) -> Path:
        return self.path / SECRET_KEY

    @property
    def live(self) -> Path:
        return self.path / "live"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @contextmanager
    def held(self, address: str) -> Iterator[None]:
        """Hold the folder for one supervisor; raises AlreadyRunningError when another one has it."""
        descriptor = lock_file(self.path / RUNNING)
        if descriptor is None:
            raise AlreadyRunningError(self._already_running())
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"process": os.getpid(), "address": address}).encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def reset(self) -> None:
        """Remove everything an instance keeps, so that the next start begins anew.

        Nothing is removed unless every entry is recognised as an instance's own and nobody runs here.
        """
        strangers = sorted(entry.name for entry in self.path.iterdir() if not _is_ours(entry))
        if strangers:
            raise InstanceFolderError(
                f"Nothing was removed: {self.path} also holds {', '.join(strangers)}; move it away first."
            )
        with self.held("resetting"), _live_server_stopped(self):
            # The marker goes last: a reset cut short can be repeated.
            for name in SUBFOLDERS:
                shutil.rmtree(self.path / name, ignore_errors=False)
            for name in (*_FILES, MARKER):
                (self.path / name).unlink(missing_ok=True)

    def _claim(self) -> None:
        marker = self.path / MARKER
        if marker.is_file():
            return
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(self.path.iterdir()):
            raise InstanceFolderError(
                f"{self.path} is not a Synak instance folder and is not empty; name a new folder with --data."
            )
        description = {"application": "synak", "format": 1, "created": datetime.now(UTC).isoformat()}
        marker.write_text(json.dumps(description) + "\n", encoding="utf-8")

    def _already_running(self) -> str:
        try:
            holder = json.loads((self.path / RUNNING).read_text(encoding="utf-8"))
            place = f" at {holder['address']} (process {holder['process']})"
        except (OSError, ValueError, KeyError):
            place = ""
        return (
            f"Synak is already running in {self.path}{place}; "
            "stop it first or name another folder with --data."
        )


def reset_instance(path: Path) -> bool:
    """Empty the instance folder at `path`; False when there is nothing there to empty.

    Raises InstanceFolderError for a folder without Synak's marker: such a folder is never touched.
    """
    if not path.exists():
        return False
    if path.is_dir() and not any(path.iterdir()):
        return False
    if not (path / MARKER).is_file():
        raise InstanceFolderError(f"Nothing was removed: {path} is not a Synak instance folder.")
    InstanceFolder.open(path).reset()
    return True


def lock_file(path: Path) -> int | None:
    """Open `path` (mode 0600) under an exclusive lock; None when another process has it locked.

    The lock belongs to the open file, so it ends with the last process that holds the descriptor,
    however that process ends.
    """
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _live_server_stopped(folder: InstanceFolder) -> Iterator[None]:
    descriptor = lock_file(folder.live / "lock")
    if descriptor is None:
        raise AlreadyRunningError(f"Nothing was removed: the live server of {folder.path} is still running.")
    try:
        yield
    finally:
        os.close(descriptor)


def _is_ours(entry: Path) -> bool:
    if entry.is_symlink():
        return False
    if entry.is_dir():
        return entry.name in SUBFOLDERS
    return entry.name in (MARKER, *_FILES)
