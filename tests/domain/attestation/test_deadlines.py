from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from testing_center.domain.attestation.calendar import CalendarOverride
from testing_center.domain.attestation.deadlines import AnchorNotUsable, DeadlineEngine, Standing
from testing_center.domain.attestation.rule_sets import NotInRuleSet, load_rule_set

KG = DeadlineEngine(load_rule_set("kg-2023"))
KZ = DeadlineEngine(load_rule_set("kz-2025"))
BISHKEK = ZoneInfo("Asia/Bishkek")
ALMATY = ZoneInfo("Asia/Almaty")


@pytest.mark.parametrize(
    ("engine", "code", "anchor", "day"),
    [
        (KG, "admission_notice", date(2024, 2, 17), date(2024, 1, 30)),
        (KG, "admission_notice", date(2024, 6, 9), date(2024, 5, 21)),
        (KG, "admission_notice", date(2024, 5, 13), date(2024, 4, 18)),
        (KG, "admission_notice", date(2026, 5, 12), date(2026, 4, 14)),
        (KG, "school_teacher_notice", date(2026, 4, 30), date(2026, 5, 13)),
        (KG, "school_teacher_notice", date(2024, 12, 31), date(2025, 1, 10)),
        (KZ, "appeal_decision", date(2025, 3, 18), date(2025, 4, 11)),
        (KZ, "complaint_forward", date(2025, 3, 20), date(2025, 3, 28)),
    ],
)
def test_worked_examples(engine: DeadlineEngine, code: str, anchor: date, day: date) -> None:
    assert engine.due(code, anchor).day == day


def test_a_deadline_in_days_lasts_until_the_local_midnight_that_ends_its_day() -> None:
    due = KG.due("admission_notice", date(2024, 2, 17))
    assert due.expires_at == datetime(2024, 1, 30, 18, 0, tzinfo=UTC)
    assert due.standing(datetime(2024, 1, 30, 17, 59, 59, tzinfo=UTC)) is Standing.WARNING
    assert due.standing(datetime(2024, 1, 30, 18, 0, tzinfo=UTC)) is Standing.OVERDUE


def test_warning_starts_one_working_day_before_the_limit() -> None:
    due = KG.due("admission_notice", date(2024, 2, 17))
    assert due.warn_from == date(2024, 1, 29)
    assert due.standing(datetime(2024, 1, 28, 23, 59, tzinfo=BISHKEK)) is Standing.OPEN
    assert due.standing(datetime(2024, 1, 29, 0, 0, tzinfo=BISHKEK)) is Standing.WARNING


def test_the_anchor_counts_by_its_local_date() -> None:
    late_evening_in_utc = datetime(2025, 3, 17, 20, 0, tzinfo=UTC)
    assert KZ.due("appeal_decision", late_evening_in_utc) == KZ.due("appeal_decision", date(2025, 3, 18))


def test_an_appeal_may_be_made_for_thirty_minutes_to_the_second() -> None:
    finished = datetime(2025, 3, 18, 23, 45, 10, tzinfo=ALMATY)
    due = KZ.due("appeal_submit", finished)
    assert due.expires_at == finished + timedelta(minutes=30)
    assert due.day == date(2025, 3, 19)
    assert due.standing(due.expires_at - timedelta(microseconds=1)) is Standing.OPEN
    assert due.standing(due.expires_at) is Standing.OVERDUE


def test_minutes_survive_a_change_of_the_clocks() -> None:
    """On 1 March 2024 at 00:00 the zone moved back one hour; thirty minutes stay thirty minutes."""
    finished = datetime(2024, 2, 29, 23, 45, tzinfo=ALMATY)
    due = KZ.due("appeal_submit", finished)
    assert due.expires_at.astimezone(UTC) - finished.astimezone(UTC) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        (datetime(2025, 4, 10, 17, 59, tzinfo=ALMATY), date(2025, 4, 11)),
        (datetime(2025, 4, 10, 18, 0, tzinfo=ALMATY), date(2025, 4, 11)),
        (datetime(2025, 4, 10, 18, 0, 1, tzinfo=ALMATY), date(2025, 4, 14)),
        (datetime(2025, 4, 12, 10, 0, tzinfo=ALMATY), date(2025, 4, 15)),
        (datetime(2025, 4, 11, 20, 0, tzinfo=ALMATY), date(2025, 4, 15)),
    ],
)
def test_an_application_after_hours_arrives_on_the_next_working_day(submitted: datetime, day: date) -> None:
    assert KZ.due("application_ack", submitted).day == day


def test_a_calendar_day_before_the_test() -> None:
    assert KZ.due("test_notice", date(2025, 3, 3)).day == date(2025, 3, 2)


def test_a_fixed_date_needs_no_anchor() -> None:
    assert KG.due("trainer_webinars_first").day == date(2023, 12, 10)


def test_known_anchors_give_their_deadlines_and_receipt_replaces_sending() -> None:
    sent = datetime(2026, 4, 28, 12, tzinfo=BISHKEK)
    received = datetime(2026, 4, 30, 12, tzinfo=BISHKEK)
    before = KG.due_dates({"test_date": date(2026, 5, 20), "admission_notice.sent_at": sent})
    after = KG.due_dates({"admission_notice.sent_at": sent, "admission_notice.received_at": received})
    assert set(before) == {"admission_notice", "school_teacher_notice", "trainer_webinars_first"}
    assert before["school_teacher_notice"].day == date(2026, 5, 11)
    assert after["school_teacher_notice"].day == date(2026, 5, 13)
    assert "admission_notice" not in after


def test_a_late_decision_about_one_day_moves_the_deadline() -> None:
    decided = DeadlineEngine(
        load_rule_set("kg-2023"), [CalendarOverride(date(2024, 2, 5), "holiday", "resolution")]
    )
    assert decided.due("admission_notice", date(2024, 2, 17)).day == date(2024, 1, 29)


def test_a_count_through_an_unannounced_holiday_is_provisional() -> None:
    assert KG.due("school_teacher_notice", date(2027, 3, 8)).provisional
    assert not KG.due("school_teacher_notice", date(2027, 4, 5)).provisional


def test_result_validity() -> None:
    assert KZ.result_valid_to(date(2025, 3, 18)) == date(2026, 3, 18)
    assert KG.result_valid_to(datetime(2024, 2, 28, 20, 0, tzinfo=UTC)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("code", "anchor"),
    [
        ("appeal_submit", date(2025, 3, 18)),
        ("appeal_submit", datetime(2025, 3, 18, 12, 0)),  # noqa: DTZ001
        ("appeal_decision", datetime(2025, 3, 18, 12, 0)),  # noqa: DTZ001
        ("appeal_decision", None),
    ],
)
def test_a_vague_anchor_is_refused(code: str, anchor: date | None) -> None:
    with pytest.raises(AnchorNotUsable, match=code):
        KZ.due(code, anchor)


def test_unknown_deadline() -> None:
    with pytest.raises(NotInRuleSet):
        KZ.due("admission_notice", date(2025, 3, 18))
