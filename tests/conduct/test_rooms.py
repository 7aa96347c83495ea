"""Rooms: messages, acts on chosen seats, an outage given back, closing with absentees."""

from datetime import timedelta

import pytest
from exam_hall import MINUTES, ExamHall

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.conduct_commands import AcknowledgeMessage, LeaveRoom, SendMessage
from testing_center.domain.attempts.hash_chain import verify
from testing_center.services.invigilation import QUIET, SILENCE, _link
from testing_center.services.room_closing import RoomClosing
from testing_center.services.room_outages import RoomOutages

POWER = "environment.power_outage"


def closing(hall: ExamHall) -> RoomClosing:
    return RoomClosing(hall.unit_of_work, hall.delivery, hall.clock)


def outages(hall: ExamHall) -> RoomOutages:
    return RoomOutages(hall.unit_of_work, hall.delivery, hall.clock)


def test_a_message_waits_until_it_is_read_and_both_are_in_the_log(hall: ExamHall) -> None:
    hall.begin()
    sent = hall.rooms.act_in_room(hall.sitting.uid, SendMessage("m1", "Ten minutes left"), "person:p", "c1")
    assert sent == 1
    assert [one.text for one in hall.state().unread] == ["Ten minutes left"]
    assert hall.rooms.board(hall.sitting.uid).seats[0].attempt.unread == 1  # type: ignore[union-attr]
    state = hall.do(AcknowledgeMessage("m1"))
    assert (state.unread, state.messages[0].acknowledged_at) == ((), hall.time)
    hall.do(AcknowledgeMessage("m1"))
    assert [row.kind for row in hall.log("message_sent", "message_acknowledged")] == [
        "message_sent", "message_acknowledged",
    ]  # fmt: skip
    assert hall.delivery.replay(hall.attempt_id) == state
    with pytest.raises(errors.InvalidInput):
        hall.rooms.act(hall.bookings[0].uid, SendMessage("m2", "  "), "person:p", "c2")


def test_an_act_on_chosen_seats_leaves_the_others_alone(hall: ExamHall) -> None:
    hall.begin()
    other = hall.rooms.check_in(hall.bookings[1].uid, "passport", "1234", "person:p").attempt_id
    hall.delivery.execute(other, asked.Start(), actor="person:t2")
    pause = asked.Pause("technical.freezing", "seat 8")
    chosen = frozenset({hall.bookings[1].uid})
    assert hall.rooms.act_in_room(hall.sitting.uid, pause, "person:p", "c1", chosen) == 1
    assert (hall.state().status, hall.delivery.state(other).status) == ("in_progress", "paused")
    with hall.unit_of_work() as work:
        entry = work.audit.about(f"sitting:{hall.sitting.uid}")[0]
    assert (entry.reason, entry.data["comment"], entry.data["chosen"]) == (
        "technical.freezing", "seat 8", True,
    )  # fmt: skip


def test_a_reason_that_says_nothing_needs_a_comment(hall: ExamHall) -> None:
    hall.begin()
    with pytest.raises(errors.CommentRequired):
        hall.rooms.act(hall.bookings[0].uid, asked.Pause("other.other", " "), "person:p")
    hall.rooms.act(hall.bookings[0].uid, asked.Pause("other.other", "a bird in the room"), "person:p")
    assert hall.state().status == "paused"


def test_an_outage_gives_back_the_time_in_which_a_clock_ran_once(hall: ExamHall) -> None:
    deadline = hall.begin().deadline
    assert deadline is not None
    uid, rooms = hall.bookings[0].uid, outages(hall)
    hall.later(minutes=10)
    hall.rooms.act(uid, asked.Pause(POWER), "person:p")  # 10:10 to 10:14: a pause gives its time by itself
    hall.later(minutes=4)
    hall.rooms.act(uid, asked.Resume(POWER), "person:p")
    hall.later(minutes=16)
    span = rooms.span(hall.sitting_now(), "10:05", "10:20")
    preview = rooms.preview(hall.sitting_now(), *span)
    assert preview.grants == {hall.attempt_id: 11 * 60}
    outage = rooms.declare(hall.sitting_now(), span, POWER, "substation", "person:p")
    again = rooms.declare(hall.sitting_now(), span, POWER, "substation", "person:q")
    assert outage.uid == again.uid
    rooms.apply(outage)  # as after a crash
    assert hall.state().deadline == deadline + timedelta(minutes=4 + 11)
    assert len(hall.log("outage_granted")) == 1
    assert rooms.apply_rest() == 0
    assert verify(hall.delivery.log(hall.attempt_id)) is None
    with pytest.raises(errors.InvalidInput, match="overlap"):
        rooms.declare(hall.sitting_now(), rooms.span(hall.sitting_now(), "10:15", "10:25"), POWER, "", "p")


