"""A hall with a booked candidate, a proctor and a reviewer on a real database; the test turns its clock."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine

from item_bank.content_files import load_content
from item_bank.items import content_hash
from testing_center.domain.administrations import NewAdministration, NewBooking, Sitting
from testing_center.domain.appointments import NewAppointment
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import LogRow
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, StoredForm
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site
from testing_center.services.answer_queue import AnswerQueue
from testing_center.services.delivery import Delivery
from testing_center.services.invigilation import Invigilation
from testing_center.services.late_answers import LateAnswerReview
from testing_center.services.release_library import ReleaseLibrary
from testing_center.storage.database import prepare_engine
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTES = 125
WINDOW, DEVICE = "window-1", "device-1"
PEOPLE = {
    "teacher1": Role.CANDIDATE,
    "teacher2": Role.CANDIDATE,
    "proctor": Role.PROCTOR,
    "colleague": Role.PROCTOR,
    "administrator": Role.ADMINISTRATOR,
}
FORM_LENGTH = 50


class Live:
    """A live store in memory that can be emptied, and whose contacts a test sets."""

    def __init__(self) -> None:
        self.kept: dict[str, AttemptState] = {}
        self.heard: dict[str, datetime] = {}

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        return self.kept.get(attempt_id)

    def save(self, state: AttemptState) -> None:
        self.kept[state.attempt_id] = state

    def drop(self, attempt_id: str) -> None:
        self.kept.pop(attempt_id, None)

    def touch(self, attempt_id: str, now: datetime) -> None:
        self.heard[attempt_id] = now

    def contacts(self, attempt_ids: object) -> dict[str, datetime]:
        return dict(self.heard)

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None: ...

    def round_trips(self, attempt_ids: object) -> dict[str, int]:
        return {}

    def ping(self) -> bool:
        return True


class ExamHall:
    """Two seats of one sitting; ``policy`` is the administration's."""

    def __init__(self, folder: Path, policy: Mapping[str, Any] | None = None, mode: str = "fixed") -> None:
        database = folder / f"{uuid4().hex}.db"
        shutil.copyfile(_filled(folder.parent), database)
        self.engine = create_engine(f"sqlite:///{database}")
        prepare_engine(self.engine)
        self.unit_of_work = SqlUnitOfWorkFactory(self.engine)
        self.time = START
        self.live = Live()
        self.library = ReleaseLibrary(self.unit_of_work)
        self.clock: Callable[[], datetime] = lambda: self.time
        self.delivery = Delivery(self.unit_of_work, self.live, self.library, lambda: self.clock())
        self.rooms = Invigilation(self.unit_of_work, self.delivery, self.library, lambda: self.clock())
        now = lambda: self.clock()  # noqa: E731
        self.queue = AnswerQueue(self.unit_of_work, self.delivery, now, "a secret of this hall")
        self.review = LateAnswerReview(self.unit_of_work, self.delivery, now)
        self.keys = {entry.key: entry.content.answer_key for entry in _exam_items()}
        with self.unit_of_work(write=True) as work:
            found = work.people.many(range(1, len(PEOPLE) + 1))
            self.people: dict[str, Person] = {one.sign_in_name: one for one in found.values()}
            self.sitting = _sitting(work, policy or {}, mode)
            for name in ("proctor", "colleague"):
                work.appointments.add(_terms(self.people[name].id, self.sitting), None, START)
            self.bookings = [
                work.administrations.add_booking(
                    NewBooking(self.sitting.id, self.people[name].id, seat, "kz.moderator", "ky")
                )
                for seat, name in enumerate(("teacher1", "teacher2"), start=7)
            ]
            work.commit()
        self.attempt_id = ""

    def close(self) -> None:
        self.engine.dispose()

    def actor(self, name: str) -> str:
        return f"person:{self.people[name].uid}"

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)

    def seat(self) -> AttemptState:
        """Check the first candidate in, in a started room."""
        self.rooms.start_room(self.sitting.uid, self.actor("proctor"))
        state = self.rooms.check_in(self.bookings[0].uid, "passport", "1234", self.actor("proctor"))
        self.attempt_id = state.attempt_id
        return state

    def begin(self) -> AttemptState:
        """Bring the first candidate to the first item, in the window of a device."""
        self.seat()
        self.do(asked.Start())
        return self.do(asked.TakeLease(WINDOW, "Firefox 115, Windows 7", DEVICE, "10.0.0.7"))

    def do(self, command: asked.Command, command_id: str | None = None) -> AttemptState:
        """Give a candidate's command."""
        return self.delivery.execute(
            self.attempt_id, command, actor=self.actor("teacher1"), command_id=command_id
        )

    def state(self) -> AttemptState:
        return self.delivery.state(self.attempt_id)

    def sitting_now(self) -> Sitting:
        """The sitting as it stands."""
        return self.rooms.sitting(self.sitting.uid, self.people["administrator"])

    def log(self, *kinds: str) -> list[LogRow]:
        """The log, or its rows of some kinds."""
        return [row for row in self.delivery.log(self.attempt_id) if not kinds or row.kind in kinds]

    def choice(self, position: int, right: bool = True) -> tuple[str, list[str]]:
        """The presentation at a position and a response to it."""
        shown = self.delivery.state(self.attempt_id).at(position)
        assert shown is not None
        key = self.keys[shown.item_key].correct  # type: ignore[attr-defined]
        return shown.presentation_id, [
            key if right else next(one for one in shown.option_order if one != key)
        ]

    def answer(self, position: int, right: bool = True, window: str = WINDOW) -> AttemptState:
        """Open an item of a fixed form and answer it."""
        self.do(asked.OpenItem(position, window))
        shown = self.state().at(position)
        presentation, response = self.choice(position, right)
        assert shown is not None
        return self.do(asked.SaveResponse(presentation, response, shown.client_sequence + 1, window))


