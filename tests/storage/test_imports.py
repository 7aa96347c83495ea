"""Files, reports and origins of imports are kept once, and many versions are added at once."""

import pytest
from stored_records import NOON, new_person

from testing_center.domain.errors import ConcurrentAppend
from testing_center.domain.imports import APPLY, CHECK, ImportSource, ImportWish, ItemOrigin, NewVersion
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

SOURCE = ImportSource("a" * 64, "items.gift", b"::q1::2+2? {=4 ~5}")
WISH = ImportWish("trainer", "ru", "math")


def content(stem: str) -> dict[str, object]:
    text = {"stem": stem, "options": {}, "explanation": ""}
    return {"area": "algebra", "level": "know", "texts": {"ru": text}}


def test_an_import_is_kept_with_its_bytes_its_reports_and_its_versions(
    unit_of_work: SqlUnitOfWorkFactory,
) -> None:
    with unit_of_work(write=True) as work:
        person = work.people.add(new_person("author"))
        assert work.imports.add_source(SOURCE, NOON)
        assert not work.imports.add_source(SOURCE, NOON)
        kept = work.imports.add(SOURCE, WISH, person.id, NOON)
        job = work.jobs.add("import", {}, person.id, NOON)
        work.imports.begin_phase(kept.id, CHECK, job.uid, NOON)
        with pytest.raises(ConcurrentAppend):
            work.imports.begin_phase(kept.id, CHECK, job.uid, NOON)
        keys = ("math.algebra.i001", "i2")
        work.imports.add_items([(key, "trainer", "math") for key in keys], NOON)
        versions = [NewVersion(key, content(key), key[0] * 64, person.id) for key in keys]
        first, _ = work.imports.add_versions(versions, NOON)
        (again,) = work.imports.add_versions([NewVersion("i2", content("x"), "9" * 64, person.id)], NOON)
        work.imports.add_origins([ItemOrigin(first.id, kept.id, "q1", {"line": 1})])
        work.imports.freeze(kept.id, APPLY, {"lines": []}, NOON)
        with pytest.raises(ConcurrentAppend):
            work.imports.freeze(kept.id, APPLY, {}, NOON)
        work.commit()
    with unit_of_work() as work:
        assert work.imports.source("a" * 64) == SOURCE
        found = work.imports.by_uid(kept.uid)
        assert found is not None
        assert (found.wish, found.jobs) == (WISH, {CHECK: job.uid})
        assert (first.number, again.number) == (1, 2)
        assert work.imports.applied("a" * 64, WISH) is not None
        assert work.imports.applied("a" * 64, ImportWish("exam", "ru")) is None
        head = work.imports.heads(["i2", "unknown"])["i2"]
        assert (head.number, head.content_hash, head.hashes) == (2, "9" * 64, {"i" * 64: 1, "9" * 64: 2})
        assert work.imports.with_hashes(["9" * 64, "i" * 64], "trainer") == {"9" * 64: "i2"}
        assert work.imports.names_known(person.id, "items.gift") == {"q1": "math.algebra.i001"}
        assert work.imports.origins([first.id])[first.id].place == {"line": 1}
        assert work.imports.report(kept.id, APPLY) == {"lines": []}
