"""Issued documents in SQL."""

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from testing_center.domain.documents import REPLACED, Document
from testing_center.storage.schema.records import DocumentRow


class SqlDocuments:
    """``Documents`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, document: Document) -> None:
        self._session.execute(
            insert(DocumentRow).values(
                number=document.number,
                verification_code=document.verification_code,
                kind=document.kind,
                attempt_id=document.attempt_id,
                status=document.status,
                data=dict(document.data),
                issued_at=document.issued_at,
                replaces=document.replaces,
            )
        )

    def next_number(self, year: int) -> int:
        numbers = self._session.scalars(
            select(DocumentRow.number).where(DocumentRow.number.like(f"{year}-%"))
        )
        return max((int(number.rsplit("-", 1)[1]) for number in numbers), default=0) + 1

    def of_attempt(self, attempt_id: str) -> Document | None:
        query = (
            select(DocumentRow)
            .where(DocumentRow.attempt_id == attempt_id)
            .order_by(DocumentRow.id.desc())
            .limit(1)
        )
        row = self._session.scalar(query)
        return _document(row) if row else None

    def set_status(self, number: str, status: str) -> None:
        self._session.execute(update(DocumentRow).where(DocumentRow.number == number).values(status=status))

    def outdate(self, attempt_id: str) -> None:
        document = self.of_attempt(attempt_id)
        if document is not None:
            self.set_status(document.number, REPLACED)

    def successor(self, number: str) -> Document | None:
        row = self._session.scalar(select(DocumentRow).where(DocumentRow.replaces == number))
        return _document(row) if row else None

    def find(self, number_or_code: str) -> Document | None:
        row = self._session.scalar(
            select(DocumentRow).where(
                or_(DocumentRow.number == number_or_code, DocumentRow.verification_code == number_or_code)
            )
        )
        return _document(row) if row else None


def _document(row: DocumentRow) -> Document:
    return Document(
        row.number,
        row.verification_code,
        row.kind,
        row.attempt_id,
        row.status,
        row.data,
        row.issued_at,
        row.replaces,
    )
