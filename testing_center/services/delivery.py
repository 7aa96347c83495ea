"""The delivery engine: one command in, events durable in the log, the new state out.

Nothing is acknowledged before it is committed. A command that was recorded before is answered with
the state as it is now; two commands at once are put in order by the log's primary key, and the later
one is decided again on what the earlier one made of the attempt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.delivery import Context, Events, decide, prepare
from testing_center.domain.attempts.hash_chain import GENESIS, LogRow, link
from testing_center.domain.attempts.plan import DeliveryPlan
from testing_center.domain.attempts.policy import DEFAULT_POLICY
from testing_center.domain.attempts.records import Addition, AttemptAnchor, AttemptSummary, ItemResponse
from testing_center.domain.attempts.state import SILENCE, AttemptState, Recorded, evolve, fold
from testing_center.domain.errors import AttemptRefusal, CommandReused, ConcurrentAppend, NotFound
from testing_center.domain.ports import LiveState, UnitOfWorkFactory
from testing_center.domain.rescoring import Adjustment
from testing_center.services.adjusted_scores import adjusted_result
from testing_center.services.clock import Clock
from testing_center.services.clock_check import ClockCheck
from testing_center.services.group_commit import Alongside, GroupCommit
from testing_center.services.pinned_materials import PinnedMaterials
from testing_center.services.release_library import ReleaseLibrary

TRIES = 5
SWEEP_SIZE = 200
SYSTEM = "system:delivery"
SWEEPER = "system:sweeper"

FINAL = (happened.ItemConfirmed, happened.LateAnswerAccepted)
"""Events after which the response of their presentation is final."""
CHANGES_RESULT = (happened.Finished, happened.LateAnswerAccepted)
"""Events that a new result follows in the same commit."""


class Delivery:
    """Executes commands on attempts."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        live: LiveState,
        library: ReleaseLibrary,
        clock: Clock,
        clocks: ClockCheck | None = None,
    ) -> None:
        self._clocks = clocks
        self._unit_of_work = unit_of_work
        self._commits = GroupCommit(unit_of_work)
        self._live = live
        self._library = library
        self._clock = clock

    def now(self) -> datetime:
        """Return the server's time, which is the only one that counts."""
        return self._clock()

    def require_clocks(self) -> None:
        """Raise ``ClocksDisagree`` when this computer's clock is not the one of the others."""
        if self._clocks is not None:
            self._clocks.require()

    def state(self, attempt_id: str, *, heard: bool = False) -> AttemptState:
        """Return where the attempt stands, closing it first when its time is up; raises ``NotFound``.

        With ``heard`` it is noted on the way that the candidate's page was heard from.
        """
        state = self._load(attempt_id, heard)
        if _overdue(state, self.now()):
            return self.execute(attempt_id, asked.Expire(), actor=SYSTEM)
        return state

    def replay(self, attempt_id: str) -> AttemptState:
        """Fold the attempt from its log and keep the snapshot; raises ``NotFound``."""
        with self._unit_of_work() as work:
            rows = work.attempts.rows(attempt_id)
        state = fold(attempt_id, (row.recorded() for row in rows))
        if state is None:
            raise NotFound
        self._live.save(state)
        return state

    def log(self, attempt_id: str) -> Sequence[LogRow]:
        """Return the whole log of an attempt, oldest first."""
        with self._unit_of_work() as work:
            return work.attempts.rows(attempt_id)

    def prepare(self, anchor: AttemptAnchor, plan: DeliveryPlan, *, actor: str) -> AttemptState:
        """Begin an attempt; raises ``ConcurrentAppend`` when the booking already has one."""
        events = prepare(asked.Prepare(anchor.person_id, plan))
        addition, state = self._addition(anchor.attempt_id, None, events, _Source(actor))
        with self._unit_of_work(write=True) as work:
            work.attempts.begin(anchor)
            work.attempts.append(addition.rows)
            work.attempts.summarise(addition.summary, anchor.sitting_id, addition.at)
            work.commit()
        self._live.save(state)
        return state

    def execute(
        self,
        attempt_id: str,
        command: asked.Command,
        *,
        actor: str,
        command_id: str | None = None,
        alongside: Alongside | None = None,
        heard: bool = False,
    ) -> AttemptState:
        """Decide and record one command; raises ``NotFound`` or an ``AttemptRefusal``.

        What *alongside* writes is in the same transaction as the events, or not there at all. With
        ``heard`` it is noted on the way that the candidate's page was heard from.
        """
        state = self._load(attempt_id, heard)
        for _ in range(TRIES):
            if command_id is not None and command_id in (known := dict(state.recent_commands)):
                _require_same(command, known[command_id])
                return state
            try:
                events = self._decide(state, command)
            except AttemptRefusal:
                # Nobody is refused on a snapshot that a failing store left behind.
                if self._is_newest(state):
                    raise
                state = self._replayed(attempt_id)
                continue
            if not events:
                return state
            addition, after = self._addition(
                attempt_id, state, events, _Source.of(command, command_id, actor)
            )
            try:
                self._commits.append(addition, alongside)
            except ConcurrentAppend:
                recorded = self._recorded_hash(attempt_id, command_id)
                state = self._replayed(attempt_id)
                if recorded is not None:
                    _require_same(command, recorded)
                    return state
                continue
            self._live.save(after)
            return after
        raise ConcurrentAppend

    def expire_due(self) -> int:
        """Close attempts that nobody ends: past their deadline, or paused when their sitting closed."""
        with self._unit_of_work() as work:
            due = work.attempts.due(self.now() - DEFAULT_POLICY.grace, SWEEP_SIZE)
            stranded = work.attempts.stranded(SWEEP_SIZE)
        for attempt_id in due:
            self.execute(attempt_id, asked.Expire(), actor=SWEEPER)
        for attempt_id in stranded:
            self.execute(attempt_id, asked.CloseSitting(), actor=SWEEPER)
        return len(due) + len(stranded)

    def touch(self, attempt_id: str) -> None:
        """Note that the candidate's page was heard from."""
        self._live.touch(attempt_id, self.now())

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Return when each attempt's page was last heard from, as far as known."""
        return self._live.contacts(attempt_ids)

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None:
        """Keep how long the candidate's page last waited for an answer."""
        self._live.note_round_trip(attempt_id, milliseconds)

    def round_trips(self, attempt_ids: Iterable[str]) -> Mapping[str, int]:
        """Return the last known round trips in milliseconds."""
        return self._live.round_trips(attempt_ids)

    def _decide(self, state: AttemptState, command: asked.Command) -> Events:
        if isinstance(command, asked.Start) and state.plan.timed:
            self.require_clocks()
        materials = self._materials(state.plan)
        context = Context(self.now(), materials)
        events = decide(command, state, context)
        if not any(isinstance(event, CHANGES_RESULT) for event in events):
            return events
        # The result is part of the same commit as the end: there is no finished attempt without one.
        finished = state
        for event in events:
            recorded = Recorded(finished.sequence + 1, event, context.now, SYSTEM)
            finished = evolve(state.attempt_id, finished, recorded)
        return (*events, happened.Scored(self._result(finished, materials)))

    def _result(self, finished: AttemptState, materials: PinnedMaterials) -> Mapping[str, Any]:
        """Return the result as the rules give it, on the corrections of items that the attempt stands on."""
        if not finished.adjustments:
            return materials.score(finished)
        corrections = [Adjustment.from_data(data) for data in finished.adjustments]
        return adjusted_result(finished, corrections, self._library)

    def _load(self, attempt_id: str, heard: bool) -> AttemptState:
        return self._live.load(attempt_id, self.now() if heard else None) or self.replay(attempt_id)

    def _replayed(self, attempt_id: str) -> AttemptState:
        """Fold the attempt from its log; a snapshot that does not fit the log is not found again."""
        self._live.drop(attempt_id)
        return self.replay(attempt_id)

    def _is_newest(self, state: AttemptState) -> bool:
        with self._unit_of_work() as work:
            return work.attempts.last_hash(state.attempt_id) == state.last_hash

    def _addition(
        self, attempt_id: str, state: AttemptState | None, events: Events, source: "_Source"
    ) -> tuple[Addition, AttemptState]:
        """Return what *events*, at least one, add to the log, and the state after them."""
        now = self.now()
        previous = state.last_hash if state else GENESIS
        rows: list[LogRow] = []
        for event in events:
            sequence = (state.sequence if state else 0) + 1
            at = _occurred(state, event, rows[-1].occurred_at if _follows_limit(rows, event) else now)
            # The command stands at the first of its events only.
            command = (None, None) if rows else (source.command_id, source.command_hash)
            row = link(attempt_id, Recorded(sequence, event, at, source.actor, *command), previous)
            rows.append(row)
            previous = row.hash
            state = evolve(attempt_id, state, Recorded(sequence, event, at, source.actor, *command, previous))
        assert state is not None  # noqa: S101 - there is at least one event
        responses = tuple(_final_responses(state, events, now))
        summary = AttemptSummary.of(state)
        if any(isinstance(event, happened.LateAnswerAccepted) for event in events):
            return Addition(tuple(rows), summary, (), now, corrected=responses), state
        return Addition(tuple(rows), summary, responses, now), state

    def _recorded_hash(self, attempt_id: str, command_id: str | None) -> str | None:
        if command_id is None:
            return None
        with self._unit_of_work() as work:
            return work.attempts.command_hash(attempt_id, command_id)

    def _materials(self, plan: DeliveryPlan) -> PinnedMaterials:
        return PinnedMaterials(self._library, self._library.release(plan.release_number))


