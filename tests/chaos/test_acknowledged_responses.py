"""Fifty candidates answer while a web worker is killed and the live store is wiped: nothing is lost."""

import http.cookiejar
import json
import os
import random
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from sqlalchemy import create_engine

from testing_center.bootstrap import build_services
from testing_center.config import Settings
from testing_center.domain.administrations import NewBooking
from testing_center.domain.attempts.hash_chain import GENESIS
from testing_center.domain.people import NewPerson
from testing_center.domain.permissions import Role
from testing_center.passwords import Argon2Passwords
from testing_center.storage.database import prepare_engine
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.browser.conftest import PASSWORD, Site

pytestmark = pytest.mark.timeout(240)

CANDIDATES = 50
ANSWERS = 12
RETRY_SECONDS = 60.0
FORBIDDEN = re.compile(
    rb'"(?:key|correct|answer_key|explanation|theta|discrimination|difficulty|guessing|seed|item_key)"'
)


@dataclass
class Candidate:
    """A scripted browser: repeats one command under one identifier until it is acknowledged."""

    site: Site
    name: str
    attempt_id: str
    acknowledged: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    seen: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def sit(self) -> None:
        """Sign in, start and answer."""
        form = {"csrf_token": self._token("/sign-in"), "sign_in_name": self.name, "password": PASSWORD}
        self._post("/sign-in", form)
        path = f"/attempts/{self.attempt_id}"
        self._post(f"{path}/start", {"csrf_token": self._token(f"{path}/")})
        page = self._read(f"{path}/")
        found = re.search(rb'id="exam-data">(.*?)</script>', page, re.S)
        assert found, page[:300]
        data = json.loads(found.group(1))
        self._headers = {"X-Exam-Token": data["token"], "Content-Type": "application/json"}
        item = data["item"]
        for position in range(1, ANSWERS + 1):
            options = re.findall(r'name="response" value="([^"]+)"', item["html"])
            choice = [random.choice(options)]  # noqa: S311 - which one does not matter
            sent = {"presentation_id": item["presentation_id"], "response": choice, "client_sequence": 1}
            command_id = self._command(f"{path}/save", sent | {"lease": data["lease"]})
            self.acknowledged[command_id] = (item["presentation_id"], choice)
            body = {"position": position + 1, "lease": data["lease"]}
            self._command(f"{path}/open", body)
            item = self._last["item"]

    def _command(self, path: str, body: dict[str, Any]) -> str:
        command_id = str(uuid4())
        content = json.dumps(body | {"command_id": command_id}).encode()
        request = urllib.request.Request(self.site.url + path, content, self._headers)  # noqa: S310
        self._last = json.loads(self._open(request))
        return command_id

    def _token(self, path: str) -> str:
        found = re.search(rb'name="csrf_token" value="([^"]+)"', self._read(path))
        assert found, path
        return found.group(1).decode()

    def _read(self, path: str) -> bytes:
        return self._open(urllib.request.Request(self.site.url + path))  # noqa: S310

    def _post(self, path: str, form: dict[str, str]) -> bytes:
        data = urllib.parse.urlencode(form).encode()
        return self._open(urllib.request.Request(self.site.url + path, data))  # noqa: S310

    def _open(self, request: urllib.request.Request) -> bytes:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            # A request remembers where it was led before; a repeated one must not look like a loop.
            request.redirect_dict = {}  # type: ignore[attr-defined]
            try:
                with self._opener.open(request, timeout=10) as answer:
                    body: bytes = answer.read()
                    self.seen.append(body)
                    return body
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise AssertionError(f"{error.code} {request.full_url} {error.read()[:300]!r}") from error
            except (OSError, urllib.error.URLError, http.client.HTTPException):
                pass
            assert time.monotonic() < deadline, request.full_url
            time.sleep(0.2)


def _workers(site: Site) -> list[int]:
    """Return the web worker processes: children of the gunicorn master."""
    listing = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True)  # noqa: S607
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()[1:]]
    own = {int(row[0]) for row in rows if int(row[1]) == site.process.pid and "gunicorn" in row[2]}
    return [int(row[0]) for row in rows if int(row[1]) in own]


def _seat_candidates(site: Site) -> tuple[list[Candidate], SqlUnitOfWorkFactory, redis.Redis]:
    live = f"unix://{site.data}/live/live.sock"
    settings = Settings(
        environment="test", data_directory=site.data, DATABASE_URL=f"sqlite:///{site.data}/synak.db",
        REDIS_URL=live, secret_key="not used here",
    )  # fmt: skip
    database = next(
        path for path in Path(site.data).iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")
    )
    engine = create_engine(f"sqlite:///{database}")
    prepare_engine(engine)
    unit_of_work = SqlUnitOfWorkFactory(engine)
    services = build_services(settings, engine)
    now, kept = datetime.now(UTC), Argon2Passwords().hash(PASSWORD)
    with unit_of_work(write=True) as work:
        sitting = next(
            one
            for one in work.administrations.sittings()
            if one.administration.mode == "fixed" and one.site.key == "knu"
        )
        bookings = []
        for number in range(CANDIDATES):
            person = work.people.add(
                NewPerson(
                    f"chaos{number}", kept, "Сынов", f"№{number}", "", "ru", (Role.CANDIDATE,), now,
                    document_ending="1234",
                )
            )  # fmt: skip
            bookings.append(
                work.administrations.add_booking(
                    NewBooking(sitting.id, person.id, 10 + number, "kg.first", "ru")
                )
            )
        work.commit()
    candidates = []
    for number, booking in enumerate(bookings):
        state = services.invigilation.check_in(booking.uid, "ID", "1234", "system:test")
        candidates.append(Candidate(site, f"chaos{number}", state.attempt_id))
    services.invigilation.start_room(sitting.uid, "system:test")
    return candidates, unit_of_work, redis.Redis.from_url(live)


def test_every_acknowledged_response_is_in_the_log_once(site: Site) -> None:
    candidates, unit_of_work, live = _seat_candidates(site)
    killed: list[int] = []
    over = threading.Event()

    def break_things() -> None:
        while not over.wait(2.0):
            workers = _workers(site)
            if workers:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
            live.flushall()

    breaker = threading.Thread(target=break_things)
    breaker.start()
    try:
        with ThreadPoolExecutor(CANDIDATES) as pool:
            for done in [pool.submit(candidate.sit) for candidate in candidates]:
                done.result()
    finally:
        over.set()
        breaker.join()
    assert killed, "no worker was killed: the test proved nothing"
    for candidate in candidates:
        assert len(candidate.acknowledged) == ANSWERS
        with unit_of_work() as work:
            rows = work.attempts.rows(candidate.attempt_id)
        commands = [row.recorded().command_id for row in rows]
        for command_id in candidate.acknowledged:
            assert commands.count(command_id) == 1
        kept = {
            one.event.presentation_id: list(one.event.response)  # type: ignore[attr-defined]
            for one in (row.recorded() for row in rows)
            if one.event.kind == "response_saved"
        }
        assert kept == dict(candidate.acknowledged.values())
        previous = GENESIS
        for row in rows:
            assert row.previous_hash == previous
            previous = row.hash
        assert not any(FORBIDDEN.search(body) for body in candidate.seen)
