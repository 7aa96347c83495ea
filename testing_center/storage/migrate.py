"""Brings a database to the newest schema, and tells whether it is there."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from testing_center.storage.database import prepare_engine

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run every migration up to *revision*."""
    _run(database_url, lambda config: command.upgrade(config, revision))


def downgrade(database_url: str, revision: str) -> None:
    """Undo migrations down to *revision* (``base`` removes everything)."""
    _run(database_url, lambda config: command.downgrade(config, revision))


def is_current(connection: Connection) -> bool:
    """Whether the database behind *connection* has the newest schema."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _run(database_url: str, step: Callable[[Config], None]) -> None:
    engine = create_engine(database_url)
    prepare_engine(engine)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            step(config)
    finally:
        engine.dispose()
