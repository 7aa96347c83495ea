"""A release keeps practice apart from the exam, and enemies apart from one another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.errors import InvalidRelease
from item_bank.fingerprints import fingerprint_of, similarity, sketch
from item_bank.review import StepKind
from testing_center.domain.similar_items import (
    DECLARED,
    DIFFERENT,
    DISSOLVED,
    EnemyStep,
    PairJudgement,
)
from testing_center.services.release_library import ReleaseLibrary
from tests.services.bank_desk import NOON, Desk, open_desk

EXAM, OTHER, TRAINER = "math.algebra.h001", "math.algebra.h002", "math.algebra.n001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


def copy_to_trainer(desk: Desk) -> None:
    """Bring the exam item, with one word changed, through review as a version of the trainer item."""
    draft = desk.draft(EXAM, stem=f"Задача {EXAM}?")
    number = desk.items.save(TRAINER, draft, 1, "because", desk.author).number
    desk.take(TRAINER, number, StepKind.SUBMIT, desk.author)
    desk.take(TRAINER, number, StepKind.APPROVE_CONTENT, desk.reviewer)
    desk.take(TRAINER, number, StepKind.VERIFY_KEY, desk.verifier)


def publish(desk: Desk) -> int:
    chosen = [one.version.id for one in desk.releases.plan().candidates]
    return desk.releases.publish(chosen, 1, "for a reason", desk.administrator)


def test_a_near_duplicate_in_the_trainer_keeps_the_release_back_until_it_is_judged(desk: Desk) -> None:
    copy_to_trainer(desk)
    (problem,) = desk.releases.plan().problems
    assert (problem.code, problem.params["exam"], problem.params["trainer"]) == (
        "release_near_item", EXAM, TRAINER,
    )  # fmt: skip
    with pytest.raises(InvalidRelease, match="nearly the same"):
        publish(desk)
    hashes = {
        key: desk.items.open(key, desk.author, "test").latest.stored.content_hash for key in (EXAM, TRAINER)
    }
    with desk.unit_of_work(write=True) as work:
        work.similar.judge(PairJudgement(hashes | {EXAM: "0" * 64}, DIFFERENT, "old", None, NOON))
        work.commit()
    assert len(desk.releases.plan().problems) == 1, "a judgement of other content says nothing"
    with desk.unit_of_work(write=True) as work:
        work.similar.judge(PairJudgement(hashes, DIFFERENT, "other skill", desk.administrator.id, NOON))
        work.commit()
    assert publish(desk) == 2


def test_enemies_hold_from_the_release_that_was_published_with_them(desk: Desk) -> None:
    step = EnemyStep("e1", DECLARED, (EXAM, OTHER, "not.in.release"), "gives it away", desk.author.id, NOON)
    with desk.unit_of_work(write=True) as work:
        work.similar.record_enemies(step)
        work.similar.record_enemies(EnemyStep("e2", DECLARED, (EXAM, OTHER), "for now", None, NOON))
        work.similar.record_enemies(EnemyStep("e2", DISSOLVED, (EXAM, OTHER), "not so", None, NOON))
        work.commit()
    desk.approve(TRAINER, explanation="Яснее")
    assert publish(desk) == 2
    library = ReleaseLibrary(desk.unit_of_work)
    before, after = (library.release(number).pool("math", "exam") for number in (1, 2))
    first, second = after.index[EXAM], after.index[OTHER]
    assert after.engine.family_members[first] == (second,)
    assert after.engine.family_members[second] == (first,)
    assert before.engine.family_members == ((), ())
    with desk.unit_of_work() as work:
        assert [one.uid for one in work.similar.enemy_sets(EXAM)] == ["e1"]
        assert [one.kind for one in work.similar.enemy_log(EXAM)] == [DECLARED, DECLARED, DISSOLVED]


def test_the_newest_versions_meet_by_their_sketches(desk: Desk) -> None:
    copied = fingerprint_of(desk.items.open(EXAM, desk.author, "test").latest.stored.content)
    with desk.unit_of_work() as work:
        found = work.similar.near(sketch(copied))
    assert similarity(copied, found[EXAM].fingerprint).share == 1.0
    copy_to_trainer(desk)
    with desk.unit_of_work() as work:
        assert {EXAM, TRAINER} <= set(work.similar.near(sketch(copied)))
