"""The adaptive step of one attempt: the session that live attempts and the trainer hold or replay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from psychometrics.adaptive.batch import Administrations
from psychometrics.adaptive.batch_selection import refresh_shadow_tests
from psychometrics.adaptive.choice import Choice
from psychometrics.adaptive.draws import seed_array
from psychometrics.adaptive.explanation import explain
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.posterior import posterior_weights, weighted_moments
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.ranked_session import RankedState
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidResponses

History = Sequence[tuple[int, int]]
"""(item index, score) pairs in order of presentation."""


class AdaptiveSession(ABC):
    """One attempt under way: :meth:`choose` explains the next item, :meth:`record` takes its score.

    The choices are a function of pool, plan, history and seed alone: a session that has lived through the
    attempt, one rebuilt from its history and the simulation of the same examinee agree.
    """

    @abstractmethod
    def choose(self) -> Choice:
        """The next item, or why there is none; asking again gives the same."""

    @abstractmethod
    def record(self, item: int, score: int) -> None:
        """Note the score of a presented item. Raises InvalidResponses.

        An item out of reach is accepted, because it was in fact presented.
        """


def open_session(prepared: PreparedPlan, seed: int, history: History = ()) -> AdaptiveSession:
    """A session after ``history``. Raises InvalidResponses.

    Information from rankings under shares or quotas goes the short way, everything else through a batch of
    one; both give the same choices.
    """
    check_history(prepared.pool, history)
    plan = prepared.plan
    short = plan.selection.criterion == "maximum_information" and plan.content.method == "quotas"
    if short and not prepared.pool.blocks:
        return RankedSession(prepared, seed, history)
    return BatchSession(prepared, seed, history)


def next_choice(pool: AdaptivePool, plan: AdaptivePlan, history: History, seed: int) -> Choice:
    """Choose the next item after ``history``, the (item index, score) pairs so far in order.

    A function of its arguments alone: a replay makes the same choice. Raises InvalidParameters and
    InvalidResponses.
    """
    return open_session(PreparedPlan(pool, plan), seed, history).choose()


def estimate(pool: AdaptivePool, plan: AdaptivePlan, history: History) -> tuple[float, float]:
    """Posterior mean and standard deviation of θ after ``history`` under the normal prior of the plan."""
    prepared = PreparedPlan(pool, plan)
    return _moments(prepared, folded_posterior(prepared, history))


def check_history(pool: AdaptivePool, history: History) -> None:
    """Raise InvalidResponses for an unknown item, an impossible score or an item given twice."""
    seen: set[int] = set()
    for item, score in history:
        check_response(pool, item, score, item in seen)
        seen.add(item)


def check_response(pool: AdaptivePool, item: int, score: int, given: bool) -> None:
    """Raise InvalidResponses for an unknown or repeated item or an impossible score."""
    if not 0 <= item < len(pool):
        raise InvalidResponses(f"Item {item} is not in a pool of {len(pool)} items.")
    count = pool.category_counts[item]
    if score not in (0, 1) and not (isinstance(score, int) and 0 <= score < count):
        allowed = "0 or 1" if count == 2 else f"a whole number from 0 to {count - 1}"
        raise InvalidResponses(f"The score of item {item} is {score}; it must be {allowed}.")
    if given:
        raise InvalidResponses(f"Item {item} appears twice in the history.")


def folded_posterior(prepared: PreparedPlan, history: History) -> FloatArray:
    """Log posterior (Q,) after a history, its terms added in order as a session adds them."""
    if not history:
        return prepared.log_prior
    items, scores = zip(*history, strict=True)
    terms = prepared.pool.log_table[list(items), [int(score) for score in scores]]
    return np.asarray(np.add.reduce(np.vstack([prepared.log_prior, terms]), axis=0))


def _moments(prepared: PreparedPlan, log_posterior: FloatArray) -> tuple[float, float]:
    weights = posterior_weights(log_posterior)
    mean, sd = weighted_moments(weights, prepared.pool.nodes, prepared.squared_nodes, prepared.ones)
    return float(mean), float(sd)


class RankedSession(AdaptiveSession):
    """Maximum information from rankings, under shares or quotas, without blocks."""

    def __init__(self, prepared: PreparedPlan, seed: int, history: History) -> None:
        self._prepared = prepared
        self._state = RankedState(prepared, seed)
        for item, score in history:
            self._state.note(item, int(score))
        before = _moments(prepared, folded_posterior(prepared, history[:-1])) if history else (0.0, np.inf)
        self._state.start_from(folded_posterior(prepared, history), before[1])

    def choose(self) -> Choice:
        """The next item, or why there is none."""
        return self._state.choose()

    def record(self, item: int, score: int) -> None:
        """Note the score of a presented item. Raises InvalidResponses."""
        check_response(self._prepared.pool, item, score, self._state.was_given(item))
        self._state.note(item, score)
        self._state.update(item, score)


class BatchSession(AdaptiveSession):
    """Any plan, as a batch of one."""

    def __init__(self, prepared: PreparedPlan, seed: int, history: History) -> None:
        self._prepared = prepared
        self._batch = Administrations(prepared, seed_array([seed]))
        refresh = self._first_refresh(history)
        for position, (item, score) in enumerate(history):
            if refresh is not None and position >= refresh:
                refresh_shadow_tests(self._batch)
            self._note(item, score)
        self._last: Choice | None = None

    def _first_refresh(self, history: History) -> int | None:
        """Position from which the shadow test of the end of ``history`` was kept; None without shadow tests.

        A shadow test is solved anew whenever the grid point of θ has changed since the last one, so only the
        last change need be solved again.
        """
        if self._prepared.plan.content.method != "shadow_test":
            return None
        trial = Administrations(self._prepared, self._batch.seeds)
        last_row, changed = -1, 0
        for position, (item, score) in enumerate(history):
            row = self._prepared.pool.grid_index(float(trial.theta[0]))
            if trial.following(trial.active)[0] < 0 and row != last_row:
                last_row, changed = row, position
            trial.record(np.array([int(score)]), np.array([item]))
        return changed

    def _note(self, item: int, score: int) -> None:
        self._batch.active = np.arange(1)
        self._batch.reasons[:] = -1
        self._batch.record(np.array([int(score)]), np.array([item]))
        self._last = None

    def choose(self) -> Choice:
        """The next item, or why there is none."""
        if self._last is None:
            chosen = self._batch.choose()
            self._last = explain(self._batch, 0, int(chosen[0]) if len(chosen) else None)
        return self._last

    def record(self, item: int, score: int) -> None:
        """Note the score of a presented item. Raises InvalidResponses."""
        given = bool((self._batch.given[0] == item).any())
        check_response(self._prepared.pool, item, score, given)
        self._note(item, score)
