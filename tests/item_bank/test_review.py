from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import IllegalReviewStep
from item_bank.review import (
    TRANSITIONS,
    ReviewState,
    ReviewStatus,
    ReviewStep,
    StepKind,
    check_editable,
    check_latest,
    decide,
    possible_steps,
    replay,
)

SUBMITTED = ReviewState(ReviewStatus.IN_REVIEW)


def after(state: ReviewState, *steps: tuple[StepKind, str]) -> ReviewState:
    for kind, actor in steps:
        state = decide(state, ReviewStep(kind, "reason"), actor, author="author")
    return state


@pytest.mark.parametrize("second", ["first", "other"])
@pytest.mark.parametrize("order", [1, -1])
def test_both_approvals_are_needed_by_one_reviewer_or_two_in_any_order(second: str, order: int) -> None:
    approvals = [(StepKind.APPROVE_CONTENT, "first"), (StepKind.VERIFY_KEY, second)][::order]
    half = after(SUBMITTED, approvals[0])
    assert half.status is ReviewStatus.IN_REVIEW
    approved = after(half, approvals[1])
    assert approved == ReviewState(ReviewStatus.APPROVED, "first", second)


def test_the_whole_way() -> None:
    state = after(
        ReviewState(),
        (StepKind.SUBMIT, "author"),
        (StepKind.APPROVE_CONTENT, "r"),
        (StepKind.VERIFY_KEY, "r"),
        (StepKind.RELEASE, "publisher"),
        (StepKind.RETIRE, "publisher"),
    )
    assert state.status is ReviewStatus.RETIRED
    assert possible_steps(state, "anyone", "author") == ()


def test_a_rejection_returns_to_draft_with_its_comment_and_without_approvals() -> None:
    half = after(SUBMITTED, (StepKind.APPROVE_CONTENT, "r"))
    rejected = decide(half, ReviewStep(StepKind.REJECT, " Two keys. "), "r", "author")
    assert rejected == ReviewState(ReviewStatus.DRAFT, comment="Two keys.")
    assert after(rejected, (StepKind.SUBMIT, "author")) == SUBMITTED


@pytest.mark.parametrize(
    ("state", "kind", "actor", "comment", "code", "sentence"),
    [
        (SUBMITTED, StepKind.APPROVE_CONTENT, "author", "", "review_own_work", "Authors do not review"),
        (SUBMITTED, StepKind.VERIFY_KEY, "author", "", "review_own_work", "Authors do not review"),
        (SUBMITTED, StepKind.REJECT, "author", "x", "review_own_work", "Authors do not review"),
        (SUBMITTED, StepKind.REJECT, "r", "  ", "review_comment_missing", "what the author should change"),
        (SUBMITTED, StepKind.WITHDRAW, "r", "", "review_not_author", "Only the author"),
        (ReviewState(), StepKind.SUBMIT, "r", "", "review_not_author", "Only the author"),
        (ReviewState(), StepKind.RELEASE, "r", "", "review_step_not_allowed", "while the item is “draft”"),
        (SUBMITTED, StepKind.RELEASE, "r", "", "review_step_not_allowed", "while the item is “in_review”"),
        (
            ReviewState(ReviewStatus.IN_REVIEW, content_approved_by="r"),
            StepKind.APPROVE_CONTENT,
            "other",
            "",
            "review_already_approved",
            "the other one is still missing",
        ),
        (
            ReviewState(ReviewStatus.IN_REVIEW, key_verified_by="r"),
            StepKind.VERIFY_KEY,
            "other",
            "",
            "review_already_approved",
            "the other one is still missing",
        ),
    ],
)
def test_every_refusal_is_a_sentence_with_a_code(
    state: ReviewState, kind: StepKind, actor: str, comment: str, code: str, sentence: str
) -> None:
    with pytest.raises(IllegalReviewStep, match=sentence) as refusal:
        decide(state, ReviewStep(kind, comment), actor, "author")
    assert refusal.value.code == code


@pytest.mark.parametrize(("status", "kind"), list(product(ReviewStatus, StepKind)))
def test_only_the_listed_transitions_exist(status: ReviewStatus, kind: StepKind) -> None:
    accepted = any(kind in possible_steps(ReviewState(status), actor, "author") for actor in ("author", "r"))
    assert accepted == ((status, kind) in TRANSITIONS)


@given(st.lists(st.tuples(st.sampled_from(StepKind), st.sampled_from(["author", "r1", "r2"])), max_size=25))
def test_no_path_releases_an_item_the_author_approved_or_nobody_verified(
    steps: list[tuple[StepKind, str]],
) -> None:
    state = ReviewState()
    for step in steps:
        try:
            state = after(state, step)
        except IllegalReviewStep:
            continue
        assert "author" not in (state.content_approved_by, state.key_verified_by)
        if state.status in (ReviewStatus.APPROVED, ReviewStatus.OPERATIONAL):
            assert None not in (state.content_approved_by, state.key_verified_by)


STEPS = st.lists(st.tuples(st.sampled_from(StepKind), st.sampled_from(["author", "first", "second"])))


@given(STEPS)
def test_the_log_of_what_was_accepted_leads_to_the_same_state(tried: list[tuple[StepKind, str]]) -> None:
    state, log = ReviewState(), []
    for kind, actor in tried:
        step = ReviewStep(kind, "reason")
        try:
            state = decide(state, step, actor, "author")
        except IllegalReviewStep:
            continue
        log.append((step, actor))
    assert replay(log) == state


def test_an_imported_version_begins_with_its_release() -> None:
    assert replay([(ReviewStep(StepKind.RELEASE), "")]).status is ReviewStatus.OPERATIONAL


@pytest.mark.parametrize("kind", [StepKind.APPROVE_CONTENT, StepKind.VERIFY_KEY, StepKind.REJECT])
def test_who_wrote_an_earlier_draft_does_not_review_what_is_built_on_it(kind: StepKind) -> None:
    with pytest.raises(IllegalReviewStep) as refusal:
        decide(SUBMITTED, ReviewStep(kind, "reason"), "earlier", "author", {"earlier"})
    assert refusal.value.code == "review_own_work"
    assert possible_steps(SUBMITTED, "earlier", "author", {"earlier"}) == ()


def test_a_version_under_review_is_not_overtaken() -> None:
    with pytest.raises(IllegalReviewStep, match="Version 3 is under review"):
        check_editable(SUBMITTED, 3)
    check_editable(ReviewState(), 3)


def test_an_overtaken_draft_is_not_sent_to_review() -> None:
    with pytest.raises(IllegalReviewStep, match="newer version"):
        check_latest(StepKind.SUBMIT, 2, 3)
    check_latest(StepKind.REJECT, 2, 3)
    check_latest(StepKind.SUBMIT, 3, 3)
