"""One child process with everything it starts: a session of its own that dies with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class ChildCommand:
    """What to run: `name` is shown to people, `passed_descriptors` stay open in the child."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    log_file: Path | None = None
    """Where its output goes; None lets it share the parent's."""
    passed_descriptors: tuple[int, ...] = ()


class Child:
    """A running child process; start one with `Child.start`."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._process = process

    @classmethod
    def start(cls, command: ChildCommand, *, output: int | None = None) -> Child:
        """Start `command` in a session of its own; `output` overrides where its standard output goes.

        The caller's thread must live as long as the child: on Linux the child gets SIGTERM when that
        thread ends. Raises OSError when the program cannot be run.
        """
        with _log_stream(command.log_file) as log:
            process = subprocess.Popen(  # noqa: S603 - a fixed argument list, no shell
                command.arguments,
                env=dict(command.environment),
                cwd=command.directory,
                stdin=subprocess.DEVNULL,
                stdout=log if output is None else output,
                stderr=None if log is None else subprocess.STDOUT if output is None else log,
                pass_fds=command.passed_descriptors,
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        return cls(command.name, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """Standard output of a child started with `output=subprocess.PIPE`."""
        if self._process.stdout is None:
            raise ValueError("the child was started without a pipe")
        return self._process.stdout

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the child alone: it stops its own children in its own order."""
        if self.exit_code() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def wait(self, seconds: float) -> int | None:
        """Exit code, or None when it still runs after `seconds`."""
        try:
            return self._process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            return None

    def clear_away(self, grace_seconds: float = 0.0) -> None:
        """End whatever is left of the child's process group, by force after `grace_seconds`."""
        deadline = time.monotonic() + grace_seconds
        if grace_seconds and self._signal_group(signal.SIGTERM):
            while time.monotonic() < deadline and self._signal_group(0):
                time.sleep(0.02)
        self._signal_group(signal.SIGKILL)
        self._process.wait()

    def _signal_group(self, number: int) -> bool:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


@contextlib.contextmanager
def _log_stream(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    too_long = path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES
    with path.open("wb" if too_long else "ab") as stream:
        yield stream


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
