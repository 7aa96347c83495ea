from dataclasses import replace
from datetime import timedelta

import pytest
from stored_records import NOON, Centre, anchor, linked

from testing_center.domain.attempts.events import CheckedIn, HelpRequested, StartPermitted
from testing_center.domain.attempts.hash_chain import GENESIS, verify
from testing_center.domain.attempts.records import Addition, AttemptSummary, ItemResponse
from testing_center.domain.errors import ConcurrentAppend
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

SUMMARY = AttemptSummary(
    attempt_id="attempt-1",
    status="in_progress",
    sequence=5,
    position=2,
    answered=1,
    length=40,
    started_at=NOON,
    deadline=NOON + timedelta(minutes=80),
    paused_at=None,
    finished_at=None,
    help_requested_at=None,
    incidents=0,
    granted_seconds=0,
    result=None,
)


@pytest.fixture(autouse=True)
def begun(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    """The booked candidate's attempt with its first two events."""
    with unit_of_work(write=True) as work:
        work.attempts.begin(anchor(centre))
        work.attempts.append(
            linked(CheckedIn("паспорт", "4821", 1), StartPermitted(), command_id="command-1")
        )
        work.commit()


def response(centre: Centre, position: int, item_score: int = 1) -> ItemResponse:
    """A final response to the released item."""
    return ItemResponse(
        "attempt-1", centre.candidate.id, "exam", 1, position, "item-1", 1, ("a",), item_score, "ky", NOON
    )


def test_the_log_comes_back_as_it_was_hashed(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        rows = work.attempts.rows("attempt-1")
        assert verify(rows) is None
        assert rows == linked(CheckedIn("паспорт", "4821", 1), StartPermitted(), command_id="command-1")
        assert work.attempts.rows("attempt-1", after=1) == rows[1:]
        assert work.attempts.last_hash("attempt-1") == rows[-1].hash
        assert work.attempts.last_hash("attempt-2") == GENESIS


def test_what_was_not_committed_did_not_happen(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        work.attempts.append(linked(HelpRequested(), first=3))
    with unit_of_work() as work:
        assert len(work.attempts.rows("attempt-1")) == 2


def test_of_two_that_append_the_same_link_one_is_refused(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work, pytest.raises(ConcurrentAppend):
        work.attempts.append(linked(HelpRequested(), first=2))


def test_a_command_is_recorded_once(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        assert work.attempts.command_hash("attempt-1", "command-1") == "c" * 64
        assert work.attempts.command_hash("attempt-1", "command-2") is None
        assert work.attempts.command_hash("attempt-2", "command-1") is None
    with unit_of_work(write=True) as work, pytest.raises(ConcurrentAppend):
        work.attempts.append(linked(HelpRequested(), first=3, command_id="command-1"))


def addition(sequence: int, follows: int | None = None, attempt_id: str = "attempt-1") -> Addition:
    """The next events of an attempt whose summary moves to *sequence*."""
    first = sequence if follows is None else follows + 1
    rows = tuple(linked(HelpRequested(), first=first, attempt_id=attempt_id))
    summary = replace(SUMMARY, attempt_id=attempt_id, sequence=sequence, answered=3)
    return Addition(rows, summary, (), NOON)


def test_additions_to_several_logs_are_one_transaction(
    unit_of_work: SqlUnitOfWorkFactory, centre: Centre
) -> None:
    with unit_of_work(write=True) as work:
        work.attempts.begin(replace(anchor(centre, "training-1", booked=False), kind="training"))
        work.attempts.append(linked(StartPermitted(), attempt_id="training-1"))
        for attempt_id, sequence in (("attempt-1", 2), ("training-1", 1)):
            kept = replace(SUMMARY, attempt_id=attempt_id, sequence=sequence)
            work.attempts.summarise(kept, centre.sitting.id, NOON)
        work.commit()
    both = [addition(3), addition(2, attempt_id="training-1")]
    with unit_of_work(write=True) as work:
        work.attempts.extend(both)
        work.commit()
    with unit_of_work() as work:
        assert [row.sequence for row in work.attempts.rows("attempt-1")] == [1, 2, 3]
        assert [row.sequence for row in work.attempts.rows("training-1")] == [1, 2]
        assert work.attempts.summary("training-1") == both[1].summary
        assert set(work.attempts.summaries(centre.sitting.id)) == {"attempt-1", "training-1"}


@pytest.mark.parametrize("sequence", [2, 4])
def test_an_addition_that_does_not_follow_the_log_is_refused(
    unit_of_work: SqlUnitOfWorkFactory, centre: Centre, sequence: int
) -> None:
    """Neither behind the log nor, after a restored backup, ahead of it."""
    with unit_of_work(write=True) as work:
        work.attempts.summarise(replace(SUMMARY, sequence=2), centre.sitting.id, NOON)
        work.commit()
    with unit_of_work(write=True) as work, pytest.raises(ConcurrentAppend):
        work.attempts.extend([addition(sequence)])


def test_events_without_a_command_do_not_clash(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        work.attempts.append(linked(HelpRequested(), HelpRequested(), first=3))
        work.commit()
    with unit_of_work() as work:
        assert len(work.attempts.rows("attempt-1")) == 4


def test_a_booking_has_one_attempt(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work(write=True) as work, pytest.raises(ConcurrentAppend):
        work.attempts.begin(anchor(centre, "attempt-2"))
    with unit_of_work() as work:
        assert work.attempts.anchor("attempt-1") == anchor(centre)
        assert work.attempts.anchor("attempt-2") is None
        stored = work.administrations.booking(centre.booking.uid)
        assert stored == replace(centre.booking, attempt_id="attempt-1")


def test_a_person_may_train_more_than_once(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work(write=True) as work:
        for number in (1, 2):
            training = replace(
                anchor(centre, f"training-{number}", booked=False), created_at=NOON + timedelta(days=number)
            )
            work.attempts.begin(training)
            summary = replace(SUMMARY, attempt_id=training.attempt_id, deadline=None)
            work.attempts.summarise(summary, None, NOON)
        work.commit()
    with unit_of_work() as work:
        found = work.attempts.of_person(centre.candidate.id, "training")
        assert [stored.attempt_id for stored, _ in found] == ["training-2", "training-1"]


def test_a_summary_never_goes_back(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    newer = replace(SUMMARY, sequence=7, answered=3, result={"outcome": {"ky": "өттү"}})
    for summary in (SUMMARY, newer, replace(SUMMARY, sequence=6, answered=2), replace(newer, answered=9)):
        with unit_of_work(write=True) as work:
            work.attempts.summarise(summary, centre.sitting.id, NOON)
            work.commit()
    with unit_of_work() as work:
        assert work.attempts.summary("attempt-1") == newer
        assert work.attempts.summaries(centre.sitting.id) == {"attempt-1": newer}
        assert work.attempts.summaries(centre.sitting.id + 1) == {}


@pytest.mark.parametrize(
    ("change", "minutes", "expected"),
    [
        ({}, 79, []),
        ({}, 80, ["attempt-1"]),
        ({}, 500, ["attempt-1"]),
        ({"status": "paused"}, 500, []),
        ({"status": "finished"}, 500, []),
        ({"deadline": None}, 500, []),
    ],
)
def test_due_are_those_that_run_beyond_their_deadline(
    unit_of_work: SqlUnitOfWorkFactory, change: dict[str, object], minutes: int, expected: list[str]
) -> None:
    with unit_of_work(write=True) as work:
        work.attempts.summarise(replace(SUMMARY, **change), None, NOON)
        work.commit()
    with unit_of_work() as work:
        assert list(work.attempts.due(NOON + timedelta(minutes=minutes), 10)) == expected


def test_a_final_response_is_recorded_once(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    first, second = response(centre, 1), response(centre, 2)
    for batch in ([first], [response(centre, 1, item_score=0), second], [first, second], []):
        with unit_of_work(write=True) as work:
            work.attempts.add_responses(batch)
            work.commit()
    with unit_of_work() as work:
        assert work.attempts.responses_of(centre.candidate.id, "exam") == [first, second]
        assert work.attempts.responses_of(centre.candidate.id, "training") == []
        assert work.attempts.responses_in(1, "mathematics") == [first, second]
        assert work.attempts.responses_in(1, "physics") == []
        assert work.attempts.responses_in(2, "mathematics") == []


def test_a_time_without_a_zone_is_never_stored(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    naive = replace(SUMMARY, started_at=NOON.replace(tzinfo=None))
    with unit_of_work(write=True) as work, pytest.raises(Exception, match="time zone"):
        work.attempts.summarise(naive, None, NOON)
