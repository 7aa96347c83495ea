"""Review: the queue, and every step of a version from submission to retirement."""

from collections.abc import Mapping
from dataclasses import dataclass

from item_bank.identifiers import EXAM_POOL
from item_bank.review import ReviewState, ReviewStatus, ReviewStep, StepKind, check_latest, decide
from testing_center.domain.audit import AuditEntry
from testing_center.domain.item_catalogue import ItemLine, ItemLines, ItemQuery
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.item_history import actor_name, review_state
from testing_center.services.pool_access import seen_by, visible_history

LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class QueuedVersion:
    """A version that waits for a reviewer; ``review`` tells which approval is missing."""

    line: ItemLine
    review: ReviewState
    own: bool


@dataclass(frozen=True)
class Queue:
    """One page of what waits, longest first."""

    waiting: tuple[QueuedVersion, ...]
    lines: ItemLines
    people: Mapping[int, Person]


class Reviews:
    """Everything that happens to a version between its draft and its retirement."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def queue(self, person: Person, page: int = 1) -> Queue:
        """Return what waits for review, longest first."""
        lies = {"status": (ReviewStatus.IN_REVIEW.value,)}
        asked = seen_by(ItemQuery(chosen=lies, sort="waiting", page=page), person)
        with self._unit_of_work() as work:
            lines = work.catalogue.lines(asked)
            steps = work.catalogue.steps([line.version_id for line in lines.lines])
            people = work.people.many({line.author_id for line in lines.lines if line.author_id})
        waiting = tuple(
            QueuedVersion(
                line,
                review_state([step for step in steps if step.item_version_id == line.version_id]),
                line.author_id == person.id,
            )
            for line in lines.lines
        )
        return Queue(waiting, lines, people)

    def take(
        self, item_key: str, number: int, kind: StepKind, person: Person, comment: str = ""
    ) -> ReviewState:
        """Record a step and return the state after it.

        Raises ``IllegalReviewStep`` with the reason, and ``NotFound`` for an unknown version.
        """
        step = ReviewStep(kind, comment.strip()[:LONGEST_COMMENT])
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            history = visible_history(work, item_key, person)
            version = history.version(number)
            check_latest(kind, number, history.latest.stored.number)
            author = actor_name(version.stored.author_id)
            after = decide(
                version.review, step, actor_name(person.id), author, history.contributors(number)
            )
            work.bank.add_review_step(
                version.stored.id, kind.value, after.status.value, person.id, step.comment, now
            )
            data = {"version": number, "exam": history.item.pool == EXAM_POOL}
            actor, subject = f"person:{person.uid}", f"item:{item_key}"
            work.audit.add(AuditEntry(now, actor, f"review-{kind.value}", subject, step.comment, data))
            work.commit()
        return after
