"""Items are edited as new versions: nothing typed is lost, nothing saved is changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.drafts import draft_of
from item_bank.errors import IllegalReviewStep, InvalidItem, StaleDraft
from item_bank.review import StepKind
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.item_catalogue import ItemQuery
from tests.services.bank_desk import Desk, content_of, open_desk

EXAM, TRAINER = "math.algebra.h001", "math.algebra.n001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


def test_an_edit_is_a_new_version_and_leaves_the_old_one(desk: Desk) -> None:
    before = desk.items.open(EXAM, desk.author, "test").latest.stored
    assert desk.save(EXAM, stem="Новый вопрос?") == 2
    history = desk.items.open(EXAM, desk.author, "test")
    assert history.version(1).stored == before
    assert history.latest.stored.state == "draft"
    assert history.latest.stored.note == "because"
    assert history.latest.stored.substantive
    assert [(change.field, change.language) for change in history.latest.changes] == [("stem", "ru")]
    assert history.released is not None
    assert history.released.version == 1


def test_a_typographic_edit_is_told_from_a_substantive_one(desk: Desk) -> None:
    based_on = 1
    kept = desk.items.assess(EXAM, desk.draft(EXAM, stem=f"Вопрос {EXAM} ?"), based_on)
    lost = desk.items.assess(EXAM, desk.draft(EXAM, stem="Другой вопрос?"), based_on)
    assert (kept.substantive, kept.loses_parameters) == (False, False)
    assert (lost.substantive, lost.loses_parameters) == (True, True)
    assert desk.items.assess(EXAM, desk.draft(EXAM), based_on).changes == ()


def test_somebody_else_was_faster(desk: Desk) -> None:
    mine = desk.draft(EXAM, stem="Мой вопрос?")
    desk.save(EXAM, desk.colleague, explanation="Другой разбор")
    with pytest.raises(StaleDraft):
        desk.items.save(EXAM, mine, 1, "because", desk.author)
    found = desk.items.assess(EXAM, mine, 1)
    assert [(change.field, change.language) for change in found.newer] == [("explanation", "ru")]
    assert desk.items.save(EXAM, mine, 2, "because", desk.author).number == 3


def test_nothing_is_saved_without_a_change_a_note_or_with_a_problem(desk: Desk) -> None:
    with pytest.raises(InvalidItem, match="does not differ"):
        desk.items.save(EXAM, desk.draft(EXAM), 1, "because", desk.author)
    with pytest.raises(InvalidInput):
        desk.items.save(EXAM, desk.draft(EXAM, stem="Новый?"), 1, " ", desk.author)
    with pytest.raises(InvalidItem):
        desk.items.save(EXAM, desk.draft(EXAM).with_entries(correct="f"), 1, "because", desk.author)
    assert len(desk.items.open(EXAM, desk.author, "test").versions) == 1


def test_a_version_under_review_is_not_edited(desk: Desk) -> None:
    number = desk.save(EXAM, stem="Новый вопрос?")
    desk.take(EXAM, number, StepKind.SUBMIT, desk.author)
    with pytest.raises(IllegalReviewStep, match="under review"):
        desk.save(EXAM, stem="Ещё новее?")


def test_a_new_item_gets_a_free_key(desk: Desk) -> None:
    draft = draft_of(content_of("new"))
    first = desk.items.create(draft, "exam", "", desk.author)
    second = desk.items.create(draft, "trainer", "", desk.author)
    assert [first.item_key, second.item_key] == ["math.algebra.w001", "math.algebra.w002"]
    assert desk.items.open(second.item_key, desk.author, "test").item.pool == "trainer"
    with pytest.raises(InvalidInput):
        desk.items.create(draft, "kitchen", "", desk.author)


def test_looking_at_exam_items_is_written_down(desk: Desk) -> None:
    desk.items.open(EXAM, desk.reviewer, "preview")
    desk.items.open(TRAINER, desk.reviewer, "preview")
    (entry,) = desk.audited(f"item:{EXAM}")
    assert (entry.actor, entry.action) == (f"person:{desk.reviewer.uid}", "item-viewed")
    assert entry.data == {"place": "preview", "version": 1}
    assert desk.audited(f"item:{TRAINER}") == []
    desk.browser.page(ItemQuery(), desk.author)
    (listed,) = desk.audited("bank:items")
    assert listed.data == {"items": ["math.algebra.h001", "math.algebra.h002"]}


def test_an_unknown_item_or_version_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.items.open("math.algebra.h999", desk.author, "test")
    with pytest.raises(NotFound):
        desk.items.assess(EXAM, desk.draft(EXAM), 7)
