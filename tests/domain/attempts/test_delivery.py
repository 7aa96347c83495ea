from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rehearsed_attempt import BASE_SECONDS, BEGINNING, LEASE, RehearsedAttempt, adaptive_plan, fixed_plan

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.delivery import LONGEST_GRANT_SECONDS, presentation_id
from testing_center.domain.attempts.policy import DEFAULT_POLICY

DEADLINE = BEGINNING + timedelta(seconds=BASE_SECONDS)
GRACE = DEFAULT_POLICY.grace_seconds


@pytest.fixture
def exam() -> RehearsedAttempt:
    return RehearsedAttempt(fixed_plan()).started()


@pytest.fixture
def adaptive_exam() -> RehearsedAttempt:
    return RehearsedAttempt(adaptive_plan()).started()


def test_an_exam_starts_only_after_check_in_and_permission() -> None:
    attempt = RehearsedAttempt(fixed_plan())
    with pytest.raises(errors.NotCheckedIn):
        attempt.give(asked.Start())
    with pytest.raises(errors.WrongAttemptState):
        attempt.give(asked.PermitStart())
    attempt.give(asked.CheckIn("passport", "4821", 5))
    with pytest.raises(errors.NotCheckedIn):
        attempt.give(asked.Start())
    with pytest.raises(errors.WrongAttemptState):
        attempt.give(asked.CheckIn("passport", "4821", 5))
    attempt.give(asked.PermitStart())
    assert [event.kind for event in attempt.give(asked.Start())] == ["started", "item_presented"]


def test_a_repeated_start_moves_no_clock(exam: RehearsedAttempt) -> None:
    assert exam.at(100).give(asked.Start()) == ()
    assert exam.state.deadline == DEADLINE


def test_the_trainer_starts_at_once_and_has_no_deadline() -> None:
    attempt = RehearsedAttempt(adaptive_plan("training")).started()
    assert attempt.state.status == "in_progress"
    assert attempt.state.deadline is None
    attempt.at(365 * 24 * 3600).save(1, "a")
    assert attempt.state.answered == 1
    with pytest.raises(errors.WrongAttemptState):
        attempt.give(asked.GrantTime(60, "power cut"))


def test_the_newest_response_counts_and_a_stale_one_is_acknowledged_without_effect(
    exam: RehearsedAttempt,
) -> None:
    exam.save(1, "b", client_sequence=4)
    assert exam.save(1, "a", client_sequence=4) == ()
    assert exam.save(1, "a", client_sequence=3) == ()
    first = exam.state.at(1)
    assert first is not None
    assert (first.response, first.item_score) == (("b",), 0)
    exam.save(1, "a", client_sequence=5)
    first = exam.state.at(1)
    assert first is not None
    assert (first.response, first.item_score) == (("a",), 1)


@given(st.permutations([1, 2, 3, 4, 5]))
def test_in_whatever_order_messages_arrive_the_last_one_sent_stands(order: list[int]) -> None:
    exam = RehearsedAttempt(fixed_plan()).started()
    for sent in order:
        exam.save(1, "abcda"[sent - 1], client_sequence=sent)
    first = exam.state.at(1)
    assert first is not None
    assert (first.response, first.client_sequence) == (("a",), 5)


def test_an_empty_response_clears(exam: RehearsedAttempt) -> None:
    exam.save(1, "a", client_sequence=1)
    exam.save(1, client_sequence=2)
    assert exam.state.answered == 0
    first = exam.state.at(1)
    assert first is not None
    assert first.item_score == 0


def test_only_what_was_presented_can_be_answered_and_only_with_its_options(exam: RehearsedAttempt) -> None:
    with pytest.raises(errors.UnknownPresentation):
        exam.give(asked.SaveResponse(presentation_id("another", 1), ("a",), 1, LEASE))
    with pytest.raises(errors.InvalidResponseGiven):
        exam.save(1, "z")
    for position in (0, -1, 4):
        with pytest.raises(errors.UnknownPresentation):
            exam.give(asked.OpenItem(position, LEASE))


