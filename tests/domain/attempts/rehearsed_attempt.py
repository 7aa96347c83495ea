"""An attempt played by hand: a clock that moves only when told, content with known keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.delivery import Context, JudgedResponse, NextItem, decide, prepare
from testing_center.domain.attempts.events import Event
from testing_center.domain.attempts.plan import AdaptiveRules, DeliveryPlan, Kind, PlannedItem, SectionPlan
from testing_center.domain.attempts.policy import DEFAULT_POLICY, Accommodations, DeliveryPolicy
from testing_center.domain.attempts.state import AttemptState, Recorded, evolve
from testing_center.domain.errors import InvalidResponseGiven
from testing_center.storage.live.snapshots import (
    pack_plan,
    pack_state,
    unpack_plan,
    unpack_snapshot,
    with_plan,
)

BEGINNING = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
OPTIONS = ("b", "a", "d", "c")
KEY = ("a",)
LEASE = "window-1"
BASE_SECONDS = 1800


class KnownContent:
    """Materials in which option ``a`` is right and an adaptive section holds items in a row."""

    def judge(
        self, item_key: str, version: int, response: tuple[str, ...], language: str
    ) -> JudgedResponse:
        if not set(response) <= set(OPTIONS):
            raise InvalidResponseGiven
        return JudgedResponse(response, int(response == KEY))

    def next_item(
        self, plan: DeliveryPlan, section: SectionPlan, history: tuple[tuple[str, int, int], ...]
    ) -> NextItem:
        theta = float(sum(score for _, _, score in history))
        if len(history) == section.length:
            return NextItem(None, 0, (), "maximum length", theta, 0.5, {})
        key = f"{section.code}-{len(history) + 1}"
        return NextItem(key, 1, OPTIONS, None, theta, 1.0, {"theta": theta})

    def score(self, state: AttemptState) -> Mapping[str, Any]:
        return {"correct": sum(shown.item_score for shown in state.presentations)}


def fixed_plan(items: int = 3, extra_seconds: int = 0) -> DeliveryPlan:
    """An exam of one fixed section."""
    slots = tuple(PlannedItem(f"item-{number}", 1, OPTIONS) for number in range(1, items + 1))
    plan = _plan("exam", "fixed", (SectionPlan("subject", "mathematics", slots),))
    return replace(plan, accommodations=Accommodations(extra_seconds=extra_seconds))


def timed_sections_plan(*seconds: int | None, policy: DeliveryPolicy = DEFAULT_POLICY) -> DeliveryPlan:
    """An exam of fixed sections ``s1``, ``s2`` … of two items each, with their own times where given."""
    sections = tuple(
        SectionPlan(
            f"s{number}",
            "mathematics",
            tuple(PlannedItem(f"s{number}-{index}", 1, OPTIONS) for index in (1, 2)),
            seconds=own,
        )
        for number, own in enumerate(seconds, start=1)
    )
    return replace(_plan("exam", "fixed", sections), policy=policy)


def adaptive_plan(kind: Kind = "exam", lengths: tuple[int, ...] = (2, 1)) -> DeliveryPlan:
    """Adaptive sections ``s1``, ``s2`` … of the given lengths; the trainer's has no deadline."""
    sections = tuple(
        SectionPlan(f"s{number}", "mathematics", adaptive=AdaptiveRules({"algebra": 1.0}, 1, length, None, 1))
        for number, length in enumerate(lengths, start=1)
    )
    return _plan(kind, "adaptive", sections)


def _plan(kind: Kind, mode: Any, sections: tuple[SectionPlan, ...]) -> DeliveryPlan:
    base_seconds = BASE_SECONDS if kind == "exam" else 0
    return DeliveryPlan(kind, mode, sections, base_seconds, "ky", 7, 1)


@dataclass
class RehearsedAttempt:
    """Gives commands to an attempt at moments counted in seconds from its beginning."""

    plan: DeliveryPlan
    attempt_id: str = "attempt-1"
    log: list[Recorded] = field(default_factory=list)
    now: datetime = BEGINNING
    _state: AttemptState | None = None

    def __post_init__(self) -> None:
        self._record(prepare(asked.Prepare(1, self.plan)), None)

    @property
    def state(self) -> AttemptState:
        assert self._state is not None
        return self._state

    def at(self, seconds: float) -> "RehearsedAttempt":
        """Move the clock."""
        self.now = BEGINNING + timedelta(seconds=seconds)
        return self

    def give(self, command: asked.Command, command_id: str | None = None) -> tuple[Event, ...]:
        """Give a command now and record what follows."""
        events = decide(command, self.state, Context(self.now, KnownContent()))
        self._record(events, command_id)
        return events

    def started(self) -> "RehearsedAttempt":
        """Go through check-in to the first item, all at the present moment."""
        if self.plan.kind == "exam":
            self.give(asked.CheckIn("passport", "4821", 5))
            self.give(asked.PermitStart())
        self.give(asked.Start())
        self.give(asked.TakeLease(LEASE, "computer"))
        return self

    def shown(self, position: int) -> str:
        """The presentation at a position."""
        presentation = self.state.at(position)
        assert presentation is not None
        return presentation.presentation_id

    def save(self, position: int, *response: str, client_sequence: int = 1) -> tuple[Event, ...]:
        """Save a response at a position."""
        return self.give(asked.SaveResponse(self.shown(position), response, client_sequence, LEASE))

    def confirm(self, position: int) -> tuple[Event, ...]:
        """Confirm the response at a position."""
        return self.give(asked.ConfirmItem(self.shown(position), LEASE))

    def _record(self, events: tuple[Event, ...], command_id: str | None) -> None:
        for number, event in enumerate(events):
            recorded = Recorded(
                len(self.log) + 1, event, self.now, "person:1", command_id if number == 0 else None
            )
            self.log.append(recorded)
            self._state = evolve(self.attempt_id, self._state, recorded)


def through_a_snapshot(state: AttemptState) -> AttemptState:
    """Return the state as it comes back from the live store."""
    key, packed_plan = pack_plan(state.plan)
    snapshot = unpack_snapshot(pack_state(state, key))
    assert snapshot.plan_key == key
    return with_plan(snapshot, unpack_plan(packed_plan))
