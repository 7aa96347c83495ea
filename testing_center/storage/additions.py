"""Additions to attempt logs, written straight through the database driver: the one hot write.

The statements are the schema's own, compiled once for the dialect; what is left out is everything that
SQLAlchemy would do again for each transaction, which costs several times what the database needs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Dialect, Engine, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from testing_center.domain.attempts.records import Addition, AttemptSummary
from testing_center.domain.errors import ConcurrentAppend
from testing_center.storage.schema.attempts import AttemptEventRow, AttemptSummaryRow, ItemResponseRow
from testing_center.storage.write_turn import write_turn

_EVENTS = cast(Table, AttemptEventRow.__table__)
_SUMMARIES = cast(Table, AttemptSummaryRow.__table__)
_RESPONSES = cast(Table, ItemResponseRow.__table__)
_ADVANCE = _SUMMARIES.update().where(
    _SUMMARIES.c.attempt_id == bindparam("advanced", type_=_SUMMARIES.c.attempt_id.type),
    _SUMMARIES.c.sequence == bindparam("follows", type_=_SUMMARIES.c.sequence.type),
)
"""Moves the summary of a log that stands exactly where an addition begins."""


class AdditionWriter:
    """Writes additions on any cursor of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        kind = sqlite if dialect.name == "sqlite" else postgresql
        once = kind.insert(_RESPONSES).on_conflict_do_nothing(index_elements=["attempt_id", "position"])
        summary = [*AttemptSummary.__dataclass_fields__, "updated_at"]
        self._append = _Statement(_EVENTS.insert(), dialect, _names(_EVENTS))
        self._advance = _Statement(_ADVANCE, dialect, [*summary, "advanced", "follows"], _SUMMARIES)
        self._respond = _Statement(once.inline(), dialect, _names(_RESPONSES, "id"))
        self._conflict = cast(type[Exception], dialect.loaded_dbapi.IntegrityError)

    def write(self, cursor: Any, additions: Sequence[Addition]) -> None:
        """Write on *cursor*; raises ``ConcurrentAppend`` unless every addition follows its log."""
        advanced = self._advance.run(cursor, [_advance_values(one) for one in additions])
        if advanced != len(additions):
            raise ConcurrentAppend
        try:
            self._append.run(cursor, [vars(row) for one in additions for row in one.rows])
        except self._conflict as error:
            raise ConcurrentAppend from error
        self._respond.run(cursor, [vars(found) for one in additions for found in one.responses])


class AdditionTransactions:
    """Transactions of additions alone on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer: AdditionWriter | None = None

    def extend(self, additions: Sequence[Addition]) -> None:
        """Make *additions* durable; raises ``ConcurrentAppend`` and keeps nothing unless all follow."""
        turn = write_turn(self._engine)
        turn.take()
        try:
            self._transact(additions)
        finally:
            turn.give_back()

    def _transact(self, additions: Sequence[Addition]) -> None:
        dialect = self._engine.dialect
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            if dialect.name == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            self._ready(dialect).write(cursor, additions)
            connection.commit()
        except ConcurrentAppend:
            connection.rollback()
            raise
        except BaseException as error:
            # Whatever state it is in, nobody is to get it again.
            connection.invalidate(error)
            raise
        finally:
            connection.close()

    def _ready(self, dialect: Dialect) -> AdditionWriter:
        # Only now, because a dialect knows its driver's types after the first connection.
        if self._writer is None:
            self._writer = AdditionWriter(dialect)
        return self._writer


class _Statement:
    """One statement as the driver takes it, with what turns our values into the driver's."""

    def __init__(
        self, statement: ClauseElement, dialect: Dialect, names: Sequence[str], table: Table | None = None
    ) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=[n for n in names if n not in _CONDITIONS])
        columns = (table if table is not None else cast(Any, statement).table).c
        self._text = str(compiled)
        self._positional = bool(cast(Any, compiled).positional)
        self._names = tuple(cast(Any, compiled).positiontup) if self._positional else tuple(names)
        self._processors: Mapping[str, Callable[[Any], Any]] = {
            name: processor
            for name in self._names
            if name in columns and (processor := _processor(columns[name].type, dialect))
        }

    def run(self, cursor: Any, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once for each row and return how many rows of the table were touched."""
        given = [self._parameters(row) for row in rows]
        if not given:
            return 0
        cursor.executemany(self._text, given)
        return int(cursor.rowcount)

    def _parameters(self, row: Mapping[str, Any]) -> Any:
        processors = self._processors
        values = [processors[name](row[name]) if name in processors else row[name] for name in self._names]
        return values if self._positional else dict(zip(self._names, values, strict=True))


_CONDITIONS = ("advanced", "follows")


def _processor(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def _names(table: Table, *without: str) -> list[str]:
    return [column.name for column in table.columns if column.name not in without]


def summary_values(summary: AttemptSummary) -> dict[str, Any]:
    """Return a summary as the values of its row, but for sitting and time."""
    requests = [
        {**asdict(one), "requested_at": one.requested_at.isoformat()} for one in summary.device_requests
    ]
    return vars(summary) | {"device_requests": requests}


def _advance_values(addition: Addition) -> dict[str, Any]:
    place = {"advanced": addition.attempt_id, "follows": addition.follows, "updated_at": addition.at}
    return summary_values(addition.summary) | place
