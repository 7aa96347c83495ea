"""Group commit: additions that arrive while another transaction is being made durable share the next one.

A commit costs the disk the same whether it carries one answer or twenty. Whoever comes first leads: takes
all that waits, commits it as one transaction and tells the others. Nobody is told before the commit, and
one addition that cannot be made never fails those that shared its transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import sleep

from testing_center.domain.attempts.records import Addition
from testing_center.domain.errors import ConcurrentAppend
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory

COMPANY_SECONDS = 0.002
"""How long a leader waits for company when the last transaction had some. A lone answer never waits."""

Alongside = Callable[[UnitOfWork], None]
"""Writes what belongs to a command besides its events."""


def _closed_lock() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class _Waiting:
    """One addition and its thread, which sleeps until ``turn`` opens: done, or to lead itself."""

    addition: Addition
    alongside: Alongside | None
    turn: Lock = field(default_factory=_closed_lock)
    done: bool = False
    error: BaseException | None = None


class GroupCommit:
    """Makes additions durable, many at a time; safe to share between threads and to inherit by a fork."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work
        self._lock = Lock()
        self._queue: list[_Waiting] = []
        self._led = False
        self._busy = False

    def append(self, addition: Addition, alongside: Alongside | None = None) -> None:
        """Return once *addition*, with what *alongside* writes, is durable.

        Raises ``ConcurrentAppend`` when it does not follow the log as it stands, and whatever *alongside*
        or the database raised.
        """
        own = _Waiting(addition, alongside)
        with self._lock:
            self._queue.append(own)
            leads, self._led = not self._led, True
        if not leads:
            own.turn.acquire()
        if not own.done:
            self._lead()
        if own.error is not None:
            raise own.error

    def _lead(self) -> None:
        if self._busy:
            sleep(COMPANY_SECONDS)
        with self._lock:
            batch, self._queue = self._queue, []
            self._busy = len(batch) > 1
        try:
            self._commit(batch)
        finally:
            with self._lock:
                heir = self._queue[0] if self._queue else None
                self._led = heir is not None
            for one in batch:
                one.done = True
                one.turn.release()
            if heir is not None:
                heir.turn.release()

    def _commit(self, batch: list[_Waiting]) -> None:
        chosen = {one.addition.attempt_id: one for one in reversed(batch)}
        for one in batch:
            # Of two additions to one log the later was decided on a state that is already past.
            if chosen[one.addition.attempt_id] is not one:
                one.error = ConcurrentAppend()
        together = list(chosen.values())
        try:
            self._write(together)
        except BaseException as error:
            if len(together) == 1:
                together[0].error = error
                return
            for one in together:
                self._commit([one])

    def _write(self, batch: Sequence[_Waiting]) -> None:
        additions = [one.addition for one in batch]
        if not any(one.alongside for one in batch):
            self._unit_of_work.extend(additions)
            return
        with self._unit_of_work(write=True) as work:
            work.attempts.extend(additions)
            for one in batch:
                if one.alongside is not None:
                    one.alongside(work)
            work.commit()
