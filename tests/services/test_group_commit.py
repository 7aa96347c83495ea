"""Many additions in one commit: nobody is told too early, and nobody fails for another's conflict."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from testing_center.domain.attempts.records import Addition
from testing_center.domain.errors import ConcurrentAppend
from testing_center.services.group_commit import GroupCommit

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Ledger:
    """A database of sequence numbers whose commit waits until the test lets it go."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}
        self.batches: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()
        self.committing = threading.Semaphore(0)
        self.broken = False

    def __call__(self, *, write: bool = False) -> Any:
        return _Work(self)

    def extend(self, additions: Sequence[Addition]) -> None:
        work = _Work(self)
        work.attempts.extend(additions)
        work.commit()


class _Work:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._new: dict[str, int] = {}
        self.attempts = SimpleNamespace(extend=self._extend)

    def __enter__(self) -> "_Work":
        return self

    def __exit__(self, *error: object) -> None: ...

    def _extend(self, additions: Sequence[Addition]) -> None:
        for one in additions:
            if self._ledger.kept.get(one.attempt_id, 0) != one.follows:
                raise ConcurrentAppend
            self._new[one.attempt_id] = one.rows[-1].sequence

    def commit(self) -> None:
        self._ledger.committing.release()
        assert self._ledger.open.wait(10)
        if self._ledger.broken:
            raise OSError("the disk is full")
        self._ledger.kept |= self._new
        self._ledger.batches.append(sorted(self._new))


def addition(attempt_id: str, sequence: int = 1) -> Addition:
    row = SimpleNamespace(attempt_id=attempt_id, sequence=sequence)
    return Addition(cast(Any, (row,)), cast(Any, None), (), NOW)


def while_a_commit_is_under_way(ledger: Ledger, commits: GroupCommit, *later: Addition) -> list[Any]:
    """Let *later* come in while "first" is being committed; return what became of each."""
    ledger.open.clear()
    with ThreadPoolExecutor(len(later) + 1) as pool:
        first = pool.submit(commits.append, addition("first"))
        assert ledger.committing.acquire(timeout=10)
        waiting = []
        for number, one in enumerate(later, start=1):
            waiting.append(pool.submit(commits.append, one))
            while len(commits._queue) < number:
                pass
        assert not first.done()
        assert not any(one.done() for one in waiting)
        ledger.open.set()
        assert first.exception(10) is None
        return [one.exception(10) for one in waiting]


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    ledger = Ledger()
    names = [f"attempt {number}" for number in range(8)]
    outcomes = while_a_commit_is_under_way(ledger, GroupCommit(ledger), *map(addition, names))
    assert outcomes == [None] * 8
    assert ledger.batches == [["first"], names]


def test_one_conflict_does_not_fail_the_others() -> None:
    ledger = Ledger()
    ledger.kept["stale"] = 5
    wrong = addition("stale", 5)
    outcomes = while_a_commit_is_under_way(ledger, GroupCommit(ledger), addition("a"), wrong, addition("b"))
    assert [type(one) for one in outcomes] == [type(None), ConcurrentAppend, type(None)]
    assert ledger.kept == {"stale": 5, "first": 1, "a": 1, "b": 1}


def test_of_two_additions_to_one_log_the_later_is_decided_again() -> None:
    ledger = Ledger()
    outcomes = while_a_commit_is_under_way(ledger, GroupCommit(ledger), addition("a"), addition("a"))
    assert [type(one) for one in outcomes] == [type(None), ConcurrentAppend]


def test_a_failing_database_fails_everyone_and_the_next_one_is_tried_again() -> None:
    ledger, commits = Ledger(), GroupCommit(cast(Any, None))
    commits._unit_of_work = ledger
    ledger.broken = True
    with pytest.raises(OSError, match="full"):
        commits.append(addition("a"))
    ledger.broken = False
    commits.append(addition("a"))
    assert ledger.kept == {"a": 1}


def test_what_is_written_alongside_fails_alone() -> None:
    ledger = Ledger()
    commits = GroupCommit(ledger)

    def refuse(_work: object) -> None:
        raise PermissionError

    ledger.open.clear()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(commits.append, addition("first"))
        assert ledger.committing.acquire(timeout=10)
        others = [pool.submit(commits.append, addition("a"), refuse)]
        others.append(pool.submit(commits.append, addition("b")))
        while len(commits._queue) < 2:
            pass
        ledger.open.set()
        assert first.exception(10) is None
        assert {type(one.exception(10)) for one in others} == {PermissionError, type(None)}
    assert ledger.kept == {"first": 1, "b": 1}
