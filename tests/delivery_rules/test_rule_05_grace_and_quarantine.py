"""Rule 5: what arrives within the grace counts; what arrives later is kept for a person to decide."""

from datetime import timedelta
from pathlib import Path

import pytest
from exam_hall import START, ExamHall
from hypothesis import given, settings
from hypothesis import strategies as st
from offline_page import OfflinePage

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.delivery import presentation_id
from testing_center.domain.attempts.hash_chain import verify
from testing_center.domain.attempts.late_answers import Clocks, LateAnswer, judge, signature
from testing_center.domain.rescoring import Adjustment
from testing_center.services.answer_queue import Outcome
from testing_center.services.invigilation import DeviceDecision
from testing_center.services.rescoring import Rescorings
from testing_center.services.results import Results


def words(outcomes: list[Outcome]) -> list[str]:
    return [outcome.word for outcome in outcomes]


def kept(hall: ExamHall) -> list[LateAnswer]:
    with hall.unit_of_work() as work:
        return list(work.late_answers.of_attempt(hall.attempt_id))


def goes_offline(hall: ExamHall, minutes_before_the_end: float) -> OfflinePage:
    """Three items seen, the first answered; the network fails so long before the deadline."""
    deadline = hall.begin().deadline
    assert deadline is not None
    hall.answer(1)
    for position in (2, 3):
        hall.do(asked.OpenItem(position, "window-1"))
    hall.time = deadline - timedelta(minutes=minutes_before_the_end)
    return OfflinePage(hall, hall.time)


def test_rule_05_grace_and_quarantine_of_late_signed_answers(hall: ExamHall) -> None:
    page = goes_offline(hall, 5)
    hall.later(minutes=1)
    page.answer(2)
    hall.later(minutes=1)
    page.answer(3, right=False)
    page.save(presentation_id(hall.attempt_id, 4), ["a"])  # seen without the server: its item was prefetched
    hall.later(minutes=20)
    hall.delivery.expire_due()
    finished = hall.state()
    assert (finished.status, finished.answered, finished.result and finished.result["answered"]) == (
        "finished",
        1,
        1,
    )
    assert words(page.send()) == ["kept"] * 3
    assert words(page.send()) == ["kept"] * 3  # the reply was lost and the queue came again
    answers = kept(hall)
    assert [one.verdict for one in answers] == ["in_time"] * 3
    assert [one.position for one in answers] == [2, 3, 4]
    assert answers[0].evidence["rtt_ms"] == 42.0
    assert answers[0].limit_at == finished.deadline
    assert hall.state().answered == 1  # nothing counts by itself
    assert len(hall.log("late_answer_kept")) == 3


def test_rule_05_a_reviewer_accepts_and_the_replay_gives_the_new_result(hall: ExamHall) -> None:
    page = goes_offline(hall, 5)
    page.answer(2)
    page.save(presentation_id(hall.attempt_id, 4), ["a"])
    page.answer(3)
    hall.later(minutes=20)
    hall.delivery.expire_due()
    page.send()
    first, unseen, third = kept(hall)
    reviewer, proctor = hall.people["administrator"], hall.people["proctor"]
    with pytest.raises(errors.OwnSitting):
        hall.review.decide(first.uid, True, "the room had no power", proctor)
    with pytest.raises(errors.ReasonRequired):
        hall.review.decide(first.uid, True, "  ", reviewer)
    state = hall.review.decide(first.uid, True, "the room had no power", reviewer)
    assert (state.answered, state.result and state.result["answered"]) == (2, 2)
    state = hall.review.decide(unseen.uid, True, "the room had no power", reviewer)
    shown = state.at(4)
    assert shown is not None
    assert shown.response == ("a",)
    hall.review.decide(third.uid, False, "given by another hand", reviewer)
    for uid in (first.uid, third.uid):
        with pytest.raises(errors.AlreadyDecided):
            hall.review.decide(uid, True, "again", reviewer)
    assert hall.delivery.replay(hall.attempt_id) == hall.state()
    assert [row.kind for row in hall.log()][-5:] == [
        "scored", "item_presented", "late_answer_accepted", "scored", "late_answer_rejected",
    ]  # fmt: skip
    assert verify(hall.log()) is None
    with hall.unit_of_work() as work:
        audit = work.audit.about(f"attempt:{hall.attempt_id}")
        rows = {
            one.position: one.response
            for one in work.attempts.responses_of(hall.people["teacher1"].id, "exam")
        }
    assert [entry.action for entry in audit] == [
        "late_answer.reject",
        "late_answer.accept",
        "late_answer.accept",
    ]
    assert set(rows) == {1, 2, 4}