@cache
def _exam_items() -> tuple[Any, ...]:
    items = load_content().items
    plain = [entry for entry in items if entry.pool == "exam" and not entry.content.stimulus_key]
    return tuple(entry for entry in plain if entry.content.subject == "math")[:FORM_LENGTH]


@cache
def _filled(folder: Path) -> Path:
    """A database with people and a release, made once."""
    database = folder / "filled.db"
    url = f"sqlite:///{database}"
    upgrade(url)
    engine = create_engine(url)
    prepare_engine(engine)
    with SqlUnitOfWorkFactory(engine)(write=True) as work:
        for name, role in PEOPLE.items():
            work.people.add(NewPerson(name, "x", name.title(), "Given", "", "ky", (role,), START))
        entries = []
        for item in _exam_items():
            work.bank.add_item(item.key, item.pool, "math", START)
            hashed = content_hash(item.content)
            stored = work.bank.add_version(item.key, item.content.to_data(), hashed, None, START)
            entries.append(NewReleaseEntry(stored.id, item.pool, 1.0, 0.0, 0.0, 1.0, simulated=True))
        work.bank.publish(ReleaseSummary(1, START, "", "", "0" * 64, 0, 0), None, entries, [])
        blueprint = work.bank.add_blueprint("math", {"areas": []}, "c" * 64)
        slots = [{"item_key": item.key, "version": 1} for item in _exam_items()]
        form = {"sections": [{"code": "subject", "subject": "math", "items": slots}]}
        work.bank.add_form(StoredForm("f" * 64, blueprint.id, 1, form), START)
        work.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return database


def _terms(person_id: int, sitting: Any) -> NewAppointment:
    """The appointment of a proctor to one sitting."""
    day = START.date()
    return NewAppointment(
        person_id, Role.PROCTOR, sitting.site.id, sitting.id, "1", day, day, day.replace(year=day.year + 10)
    )


def _sitting(work: Any, policy: Mapping[str, Any], mode: str) -> Any:
    site = work.sites.add_site(Site(0, "osh", {"ky": "№1"}, {"ky": "Ош"}, {}, "Asia/Bishkek"))
    room = work.sites.add_room(Room(0, site.id, "101", SeatMap.plain(20)))
    rules = load_rule_set("kz-2025")
    new = NewAdministration(
        {"ky": "Жазгы"}, "kz-2025", rules.content_hash, "kz.subject", "math", mode, 1, 1, "f" * 64,
        policy, START,
    )  # fmt: skip
    administration = work.administrations.add(new)
    return work.administrations.add_sitting(administration.id, room.id, START)
