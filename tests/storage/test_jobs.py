from datetime import timedelta

import pytest
from sqlalchemy import Engine
from stored_records import NOON

from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

STALE = timedelta(minutes=2)


def test_jobs_are_claimed_in_order_and_once(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        queued = [work.jobs.add("calibrate", {"release": number}, None, NOON) for number in (1, 2)]
        work.commit()
    claimed = []
    for _ in range(3):
        with unit_of_work(write=True) as work:
            claimed.append(work.jobs.claim(NOON, NOON - STALE))
            work.commit()
    assert [job.uid if job else None for job in claimed] == [queued[0].uid, queued[1].uid, None]
    assert claimed[0] is not None
    assert (claimed[0].status, claimed[0].started_at, claimed[0].payload) == ("running", NOON, {"release": 1})


def test_a_job_whose_worker_went_silent_is_claimed_again(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        job = work.jobs.add("calibrate", {}, None, NOON)
        work.jobs.claim(NOON, NOON - STALE)
        work.jobs.beat(job.uid, 0.4, "cycle 20", NOON + timedelta(minutes=1))
        work.commit()
    for minutes, taken in ((2, False), (4, True)):
        at = NOON + timedelta(minutes=minutes)
        with unit_of_work(write=True) as work:
            again = work.jobs.claim(at, at - STALE)
            assert (again is not None) == taken
    assert again is not None
    assert (again.uid, again.progress, again.message) == (job.uid, 0.4, "cycle 20")


@pytest.mark.parametrize(("status", "progress"), [("done", 1.0), ("failed", 0.4)])
def test_a_finished_job_is_never_claimed(
    unit_of_work: SqlUnitOfWorkFactory, status: str, progress: float
) -> None:
    with unit_of_work(write=True) as work:
        job = work.jobs.add("calibrate", {}, None, NOON)
        work.jobs.claim(NOON, NOON - STALE)
        work.jobs.beat(job.uid, 0.4, "", NOON)
        work.jobs.finish(job.uid, status, "said", {"run": 1}, NOON)
        work.commit()
    with unit_of_work(write=True) as work:
        finished = work.jobs.get(job.uid)
        assert finished is not None
        assert (finished.status, finished.progress, finished.message) == (status, progress, "said")
        assert (finished.outcome, finished.finished_at) == ({"run": 1}, NOON)
        assert work.jobs.claim(NOON + timedelta(days=1), NOON + timedelta(days=1)) is None
        assert work.jobs.get("unknown") is None


def test_two_workers_at_once_never_claim_the_same_job(
    engine: Engine, unit_of_work: SqlUnitOfWorkFactory
) -> None:
    if engine.dialect.name == "sqlite":
        # A second writer waits for the first: what it then sees is covered above.
        return
    with unit_of_work(write=True) as work:
        jobs = {work.jobs.add("calibrate", {}, None, NOON).uid for _ in range(2)}
        work.commit()
    with unit_of_work(write=True) as one, unit_of_work(write=True) as other:
        claimed = [work.jobs.claim(NOON, NOON - STALE) for work in (one, other)]
        assert {job.uid for job in claimed if job} == jobs
        third = unit_of_work(write=True)
        with third:
            assert third.jobs.claim(NOON, NOON - STALE) is None