def test_a_half_applied_outage_is_finished_by_the_next_round(hall: ExamHall) -> None:
    hall.begin()
    hall.later(minutes=30)
    rooms, execute = outages(hall), hall.delivery.execute

    def fail(*_: object, **__: object) -> None:
        raise OSError

    hall.delivery.execute = fail  # type: ignore[method-assign, assignment]
    span = rooms.span(hall.sitting_now(), "10:05", "10:10")
    with pytest.raises(OSError):  # noqa: PT011
        rooms.declare(hall.sitting_now(), span, POWER, "", "person:p")
    hall.delivery.execute = execute  # type: ignore[method-assign]
    assert hall.state().granted_seconds == 0
    assert (rooms.apply_rest(), rooms.apply_rest()) == (1, 0)
    assert hall.state().granted_seconds == 300


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("10:20", "10:10"), ("10:00", "10:40"), ("9:00", "9:30"), ("x", "")],
)
def test_times_that_cannot_be_an_outage_are_refused(hall: ExamHall, starts: str, ends: str) -> None:
    hall.begin()
    hall.later(minutes=30)
    with pytest.raises(errors.InvalidInput):
        outages(hall).span(hall.sitting_now(), starts, ends)


def test_closing_notes_who_never_came_and_who_never_started(hall: ExamHall) -> None:
    hall.seat()
    assert closing(hall).close(hall.sitting.uid, "all done", "person:p") == 2
    with hall.unit_of_work() as work:
        absent = work.conduct.no_shows(hall.sitting.id)
    assert [absent[one.id].kind for one in hall.bookings] == ["never_started", "never_came"]
    state = hall.state()
    assert (state.status, state.result) == ("absent", None)
    assert hall.rooms.board(hall.sitting.uid).counts["absent"] == 2
    with pytest.raises(errors.WrongAttemptState):
        hall.do(asked.Start())
    with pytest.raises(errors.InvalidInput):
        closing(hall).close(hall.sitting.uid, "", "person:p")
    with pytest.raises(errors.InvalidInput):
        hall.rooms.check_in(hall.bookings[1].uid, "passport", "1234", "person:p")


def test_a_room_is_not_closed_over_a_running_test(hall: ExamHall) -> None:
    hall.begin()
    with pytest.raises(errors.InvalidInput, match="running"):
        closing(hall).close(hall.sitting.uid, "", "person:p")
    hall.later(minutes=MINUTES + 1)
    hall.delivery.expire_due()
    assert closing(hall).close(hall.sitting.uid, "", "person:p") == 1


def test_a_closing_that_was_cut_short_is_taken_up(hall: ExamHall) -> None:
    hall.seat()
    with hall.unit_of_work(write=True) as work:
        work.administrations.set_sitting_status(hall.sitting.id, "closing", None)
        work.commit()
    assert (closing(hall).close_due(), closing(hall).close_due()) == (1, 0)
    assert hall.state().status == "absent"


def test_leaving_the_room_is_noted_after_the_end_only(hall: ExamHall) -> None:
    hall.begin()
    with pytest.raises(errors.WrongAttemptState):
        hall.rooms.act(hall.bookings[0].uid, LeaveRoom(), "person:p")
    hall.do(asked.Finish("window-1"))
    assert hall.rooms.act(hall.bookings[0].uid, LeaveRoom(), "person:p").left_room_at == hall.time


def test_the_connection_is_told_by_silence_and_by_slowness(hall: ExamHall) -> None:
    now, second = hall.time, timedelta(seconds=1)
    assert _link(None, 20, now) == "unknown"
    assert _link(now, 20, now) == "good"
    assert _link(now, 4000, now) == _link(now - QUIET - second, 20, now) == "weak"
    assert _link(now - SILENCE - second, 20, now) == "lost"
