"""Sites and rooms in SQL."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing_center.domain.sites import Room, Site
from testing_center.storage.schema.sites import RoomRow, SiteRow


class SqlSites:
    """``Sites`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[Site]:
        return [site_record(row) for row in self._session.scalars(select(SiteRow).order_by(SiteRow.key))]

    def rooms(self, site_id: int) -> Sequence[Room]:
        query = select(RoomRow).where(RoomRow.site_id == site_id).order_by(RoomRow.name)
        return [room_record(row) for row in self._session.scalars(query)]

    def add_site(self, site: Site) -> Site:
        row = SiteRow(
            key=site.key,
            names=dict(site.names),
            cities=dict(site.cities),
            addresses=dict(site.addresses),
            timezone=site.timezone,
        )
        self._session.add(row)
        self._session.flush()
        return site_record(row)

    def add_room(self, room: Room) -> Room:
        row = RoomRow(site_id=room.site_id, name=room.name, seats=room.seats)
        self._session.add(row)
        self._session.flush()
        return room_record(row)


def site_record(row: SiteRow) -> Site:
    """Return the domain record of a row."""
    return Site(row.id, row.key, row.names, row.cities, row.addresses, row.timezone)


def room_record(row: RoomRow) -> Room:
    """Return the domain record of a row."""
    return Room(row.id, row.site_id, row.name, row.seats)
