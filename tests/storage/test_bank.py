from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from stored_records import FORM_HASH, NOON, new_person, publish_one_item

from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, ResponseSet, StoredForm
from testing_center.domain.permissions import Role
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory


@pytest.fixture(autouse=True)
def published(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        publish_one_item(work)
        work.commit()


def test_a_published_item_is_read_with_its_parameters(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work() as work:
        (item,) = work.bank.released_items(1, "mathematics", "exam")
        assert work.bank.released_items(1, "physics") == []
        assert work.bank.released_items(1, pool="training") == []
    assert (item.item_key, item.version, item.subject) == ("item-1", 1, "mathematics")
    assert item.content == {"stem": {"ky": "2 + 2?"}}
    assert (item.discrimination, item.difficulty, item.guessing, item.upper_asymptote) == (
        1.2,
        -0.5,
        0.2,
        1.0,
    )
    assert item.calibrated
    assert item.simulated


def test_a_new_version_leaves_the_release_as_it_was(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        version = work.bank.add_version("item-1", {"stem": {"ky": "2 + 3?"}}, "9" * 64, None, NOON)
        publisher = work.people.add(new_person("administrator", Role.ADMINISTRATOR))
        stimulus = work.bank.add_stimulus_version("text-1", {"ky": "Текст"}, "8" * 64, NOON)
        second = ReleaseSummary(2, NOON, "", "second", "7" * 64, 0, 0)
        work.bank.publish(second, publisher.id, [NewReleaseEntry(version.id, "exam")], [stimulus])
        work.commit()
    with unit_of_work() as work:
        assert version.number == 2
        assert work.bank.latest_release() == 2
        newest, oldest = work.bank.releases()
        assert newest == replace(second, publisher="Асанова Айгүл", items=1, calibrated=0)
        assert (oldest.number, oldest.items, oldest.calibrated, oldest.publisher) == (1, 1, 1, "")
        assert [item.version for item in work.bank.released_items(1)] == [1]
        (item,) = work.bank.released_items(2)
        assert (item.version, item.calibrated) == (2, False)
        assert work.bank.released_stimuli(1) == {}
        assert work.bank.released_stimuli(2) == {"text-1": {"ky": "Текст"}}
        assert list(work.bank.released_stimulus_ids(2)) == [stimulus]


def test_a_release_number_is_used_once(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work, pytest.raises(IntegrityError):
        work.bank.publish(ReleaseSummary(1, NOON, "", "", "", 0, 0), None, [], [])


def test_the_same_blueprint_is_not_a_new_version(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        (first,) = work.bank.blueprints()
        assert work.bank.add_blueprint(first.key, first.data, first.content_hash) == first
        second = work.bank.add_blueprint(first.key, {"areas": ["algebra"]}, "6" * 64)
        assert second.version == 2
        assert work.bank.blueprints() == [second]
        assert work.bank.blueprint(first.id) == first
        assert work.bank.blueprint(9999) is None


def test_a_form_is_pinned_by_its_hash(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        stored = work.bank.form(FORM_HASH)
        assert stored is not None
        assert stored.data == {"items": ["item-1"]}
        work.bank.add_form(StoredForm(FORM_HASH, stored.blueprint_id, 1, {"items": []}), NOON)
        work.commit()
    with unit_of_work() as work:
        assert work.bank.form(FORM_HASH) == stored
        assert work.bank.form("0" * 64) is None


def test_a_response_matrix_comes_back_byte_for_byte(unit_of_work: SqlUnitOfWorkFactory) -> None:
    pilot = ResponseSet(
        1, "mathematics", "pilot", True, ("item-1", "item-2"), 3, bytes([1, 0, 255, 1, 0, 0]), "5" * 64
    )
    with unit_of_work(write=True) as work:
        work.bank.add_response_set(pilot, NOON)
        work.commit()
    with unit_of_work() as work:
        assert work.bank.response_sets(1, "mathematics") == [pilot]
        assert work.bank.response_sets(1, "physics") == []
