"""Carries out queued jobs: one at a time in each worker, again from the start when a worker went silent."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psychometrics.errors import PsychometricError
from testing_center.domain.errors import DomainError
from testing_center.domain.jobs import Job
from testing_center.domain.messages import N_
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock

SILENT_AFTER = timedelta(seconds=45)
BEAT_SECONDS = 5.0

Tell = Callable[[float], None]
"""Notes how far a job is, from 0 to 1; the page that waits for it sees it with the next beat."""
Outcome = Mapping[str, Any]
Handler = Callable[[Job, Tell], Outcome]
"""Carries out one job and returns its outcome. It may run twice: whatever it stores must be stored whole, and
once. A ``DomainError`` or ``PsychometricError`` closes the job as failed with its sentence."""


class BackgroundJobs:
    """Takes jobs from the queue and gives each to the handler of its kind."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, clock: Clock, handlers: Mapping[str, Handler]
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._handlers = handlers

    def work_once(self) -> bool:
        """Carry out one queued job in this process; False when none is queued."""
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            job = work.jobs.claim(now, now - SILENT_AFTER)
            work.commit()
        if job is None:
            return False
        pulse = _Pulse(job)
        try:
            with self._alive(pulse):
                outcome = self._handlers[job.kind](job, pulse.tell)
        except (DomainError, PsychometricError) as error:
            self._close(job, "failed", str(error), None)
        except Exception:
            self._close(job, "failed", N_("The calculation failed; the log of the server says why."), None)
            raise
        else:
            self._close(job, "done", "", outcome)
        return True

    @contextmanager
    def _alive(self, pulse: "_Pulse") -> Iterator[None]:
        """Tell in the background that the job is worked on, however long one of its steps takes."""
        stop = threading.Event()
        beating = threading.Thread(target=self._beat, args=(pulse, stop), daemon=True)
        beating.start()
        try:
            yield
        finally:
            stop.set()
            pulse.woken.set()
            beating.join()

    def _beat(self, pulse: "_Pulse", stop: threading.Event) -> None:
        while not stop.is_set():
            pulse.woken.wait(BEAT_SECONDS)
            pulse.woken.clear()
            if stop.is_set():
                return
            with self._unit_of_work(write=True) as work:
                work.jobs.beat(pulse.job.uid, pulse.progress, "", self._clock())
                work.commit()
            stop.wait(_REST_SECONDS)

    def _close(self, job: Job, status: str, message: str, outcome: Outcome | None) -> None:
        with self._unit_of_work(write=True) as work:
            work.jobs.finish(job.uid, status, message, outcome, self._clock())
            work.commit()


_REST_SECONDS = 0.5
"""Between two beats, so that a job that tells often does not write often."""


@dataclass
class _Pulse:
    """How far a job is, shared by the thread that works and the one that tells."""

    job: Job

    def __post_init__(self) -> None:
        self.progress = self.job.progress
        self.woken = threading.Event()

    def tell(self, progress: float) -> None:
        self.progress = progress
        self.woken.set()
