"""The way of an item version from draft to retirement.

Two different judgements stand between a draft and an exam: that the content is fit (approval of the
content) and that the key is right (verification of the key). One reviewer or two may give them, but never
the author. A rejection always says why, and returns the version to its author.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

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


def decide(
    state: ReviewState, step: ReviewStep, actor: str, author: str, contributors: Collection[str] = ()
) -> ReviewState:
    """Return the state after ``actor`` took ``step`` on work of ``author``.

    ``contributors`` wrote earlier drafts that this version is built on: none of them reviews it either.
    Raises ``IllegalReviewStep``; its sentence says what is wrong and who or what is needed.
    """
    transition = TRANSITIONS.get((state.status, step.kind))
    if transition is None:
        raise IllegalReviewStep("review_step_not_allowed", step=step.kind.value, status=state.status.value)
    if step.kind in _AUTHOR_STEPS and actor != author:
        raise IllegalReviewStep("review_not_author", step=step.kind.value)
    if step.kind in _REVIEWER_STEPS and (actor == author or actor in contributors):
        raise IllegalReviewStep("review_own_work", step=step.kind.value)
    return transition(state, step, actor)


def replay(steps: Iterable[tuple[ReviewStep, str]]) -> ReviewState:
    """Return the state that a log of accepted steps, each with its actor, leads to; refuses nothing.

    An imported bank begins with a release of its versions, so the log need not begin with a submission.
    """
    state = ReviewState()
    for step, actor in steps:
        state = _EFFECTS[step.kind](state, step, actor)
    return state


def possible_steps(
    state: ReviewState, actor: str, author: str, contributors: Collection[str] = ()
) -> tuple[StepKind, ...]:
    """Return the steps that ``decide`` would accept, for the buttons of a page."""
    return tuple(kind for kind in StepKind if _is_possible(state, kind, actor, author, contributors))


def _is_possible(
    state: ReviewState, kind: StepKind, actor: str, author: str, contributors: Collection[str]
) -> bool:
    try:
        decide(state, ReviewStep(kind, comment="…"), actor, author, contributors)
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


_Effect: TypeAlias = Callable[[ReviewState, ReviewStep, str], ReviewState]

_EFFECTS: Final[Mapping[StepKind, _Effect]] = {
    StepKind.SUBMIT: _submit,
    StepKind.WITHDRAW: _withdraw,
    StepKind.APPROVE_CONTENT: _approve_content,
    StepKind.VERIFY_KEY: _verify_key,
    StepKind.REJECT: _reject,
    StepKind.RELEASE: _release,
    StepKind.RETIRE: _retire,
}
_ALLOWED: Final = (
    (ReviewStatus.DRAFT, StepKind.SUBMIT),
    (ReviewStatus.IN_REVIEW, StepKind.WITHDRAW),
    (ReviewStatus.IN_REVIEW, StepKind.APPROVE_CONTENT),
    (ReviewStatus.IN_REVIEW, StepKind.VERIFY_KEY),
    (ReviewStatus.IN_REVIEW, StepKind.REJECT),
    (ReviewStatus.APPROVED, StepKind.REJECT),
    (ReviewStatus.APPROVED, StepKind.RELEASE),
    (ReviewStatus.OPERATIONAL, StepKind.RETIRE),
)
TRANSITIONS: Final[Mapping[tuple[ReviewStatus, StepKind], _Effect]] = {
    place: _EFFECTS[place[1]] for place in _ALLOWED
}


def check_editable(state: ReviewState, number: int) -> None:
    """Raise ``IllegalReviewStep`` while version ``number``, the latest, lies with its reviewers."""
    if state.status is ReviewStatus.IN_REVIEW:
        raise IllegalReviewStep("review_open", number=number)


def check_latest(step: StepKind, number: int, latest: int) -> None:
    """Raise ``IllegalReviewStep`` for the submission of a version that was already overtaken."""
    if step is StepKind.SUBMIT and number != latest:
        raise IllegalReviewStep("review_superseded")
