"""What lies in a part of the bank that a person may not see does not exist for that person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.drafts import draft_of
from item_bank.review import StepKind
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.item_catalogue import ItemQuery
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.pools import part_of_bank, visible_parts
from tests.services.bank_desk import NOON, Desk, content_of, open_desk

EXAM, TRAINER = "math.algebra.h001", "math.algebra.n001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


@pytest.fixture
def outsider(desk: Desk) -> Person:
    """Somebody who writes for the trainer only."""
    with desk.unit_of_work(write=True) as work:
        person = work.people.add(
            NewPerson("outsider", "-", "F", "G", "", "ru", (Role.TRAINER_AUTHOR,), NOON)
        )
        work.commit()
    return person


def test_the_exam_pool_is_hidden_in_every_way_to_it(desk: Desk, outsider: Person) -> None:
    found = desk.browser.page(ItemQuery(chosen={"pool": ("exam",)}), outsider).found
    assert (found.lines, found.total) == ((), 0)
    everything = desk.browser.page(ItemQuery(), outsider).found
    assert [line.pool for line in everything.lines] == ["trainer", "trainer"]
    assert sum(desk.browser.page(ItemQuery(), outsider).counts.values()) == 2
    assert sum(desk.browser.page(ItemQuery(), desk.author).counts.values()) == 4
    with pytest.raises(NotFound):
        desk.items.open(EXAM, outsider, "test")
    with pytest.raises(NotFound):
        desk.items.save(EXAM, desk.draft(EXAM, stem="Другой?"), 1, "because", outsider)
    with pytest.raises(NotFound):
        desk.reviews.take(EXAM, 1, StepKind.SUBMIT, outsider)
    with pytest.raises(InvalidInput):
        desk.items.create(draft_of(content_of("new")), "exam", "", outsider)
    assert desk.items.open(TRAINER, outsider, "test").item.pool == "trainer"


def test_the_queue_holds_only_what_the_reviewer_may_see(desk: Desk) -> None:
    number = desk.save(EXAM, stem="Новый вопрос?")
    desk.take(EXAM, number, StepKind.SUBMIT, desk.author)
    assert len(desk.reviews.queue(desk.reviewer).waiting) == 1
    with desk.unit_of_work(write=True) as work:
        person = work.people.add(NewPerson("t", "-", "F", "G", "", "ru", (Role.TRAINER_AUTHOR,), NOON))
        work.commit()
    assert desk.reviews.queue(person).waiting == ()


def test_a_pretested_item_is_a_part_of_its_own() -> None:
    assert part_of_bank("exam", "pretest") == "pretest"
    assert part_of_bank("exam", "draft") == "exam"
    assert visible_parts([Role.TRAINER_AUTHOR]) == {"trainer"}
    assert visible_parts([Role.AUTHOR]) == {"exam", "trainer", "pretest"}
    assert visible_parts([Role.CANDIDATE]) == frozenset()