def test_rule_05_an_accepted_answer_stands_on_corrected_items_and_outdates_the_protocol(
    hall: ExamHall,
) -> None:
    page = goes_offline(hall, 5)
    page.answer(2)
    hall.later(minutes=20)
    hall.delivery.expire_due()
    page.send()
    results = Results(hall.unit_of_work, hall.delivery, hall.library, hall.clock, "", lambda *_: b"")
    candidate, reviewer = hall.people["teacher1"], hall.people["administrator"]
    first = results.result(hall.attempt_id, candidate).number
    rescorings = Rescorings(hall.unit_of_work, hall.delivery, hall.library, hall.clock)
    _, credited = hall.state().plan.slot(40)
    planned = rescorings.plan(
        Adjustment(credited.item_key, credited.version, "credit"), "commission, protocol 1", "person:p"
    )
    rescorings.apply(planned.uid, "person:q")
    second = results.result(hall.attempt_id, candidate).number
    (late,) = kept(hall)
    before = hall.state().result
    state = hall.review.decide(late.uid, True, "the room had no power", reviewer)
    assert before is not None
    assert state.result is not None
    # One more right of fifty, and what the correction gave is not lost with the new count.
    gained = state.result["outcome"]["percent_hundredths"] - before["outcome"]["percent_hundredths"]
    assert gained == 200
    third = results.result(hall.attempt_id, candidate).number
    assert len({first, second, third}) == 3
    with hall.unit_of_work() as work:
        issued = [work.documents.find(number) for number in (first, second, third)]
    assert [found and found.status for found in issued] == ["replaced", "replaced", "valid"]


def test_rule_05_a_bad_signature_a_gap_and_turned_clocks_are_kept_and_marked(hall: ExamHall) -> None:
    page = goes_offline(hall, 5)
    for position in (1, 2, 3):
        page.answer(position, sequence=position + 5)
    page.alter(0, body=page.queue[0].entry.body.replace("42.0", "43.0"))
    page.alter(2, previous=page.queue[0].entry.mac)
    page.wall_offset = timedelta(minutes=10)
    page.answer(1, sequence=20)
    hall.later(minutes=6)
    page.wall_offset = timedelta()
    page.answer(2, sequence=21)
    hall.later(minutes=10)
    hall.delivery.expire_due()
    assert words(page.send()) == ["kept"] * 5
    assert [one.verdict for one in kept(hall)] == [
        "bad_signature", "in_time", "bad_signature", "doubtful_clock", "after_limit",
    ]  # fmt: skip


@pytest.mark.parametrize(("late", "word"), [(-1, "saved"), (29.9, "saved"), (30.1, "kept")])
def test_rule_05_the_grace_is_counted_from_the_deadline_to_the_arrival(
    hall: ExamHall, late: float, word: str
) -> None:
    page = goes_offline(hall, 2)
    page.answer(2)
    hall.later(minutes=2, seconds=late)
    assert words(page.send()) == [word]


def test_rule_05_the_queue_is_replayed_in_order_and_waits_through_a_pause(hall: ExamHall) -> None:
    page = goes_offline(hall, 30)
    page.answer(2, right=False, sequence=1)
    page.answer(2, sequence=2)
    page.answer(3)
    hall.rooms.act(hall.bookings[0].uid, asked.Pause("technical"), hall.actor("proctor"))
    assert words(page.send()) == ["wait"] * 3
    hall.rooms.act(hall.bookings[0].uid, asked.Resume("technical"), hall.actor("proctor"))
    assert words(page.send()) == words(page.send()) == ["saved"] * 3
    assert hall.state().answered == 3
    second = hall.state().at(2)
    assert second is not None
    assert second.client_sequence == 2
    assert not kept(hall)


def test_rule_05_what_a_replaced_computer_held_is_kept_too(hall: ExamHall) -> None:
    page = goes_offline(hall, 30)
    page.answer(2)
    hall.later(minutes=3)
    hall.do(asked.TakeLease("window-2", "Chromium", "device-2", "10.0.0.9"))
    hall.rooms.decide_device(
        hall.bookings[0].uid, DeviceDecision("window-2", True, "technical"), hall.actor("proctor")
    )
    hall.later(minutes=1)
    page.answer(3)
    assert words(page.send()) == ["kept"] * 2
    assert [(one.cause, one.verdict) for one in kept(hall)] == [
        ("other_device", "in_time"), ("other_device", "after_limit"),
    ]  # fmt: skip
    with pytest.raises(errors.StillRunning):
        hall.review.decide(kept(hall)[0].uid, True, "power cut", hall.people["administrator"])


def test_rule_05_a_grace_is_policy(tmp_path: Path) -> None:
    hall = ExamHall(tmp_path, {"delivery": {"grace_seconds": 60}})
    page = goes_offline(hall, 1)
    page.answer(2)
    hall.later(minutes=1, seconds=59)
    assert words(page.send()) == ["saved"]
    hall.close()


@settings(max_examples=60, deadline=None)
@given(
    elapsed=st.floats(0, 7200), parted=st.floats(-3600, 3600), limit=st.floats(0, 7200),
    signed=st.booleans(), chained=st.booleans(),
)  # fmt: skip
def test_rule_05_only_signed_chained_agreeing_clocks_say_in_time(
    elapsed: float, parted: float, limit: float, signed: bool, chained: bool
) -> None:
    clocks = Clocks(START, elapsed * 1000, (elapsed + parted) * 1000, 10)
    verdict = judge(
        signed, chained, clocks, START + timedelta(seconds=limit), START + timedelta(seconds=7300)
    )
    fit = signed and chained and clocks.agree and clocks.given_at is not None
    given_at = clocks.given_at
    assert given_at is not None
    assert (verdict == "in_time") == (fit and given_at <= START + timedelta(seconds=limit))


def test_rule_05_the_signature_is_plain_hmac_sha_256() -> None:
    # printf 'window\\n1\\n{}' | openssl dgst -sha256 -hmac key
    assert signature("key", "window", 1, "{}") == (
        "513ca0d9e9b667cc96506eb38688b1504891e0f67bc8cd2ae7277bd9585ccd64"
    )
