"""Whole attempts through the delivery service on a real database."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from item_bank.content_files import load_content
from item_bank.items import content_hash
from testing_center.domain import errors
from testing_center.domain.administrations import NewAdministration, NewBooking, Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.hash_chain import canonical, link, verify
from testing_center.domain.attempts.plan import DeliveryPlan, PlannedItem, SectionPlan
from testing_center.domain.attempts.records import AttemptAnchor
from testing_center.domain.attempts.state import RECENT_COMMANDS, AttemptState
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, StoredForm
from testing_center.domain.people import NewPerson
from testing_center.domain.permissions import Role
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site
from testing_center.services.delivery import Delivery
from testing_center.services.exam_plans import training_plan
from testing_center.services.release_library import ReleaseLibrary
from testing_center.services.room_closing import RoomClosing
from testing_center.storage.database import prepare_engine
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ATTEMPT = "a" * 32
LEASE = "first window"


class ForgetfulLive:
    """A live store that can be emptied at any moment."""

    def __init__(self) -> None:
        self.kept: dict[str, AttemptState] = {}

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        return self.kept.get(attempt_id)

    def save(self, state: AttemptState) -> None:
        self.kept[state.attempt_id] = state

    def drop(self, attempt_id: str) -> None:
        self.kept.pop(attempt_id, None)

    def touch(self, attempt_id: str, now: datetime) -> None: ...

    def contacts(self, attempt_ids: object) -> dict[str, datetime]:
        return {}

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None: ...

    def round_trips(self, attempt_ids: object) -> dict[str, int]:
        return {}

    def ping(self) -> bool:
        return True


class Hall:
    """A delivery service on a temporary database, with a clock that the test turns."""

    def __init__(self, database: Path) -> None:
        url = f"sqlite:///{database}"
        upgrade(url)
        self.engine = create_engine(url)
        prepare_engine(self.engine)
        self.unit_of_work = SqlUnitOfWorkFactory(self.engine)
        self.time = START
        self.live = ForgetfulLive()
        self.library = ReleaseLibrary(self.unit_of_work)
        self.delivery = Delivery(self.unit_of_work, self.live, self.library, lambda: self.time)
        self.keys: dict[str, str] = {}
        self.person_id = self._fill()

    def _fill(self) -> int:
        with self.unit_of_work(write=True) as work:
            entries = []
            for entry in load_content().items:
                if entry.content.subject != "pedagogy":
                    continue
                work.bank.add_item(entry.key, entry.pool, "pedagogy", START)
                data = entry.content.to_data()
                stored = work.bank.add_version(entry.key, data, content_hash(entry.content), None, START)
                entries.append(NewReleaseEntry(stored.id, entry.pool, 1.0, 0.0, 0.0, 1.0, simulated=True))
                self.keys[entry.key] = entry.content.answer_key.correct
            work.bank.publish(ReleaseSummary(1, START, "", "", "0" * 64, 0, 0), None, entries, [])
            person = work.people.add(
                NewPerson("t", "x", "Асанова", "Айгүл", "", "ky", (Role.CANDIDATE,), START)
            )
            work.commit()
        return person.id

    def do(self, command: asked.Command, command_id: str | None = None) -> AttemptState:
        return self.delivery.execute(ATTEMPT, command, actor="person:t", command_id=command_id)

    def fixed_plan(self, length: int = 50) -> DeliveryPlan:
        rule_set = load_rule_set("kz-2025")
        items = [item for item in self.library.release(1).items if item.pool == "exam"][:length]
        planned = tuple(PlannedItem(item.item_key, item.version, ("d", "c", "b", "a")) for item in items)
        return DeliveryPlan(
            kind="exam",
            mode="fixed",
            sections=(SectionPlan("subject", "pedagogy", planned),),
            base_seconds=80 * 60,
            language="ky",
            seed=7,
            release_number=1,
            rule_set_id=rule_set.id,
            rule_set_hash=rule_set.content_hash,
            profile="kz.subject",
            category="kz.moderator",
        )

    def prepare(self, plan: DeliveryPlan) -> AttemptState:
        anchor = AttemptAnchor(ATTEMPT, self.person_id, None, None, plan.kind, "pedagogy", START)
        return self.delivery.prepare(anchor, plan, actor="person:proctor")

    def seat_and_start(self) -> AttemptState:
        self.prepare(self.fixed_plan())
        for command in (
            asked.CheckIn("passport", "1234", 7),
            asked.PermitStart(),
            asked.TakeLease(LEASE, "seat 7"),
            asked.Start(),
        ):
            state = self.do(command)
        return state

    def answer(self, position: int, right: bool, command_id: str | None = None) -> AttemptState:
        state = self.do(asked.OpenItem(position, LEASE))
        shown = state.at(position)
        assert shown is not None
        key = self.keys[shown.item_key]
        choice = key if right else next(option for option in shown.option_order if option != key)
        save = asked.SaveResponse(shown.presentation_id, [choice], shown.client_sequence + 1, LEASE)
        return self.do(save, command_id)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path / "hall.db")
    yield hall
    hall.engine.dispose()


@pytest.mark.parametrize(("right", "passed"), [(30, True), (29, False)])
def test_fixed_form_is_judged_exactly_at_the_threshold(hall: Hall, right: int, passed: bool) -> None:
    hall.seat_and_start()
    for position in range(1, 51):
        hall.answer(position, right=position <= right)
    state = hall.do(asked.Finish(LEASE))
    assert state.result is not None
    assert state.result["outcome"]["passed"] is passed
    assert state.result["simulated"] is True
    assert verify(hall.delivery.log(ATTEMPT)) is None


def test_a_wiped_live_store_loses_nothing(hall: Hall) -> None:
    hall.seat_and_start()
    for position in range(1, 11):
        before = hall.answer(position, right=True)
        hall.live.kept.clear()
        assert hall.delivery.state(ATTEMPT) == before
    assert before.answered == 10


@pytest.mark.parametrize("later_commands", [0, RECENT_COMMANDS + 1])
def test_idempotent_writes(hall: Hall, later_commands: int) -> None:
    """A repeated command is recorded once; its identifier with other content is refused."""
    started = hall.seat_and_start()
    identifier = started.presentations[0].presentation_id
    save = asked.SaveResponse(identifier, ["a"], 1, LEASE, "2026-03-02T04:00:00Z")
    first = hall.do(save, "one")
    for number in range(later_commands):
        first = hall.do(asked.FlagItem(identifier, number % 2 == 0, LEASE), f"later {number}")
    for live in (True, False):
        if not live:
            hall.live.kept.clear()
        assert hall.do(save, "one") == first
        changed = replace(save, response=["b"], client_sequence=2)
        for other in (changed, asked.FlagItem(identifier, False, LEASE)):
            with pytest.raises(errors.CommandReused):
                hall.do(other, "one")
    assert hall.delivery.replay(ATTEMPT) == first
    assert first.presentations[0].response == ("a",)
    assert verify(hall.delivery.log(ATTEMPT)) is None


def test_links_from_before_commands_had_a_hash_still_hold(hall: Hall) -> None:
    state = hall.seat_and_start()
    hall.do(asked.SaveResponse(state.presentations[0].presentation_id, ["a"], 1, LEASE), "one")
    row = hall.delivery.log(ATTEMPT)[-1]
    old = link(ATTEMPT, replace(row.recorded(), command_hash=None), row.previous_hash)
    parts = (
        ATTEMPT, old.sequence, old.kind, old.data, old.occurred_at.isoformat(), old.actor, "one",
        old.previous_hash,
    )  # fmt: skip
    assert old.hash == hashlib.sha256(canonical(parts).encode()).hexdigest() != row.hash


def test_a_stale_snapshot_is_replayed_and_decided_again(hall: Hall) -> None:
    stale = hall.seat_and_start()
    hall.answer(1, right=True)
    hall.live.kept[ATTEMPT] = stale
    state = hall.answer(2, right=True)
    assert state.answered == 2
    assert verify(hall.delivery.log(ATTEMPT)) is None


def test_time_ends_the_test_at_the_deadline_however_late_it_is_noticed(hall: Hall) -> None:
    deadline = hall.seat_and_start().deadline
    hall.answer(1, right=True)
    assert deadline == START + timedelta(minutes=80)
    hall.time = deadline + timedelta(minutes=3)
    assert hall.delivery.expire_due() == 1
    state = hall.delivery.state(ATTEMPT)
    assert (state.status, state.finish_reason, state.finished_at) == ("finished", "time", deadline)
    assert state.result is not None
    assert hall.delivery.expire_due() == 0
    with pytest.raises(errors.TimeIsUp):
        hall.answer(2, right=True)


def seat_in_a_room(hall: Hall, open_minutes: int) -> Sitting:
    """Put the attempt into a started sitting that closes after so many minutes; return the sitting."""
    with hall.unit_of_work(write=True) as work:
        site = work.sites.add_site(Site(0, "osh", {"ky": "№1"}, {"ky": "Ош"}, {}, "Asia/Bishkek"))
        room = work.sites.add_room(Room(0, site.id, "101", SeatMap.plain(20)))
        blueprint = work.bank.add_blueprint("pedagogy", {"areas": []}, "c" * 64)
        work.bank.add_form(StoredForm("f" * 64, blueprint.id, 1, {"items": []}), START)
        administration = work.administrations.add(
            NewAdministration(
                {"ky": "Жазгы"}, "kz-2025", "d" * 64, "kz.subject", "pedagogy", "fixed", blueprint.id, 1,
                "f" * 64, {"open_minutes": open_minutes}, START,
            )
        )  # fmt: skip
        sitting = work.administrations.add_sitting(administration.id, room.id, START)
        work.administrations.set_sitting_status(sitting.id, "open", START)
        seat = NewBooking(sitting.id, hall.person_id, 7, "kz.moderator", "ky")
        booking = work.administrations.add_booking(seat)
        work.commit()
    anchor = AttemptAnchor(ATTEMPT, hall.person_id, booking.id, sitting.id, "exam", "pedagogy", START)
    hall.delivery.prepare(anchor, hall.fixed_plan(), actor="person:proctor")
    for command in (asked.CheckIn("passport", "1234", 7), asked.PermitStart(), asked.TakeLease(LEASE, "7")):
        hall.do(command)
    return sitting


def test_compare_and_set_finish_with_a_sweeper_for_absentees(hall: Hall) -> None:
    """A pause counts until the room closes by its policy; then the paused attempt ends, scored, once."""
    seat_in_a_room(hall, open_minutes=240)
    hall.do(asked.Start())
    hall.answer(1, right=True)
    hall.do(asked.Pause("technical"))
    rooms = RoomClosing(hall.unit_of_work, hall.delivery, lambda: hall.time)
    hall.time = START + timedelta(minutes=239)
    assert (rooms.close_due(), hall.delivery.expire_due()) == (0, 0)
    assert hall.delivery.state(ATTEMPT).status == "paused"
    hall.time = START + timedelta(minutes=241)
    assert (rooms.close_due(), hall.delivery.expire_due()) == (1, 1)
    assert (rooms.close_due(), hall.delivery.expire_due()) == (0, 0)
    state = hall.delivery.replay(ATTEMPT)
    assert (state.status, state.finish_reason, state.answered) == ("finished", "sitting_closed", 1)
    assert state.result is not None
    assert [row.kind for row in hall.delivery.log(ATTEMPT)].count("finished") == 1
    with pytest.raises(errors.WrongAttemptState):
        hall.do(asked.Resume("technical"))


def test_a_candidate_who_left_in_a_room_that_closes_is_ended_by_time_not_by_the_room(hall: Hall) -> None:
    seat_in_a_room(hall, open_minutes=30)
    deadline = hall.do(asked.Start()).deadline
    assert deadline is not None
    rooms = RoomClosing(hall.unit_of_work, hall.delivery, lambda: hall.time)
    hall.time = START + timedelta(minutes=31)
    assert (rooms.close_due(), hall.delivery.expire_due()) == (1, 0)
    hall.time = deadline + timedelta(seconds=31)
    assert hall.delivery.expire_due() == 1
    assert hall.delivery.state(ATTEMPT).finish_reason == "time"


def test_a_pause_and_a_grant_move_the_deadline_by_exactly_that_much(hall: Hall) -> None:
    deadline = hall.seat_and_start().deadline
    assert deadline is not None
    hall.time += timedelta(minutes=10)
    hall.do(asked.Pause("technical"))
    hall.time += timedelta(minutes=7, milliseconds=250)
    with pytest.raises(errors.AttemptPaused):
        hall.answer(2, right=True)
    hall.do(asked.Resume("technical"))
    state = hall.do(asked.GrantTime(300, "technical"))
    assert state.deadline == deadline + timedelta(minutes=12, milliseconds=250)


def test_an_older_window_may_not_write(hall: Hall) -> None:
    hall.seat_and_start()
    hall.do(asked.TakeLease("second window", "seat 9"))
    with pytest.raises(errors.LeaseLost):
        hall.answer(2, right=True)


def test_hash_chained_log_with_client_and_server_times_visibility_and_focus(hall: Hall) -> None:
    hall.seat_and_start()
    hall.time += timedelta(minutes=3)
    slow = "2026-03-02T03:53:00Z"
    state = hall.do(asked.NoteAttention("hidden", slow, -600, LEASE), "away")
    hall.do(asked.NoteAttention("hidden", slow, -600, LEASE), "away")
    hall.do(asked.Pause("technical"))
    state = hall.do(asked.NoteAttention("visible", "2026-03-02T03:54:00Z", -600, LEASE), "back")
    rows = hall.delivery.log(ATTEMPT)
    noted = [row.recorded() for row in rows if row.kind == "attention_noted"]
    assert [(one.event.to_data()["change"], one.occurred_at) for one in noted] == [
        ("hidden", START + timedelta(minutes=3)),
        ("visible", START + timedelta(minutes=3)),
    ]
    first = noted[0].event.to_data()
    assert (first["client_time"], first["client_skew"]) == (slow, -600)
    assert state.absences == 1
    assert verify(rows) is None
    place = rows.index(next(row for row in rows if row.kind == "attention_noted"))
    hidden = replace(rows[place], data=rows[place].data.replace("hidden", "visible"))
    assert verify([*rows[:place], hidden, *rows[place + 1 :]]) == place + 1
    with pytest.raises(errors.LeaseLost):
        hall.do(asked.NoteAttention("blur", slow, 0, "another window"))
    with pytest.raises(errors.InvalidInput):
        hall.do(asked.NoteAttention("winked", slow, 0, LEASE))


def test_training_shows_trainer_items_only_and_goes_forward(hall: Hall) -> None:
    plan = training_plan(hall.library, "pedagogy", None, "ru", seed=3, length=6)
    hall.prepare(plan)
    hall.do(asked.TakeLease(LEASE, "phone"))
    state = hall.do(asked.Start())
    pools = {item.item_key: item.pool for item in hall.library.release(1).items}
    while not state.completed_sections:
        shown = state.presentations[-1]
        assert pools[shown.item_key] == "trainer"
        hall.do(asked.SaveResponse(shown.presentation_id, [shown.option_order[0]], 1, LEASE))
        hall.do(asked.ConfirmItem(shown.presentation_id, LEASE))
        with pytest.raises(errors.ItemLocked):
            hall.do(asked.SaveResponse(shown.presentation_id, [shown.option_order[1]], 2, LEASE))
        state = hall.do(asked.PresentNext(LEASE))
    assert len(state.presentations) == 6
    assert len({shown.item_key for shown in state.presentations}) == 6
    replayed = hall.delivery.replay(ATTEMPT)
    assert replace(replayed, recent_commands=()) == replace(state, recent_commands=())
