"""Durable answers per second per core through the ordinary Flask route, against a bare Flask route.

    python benchmarks/serving.py [--database sqlite|postgresql] [--seconds 6] [--rounds 3] [--connections 50]

Both routes run under gunicorn as `synak serve` starts it, with one worker of 16 threads bound to one core;
load generator, Valkey and PostgreSQL have the other. Rounds alternate, so both see the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from exam_site import (
    OTHER_CORE,
    ExamSite,
    Seated,
    WebServer,
    check_in,
    exam_site,
    plan_sittings,
    start_attempts,
)
from load_client import Outcome, Script, closed_loop, request
from stages import Profile

from testing_center.app import create_app
from testing_center.domain.attempts import commands as asked
from testing_center.web import exam_tokens

DEVICE = "d" * 32
PRESENTATION = re.compile(rb'"presentation_id":\s*"(\w+)"')
OPTION = re.compile(rb'"value":\s*"(\w+)"')


@dataclass(frozen=True)
class Round:
    """What one round of one route cost."""

    outcome: Outcome
    server_cpu: float
    generator_cpu: float

    @property
    def cpu_microseconds(self) -> float:
        """CPU of the web processes per request."""
        return 1e6 * self.server_cpu / max(1, len(self.outcome.latencies))


def measured(server: WebServer, scripts: list[Script], seconds: float) -> Round:
    """Run one round of load."""
    before, own = server.cpu_seconds(), time.process_time()
    outcome = closed_loop(server.port, scripts, seconds)
    return Round(outcome, server.cpu_seconds() - before, time.process_time() - own)


def profiled(program: str, server: WebServer, scripts: dict[str, list[Script]], seconds: float) -> None:
    """Print where the time of the worker goes; the sampling itself slows it a little."""
    for name, those in scripts.items():
        profile = Profile(program, server.processes[1], seconds - 1)
        closed_loop(server.port, those, seconds)
        print(f"{name}, by stage: " + ", ".join(f"{stage} {share:.0%}" for stage, share in profile.close()))


def main() -> None:
    options = _options()
    os.sched_setaffinity(0, {OTHER_CORE})
    with exam_site(options.database) as site:
        began = time.perf_counter()
        fixed = seated(site, options.connections, "fixed")
        for one in fixed:
            for position in range(1, 51):
                site.services.delivery.execute(
                    one.state.attempt_id, asked.OpenItem(position, one.state.lease or ""), actor="system:b"
                )
        fixed = [Seated(one.person, site.services.delivery.state(one.state.attempt_id)) for one in fixed]
        adaptive = seated(site, options.attempts, "adaptive")
        seconds = time.perf_counter() - began
        print(f"{len(fixed)} fixed and {len(adaptive)} adaptive attempts in {seconds:.1f} s")
        bare = WebServer(site.settings, "benchmarks.bare_flask:app")
        product = WebServer(site.settings)
        try:
            compare(options, bare, product, site, fixed, adaptive)
        finally:
            bare.stop()
            product.stop()


def compare(options, bare, product, site, fixed, adaptive) -> None:  # type: ignore[no-untyped-def]
    headers = Headers(site)
    hello = request("GET", "/hello", {})
    queue = iter(adaptive)
    for number in range(options.rounds + 1):
        rounds = {
            "bare": measured(bare, [_repeated(hello) for _ in range(options.connections)], options.seconds),
            "fixed answer": measured(product, [saver(one, headers) for one in fixed], options.seconds),
            "adaptive": measured(
                product, [stepper(queue, headers) for _ in range(options.connections)], options.seconds
            ),
        }
        print(f"round {number}" + (" (warming up)" if not number else ""))
        for name, found in rounds.items():
            report(name, found, rounds["bare"], options.seconds)
    if options.py_spy:
        scripts = {
            "fixed answer": [saver(one, headers) for one in fixed],
            "adaptive": [stepper(queue, headers) for _ in range(options.connections)],
        }
        profiled(options.py_spy, product, scripts, options.seconds)


def report(name: str, found: Round, bare: Round, seconds: float) -> None:
    out = found.outcome
    middle, high, highest = (out.percentile(share) for share in (0.5, 0.95, 0.99))
    print(
        f"  {name:14} {out.rate:7.0f}/s  ratio {out.rate / bare.outcome.rate:.2f}"
        f"  p50 {middle:6.1f}  p95 {high:6.1f}  p99 {highest:6.1f} ms"
        f"  CPU {found.cpu_microseconds:5.0f} us (ratio {bare.cpu_microseconds / found.cpu_microseconds:.2f})"
        f"  generator {found.generator_cpu / seconds:.0%} of a core  failures {len(out.failures)}"
    )
    if out.failures:
        print("    ", out.failures[0])


def _repeated(message: bytes) -> Script:
    return lambda _: message


class Headers:
    """What a signed-in browser sends."""

    def __init__(self, site: ExamSite) -> None:
        self._app = create_app(site.settings)

    def of(self, one: Seated) -> dict[str, str]:
        """Session cookie and exam token, as a browser sends both."""
        user = f"{one.person.id}:{one.person.session_epoch}"
        session = {"_user_id": user, "_fresh": True, "csrf_token": "a" * 40}
        with self._app.app_context():
            cookie = self._app.session_interface.get_signing_serializer(self._app).dumps(session)
            token = exam_tokens.sealed(one.state.attempt_id, one.person.uid, "ru", DEVICE)
        return {"Cookie": f"synak_session={cookie}", "X-Exam-Token": token, "Sec-Fetch-Site": "same-origin"}


def saver(one: Seated, headers: Headers) -> Script:
    """Save a response to one opened item after another, over and over."""
    sent_headers = headers.of(one)
    path = f"/attempts/{one.state.attempt_id}/save"
    shown = one.state.presentations

    def messages() -> Iterator[bytes]:
        sequence = 0
        while True:
            sequence += 1
            for item in shown:
                body = {
                    "presentation_id": item.presentation_id,
                    "response": [item.option_order[sequence % len(item.option_order)]],
                    "client_sequence": int(time.time() * 1000) % 2**31,
                    "lease": one.state.lease,
                    "client_time": "2026-03-02T04:00:00.000Z",
                    "command_id": str(uuid4()),
                }
                yield request("POST", path, sent_headers, json.dumps(body).encode())

    made = messages()
    return lambda _: next(made)


def stepper(queue: Iterator[Seated], headers: Headers) -> Script:
    """Answer and confirm adaptive items, going on to the next attempt when one is complete."""

    def conversation() -> Iterator[bytes]:
        body = yield b""
        for one in queue:
            sent_headers = headers.of(one)
            path = f"/attempts/{one.state.attempt_id}"
            shown = one.state.presentations[-1]
            presentation, choice = shown.presentation_id, shown.option_order[0]
            while True:
                common = {"presentation_id": presentation, "lease": one.state.lease}
                answer = {"response": [choice], "client_sequence": 1, "command_id": str(uuid4())}
                yield request("POST", f"{path}/save", sent_headers, json.dumps(common | answer).encode())
                confirm = common | {"command_id": str(uuid4())}
                body = yield request("POST", f"{path}/confirm", sent_headers, json.dumps(confirm).encode())
                item = body[body.find(b'"item"') :]
                found, options = PRESENTATION.search(item), OPTION.findall(item)
                if not found or not options:
                    break
                presentation, choice = found[1].decode(), options[len(body) % len(options)].decode()

    made = conversation()
    next(made)

    def script(body: bytes) -> bytes | None:
        try:
            return made.send(body)
        except StopIteration:
            return None

    return script


def seated(site: ExamSite, count: int, mode: str) -> list[Seated]:
    """Candidates in running attempts."""
    return start_attempts(site, check_in(site, plan_sittings(site, count, mode)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--attempts", type=int, default=400)
    parser.add_argument("--py-spy", help="path of py-spy, to print where the time goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
