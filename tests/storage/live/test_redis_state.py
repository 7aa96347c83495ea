from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from rehearsed_attempt import RehearsedAttempt, adaptive_plan

from testing_center.serving.child import Child
from testing_center.serving.live_server import LiveServer, find_program
from testing_center.storage.live.redis_state import SNAPSHOT_SECONDS, RedisLiveState
from testing_center.storage.live.snapshots import FORMAT

MOMENT = datetime(2026, 5, 20, 6, 0, 0, 250000, tzinfo=UTC)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[LiveServer, Child]]:
    server = LiveServer(tmp_path / "live", find_program())
    child = server.start()
    yield server, child
    server.stop(child)


@pytest.fixture
def client(running: tuple[LiveServer, Child]) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(running[0].url) as client:
        yield client


@pytest.fixture
def attempt() -> RehearsedAttempt:
    attempt = RehearsedAttempt(adaptive_plan()).started()
    attempt.save(1, "a")
    return attempt


def test_a_snapshot_comes_back_until_it_is_dropped(client: redis.Redis, attempt: RehearsedAttempt) -> None:
    live = RedisLiveState(client)
    assert live.load("attempt-1") is None
    live.save(attempt.state)
    assert live.load("attempt-1") == attempt.state
    assert 0 < client.ttl(f"synak:attempt:{FORMAT}:attempt-1") <= SNAPSHOT_SECONDS
    live.drop("attempt-1")
    assert live.load("attempt-1") is None


def test_an_older_state_never_replaces_a_newer_one(client: redis.Redis, attempt: RehearsedAttempt) -> None:
    live = RedisLiveState(client)
    older = attempt.state
    attempt.confirm(1)
    live.save(attempt.state)
    live.save(older)
    assert live.load("attempt-1") == attempt.state
    attempt.save(2, "b")
    live.save(attempt.state)
    assert live.load("attempt-1") == attempt.state


def test_sequences_are_compared_as_numbers(client: redis.Redis, attempt: RehearsedAttempt) -> None:
    live = RedisLiveState(client)
    while attempt.state.sequence < 9:
        attempt.save(1, "a", client_sequence=attempt.state.sequence + 10)
    live.save(attempt.state)
    while attempt.state.sequence < 10:
        attempt.save(1, "b", client_sequence=attempt.state.sequence + 10)
    live.save(attempt.state)
    assert live.load("attempt-1") == attempt.state


def test_contacts_are_known_for_those_heard_from(client: redis.Redis) -> None:
    live = RedisLiveState(client)
    live.touch("attempt-1", MOMENT - timedelta(seconds=15))
    live.touch("attempt-1", MOMENT)
    assert live.contacts(["attempt-1", "attempt-2"]) == {"attempt-1": MOMENT}
    assert live.contacts([]) == {}


def test_without_the_server_nothing_breaks(
    running: tuple[LiveServer, Child], client: redis.Redis, attempt: RehearsedAttempt
) -> None:
    server, child = running
    live = RedisLiveState(client)
    live.save(attempt.state)
    assert live.ping()
    server.stop(child)
    assert not live.ping()
    live.save(attempt.state)
    live.touch("attempt-1", MOMENT)
    live.drop("attempt-1")
    assert live.load("attempt-1") is None
    assert live.contacts(["attempt-1"]) == {}
    again = server.start()
    try:
        live.save(attempt.state)
        assert live.load("attempt-1") == attempt.state
    finally:
        server.stop(again)
