import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, delete, inspect, update
from sqlalchemy.exc import DBAPIError
from stored_records import Centre, anchor, linked

from testing_center.domain.attempts.events import StartPermitted
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import ReleaseSummary
from testing_center.storage.database import Base
from testing_center.storage.migrate import downgrade, is_current, upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

FILLED = (
    "attempt_events",
    "audit_log",
    "content_blueprints",
    "exam_forms",
    "item_review_steps",
    "item_versions",
    "release_entries",
    "release_stimuli",
    "releases",
    "stimulus_versions",
)


def tables(database: str) -> set[str]:
    """Tables of a database besides the migration's own and the full-text index, built in two ways."""
    engine = create_engine(database)
    try:
        found = set(inspect(engine).get_table_names()) - {"alembic_version"}
        return {name for name in found if not name.startswith("item_search")}
    finally:
        engine.dispose()


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not str(name).startswith("item_search")


def test_the_schema_goes_up_down_and_up_again(empty_database: str) -> None:
    expected = set(Base.metadata.tables)
    upgrade(empty_database)
    assert tables(empty_database) == expected
    downgrade(empty_database, "base")
    assert tables(empty_database) == set()
    upgrade(empty_database)
    assert tables(empty_database) == expected


def test_the_migrations_build_what_the_tables_declare(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_declared})
        assert compare_metadata(context, Base.metadata) == []
        assert is_current(connection)


def test_a_database_without_tables_is_not_current(empty_database: str) -> None:
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        assert not is_current(connection)
    engine.dispose()


def test_the_database_itself_refuses_to_change_what_is_only_appended(
    engine: Engine, unit_of_work: SqlUnitOfWorkFactory, centre: Centre
) -> None:
    at = centre.sitting.starts_at
    with unit_of_work(write=True) as work:
        work.attempts.begin(anchor(centre))
        work.attempts.append(linked(StartPermitted()))
        work.audit.add(AuditEntry(at, "person:1", "sign-in", "person:1"))
        version = work.bank.released_items(1)[0].item_version_id
        work.bank.add_review_step(version, "content", "approved", None, "", at)
        stimulus = work.bank.add_stimulus_version("text-1", {}, "e" * 64, at)
        work.bank.publish(ReleaseSummary(2, at, "", "", "", 0, 0), None, [], [stimulus])
        work.commit()
    for table in FILLED:
        rows = Base.metadata.tables[table]
        column = next(iter(rows.columns))
        for change in (update(rows).values({column: column}), delete(rows)):
            with pytest.raises(DBAPIError, match="only ever appended"), engine.begin() as connection:
                connection.execute(change)
