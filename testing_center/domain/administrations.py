"""Administrations, sittings and bookings: who sits what, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from testing_center.domain.attempts.policy import NO_ACCOMMODATIONS, Accommodations
from testing_center.domain.sites import Room, Site


@dataclass(frozen=True)
class Administration:
    """A planned exam window: rule set, test profile, blueprint, release and delivery mode.

    ``form_hash`` is the exam form that is delivered (fixed) or the reference form whose expected
    percent is reported (adaptive). ``policy`` holds the ``adaptive`` rules, ``open_minutes`` (how long a room
    stays open), ``parallel_forms`` (hashes of forms that neighbours get besides it) and the ``delivery``
    policy: navigation, times of items, breaks and tools.
    """

    id: int
    uid: str
    names: Mapping[str, str]
    rule_set_id: str
    rule_set_hash: str
    profile: str
    subject: str
    mode: str
    blueprint_id: int
    release_number: int
    form_hash: str
    policy: Mapping[str, Any]

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that candidates may be given, the administration's own first."""
        return (self.form_hash, *self.policy.get("parallel_forms", ()))


@dataclass(frozen=True)
class NewAdministration:
    """What is needed to plan an administration."""

    names: Mapping[str, str]
    rule_set_id: str
    rule_set_hash: str
    profile: str
    subject: str
    mode: str
    blueprint_id: int
    release_number: int
    form_hash: str
    policy: Mapping[str, Any]
    created_at: datetime


DEFAULT_OPEN_MINUTES = 12 * 60


@dataclass(frozen=True)
class Sitting:
    """One room at one time; status is scheduled, open, closing (absentees are being noted) or closed."""

    id: int
    uid: str
    administration: Administration
    site: Site
    room: Room
    starts_at: datetime
    status: str
    opened_at: datetime | None

    @property
    def over(self) -> bool:
        """Whether nobody may be checked in or start any more."""
        return self.status in ("closing", "closed")

    @property
    def two_key(self) -> bool:
        """Whether a start needs the ticket's code and the room's rotating one."""
        return self.administration.policy.get("launch") == "two_key"

    @property
    def closes_at(self) -> datetime | None:
        """When the room, once started, closes by itself: until then a pause counts. None before that."""
        if self.opened_at is None:
            return None
        minutes = self.administration.policy.get("open_minutes", DEFAULT_OPEN_MINUTES)
        return self.opened_at + timedelta(minutes=int(minutes))


@dataclass(frozen=True)
class Booking:
    """One candidate's seat; ``attempt_id`` appears at check-in.

    ``form_hash`` is the parallel form that seating dealt, or nothing for the administration's own.
    """

    id: int
    uid: str
    sitting_id: int
    person_id: int
    seat: int
    category: str
    language: str
    accommodations: Accommodations
    ticket_code: str
    attempt_id: str | None
    form_hash: str = ""


@dataclass(frozen=True)
class NewBooking:
    """What is needed to seat a candidate."""

    sitting_id: int
    person_id: int
    seat: int
    category: str
    language: str
    accommodations: Accommodations = NO_ACCOMMODATIONS
