"""The way of an item version from draft to retirement.

Two different judgements stand between a draft and an exam: that the content is fit (approval of the
content) and that the key is right (verification of the key). One reviewer or two may give them, but never
the author. A rejection always says why, and returns the version to its author.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from item_bank.errors import IllegalReviewStep


class ReviewStatus(Enum):
    """Where an item version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    OPERATIONAL = "operational"
    RETIRED = "retired"


class StepKind(Enum):
    """What can be done to an item version on its way."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE_CONTENT = "approve_content"
    VERIFY_KEY = "verify_key"
    REJECT = "reject"
    RELEASE = "release"
    RETIRE = "retire"


@dataclass(frozen=True)
class ReviewStep:
    """A step and the comment that goes with it; a rejection needs one."""

    kind: StepKind
    comment: str = ""


@dataclass(frozen=True)
class ReviewState:
    """The status with both approvals; ``comment`` is the last rejection's, until submitted again."""

    status: ReviewStatus = ReviewStatus.DRAFT
    content_approved_by: str | None = None
    key_verified_by: str | None = None
    comment: str = ""


_AUTHOR_STEPS: Final = {StepKind.SUBMIT, StepKind.WITHDRAW}
_REVIEWER_STEPS: Final = {StepKind.APPROVE_CONTENT, StepKind.VERIFY_KEY, StepKind.REJECT}


def decide(state: ReviewState, step: ReviewStep, actor: str, author: str) -> ReviewState:
    """Return the state after ``actor`` took ``step`` on work of ``author``.

    Raises ``IllegalReviewStep``; its sentence says what is wrong and who or what is needed.
    """
    transition = TRANSITIONS.get((state.status, step.kind))
    if transition is None:
        raise IllegalReviewStep("review_step_not_allowed", step=step.kind.value, status=state.status.value)
    if step.kind in _AUTHOR_STEPS and actor != author:
        raise IllegalReviewStep("review_not_author", step=step.kind.value)
    if step.kind in _REVIEWER_STEPS and actor == author:
        raise IllegalReviewStep("review_own_work", step=step.kind.value)
    return transition(state, step, actor)


def possible_steps(state: ReviewState, actor: str, author: str) -> tuple[StepKind, ...]:
    """Return the steps that ``decide`` would accept, for the buttons of a page."""
    return tuple(kind for kind in StepKind if _is_possible(state, kind, actor, author))


def _is_possible(state: ReviewState, kind: StepKind, actor: str, author: str) -> bool:
    try:
        decide(state, ReviewStep(kind, comment="…"), actor, author)
    except IllegalReviewStep:
        return False
    return True


def _submit(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    return ReviewState(ReviewStatus.IN_REVIEW)


def _withdraw(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    return ReviewState(ReviewStatus.DRAFT)


def _approve_content(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    if state.content_approved_by is not None:
        raise IllegalReviewStep("review_already_approved")
    return _approved_if_complete(replace(state, content_approved_by=actor))


def _verify_key(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    if state.key_verified_by is not None:
        raise IllegalReviewStep("review_already_approved")
    return _approved_if_complete(replace(state, key_verified_by=actor))


def _approved_if_complete(state: ReviewState) -> ReviewState:
    if state.content_approved_by is None or state.key_verified_by is None:
        return state
    return replace(state, status=ReviewStatus.APPROVED)


def _reject(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    if not step.comment.strip():
        raise IllegalReviewStep("review_comment_missing")
    return ReviewState(ReviewStatus.DRAFT, comment=step.comment.strip())


def _release(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    return replace(state, status=ReviewStatus.OPERATIONAL)


def _retire(state: ReviewState, step: ReviewStep, actor: str) -> ReviewState:
    return replace(state, status=ReviewStatus.RETIRED)


TRANSITIONS: Final[
    Mapping[tuple[ReviewStatus, StepKind], Callable[[ReviewState, ReviewStep, str], ReviewState]]
] = {
    (ReviewStatus.DRAFT, StepKind.SUBMIT): _submit,
    (ReviewStatus.IN_REVIEW, StepKind.WITHDRAW): _withdraw,
    (ReviewStatus.IN_REVIEW, StepKind.APPROVE_CONTENT): _approve_content,
    (ReviewStatus.IN_REVIEW, StepKind.VERIFY_KEY): _verify_key,
    (ReviewStatus.IN_REVIEW, StepKind.REJECT): _reject,
    (ReviewStatus.APPROVED, StepKind.REJECT): _reject,
    (ReviewStatus.APPROVED, StepKind.RELEASE): _release,
    (ReviewStatus.OPERATIONAL, StepKind.RETIRE): _retire,
}
