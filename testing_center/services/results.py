"""Results of finished exam attempts: the result page, the protocol, and what the public may check."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from testing_center.documents.protocol_page import (
    CandidateDetails,
    Gettext,
    ProtocolData,
    ProtocolIncident,
    SittingDetails,
    Verification,
)
from testing_center.domain.administrations import Booking, Sitting
from testing_center.domain.attempts.events import IncidentNoted
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.attestation.deadlines import DeadlineEngine
from testing_center.domain.attestation.rule_sets import NotInRuleSet, RuleSet, load_rule_set
from testing_center.domain.documents import REPLACED, Document
from testing_center.domain.errors import NotFound, WrongAttemptState
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.scoring import AttemptResult, SectionEstimate, SectionOutcome
from testing_center.services.clock import Clock
from testing_center.services.release_library import ReleaseLibrary

LANGUAGES = ("ky", "ru", "kk", "en")
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4
KIND = "protocol"
"""A document that a rescoring took out of force; another one is issued in its place."""

RenderProtocol = Callable[[ProtocolData, str, Gettext], bytes]
Names = Mapping[str, str]


class AttemptStates(Protocol):
    """The part of delivery that results read."""

    def state(self, attempt_id: str) -> AttemptState:
        """Return the folded attempt; raises ``NotFound``."""


@dataclass(frozen=True)
class SectionLine:
    """One section as the result page shows it.

    ``points`` and ``percent_hundredths`` are reached or, in an adaptive test, expected on the reference
    form; both are rounded down. ``floor_percent`` is None where the law has no section floor.
    """

    names: Names
    items: int
    points: int
    maximum: int
    percent_hundredths: int
    floor_percent: int | None
    floor_met: bool


@dataclass(frozen=True)
class ResultPage:
    """Everything the result page states; times are aware UTC, ``timezone`` an IANA name."""

    attempt_id: str
    number: str
    verification_code: str
    verification_url: str
    status: str
    candidate_name: str
    subject_names: Names
    category_names: Names
    adaptive: bool
    sections: tuple[SectionLine, ...]
    percent_hundredths: int
    threshold_percent: int
    threshold_met: bool
    floors_met: bool
    passed: bool
    items: int
    answered: int
    simulated: bool
    finish_reason: str
    finished_at: datetime
    issued_at: datetime
    timezone: str

    @property
    def has_floors(self) -> bool:
        """Whether the law sets a minimum for any section."""
        return any(line.floor_percent is not None for line in self.sections)


@dataclass(frozen=True)
class PublicDocument:
    """What anyone may see of a document.

    The full name is shown to a reader who has the verification code from the paper; numbers follow
    one another and can be guessed, so a number alone shows initials.
    """

    number: str
    kind: str
    status: str
    name: str
    subject_names: Names
    passed: bool
    tested_at: datetime
    issued_at: datetime
    timezone: str
    replaced_by: str = ""
    """Number of the document that stands in its place."""


@dataclass(frozen=True)
class Results:
    """Reads finished attempts and issues one numbered protocol for each."""

    unit_of_work: UnitOfWorkFactory
    delivery: AttemptStates
    library: ReleaseLibrary
    clock: Clock
    public_url: str
    render_protocol: RenderProtocol

    def result(self, attempt_id: str, person: Person) -> ResultPage:
        """Return the result of the person's own attempt, issuing its document the first time.

        Raises ``NotFound`` when it is not theirs, ``WrongAttemptState`` when it is not finished.
        """
        state = self._finished(attempt_id, person)
        document = self._document(state, person)
        return _result_page(state, document, self._verification(document).url)

    def protocol(self, attempt_id: str, person: Person, language: str, gettext: Gettext) -> tuple[str, bytes]:
        """Return the number and the PDF of the protocol; raises as ``result`` does."""
        document = self._document(self._finished(attempt_id, person), person)
        data = _protocol_data(document, language, gettext, self._verification(document))
        return document.number, self.render_protocol(data, language, gettext)

    def verify(self, number_or_code: str) -> PublicDocument | None:
        """Return the public view of a document, or None when there is none like that."""
        asked = number_or_code.strip().upper()
        if not asked:
            return None
        with self.unit_of_work() as work:
            document = work.documents.find(asked)
            successor = work.documents.successor(document.number) if document else None
        if document is None:
            return None
        public = _public(document, by_code=document.verification_code == asked)
        return replace(public, replaced_by=successor.number if successor else "")

    def _finished(self, attempt_id: str, person: Person) -> AttemptState:
        state = self.delivery.state(attempt_id)
        if state.candidate_id != person.id or state.plan.kind != "exam":
            raise NotFound
        if state.status != "finished" or not state.result:
            raise WrongAttemptState
        return state

    def _document(self, state: AttemptState, person: Person) -> Document:
        with self.unit_of_work() as work:
            found = work.documents.of_attempt(state.attempt_id)
        return found if found and found.status != REPLACED else self._issue(state, person)

    def _issue(self, state: AttemptState, person: Person) -> Document:
        with self.unit_of_work(write=True) as work:
            found = work.documents.of_attempt(state.attempt_id)
            if found and found.status != REPLACED:
                return found
            booking, sitting = _seat(work, person.id, state.attempt_id)
            now = self.clock()
            year = now.astimezone(ZoneInfo(sitting.site.timezone)).year
            document = Document(
                number=f"{year}-{work.documents.next_number(year):06d}",
                verification_code=verification_code(),
                kind=KIND,
                attempt_id=state.attempt_id,
                status="valid",
                data=_printed(state, person, booking, sitting) | _log_part(work, state.attempt_id),
                issued_at=now,
                replaces=found.number if found else None,
            )
            work.documents.add(document)
            work.commit()
        return document

    def _verification(self, document: Document) -> Verification:
        code = document.verification_code
        return Verification(f"{self.public_url.rstrip('/')}/verify/{code}", code)


def verification_code() -> str:
    """Return a random code of 60 bits without letters and digits that look alike (0, 1, I, O)."""
    letters = (secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUPS * CODE_GROUP_LENGTH))
    code = "".join(letters)
    return "-".join(code[start : start + CODE_GROUP_LENGTH] for start in range(0, len(code), 4))


def _seat(work: UnitOfWork, person_id: int, attempt_id: str) -> tuple[Booking, Sitting]:
    for booking, sitting in work.administrations.bookings_of(person_id):
        if booking.attempt_id == attempt_id:
            return booking, sitting
    raise NotFound


def _printed(state: AttemptState, person: Person, booking: Booking, sitting: Sitting) -> dict[str, Any]:
    """What the paper states, kept with the document: later changes of names do not alter it."""
    result = state.result or {}
    rule_set = load_rule_set(sitting.administration.rule_set_id)
    return {
        "outcome": dict(result["outcome"]),
        "simulated": bool(result["simulated"]),
        "answered": int(result["answered"]),
        "name": person.full_name,
        "initials": _initials(person),
        "organisation": dict(person.organisation),
        "post": person.post,
        "subject": _subject_names(rule_set, sitting.administration.subject),
        "site": dict(sitting.site.names),
        "room": sitting.room.name,
        "seat": str(state.seat or booking.seat),
        "timezone": sitting.site.timezone,
        "started_at": _moment(state.started_at),
        "finished_at": _moment(state.finished_at),
    }


def _log_part(work: UnitOfWork, attempt_id: str) -> dict[str, Any]:
    recorded = [row.recorded() for row in work.attempts.rows(attempt_id)]
    incidents = [
        {"at": one.occurred_at.isoformat(), "reason": one.event.reason, "comment": one.event.comment}
        for one in recorded
        if isinstance(one.event, IncidentNoted)
    ]
    return {"incidents": incidents, "log_fingerprint": work.attempts.last_hash(attempt_id)}


def _moment(value: datetime | None) -> str:
    if value is None:
        raise WrongAttemptState
    return value.isoformat()


def _initials(person: Person) -> str:
    parts = (person.family_name, person.given_name, person.patronymic)
    return " ".join(f"{part[0].upper()}." for part in parts if part)


def _subject_names(rule_set: RuleSet, code: str) -> dict[str, str]:
    try:
        name = rule_set.subject(code).name
    except NotInRuleSet:
        return dict.fromkeys(LANGUAGES, code)
    return {language: name.in_language(language) for language in LANGUAGES}


def _in_language(names: Names, language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def _result_page(state: AttemptState, document: Document, url: str) -> ResultPage:
    data = document.data
    result = AttemptResult.from_data(data["outcome"])
    rule_set = load_rule_set(result.rule_set_id)
    category = rule_set.category(result.category).name
    return ResultPage(
        attempt_id=document.attempt_id,
        number=document.number,
        verification_code=document.verification_code,
        verification_url=url,
        status=document.status,
        candidate_name=data["name"],
        subject_names=data["subject"],
        category_names={language: category.in_language(language) for language in LANGUAGES},
        adaptive=result.mode == "adaptive",
        sections=tuple(_line(rule_set, result.profile, outcome) for outcome in result.sections),
        percent_hundredths=result.percent_hundredths,
        threshold_percent=result.threshold_percent,
        threshold_met=result.threshold_met,
        floors_met=result.floors_met,
        passed=result.passed,
        items=state.plan.length if state.plan.mode == "fixed" else len(state.presentations),
        answered=data["answered"],
        simulated=data["simulated"],
        finish_reason=state.finish_reason or "",
        finished_at=datetime.fromisoformat(data["finished_at"]),
        issued_at=document.issued_at,
        timezone=data["timezone"],
    )


def _line(rule_set: RuleSet, profile: str, outcome: SectionOutcome) -> SectionLine:
    section = outcome.section
    rule = next(rule for rule in rule_set.profile(profile).sections if rule.code == section.code)
    items = section.items_answered if isinstance(section, SectionEstimate) else outcome.items
    return SectionLine(
        names={language: rule.name.in_language(language) for language in LANGUAGES},
        items=items,
        points=int(section.earned),
        maximum=section.maximum,
        percent_hundredths=int(section.percent * 100),
        floor_percent=outcome.floor_percent,
        floor_met=outcome.floor_met,
    )


def _protocol_data(
    document: Document, language: str, gettext: Gettext, verification: Verification
) -> ProtocolData:
    data = document.data
    result = AttemptResult.from_data(data["outcome"])
    rule_set = load_rule_set(result.rule_set_id)
    sitting = _sitting_details(data, language)
    return ProtocolData(
        number=document.number,
        rule_set=rule_set,
        result=result,
        candidate=CandidateDetails(
            name=data["name"],
            organisation=_in_language(data["organisation"], language),
            post=data["post"],
            subject=_in_language(data["subject"], language),
        ),
        sitting=sitting,
        items_answered=data["answered"],
        log_fingerprint=data["log_fingerprint"],
        verification=verification,
        issued_at=document.issued_at,
        valid_to=DeadlineEngine(rule_set).result_valid_to(sitting.finished_at),
        incidents=tuple(_incident(one, gettext) for one in data["incidents"]),
        simulated_parameters=data["simulated"],
    )


def _sitting_details(data: Mapping[str, Any], language: str) -> SittingDetails:
    return SittingDetails(
        site=_in_language(data["site"], language),
        room=data["room"],
        seat=data["seat"],
        timezone=data["timezone"],
        started_at=datetime.fromisoformat(data["started_at"]),
        finished_at=datetime.fromisoformat(data["finished_at"]),
    )


def _incident(data: Mapping[str, str], gettext: Gettext) -> ProtocolIncident:
    text = ": ".join(part for part in (gettext(data["reason"]), data["comment"]) if part)
    return ProtocolIncident(datetime.fromisoformat(data["at"]), text)


def _public(document: Document, by_code: bool) -> PublicDocument:
    data = document.data
    return PublicDocument(
        number=document.number,
        kind=document.kind,
        status=document.status,
        name=data["name"] if by_code else data["initials"],
        subject_names=data["subject"],
        passed=bool(data["outcome"]["passed"]),
        tested_at=datetime.fromisoformat(data["finished_at"]),
        issued_at=document.issued_at,
        timezone=data["timezone"],
    )
