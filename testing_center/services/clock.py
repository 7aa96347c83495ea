"""The one clock: services are given it, tests replace it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the server's time in UTC."""
    return datetime.now(UTC)
