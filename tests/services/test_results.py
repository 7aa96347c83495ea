"""From a finished attempt to the result page, the protocol and the public check."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

from testing_center.documents.protocol_page import ProtocolData
from testing_center.domain.attempts.events import IncidentNoted
from testing_center.domain.attempts.plan import DeliveryPlan, SectionPlan
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.documents import Document
from testing_center.domain.errors import NotFound, WrongAttemptState
from testing_center.domain.people import Person
from testing_center.domain.scoring import SectionScore, fixed_form_result
from testing_center.services.results import CODE_ALPHABET, Results, verification_code

START = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
END = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
ISSUED = datetime(2026, 12, 31, 18, 31, tzinfo=UTC)
RULES = load_rule_set("kz-2025")


class Desk:
    """Just enough of a unit of work: documents, one booking, one incident in the log."""

    def __init__(self) -> None:
        self.issued: list[Document] = []
        self.documents = self.attempts = self.administrations = self

    def __call__(self, *, write: bool = False) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def commit(self) -> None: ...

    def add(self, document: Document) -> None:
        self.issued.append(document)

    def next_number(self, year: int) -> int:
        return 1 + sum(document.number.startswith(f"{year}-") for document in self.issued)

    def of_attempt(self, attempt_id: str) -> Document | None:
        return next((one for one in reversed(self.issued) if one.attempt_id == attempt_id), None)

    def find(self, asked: str) -> Document | None:
        return next((one for one in self.issued if asked in (one.number, one.verification_code)), None)

    def successor(self, number: str) -> Document | None:
        return next((one for one in self.issued if one.replaces == number), None)

    def rows(self, attempt_id: str) -> list[Any]:
        noted = SimpleNamespace(event=IncidentNoted("technical", "Power cut"), occurred_at=START)
        return [SimpleNamespace(recorded=lambda: noted)]

    def last_hash(self, attempt_id: str) -> str:
        return "f" * 64

    def bookings_of(self, person_id: int) -> list[Any]:
        site = SimpleNamespace(names={"en": "Site", "kk": "Орталық"}, timezone="Asia/Almaty")
        administration = SimpleNamespace(rule_set_id=RULES.id, subject="math")
        sitting = SimpleNamespace(site=site, room=SimpleNamespace(name="204"), administration=administration)
        return [(SimpleNamespace(attempt_id="a", seat=7), sitting)]


PERSON = cast(
    Person,
    SimpleNamespace(
        id=1,
        full_name="Асанова Айгүл",
        family_name="Асанова",
        given_name="Айгүл",
        patronymic="",
        organisation={"en": "School 1"},
        post="teacher",
    ),
)


def finished(raw: int = 37) -> AttemptState:
    outcome = fixed_form_result([SectionScore("subject", raw, 50)], RULES, "kz.subject", "kz.moderator")
    plan = DeliveryPlan("exam", "fixed", (SectionPlan("subject", "math"),), 4800, "kk", 1, 1)
    return AttemptState(
        "a",
        1,
        plan,
        "finished",
        9,
        seat=7,
        started_at=START,
        finished_at=END,
        finish_reason="candidate",
        result={"outcome": outcome.to_data(), "simulated": True, "answered": 49, "presented": 50},
    )


def results(
    state: AttemptState, desk: Desk | None = None, printed: list[ProtocolData] | None = None
) -> Results:
    def render(data: ProtocolData, language: str, gettext: Any) -> bytes:
        (printed if printed is not None else []).append(data)
        return b"%PDF"

    return Results(
        cast(Any, desk or Desk()),
        cast(Any, SimpleNamespace(state=lambda _: state)),
        cast(Any, None),
        lambda: ISSUED,
        "https://synak.example/",
        render,
    )


def test_page_states_the_judged_result_and_issues_one_document() -> None:
    desk = Desk()
    service = results(finished(), desk)
    page = service.result("a", PERSON)
    assert (page.percent_hundredths, page.threshold_percent, page.passed) == (7400, 60, True)
    assert [(line.points, line.maximum) for line in page.sections] == [(37, 50)]
    assert service.result("a", PERSON) == page
    assert len(desk.issued) == 1


def test_a_replaced_document_gets_a_successor_that_names_it() -> None:
    desk = Desk()
    first = results(finished(29), desk).result("a", PERSON)
    desk.issued[0] = replace(desk.issued[0], status="replaced")
    second = results(finished(30), desk).result("a", PERSON)
    assert (first.passed, second.passed, second.status) == (False, True, "valid")
    assert desk.issued[1].replaces == first.number
    public = results(finished(30), desk).verify(first.number)
    assert public is not None
    assert (public.status, public.replaced_by) == ("replaced", second.number)


def test_number_takes_the_year_of_the_sites_calendar() -> None:
    assert results(finished()).result("a", PERSON).number == "2026-000001"
    late = replace(results(finished()), clock=lambda: datetime(2026, 12, 31, 19, 1, tzinfo=UTC))
    assert late.result("a", PERSON).number == "2027-000001"


def test_one_point_below_the_threshold_fails() -> None:
    assert results(finished(30)).result("a", PERSON).passed
    assert not results(finished(29)).result("a", PERSON).passed


def test_strangers_and_unfinished_attempts_get_nothing() -> None:
    with pytest.raises(NotFound):
        results(finished()).result("a", cast(Person, SimpleNamespace(id=2)))
    with pytest.raises(WrongAttemptState):
        results(replace(finished(), status="in_progress")).result("a", PERSON)


def test_protocol_is_printed_from_what_the_document_keeps() -> None:
    printed: list[ProtocolData] = []
    service = results(finished(), printed=printed)
    number, pdf = service.protocol("a", PERSON, "kk", str.upper)
    data = printed[0]
    assert (number, pdf, data.number) == ("2026-000001", b"%PDF", "2026-000001")
    assert data.verification.url == f"https://synak.example/verify/{data.verification.code}"
    assert (data.sitting.site, data.sitting.seat, data.items_answered) == ("Орталық", "7", 49)
    assert [one.text for one in data.incidents] == ["TECHNICAL: Power cut"]
    assert data.log_fingerprint == "f" * 64
    assert data.simulated_parameters


def test_public_sees_the_name_only_with_the_code_from_the_paper() -> None:
    service = results(finished())
    page = service.result("a", PERSON)
    by_code = service.verify(f" {page.verification_code.lower()} ")
    by_number = service.verify(page.number)
    assert by_code is not None
    assert by_number is not None
    assert (by_code.name, by_number.name) == ("Асанова Айгүл", "А. А.")
    assert by_code.passed
    assert service.verify("2026-000002") is None
    assert service.verify("  ") is None


def test_verification_codes_are_random_and_easy_to_read() -> None:
    codes = {verification_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(set(code) <= {*CODE_ALPHABET, "-"} and len(code) == 14 for code in codes)
