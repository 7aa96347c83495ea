import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsed_attempt import (
    BASE_SECONDS,
    BEGINNING,
    LEASE,
    RehearsedAttempt,
    adaptive_plan,
    fixed_plan,
    through_a_snapshot,
)

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.events import EVENT_TYPES, Started, event_from_data
from testing_center.domain.attempts.records import AttemptSummary
from testing_center.domain.attempts.state import (
    RECENT_COMMANDS,
    Recorded,
    fold,
)
from testing_center.domain.errors import DomainError

STEPS = st.one_of(
    st.tuples(st.just("save"), st.integers(1, 3), st.sampled_from(["", "a", "b"])),
    st.tuples(
        st.sampled_from(["open", "flag", "confirm", "pause", "resume", "grant", "incident", "help", "lease"]),
        st.integers(1, 3),
        st.just(""),
    ),
    st.tuples(st.just("finish"), st.just(1), st.just("")),
)


def played(adaptive: bool, steps: list[tuple[str, int, str]]) -> RehearsedAttempt:
    """An attempt after steps some of which are refused, as in life."""
    attempt = RehearsedAttempt(adaptive_plan() if adaptive else fixed_plan()).started()
    for number, (name, position, response) in enumerate(steps, start=1):
        attempt.at(number * 13.25)
        shown = attempt.state.at(position)
        identifier = shown.presentation_id if shown else "unknown"
        command = {
            "save": asked.SaveResponse(identifier, (response,) if response else (), number, LEASE),
            "open": asked.OpenItem(position, LEASE),
            "flag": asked.FlagItem(identifier, True, LEASE),
            "confirm": asked.ConfirmItem(identifier, LEASE),
            "pause": asked.Pause("power cut"),
            "resume": asked.Resume("power is back"),
            "grant": asked.GrantTime(60 * position, "late start"),
            "incident": asked.NoteIncident("noise", "үн"),
            "help": asked.RequestHelp(),
            "lease": asked.TakeLease(LEASE, "phone"),
            "finish": asked.Finish(LEASE),
        }[name]
        try:
            attempt.give(command, command_id=f"command-{number}")
        except DomainError:
            continue
    return attempt


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(STEPS, max_size=25))
def test_a_snapshot_is_the_state(adaptive: bool, steps: list[tuple[str, int, str]]) -> None:
    state = played(adaptive, steps).state
    assert through_a_snapshot(state) == state


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(STEPS, max_size=25))
def test_a_replay_from_stored_events_gives_the_same_state(
    adaptive: bool, steps: list[tuple[str, int, str]]
) -> None:
    attempt = played(adaptive, steps)
    stored = [
        Recorded(
            recorded.sequence,
            event_from_data(recorded.event.kind, json.loads(json.dumps(recorded.event.to_data()))),
            recorded.occurred_at,
            recorded.actor,
            recorded.command_id,
        )
        for recorded in attempt.log
    ]
    assert fold(attempt.attempt_id, stored) == attempt.state


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(STEPS, max_size=25))
def test_what_always_holds(adaptive: bool, steps: list[tuple[str, int, str]]) -> None:
    attempt = played(adaptive, steps)
    state = attempt.state
    positions = [shown.position for shown in state.presentations]
    assert len(set(positions)) == len(positions)
    assert state.answered <= len(state.presentations) <= state.plan.length
    assert state.sequence == len(attempt.log)
    assert state.deadline is not None
    assert state.deadline >= BEGINNING + timedelta(seconds=BASE_SECONDS)
    left = state.seconds_left(attempt.now)
    assert left is not None
    assert 0 <= left <= BASE_SECONDS + state.granted_seconds
    assert (state.status == "paused") == (state.paused_at is not None and state.finished_at is None)


def test_an_empty_log_is_no_attempt() -> None:
    assert fold("attempt-1", []) is None


def test_a_log_that_lacks_its_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match="attempt-1"):
        fold("attempt-1", [Recorded(1, Started(), BEGINNING, "person:1")])


def test_an_unknown_event_is_never_skipped() -> None:
    with pytest.raises(KeyError):
        event_from_data("from_a_later_version", {})


def test_every_event_has_its_own_stored_name() -> None:
    assert all(EVENT_TYPES[kind].kind == kind for kind in EVENT_TYPES)


def test_time_left_stands_still_before_the_start_and_after_the_end() -> None:
    attempt = RehearsedAttempt(fixed_plan(extra_seconds=300))
    assert attempt.state.seconds_left(BEGINNING) == BASE_SECONDS + 300
    attempt.started().at(100).give(asked.Finish(LEASE))
    assert attempt.state.seconds_left(BEGINNING + timedelta(days=1)) == BASE_SECONDS + 200


def test_the_newest_commands_are_remembered() -> None:
    attempt = RehearsedAttempt(fixed_plan()).started()
    for number in range(1, RECENT_COMMANDS + 3):
        attempt.give(
            asked.SaveResponse(attempt.shown(1), ("a",), number, LEASE), command_id=f"command-{number}"
        )
    assert len(attempt.state.recent_commands) == RECENT_COMMANDS
    assert attempt.state.recent_commands[0][0] == "command-3"
    assert attempt.state.recent_commands[-1][0] == f"command-{RECENT_COMMANDS + 2}"


def test_a_summary_shows_a_pause_only_while_it_lasts() -> None:
    attempt = RehearsedAttempt(fixed_plan()).started()
    attempt.save(1, "a")
    attempt.at(10).give(asked.Pause("power cut"))
    assert AttemptSummary.of(attempt.state).paused_at == attempt.now
    attempt.at(20).give(asked.Resume("power is back"))
    shown = AttemptSummary.of(attempt.state)
    assert shown.paused_at is None
    assert (shown.answered, shown.length, shown.position) == (1, 3, 1)
    assert shown.deadline == BEGINNING + timedelta(seconds=BASE_SECONDS + 10)
