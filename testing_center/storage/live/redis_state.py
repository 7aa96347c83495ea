"""Live state in Redis or Valkey: attempt snapshots with compare-and-set, and last contacts.

Every failure of the store is survived: a snapshot that cannot be read is replayed from the log.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import redis

from testing_center.domain.attempts.plan import DeliveryPlan
from testing_center.domain.attempts.state import AttemptState
from testing_center.storage.live import snapshots
from testing_center.storage.live.exchange import Command, Exchange

SNAPSHOT_SECONDS = 24 * 3600
CONTACTS = "synak:contacts"
ROUND_TRIPS = "synak:round-trips"
_SAVE_IF_NEWER = """
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'plan', ARGV[4]) end
local kept = redis.call('HGET', KEYS[1], 'sequence')
if kept and tonumber(kept) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'sequence', ARGV[1], 'state', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_SCRIPT = hashlib.sha1(_SAVE_IF_NEWER.encode(), usedforsecurity=False).hexdigest()

log = logging.getLogger(__name__)


class RedisLiveState:
    """``LiveState`` on Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._ask = Exchange(client)
        self._plans = snapshots.Plans()

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        wanted: list[Command] = [("HGET", _key(attempt_id), "state")]
        if heard_at is not None:
            wanted.append(_heard(attempt_id, heard_at))
        try:
            packed = self._ask(*wanted)[0]
            return self._unpacked(attempt_id, packed) if packed else None
        except redis.RedisError as error:
            log.warning("live state is away: %s", error)
        except snapshots.UnreadableSnapshot as error:
            log.warning("a snapshot is not readable: %s", error)
        return None

    def save(self, state: AttemptState) -> None:
        known = self._plans.find(state.attempt_id)
        packed_plan = b""
        if known is None or known[1] is not state.plan:
            key, packed_plan = snapshots.pack_plan(state.plan)
            known = (key, state.plan)
        packed = snapshots.pack_state(state, known[0])
        arguments = (1, _key(state.attempt_id), state.sequence, packed, SNAPSHOT_SECONDS, packed_plan)
        try:
            self._save(arguments)
        except redis.RedisError as error:
            log.warning("snapshot not kept: %s", error)
        else:
            self._plans.keep(state.attempt_id, *known)

    def drop(self, attempt_id: str) -> None:
        try:
            self._ask(("DEL", _key(attempt_id)))
        except redis.RedisError as error:
            log.warning("snapshot not dropped: %s", error)
        self._plans.forget(attempt_id)

    def touch(self, attempt_id: str, now: datetime) -> None:
        try:
            self._ask(_heard(attempt_id, now))
        except redis.RedisError as error:
            log.warning("contact not noted: %s", error)

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        values = self._numbers(CONTACTS, attempt_ids)
        return {attempt_id: datetime.fromtimestamp(value, UTC) for attempt_id, value in values.items()}

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None:
        try:
            self._ask(("HSET", ROUND_TRIPS, attempt_id, str(milliseconds)))
        except redis.RedisError as error:
            log.warning("round trip not noted: %s", error)

    def round_trips(self, attempt_ids: Iterable[str]) -> Mapping[str, int]:
        values = self._numbers(ROUND_TRIPS, attempt_ids)
        return {attempt_id: int(value) for attempt_id, value in values.items()}

    def _numbers(self, name: str, attempt_ids: Iterable[str]) -> Mapping[str, float]:
        wanted = list(attempt_ids)
        if not wanted:
            return {}
        try:
            values = self._ask(("HMGET", name, *wanted))[0]
        except redis.RedisError as error:
            log.warning("%s are away: %s", name, error)
            return {}
        return {
            attempt_id: float(value)
            for attempt_id, value in zip(wanted, values, strict=True)
            if value is not None
        }

    def ping(self) -> bool:
        try:
            return bool(self._ask(("PING",))[0])
        except redis.RedisError:
            return False

    def _unpacked(self, attempt_id: str, packed: bytes) -> AttemptState | None:
        snapshot = snapshots.unpack_snapshot(packed)
        plan = self._plan(attempt_id, snapshot.plan_key)
        return snapshots.with_plan(snapshot, plan) if plan else None

    def _plan(self, attempt_id: str, key: str) -> DeliveryPlan | None:
        """Return a plan from this process's memory, else from the store; it never changes."""
        known = self._plans.find(attempt_id)
        if known is not None and known[0] == key:
            return known[1]
        packed = self._ask(("HGET", _key(attempt_id), "plan"))[0]
        if not packed:
            return None
        plan = snapshots.unpack_plan(packed)
        self._plans.keep(attempt_id, key, plan)
        return plan

    def _save(self, arguments: tuple[Any, ...]) -> None:
        try:
            self._ask(("EVALSHA", _SCRIPT, *arguments))
        except redis.exceptions.NoScriptError:
            self._ask(("EVAL", _SAVE_IF_NEWER, *arguments))


def _key(attempt_id: str) -> str:
    return f"synak:attempt:{snapshots.FORMAT}:{attempt_id}"


def _heard(attempt_id: str, at: datetime) -> Command:
    return ("HSET", CONTACTS, attempt_id, f"{at.timestamp():.3f}")