@dataclass(frozen=True)
class _Source:
    """Who asked, and under which identifier for what."""

    actor: str
    command_id: str | None = None
    command_hash: str | None = None

    @classmethod
    def of(cls, command: asked.Command, command_id: str | None, actor: str) -> "_Source":
        """Return the source of a command; content is hashed only when there is an identifier to bind."""
        return cls(actor, command_id, command.content_hash() if command_id is not None else None)


def _require_same(command: asked.Command, recorded_hash: str) -> None:
    """Raise ``CommandReused`` unless this is the recorded command again (older logs have no hash)."""
    if recorded_hash and recorded_hash != command.content_hash():
        raise CommandReused


def _overdue(state: AttemptState, now: datetime) -> bool:
    """Whether one of the limits that are running has passed; on a break only the test's own counts."""
    if state.status not in ("in_progress", "on_break"):
        return False
    policy = state.plan.policy
    ends, locks = state.deadline, state.next_limit if state.status == "in_progress" else None
    if ends is not None and now > ends + policy.grace:
        return True
    return locks is not None and locks != ends and now > locks + policy.inner_grace


def _follows_limit(rows: Sequence[LogRow], event: happened.Event) -> bool:
    """Whether *event* is the end of a test whose last section ran out of time with the row before."""
    if not rows or not isinstance(event, happened.Finished):
        return False
    return rows[-1].kind == happened.SectionClosed.kind


