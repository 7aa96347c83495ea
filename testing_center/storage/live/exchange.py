"""Exchanges with Redis for the requests of running tests: one connection for each thread, nothing between.

The client library's own connections are used, so addresses, passwords and TLS work as everywhere; its pool
and its commands, which cost more time than the server takes to answer, are not.
"""

import os
import threading
from typing import Any

import redis

Command = tuple[Any, ...]


class Exchange:
    """Sends commands together and returns their replies."""

    def __init__(self, client: redis.Redis) -> None:
        self._pool = client.connection_pool
        self._own = threading.local()

    def __call__(self, *commands: Command) -> list[Any]:
        """Return one reply for each command; raises ``redis.RedisError`` when any of them fails."""
        connection = self._connection()
        try:
            connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            return [connection.read_response() for _ in commands]
        except BaseException:
            # What is still on its way must never be taken for the reply to something else.
            connection.disconnect()
            raise

    def _connection(self) -> Any:
        # A process that was forked must not talk over the connection of its parent.
        kept: tuple[int, Any] | None = getattr(self._own, "kept", None)
        if kept is None or kept[0] != os.getpid():
            # Not from the pool, which counts connections that threads took along when they ended.
            connection = self._pool.connection_class(**self._pool.connection_kwargs)
            kept = self._own.kept = (os.getpid(), connection)
        return kept[1]
