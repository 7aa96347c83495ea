"""Sites: rooms and seat maps, shifts and days without tests, workstations and whether they are ready."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.readiness import Finding, judge, worst
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Blackout, ReadinessReport, Room, Shift, Site, Workstation
from testing_center.services.clock import Clock

LANGUAGES = ("ky", "ru", "kk", "en")
KEY = re.compile(r"[a-z][a-z0-9-]{1,31}")
LONGEST_NAME, LONGEST_REASON = 64, 200
MOST_MEASURED = 20


@dataclass(frozen=True)
class SeatState:
    """A workstation with its newest report, if it was ever checked."""

    workstation: Workstation
    report: ReadinessReport | None


@dataclass(frozen=True)
class RoomPage:
    """A room with its workstations by seat."""

    site: Site
    room: Room
    stations: Mapping[int, SeatState]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many usable seats are ready, need attention, are blocked or were never checked."""
        levels = ["unchecked"] * self.room.capacity
        for index, seat in enumerate(self.room.seat_map.usable):
            state = self.stations.get(seat)
            if state is not None and state.report is not None:
                levels[index] = state.report.level
        return {level: levels.count(level) for level in ("ready", "attention", "blocked", "unchecked")}


@dataclass(frozen=True)
class SitePage:
    """Everything about a site."""

    site: Site
    rooms: Sequence[RoomPage]
    shifts: Sequence[Shift]
    blackouts: Sequence[Blackout]

    @property
    def capacity(self) -> int:
        """Seats that can be used at one time in the rooms that are open."""
        return sum(one.room.capacity for one in self.rooms if one.room.active)


