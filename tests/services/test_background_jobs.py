"""Jobs are carried out once, told while they run, and closed whatever happens."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing_center.domain.errors import InvalidInput
from testing_center.domain.jobs import Job
from testing_center.services import background_jobs
from testing_center.services.background_jobs import BackgroundJobs, Outcome, Tell
from testing_center.services.clock import system_clock
from tests.services.bank_desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


def queue(desk: Desk, kind: str) -> str:
    with desk.unit_of_work(write=True) as work:
        job = work.jobs.add(kind, {"n": 1}, None, system_clock())
        work.commit()
    return job.uid


def stored(desk: Desk, uid: str) -> Job:
    with desk.unit_of_work() as work:
        job = work.jobs.get(uid)
    assert job is not None
    return job


def test_progress_is_told_while_a_job_runs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_jobs, "_REST_SECONDS", 0.0)
    seen: list[float] = []

    def work(job: Job, tell: Tell) -> Outcome:
        tell(0.5)
        for _ in range(200):
            seen.append(stored(desk, job.uid).progress)
            if seen[-1]:
                break
            time.sleep(0.01)
        return {"n": job.payload["n"]}

    uid = queue(desk, "count")
    jobs = BackgroundJobs(desk.unit_of_work, system_clock, {"count": work})
    assert jobs.work_once()
    assert not jobs.work_once()
    assert seen[-1] == 0.5
    done = stored(desk, uid)
    assert (done.status, done.progress, done.outcome) == ("done", 1.0, {"n": 1})


def test_a_refusal_closes_the_job_with_its_sentence_and_an_error_is_raised(desk: Desk) -> None:
    def refuse(job: Job, tell: Tell) -> Outcome:
        raise InvalidInput("Not like this.")

    def fail(job: Job, tell: Tell) -> Outcome:
        raise ZeroDivisionError

    first, second = queue(desk, "refuse"), queue(desk, "fail")
    jobs = BackgroundJobs(desk.unit_of_work, system_clock, {"refuse": refuse, "fail": fail})
    assert jobs.work_once()
    assert (stored(desk, first).status, stored(desk, first).message) == ("failed", "Not like this.")
    with pytest.raises(ZeroDivisionError):
        jobs.work_once()
    assert stored(desk, second).status == "failed"
