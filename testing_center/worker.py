"""The background worker: ends attempts whose time is up, whoever is away."""

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
    try:
        while not stop.is_set():
            _round(services)
            stop.wait(SWEEP_SECONDS)
    finally:
        engine.dispose()
    return 0


def _round(services: Services) -> None:
    try:
        services.delivery.expire_due()
    except Exception:
        log.exception("the round failed and will be tried again")
