"""`synak demo` and `synak serve`: from claimed port to a quiet stop."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from testing_center.config import Settings, child_environment, web_address
from testing_center.instance_folder import InstanceFolder
from testing_center.serving import gunicorn_settings, ports
from testing_center.serving.child import Child, ChildCommand
from testing_center.serving.live_server import LiveServer, concern, find_program
from testing_center.serving.preparation import Account, Message, Preparation, PreparationError
from testing_center.serving.signals import SignalWatch
from testing_center.serving.supervisor import CommandService, RestartPolicy, Supervisor, SupervisorGaveUpError
from testing_center.serving.terminal import Terminal

# What fails before the site ever answered will hardly mend itself.
_WHILE_OPENING = RestartPolicy(patience=1)
_LONG_START_SECONDS = 20.0
# Addresses that mean "everywhere", and where this computer itself finds them.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104
_THREADS_OF_NUMERICS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class _StoppedError(Exception):
    """A stop was requested before the site was ready."""


@dataclass(frozen=True)
class InstanceRun:
    """One start of one installation on a listening socket that is already ours."""

    settings: Settings
    listener: socket.socket
    preparation: Preparation
    terminal: Terminal
    logs_in_folder: bool
    """Children write to `logs/` instead of the terminal."""

    def run(self) -> int:
        """Start everything, stay until stopped; the exit code of the command.

        Raises AlreadyRunningError, LiveServerError or PreparationError before the site opens.
        """
        folder = InstanceFolder.open(self.settings.data_directory)
        with ExitStack() as stack:
            stack.enter_context(folder.held(self._address))
            signals = stack.enter_context(SignalWatch())
            supervisor = stack.enter_context(Supervisor(signals, self._report, policy=_WHILE_OPENING))
            try:
                self._open(folder, supervisor)
                supervisor.policy = RestartPolicy()
                supervisor.watch()
            except SupervisorGaveUpError as error:
                self.terminal.say(str(error), "red")
                self._point_to_logs(folder)
                return 1
            except _StoppedError:
                pass
            self.terminal.say("Stopping.")
        return 0

    def _open(self, folder: InstanceFolder, supervisor: Supervisor) -> None:
        settings = self._resolved(folder, supervisor)
        environment = child_environment(settings, os.environ)
        accounts = self._prepare(folder, supervisor, environment)
        web = self._command(
            "web server", folder, environment | _single_threaded(), self._web_arguments(settings)
        )
        worker = self._command("background worker", folder, environment, _WORKER_ARGUMENTS)
        supervisor.start(CommandService(web), CommandService(worker))
        self._announce(settings, supervisor, accounts)

    def _resolved(self, folder: InstanceFolder, supervisor: Supervisor) -> Settings:
        """The settings with what is known only now: the real port, the live server started here."""
        changes: dict[str, object] = {"port": ports.port_of(self.listener)}
        if not self._has_public_url:
            # QR codes are read by phones, which reach this computer by its network address only.
            changes["public_url"] = self._network_address or self._address
        if self.settings.redis_url is not None:
            doubt = concern(self.settings.redis_url)
            if doubt:
                self._report(doubt)
        else:
            live = LiveServer(folder.live, find_program(), self.settings.live_memory_megabytes)
            supervisor.start(live)
            changes["redis_url"] = live.url
        return self.settings.model_copy(update=changes)

    def _prepare(
        self, folder: InstanceFolder, supervisor: Supervisor, environment: dict[str, str]
    ) -> tuple[Account, ...]:
        command = self._command("preparation", folder, environment, self.preparation.arguments())
        child = Child.start(command, output=subprocess.PIPE)
        accounts: tuple[Account, ...] = ()
        try:
            with self.terminal.progress() as show:
                for message in _messages(child, supervisor):
                    if message.error is not None:
                        raise PreparationError(message.error)
                    if message.progress is not None:
                        show(message.progress)
                    accounts = message.accounts or accounts
            if child.wait(5.0) != 0:
                raise PreparationError(f"The data could not be prepared{self._log_hint(folder, command)}.")
        finally:
            child.clear_away()
            child.output.close()
        return accounts

    def _announce(self, settings: Settings, supervisor: Supervisor, accounts: tuple[Account, ...]) -> None:
        with closing(ports.call(_EVERYWHERE.get(settings.host, settings.host), settings.port)) as caller:
            while not supervisor.watch(caller, seconds=_LONG_START_SECONDS):
                if supervisor.stop_requested:
                    raise _StoppedError
                self._report("The web server is still starting.")
            status = ports.answer_status(caller)
        if status != 200:
            self._report(f"The site answers /healthz with {status or 'nothing'} instead of 200.")
        for line in self._addresses(settings):
            self.terminal.say(line, "bold green")
        self.terminal.say(f"Data folder: {settings.data_directory}")
        if accounts:
            self.terminal.say("")
            self.terminal.accounts(accounts)
            self.terminal.say("")
        self.terminal.say("Press Ctrl-C to stop.")

    def _addresses(self, settings: Settings) -> Iterator[str]:
        yield f"Synak is ready: {self._address}"
        if self._network_address:
            yield f"From other devices on this network: {self._network_address}"
        if self._has_public_url:
            yield f"Public address: {settings.public_url}"

    def _command(
        self, name: str, folder: InstanceFolder, environment: dict[str, str], arguments: tuple[str, ...]
    ) -> ChildCommand:
        return ChildCommand(
            name=name,
            arguments=arguments,
            environment=environment,
            directory=folder.path,
            log_file=_log_file(folder, name) if self.logs_in_folder else None,
            passed_descriptors=(self.listener.fileno(),) if name == "web server" else (),
        )

    def _web_arguments(self, settings: Settings) -> tuple[str, ...]:
        return gunicorn_settings.arguments(settings, self.listener.fileno())

    @property
    def _address(self) -> str:
        return web_address(self.settings.host, ports.port_of(self.listener))

    @property
    def _network_address(self) -> str | None:
        host = ports.network_address() if self.settings.host in _EVERYWHERE else None
        return web_address(host, ports.port_of(self.listener)) if host else None

    @property
    def _has_public_url(self) -> bool:
        return "public_url" in self.settings.model_fields_set

    def _report(self, text: str) -> None:
        self.terminal.say(text, "yellow")

    def _point_to_logs(self, folder: InstanceFolder) -> None:
        if self.logs_in_folder:
            self.terminal.say(f"What they wrote is in {folder.logs}.")

    def _log_hint(self, folder: InstanceFolder, command: ChildCommand) -> str:
        return f"; see {command.log_file}" if command.log_file else ""


_WORKER_ARGUMENTS = (sys.executable, "-m", "testing_center.serving.background")


def _messages(child: Child, supervisor: Supervisor) -> Iterator[Message]:
    """Messages of the preparing process as they come; raises _StoppedError when a stop is requested."""
    rest = b""
    while True:
        if not supervisor.watch(child.output):
            raise _StoppedError
        block = os.read(child.output.fileno(), 65536)
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            message = Message.from_line(line.decode("utf-8", errors="replace"))
            if message is not None:
                yield message


def _log_file(folder: InstanceFolder, name: str) -> Path:
    return folder.logs / f"{name.replace(' ', '-')}.log"


def _single_threaded() -> dict[str, str]:
    """Request threads already fill the processors; linear algebra must not multiply them."""
    return {name: os.environ.get(name, "1") for name in _THREADS_OF_NUMERICS}
