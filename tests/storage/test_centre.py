"""People, sites, administrations, bookings, documents and the audit log."""

from datetime import timedelta

import pytest
from stored_records import NOON, Centre, anchor, new_person

from testing_center.domain.administrations import NewBooking
from testing_center.domain.audit import AuditEntry
from testing_center.domain.documents import Document
from testing_center.domain.errors import InvalidInput
from testing_center.domain.permissions import Role
from testing_center.storage.administrations import TICKET_ALPHABET
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory


def test_a_person_is_found_by_name_in_any_case(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work() as work:
        assert work.people.by_sign_in_name("  CANDIDATE ") == (centre.candidate, "hash")
        assert work.people.by_sign_in_name("nobody") is None
        assert work.people.get(centre.candidate.id) == centre.candidate
        assert work.people.get(9999) is None
        assert work.people.many([centre.candidate.id, 9999]) == {centre.candidate.id: centre.candidate}
        assert work.people.many([]) == {}


def test_a_proctor_keeps_roles_site_and_language(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    site = centre.sitting.site.id
    with unit_of_work(write=True) as work:
        proctor = work.people.add(new_person("proctor", Role.PROCTOR, Role.ADMINISTRATOR, site_id=site))
        work.people.set_language(proctor.id, "kk")
        work.commit()
    with unit_of_work() as work:
        stored = work.people.get(proctor.id)
        assert stored is not None
        assert stored.roles == {Role.PROCTOR, Role.ADMINISTRATOR}
        assert stored.sites == {site}
        assert stored.language == "kk"


def test_an_organisation_is_added_once(unit_of_work: SqlUnitOfWorkFactory) -> None:
    with unit_of_work(write=True) as work:
        first = work.people.organisation("school-1", "school", {"ky": "№1 мектеп"})
        assert work.people.organisation("school-1", "school", {"ky": "№1 мектеп"}) == first
        assert work.people.organisation("school-2", "school", {}) != first


def test_sites_and_rooms_are_listed(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work() as work:
        assert work.sites.all() == [centre.sitting.site]
        assert work.sites.rooms(centre.sitting.site.id) == [centre.sitting.room]


def test_a_sitting_comes_back_whole(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work() as work:
        assert work.administrations.sitting(centre.sitting.uid) == centre.sitting
        assert work.administrations.sitting_by_id(centre.sitting.id) == centre.sitting
        assert work.administrations.sitting("unknown") is None
        assert work.administrations.all() == [centre.sitting.administration]
        assert work.administrations.by_uid(centre.sitting.administration.uid) == centre.sitting.administration
        assert centre.sitting.starts_at == NOON


def test_a_sitting_opens_and_closes(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    opened = NOON + timedelta(minutes=3)
    with unit_of_work(write=True) as work:
        work.administrations.set_sitting_status(centre.sitting.id, "open", opened)
        work.administrations.set_sitting_status(centre.sitting.id, "closed", None)
        work.commit()
    with unit_of_work() as work:
        sitting = work.administrations.sitting(centre.sitting.uid)
        assert sitting is not None
        assert (sitting.status, sitting.opened_at) == ("closed", opened)


def test_neither_a_seat_nor_a_person_is_booked_twice(
    unit_of_work: SqlUnitOfWorkFactory, centre: Centre
) -> None:
    with unit_of_work(write=True) as work:
        other = work.people.add(new_person("other"))
        for person_id, seat in ((other.id, centre.booking.seat), (centre.candidate.id, 2)):
            with pytest.raises(InvalidInput, match="already booked"):
                work.administrations.add_booking(
                    NewBooking(centre.sitting.id, person_id, seat, "first", "ky")
                )
        second = work.administrations.add_booking(NewBooking(centre.sitting.id, other.id, 2, "first", "ru"))
        work.commit()
    with unit_of_work() as work:
        assert work.administrations.bookings(centre.sitting.id) == [centre.booking, second]
        assert work.administrations.bookings_of(other.id) == [(second, centre.sitting)]
    assert second.ticket_code != centre.booking.ticket_code
    assert set(second.ticket_code) <= set(TICKET_ALPHABET)


def test_the_latest_sitting_comes_first(unit_of_work: SqlUnitOfWorkFactory, centre: Centre) -> None:
    with unit_of_work(write=True) as work:
        later = work.administrations.add_sitting(
            centre.sitting.administration.id, centre.sitting.room.id, NOON + timedelta(days=1)
        )
        booking = work.administrations.add_booking(
            NewBooking(later.id, centre.candidate.id, 7, "first", "ky")
        )
        work.commit()
    with unit_of_work() as work:
        assert work.administrations.sittings() == [centre.sitting, later]
        assert work.administrations.bookings_of(centre.candidate.id) == [
            (booking, later),
            (centre.booking, centre.sitting),
        ]


def test_a_document_is_found_by_number_and_by_code(
    unit_of_work: SqlUnitOfWorkFactory, centre: Centre
) -> None:
    document = Document("2026-000009", "K7Q2", "protocol", "attempt-1", "valid", {"name": "Айгүл"}, NOON)
    with unit_of_work(write=True) as work:
        work.attempts.begin(anchor(centre))
        assert work.documents.next_number(2026) == 1
        work.documents.add(document)
        assert work.documents.next_number(2026) == 10
        assert work.documents.next_number(2027) == 1
        work.commit()
    with unit_of_work() as work:
        assert work.documents.find("2026-000009") == document
        assert work.documents.find("K7Q2") == document
        assert work.documents.find("2026-00000") is None
        assert work.documents.of_attempt("attempt-1") == document
        assert work.documents.of_attempt("attempt-2") is None


def test_the_audit_log_is_read_newest_first(unit_of_work: SqlUnitOfWorkFactory) -> None:
    first = AuditEntry(NOON, "person:1", "sign-in", "person:1")
    second = AuditEntry(NOON, "person:1", "pause", "attempt:1", "power cut", {"seat": 5})
    with unit_of_work(write=True) as work:
        work.audit.add(first)
        work.audit.add(second)
        work.commit()
    with unit_of_work() as work:
        assert work.audit.recent() == [second, first]
        assert work.audit.recent(limit=1) == [second]
        assert work.audit.about("person:1") == [first]
