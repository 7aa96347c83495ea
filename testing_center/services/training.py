"""The trainer: untimed practice on the open pool, with an explanation after every item.

Only items of the trainer pool are ever shown: a session is planned on that pool, an exam attempt is
never opened here, and every item is checked again at the moment it is shown.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import numpy as np

from item_bank.identifiers import AREAS, TRAINER_POOL, Language
from item_bank.items import ItemContent
from psychometrics import estimate_ability, expected_score
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.records import AttemptAnchor, AttemptSummary, ItemResponse
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.bank import ReleasedItem
from testing_center.domain.errors import ContentMissing, NotFound
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery
from testing_center.services.exam_plans import TRAINING_LENGTH, training_plan
from testing_center.services.presented_items import presented_item
from testing_center.services.release_library import PoolOfItems, ReleaseLibrary, item_parameters
from testing_center.services.trainer_feedback import Feedback, feedback

KIND = "training"
LEASE = "trainer"
RECENT_SESSIONS = 3
FEWEST_ANSWERS = 3
Z_95 = 1.96


@dataclass(frozen=True)
class TrainerSubject:
    """A subject that can be practised; ``areas`` gives the number of items by area code."""

    code: str
    areas: dict[str, int]

    @property
    def items(self) -> int:
        """Items in all areas."""
        return sum(self.areas.values())


@dataclass(frozen=True)
class TrainerPage:
    """One item of a session as its owner sees it; ``feedback`` is None until the answer is final.

    ``item`` is what ``presented_item`` tells, with the response; None in a finished session. ``position``
    counts from 1 to at most ``length``.
    """

    attempt_id: str
    subject: str
    position: int
    length: int
    answered: int
    correct: int
    finished: bool
    presentation_id: str = ""
    item: Mapping[str, Any] | None = None
    feedback: Feedback | None = None


@dataclass(frozen=True)
class ExpectedPercent:
    """Share of the area's trainer items expected right, 0…100, with its 95 % interval."""

    percent: float
    low: float
    high: float
    theta: float
    standard_error: float


@dataclass(frozen=True)
class AreaProgress:
    """Progress in one area; ``expected`` is None while there are too few answers for an estimate."""

    area: str
    answered: int
    correct: int
    expected: ExpectedPercent | None


