"""Sites, rooms, shifts and days without tests in SQL."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Blackout, Room, Shift, Site
from testing_center.storage.database import Base
from testing_center.storage.schema.sites import BlackoutRow, RoomRow, ShiftRow, SiteRow

SITE_TAKEN = N_("There is a site with this short name already. Choose another one.")
ROOM_TAKEN = N_("The site has a room with this name already. Choose another one.")
SHIFT_TAKEN = N_("The site has a shift at this time already.")


class SqlSites:
    """``Sites`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Site]:
        return [site_record(row) for row in self._session.scalars(select(SiteRow).order_by(SiteRow.key))]

    def by_key(self, key: str) -> Site | None:
        row = self._session.scalar(select(SiteRow).where(SiteRow.key == key))
        return site_record(row) if row else None

    def rooms(self, site_id: int) -> Sequence[Room]:
        query = select(RoomRow).where(RoomRow.site_id == site_id).order_by(RoomRow.name)
        return [room_record(row) for row in self._session.scalars(query)]

    def room(self, room_id: int) -> tuple[Site, Room] | None:
        query = select(SiteRow, RoomRow).join(RoomRow, RoomRow.site_id == SiteRow.id)
        found = self._session.execute(query.where(RoomRow.id == room_id)).first()
        return (site_record(found[0]), room_record(found[1])) if found else None

    def add_site(self, site: Site) -> Site:
        row = SiteRow(key=site.key, **_site_values(site))
        self._insert(row, SITE_TAKEN)
        return site_record(row)

    def change_site(self, site: Site) -> None:
        self._session.execute(update(SiteRow).where(SiteRow.id == site.id).values(_site_values(site)))

    def add_room(self, room: Room) -> Room:
        row = RoomRow(site_id=room.site_id, **_room_values(room))
        self._insert(row, ROOM_TAKEN)
        return room_record(row)

    def change_room(self, room: Room) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(update(RoomRow).where(RoomRow.id == room.id).values(_room_values(room)))
        except IntegrityError as error:
            raise InvalidInput(ROOM_TAKEN) from error

    def shifts(self, site_id: int) -> Sequence[Shift]:
        query = select(ShiftRow).where(ShiftRow.site_id == site_id).order_by(ShiftRow.starts)
        return [Shift(row.id, row.site_id, row.starts) for row in self._session.scalars(query)]

    def add_shift(self, shift: Shift) -> None:
        self._insert(ShiftRow(site_id=shift.site_id, starts=shift.starts), SHIFT_TAKEN)

    def remove_shift(self, shift_id: int) -> None:
        self._session.execute(delete(ShiftRow).where(ShiftRow.id == shift_id))

    def blackouts(self, site_id: int) -> Sequence[Blackout]:
        query = select(BlackoutRow).where(BlackoutRow.site_id == site_id).order_by(BlackoutRow.first_day)
        return [
            Blackout(row.id, row.site_id, row.first_day, row.last_day, row.reason)
            for row in self._session.scalars(query)
        ]

    def add_blackout(self, blackout: Blackout) -> None:
        row = BlackoutRow(
            site_id=blackout.site_id,
            first_day=blackout.first_day,
            last_day=blackout.last_day,
            reason=blackout.reason,
        )
        self._session.add(row)
        self._session.flush()

    def remove_blackout(self, blackout_id: int) -> None:
        self._session.execute(delete(BlackoutRow).where(BlackoutRow.id == blackout_id))

    def _insert(self, row: Base, taken: str) -> None:
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise InvalidInput(taken) from error


def _site_values(site: Site) -> dict[str, object]:
    return {
        "names": dict(site.names),
        "cities": dict(site.cities),
        "addresses": dict(site.addresses),
        "timezone": site.timezone,
        "active": site.active,
    }


def _room_values(room: Room) -> dict[str, object]:
    return {"name": room.name, "seat_map": room.seat_map.to_data(), "active": room.active}


def site_record(row: SiteRow) -> Site:
    """Return the domain record of a row."""
    return Site(row.id, row.key, row.names, row.cities, row.addresses, row.timezone, row.active)


def room_record(row: RoomRow) -> Room:
    """Return the domain record of a row."""
    return Room(row.id, row.site_id, row.name, SeatMap.from_data(row.seat_map), row.active)