def test_a_fixed_form_is_walked_freely_and_presents_an_item_once(exam: RehearsedAttempt) -> None:
    assert isinstance(exam.give(asked.OpenItem(3, LEASE))[0], happened.ItemPresented)
    assert exam.give(asked.OpenItem(1, LEASE)) == (happened.ItemOpened(1),)
    assert exam.give(asked.OpenItem(3, LEASE)) == (happened.ItemOpened(3),)
    assert exam.give(asked.OpenItem(3, LEASE)) == ()
    exam.give(asked.FlagItem(exam.shown(1), True, LEASE))
    assert exam.give(asked.FlagItem(exam.shown(1), True, LEASE)) == ()
    with pytest.raises(errors.WrongAttemptState):
        exam.confirm(1)


def test_the_newest_window_writes_and_the_older_one_is_told(exam: RehearsedAttempt) -> None:
    exam.give(asked.TakeLease("window-2", "phone"))
    with pytest.raises(errors.LeaseLost):
        exam.save(1, "a")
    with pytest.raises(errors.LeaseLost):
        exam.give(asked.Finish(LEASE))
    exam.give(asked.SaveResponse(exam.shown(1), ("a",), 1, "window-2"))
    assert exam.state.answered == 1


@pytest.mark.parametrize(("late", "accepted"), [(0, True), (GRACE, True), (GRACE + 0.001, False)])
def test_what_was_on_the_wire_at_the_deadline_still_counts(
    exam: RehearsedAttempt, late: float, accepted: bool
) -> None:
    exam.at(BASE_SECONDS + late)
    if accepted:
        assert exam.save(1, "a")
    else:
        with pytest.raises(errors.TimeIsUp):
            exam.save(1, "a")


def test_expiry_comes_when_nothing_can_arrive_any_more_and_not_before(exam: RehearsedAttempt) -> None:
    assert exam.at(BASE_SECONDS + GRACE - 0.001).give(asked.Expire()) == ()
    assert exam.at(BASE_SECONDS + GRACE).give(asked.Expire()) == (happened.Finished("time"),)
    assert exam.give(asked.Expire()) == ()
    with pytest.raises(errors.TimeIsUp):
        exam.save(1, "a")


@given(
    started=st.integers(0, 1700),
    pauses=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 7200)), max_size=5),
    granted=st.lists(st.integers(1, LONGEST_GRANT_SECONDS), max_size=3),
    extra=st.integers(0, 3600),
)
def test_the_deadline_moves_by_exactly_the_pauses_and_grants(
    started: int, pauses: list[tuple[int, int]], granted: list[int], extra: int
) -> None:
    exam = RehearsedAttempt(fixed_plan(extra_seconds=extra)).at(started).started()
    moment = float(started)
    for before, length in pauses:
        moment += before
        exam.at(moment).give(asked.Pause("power cut"))
        left = exam.state.seconds_left(exam.now)
        moment += length
        assert exam.state.seconds_left(exam.at(moment).now) == left
        exam.give(asked.Resume("power is back"))
        assert exam.state.seconds_left(exam.now) == left
    for seconds in granted:
        exam.give(asked.GrantTime(seconds, "late start"))
    moved = extra + sum(length for _, length in pauses) + sum(granted)
    assert exam.state.deadline == BEGINNING + timedelta(seconds=started + BASE_SECONDS + moved)


def test_nothing_is_written_during_a_pause_and_it_never_expires(exam: RehearsedAttempt) -> None:
    exam.at(BASE_SECONDS - 1).give(asked.Pause("power cut"))
    assert exam.give(asked.Pause("power cut")) == ()
    with pytest.raises(errors.AttemptPaused):
        exam.save(1, "a")
    assert exam.at(BASE_SECONDS * 3).give(asked.Expire()) == ()
    exam.give(asked.Resume("power is back"))
    assert exam.state.seconds_left(exam.now) == 1.0
    with pytest.raises(errors.WrongAttemptState):
        exam.give(asked.Resume("power is back"))


@pytest.mark.parametrize("seconds", [0, -60, LONGEST_GRANT_SECONDS + 1])
def test_a_grant_adds_time_within_reason(exam: RehearsedAttempt, seconds: int) -> None:
    with pytest.raises(errors.InvalidInput):
        exam.give(asked.GrantTime(seconds, "late start"))


@pytest.mark.parametrize(
    "command",
    [
        asked.Pause(" "),
        asked.Resume(""),
        asked.GrantTime(60, ""),
        asked.NoteIncident(""),
        asked.EndAttempt("\t"),
    ],
)
def test_the_proctor_acts_with_a_reason_only(exam: RehearsedAttempt, command: asked.Command) -> None:
    with pytest.raises(errors.ReasonRequired):
        exam.give(command)


