"""Who is admitted to an administration, and the history of where each was booked."""

from dataclasses import dataclass
from datetime import datetime

from testing_center.domain.attempts.policy import NO_ACCOMMODATIONS, Accommodations


@dataclass(frozen=True)
class NewRosterEntry:
    """What is needed to admit a candidate to an administration."""

    administration_id: int
    person_id: int
    category: str
    language: str
    accommodations: Accommodations = NO_ACCOMMODATIONS
    accessible: bool = False


@dataclass(frozen=True)
class RosterEntry:
    """An admitted candidate; ``accessible`` asks for a seat that a wheelchair reaches."""

    id: int
    uid: str
    terms: NewRosterEntry


@dataclass(frozen=True)
class BookingChange:
    """One line of a booking's history; ``kind`` is booked, moved, seated, swapped, released or waiting.

    ``from_`` and ``to_`` name the sitting (its id) and the seat before and after, None where there is none.
    ``own`` tells a candidate's change from one of the staff.
    """

    administration_id: int
    person_id: int
    kind: str
    at: datetime
    actor: str
    own: bool = False
    from_sitting: int | None = None
    from_seat: int | None = None
    to_sitting: int | None = None
    to_seat: int | None = None
    reason: str = ""
