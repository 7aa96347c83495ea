"""The rotating room code and the two-key launch."""

from datetime import UTC, datetime, timedelta

import pytest
from exam_hall import ExamHall
from hypothesis import given
from hypothesis import strategies as st

from testing_center.domain.errors import RoomCodeRefused
from testing_center.domain.room_codes import STEP_SECONDS, accepts, room_code, room_secret, seconds_shown
from testing_center.services.launch import Launch

SECRET = room_secret(b"k" * 32, "sitting")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_codes_have_six_digits_and_change_every_minute() -> None:
    codes = [room_code(SECRET, datetime.fromtimestamp(STEP_SECONDS * step, UTC)) for step in range(200)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 190


@given(MOMENTS)
def test_a_code_is_good_for_its_minute_and_the_next_one_only(moment: datetime) -> None:
    code = room_code(SECRET, moment)
    end = moment + timedelta(seconds=seconds_shown(moment))
    assert accepts(SECRET, f"{code[:3]} {code[3:]}", moment)
    assert accepts(SECRET, code, end + timedelta(seconds=STEP_SECONDS - 2))
    if room_code(SECRET, end) != code and room_code(SECRET, end + timedelta(seconds=STEP_SECONDS)) != code:
        assert not accepts(SECRET, code, end + timedelta(seconds=STEP_SECONDS))


def test_rooms_and_installations_have_codes_of_their_own() -> None:
    moment = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    secrets = (SECRET, room_secret(b"k" * 32, "another"), room_secret(b"j" * 32, "sitting"))
    assert len({room_code(secret, moment) for secret in secrets}) == 3
    assert not accepts(SECRET, "", moment)


def test_a_start_needs_the_ticket_and_the_code_of_its_own_room(hall: ExamHall) -> None:
    hall.seat()
    launch = Launch(hall.unit_of_work, hall.clock, b"k" * 32)
    booking, sitting = launch.place(hall.attempt_id)
    assert launch.require(hall.attempt_id, "", "") == ""  # one key is enough where the policy says so
    with hall.unit_of_work(write=True) as work:
        work.administrations.set_policy(sitting.administration.id, {"launch": "two_key"})
        work.commit()
    code = launch.shown(sitting).code
    ticket = f" {booking.ticket_code.lower()[:4]}-{booking.ticket_code[4:]} "
    assert launch.require(hall.attempt_id, ticket, code) == "two_key"
    hall.later(seconds=STEP_SECONDS)
    assert launch.require(hall.attempt_id, ticket, code) == "two_key"
    other = hall.bookings[1].ticket_code
    for keys in ((ticket, "000000"), (other, code), ("", code)):
        with pytest.raises(RoomCodeRefused):
            launch.require(hall.attempt_id, *keys)
