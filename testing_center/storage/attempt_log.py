"""The append-only attempt log in SQL, and the projections kept beside it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from testing_center.domain.attempts.hash_chain import GENESIS, LogRow
from testing_center.domain.attempts.lease import DeviceRequest
from testing_center.domain.attempts.records import Addition, AttemptAnchor, AttemptSummary, ItemResponse
from testing_center.domain.errors import ConcurrentAppend
from testing_center.storage.additions import AdditionWriter, summary_values
from testing_center.storage.schema.administrations import BookingRow, SittingRow
from testing_center.storage.schema.attempts import (
    AttemptEventRow,
    AttemptRow,
    AttemptSummaryRow,
    ItemResponseRow,
)
from testing_center.storage.schema.bank import ItemRow

_SUMMARY_FIELDS = tuple(AttemptSummary.__dataclass_fields__)
_EVENTS = cast(Table, AttemptEventRow.__table__)
RUNNING = ("in_progress", "on_break")
"""Statuses in which the clock of the test may run out."""


class SqlAttemptLog:
    """``AttemptLog`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, anchor: AttemptAnchor) -> None:
        values = {
            "id": anchor.attempt_id,
            "person_id": anchor.person_id,
            "booking_id": anchor.booking_id,
            "kind": anchor.kind,
            "subject": anchor.subject,
            "created_at": anchor.created_at,
        }
        try:
            self._session.execute(insert(AttemptRow).values(values))
        except IntegrityError as error:
            raise ConcurrentAppend from error

    def append(self, rows: Sequence[LogRow]) -> None:
        try:
            self._session.execute(_EVENTS.insert(), [vars(row) for row in rows])
        except IntegrityError as error:
            raise ConcurrentAppend from error

    def extend(self, additions: Sequence[Addition]) -> None:
        connection = self._session.connection()
        AdditionWriter(connection.dialect).write(connection.connection.cursor(), additions)
        for one in additions:
            for response in one.corrected:
                self._replace_response(response)

    def rows(self, attempt_id: str, after: int = 0) -> Sequence[LogRow]:
        query = (
            select(AttemptEventRow)
            .where(AttemptEventRow.attempt_id == attempt_id, AttemptEventRow.sequence > after)
            .order_by(AttemptEventRow.sequence)
        )
        return [
            LogRow(
                row.attempt_id,
                row.sequence,
                row.kind,
                row.data,
                row.occurred_at,
                row.actor,
                row.command_id,
                row.command_hash,
                row.previous_hash,
                row.hash,
            )
            for row in self._session.scalars(query)
        ]

    def last_hash(self, attempt_id: str) -> str:
        query = (
            select(AttemptEventRow.hash)
            .where(AttemptEventRow.attempt_id == attempt_id)
            .order_by(AttemptEventRow.sequence.desc())
            .limit(1)
        )
        return self._session.scalar(query) or GENESIS

    def command_hash(self, attempt_id: str, command_id: str) -> str | None:
        query = select(AttemptEventRow.command_hash).where(
            AttemptEventRow.attempt_id == attempt_id, AttemptEventRow.command_id == command_id
        )
        found = self._session.execute(query).first()
        return (found[0] or "") if found else None

    def anchor(self, attempt_id: str) -> AttemptAnchor | None:
        query = (
            select(AttemptRow, BookingRow.sitting_id)
            .outerjoin(BookingRow, AttemptRow.booking_id == BookingRow.id)
            .where(AttemptRow.id == attempt_id)
        )
        found = self._session.execute(query).first()
        return _anchor(*found) if found else None

    def of_person(self, person_id: int, kind: str) -> Sequence[tuple[AttemptAnchor, AttemptSummary]]:
        query = (
            select(AttemptRow, BookingRow.sitting_id, AttemptSummaryRow)
            .join(AttemptSummaryRow, AttemptSummaryRow.attempt_id == AttemptRow.id)
            .outerjoin(BookingRow, AttemptRow.booking_id == BookingRow.id)
            .where(AttemptRow.person_id == person_id, AttemptRow.kind == kind)
            .order_by(AttemptRow.created_at.desc())
        )
        return [
            (_anchor(attempt, sitting_id), _summary(row))
            for attempt, sitting_id, row in self._session.execute(query)
        ]

    def summarise(self, summary: AttemptSummary, sitting_id: int | None, at: datetime) -> None:
        values = summary_values(summary) | {"sitting_id": sitting_id, "updated_at": at}
        changed = self._session.execute(
            update(AttemptSummaryRow)
            .where(
                AttemptSummaryRow.attempt_id == summary.attempt_id,
                AttemptSummaryRow.sequence < summary.sequence,
            )
            .values(values)
        )
        if not changed.rowcount and self.summary(summary.attempt_id) is None:  # type: ignore[attr-defined]
            self._session.execute(insert(AttemptSummaryRow).values(values))

    def summaries(self, sitting_id: int) -> Mapping[str, AttemptSummary]:
        query = select(AttemptSummaryRow).where(AttemptSummaryRow.sitting_id == sitting_id)
        return {row.attempt_id: _summary(row) for row in self._session.scalars(query)}

    def summary(self, attempt_id: str) -> AttemptSummary | None:
        row = self._session.get(AttemptSummaryRow, attempt_id)
        return _summary(row) if row else None

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        query = (
            select(AttemptSummaryRow.attempt_id)
            .where(AttemptSummaryRow.status.in_(RUNNING), AttemptSummaryRow.deadline <= now)
            .order_by(AttemptSummaryRow.deadline)
            .limit(limit)
        )
        return self._session.scalars(query).all()

    def stranded(self, limit: int) -> Sequence[str]:
        query = (
            select(AttemptSummaryRow.attempt_id)
            .join(SittingRow, SittingRow.id == AttemptSummaryRow.sitting_id)
            .where(AttemptSummaryRow.status == "paused", SittingRow.status == "closed")
            .order_by(AttemptSummaryRow.paused_at)
            .limit(limit)
        )
        return self._session.scalars(query).all()

    def meeting(self, item_key: str) -> Sequence[str]:
        # The log is canonical JSON, so the text finds candidates; who met the item is told by a replay.
        name = json.dumps(item_key, ensure_ascii=False)
        named = AttemptEventRow.data.contains(f'"item_key":{name}', autoescape=True)
        query = (
            select(AttemptRow.id)
            .join(AttemptEventRow, AttemptEventRow.attempt_id == AttemptRow.id)
            .where(
                AttemptRow.kind == "exam",
                AttemptEventRow.kind.in_(("attempt_prepared", "item_presented")),
                named,
            )
            .distinct()
            .order_by(AttemptRow.id)
        )
        return self._session.scalars(query).all()

    def correct_responses(self, attempt_id: str, scores: Mapping[int, int | None]) -> None:
        for position, item_score in scores.items():
            here = (ItemResponseRow.attempt_id == attempt_id, ItemResponseRow.position == position)
            if item_score is None:
                self._session.execute(delete(ItemResponseRow).where(*here))
            else:
                self._session.execute(update(ItemResponseRow).where(*here).values(item_score=item_score))

    def add_responses(self, responses: Sequence[ItemResponse]) -> None:
        if not responses:
            return
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        values = [
            {
                "attempt_id": response.attempt_id,
                "person_id": response.person_id,
                "kind": response.kind,
                "release_number": response.release_number,
                "position": response.position,
                "item_key": response.item_key,
                "version": response.version,
                "response": list(response.response),
                "item_score": response.item_score,
                "language": response.language,
                "at": response.at,
            }
            for response in responses
        ]
        statement = dialect.insert(ItemResponseRow).values(values)
        self._session.execute(statement.on_conflict_do_nothing(index_elements=["attempt_id", "position"]))

    def _replace_response(self, response: ItemResponse) -> None:
        self._session.execute(
            delete(ItemResponseRow).where(
                ItemResponseRow.attempt_id == response.attempt_id,
                ItemResponseRow.position == response.position,
            )
        )
        self.add_responses([response])

    def responses_of(self, person_id: int, kind: str) -> Sequence[ItemResponse]:
        query = (
            select(ItemResponseRow)
            .where(ItemResponseRow.person_id == person_id, ItemResponseRow.kind == kind)
            .order_by(ItemResponseRow.at, ItemResponseRow.id)
        )
        return [_response(row) for row in self._session.scalars(query)]

    def responses_in(self, release_number: int, subject: str) -> Sequence[ItemResponse]:
        query = (
            select(ItemResponseRow)
            .join(ItemRow, ItemRow.key == ItemResponseRow.item_key)
            .where(
                ItemResponseRow.release_number == release_number,
                ItemResponseRow.kind == "exam",
                ItemRow.subject == subject,
            )
            .order_by(ItemResponseRow.attempt_id, ItemResponseRow.position)
        )
        return [_response(row) for row in self._session.scalars(query)]


def _anchor(row: AttemptRow, sitting_id: int | None) -> AttemptAnchor:
    return AttemptAnchor(
        row.id, row.person_id, row.booking_id, sitting_id, row.kind, row.subject, row.created_at
    )


def _summary(row: AttemptSummaryRow) -> AttemptSummary:
    values = {name: getattr(row, name) for name in _SUMMARY_FIELDS}
    values["device_requests"] = tuple(
        DeviceRequest(**{**one, "requested_at": datetime.fromisoformat(one["requested_at"])})
        for one in row.device_requests
    )
    return AttemptSummary(**values)


def _response(row: ItemResponseRow) -> ItemResponse:
    return ItemResponse(
        row.attempt_id,
        row.person_id,
        row.kind,
        row.release_number,
        row.position,
        row.item_key,
        row.version,
        tuple(row.response),
        row.item_score,
        row.language,
        row.at,
    )
