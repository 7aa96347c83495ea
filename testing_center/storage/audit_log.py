"""The audit log in SQL."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from testing_center.domain.audit import AuditEntry
from testing_center.storage.schema.records import AuditRow


class SqlAuditLog:
    """``AuditLog`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entry: AuditEntry) -> None:
        self._session.execute(
            insert(AuditRow).values(
                at=entry.at,
                actor=entry.actor,
                action=entry.action,
                subject=entry.subject,
                reason=entry.reason,
                data=dict(entry.data),
            )
        )

    def about(self, subject: str, limit: int = 200) -> Sequence[AuditEntry]:
        query = select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id.desc()).limit(limit)
        return [_entry(row) for row in self._session.scalars(query)]

    def recent(self, limit: int = 200) -> Sequence[AuditEntry]:
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        return [_entry(row) for row in self._session.scalars(query)]


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.at, row.actor, row.action, row.subject, row.reason, row.data)
