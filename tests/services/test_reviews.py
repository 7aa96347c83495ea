"""Two judgements by others stand between a draft and a release; every step is in the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.errors import IllegalReviewStep
from item_bank.review import StepKind
from testing_center.domain.errors import NotFound
from tests.services.bank_desk import Desk, open_desk

KEY = "math.algebra.h001"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


def test_a_version_is_approved_by_two_judgements(desk: Desk) -> None:
    number = desk.save(KEY, stem="Новый вопрос?")
    assert desk.take(KEY, number, StepKind.SUBMIT, desk.author) == "in_review"
    assert desk.take(KEY, number, StepKind.VERIFY_KEY, desk.reviewer) == "in_review"
    assert desk.take(KEY, number, StepKind.APPROVE_CONTENT, desk.reviewer) == "approved"
    steps = desk.items.open(KEY, desk.author, "test").latest.steps
    assert [(step.step, step.state, step.actor_id) for step in steps] == [
        ("submit", "in_review", desk.author.id),
        ("verify_key", "in_review", desk.reviewer.id),
        ("approve_content", "approved", desk.reviewer.id),
    ]
    actions = [entry.action for entry in desk.audited(f"item:{KEY}")]
    assert [action for action in actions if action.startswith("review-")] == [
        "review-submit",
        "review-verify_key",
        "review-approve_content",
    ]


@pytest.mark.parametrize("kind", [StepKind.APPROVE_CONTENT, StepKind.VERIFY_KEY, StepKind.REJECT])
def test_nobody_reviews_what_they_helped_to_write(desk: Desk, kind: StepKind) -> None:
    desk.save(KEY, desk.colleague, stem="Первый черновик?")
    number = desk.save(KEY, desk.author, stem="Второй черновик?")
    desk.take(KEY, number, StepKind.SUBMIT, desk.author)
    for person in (desk.author, desk.colleague):
        with pytest.raises(IllegalReviewStep, match="do not review their own"):
            desk.take(KEY, number, kind, person, "comment")
        history = desk.items.open(KEY, person, "test")
        assert kind not in history.possible_steps(number, person)


def test_an_older_author_may_review_again_after_a_release(desk: Desk) -> None:
    desk.approve(KEY, stem="Опубликованный вопрос?")
    desk.releases.publish([one.version.id for one in desk.releases.plan().candidates], 1, "x", desk.author)
    number = desk.save(KEY, desk.colleague, stem="Следующий вопрос?")
    desk.take(KEY, number, StepKind.SUBMIT, desk.colleague)
    assert desk.take(KEY, number, StepKind.VERIFY_KEY, desk.author) == "in_review"


def test_a_rejection_needs_a_comment_and_returns_the_draft(desk: Desk) -> None:
    number = desk.save(KEY, stem="Новый вопрос?")
    desk.take(KEY, number, StepKind.SUBMIT, desk.author)
    with pytest.raises(IllegalReviewStep, match="Say in a comment"):
        desk.take(KEY, number, StepKind.REJECT, desk.reviewer, " ")
    assert desk.take(KEY, number, StepKind.REJECT, desk.reviewer, "Два ключа") == "draft"
    assert desk.items.open(KEY, desk.author, "test").latest.review.comment == "Два ключа"


def test_an_overtaken_draft_stays_a_draft(desk: Desk) -> None:
    first = desk.save(KEY, stem="Первый черновик?")
    desk.save(KEY, stem="Второй черновик?")
    with pytest.raises(IllegalReviewStep, match="newer version"):
        desk.take(KEY, first, StepKind.SUBMIT, desk.author)


def test_the_queue_has_the_longest_wait_first_and_tells_what_is_missing(desk: Desk) -> None:
    for key in ("math.algebra.h002", KEY):
        number = desk.save(key, stem="Новый вопрос?")
        desk.take(key, number, StepKind.SUBMIT, desk.author)
    desk.take(KEY, 2, StepKind.APPROVE_CONTENT, desk.reviewer)
    queue = desk.reviews.queue(desk.author)
    assert [one.line.key for one in queue.waiting] == ["math.algebra.h002", KEY]
    assert [one.review.content_approved_by for one in queue.waiting] == [None, str(desk.reviewer.id)]
    assert all(one.own for one in queue.waiting)
    waited = queue.waiting[1].line.waiting_since
    assert waited is not None
    assert waited < queue.waiting[1].line.changed_at
    desk.take(KEY, 2, StepKind.WITHDRAW, desk.author)
    assert [one.line.key for one in desk.reviews.queue(desk.author).waiting] == ["math.algebra.h002"]


def test_steps_on_unknown_versions_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.take(KEY, 9, StepKind.SUBMIT, desk.author)
