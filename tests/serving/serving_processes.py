"""Looking at real processes from tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path


def eventually(fact: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether `fact` becomes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():
            return True
        time.sleep(0.02)
    return fact()


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def using(folder: Path) -> dict[int, str]:
    """Command lines of the running processes whose working directory is inside `folder`."""
    return dict(_using(folder))


def _using(folder: Path) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        try:
            inside = (entry / "cwd").readlink().is_relative_to(folder)
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if inside and entry.name.isdigit() and alive(int(entry.name)):
            yield int(entry.name), command
