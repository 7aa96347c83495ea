"""`synak demo` and `synak serve` as people run them: real processes, stand-in content."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving_processes import alive, eventually, using

from testing_center.serving import ports

STAND_IN = Path(__file__).parent / "stand_in"
LAUNCH = """
import click
from testing_center.cli.instance import register
main = click.Group("synak")
register(main)
main()
"""
STARTED: list[subprocess.Popen[bytes]] = []
STRONG = "pX3v_9QmT2-kLr7WcYb5NzHs8JdFg4Ea6Uo1VqRtBi0"

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks at processes in /proc")


class Installation:
    """One running `synak` command and what it printed."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.folder = folder
        number = len(list(folder.parent.glob("output-*")))
        self._output = folder.parent / f"output-{number}.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNAK_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("REDIS_URL", None)
        with self._output.open("wb") as stream:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", LAUNCH, *words, "--data", str(folder)],
                env={**kept, "PYTHONPATH": str(STAND_IN), **environment},
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        STARTED.append(self.process)

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def ready(self) -> "Installation":
        assert eventually(
            lambda: "Press Ctrl-C" in self.printed or self.process.poll() is not None, seconds=60.0
        )
        assert "Synak is ready" in self.printed, self.printed
        return self

    def get(self) -> str:
        address = re.search(r"Synak is ready: (\S+)", self.printed)
        assert address is not None
        with urllib.request.urlopen(address[1], timeout=20) as answer:  # noqa: S310
            text: str = answer.read().decode()
        return text

    def find(self, part: str) -> list[int]:
        return [pid for pid, command in using(self.folder).items() if part in command]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(15.0)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    # A failed test must not leave a supervisor behind: with it gone, the kernel ends its children.
    for process in STARTED:
        process.kill()
        process.wait()
    STARTED.clear()


def test_a_demonstration_starts_quietly_stops_cleanly_and_finds_its_data_again(folder: Path) -> None:
    first = Installation(folder, "demo", "--port", "0").ready()
    assert first.get().isdigit()
    row = re.search(r"Candidate +aigul +(\S+) +Take the mathematics exam", first.printed)
    assert row is not None
    assert "\x1b" not in first.printed
    assert "Traceback" not in first.printed
    assert all(first.find(part) for part in ("gunicorn", "background", "-server"))
    assert first.stop(signal.SIGINT) == 0
    assert using(folder) == {}
    assert first.printed.endswith("Stopping.\n")

    second = Installation(folder, "demo", "--port", "0").ready()
    assert row[1] in second.printed
    assert second.stop() == 0

    third = Installation(folder, "demo", "--port", "0", "--reset").ready()
    assert row[1] not in third.printed
    assert third.stop(signal.SIGHUP) == 0
    assert using(folder) == {}


def test_every_part_comes_back_after_a_kill_and_none_outlives_the_parent(folder: Path) -> None:
    running = Installation(folder, "demo", "--port", "0").ready()
    for part in ("gunicorn", "background", "-server"):
        before = running.find(part)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: set(running.find(part)) - set(before) != set())  # noqa: B023
        # The listening socket survives: the request waits for the new web server.
        assert running.get().isdigit()
    assert "starting it again" in running.printed

    children = using(folder)
    running.stop(signal.SIGKILL)
    assert eventually(lambda: not any(alive(pid) for pid in children))
    again = Installation(folder, "demo", "--port", "0").ready()
    assert again.stop() == 0


def test_a_second_start_in_the_same_folder_is_refused(folder: Path) -> None:
    running = Installation(folder, "demo", "--port", "0").ready()
    other = Installation(folder, "demo", "--port", "0")
    assert other.process.wait(20.0) == 2
    assert re.fullmatch(r"Synak is already running in .* at http://.* \(process \d+\); .*\n", other.printed)
    assert running.get().isdigit()
    assert running.stop() == 0


@pytest.mark.parametrize(
    ("broken", "code", "line"),
    [
        ("demo", 1, "The data could not be prepared: the example items are missing"),
        ("app", 1, "The web server ended 2 times within a minute"),
    ],
)
def test_what_cannot_start_ends_with_one_line(folder: Path, broken: str, code: int, line: str) -> None:
    failed = Installation(folder, "demo", "--port", "0", STAND_IN_BROKEN=broken)
    assert failed.process.wait(60.0) == code
    assert line in failed.printed
    assert "Traceback" not in failed.printed
    assert using(folder) == {}


def test_a_stop_during_preparation_leaves_nothing(folder: Path) -> None:
    slow = Installation(folder, "demo", "--port", "0", STAND_IN_BROKEN="slow")
    assert eventually(lambda: "Loading example items" in slow.printed, seconds=30.0)
    assert slow.stop(signal.SIGINT) == 0
    assert using(folder) == {}


def test_serve_in_production(folder: Path) -> None:
    weak = Installation(folder, "serve", "--port", "0")
    assert weak.process.wait(20.0) == 2
    assert weak.printed.count("\n") == 2
    assert not folder.exists()

    settings = {"SYNAK_SECRET_KEY": STRONG, "SYNAK_PUBLIC_URL": "https://exam.example.org"}
    unready = Installation(folder, "serve", "--port", "0", "--no-migrate", **settings)
    assert unready.process.wait(30.0) == 1
    assert "run `synak migrate` first" in unready.printed
    running = Installation(folder, "serve", "--port", "0", **settings).ready()
    assert "Public address: https://exam.example.org" in running.printed
    assert "aigul" not in running.printed
    assert running.stop() == 0


def test_a_closed_terminal_leaves_nothing_running(folder: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.environ["PYTHONPATH"] = str(STAND_IN)
        command = [sys.executable, "-c", LAUNCH, "demo", "--port", "0", "--data", str(folder)]
        os.execv(command[0], command)  # noqa: S606
    printed = b""
    while b"Press Ctrl-C" not in printed:
        printed += os.read(terminal, 65536)
    assert using(folder)
    os.close(terminal)
    assert os.waitpid(process, 0)[1] == 0
    assert using(folder) == {}


def test_a_browser_that_keeps_its_connection_does_not_hold_up_the_stop(folder: Path) -> None:
    running = Installation(folder, "demo", "--port", "0").ready()
    address = re.search(r"http://([\d.]+):(\d+)", running.printed)
    assert address is not None
    with socket.create_connection((address[1], int(address[2])), timeout=20) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: synak\r\n\r\n")
        assert browser.recv(100).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 8.0


def test_listening_everywhere_names_an_address_for_other_devices(folder: Path) -> None:
    running = Installation(folder, "demo", "--port", "0", "--host", "0.0.0.0").ready()  # noqa: S104
    local = re.search(r"Synak is ready: http://127\.0\.0\.1:(\d+)\n", running.printed)
    assert local is not None
    network = ports.network_address()
    if network is not None:
        assert f"From other devices on this network: http://{network}:{local[1]}\n" in running.printed
    assert "Public address" not in running.printed
    assert running.stop() == 0
