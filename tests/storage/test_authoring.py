"""Working copies, files, stimuli and item models: kept, found, counted, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from testing_center.domain.authoring import (
    MediaFileRecord,
    MediaUse,
    ModelVersionRecord,
    StimulusUse,
    StimulusVersionRecord,
    WorkingCopy,
)
from testing_center.domain.people import NewPerson
from testing_center.domain.permissions import Role
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HASH = "a" * 64


def add_person(unit_of_work: SqlUnitOfWorkFactory, name: str) -> int:
    with unit_of_work(write=True) as work:
        person = work.people.add(NewPerson(name, "-", name, "G", "", "ru", (Role.AUTHOR,), NOON))
        work.commit()
    return person.id


def test_a_working_copy_is_one_per_person_and_scope(unit_of_work: SqlUnitOfWorkFactory) -> None:
    first, second = add_person(unit_of_work, "first"), add_person(unit_of_work, "second")
    copy = WorkingCopy(first, "item:k", 2, {"ru.stem": "Сан"}, NOON)
    later = replace(copy, values={"ru.stem": "Сандар"}, saved_at=NOON + timedelta(seconds=5))
    with unit_of_work(write=True) as work:
        for one in (copy, later, replace(copy, person_id=second), replace(copy, scope="new:1")):
            work.copies.keep(one)
        work.commit()
    with unit_of_work(write=True) as work:
        assert work.copies.find(first, "item:k") == later
        assert [one.person_id for one in work.copies.of_scope("item:k")] == [first, second]
        assert [one.scope for one in work.copies.of_person(first, "new:")] == ["new:1"]
        work.copies.discard(first, "item:k")
        work.copies.discard(first, "item:never")
        assert work.copies.find(first, "item:k") is None
        assert work.copies.find(second, "item:k") is not None


def test_files_know_where_they_are_used(unit_of_work: SqlUnitOfWorkFactory) -> None:
    record = MediaFileRecord(HASH, "Map.png", "image/png", 7, 10, 20, None, NOON)
    content = {"texts": {}, "media": [{"sha256": HASH, "name": "map.png"}, {"sha256": HASH, "name": "b.png"}]}
    with unit_of_work(write=True) as work:
        work.media.add(record)
        work.media.add(replace(record, name="again.png"))
        work.bank.add_item("k", "exam", "math", NOON)
        for _ in range(2):
            work.bank.add_version("k", content, "h", None, NOON)
        work.bank.add_stimulus_version("s", content, "h", NOON)
        work.commit()
    with unit_of_work() as work:
        assert work.media.find(HASH) == record
        assert work.media.find("b" * 64) is None
        assert [one.name for one in work.media.all("map")] == ["Map.png"]
        assert work.media.all("100%") == []
        assert work.media.uses([HASH]) == [MediaUse(HASH, "item", "k", 2), MediaUse(HASH, "stimulus", "s", 1)]


def test_stimuli_and_models_are_versions_in_a_row(unit_of_work: SqlUnitOfWorkFactory) -> None:
    stimulus = StimulusVersionRecord("math.algebra.s001", 0, {"texts": {}}, "h", None, "new", NOON)
    model = ModelVersionRecord("math.algebra.m01", "exam", "math", 0, {"seed": "1"}, "h", None, "new", NOON)
    with unit_of_work(write=True) as work:
        assert [work.stimuli.add(stimulus).number for _ in range(2)] == [1, 2]
        work.stimuli.add(replace(stimulus, key="informatics.data.s001"))
        changed = replace(model, source={"seed": "2"}, note="seed")
        assert [work.models.add(one).number for one in (model, changed)] == [1, 2]
        work.bank.add_item("k", "exam", "math", NOON)
        work.bank.add_version("k", {"stimulus_key": stimulus.key}, "h", None, NOON)
        work.commit()
    with unit_of_work() as work:
        assert [(one.key, one.number) for one in work.stimuli.latest("math")] == [(stimulus.key, 2)]
        assert len(work.stimuli.latest()) == 2
        assert [one.number for one in work.stimuli.versions(stimulus.key)] == [1, 2]
        used = StimulusUse(stimulus.key, "k", "exam", "draft")
        assert work.stimuli.uses(stimulus.key) == work.stimuli.uses() == [used]
        assert work.stimuli.uses("other") == []
        assert work.stimuli.keys("math.") == [stimulus.key]
        assert work.models.latest("math") == [replace(changed, number=2)]
        assert work.models.latest("informatics") == []
        assert [one.note for one in work.models.versions(model.key)] == ["new", "seed"]
        assert work.models.keys("math.algebra.") == [model.key]
