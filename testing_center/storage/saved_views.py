"""Saved searches of the item table in SQL."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from testing_center.domain.saved_views import SavedView
from testing_center.storage.schema.catalogue import SavedViewRow


class SqlSavedViews:
    """``SavedViews`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def seen_by(self, person_id: int) -> Sequence[SavedView]:
        own_or_shared = or_(SavedViewRow.person_id == person_id, SavedViewRow.shared.is_(True))
        query = select(SavedViewRow).where(own_or_shared).order_by(SavedViewRow.name, SavedViewRow.id)
        return [_view(row) for row in self._session.scalars(query)]

    def keep(self, person_id: int, name: str, address: str, shared: bool, at: datetime) -> SavedView:
        same = (SavedViewRow.person_id == person_id) & (SavedViewRow.name == name)
        row = self._session.scalar(select(SavedViewRow).where(same))
        if row is None:
            row = SavedViewRow(uid=uuid.uuid4().hex, person_id=person_id, name=name, created_at=at)
            self._session.add(row)
        row.address, row.shared = address, shared
        self._session.flush()
        return _view(row)

    def remove(self, person_id: int, uid: str) -> bool:
        own = (SavedViewRow.person_id == person_id) & (SavedViewRow.uid == uid)
        removed = self._session.execute(delete(SavedViewRow).where(own).returning(SavedViewRow.id))
        return removed.first() is not None


def _view(row: SavedViewRow) -> SavedView:
    return SavedView(row.uid, row.person_id, row.name, row.address, row.shared, row.created_at)
