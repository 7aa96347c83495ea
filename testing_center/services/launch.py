"""The two keys of a launch: the candidate's ticket code and the code on the proctor's screen."""

import hmac
from dataclasses import dataclass

from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.errors import NotFound, RoomCodeRefused
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.room_codes import accepts, room_code, room_secret, seconds_shown
from testing_center.services.clock import Clock


@dataclass(frozen=True)
class ShownCode:
    """What the proctor's screen shows now, and for how many seconds more."""

    code: str
    seconds: int


@dataclass(frozen=True)
class Launch:
    """Shows and checks the codes; nothing of them is stored."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock
    instance_key: bytes

    def shown(self, sitting: Sitting) -> ShownCode:
        """Return the room code of this minute."""
        now = self.clock()
        secret = room_secret(self.instance_key, sitting.uid)
        return ShownCode(room_code(secret, now), seconds_shown(now))

    def place(self, attempt_id: str) -> tuple[Booking, Sitting]:
        """Return booking and sitting of an exam attempt; raises ``NotFound``."""
        with self.unit_of_work() as work:
            anchor = work.attempts.anchor(attempt_id)
            sitting = work.administrations.sitting_by_id(anchor.sitting_id or 0) if anchor else None
            bookings = work.administrations.bookings(sitting.id) if sitting else ()
        booking = next((one for one in bookings if one.attempt_id == attempt_id), None)
        if sitting is None or booking is None:
            raise NotFound
        return booking, sitting

    def require(self, attempt_id: str, ticket: str, code: str) -> str:
        """Return how the launch was keyed; raises ``RoomCodeRefused`` when a key does not fit.

        Where the administration asks for one key only, the proctor's permission is enough.
        """
        booking, sitting = self.place(attempt_id)
        if not sitting.two_key:
            return ""
        typed = "".join(sign for sign in ticket.upper() if sign.isalnum()).encode("utf-8", "replace")
        own = hmac.compare_digest(typed, booking.ticket_code.upper().encode())
        room = accepts(room_secret(self.instance_key, sitting.uid), code, self.clock())
        if not (own and room):
            raise RoomCodeRefused
        return "two_key"
