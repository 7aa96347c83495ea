"""Places of a sitting: never more than there are, whoever asks at the same moment, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from stored_records import FORM_HASH, new_person, publish_one_item

from testing_center.domain.administrations import NewAdministration, Sitting
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.errors import InvalidInput
from testing_center.domain.people import Person
from testing_center.domain.rosters import NewRosterEntry
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Site
from testing_center.services.bookings import Bookings
from testing_center.services.seating import SeatingPlans
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PLACES, PEOPLE = 3, 8


def clock() -> datetime:
    return NOW


@pytest.fixture
def hall(unit_of_work: SqlUnitOfWorkFactory) -> tuple[list[Sitting], list[Person]]:
    """Two sittings of three places under rules with self-service, and eight admitted candidates."""
    rules = load_rule_set("kz-2025")
    with unit_of_work(write=True) as work:
        blueprint = publish_one_item(work)
        site = work.sites.add_site(Site(0, "ntc", {"ky": "№1"}, {"ky": "Алматы"}, {}, "Asia/Almaty"))
        room = work.sites.add_room(Room(0, site.id, "1", SeatMap(("SS", "AX"))))
        plan = NewAdministration(
            {"ky": "Жазгы"}, rules.id, rules.content_hash, "kz.subject", "math", "fixed", blueprint, 1,
            FORM_HASH, {}, NOW,
        )  # fmt: skip
        administration = work.administrations.add(plan)
        sittings = [
            work.administrations.add_sitting(administration.id, room.id, NOW + timedelta(days=day))
            for day in (10, 11)
        ]
        people = [work.people.add(new_person(f"candidate{number}")) for number in range(PEOPLE)]
        for person in people:
            work.rosters.add(NewRosterEntry(administration.id, person.id, "kz.moderator", "kk"))
        work.commit()
    return sittings, people


def taken(unit_of_work: SqlUnitOfWorkFactory, sitting: Sitting) -> dict[int, int]:
    """Return who sits where."""
    with unit_of_work() as work:
        return {one.person_id: one.seat for one in work.administrations.bookings(sitting.id)}


def test_no_more_candidates_than_places_however_many_ask_at_once(
    unit_of_work: SqlUnitOfWorkFactory, hall: tuple[list[Sitting], list[Person]]
) -> None:
    (sitting, _), people = hall
    bookings, refused, together = Bookings(unit_of_work, clock), [], threading.Barrier(PEOPLE)

    def ask(person: Person) -> None:
        together.wait()
        try:
            bookings.choose(person, sitting.uid)
        except InvalidInput as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=ask, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seats = taken(unit_of_work, sitting)
    assert sorted(seats.values()) == [1, 2, 3]
    assert len(refused) == PEOPLE - PLACES


def test_who_waits_gets_the_place_that_becomes_free(
    unit_of_work: SqlUnitOfWorkFactory, hall: tuple[list[Sitting], list[Person]]
) -> None:
    (first, second), people = hall
    bookings = Bookings(unit_of_work, clock)
    for person in people[:PLACES]:
        bookings.choose(person, first.uid)
    for person in people[PLACES:5]:
        bookings.wait(person, first.uid)
    with pytest.raises(InvalidInput, match="free places"):
        bookings.wait(people[5], second.uid)
    bookings.choose(people[0], second.uid)
    assert set(taken(unit_of_work, first)) == {people[1].id, people[2].id, people[3].id}
    (offer,) = bookings.offers(people[4])
    assert [choice.place_in_line for choice in offer.choices] == [1, None]


def test_changes_are_counted_and_end_when_booking_closes(
    unit_of_work: SqlUnitOfWorkFactory, hall: tuple[list[Sitting], list[Person]]
) -> None:
    (first, second), (person, *_) = hall
    bookings = Bookings(unit_of_work, clock)
    for sitting in (first, second, first):  # booked, then changed twice, as often as the rules allow
        bookings.choose(person, sitting.uid)
    with pytest.raises(InvalidInput, match="as often"):
        bookings.choose(person, second.uid)
    late = Bookings(unit_of_work, lambda: first.starts_at - timedelta(hours=47))
    with pytest.raises(InvalidInput, match="48 hours"):
        late.choose(person, second.uid)


def test_bulk_assignment_fills_sittings_and_seating_swaps_with_a_reason(
    unit_of_work: SqlUnitOfWorkFactory, hall: tuple[list[Sitting], list[Person]]
) -> None:
    (first, second), people = hall
    assert Bookings(unit_of_work, clock).assign(first.administration.uid, people[0]) == (6, 2)
    plans = SeatingPlans(unit_of_work, clock)
    before = taken(unit_of_work, first)
    with pytest.raises(InvalidInput, match="why"):
        plans.swap(first.uid, 1, 2, " ", people[0])
    plans.swap(first.uid, 1, 2, "glasses", people[0])
    after = taken(unit_of_work, first)
    assert after == {key: {1: 2, 2: 1}.get(seat, seat) for key, seat in before.items()}
    plans.arrange(second.uid, 7, people[0])
    seated = taken(unit_of_work, second)
    plans.arrange(second.uid, 7, people[0])
    assert taken(unit_of_work, second) == seated
    assert sorted(seated.values()) == [1, 2, 3]
