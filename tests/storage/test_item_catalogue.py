"""The table of items is filtered, sorted, searched and paged by the database, and follows every step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from stored_records import NOON, new_person

from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, VersionRemark
from testing_center.domain.item_catalogue import ItemFigures, ItemQuery
from testing_center.domain.search_terms import typed_words
from testing_center.storage.migrate import downgrade, upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory


def content(area: str, level: str = "know", stem: str = "Сколько?", **others: str) -> dict[str, Any]:
    def words(stem: str) -> dict[str, Any]:
        return {"stem": stem, "options": {"a": "один", "b": "два"}, "explanation": "Ёлка"}

    texts = {"ru": words(stem), **{language: words(written) for language, written in others.items()}}
    return {"area": area, "level": level, "texts": texts, "interaction": {"kind": "choice"}}


def add(work: SqlUnitOfWork, key: str, pool: str, data: dict[str, Any], new: bool = True) -> int:
    if new:
        work.bank.add_item(key, pool, key.split(".")[0], NOON)
    return work.bank.add_version(key, data, "a" * 64, None, NOON, VersionRemark(False, "note")).id


@pytest.fixture(autouse=True)
def versions(unit_of_work: SqlUnitOfWorkFactory) -> dict[str, int]:
    """Three items; the first is released with parameters, the second without, the third is a draft."""
    with unit_of_work(write=True) as work:
        found = {
            "math.algebra.h1": add(
                work, "math.algebra.h1", "exam", content("algebra", ky="Үч бурчтуктун аянты канча?")
            ),
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
        figures = {"math.algebra.h1": ItemFigures(fit=1.2), "math.numbers.h1": ItemFigures(fit=0.9, dif="C")}
        work.catalogue.replace_figures({**figures, "gone": ItemFigures()})
        work.catalogue.set_tags("math.numbers.h1", ("geometry", "2026"))
        work.commit()
    return found


def keys(unit_of_work: SqlUnitOfWorkFactory, **asked: Any) -> list[str]:
    with unit_of_work() as work:
        return [line.key for line in work.catalogue.lines(ItemQuery(**asked)).lines]


def chosen(**facets: str) -> dict[str, Any]:
    return {"chosen": {facet: tuple(values.split()) for facet, values in facets.items()}}


def words(typed: str) -> dict[str, Any]:
    return {"words": typed_words(typed)}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "amp"),
        (chosen(subject="math"), "am"),
        (chosen(subject="math pedagogy"), "amp"),
        (chosen(area="numbers"), "m"),
        (chosen(level="apply"), "m"),
        (chosen(pool="exam"), "ap"),
        ({"parts": ("trainer", "pretest")}, "m"),
        ({"parts": ("exam",)} | chosen(pool="trainer"), ""),
        ({"parts": ()}, ""),
        (chosen(status="draft"), "p"),
        (chosen(lacks="ky"), "mp"),
        (chosen(lacks="ru"), ""),
        (chosen(calibrated="yes"), "a"),
        (chosen(calibrated="no"), "mp"),
        (chosen(tag="geometry"), "m"),
        (chosen(dif="C"), "m"),
        (chosen(kind="choice"), "amp"),
        (chosen(pool="exam") | words("один"), "ap"),
        (words("КАНЧА"), "a"),
        (words("елка Один"), "amp"),
        (words("ёж"), "p"),
        (words("100%"), "p"),
        (words("algebra.h1"), "a"),
        (words("math.algebra.h1"), "a"),
        (words("h1"), "amp"),
        (words("бурчтуктардын"), "a"),
        (words("бурчтугу"), "a"),
        (words("уч бурчтук"), "a"),
        (words("бурчук"), "a"),
        (words("сто-с-лишним абракадабра"), ""),
        (words("' \" OR * ) ( :* \\ -"), ""),
        ({"sort": "key", "descending": True}, "pma"),
        ({"sort": "changed", "descending": True}, "map"),
        ({"sort": "difficulty"}, "amp"),
        ({"sort": "status"}, "pam"),
        ({"sort": "fit"}, "map"),
        ({"sort": "fit", "descending": True}, "amp"),
        ({"sort": "owner"}, "amp"),
    ],
)
def test_what_is_asked_for_is_found(
    unit_of_work: SqlUnitOfWorkFactory, asked: dict[str, Any], expected: str
) -> None:
    letters = {"a": "math.algebra.h1", "m": "math.numbers.h1", "p": "pedagogy.ethics.h1"}
    assert keys(unit_of_work, **asked) == [letters[letter] for letter in expected]


def test_facets_count_what_each_value_would_give(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        found = work.catalogue.lines(ItemQuery(**chosen(pool="exam")))
        assert found.total == 2
        assert found.facets["pool"] == {"exam": 2, "trainer": 1}
        assert found.facets["subject"] == {"math": 1, "pedagogy": 1}
        assert found.facets["lacks"] == {"ky": 1, "kk": 2, "en": 2}
        assert found.facets["tag"] == {}
        both = work.catalogue.lines(ItemQuery(**chosen(pool="trainer", status="draft", tag="2026")))
        assert (both.total, both.facets["status"]) == (0, {"operational": 1})
        assert both.facets["pool"] == {}
        assert work.catalogue.matching(ItemQuery(**chosen(pool="exam")), 1) == ["math.algebra.h1"]


def test_a_misspelt_word_is_looked_for_among_those_like_it(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        found = work.catalogue.lines(ItemQuery(**words("бурчук")))
        assert found.instead == {"бурчук": ("бурчтуктун",)}
        assert work.catalogue.lines(ItemQuery(**words("бурчтук"))).instead == {}


def test_words_that_a_new_version_dropped_are_found_no_more(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        add(work, "math.algebra.h1", "exam", content("algebra", ky="Айлана?"), new=False)
        work.commit()
    assert keys(unit_of_work, **words("айлананын")) == ["math.algebra.h1"]
    assert keys(unit_of_work, **words("бурчтук")) == []


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
        (line,) = work.catalogue.lines(ItemQuery(**chosen(area="functions"))).lines
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
        assert work.catalogue.lines(ItemQuery(**words("канча"))).total == 1
    assert [replace(line, tags=(), figures=ItemFigures()) for line in before] == list(after)
