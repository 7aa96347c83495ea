"""Repositories of the test site: rosters, appointments, workstations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from testing_center.domain.appointments import Appointment, NewAppointment
from testing_center.domain.rosters import BookingChange, NewRosterEntry, RosterEntry
from testing_center.domain.sites import Blackout, ReadinessReport, Room, Shift, Site, Workstation


class Sites(Protocol):
    """Sites, rooms, shifts, days without tests."""

    def all(self) -> Sequence[Site]:
        """Return every site by key."""

    def by_key(self, key: str) -> Site | None:
        """Return a site."""

    def rooms(self, site_id: int) -> Sequence[Room]:
        """Return the rooms of a site by name."""

    def room(self, room_id: int) -> tuple[Site, Room] | None:
        """Return a room with its site."""

    def add_site(self, site: Site) -> Site:
        """Add a site (its id is assigned); raises ``InvalidInput`` when the key is taken."""

    def change_site(self, site: Site) -> None:
        """Write the texts, zone and state of a site."""

    def add_room(self, room: Room) -> Room:
        """Add a room (its id is assigned); raises ``InvalidInput`` when the name is taken at the site."""

    def change_room(self, room: Room) -> None:
        """Write the name, map and state of a room; raises as ``add_room``."""

    def shifts(self, site_id: int) -> Sequence[Shift]:
        """Return the shifts of a site by time."""

    def add_shift(self, shift: Shift) -> None:
        """Add a shift; raises ``InvalidInput`` when the site has one at that time."""

    def remove_shift(self, shift_id: int) -> None:
        """Remove a shift; sittings that were opened by it stay."""

    def blackouts(self, site_id: int) -> Sequence[Blackout]:
        """Return the days without tests, by first day."""

    def add_blackout(self, blackout: Blackout) -> None:
        """Add days without tests."""

    def remove_blackout(self, blackout_id: int) -> None:
        """Give days back."""


class Workstations(Protocol):
    """Computers at seats and what their checks found; reports are only ever appended."""

    def of_rooms(self, room_ids: Collection[int]) -> Sequence[Workstation]:
        """Return the workstations of rooms by room and seat."""

    def by_code(self, code: str) -> Workstation | None:
        """Return a workstation by the code on its seat, in any case."""

    def put(self, workstation: Workstation) -> Workstation:
        """Add the workstation of a seat (id and code are assigned), or change its name and address."""

    def report(self, report: ReadinessReport) -> None:
        """Append what a check found."""

    def latest(self, workstation_ids: Collection[int]) -> Mapping[int, ReadinessReport]:
        """Return the newest report of each workstation that has one."""


class Rosters(Protocol):
    """Admitted candidates, waiting lists, the history of bookings."""

    def add(self, entry: NewRosterEntry) -> RosterEntry:
        """Admit a candidate; raises ``InvalidInput`` when already admitted."""

    def change(self, entry: RosterEntry) -> None:
        """Write category, language, extra time and need of an accessible seat."""

    def of_administration(self, administration_id: int) -> Sequence[RosterEntry]:
        """Return the admitted candidates in the order of admission."""

    def of_person(self, person_id: int) -> Sequence[RosterEntry]:
        """Return what a person is admitted to, newest first."""

    def entry(self, administration_id: int, person_id: int) -> RosterEntry | None:
        """Return a candidate's admission."""

    def note(self, change: BookingChange) -> None:
        """Append a line to the history of bookings."""

    def history(self, administration_id: int, person_id: int | None = None) -> Sequence[BookingChange]:
        """Return the history, oldest first, of one person or all."""

    def wait(self, sitting_id: int, person_id: int, at: datetime) -> None:
        """Put a person on a waiting list; once is enough."""

    def leave(self, sitting_id: int | None, person_id: int, administration_id: int) -> None:
        """Take a person off one waiting list, or off all lists of an administration."""

    def waiting(self, sitting_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Return the people waiting for each sitting, first come first."""


class Appointments(Protocol):
    """The log of appointments; an end is recorded, nothing is removed."""

    def add(self, terms: NewAppointment, recorded_by: int | None, at: datetime) -> Appointment:
        """Record an appointment."""

    def end(self, appointment_id: int, order: str, reason: str, ended_by: int | None, at: datetime) -> None:
        """Record the end of an appointment."""

    def by_uid(self, uid: str) -> Appointment | None:
        """Return an appointment."""

    def all(self, site_id: int | None = None) -> Sequence[Appointment]:
        """Return appointments, newest first, of one site or all."""

    def of_person(self, person_id: int) -> Sequence[Appointment]:
        """Return a person's appointments, newest first."""