def _occurred(state: AttemptState | None, event: happened.Event, now: datetime) -> datetime:
    """What ended because its time was up ended at its limit, however late somebody noticed."""
    if state is None:
        return now
    if isinstance(event, happened.Finished) and event.reason == "time":
        return min(state.deadline or now, now)
    if isinstance(event, happened.SectionClosed) and event.reason == "time":
        return min(state.section_deadline or now, now)
    if isinstance(event, happened.ItemTimedOut):
        return min(state.item_deadline or now, now)
    if isinstance(event, happened.Resumed) and event.reason == SILENCE and state.paused_at:
        allowed = state.plan.policy.auto_pause.longest_seconds - state.auto_paused_seconds
        return min(state.paused_at + timedelta(seconds=allowed), now)
    return now


def _final_responses(state: AttemptState, events: Events, now: datetime) -> list[ItemResponse]:
    """Responses that became final with *events*: a confirmed one, or all of them at the end."""
    confirmed = {event.presentation_id for event in events if isinstance(event, FINAL)}
    ended = any(isinstance(event, happened.Finished) for event in events)
    return [
        ItemResponse(
            state.attempt_id,
            state.candidate_id,
            state.plan.kind,
            state.plan.release_number,
            shown.position,
            shown.item_key,
            shown.version,
            shown.response,
            shown.item_score,
            state.plan.language,
            now,
        )
        for shown in state.presentations
        if shown.presentation_id in confirmed or (ended and shown.response)
    ]
