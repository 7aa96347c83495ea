"""Sections with times of their own, forward navigation, breaks and accommodations, on one clock."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rehearsed_attempt import (
    BASE_SECONDS,
    BEGINNING,
    LEASE,
    RehearsedAttempt,
    adaptive_plan,
    fixed_plan,
    through_a_snapshot,
    timed_sections_plan,
)

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.plan import DeliveryPlan
from testing_center.domain.attempts.policy import Accommodations, BreakPolicy, DeliveryPolicy
from testing_center.domain.attempts.timekeeping import Allotment, TimeEntry, limit

BREAKS = BreakPolicy(count=1)
END = BEGINNING + timedelta(seconds=BASE_SECONDS)


def kinds(events: tuple[object, ...]) -> list[str]:
    return [getattr(event, "kind", "") for event in events]


def test_a_section_locks_when_it_is_left_and_the_next_one_waits_to_be_begun() -> None:
    exam = RehearsedAttempt(timed_sections_plan(600, 600)).started()
    exam.save(1, "a")
    with pytest.raises(errors.SectionLocked):
        exam.give(asked.OpenItem(3, LEASE))
    exam.at(100).give(asked.LeaveSection(LEASE))
    assert exam.state.between_sections
    with pytest.raises(errors.SectionLocked):
        exam.save(1, "b", client_sequence=2)
    events = exam.at(200).give(asked.BeginSection(LEASE))
    assert kinds(events) == ["section_begun", "item_presented"]
    assert exam.state.position == 3
    assert exam.state.section_deadline == BEGINNING + timedelta(seconds=800)
    with pytest.raises(errors.SectionLocked):
        exam.give(asked.OpenItem(1, LEASE))
    with pytest.raises(errors.SectionLocked):
        exam.save(1, "b", client_sequence=2)


def test_the_time_of_a_section_ends_it_and_that_of_the_last_one_ends_the_test() -> None:
    exam = RehearsedAttempt(timed_sections_plan(600, 600)).started()
    exam.at(606)
    with pytest.raises(errors.SectionTimeIsUp):
        exam.save(1, "a")
    assert kinds(exam.give(asked.Expire())) == ["section_closed"]
    exam.at(700).give(asked.BeginSection(LEASE))
    assert kinds(exam.at(1300).give(asked.Expire())) == ["section_closed", "finished"]
    assert exam.state.finish_reason == "time"


def test_commands_on_sections_may_be_repeated() -> None:
    exam = RehearsedAttempt(timed_sections_plan(600, 600)).started()
    exam.give(asked.LeaveSection(LEASE))
    assert exam.give(asked.LeaveSection(LEASE)) == ()
    exam.give(asked.BeginSection(LEASE))
    assert exam.give(asked.BeginSection(LEASE)) == ()
    with pytest.raises(errors.WrongAttemptState):
        exam.give(asked.LeaveSection(LEASE))


def test_adaptive_sections_that_lock_wait_between_them() -> None:
    policy = DeliveryPolicy(navigation="section")
    exam = RehearsedAttempt(replace(adaptive_plan(lengths=(1, 1)), policy=policy)).started()
    exam.save(1, "a")
    assert kinds(exam.confirm(1)) == ["item_confirmed", "section_completed"]
    assert exam.state.between_sections
    exam.give(asked.BeginSection(LEASE))
    assert exam.state.position == 2
    exam.save(2, "a")
    exam.confirm(2)
    assert not exam.state.between_sections


def test_forward_navigation_shows_no_item_twice_and_skips_none() -> None:
    exam = RehearsedAttempt(replace(fixed_plan(), policy=DeliveryPolicy(navigation="forward"))).started()
    with pytest.raises(errors.ItemLocked):
        exam.give(asked.OpenItem(3, LEASE))
    exam.give(asked.OpenItem(2, LEASE))
    with pytest.raises(errors.ItemLocked):
        exam.give(asked.OpenItem(1, LEASE))
    with pytest.raises(errors.ItemLocked):
        exam.save(1, "a")
    exam.save(2, "a")


def test_an_item_whose_time_is_up_gives_way_to_the_next() -> None:
    policy = DeliveryPolicy(navigation="forward", item_seconds=60)
    exam = RehearsedAttempt(replace(fixed_plan(2), policy=policy)).started()
    exam.save(1, "a")
    exam.at(66)
    with pytest.raises(errors.ItemTimeIsUp):
        exam.save(1, "b", client_sequence=2)
    assert kinds(exam.give(asked.Expire())) == ["item_timed_out", "item_presented"]
    with pytest.raises(errors.ItemTimeIsUp):
        exam.save(1, "b", client_sequence=2)
    first = exam.state.at(1)
    assert first is not None
    assert (first.response, first.timed_out) == (("a",), True)
    assert kinds(exam.at(130).give(asked.Expire())) == ["item_timed_out"]
    assert exam.at(500).give(asked.Expire()) == ()


def test_one_grant_and_one_pause_move_every_limit_that_is_running_and_none_that_has_not_begun() -> None:
    exam = RehearsedAttempt(timed_sections_plan(600, 600)).started()
    exam.at(10).give(asked.GrantTime(60, "power cut"))
    exam.at(20).give(asked.Pause("power cut"))
    exam.at(50).give(asked.Resume("power cut"))
    assert exam.state.section_deadline == BEGINNING + timedelta(seconds=600 + 60 + 30)
    assert exam.state.deadline == END + timedelta(seconds=60 + 30)
    exam.give(asked.LeaveSection(LEASE))
    exam.at(100).give(asked.BeginSection(LEASE))
    assert exam.state.section_deadline == BEGINNING + timedelta(seconds=700)


def test_a_break_is_taken_once_and_neither_first_nor_last() -> None:
    plan = replace(fixed_plan(), policy=DeliveryPolicy(breaks=replace(BREAKS, forbidden_last_seconds=600)))
    exam = RehearsedAttempt(plan).started()
    exam.at(899)
    with pytest.raises(errors.BreakRefused, match="first 15 minutes"):
        exam.give(asked.TakeBreak(LEASE))
    exam.at(900).give(asked.TakeBreak(LEASE))
    # The clock runs on, so the break is over before the last minutes begin.
    assert exam.state.break_seconds == 300
    with pytest.raises(errors.OnBreak):
        exam.save(1, "a")
    exam.at(1000).give(asked.EndBreak(LEASE))
    assert exam.state.deadline == END
    with pytest.raises(errors.BreakRefused, match="No break is left"):
        exam.give(asked.TakeBreak(LEASE))
    late = RehearsedAttempt(plan).started().at(1200)
    with pytest.raises(errors.BreakRefused, match="last 10 minutes"):
        late.give(asked.TakeBreak(LEASE))
    with pytest.raises(errors.BreakRefused, match="no breaks"):
        RehearsedAttempt(fixed_plan()).started().at(1000).give(asked.TakeBreak(LEASE))


@given(st.integers(0, 1500))
def test_a_break_that_stops_the_clock_gives_back_what_it_took_up_to_its_length(away: int) -> None:
    breaks = BreakPolicy(1, 600, 0, 0, stops_clock=True)
    exam = RehearsedAttempt(replace(fixed_plan(), policy=DeliveryPolicy(breaks=breaks))).started()
    exam.at(100)
    left = exam.state.seconds_left(exam.now)
    exam.give(asked.TakeBreak(LEASE))
    exam.at(100 + away)
    during = exam.state.seconds_left(exam.now)
    exam.give(asked.EndBreak(LEASE))
    assert left is not None
    assert exam.state.seconds_left(exam.now) == during == left - max(0, away - 600)


def test_a_candidate_who_does_not_return_from_a_break_ends_with_the_test() -> None:
    plan = replace(fixed_plan(), policy=DeliveryPolicy(breaks=BreakPolicy(1, 600, 0, 0)))
    exam = RehearsedAttempt(plan).started()
    exam.give(asked.TakeBreak(LEASE))
    assert exam.at(BASE_SECONDS + 29).give(asked.Expire()) == ()
    assert kinds(exam.at(BASE_SECONDS + 30).give(asked.Expire())) == ["finished"]


def test_accommodations_stretch_every_limit_and_extra_time_is_shared_among_sections() -> None:
    plan = replace(
        timed_sections_plan(600, 1200),
        accommodations=Accommodations(time_multiplier=1.5, extra_seconds=300),
    )
    exam = RehearsedAttempt(plan).started()
    assert exam.state.deadline == BEGINNING + timedelta(seconds=BASE_SECONDS * 1.5 + 300)
    assert exam.state.section_deadline == BEGINNING + timedelta(seconds=600 * 1.5 + 100)


def test_accommodations_change_during_the_attempt_but_take_no_time_back() -> None:
    exam = RehearsedAttempt(fixed_plan(extra_seconds=300)).started()
    granted = Accommodations(extra_seconds=600, large_text=True, assistant="Асанова А.")
    exam.at(60).give(asked.ChangeAccommodations(granted, "doctor's note"))
    assert exam.state.accommodations == granted
    assert exam.state.deadline == END + timedelta(seconds=600)
    assert exam.give(asked.ChangeAccommodations(granted, "doctor's note")) == ()
    with pytest.raises(errors.InvalidInput, match="not taken back"):
        exam.give(asked.ChangeAccommodations(Accommodations(extra_seconds=300), "mistake"))
    with pytest.raises(errors.ReasonRequired):
        exam.give(asked.ChangeAccommodations(replace(granted, extra_seconds=900), " "))


def test_the_snapshot_carries_everything_that_moves_a_limit() -> None:
    breaks = BreakPolicy(1, 600, 0, 0, stops_clock=True)
    plan = replace(
        timed_sections_plan(600, None, policy=DeliveryPolicy(breaks=breaks, tools=("calculator",))),
        accommodations=Accommodations(1.25, 60),
    )
    exam = RehearsedAttempt(plan).started()
    exam.at(10).give(asked.GrantTime(60, "power cut"))
    exam.at(20).give(asked.TakeBreak(LEASE))
    assert through_a_snapshot(exam.state) == exam.state
    exam.at(50).give(asked.EndBreak(LEASE))
    exam.give(asked.LeaveSection(LEASE))
    assert through_a_snapshot(exam.state) == exam.state


def test_plans_of_before_there_were_policies_can_be_read() -> None:
    plan = fixed_plan(extra_seconds=120)
    data = plan.to_data()
    del data["policy"]
    del data["accommodations"]
    for section in data["sections"]:
        del section["seconds"]
    assert DeliveryPlan.from_data({**data, "extra_seconds": 120}) == plan


@given(
    st.integers(0, 10_000),
    st.floats(1, 3),
    st.integers(0, 14_400),
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 1000))),
)
def test_a_limit_is_what_was_allotted_and_all_that_was_added_since_it_began(
    seconds: int, multiplier: float, extra: int, entries: list[tuple[float, float]]
) -> None:
    ledger = [TimeEntry("grant", BEGINNING + timedelta(seconds=at), added) for at, added in entries]
    ends = limit(BEGINNING, Allotment(seconds), Accommodations(multiplier, extra), ledger)
    added = sum(added for at, added in entries if BEGINNING + timedelta(seconds=at) >= BEGINNING)
    length = (ends - BEGINNING).total_seconds()
    assert -1e-3 <= length - (seconds * multiplier + extra + added) < 1 + 1e-3


@pytest.mark.parametrize(
    "values",
    [
        {"navigation": "sideways"},
        {"tools": ["camera"]},
        {"item_seconds": 60},
        {"navigation": "forward", "item_seconds": 2},
        {"breaks": {"count": -1}},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidInput):
        DeliveryPolicy.from_data(values)
