"""A release holds the last one with what was approved and chosen; parameters follow the wording."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from item_bank.drafts import draft_of
from item_bank.errors import InvalidRelease
from item_bank.identifiers import Language
from item_bank.review import StepKind
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.services.release_library import ReleaseLibrary
from tests.services.bank_desk import Desk, content_of, open_desk

EXAM, OTHER, TRAINER = "math.algebra.h001", "math.algebra.h002", "math.algebra.n001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


def publish(desk: Desk, base: int = 1) -> int:
    chosen = [one.version.id for one in desk.releases.plan().candidates]
    return desk.releases.publish(chosen, base, "for a reason", desk.administrator)


def test_a_typographic_change_keeps_parameters_and_a_substantive_one_loses_them(desk: Desk) -> None:
    desk.approve(TRAINER, explanation="Яснее")
    desk.approve(EXAM, stem="Другой вопрос?")
    plan = desk.releases.plan()
    assert [one.loses_parameters for one in plan.candidates] == [True, False]
    assert plan.comparison.changed == (EXAM, TRAINER)
    assert plan.comparison.reparameterised == (EXAM,)
    assert publish(desk) == 2
    released = ReleaseLibrary(desk.unit_of_work).latest()
    assert not released.item(EXAM, 2).calibrated
    assert released.item(TRAINER, 2).difficulty == 0.5
    assert released.item(OTHER, 1).calibrated
    assert [item.item_key for item in released.pool("math", "trainer").items] == [
        TRAINER,
        "math.algebra.n002",
    ]


def test_the_published_version_becomes_operational_and_the_old_one_retires(desk: Desk) -> None:
    desk.approve(EXAM, stem="Другой вопрос?")
    publish(desk)
    history = desk.items.open(EXAM, desk.author, "test")
    assert [one.stored.state for one in history.versions] == ["retired", "operational"]
    assert history.version(1).steps[-1].comment == "Replaced by version 2."
    page = desk.releases.page(2)
    assert page.summary.note == "for a reason"
    assert page.comparison is not None
    assert page.comparison.changed == (EXAM,)
    assert page.numbers[EXAM] == 2
    assert desk.audited("release:2")[0].action == "release-published"


def test_only_what_is_chosen_is_published(desk: Desk) -> None:
    desk.approve(EXAM, stem="Другой вопрос?")
    desk.approve(OTHER, stem="Третий вопрос?")
    first, second = desk.releases.plan().candidates
    plan = desk.releases.plan([second.version.id])
    assert plan.comparison.changed == (OTHER,)
    desk.releases.publish([second.version.id], 1, "half", desk.administrator)
    assert [one.version.id for one in desk.releases.plan().candidates] == [first.version.id]


def test_a_retired_version_leaves_with_the_next_release(desk: Desk) -> None:
    desk.take(EXAM, 1, StepKind.RETIRE, desk.administrator, "Устарело")
    plan = desk.releases.plan()
    assert plan.comparison.removed == (EXAM,)
    publish(desk)
    assert EXAM not in desk.releases.page(2).numbers
    assert EXAM in desk.releases.page(1).numbers


def test_a_new_item_comes_in_without_parameters(desk: Desk) -> None:
    stored = desk.items.create(draft_of(content_of("new")), "trainer", "", desk.author)
    for kind, person in (
        (StepKind.SUBMIT, desk.author),
        (StepKind.APPROVE_CONTENT, desk.reviewer),
        (StepKind.VERIFY_KEY, desk.reviewer),
    ):
        desk.take(stored.item_key, 1, kind, person)
    assert desk.releases.plan().comparison.added == (stored.item_key,)
    publish(desk)
    assert not ReleaseLibrary(desk.unit_of_work).latest().item(stored.item_key, 1).calibrated


def test_nothing_new_no_note_or_another_release_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRelease, match="differs in nothing"):
        desk.releases.publish([], 1, "note", desk.administrator)
    desk.approve(EXAM, stem="Другой вопрос?")
    chosen = [one.version.id for one in desk.releases.plan().candidates]
    with pytest.raises(InvalidInput):
        desk.releases.publish(chosen, 1, " ", desk.administrator)
    with pytest.raises(InvalidInput, match="Another release"):
        desk.releases.publish(chosen, 0, "note", desk.administrator)
    assert len(desk.releases.all()) == 1


def test_a_missing_language_blocks_the_release_and_changes_nothing(desk: Desk) -> None:
    draft = draft_of(content_of("new"))
    texts = {language: text for language, text in draft.texts.items() if language != Language("kk")}
    stored = desk.items.create(
        replace(draft, texts=texts), "exam", "", desk.author
    )
    for kind, person in (
        (StepKind.SUBMIT, desk.author),
        (StepKind.APPROVE_CONTENT, desk.reviewer),
        (StepKind.VERIFY_KEY, desk.reviewer),
    ):
        desk.take(stored.item_key, 1, kind, person)
    plan = desk.releases.plan()
    assert [problem.code for problem in plan.problems] == ["release_language"]
    assert not plan.publishable
    with pytest.raises(InvalidRelease):
        publish(desk)
    assert desk.items.open(stored.item_key, desk.author, "test").latest.stored.state == "approved"


def test_an_unknown_release_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.releases.page(9)
