"""Two independent marks of an extended text, and the third that decides where they differ too much.

The two marks stand if they agree within the rubric's tolerances; the item score is then their mean, half a
point rounded up in the candidate's favour. Otherwise a third marker, who is neither of the two, marks the
response again and that mark is the item score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from item_bank.answer_keys import RubricKey
from item_bank.errors import InvalidMark
from item_bank.identifiers import OptionId


class MarkingStatus(Enum):
    """How far the marking of a response has come."""

    WAITING = "waiting"
    AGREED = "agreed"
    DISPUTED = "disputed"
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True)
class Mark:
    """What one marker gave: points by criterion, and a comment."""

    marker: str
    points: Mapping[OptionId, int]
    comment: str = ""

    @property
    def total(self) -> int:
        """The sum over the criteria."""
        return sum(self.points.values())


@dataclass(frozen=True)
class Discrepancy:
    """Where two marks differ by more than the rubric allows; ``criterion`` is empty for the total."""

    criterion: str
    first: int
    second: int


@dataclass(frozen=True)
class MarkingOutcome:
    """The status, the item score once it stands, and what the marks disagree on."""

    status: MarkingStatus
    item_score: int | None
    discrepancies: tuple[Discrepancy, ...] = ()


def check_mark(rubric: RubricKey, mark: Mark) -> None:
    """Raise ``InvalidMark`` unless the mark has whole points within limits for exactly the criteria."""
    expected = {criterion.criterion_id: criterion.max_points for criterion in rubric.criteria}
    if set(mark.points) != set(expected):
        raise InvalidMark("mark_criteria", criteria=", ".join(expected))
    for criterion, points in mark.points.items():
        if type(points) is not int or not 0 <= points <= expected[criterion]:
            raise InvalidMark("mark_points", criterion=criterion, most=expected[criterion])


def outcome(rubric: RubricKey, marks: tuple[Mark, ...]) -> MarkingOutcome:
    """Return where the marking stands after ``marks``, in the order they were given (at most three).

    Raises ``InvalidMark`` for a mark that does not fit the rubric, for a marker who marks twice, and for a
    third mark that nobody needs.
    """
    for mark in marks:
        check_mark(rubric, mark)
    if len({mark.marker for mark in marks}) < len(marks):
        raise InvalidMark("mark_twice")
    if len(marks) < 2:
        return MarkingOutcome(MarkingStatus.WAITING, None)
    found = _discrepancies(rubric, marks[0], marks[1])
    if len(marks) > (3 if found else 2):
        raise InvalidMark("mark_not_needed")
    if not found:
        mean = (marks[0].total + marks[1].total + 1) // 2
        return MarkingOutcome(MarkingStatus.AGREED, mean)
    if len(marks) == 2:
        return MarkingOutcome(MarkingStatus.DISPUTED, None, found)
    return MarkingOutcome(MarkingStatus.ADJUDICATED, marks[2].total, found)


def _discrepancies(rubric: RubricKey, first: Mark, second: Mark) -> tuple[Discrepancy, ...]:
    found = [
        Discrepancy(key, first.points[key], second.points[key])
        for key in (criterion.criterion_id for criterion in rubric.criteria)
        if abs(first.points[key] - second.points[key]) > rubric.criterion_tolerance
    ]
    if abs(first.total - second.total) > rubric.total_tolerance:
        found.append(Discrepancy("", first.total, second.total))
    return tuple(found)
