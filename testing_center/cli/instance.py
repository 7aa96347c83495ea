"""`synak demo`, `synak serve`, `synak migrate`, `synak worker`: running an installation.

Everything heavy is imported inside the commands, so that `synak --help` and the calculating commands
start without the web framework.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from testing_center.config import Settings
    from testing_center.serving.preparation import Preparation

USAGE_ERROR = 2
_FAILURE = 1


def register(group: click.Group) -> None:
    """Add this module's commands to the `synak` group."""
    for command in (demo, serve, migrate, worker):
        group.add_command(command)


def _address_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--data", type=click.Path(path_type=Path), help="Data folder [default: ./synak-data]."),
        click.option(
            "--host", help="Address to listen at; 0.0.0.0 lets other devices in [default: 127.0.0.1]."
        ),
        click.option("--port", type=click.IntRange(0, 65535), help="Port to listen at [default: 8000]."),
    ):
        command = option(command)
    return command


@click.command()
@_address_options
@click.option("--database", metavar="URL", help="Keep the data in this empty database instead of the folder.")
@click.option("--reset", is_flag=True, help="Remove what an earlier demonstration left in the data folder.")
def demo(port: int | None, host: str | None, data: Path | None, database: str | None, reset: bool) -> None:
    """Start a complete demonstration: example items, candidates and results, an account for every role."""
    with _plain_errors():
        if os.environ.get("SYNAK_ENVIRONMENT") == "production":
            raise click.UsageError("The demonstration has public passwords and does not start in production.")
        chosen: dict[str, Any] = {"environment": "development", "demonstration": True}
        chosen["log_level"] = os.environ.get("SYNAK_LOG_LEVEL", "warning")
        chosen |= _given(port=port, host=host, data_directory=data, database_url=database)
        if database is None and os.environ.pop("DATABASE_URL", ""):
            click.echo(
                "DATABASE_URL is left alone: the demonstration keeps its data in its own folder.", err=True
            )
        _run(chosen, _preparation(demonstration=True), reset=reset)


@click.command()
@_address_options
@click.option(
    "--migrate/--no-migrate", default=True, help="Bring the database up to date first [default: yes]."
)
def serve(port: int | None, host: str | None, data: Path | None, migrate: bool) -> None:
    """Start the site for real work, configured by environment variables (see docs/operations.md)."""
    with _plain_errors():
        _run(_given(port=port, host=host, data_directory=data), _preparation(migrate=migrate))


@click.command()
def migrate() -> None:
    """Bring the database named by the environment up to date and exit."""
    with _plain_errors():
        from testing_center.serving import preparation

        preparation.upgrade(_opened().database_url)
        click.echo("The database is up to date.")


@click.command()
def worker() -> None:
    """Run the background worker alone, next to a site served elsewhere."""
    with _plain_errors():
        from testing_center.serving import background, preparation

        settings = _opened()
        preparation.require_current(settings.database_url)
        sys.exit(background.run(settings))


def _run(chosen: dict[str, Any], preparation: Preparation, *, reset: bool = False) -> None:
    from testing_center.instance_folder import reset_instance
    from testing_center.serving import ports
    from testing_center.serving.start import InstanceRun
    from testing_center.serving.terminal import Terminal

    settings = _loaded(chosen)
    with closing(ports.listen(settings.host, settings.port)) as listener:
        if reset:
            _refuse_outside_data(settings)
            reset_instance(settings.data_directory)
            settings = _loaded(chosen)
        for warning in settings.warnings():
            click.echo(warning, err=True)
        run = InstanceRun(settings, listener, preparation, Terminal(), logs_in_folder=settings.demonstration)
        code = run.run()
    sys.exit(code)


def _loaded(chosen: dict[str, Any]) -> Settings:
    if os.name == "nt":
        raise click.ClickException("Synak's server runs on Linux and macOS; on Windows use WSL.")
    from testing_center.config import Settings

    return Settings.load(**chosen)


def _opened() -> Settings:
    """The settings of the environment, with the data folder ready to hold a database file."""
    from testing_center.instance_folder import InstanceFolder

    settings = _loaded({})
    InstanceFolder.open(settings.data_directory)
    return settings


def _refuse_outside_data(settings: Settings) -> None:
    if not settings.uses_sqlite or str(settings.data_directory) not in settings.database_url:
        raise click.UsageError(
            "--reset empties the data folder only; the database is elsewhere, empty it yourself."
        )


def _preparation(*, migrate: bool = True, demonstration: bool = False) -> Preparation:
    from testing_center.serving.preparation import Preparation

    return Preparation(migrate=migrate, demonstration=demonstration)


def _given(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn our named errors into plain lines: exit code 2 for what the command line can mend, else 1."""
    from testing_center.config import SettingsError
    from testing_center.instance_folder import InstanceFolderError
    from testing_center.serving.live_server import LiveServerError
    from testing_center.serving.ports import PortError
    from testing_center.serving.preparation import PreparationError

    try:
        yield
    except (PortError, SettingsError, InstanceFolderError) as error:
        click.echo(str(error), err=True)
        sys.exit(USAGE_ERROR)
    except (LiveServerError, PreparationError) as error:
        click.echo(str(error), err=True)
        sys.exit(_FAILURE)
