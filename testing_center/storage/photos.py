"""Photographs and acts of refusal in SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from testing_center.domain.check_in import Refusal
from testing_center.domain.photos import Photo, PhotoFile
from testing_center.storage.schema.photos import PhotoRow, RefusalRow

PORTRAIT = "portrait"


class SqlPhotos:
    """``Photos`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, person_id: int, booking_id: int | None, kind: str, file: PhotoFile, actor: str, at: datetime
    ) -> Photo:
        row = PhotoRow(
            person_id=person_id,
            booking_id=booking_id,
            kind=kind,
            media_type=file.media_type,
            content=file.content,
            content_hash=file.content_hash,
            actor=actor,
            at=at,
        )
        self._session.add(row)
        self._session.flush()
        return _photo(row)

    def latest(self, person_id: int, kind: str, booking_id: int | None = None) -> Photo | None:
        query = select(PhotoRow).where(PhotoRow.person_id == person_id, PhotoRow.kind == kind)
        if booking_id is not None:
            query = query.where(PhotoRow.booking_id == booking_id)
        row = self._session.scalar(query.order_by(PhotoRow.id.desc()).limit(1))
        return _photo(row) if row else None

    def portraits(self, person_ids: Iterable[int]) -> Mapping[int, Photo]:
        newest = (
            select(func.max(PhotoRow.id))
            .where(PhotoRow.person_id.in_(list(person_ids)), PhotoRow.kind == PORTRAIT)
            .group_by(PhotoRow.person_id)
        )
        rows = self._session.scalars(select(PhotoRow).where(PhotoRow.id.in_(newest)))
        return {row.person_id: _photo(row) for row in rows}

    def refuse(self, refusal: Refusal) -> None:
        names = Refusal.__dataclass_fields__
        self._session.execute(insert(RefusalRow).values({name: getattr(refusal, name) for name in names}))

    def refusals(self, booking_ids: Collection[int]) -> Sequence[Refusal]:
        query = select(RefusalRow).where(RefusalRow.booking_id.in_(booking_ids)).order_by(RefusalRow.id)
        names = Refusal.__dataclass_fields__
        return [
            Refusal(**{name: getattr(row, name) for name in names}) for row in self._session.scalars(query)
        ]


def _photo(row: PhotoRow) -> Photo:
    return Photo(
        row.id, row.person_id, row.booking_id, row.kind, row.media_type, row.content, row.at, row.actor
    )
