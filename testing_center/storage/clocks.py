"""The time as the database and the live store tell it."""

from datetime import UTC, datetime

import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

SQLITE_NOW = text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
POSTGRESQL_NOW = text("SELECT clock_timestamp()")


def database_time(engine: Engine) -> datetime | None:
    """Return the database's time (SQLite's is that of its computer), or None when it does not answer."""
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                return datetime.fromisoformat(connection.scalar(SQLITE_NOW)).replace(tzinfo=UTC)
            told: datetime = connection.scalar(POSTGRESQL_NOW)
            return told.astimezone(UTC)
    except SQLAlchemyError:
        return None


def live_time(client: redis.Redis) -> datetime | None:
    """Return the live store's time, or None when it does not answer."""
    try:
        seconds, microseconds = client.time()
    except redis.RedisError:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)
