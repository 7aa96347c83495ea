"""The background worker: ends attempts whose time is up, whoever is away, and carries out queued jobs."""

import logging
import signal
import threading
from types import FrameType

from sqlalchemy import create_engine

from testing_center import bootstrap
from testing_center.config import Settings
from testing_center.services.registry import Services
from testing_center.storage.database import prepare_engine

SWEEP_SECONDS = 2.0
JOB_SECONDS = 1.0

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; a failing round is logged and tried again."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    engine = create_engine(settings.database_url, pool_pre_ping=True)
    prepare_engine(engine)
    services = bootstrap.build_services(settings, engine)
    # A daemon: a stop does not wait for a long calculation, which another worker will take up again.
    threading.Thread(target=_jobs, args=(services, stop), name="jobs", daemon=True).start()
    try:
        while not stop.is_set():
            _round(services)
            stop.wait(SWEEP_SECONDS)
    finally:
        engine.dispose()
    return 0


def _jobs(services: Services, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            busy = services.jobs.work_once()
        except Exception:
            log.exception("a job failed")
            busy = False
        if not busy:
            stop.wait(JOB_SECONDS)


def _round(services: Services) -> None:
    try:
        services.room_closing.close_due()
        services.delivery.expire_due()
        services.silence_watch.round()
        services.outages.apply_rest()
        services.rescoring.apply_rest()
    except Exception:
        log.exception("the round failed and will be tried again")
