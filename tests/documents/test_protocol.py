import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from testing_center.documents.protocol import (
    CandidateDetails,
    ProtocolData,
    ProtocolIncident,
    SittingDetails,
    Verification,
    render_protocol,
)
from testing_center.documents.protocol_page import MOST_INCIDENTS, ProtocolPage, printable
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.scoring import (
    AttemptResult,
    ReferenceForm,
    SectionEstimate,
    SectionScore,
    adaptive_result,
    fixed_form_result,
)

KG = load_rule_set("kg-2023")
KZ = load_rule_set("kz-2025")
KYRGYZ = "Өмүрбекова Жаңыл Үсөновна"
KAZAKH = "Әбдіғалиқызы Ұлпан Һәкімқызы"
URL = "https://exam.example.org/verify/7Q4M-XK2P-9RTD"


def fixed(subject: int = 23, methods: int = 14) -> AttemptResult:
    sections = [SectionScore("subject", subject, 30), SectionScore("methods_pedagogy", methods, 20)]
    return fixed_form_result(sections, KG, "kg.teacher", "kg.first")


def adaptive() -> AttemptResult:
    section = SectionEstimate("subject", -0.834, 0.27, 38.2, 50, 24)
    return adaptive_result([section], ReferenceForm("MATH-2026-A", 50), KZ, "kz.subject", "kz.master")


PROTOCOL = ProtocolData(
    number="26-000123",
    rule_set=KG,
    result=fixed(),
    candidate=CandidateDetails(KYRGYZ, "№ 20 «Келечек» мектеби", "мугалим", "Математика"),
    sitting=SittingDetails(
        site="Ош мамлекеттик университети",
        room="204",
        seat="17",
        timezone="Asia/Bishkek",
        started_at=datetime(2026, 5, 16, 3, 0, tzinfo=UTC),
        finished_at=datetime(2026, 5, 16, 4, 27, tzinfo=UTC),
        administrator=KAZAKH,
    ),
    items_answered=49,
    log_fingerprint="3fa1b2c4" * 8,
    verification=Verification(URL, "7Q4M-XK2P-9RTD"),
    issued_at=datetime(2026, 5, 16, 19, 30, tzinfo=UTC),
    valid_to=date(2029, 5, 16),
)
ADAPTIVE = replace(PROTOCOL, rule_set=KZ, result=adaptive(), items_answered=24, simulated_parameters=True)


def read(pdf: bytes) -> tuple[int, str]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    words = " ".join(page.extract_text() for page in pages).replace("\u200b", "").split()
    return len(pages), " ".join(words)


def text_of(data: ProtocolData, language: str = "en") -> str:
    pages, text = read(render_protocol(data, language))
    assert pages == 1
    return text


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
@pytest.mark.parametrize("data", [PROTOCOL, ADAPTIVE], ids=["fixed", "adaptive"])
def test_one_page_with_names_in_their_own_letters(data: ProtocolData, language: str) -> None:
    text = text_of(data, language)
    for expected in (KYRGYZ, KAZAKH, "26-000123", "7Q4M-XK2P-9RTD", URL):
        assert expected in text
    assert data.rule_set.agency.name.in_language(language) in text
    for act in data.rule_set.legal_basis:
        assert act.citation.in_language(language) in text


def test_every_letter_of_the_four_languages_is_embedded() -> None:
    letters = "ңөүәғқұһіёщъыэю ҢӨҮӘҒҚҰҺІЁЩЪЫЭЮ"
    data = replace(PROTOCOL, candidate=replace(PROTOCOL.candidate, name=letters))
    assert letters in text_of(data)


def test_fixed_form_states_points_floors_threshold_and_decision() -> None:
    text = text_of(PROTOCOL)
    assert "Subject knowledge 30 23 of 30 76.66% 50%, met" in text
    assert "Teaching methods and pedagogy 20 14 of 20 70% 50%, met" in text
    assert "Total 50 37 of 50 74%" in text
    assert "Passing threshold 70%" in text
    assert "Decision Passed" in text
    assert "Result valid until May 16, 2029" in text
    assert "Ability" not in text


def test_a_missed_floor_is_visible() -> None:
    text = text_of(replace(PROTOCOL, result=fixed(30, 9)))
    assert "45% 50%, not met" in text
    assert "Section floors not met" in text
    assert "Not passed" in text


def test_adaptive_states_ability_precision_and_reference_form() -> None:
    text = text_of(ADAPTIVE)
    assert "Subject knowledge 24 -0.83 0.27 76.4%" in text
    assert "Expected percent on reference form MATH-2026-A (number of items: 50)" in text
    assert "Category by this result, not above Pedagogue-expert" in text
    assert "Section floor" not in text


def test_simulated_parameters_are_announced_only_when_simulated() -> None:
    sentence = "Item parameters come from a simulated pilot: demonstration only"
    assert sentence in text_of(ADAPTIVE)
    assert sentence not in text_of(PROTOCOL)


