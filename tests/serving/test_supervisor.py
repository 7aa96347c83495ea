import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving_processes import alive, eventually

from testing_center.serving.child import Child, ChildCommand
from testing_center.serving.signals import SignalWatch
from testing_center.serving.supervisor import (
    CommandService,
    RestartPolicy,
    Supervisor,
    SupervisorGaveUpError,
)

QUICK = RestartPolicy(first_delay=0.01, longest_delay=0.05, patience=3)

# Writes its process id and that of a child of its own, as a web server with workers would.
FAMILY = """
import os, signal, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "a") as log:
    print(os.getpid(), worker.pid, file=log)
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""


def service(folder: Path, code: str, *words: str, name: str = "dummy") -> CommandService:
    arguments = (sys.executable, "-c", code, *words)
    return CommandService(ChildCommand(name, arguments, dict(os.environ), folder, folder / f"{name}.log"))


def families(log: Path) -> list[list[int]]:
    text = log.read_text() if log.exists() else ""
    return [[int(word) for word in line.split()] for line in text.splitlines()]


def gone(pids: list[int]) -> bool:
    return eventually(lambda: not any(alive(pid) for pid in pids), seconds=2.0)


@pytest.fixture
def signals() -> Iterator[SignalWatch]:
    with SignalWatch() as watch:
        yield watch


def test_a_killed_service_is_restarted_without_leftovers(tmp_path: Path, signals: SignalWatch) -> None:
    reports: list[str] = []
    log = tmp_path / "pids"
    with Supervisor(signals, reports.append, policy=QUICK) as supervisor:
        supervisor.start(service(tmp_path, FAMILY, str(log), name="web server"))
        assert eventually(lambda: len(families(log)) == 1)
        os.kill(families(log)[0][0], signal.SIGKILL)
        assert eventually(lambda: supervisor.watch(seconds=0.1) or len(families(log)) == 2)
        first, second = families(log)
        assert gone(first)
        assert all(alive(pid) for pid in second)
    assert gone(second)
    assert reports == ["The web server was ended by signal 9; starting it again in 0.01 s."]


def test_a_service_that_keeps_ending_is_given_up(tmp_path: Path, signals: SignalWatch) -> None:
    reports: list[str] = []
    with Supervisor(signals, reports.append, policy=QUICK) as supervisor:
        supervisor.start(service(tmp_path, "raise SystemExit(3)", name="background worker"))
        with pytest.raises(SupervisorGaveUpError, match=r"background worker ended 4 times .* exit code 3"):
            supervisor.watch(seconds=20.0)
    assert [report.rsplit("in ")[-1] for report in reports] == ["0.01 s.", "0.02 s.", "0.04 s."]


def test_a_stop_request_ends_the_watch_and_everything_started(tmp_path: Path, signals: SignalWatch) -> None:
    log = tmp_path / "pids"
    with Supervisor(signals, print) as supervisor:
        supervisor.start(service(tmp_path, FAMILY, str(log)), service(tmp_path, FAMILY, str(log), name="two"))
        assert eventually(lambda: len(families(log)) == 2)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        assert supervisor.watch(seconds=20.0) is False
        assert signals.stop_requested
    assert all(gone(family) for family in families(log))


def test_a_deaf_service_is_killed_after_the_grace(tmp_path: Path, signals: SignalWatch) -> None:
    log = tmp_path / "pids"
    supervisor = Supervisor(signals, print, grace_seconds=0.3)
    supervisor.start(service(tmp_path, FAMILY, str(log), "deaf"))
    assert eventually(lambda: len(families(log)) == 1)
    time.sleep(0.1)
    began = time.monotonic()
    supervisor.stop()
    assert 0.2 < time.monotonic() - began < 3.0
    assert gone(families(log)[0])


def test_a_second_request_does_not_wait_for_the_grace(tmp_path: Path, signals: SignalWatch) -> None:
    log = tmp_path / "pids"
    supervisor = Supervisor(signals, print, grace_seconds=30.0)
    supervisor.start(service(tmp_path, FAMILY, str(log), "deaf"))
    assert eventually(lambda: len(families(log)) == 1)
    time.sleep(0.1)
    signals.stop_requests = 1
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5.0


def test_tiers_stop_in_reverse(tmp_path: Path, signals: SignalWatch) -> None:
    code = """
import signal, sys, time
def leave(*_):
    open("order", "a").write(sys.argv[1])
    raise SystemExit
signal.signal(signal.SIGTERM, leave)
open(sys.argv[1], "w").close()
time.sleep(60)
"""
    with Supervisor(signals, print) as supervisor:
        supervisor.start(service(tmp_path, code, "store"))
        supervisor.start(service(tmp_path, code, "web", name="web"))
        assert eventually(lambda: (tmp_path / "store").exists() and (tmp_path / "web").exists())
    assert (tmp_path / "order").read_text() == "webstore"


def test_a_failed_start_stops_the_services_already_started(tmp_path: Path, signals: SignalWatch) -> None:
    log = tmp_path / "pids"
    missing = CommandService(ChildCommand("ghost", ("/nowhere/program",), {}, tmp_path))
    with Supervisor(signals, print) as supervisor:
        supervisor.start(service(tmp_path, FAMILY, str(log)))
        assert eventually(lambda: len(families(log)) == 1)
        with pytest.raises(FileNotFoundError):
            supervisor.start(missing)
    assert gone(families(log)[0])


def test_delays_double_up_to_the_longest() -> None:
    policy = RestartPolicy(first_delay=0.5, longest_delay=3.0)
    assert [policy.delay(deaths) for deaths in (1, 2, 3, 4, 9)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_an_ignored_hang_up_stays_ignored() -> None:
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with SignalWatch() as watch:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not watch.stop_requested
    finally:
        signal.signal(signal.SIGHUP, earlier)


def test_a_long_log_is_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (4 * 1024 * 1024 + 1))
    command = ChildCommand("web", (sys.executable, "-c", "print('fresh')"), dict(os.environ), tmp_path, log)
    child = Child.start(command)
    assert child.wait(10.0) == 0
    assert log.read_text() == "fresh\n"
