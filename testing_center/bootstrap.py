"""The one place that picks concrete classes: storage, live state, passwords, documents."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from testing_center.config import Settings
from testing_center.documents.protocol import render_protocol
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.ports import LiveState
from testing_center.passwords import Argon2Passwords
from testing_center.services import calibrations, imports, rosters
from testing_center.services.accounts import Accounts
from testing_center.services.answer_queue import AnswerQueue
from testing_center.services.appointments import Appointments
from testing_center.services.background_jobs import BackgroundJobs
from testing_center.services.bookings import Bookings
from testing_center.services.bulk_edits import BulkEdits
from testing_center.services.calibrations import Calibrations
from testing_center.services.clock import system_clock
from testing_center.services.clock_check import ClockCheck, RemoteClock
from testing_center.services.conduct_settings import ConductSettings
from testing_center.services.delivery import Delivery
from testing_center.services.delivery_policies import DeliveryPolicies
from testing_center.services.disputes import Disputes
from testing_center.services.exam_browser import ExamBrowser
from testing_center.services.invigilation import Invigilation
from testing_center.services.item_browser import ItemBrowser
from testing_center.services.item_exports import ItemExports
from testing_center.services.items import Items
from testing_center.services.late_answers import LateAnswerReview
from testing_center.services.launch import Launch
from testing_center.services.media_access import MediaAccess
from testing_center.services.media_library import MediaLibrary
from testing_center.services.planning import Planning
from testing_center.services.registry import Services
from testing_center.services.release_library import ReleaseLibrary
from testing_center.services.releases import Releases
from testing_center.services.rescoring import Rescorings
from testing_center.services.results import Results
from testing_center.services.reviews import Reviews
from testing_center.services.room_closing import RoomClosing
from testing_center.services.room_outages import RoomOutages
from testing_center.services.rosters import Rosters
from testing_center.services.seating import SeatingPlans
from testing_center.services.silence_watch import SilenceWatch
from testing_center.services.sites import Sites
from testing_center.services.sitting_plans import SittingPlans
from testing_center.services.stimuli import Stimuli
from testing_center.services.training import Training
from testing_center.services.working_copies import CopiesOfForms
from testing_center.storage import migrate
from testing_center.storage.clocks import database_time, live_time
from testing_center.storage.live.redis_state import RedisLiveState
from testing_center.storage.media_folder import MediaFolder
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

LIVE_TIMEOUT_SECONDS = 1.0
MEDIA = "media"


class NoLiveState:
    """``LiveState`` where none is configured: every attempt is replayed from the log."""

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        """Know nothing."""
        return None

    def save(self, state: AttemptState) -> None:
        """Keep nothing."""

    def drop(self, attempt_id: str) -> None:
        """Forget nothing."""

    def touch(self, attempt_id: str, now: datetime) -> None:
        """Note nothing."""

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Return no contacts."""
        return {}

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None:
        """Keep nothing."""

    def round_trips(self, attempt_ids: Iterable[str]) -> Mapping[str, int]:
        """Return nothing."""
        return {}

    def ping(self) -> bool:
        """Never answer."""
        return False


def live_state(settings: Settings) -> LiveState:
    """Return the live store of *settings*; connections are opened when first used, after forking."""
    if settings.redis_url is None:
        return NoLiveState()
    return RedisLiveState(live_client(settings.redis_url))


def live_client(url: str) -> redis.Redis:
    """Return a client of the live store; it connects when it is first used."""
    return redis.Redis.from_url(
        url,
        socket_timeout=LIVE_TIMEOUT_SECONDS,
        socket_connect_timeout=LIVE_TIMEOUT_SECONDS,
        # A store that is away costs a replay; waiting for it to come back would cost the candidate's time.
        retry=Retry(NoBackoff(), 0),
    )


