"""Preparing the data before the site opens, in a process of its own that reports by JSON lines.

A separate process keeps the supervisor small (no database driver, no numerics) and free of threads.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from testing_center.config import Settings, SettingsError

Account = tuple[str, str, str, str]
"""Role, sign-in name, password, what to try."""


class PreparationError(Exception):
    """The data could not be prepared; the message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Preparation:
    """What to do: `migrate` brings the database up to date (otherwise that is only checked)."""

    migrate: bool = True
    demonstration: bool = False

    def arguments(self) -> tuple[str, ...]:
        """The command line of the process that does this."""
        steps = ["migrate" if self.migrate else "check"]
        if self.demonstration:
            steps.append("demonstration")
        return (sys.executable, "-m", "testing_center.serving.preparation", *steps)


@dataclass(frozen=True)
class Message:
    """One line from the preparing process; exactly one field is filled."""

    progress: str | None = None
    error: str | None = None
    accounts: tuple[Account, ...] | None = None

    def to_line(self) -> str:
        filled = {name: value for name, value in vars(self).items() if value is not None}
        return json.dumps(filled, ensure_ascii=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Message | None:
        """None for a line some library printed."""
        try:
            content: Any = json.loads(line)
            accounts = content.get("accounts")
            rows = None if accounts is None else tuple(_account(row) for row in accounts)
            return cls(progress=content.get("progress"), error=content.get("error"), accounts=rows)
        except (ValueError, AttributeError, TypeError):
            return None


def prepare(settings: Settings, plan: Preparation, send: Callable[[Message], None]) -> None:
    """Carry out `plan`, sending what happens; raises PreparationError when the database fails."""
    if plan.migrate:
        send(Message(progress="Bringing the database up to date"))
        upgrade(settings.database_url)
    else:
        require_current(settings.database_url)
    if plan.demonstration:
        from testing_center import demo

        accounts = demo.load(settings, lambda text: send(Message(progress=text)))
        send(Message(accounts=tuple(_account(row) for row in accounts.rows)))


def upgrade(database_url: str) -> None:
    """Bring the database to this program's newest schema; raises PreparationError when that fails."""
    with _database_errors():
        from testing_center.storage import migrate

        migrate.upgrade(database_url)


def require_current(database_url: str) -> None:
    """Raise PreparationError unless the database has this program's newest schema."""
    with _database_errors():
        from sqlalchemy import create_engine

        from testing_center.storage import migrate

        engine = create_engine(database_url)
        try:
            with engine.connect() as connection:
                current = migrate.is_current(connection)
        finally:
            engine.dispose()
    if not current:
        raise PreparationError(
            "The database belongs to another version of the program; run `synak migrate` first."
        )


def main(steps: Sequence[str]) -> int:
    """Prepare by the settings in the environment; 1 after an error, which was sent and logged."""
    plan = Preparation(migrate="migrate" in steps, demonstration="demonstration" in steps)
    try:
        prepare(Settings.load(), plan, _write)
    except (PreparationError, SettingsError) as error:
        _write(Message(error=str(error)))
        return 1
    except Exception as error:
        traceback.print_exc()
        _write(Message(error=f"The data could not be prepared: {_first_line(error)}"))
        return 1
    return 0


@contextmanager
def _database_errors() -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ModuleNotFoundError as error:
        raise PreparationError(
            f"The database driver {error.name} is missing; for PostgreSQL: pip install 'synak[postgres]'"
        ) from error
    except SQLAlchemyError as error:
        raise PreparationError(f"The database cannot be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _account(row: Sequence[object]) -> Account:
    role, name, password, advice = (str(value) for value in row)
    return role, name, password, advice


def _write(message: Message) -> None:
    sys.stdout.write(message.to_line())
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
