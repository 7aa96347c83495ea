"""The table of items is filtered, sorted, searched and paged by the database, and follows every step."""

from datetime import timedelta
from typing import Any

import pytest
from stored_records import NOON, new_person

from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, VersionRemark
from testing_center.domain.item_catalogue import ItemQuery, search_words
from testing_center.storage.migrate import downgrade, upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory


def content(area: str, level: str = "know", stem: str = "Сколько?", **others: str) -> dict[str, Any]:
    def words(stem: str) -> dict[str, Any]:
        return {"stem": stem, "options": {"a": "один", "b": "два"}, "explanation": "Ёлка"}

    texts = {"ru": words(stem), **{language: words(written) for language, written in others.items()}}
    return {"area": area, "level": level, "texts": texts}


def add(work: SqlUnitOfWork, key: str, pool: str, data: dict[str, Any], new: bool = True) -> int:
    if new:
        work.bank.add_item(key, pool, key.split(".")[0], NOON)
    return work.bank.add_version(key, data, "a" * 64, None, NOON, VersionRemark(False, "note")).id


@pytest.fixture(autouse=True)
def versions(unit_of_work: SqlUnitOfWorkFactory) -> dict[str, int]:
    """Three items; the first is released with parameters, the second without, the third is a draft."""
    with unit_of_work(write=True) as work:
        found = {
            "math.algebra.h1": add(work, "math.algebra.h1", "exam", content("algebra", ky="Канча?")),
            "math.numbers.h1": add(work, "math.numbers.h1", "trainer", content("numbers", "apply")),
            "pedagogy.ethics.h1": add(
                work, "pedagogy.ethics.h1", "exam", content("ethics_law", stem="100% ЁЖ_")
            ),
        }
        first, second, _ = found.values()
        for hours, version in enumerate((first, second), start=1):
            at = NOON + timedelta(hours=hours)
            work.bank.add_review_step(version, "release", "operational", None, "", at)
        entries = [NewReleaseEntry(first, "exam", 1.0, -0.5, 0.0, 1.0, simulated=True)]
        entries.append(NewReleaseEntry(second, "trainer"))
        work.bank.publish(ReleaseSummary(1, NOON, "", "", "b" * 64, 2, 1), None, entries, [])
        work.commit()
    return found


def keys(unit_of_work: SqlUnitOfWorkFactory, **asked: Any) -> list[str]:
    with unit_of_work() as work:
        return [line.key for line in work.catalogue.lines(ItemQuery(**asked)).lines]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "amp"),
        ({"subject": "math"}, "am"),
        ({"area": "numbers"}, "m"),
        ({"level": "apply"}, "m"),
        ({"pool": "exam"}, "ap"),
        ({"parts": ("trainer", "pretest")}, "m"),
        ({"parts": ("exam",), "pool": "trainer"}, ""),
        ({"parts": ()}, ""),
        ({"status": "draft"}, "p"),
        ({"lacks": "ky"}, "mp"),
        ({"calibrated": True}, "a"),
        ({"calibrated": False}, "mp"),
        ({"words": search_words("КАНЧА")}, "a"),
        ({"words": search_words("елка Один")}, "amp"),
        ({"words": search_words("ёж")}, "p"),
        ({"words": search_words("100%")}, "p"),
        ({"words": search_words("%")}, "p"),
        ({"words": search_words("_")}, "p"),
        ({"words": search_words("algebra.h1")}, "a"),
        ({"subject": "math", "words": search_words("нет-такого")}, ""),
        ({"sort": "key", "descending": True}, "pma"),
        ({"sort": "changed", "descending": True}, "map"),
        ({"sort": "difficulty"}, "amp"),
        ({"sort": "status"}, "pam"),
    ],
)
def test_what_is_asked_for_is_found(
    unit_of_work: SqlUnitOfWorkFactory, asked: dict[str, Any], expected: str
) -> None:
    letters = {"a": "math.algebra.h1", "m": "math.numbers.h1", "p": "pedagogy.ethics.h1"}
    assert keys(unit_of_work, **asked) == [letters[letter] for letter in expected]