def test_times_are_those_of_the_site() -> None:
    text = text_of(PROTOCOL)
    assert "May 16, 2026, 09:00–10:27 (UTC+06:00)" in text
    assert "Issued on May 17, 2026" in text
    almaty = replace(PROTOCOL, sitting=replace(PROTOCOL.sitting, timezone="Asia/Almaty"))
    assert "08:00–09:27 (UTC+05:00)" in text_of(almaty)


def test_an_attempt_across_midnight_names_both_days() -> None:
    late = replace(PROTOCOL.sitting, finished_at=datetime(2026, 5, 16, 18, 10, tzinfo=UTC))
    assert "May 16, 2026, 09:00–May 17, 2026, 00:10" in text_of(replace(PROTOCOL, sitting=late))


def test_the_fingerprint_is_printed_whole() -> None:
    assert PROTOCOL.log_fingerprint in text_of(PROTOCOL).replace(" ", "")


def test_numbers_and_dates_follow_the_language() -> None:
    text = text_of(PROTOCOL, "ru")
    assert "76,66" in text
    assert "16 мая 2029" in text


def test_labels_come_from_the_catalogue() -> None:
    catalogue = {"Results protocol": "Жыйынтыктардын протоколу"}
    pdf = render_protocol(PROTOCOL, "ky", lambda message: catalogue.get(message, message))
    assert "Жыйынтыктардын протоколу" in read(pdf)[1]


def test_incidents_are_listed_and_a_flood_is_summed_up() -> None:
    one = ProtocolIncident(datetime(2026, 5, 16, 3, 20, tzinfo=UTC), "Power failure")
    assert "09:20 Power failure" in text_of(replace(PROTOCOL, incidents=(one,)))
    assert "None noted" in text_of(PROTOCOL)
    flood = text_of(replace(PROTOCOL, incidents=(replace(one, text="Noise outside " * 60),) * 40))
    assert f"Further incidents in the attempt's log: {40 - MOST_INCIDENTS}" in flood


HOSTILE = [
    '#read("/etc/passwd")',
    "#{panic()} ] } ) $x$ *b* _i_ `c` <label> @ref // /* \\",
    "<script>alert(1)</script>",
    "%(name)s %s %d",
    '"); #set page(width: 1cm)',
    "https://evil.example/ =Heading - list + enum",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(name: str) -> None:
    candidate = CandidateDetails(name, name, name, name)
    data = replace(PROTOCOL, candidate=candidate, incidents=(ProtocolIncident(PROTOCOL.issued_at, name),))
    text = text_of(replace(data, sitting=replace(PROTOCOL.sitting, administrator=name, room=name)))
    assert text.replace(" ", "").count(name.replace(" ", "")) >= 5


@pytest.mark.parametrize(
    "name", ["Ө" * 400, "Абдыкадырова " * 40, "W" * 200], ids=["unbroken", "wordy", "wide"]
)
def test_long_names_stay_on_the_page(name: str) -> None:
    text = text_of(replace(PROTOCOL, candidate=replace(PROTOCOL.candidate, name=name)))
    assert name.replace(" ", "") in text.replace(" ", "")


@pytest.mark.parametrize("name", ["Anna 🙂", "山田花子", "علي", "\x00\x1b[31m\u202eevil\n\n#", "\ud800", ""])
def test_letters_outside_the_font_still_give_a_paper(name: str) -> None:
    assert "26-000123" in text_of(replace(PROTOCOL, candidate=replace(PROTOCOL.candidate, name=name)))


def test_the_document_is_archival_tagged_and_reproducible() -> None:
    pdf = render_protocol(PROTOCOL, "ky")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert render_protocol(PROTOCOL, "ky") == pdf
    catalogue: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert catalogue["/Lang"] == "ky"


def test_the_address_is_a_link() -> None:
    page: Any = PdfReader(io.BytesIO(render_protocol(PROTOCOL, "en"))).pages[0]
    links = [annotation.get_object()["/A"]["/URI"] for annotation in page["/Annots"]]
    assert set(links) == {URL}


@settings(max_examples=60)
@given(st.text())
def test_printable_text_is_one_clean_line(text: str) -> None:
    shown = printable(text)
    assert shown
    assert all(letter.isprintable() or letter == "\u200b" for letter in shown)
    assert max(map(len, shown.replace("\u200b", " ").split())) <= 28


def test_every_text_of_the_page_is_resolved() -> None:
    asked: list[str] = []

    def mark(message: str) -> str:
        asked.append(message)
        return message

    ProtocolPage(ADAPTIVE, "en", mark).content()
    ProtocolPage(PROTOCOL, "en", mark).content()
    assert {"Decision", "Ability", "Points", "Section floor", "signature", "Verification code"} <= set(asked)
