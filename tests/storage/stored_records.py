"""Records that the storage tests put into a database."""

from dataclasses import dataclass
from datetime import UTC, datetime

from testing_center.domain.administrations import Booking, NewAdministration, NewBooking, Sitting
from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.hash_chain import GENESIS, LogRow, link
from testing_center.domain.attempts.records import AttemptAnchor
from testing_center.domain.attempts.state import Recorded
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, StoredForm
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site
from testing_center.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory

NOON = datetime(2026, 5, 20, 6, 0, 0, 123456, tzinfo=UTC)
FORM_HASH = "f" * 64


@dataclass(frozen=True)
class Centre:
    """What ``open_centre`` has put in place."""

    candidate: Person
    sitting: Sitting
    booking: Booking


def new_person(sign_in_name: str, *roles: Role, site_id: int | None = None) -> NewPerson:
    """A person with nothing special about her."""
    return NewPerson(
        sign_in_name, "hash", "Асанова", "Айгүл", "", "ky", roles or (Role.CANDIDATE,), NOON, site_id=site_id
    )


def publish_one_item(work: SqlUnitOfWork) -> int:
    """Publish release 1 with one calibrated item; returns the blueprint's id."""
    work.bank.add_item("item-1", "exam", "mathematics", NOON)
    version = work.bank.add_version("item-1", {"stem": {"ky": "2 + 2?"}}, "a" * 64, None, NOON)
    entry = NewReleaseEntry(
        version.id, "exam", 1.2, -0.5, 0.2, 1.0, parameters_source="pilot", simulated=True
    )
    work.bank.publish(ReleaseSummary(1, NOON, "", "first", "b" * 64, 1, 1), None, [entry], [])
    blueprint = work.bank.add_blueprint("mathematics", {"areas": []}, "c" * 64)
    work.bank.add_form(StoredForm(FORM_HASH, blueprint.id, 1, {"items": ["item-1"]}), NOON)
    return blueprint.id


def open_centre(unit_of_work: SqlUnitOfWorkFactory) -> Centre:
    """Put a release, a sitting and a booked candidate into an empty database."""
    with unit_of_work(write=True) as work:
        blueprint_id = publish_one_item(work)
        site = work.sites.add_site(Site(0, "bishkek", {"ky": "№1"}, {"ky": "Бишкек"}, {}, "Asia/Bishkek"))
        room = work.sites.add_room(Room(0, site.id, "101", SeatMap.plain(20)))
        administration = work.administrations.add(
            NewAdministration(
                {"ky": "Жазгы"}, "kg-2023", "d" * 64, "teacher", "mathematics", "fixed", blueprint_id, 1,
                FORM_HASH, {}, NOON,
            )
        )  # fmt: skip
        sitting = work.administrations.add_sitting(administration.id, room.id, NOON)
        candidate = work.people.add(new_person("candidate"))
        booking = work.administrations.add_booking(NewBooking(sitting.id, candidate.id, 1, "first", "ky"))
        work.commit()
    return Centre(candidate, sitting, booking)


def anchor(centre: Centre, attempt_id: str = "attempt-1", booked: bool = True) -> AttemptAnchor:
    """The anchor of the candidate's attempt."""
    booking = centre.booking if booked else None
    return AttemptAnchor(
        attempt_id,
        centre.candidate.id,
        booking.id if booking else None,
        booking.sitting_id if booking else None,
        "exam" if booked else "training",
        "mathematics",
        NOON,
    )


def linked(*events: happened.Event, first: int = 1, previous: str = GENESIS, command_id: str | None = None,
           attempt_id: str = "attempt-1") -> list[LogRow]:  # fmt: skip
    """Rows of a log; the command id goes to the first."""
    rows: list[LogRow] = []
    for number, event in enumerate(events):
        command = (command_id, "c" * 64) if command_id and number == 0 else (None, None)
        recorded = Recorded(first + number, event, NOON, "person:1", *command)
        rows.append(link(attempt_id, recorded, rows[-1].hash if rows else previous))
    return rows
