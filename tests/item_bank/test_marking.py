"""Two independent marks, the discrepancy rule and the third marker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.answer_keys import Criterion, RubricKey
from item_bank.errors import InvalidMark
from item_bank.identifiers import Language, OptionId
from item_bank.marking import Discrepancy, Mark, MarkingStatus, outcome

CONTENT, FORM = OptionId("content"), OptionId("form")
WORDS = {Language("ru"): "Полнота"}
RUBRIC = RubricKey((Criterion(CONTENT, 4, WORDS), Criterion(FORM, 2, WORDS)), total_tolerance=1)


def mark(marker: str, content: int, form: int) -> Mark:
    return Mark(marker, {CONTENT: content, FORM: form})


def test_two_marks_that_agree_give_their_mean_rounded_for_the_candidate() -> None:
    assert outcome(RUBRIC, (mark("a", 3, 1),)).status is MarkingStatus.WAITING
    agreed = outcome(RUBRIC, (mark("a", 3, 1), mark("b", 3, 2)))
    assert (agreed.status, agreed.item_score, agreed.discrepancies) == (MarkingStatus.AGREED, 5, ())


def test_marks_that_differ_go_to_a_third_marker_who_decides() -> None:
    disputed = outcome(RUBRIC, (mark("a", 4, 2), mark("b", 2, 2)))
    assert (disputed.status, disputed.item_score) == (MarkingStatus.DISPUTED, None)
    assert disputed.discrepancies == (Discrepancy(CONTENT, 4, 2), Discrepancy("", 6, 4))
    settled = outcome(RUBRIC, (mark("a", 4, 2), mark("b", 2, 2), mark("c", 3, 0)))
    assert (settled.status, settled.item_score) == (MarkingStatus.ADJUDICATED, 3)


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ((mark("a", 5, 0),), "“content” whole points from 0 to 4"),
        ((Mark("a", {CONTENT: 1}),), "criteria content, form"),
        ((mark("a", 1, 1), mark("a", 1, 1)), "different markers"),
        ((mark("a", 1, 1), mark("b", 1, 1), mark("c", 1, 1)), "are complete"),
        ((mark("a", 4, 1), mark("b", 1, 1), mark("c", 1, 1), mark("d", 1, 1)), "are complete"),
    ],
)
def test_marks_that_are_not_due_or_do_not_fit_are_refused(marks: tuple[Mark, ...], sentence: str) -> None:
    with pytest.raises(InvalidMark, match=sentence):
        outcome(RUBRIC, marks)


@given(st.tuples(*[st.integers(0, 4), st.integers(0, 2)] * 2))
def test_the_order_of_the_two_markers_does_not_matter(points: tuple[int, int, int, int]) -> None:
    first, second = mark("a", *points[:2]), mark("b", *points[2:])
    one, other = outcome(RUBRIC, (first, second)), outcome(RUBRIC, (second, first))
    assert (one.status, one.item_score) == (other.status, other.item_score)
