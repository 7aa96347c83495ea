"""What the board shows of an attempt, at fixed moments."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.records import AttemptSummary
from testing_center.domain.errors import ReasonRequired
from testing_center.services.invigilation import SILENCE, _alert, _require_reason, _seconds_left

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
UNDER_WAY = AttemptSummary(
    attempt_id="a" * 32,
    status="in_progress",
    sequence=9,
    position=3,
    answered=2,
    length=50,
    started_at=NOW - timedelta(minutes=20),
    deadline=NOW + timedelta(minutes=60),
    paused_at=None,
    finished_at=None,
    help_requested_at=None,
    incidents=0,
    granted_seconds=0,
    result=None,
)


def test_time_stands_still_during_a_pause() -> None:
    paused = replace(UNDER_WAY, status="paused", paused_at=NOW - timedelta(minutes=5))
    assert _seconds_left(UNDER_WAY, NOW) == 3600
    assert _seconds_left(paused, NOW) == _seconds_left(paused, NOW + timedelta(hours=1)) == 3900


def test_time_left_is_unknown_before_the_start_and_never_negative() -> None:
    assert _seconds_left(replace(UNDER_WAY, deadline=None), NOW) is None
    assert _seconds_left(UNDER_WAY, NOW + timedelta(hours=9)) == 0


def test_help_comes_before_lost_contact_and_lost_contact_before_the_end() -> None:
    silent = NOW - SILENCE - timedelta(seconds=1)
    calling = replace(UNDER_WAY, help_requested_at=NOW)
    assert _alert(calling, silent, 10, NOW) == "help"
    assert _alert(UNDER_WAY, silent, 10, NOW) == "lost"
    assert _alert(UNDER_WAY, NOW, 10, NOW) == "ending"
    assert _alert(UNDER_WAY, NOW, 3600, NOW) is None


def test_nobody_is_alarmed_about_a_finished_test_or_an_unknown_contact() -> None:
    assert _alert(replace(UNDER_WAY, status="finished"), NOW - timedelta(hours=1), 0, NOW) is None
    assert _alert(UNDER_WAY, None, 3600, NOW) is None


@pytest.mark.parametrize("reason", ["", "because"])
def test_an_act_needs_a_reason_of_the_taxonomy(reason: str) -> None:
    with pytest.raises(ReasonRequired):
        _require_reason(asked.Pause(reason))