class Sites:
    """What administrators set up and technicians look after."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def overview(self, person: Person) -> Sequence[SitePage]:
        """Return the sites *person* may see: all, or those they are appointed to."""
        with self._unit_of_work() as work:
            return [self._page(work, site) for site in work.sites.all() if self._may_see(work, person, site)]

    def page(self, key: str, person: Person) -> SitePage:
        """Return a site; raises ``NotFound``."""
        with self._unit_of_work() as work:
            return self._page(work, self._site(work, key, person))

    def room(self, key: str, room_id: int, person: Person) -> RoomPage:
        """Return a room of a site; raises ``NotFound``."""
        found = next((one for one in self.page(key, person).rooms if one.room.id == room_id), None)
        if found is None:
            raise NotFound
        return found

    def put_site(self, site: Site, person: Person) -> None:
        """Add a site, or change the one with its key; raises ``InvalidInput``."""
        if not KEY.fullmatch(site.key):
            raise InvalidInput(N_("The short name has 2 to 32 small Latin letters, digits and hyphens."))
        if not all(site.names.get(code) and site.cities.get(code) for code in LANGUAGES):
            raise InvalidInput(N_("Write the name and the city in all four languages."))
        if site.timezone not in available_timezones():
            raise InvalidInput(N_("There is no such time zone. Choose one like Asia/Bishkek."))
        with self._unit_of_work(write=True) as work:
            known = work.sites.by_key(site.key)
            if known is None:
                work.sites.add_site(site)
            else:
                work.sites.change_site(replace(site, id=known.id))
            self._audit(work, person, "site-changed" if known else "site-added", f"site:{site.key}")
            work.commit()

    def put_room(self, key: str, room: Room, person: Person) -> Room:
        """Add a room (id 0) or change one; raises ``InvalidInput`` when a booked seat would be lost."""
        if not room.name.strip() or len(room.name) > LONGEST_NAME:
            raise InvalidInput(N_("Enter the name or number of the room."))
        with self._unit_of_work(write=True) as work:
            site = self._site(work, key, person)
            if room.id == 0:
                kept = work.sites.add_room(replace(room, site_id=site.id))
            else:
                before = work.sites.room(room.id)
                if before is None or before[0].id != site.id:
                    raise NotFound
                self._keep_booked_seats(work, before[1], room)
                kept = replace(room, site_id=site.id)
                work.sites.change_room(kept)
            data = {"seat_map": list(kept.seat_map.rows), "active": kept.active}
            action = "room-changed" if room.id else "room-added"
            self._audit(work, person, action, f"room:{key}/{kept.name}", data)
            work.commit()
        return kept

    def add_shift(self, key: str, starts: str, person: Person) -> None:
        """Add a shift at a time of the site's clock; raises ``InvalidInput``."""
        try:
            moment = time.fromisoformat(starts)
        except ValueError:
            raise InvalidInput(N_("Enter the time at which the shift begins, like 09:00.")) from None
        with self._unit_of_work(write=True) as work:
            work.sites.add_shift(Shift(0, self._site(work, key, person).id, moment.replace(tzinfo=None)))
            self._audit(work, person, "shift-added", f"site:{key}", {"starts": starts})
            work.commit()

    def add_blackout(
        self, key: str, first: date | None, last: date | None, reason: str, person: Person
    ) -> Sequence[str]:
        """Close the site for some days and return the sittings (uids) that are planned on them already."""
        if first is None or last is None:
            raise InvalidInput(N_("Enter the first and the last day."))
        if last < first:
            raise InvalidInput(N_("The last day is before the first. Correct the days."))
        if not reason.strip():
            raise InvalidInput(N_("Write what the site is needed for."))
        with self._unit_of_work(write=True) as work:
            site = self._site(work, key, person)
            blackout = Blackout(0, site.id, first, last, reason.strip()[:LONGEST_REASON])
            work.sites.add_blackout(blackout)
            days = {"from": first.isoformat(), "to": last.isoformat(), "reason": blackout.reason}
            self._audit(work, person, "blackout-added", f"site:{key}", days)
            zone = ZoneInfo(site.timezone)
            hit = [
                one.uid
                for one in work.administrations.sittings()
                if one.site.id == site.id
                and one.status == "scheduled"
                and blackout.covers(one.starts_at.astimezone(zone).date())
            ]
            work.commit()
        return hit

    def remove(self, key: str, kind: str, number: int, person: Person) -> None:
        """Remove a shift or days without tests of a site; raises ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            site = self._site(work, key, person)
            if kind == "shift" and number in {one.id for one in work.sites.shifts(site.id)}:
                work.sites.remove_shift(number)
            elif kind == "blackout" and number in {one.id for one in work.sites.blackouts(site.id)}:
                work.sites.remove_blackout(number)
            else:
                raise NotFound
            self._audit(work, person, f"{kind}-removed", f"site:{key}", {"id": number})
            work.commit()

    def put_workstations(self, key: str, room_id: int, rows: Sequence[Workstation], person: Person) -> None:
        """Write name and address of the computers of a room; raises ``InvalidInput`` and changes nothing."""
        page = self.room(key, room_id, person)
        with self._unit_of_work(write=True) as work:
            for row in rows:
                if row.seat not in page.room.seat_map.places:
                    raise NotFound
                _check_address(row)
                if row.name or row.seat in page.stations:
                    work.workstations.put(replace(row, room_id=room_id))
            self._audit(work, person, "workstations-changed", f"room:{key}/{page.room.name}")
            work.commit()

    def workstation(self, code: str) -> tuple[Workstation, Site, Room]:
        """Return the workstation with the code on its seat; raises ``NotFound``."""
        with self._unit_of_work() as work:
            station = work.workstations.by_code(code)
            found = work.sites.room(station.room_id) if station else None
        if station is None or found is None:
            raise NotFound
        return station, *found

    def report(self, code: str, measured: Mapping[str, Any], user_agent: str) -> tuple[Finding, ...]:
        """Judge and keep what a workstation measured; raises ``NotFound``."""
        station, _, _ = self.workstation(code)
        findings = judge(measured, user_agent)
        data = {
            "user_agent": user_agent[:300],
            "findings": [
                {"check": one.check, "level": one.level, "message": one.message, "params": dict(one.params)}
                for one in findings
            ],
        }
        with self._unit_of_work(write=True) as work:
            work.workstations.report(ReadinessReport(station.id, self._clock(), worst(findings), data))
            work.commit()
        return findings

    def _page(self, work: UnitOfWork, site: Site) -> SitePage:
        rooms = work.sites.rooms(site.id)
        stations = work.workstations.of_rooms([room.id for room in rooms])
        reports = work.workstations.latest([one.id for one in stations])
        pages = [
            RoomPage(
                site,
                room,
                {
                    one.seat: SeatState(one, reports.get(one.id))
                    for one in stations
                    if one.room_id == room.id
                },
            )
            for room in rooms
        ]
        return SitePage(site, pages, work.sites.shifts(site.id), work.sites.blackouts(site.id))

    def _site(self, work: UnitOfWork, key: str, person: Person) -> Site:
        site = work.sites.by_key(key)
        if site is None or not self._may_see(work, person, site):
            raise NotFound
        return site

    def _may_see(self, work: UnitOfWork, person: Person, site: Site) -> bool:
        if Role.ADMINISTRATOR in person.roles:
            return True
        today = self._clock().astimezone(ZoneInfo(site.timezone)).date()
        own = work.appointments.of_person(person.id)
        return any(one.serves(site.id, today) and one.terms.duty in person.roles for one in own)

    def _keep_booked_seats(self, work: UnitOfWork, before: Room, after: Room) -> None:
        booked = {
            booking.seat
            for sitting in work.administrations.sittings()
            if sitting.room.id == before.id and sitting.status != "closed"
            for booking in work.administrations.bookings(sitting.id)
        }
        lost = sorted(seat for seat in booked if not _stays(before.seat_map, after.seat_map, seat))
        if lost:
            raise InvalidInput(
                N_(
                    "Seats %(seats)s are booked for sittings to come. Leave them where they are and usable, "
                    "or move their candidates first."
                ),
                seats=", ".join(map(str, lost)),
            )

    def _audit(
        self,
        work: UnitOfWork,
        person: Person,
        action: str,
        subject: str,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        work.audit.add(AuditEntry(self._clock(), f"person:{person.uid}", action, subject, data=data or {}))


def _stays(before: SeatMap, after: SeatMap, seat: int) -> bool:
    was, now = before.places.get(seat), after.places.get(seat)
    if was is None or now is None or seat not in after.usable:
        return False
    return (was.row, was.column) == (now.row, now.column)


def _check_address(row: Workstation) -> None:
    if len(row.name) > LONGEST_NAME:
        raise InvalidInput(N_("An inventory name can have at most 64 letters."))
    if not row.address:
        return
    try:
        ipaddress.ip_network(row.address, strict=False)
    except ValueError:
        raise InvalidInput(
            N_("Seat %(seat)s: “%(address)s” is no address. Write it like 10.1.2.3 or 10.1.2.0/24."),
            seat=row.seat,
            address=row.address[:40],
        ) from None
