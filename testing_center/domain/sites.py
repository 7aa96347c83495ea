"""Test sites: rooms with their seats, workstations, shifts and the days when nothing is sat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from testing_center.domain.seat_maps import SeatMap


@dataclass(frozen=True)
class Site:
    """A place where tests are sat; texts by language code, ``timezone`` an IANA name."""

    id: int
    key: str
    names: Mapping[str, str]
    cities: Mapping[str, str]
    addresses: Mapping[str, str]
    timezone: str
    active: bool = True


@dataclass(frozen=True)
class Room:
    """A room with the map of its seats."""

    id: int
    site_id: int
    name: str
    seat_map: SeatMap
    active: bool = True

    @property
    def seats(self) -> int:
        """The highest number of a seat, usable or not."""
        return len(self.seat_map.places)

    @property
    def capacity(self) -> int:
        """How many candidates can be seated."""
        return len(self.seat_map.usable)


@dataclass(frozen=True)
class Shift:
    """A time of day at which sittings begin, on the clock of the site."""

    id: int
    site_id: int
    starts: time


@dataclass(frozen=True)
class Blackout:
    """Days, both ends included, on which the site serves another purpose."""

    id: int
    site_id: int
    first_day: date
    last_day: date
    reason: str

    def covers(self, day: date) -> bool:
        """Whether *day* is among them."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class Workstation:
    """The computer at a seat; ``address`` is an IP address or a network in CIDR notation, or nothing.

    ``code`` is printed on the seat and opens the readiness check without signing in.
    """

    id: int
    code: str
    room_id: int
    seat: int
    name: str
    address: str


@dataclass(frozen=True)
class ReadinessReport:
    """What one check found; ``level`` is ready, attention or blocked; ``data`` is what was measured."""

    workstation_id: int
    at: datetime
    level: str
    data: Mapping[str, Any]
