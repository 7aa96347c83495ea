from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from rehearsed_attempt import LEASE, RehearsedAttempt, fixed_plan

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import GENESIS, LogRow, canonical, link, verify
from testing_center.domain.attempts.state import fold


def chain() -> list[LogRow]:
    """The log of a short exam, linked."""
    attempt = RehearsedAttempt(fixed_plan()).started()
    attempt.at(20).save(1, "a")
    attempt.at(30).give(asked.OpenItem(2, LEASE), command_id="command-1")
    attempt.at(60).give(asked.Finish(LEASE))
    rows: list[LogRow] = []
    for recorded in attempt.log:
        rows.append(link(attempt.attempt_id, recorded, rows[-1].hash if rows else GENESIS))
    return rows


ROWS = chain()
PLACES = st.integers(0, len(ROWS) - 1)
CHANGES = st.sampled_from(
    [
        {"attempt_id": "attempt-2"},
        {"kind": "help_requested"},
        {"data": '{"response":["a"]}'},
        {"actor": "person:2"},
        {"command_id": "another"},
        {"command_hash": "f" * 64},
        {"previous_hash": "f" * 64},
        {"hash": "f" * 64},
        {"sequence": 99},
    ]
)


def relinked(rows: list[LogRow]) -> list[LogRow]:
    """Rows whose hashes were computed anew, as a careful forger would."""
    forged: list[LogRow] = []
    for row in rows:
        previous = forged[-1].hash if forged else GENESIS
        forged.append(link(row.attempt_id, row.recorded(), previous))
    return forged


def test_an_untouched_chain_holds() -> None:
    assert len(ROWS) > 8
    assert verify(ROWS) is None
    assert verify([]) is None


def test_the_rows_replay_to_the_finished_attempt() -> None:
    state = fold("attempt-1", [row.recorded() for row in ROWS])
    assert state is not None
    assert state.status == "finished"
    assert state.answered == 1


@given(PLACES, CHANGES)
def test_a_changed_row_is_named(place: int, change: dict[str, object]) -> None:
    rows = [*ROWS]
    rows[place] = replace(rows[place], **change)
    assert verify(rows) == place + 1


@given(PLACES, st.integers(-86400, 86400).filter(bool))
def test_a_moved_time_is_named(place: int, seconds: int) -> None:
    rows = [*ROWS]
    rows[place] = replace(rows[place], occurred_at=rows[place].occurred_at + timedelta(seconds=seconds))
    assert verify(rows) == place + 1


@given(st.integers(0, len(ROWS) - 2))
def test_a_removed_row_is_named(place: int) -> None:
    assert verify(ROWS[:place] + ROWS[place + 1 :]) == place + 1


@given(PLACES)
def test_a_repeated_row_is_named(place: int) -> None:
    assert verify(ROWS[: place + 1] + ROWS[place:]) == place + 2


@given(st.integers(0, len(ROWS) - 2))
def test_exchanged_rows_are_named(place: int) -> None:
    rows = [*ROWS]
    rows[place], rows[place + 1] = rows[place + 1], rows[place]
    assert verify(rows) == place + 1


@given(st.integers(1, len(ROWS) - 1))
def test_a_row_forged_with_a_fresh_hash_breaks_at_the_next_one(place: int) -> None:
    rows = [*ROWS]
    forged = link(
        "attempt-1", replace(rows[place - 1].recorded(), actor="person:2"), rows[place - 1].previous_hash
    )
    rows[place - 1] = forged
    assert verify(rows) == place + 1


def test_relinking_what_was_not_changed_gives_the_same_hashes() -> None:
    assert relinked(ROWS) == ROWS


def test_the_canonical_text_does_not_depend_on_order_or_alphabet() -> None:
    assert canonical({"b": 1, "a": ["ү"]}) == '{"a":["ү"],"b":1}'
    assert canonical({"a": ["ү"], "b": 1}) == canonical({"b": 1, "a": ["ү"]})