def build_services(settings: Settings, engine: Engine) -> Services:
    """Return the services on a prepared *engine*."""
    unit_of_work = SqlUnitOfWorkFactory(engine)
    library = ReleaseLibrary(unit_of_work)
    live = live_state(settings)
    runs = Calibrations(unit_of_work, system_clock)
    secret = settings.secret_key.get_secret_value().encode()
    files = MediaFolder(settings.data_directory / MEDIA)
    exchange = imports.Imports(unit_of_work, files, system_clock)
    lists = Rosters(unit_of_work, system_clock, Argon2Passwords().hash, secret)
    delivery = Delivery(unit_of_work, live, library, system_clock, clock_check(settings, engine))
    media = MediaLibrary(unit_of_work, files, system_clock)
    return Services(
        accounts=Accounts(unit_of_work, Argon2Passwords(), system_clock),
        appointments=Appointments(unit_of_work, system_clock),
        delivery=delivery,
        delivery_policies=DeliveryPolicies(unit_of_work, delivery, library, system_clock),
        answer_queue=AnswerQueue(
            unit_of_work, delivery, system_clock, settings.secret_key.get_secret_value()
        ),
        silence_watch=SilenceWatch(unit_of_work, delivery, system_clock),
        late_answers=LateAnswerReview(unit_of_work, delivery, system_clock),
        invigilation=Invigilation(unit_of_work, delivery, library, system_clock),
        launch=Launch(unit_of_work, system_clock, settings.secret_key.get_secret_value().encode()),
        outages=RoomOutages(unit_of_work, delivery, system_clock),
        room_closing=RoomClosing(unit_of_work, delivery, system_clock),
        conduct_settings=ConductSettings(unit_of_work, system_clock),
        disputes=Disputes(unit_of_work, library, system_clock),
        rescoring=Rescorings(unit_of_work, delivery, library, system_clock),
        exam_browser=ExamBrowser(unit_of_work, delivery, settings.public_url),
        results=Results(unit_of_work, delivery, library, system_clock, settings.public_url, render_protocol),
        training=Training(unit_of_work, delivery, library, system_clock),
        calibrations=runs,
        items=Items(unit_of_work, system_clock),
        browser=ItemBrowser(unit_of_work, system_clock),
        bulk=BulkEdits(unit_of_work, system_clock),
        reviews=Reviews(unit_of_work, system_clock),
        releases=Releases(unit_of_work, system_clock),
        planning=Planning(unit_of_work, system_clock),
        sitting_plans=SittingPlans(unit_of_work, system_clock),
        sites=Sites(unit_of_work, system_clock),
        rosters=lists,
        bookings=Bookings(unit_of_work, system_clock),
        seating=SeatingPlans(unit_of_work, system_clock),
        library=library,
        jobs=BackgroundJobs(
            unit_of_work,
            system_clock,
            {
                calibrations.KIND: runs.carry_out,
                rosters.KIND: lists.carry_out,
                imports.KIND: exchange.carry_out,
            },
        ),
        media=media,
        media_access=MediaAccess(unit_of_work, delivery, library, media),
        copies=CopiesOfForms(unit_of_work, system_clock),
        stimuli=Stimuli(unit_of_work, system_clock),
        imports=exchange,
        exports=ItemExports(unit_of_work, files, system_clock),
    )


def clock_check(settings: Settings, engine: Engine) -> ClockCheck:
    """Return the comparison of this process's clock with the database's and the live store's."""
    remotes: list[tuple[str, RemoteClock]] = [("database", partial(database_time, engine))]
    if settings.redis_url is not None:
        remotes.append(("live_state", partial(live_time, live_client(settings.redis_url))))
    return ClockCheck(system_clock, remotes)


def readiness(settings: Settings, engine: Engine) -> dict[str, bool]:
    """Tell whether database, schema and live store are there and the clocks agree."""
    try:
        with engine.connect() as connection:
            current = migrate.is_current(connection)
        database = True
    except SQLAlchemyError:
        database = current = False
    return {
        "database": database,
        "migrations": current,
        "live_state": live_state(settings).ping(),
        "clock": clock_check(settings, engine).agrees(),
    }
