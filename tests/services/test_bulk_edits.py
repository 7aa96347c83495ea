"""One change to many items: shown before it is made, refused item by item."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.review import StepKind
from testing_center.domain.bulk_edits import MOST_ITEMS, BulkEdit, BulkKind
from testing_center.domain.errors import InvalidInput
from testing_center.services.bulk_edits import BulkEdits
from tests.services.bank_desk import Desk, open_desk

FIRST, SECOND = "math.algebra.h001", "math.algebra.h002"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


@pytest.fixture
def bulk(desk: Desk) -> BulkEdits:
    return BulkEdits(desk.unit_of_work, desk.clock)


def test_a_preview_changes_nothing_and_tells_the_same_as_the_change(desk: Desk, bulk: BulkEdits) -> None:
    number = desk.save(SECOND, stem="Новый?")
    desk.take(SECOND, number, StepKind.SUBMIT, desk.author)
    edit = BulkEdit(BulkKind.AREA, "geometry")
    keys = [FIRST, SECOND, "nothing", FIRST]
    seen = bulk.preview(keys, edit, desk.author)
    assert [(one.item_key, one.before, one.after) for one in seen] == [
        (FIRST, "algebra", "geometry"), (SECOND, "", ""), ("nothing", "", ""),
    ]  # fmt: skip
    assert [type(one.refusal).__name__ for one in seen[1:]] == ["IllegalReviewStep", "NotFound"]
    assert len(desk.items.open(FIRST, desk.author, "test").versions) == 1
    made = bulk.apply(keys, edit, desk.author)
    assert [one.refusal is None for one in made] == [True, False, False]
    latest = desk.items.open(FIRST, desk.author, "test").latest
    assert (latest.content.area, latest.stored.number, latest.stored.substantive) == ("geometry", 2, False)
    assert "item-bulk-edit" in [entry.action for entry in desk.audited(f"item:{FIRST}")]


def test_tags_and_owners_are_put_on_many_items(desk: Desk, bulk: BulkEdits) -> None:
    bulk.apply([FIRST, SECOND], BulkEdit(BulkKind.TAG, "  spring  2026 "), desk.author)
    (again,) = bulk.preview([FIRST], BulkEdit(BulkKind.TAG, "spring 2026"), desk.author)
    assert "Nothing would change" in str(again.refusal)
    bulk.apply([SECOND], BulkEdit(BulkKind.UNTAG, "spring 2026"), desk.author)
    bulk.apply([FIRST], BulkEdit(BulkKind.OWNER, "colleague"), desk.author)
    first = desk.items.open(FIRST, desk.author, "test").item
    assert (first.tags, first.owner_id) == (("spring 2026",), desk.colleague.id)
    assert desk.items.open(SECOND, desk.author, "test").item.tags == ()
    with pytest.raises(InvalidInput, match="No author"):
        bulk.preview([FIRST], BulkEdit(BulkKind.OWNER, "reviewer"), desk.author)


def test_only_the_authors_own_drafts_go_to_review(desk: Desk, bulk: BulkEdits) -> None:
    desk.save(FIRST, stem="Новый?")
    desk.save(SECOND, desk.colleague, stem="Чужой?")
    made = bulk.apply([FIRST, SECOND], BulkEdit(BulkKind.SUBMIT), desk.author)
    assert [one.after for one in made] == ["in_review", ""]
    assert "Only the author" in str(made[1].refusal)


def test_published_versions_are_retired_together(desk: Desk, bulk: BulkEdits) -> None:
    made = bulk.apply([FIRST, SECOND], BulkEdit(BulkKind.RETIRE, "old"), desk.administrator)
    assert [(one.before, one.after) for one in made] == [("operational", "retired")] * 2
    assert desk.items.open(FIRST, desk.author, "test").latest.steps[-1].comment == "old"


@pytest.mark.parametrize("keys", [[], [f"item.{number}" for number in range(MOST_ITEMS + 1)]])
def test_none_and_too_many_are_refused(desk: Desk, bulk: BulkEdits, keys: list[str]) -> None:
    with pytest.raises(InvalidInput):
        bulk.preview(keys, BulkEdit(BulkKind.SUBMIT), desk.author)
