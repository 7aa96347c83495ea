"""Rule 7: one live device by lease; another one takes over when a proctor lets it."""

import threading

import pytest
from exam_hall import DEVICE, WINDOW, ExamHall

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import verify
from testing_center.domain.attempts.lease import MOST_DEVICE_REQUESTS, standing
from testing_center.domain.attempts.state import AttemptState
from testing_center.services import candidate_pages as pages
from testing_center.services.invigilation import DeviceDecision

SPARE = "device-2"


def ask(hall: ExamHall, window: str, device: str = SPARE, again: bool = False) -> AttemptState:
    return hall.do(asked.TakeLease(window, "Chromium 109, Windows 7", device, "10.0.0.9", again))


def decide(
    hall: ExamHall, request: str, approve: bool, proctor: str = "proctor", seat: int | None = None
) -> AttemptState:
    decision = DeviceDecision(request, approve, "technical", "the screen went dark", seat)
    return hall.rooms.decide_device(hall.bookings[0].uid, decision, hall.actor(proctor))


def test_rule_07_one_live_device_by_lease_transfer_approved_by_the_proctor(hall: ExamHall) -> None:
    before = hall.begin()
    hall.answer(3)
    hall.later(minutes=10)
    state = ask(hall, "window-2")
    assert standing(state, SPARE) == "waiting"
    assert state.lease == WINDOW
    seat = hall.rooms.board(hall.sitting.uid).seats[0]
    assert (seat.alert, seat.booking.seat) == ("device", 7)
    assert seat.attempt is not None
    asking = seat.attempt.device_requests[0]
    assert (asking.agent, asking.address, asking.seat) == ("Chromium 109, Windows 7", "10.0.0.9", 7)
    hall.answer(4)  # the old device works until the decision
    for item in (False, True):
        with pytest.raises(errors.OtherDevice):
            pages.require_device(hall.state(), SPARE, items=item)

    decide(hall, "window-2", approve=True, seat=12)
    with pytest.raises(errors.OtherDevice):
        hall.answer(5)
    with pytest.raises(errors.OtherDevice):
        pages.require_device(hall.state(), DEVICE)
    resumed = ask(hall, "window-3")
    assert resumed.lease == "window-3"
    pages.require_device(resumed, SPARE, items=True)
    assert resumed.position == 4
    assert [one.option_order for one in resumed.presentations] == [
        hall.library.release(1)
        .content(one.item_key, one.version)
        .interaction.option_order(before.plan.seed, one.position)
        for one in resumed.presentations
    ]
    assert resumed.deadline == before.deadline
    assert hall.answer(5, window="window-3").answered == 3
    moved = next(one for one in hall.rooms.board(hall.sitting.uid).seats if one.attempt)
    assert (moved.booking.seat, moved.attempt and moved.attempt.seat, moved.alert) == (12, 12, None)
    assert verify(hall.log()) is None
    assert hall.delivery.replay(hall.attempt_id).device == SPARE


def test_rule_07_two_windows_of_one_device_need_nobody(hall: ExamHall) -> None:
    hall.begin()
    hall.do(asked.TakeLease("window-2", "Firefox", DEVICE))
    with pytest.raises(errors.LeaseLost):
        hall.answer(2)
    assert hall.answer(2, window="window-2").answered == 1
    assert not hall.log("lease_requested")


def test_rule_07_a_refused_device_does_not_ask_again_by_itself(hall: ExamHall) -> None:
    hall.begin()
    ask(hall, "window-2")
    assert standing(decide(hall, "window-2", approve=False), SPARE) == "refused"
    for _ in range(3):
        ask(hall, "window-3")
    assert len(hall.log("lease_requested")) == 1
    assert standing(ask(hall, "window-4", again=True), SPARE) == "waiting"
    assert hall.answer(2).answered == 1
    for number in range(2 * MOST_DEVICE_REQUESTS):
        ask(hall, f"flood {number}", f"device {number + 3}")
    assert len(hall.log("lease_requested")) == MOST_DEVICE_REQUESTS


def test_rule_07_two_proctors_at_once_make_one_decision(hall: ExamHall) -> None:
    hall.begin()
    ask(hall, "window-2")
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def act(proctor: str, approve: bool) -> None:
        gate.wait()
        try:
            decide(hall, "window-2", approve, proctor)
            outcomes.append("approve" if approve else "refuse")
        except errors.DeviceDecided:
            outcomes.append("late")

    threads = [
        threading.Thread(target=act, args=("proctor", True)),
        threading.Thread(target=act, args=("colleague", False)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = hall.log("lease_transferred", "lease_refused")
    assert len(decided) == 1
    assert sorted(outcomes) == sorted(
        ["late", "approve" if decided[0].kind == "lease_transferred" else "refuse"]
    )
    again = decided[0].kind == "lease_transferred"
    decide(hall, "window-2", again)  # the same decision repeated is no fault
    assert len(hall.log("lease_transferred", "lease_refused")) == 1


def test_rule_07_a_seat_that_is_taken_moves_nobody(hall: ExamHall) -> None:
    hall.begin()
    ask(hall, "window-2")
    for seat in (8, 21):
        with pytest.raises(errors.InvalidInput):
            decide(hall, "window-2", approve=True, seat=seat)
    assert not hall.log("lease_transferred")
    with pytest.raises(errors.ReasonRequired):
        hall.rooms.decide_device(
            hall.bookings[0].uid, DeviceDecision("window-2", True, ""), hall.actor("proctor")
        )