class Training:
    """Practice sessions and what they say about a person's progress."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, library: ReleaseLibrary, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._library = library
        self._clock = clock

    def subjects(self) -> tuple[TrainerSubject, ...]:
        """Return the subjects and areas that have trainer items in the latest release."""
        found = ((subject, self._pool(subject, None)) for subject in AREAS)
        return tuple(TrainerSubject(subject, _stock(subject, pool)) for subject, pool in found if pool)

    def start(self, person: Person, subject: str, area: str | None, language: str) -> str:
        """Begin a session and return its attempt identifier, closing an unfinished one first.

        Raises ``NotFound`` when the subject or area has no trainer items.
        """
        pool = self._pool(subject, area)
        if pool is None:
            raise NotFound
        unfinished = self.unfinished(person)
        if unfinished is not None:
            self.stop(unfinished, person)
        plan = training_plan(
            self._library,
            subject,
            area,
            language,
            secrets.randbits(32),
            length=min(TRAINING_LENGTH, len(pool.items)),
            exclude=self._recently_seen(person, subject, pool),
            prior_mean=self._ability(person, subject),
        )
        anchor = AttemptAnchor(uuid4().hex, person.id, None, None, KIND, subject, self._clock())
        self._open(self._delivery.prepare(anchor, plan, actor=_actor(person)), person)
        return anchor.attempt_id

    def unfinished(self, person: Person) -> str | None:
        """Return the newest session that can be resumed."""
        sessions = self._sessions(person)
        return next((anchor.attempt_id for anchor, now in sessions if now.status != "finished"), None)

    def current(self, attempt_id: str, person: Person, language: str) -> TrainerPage:
        """Return the page of a session in the reader's language; raises ``NotFound`` for another's."""
        return self._page(self._owned(attempt_id, person), language)

    def answer(
        self,
        attempt_id: str,
        person: Person,
        presentation_id: str,
        response: tuple[str, ...],
        command_id: str,
    ) -> None:
        """Make a response final; sending it twice changes nothing.

        Raises ``NotFound`` or an ``AttemptRefusal``.
        """
        state = self._owned(attempt_id, person)
        shown = state.presentation(presentation_id)
        if shown is not None and shown.confirmed:
            return
        sequence = shown.client_sequence + 1 if shown else 1
        save = asked.SaveResponse(presentation_id, response, sequence, LEASE)
        # An answer that was saved and not yet made final when the form was sent again stays as it is.
        if shown is None or shown.response != save.response:
            self._delivery.execute(attempt_id, save, actor=_actor(person), command_id=command_id)
        self._delivery.execute(attempt_id, asked.ConfirmItem(presentation_id, LEASE), actor=_actor(person))

    def next(self, attempt_id: str, person: Person) -> None:
        """Show the next item, or finish when there is none; an unanswered item stays where it is."""
        state = self._owned(attempt_id, person)
        if state.status == "finished" or any(not shown.confirmed for shown in state.presentations):
            return
        after = self._delivery.execute(attempt_id, asked.PresentNext(LEASE), actor=_actor(person))
        if all(shown.confirmed for shown in after.presentations):
            self.stop(attempt_id, person)

    def stop(self, attempt_id: str, person: Person) -> None:
        """End a session; what was answered counts."""
        if self._owned(attempt_id, person).status != "finished":
            self._delivery.execute(attempt_id, asked.Finish(LEASE), actor=_actor(person))

    def progress(self, person: Person, subject: str) -> tuple[AreaProgress, ...]:
        """Return progress by area of a subject, in the order of the areas."""
        answers = self._answers(person, subject)
        return tuple(self._area(subject, area, answers) for area in AREAS.get(subject, ()))

    def _owned(self, attempt_id: str, person: Person) -> AttemptState:
        """An exam attempt does not exist here: its items must never be explained."""
        with self._unit_of_work() as work:
            anchor = work.attempts.anchor(attempt_id)
        if anchor is None or anchor.kind != KIND or anchor.person_id != person.id:
            raise NotFound
        return self._open(self._delivery.state(attempt_id), person)

    def _open(self, state: AttemptState, person: Person) -> AttemptState:
        """A session whose beginning was cut off goes on from there."""
        if state.status != "prepared":
            return state
        self._delivery.execute(state.attempt_id, asked.TakeLease(LEASE, LEASE), actor=_actor(person))
        return self._delivery.execute(state.attempt_id, asked.Start(), actor=_actor(person))

    def _page(self, state: AttemptState, language: str) -> TrainerPage:
        confirmed = [shown for shown in state.presentations if shown.confirmed]
        page = TrainerPage(
            attempt_id=state.attempt_id,
            subject=state.plan.sections[0].subject,
            position=state.position,
            length=state.plan.length,
            answered=len(confirmed),
            correct=sum(self._right(state, shown) for shown in confirmed),
            finished=state.status == "finished",
        )
        shown = state.at(state.position)
        return page if shown is None or page.finished else self._with_item(page, state, shown, language)

    def _with_item(
        self, page: TrainerPage, state: AttemptState, shown: Presentation, language: str
    ) -> TrainerPage:
        content = self._content(state, shown)
        spoken = Language(language if language in content.texts else state.plan.language)
        item = presented_item(content, None, spoken, shown.option_order or content.interaction.option_ids)
        return replace(
            page,
            presentation_id=shown.presentation_id,
            item=item | {"response": list(shown.response)},
            feedback=feedback(content, shown.response, spoken) if shown.confirmed else None,
        )

    def _right(self, state: AttemptState, shown: Presentation) -> bool:
        released = self._library.release(state.plan.release_number).item(shown.item_key, shown.version)
        return shown.item_score >= released.max_score

    def _content(self, state: AttemptState, shown: Presentation) -> ItemContent:
        release = self._library.release(state.plan.release_number)
        if release.item(shown.item_key, shown.version).pool != TRAINER_POOL:
            raise ContentMissing
        return release.content(shown.item_key, shown.version)

    def _pool(self, subject: str, area: str | None) -> PoolOfItems | None:
        try:
            return self._library.latest().pool(subject, TRAINER_POOL, area)
        except ContentMissing:
            return None

    def _sessions(self, person: Person) -> Sequence[tuple[AttemptAnchor, AttemptSummary]]:
        with self._unit_of_work() as work:
            return work.attempts.of_person(person.id, KIND)

    def _recently_seen(self, person: Person, subject: str, pool: PoolOfItems) -> frozenset[str]:
        """Item keys of the last sessions, the newest first, as long as a full session is left."""
        seen: set[str] = set()
        sessions = [anchor for anchor, _ in self._sessions(person) if anchor.subject == subject]
        for anchor in sessions[:RECENT_SESSIONS]:
            shown = self._delivery.state(anchor.attempt_id).presentations
            more = seen | {item.item_key for item in shown}
            if len(set(pool.index) - more) < TRAINING_LENGTH:
                break
            seen = more
        return frozenset(seen)

    def _answers(self, person: Person, subject: str) -> tuple[tuple[ReleasedItem, ItemResponse], ...]:
        """Return the newest answer to each trainer item of a subject.

        An item met again is no new evidence beside its earlier answer, so it counts once.
        """
        with self._unit_of_work() as work:
            responses = work.attempts.responses_of(person.id, KIND)
        newest = {response.item_key: response for response in responses}
        found = (
            (self._library.release(given.release_number).item(given.item_key, given.version), given)
            for given in newest.values()
        )
        return tuple(
            (item, given)
            for item, given in found
            if item.subject == subject and item.pool == TRAINER_POOL and item.calibrated
        )

    def _ability(self, person: Person, subject: str) -> float:
        answers = self._answers(person, subject)
        return _estimate(answers)[0] if answers else 0.0

    def _area(
        self, subject: str, area: str, answers: Sequence[tuple[ReleasedItem, ItemResponse]]
    ) -> AreaProgress:
        own = tuple((item, given) for item, given in answers if item.content["area"] == area)
        pool = self._pool(subject, area)
        enough = pool is not None and len(own) >= FEWEST_ANSWERS
        return AreaProgress(
            area,
            len(own),
            sum(_right(item, given) for item, given in own),
            _expected(own, pool) if pool and enough else None,
        )


def _stock(subject: str, pool: PoolOfItems) -> dict[str, int]:
    areas = [item.content["area"] for item in pool.items]
    return {area: areas.count(area) for area in AREAS[subject] if area in areas}


def _right(item: ReleasedItem, given: ItemResponse) -> int:
    """The estimate's model knows right and wrong: an item of several points is right with all of them."""
    return int(given.item_score >= item.max_score)


def _estimate(answers: Sequence[tuple[ReleasedItem, ItemResponse]]) -> tuple[float, float]:
    """EAP of theta and its posterior standard deviation under a standard normal prior."""
    parameters = item_parameters(tuple(item for item, _ in answers))
    estimate = estimate_ability([_right(*answer) for answer in answers], parameters)
    return float(estimate.theta[0]), float(estimate.standard_error[0])


def _expected(answers: Sequence[tuple[ReleasedItem, ItemResponse]], pool: PoolOfItems) -> ExpectedPercent:
    """Carry the estimate and its 95 % limits through the area's test characteristic curve."""
    theta, error = _estimate(answers)
    points = np.array([theta - Z_95 * error, theta, theta + Z_95 * error])
    percents = 100 * expected_score(points, item_parameters(pool.items)) / len(pool.items)
    low, high = float(percents.min()), float(percents.max())
    return ExpectedPercent(float(percents[1]), low, high, theta, error)


def _actor(person: Person) -> str:
    return f"person:{person.uid}"
