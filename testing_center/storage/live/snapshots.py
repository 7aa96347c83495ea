"""Attempt snapshots as bytes (MessagePack), without the plan, which is kept once and never changes.

The shape follows the fields of `AttemptState` and `DeliveryPlan` by itself: a new field needs nothing
here. `FORMAT` changes with the shape, so that a snapshot of another version of the program is passed by.
"""

import hashlib
from collections import OrderedDict
from dataclasses import fields
from functools import lru_cache
from threading import Lock
from typing import Any, Final, get_type_hints

import msgspec

from testing_center.domain.attempts.plan import DeliveryPlan, PlannedItem
from testing_center.domain.attempts.state import AttemptState

PLANS_KEPT: Final = 20_000
"""Plans of attempts in the memory of one process, about 2 KB each: their items are shared."""
ITEMS_SHARED: Final = 100_000

_HINTS: Final = get_type_hints(AttemptState)
_FIELDS: Final = tuple(field.name for field in fields(AttemptState) if field.name != "plan")
_Snapshot: Final = msgspec.defstruct(
    "Snapshot", [("plan_key", str), *((name, _HINTS[name]) for name in _FIELDS)], array_like=True
)
_ENCODER: Final = msgspec.msgpack.Encoder()
_STATES: Final = msgspec.msgpack.Decoder(_Snapshot)
_PLANS: Final = msgspec.msgpack.Decoder(DeliveryPlan)


def _shape() -> str:
    described = msgspec.json.schema_components([_Snapshot, DeliveryPlan])
    return hashlib.sha256(msgspec.json.encode(described, order="sorted")).hexdigest()[:12]


FORMAT: Final = _shape()


class UnreadableSnapshot(Exception):
    """The bytes are no snapshot of this version of the program."""


class Plans:
    """Plans by attempt with the key of their content; the least used are forgotten."""

    def __init__(self, kept: int = PLANS_KEPT) -> None:
        self._kept = kept
        self._plans: OrderedDict[str, tuple[str, DeliveryPlan]] = OrderedDict()
        self._lock = Lock()

    def find(self, attempt_id: str) -> tuple[str, DeliveryPlan] | None:
        """Return key and plan when they are known here."""
        with self._lock:
            found = self._plans.get(attempt_id)
            if found is not None:
                self._plans.move_to_end(attempt_id)
            return found

    def keep(self, attempt_id: str, key: str, plan: DeliveryPlan) -> None:
        """Remember a plan."""
        with self._lock:
            self._plans[attempt_id] = (key, plan)
            self._plans.move_to_end(attempt_id)
            if len(self._plans) > self._kept:
                self._plans.popitem(last=False)

    def forget(self, attempt_id: str) -> None:
        """Know no plan of this attempt any more."""
        with self._lock:
            self._plans.pop(attempt_id, None)


def pack_plan(plan: DeliveryPlan) -> tuple[str, bytes]:
    """Return the key of a plan's content and its bytes."""
    packed = _ENCODER.encode(plan)
    return hashlib.sha256(packed).hexdigest()[:16], packed


def unpack_plan(packed: bytes) -> DeliveryPlan:
    """Rebuild a plan whose items are shared with other plans; raises ``UnreadableSnapshot``."""
    try:
        plan: DeliveryPlan = _PLANS.decode(packed)
    except msgspec.MsgspecError as error:
        raise UnreadableSnapshot from error
    for section in plan.sections:
        object.__setattr__(section, "items", tuple(map(_shared, section.items)))
    return plan


def pack_state(state: AttemptState, plan_key: str) -> bytes:
    """Return a state as bytes that name its plan by *plan_key*."""
    values = vars(state)
    return _ENCODER.encode([plan_key, *(values[name] for name in _FIELDS)])


def unpack_snapshot(packed: bytes) -> Any:
    """Return what ``pack_state`` packed, still without its plan; raises ``UnreadableSnapshot``."""
    try:
        return _STATES.decode(packed)
    except msgspec.MsgspecError as error:
        raise UnreadableSnapshot from error


def with_plan(snapshot: Any, plan: DeliveryPlan) -> AttemptState:
    """Return the state of an unpacked snapshot."""
    return AttemptState(plan=plan, **{name: getattr(snapshot, name) for name in _FIELDS})


@lru_cache(ITEMS_SHARED)
def _shared(item: PlannedItem) -> PlannedItem:
    return item
