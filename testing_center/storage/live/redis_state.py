"""Live state in Redis or Valkey: attempt snapshots with compare-and-set, and last contacts.

Every failure of the store is survived: a snapshot that cannot be read is replayed from the log.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import redis

from testing_center.domain.attempts.state import AttemptState, state_from_data, state_to_data

SNAPSHOT_SECONDS = 24 * 3600
SNAPSHOT_FORMAT = 5
"""Raised with every change of a snapshot's shape: older ones are passed by and replayed from the log."""
CONTACTS = "synak:contacts"
_SAVE_IF_NEWER = """
local kept = redis.call('HGET', KEYS[1], 'sequence')
if kept and tonumber(kept) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'sequence', ARGV[1], 'state', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

log = logging.getLogger(__name__)


class RedisLiveState:
    """``LiveState`` on Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._save_if_newer = client.register_script(_SAVE_IF_NEWER)

    def load(self, attempt_id: str) -> AttemptState | None:
        try:
            kept = self._client.hget(_key(attempt_id), "state")
        except redis.RedisError as error:
            log.warning("live state is away: %s", error)
            return None
        return state_from_data(json.loads(kept)) if kept else None

    def save(self, state: AttemptState) -> None:
        text = json.dumps(state_to_data(state), separators=(",", ":"), ensure_ascii=False)
        try:
            self._save_if_newer(keys=[_key(state.attempt_id)], args=[state.sequence, text, SNAPSHOT_SECONDS])
        except redis.RedisError as error:
            log.warning("snapshot not kept: %s", error)

    def drop(self, attempt_id: str) -> None:
        try:
            self._client.delete(_key(attempt_id))
        except redis.RedisError as error:
            log.warning("snapshot not dropped: %s", error)

    def touch(self, attempt_id: str, now: datetime) -> None:
        try:
            self._client.hset(CONTACTS, attempt_id, f"{now.timestamp():.3f}")
        except redis.RedisError as error:
            log.warning("contact not noted: %s", error)

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        wanted = list(attempt_ids)
        if not wanted:
            return {}
        try:
            values = self._client.hmget(CONTACTS, wanted)
        except redis.RedisError as error:
            log.warning("contacts are away: %s", error)
            return {}
        return {
            attempt_id: datetime.fromtimestamp(float(value), UTC)
            for attempt_id, value in zip(wanted, values, strict=True)
            if value is not None
        }

    def ping(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False


def _key(attempt_id: str) -> str:
    return f"synak:attempt:{SNAPSHOT_FORMAT}:{attempt_id}"
