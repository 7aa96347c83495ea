"""Where the processor time of a web worker goes, by stage, from the samples of py-spy."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from pathlib import Path

STAGES = (
    ("live store", ("/redis/", "hiredis", "storage/live/")),
    ("SQL", ("/sqlalchemy/", "/psycopg/", "storage/")),
    ("adaptive step", ("psychometrics/",)),
    ("domain", ("testing_center/domain/", "item_bank/")),
    ("services", ("testing_center/services/",)),
    ("other extensions", ("/flask_", "/babel/", "flask_limiter", "/limits/", "/wtforms/", "itsdangerous")),
    ("our routes", ("testing_center/",)),
    ("Flask and Werkzeug", ("/flask/", "/werkzeug/")),
    ("gunicorn", ("/gunicorn/",)),
)
"""A sample belongs to the stage of its innermost frame that is named here."""


class Profile:
    """py-spy recording who holds the interpreter lock of one worker; ``close`` gives the shares."""

    def __init__(self, program: str, pid: int, seconds: float) -> None:
        self._file = Path(tempfile.mkstemp(suffix=".raw")[1])
        arguments = [program, "record", "--gil", "--format", "raw", "--full-filenames", "--rate", "400"]
        arguments += ["--duration", str(max(1, int(seconds))), "--pid", str(pid), "--output", str(self._file)]
        self._process = subprocess.Popen(  # noqa: S603 - the caller's own program
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def close(self) -> list[tuple[str, float]]:
        """Stages with their share of the samples, the largest first."""
        self._process.wait(60)
        counts: Counter[str] = Counter()
        for line in self._file.read_text().splitlines():
            stack, _, number = line.rpartition(" ")
            counts[stage_of(stack.split(";"))] += int(number)
        self._file.unlink()
        total = sum(counts.values()) or 1
        return [(name, count / total) for name, count in counts.most_common()]


def stage_of(frames: list[str]) -> str:
    """The stage of the innermost frame that belongs to one."""
    for frame in reversed(frames):
        for name, marks in STAGES:
            if any(mark in frame for mark in marks):
                return name
    return "interpreter"