def test_help_is_called_once_until_the_proctor_has_acted(exam: RehearsedAttempt) -> None:
    assert exam.give(asked.RequestHelp()) == (happened.HelpRequested(),)
    assert exam.give(asked.RequestHelp()) == ()
    exam.give(asked.NoteIncident("question about the device"))
    assert exam.state.help_requested_at is None
    assert exam.state.incidents == 1
    assert exam.give(asked.RequestHelp())


def test_a_finished_attempt_stays_finished(exam: RehearsedAttempt) -> None:
    exam.save(1, "a")
    exam.give(asked.Finish(LEASE))
    assert exam.give(asked.Finish(LEASE)) == ()
    for command in (
        asked.Start(),
        asked.OpenItem(2, LEASE),
        asked.Pause("power cut"),
        asked.GrantTime(60, "late start"),
        asked.EndAttempt("misconduct"),
        asked.RequestHelp(),
    ):
        with pytest.raises(errors.AttemptRefusal):
            exam.give(command)
    assert exam.state.finish_reason == "candidate"


def test_the_proctor_ends_a_paused_attempt(exam: RehearsedAttempt) -> None:
    exam.give(asked.Pause("misconduct"))
    exam.give(asked.EndAttempt("misconduct", "a second telephone"))
    assert exam.log[-1].event == happened.Finished("proctor", "a second telephone")


def test_an_adaptive_exam_moves_forward_only(adaptive_exam: RehearsedAttempt) -> None:
    with pytest.raises(errors.ItemLocked):
        adaptive_exam.give(asked.OpenItem(1, LEASE))
    with pytest.raises(errors.ItemLocked):
        adaptive_exam.give(asked.FlagItem(adaptive_exam.shown(1), True, LEASE))
    with pytest.raises(errors.ResponseRequired):
        adaptive_exam.confirm(1)
    with pytest.raises(errors.ResponseRequired):
        adaptive_exam.give(asked.PresentNext(LEASE))
    adaptive_exam.save(1, "a")
    adaptive_exam.confirm(1)
    assert adaptive_exam.confirm(1) == ()
    assert adaptive_exam.state.position == 2
    with pytest.raises(errors.ItemLocked):
        adaptive_exam.save(1, "b", client_sequence=2)


def test_the_engine_sees_the_item_just_confirmed(adaptive_exam: RehearsedAttempt) -> None:
    adaptive_exam.save(1, "a")
    presented = adaptive_exam.confirm(1)[-1]
    assert isinstance(presented, happened.ItemPresented)
    assert presented.item_key == "s1-2"
    assert presented.evidence == {"theta": 1.0}


def test_a_section_that_stops_hands_over_to_the_next_and_the_last_to_nothing(
    adaptive_exam: RehearsedAttempt,
) -> None:
    kinds = []
    for position in (1, 2, 3):
        adaptive_exam.save(position, "a")
        kinds.append([event.kind for event in adaptive_exam.confirm(position)])
    assert kinds == [
        ["item_confirmed", "item_presented"],
        ["item_confirmed", "section_completed", "item_presented"],
        ["item_confirmed", "section_completed"],
    ]
    assert set(adaptive_exam.state.completed_sections or {}) == {"s1", "s2"}
    assert adaptive_exam.give(asked.Finish(LEASE)) == (happened.Finished("candidate"),)


def test_the_trainer_explains_before_it_goes_on() -> None:
    attempt = RehearsedAttempt(adaptive_plan("training")).started()
    attempt.save(1, "b")
    assert [event.kind for event in attempt.confirm(1)] == ["item_confirmed"]
    assert [event.kind for event in attempt.give(asked.PresentNext(LEASE))] == ["item_presented"]


def test_a_second_confirmation_of_the_same_item_presents_nothing_twice(
    adaptive_exam: RehearsedAttempt,
) -> None:
    adaptive_exam.save(1, "a")
    adaptive_exam.confirm(1)
    assert len(adaptive_exam.state.presentations) == 2
    assert adaptive_exam.confirm(1) == ()
    assert len(adaptive_exam.state.presentations) == 2


def test_a_command_without_a_rule_is_a_programming_error(exam: RehearsedAttempt) -> None:
    with pytest.raises(TypeError, match="Prepare"):
        exam.give(asked.Prepare(1, replace(exam.plan)))