def test_pages_do_not_overlap_and_a_page_past_the_end_is_the_last(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        first = work.catalogue.lines(ItemQuery(size=2))
        last = work.catalogue.lines(ItemQuery(size=2, page=9))
    assert (first.total, first.pages, first.page, last.page) == (3, 2, 1, 2)
    assert [line.key for line in (*first.lines, *last.lines)] == keys(unit_of_work)


def test_a_line_tells_what_is_released_and_what_is_newest(
    unit_of_work: SqlUnitOfWorkFactory, versions: dict[str, int]
) -> None:
    with unit_of_work(write=True) as work:
        second = add(work, "math.algebra.h1", "exam", content("functions"), new=False)
        work.bank.add_review_step(second, "submit", "in_review", None, "", NOON)
        work.bank.add_review_step(versions["math.algebra.h1"], "retire", "retired", None, "", NOON)
        work.commit()
    with unit_of_work() as work:
        (line,) = work.catalogue.lines(ItemQuery(area="functions")).lines
        assert work.catalogue.counts(["exam", "trainer"]) == {"in_review": 1, "operational": 1, "draft": 1}
    assert (line.number, line.version_id, line.status, line.languages) == (2, second, "in_review", ("ru",))
    assert (line.released_number, line.difficulty, line.simulated) == (1, -0.5, True)
    assert line.waiting_since == NOON


def test_versions_come_with_their_states_and_log(
    unit_of_work: SqlUnitOfWorkFactory, versions: dict[str, int]
) -> None:
    key, first = "math.algebra.h1", versions["math.algebra.h1"]
    with unit_of_work(write=True) as work:
        author = work.people.add(new_person("author"))
        second = add(work, key, "exam", content("algebra"), new=False)
        for step, state in (("submit", "in_review"), ("reject", "draft")):
            work.bank.add_review_step(second, step, state, author.id, "comment", NOON)
        work.commit()
    with unit_of_work() as work:
        stored = work.catalogue.versions(key)
        assert [(one.number, one.state, one.substantive, one.note) for one in stored] == [
            (1, "operational", False, "note"),
            (2, "draft", False, "note"),
        ]
        assert work.catalogue.states([first, second]) == {first: "operational", second: "draft"}
        operational = [one.id for one in work.catalogue.versions_in("operational")]
        assert operational == [first, versions["math.numbers.h1"]]
        assert [step.step for step in work.catalogue.steps([second])] == ["submit", "reject"]
        assert work.catalogue.item(key) is not None
        assert work.catalogue.item("nothing") is None
        assert work.catalogue.keys("math.") == ["math.algebra.h1", "math.numbers.h1"]
        released = work.bank.released_item(key)
        assert released is not None
        assert (released.version, released.content_hash) == (1, "a" * 64)
        assert work.bank.released_item("pedagogy.ethics.h1") is None


def test_the_newest_text_of_a_stimulus_is_found(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        work.bank.add_stimulus_version("text-1", {"ru": "старый"}, "8" * 64, NOON)
        work.bank.add_stimulus_version("text-1", {"ru": "новый"}, "9" * 64, NOON)
        work.commit()
    with unit_of_work() as work:
        assert work.catalogue.stimulus("text-1") == {"ru": "новый"}
        assert work.catalogue.stimulus("nothing") is None


def test_the_migration_summarises_what_was_there_before(
    unit_of_work: SqlUnitOfWorkFactory, empty_database: str
) -> None:
    with unit_of_work() as work:
        before = work.catalogue.lines(ItemQuery()).lines
    downgrade(empty_database, "0001")
    upgrade(empty_database)
    with unit_of_work() as work:
        after = work.catalogue.lines(ItemQuery()).lines
        assert work.catalogue.lines(ItemQuery(words=search_words("канча"))).total == 1
    assert after == before
