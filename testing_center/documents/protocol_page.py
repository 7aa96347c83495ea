"""The texts of a protocol: what is stated, in the reader's language and the site's time zone.

Dates and numbers are formatted by Babel, labels resolved by the given gettext; the template only
places what is built here.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import segno
from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

from testing_center.domain.attestation.rule_sets import RuleSet
from testing_center.domain.scoring import (
    AttemptResult,
    SectionEstimate,
    SectionOutcome,
    SectionScore,
    percent_hundredths,
)

Gettext = Callable[[str], str]
Row = list[str]
Field = tuple[str, str, bool]

MOST_INCIDENTS = 8
LONGEST_INCIDENT = 160
LONGEST_UNBROKEN = 28
FINGERPRINT_GROUP = 8
ZERO_WIDTH_SPACE = "\u200b"
DASH = "—"


@dataclass(frozen=True)
class CandidateDetails:
    """Who sat the test, as printed; texts are already in the protocol's language."""

    name: str
    organisation: str
    post: str
    subject: str


@dataclass(frozen=True)
class SittingDetails:
    """Where and when; moments are aware, ``timezone`` is the site's IANA zone name."""

    site: str
    room: str
    seat: str
    timezone: str
    started_at: datetime
    finished_at: datetime
    administrator: str = ""


@dataclass(frozen=True)
class ProtocolIncident:
    at: datetime
    text: str


@dataclass(frozen=True)
class Verification:
    """How a reader checks the paper: ``url`` opens the public page, ``code`` is typed by hand there."""

    url: str
    code: str


@dataclass(frozen=True)
class ProtocolData:
    """Everything the protocol states.

    ``log_fingerprint`` is the hash (hex) that closes the attempt's event log; ``items_answered`` counts
    the items with a response; ``valid_to`` is the last day the result may be used.
    """

    number: str
    rule_set: RuleSet
    result: AttemptResult
    candidate: CandidateDetails
    sitting: SittingDetails
    items_answered: int
    log_fingerprint: str
    verification: Verification
    issued_at: datetime
    valid_to: date | None = None
    incidents: tuple[ProtocolIncident, ...] = ()
    simulated_parameters: bool = False


class ProtocolPage:
    """Resolves one protocol into the texts of the template."""

    def __init__(self, data: ProtocolData, language: str, gettext: Gettext) -> None:
        self.data = data
        self.language = language
        self.gettext = gettext
        self.locale = Locale.parse(language)
        self.zone = ZoneInfo(data.sitting.timezone)

    def content(self) -> dict[str, Any]:
        data, gettext = self.data, self.gettext
        number = gettext("No. %(number)s") % {"number": printable(data.number)}
        title = gettext("Results protocol")
        agency = data.rule_set.agency.name.in_language(self.language)
        return {
            "lang": self.language,
            "document_title": f"{title} {number}",
            "agency": agency,
            "attestation": data.rule_set.title.in_language(self.language),
            "legal_basis": [act.citation.in_language(self.language) for act in data.rule_set.legal_basis],
            "title": title,
            "number": number,
            "footer": f"{title} {number}",
            "fields": self._fields(),
            "table": self._table(),
            "decision": self._decision(),
            "notes": self._notes(),
            "warning": self._warning(),
            "incidents": self._incidents(),
            "issued": gettext("Issued on %(date)s") % {"date": self._date(data.issued_at)},
            "signatures": self._signatures(),
            "signature_hint": gettext("signature"),
            "verification": self._verification(),
        }

    def _fields(self) -> list[Field]:
        gettext, candidate, sitting = self.gettext, self.data.candidate, self.data.sitting
        category = self.data.rule_set.category(self.data.result.category)
        place = gettext("%(site)s, room %(room)s, seat %(seat)s")
        modes = {
            "fixed_form": gettext("Fixed-form test"),
            "adaptive": gettext("Adaptive test"),
        }
        return [
            (gettext("Candidate"), printable(candidate.name), True),
            (gettext("Organisation, post"), _joined(candidate.organisation, candidate.post), False),
            (gettext("Subject"), printable(candidate.subject), False),
            (gettext("Claimed category"), category.name.in_language(self.language), False),
            (
                gettext("Place"),
                place % {key: printable(getattr(sitting, key)) for key in ("site", "room", "seat")},
                False,
            ),
            (gettext("Date and time"), self._period(), False),
            (gettext("Delivery mode"), modes[self.data.result.mode], False),
            (gettext("Items answered"), self._number(self.data.items_answered), False),
        ]

    def _period(self) -> str:
        sitting = self.data.sitting
        start, end = sitting.started_at.astimezone(self.zone), sitting.finished_at.astimezone(self.zone)
        last = self._time(end) if start.date() == end.date() else f"{self._date(end)}, {self._time(end)}"
        offset = f"{start:%z}"
        return f"{self._date(start)}, {self._time(start)}–{last} (UTC{offset[:3]}:{offset[3:]})"

    def _table(self) -> dict[str, Any]:
        rows = [self._row(outcome) for outcome in self.data.result.sections]
        header, total = self._header(), self._total()
        if self._has_floors:
            header.append(self.gettext("Section floor"))
            total.append("")
            for row, outcome in zip(rows, self.data.result.sections, strict=True):
                row.append(self._floor(outcome))
        return {"header": header, "rows": rows, "total": total}

    @property
    def _has_floors(self) -> bool:
        return any(outcome.floor_percent is not None for outcome in self.data.result.sections)

    def _header(self) -> Row:
        gettext = self.gettext
        if self.data.result.mode == "adaptive":
            measure = [gettext("Ability"), gettext("Standard error"), gettext("Expected percent")]
        else:
            measure = [gettext("Points"), gettext("Percent")]
        return [gettext("Test section"), gettext("Items"), *measure]

    def _row(self, outcome: SectionOutcome) -> Row:
        section = outcome.section
        profile = self.data.rule_set.profile(self.data.result.profile)
        names = {rule.code: rule.name.in_language(self.language) for rule in profile.sections}
        start = [names[section.code], self._number(outcome.items)]
        percent = self._percent(percent_hundredths(section.earned, section.maximum))
        return [*start, *self._measure(section), percent]

    def _measure(self, section: SectionScore | SectionEstimate) -> Row:
        if isinstance(section, SectionEstimate):
            return [self._hundredths(section.theta), self._hundredths(section.standard_error)]
        return [self._points(section.earned, section.maximum)]

    def _total(self) -> Row:
        result = self.data.result
        adaptive = result.mode == "adaptive"
        measure = ["", ""] if adaptive else [self._points(result.earned, result.maximum)]
        start = [self.gettext("Total"), self._number(result.items)]
        return [*start, *measure, self._percent(result.percent_hundredths)]

    def _floor(self, outcome: SectionOutcome) -> str:
        if outcome.floor_percent is None:
            return DASH
        return f"{self._percent(outcome.floor_percent * 100)}, {self._met(outcome.floor_met)}"

    def _met(self, met: bool) -> str:
        return self.gettext("met") if met else self.gettext("not met")

    def _decision(self) -> dict[str, Any]:
        gettext, result = self.gettext, self.data.result
        facts = [
            (gettext("Passing threshold"), self._percent(result.threshold_percent * 100), False),
            (gettext("Result"), self._percent(result.percent_hundredths), False),
        ]
        if self._has_floors:
            facts.append((gettext("Section floors"), self._met(result.floors_met), False))
        if not result.passed and result.granted_limit is not None:
            limit = self.data.rule_set.category(result.granted_limit).name.in_language(self.language)
            facts.append((gettext("Category by this result, not above"), limit, False))
        if self.data.valid_to is not None:
            facts.append((gettext("Result valid until"), self._date(self.data.valid_to), False))
        value = gettext("Passed") if result.passed else gettext("Not passed")
        return {"label": gettext("Decision"), "value": value, "facts": facts}

    def _notes(self) -> list[str]:
        form = self.data.result.reference_form
        if form is None:
            return []
        note = self.gettext(
            "Expected percent on reference form %(form)s (number of items: %(items)s): the part of its "
            "points that a candidate of this ability is expected to earn, rounded down to hundredths."
        )
        return [note % {"form": printable(form.code), "items": self._number(form.items)}]

    def _warning(self) -> str | None:
        if not self.data.simulated_parameters:
            return None
        return self.gettext("Item parameters come from a simulated pilot: demonstration only")

    def _incidents(self) -> dict[str, Any]:
        gettext, incidents = self.gettext, self.data.incidents
        entries = [
            [self._time(incident.at.astimezone(self.zone)), _shortened(printable(incident.text))]
            for incident in incidents[:MOST_INCIDENTS]
        ]
        if len(incidents) > MOST_INCIDENTS:
            more = gettext("Further incidents in the attempt's log: %(count)s")
            entries.append(["", more % {"count": self._number(len(incidents) - MOST_INCIDENTS)}])
        return {
            "title": gettext("Incidents"),
            "none_noted": gettext("None noted"),
            "entries": entries,
        }

    def _signatures(self) -> list[dict[str, str]]:
        return [
            {
                "role": self.gettext("Test administrator"),
                "name": printable(self.data.sitting.administrator),
            },
            {"role": self.gettext("Candidate"), "name": printable(self.data.candidate.name)},
        ]

    def _verification(self) -> dict[str, str]:
        gettext, verification = self.gettext, self.data.verification
        fingerprint = self.data.log_fingerprint
        groups = range(0, len(fingerprint), FINGERPRINT_GROUP)
        return {
            "qr": _qr_code(verification.url),
            "qr_alt": gettext("QR code of the verification address"),
            "explanation": gettext(
                "Check this protocol: scan the code, or open the address and enter the code"
            ),
            "url": verification.url,
            "url_text": verification.url,
            "code_label": gettext("Verification code"),
            "code": printable(verification.code),
            "fingerprint_label": gettext("Fingerprint of the attempt's log"),
            "fingerprint": " ".join(fingerprint[at : at + FINGERPRINT_GROUP] for at in groups),
        }

    def _date(self, moment: date) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.zone).date()
        return format_date(moment, format="long", locale=self.locale)

    def _time(self, moment: datetime) -> str:
        return format_time(moment.timetz(), format="HH:mm", locale=self.locale)

    def _number(self, count: int) -> str:
        return format_decimal(count, locale=self.locale)

    def _hundredths(self, value: float) -> str:
        return format_decimal(Decimal(value), format="0.00", locale=self.locale)

    def _percent(self, hundredths: int) -> str:
        share = Decimal(hundredths) / 10000
        return format_percent(share, locale=self.locale, decimal_quantization=False)

    def _points(self, earned: Fraction, maximum: int) -> str:
        return self.gettext("%(earned)s of %(maximum)s") % {
            "earned": self._number(int(earned)),
            "maximum": self._number(maximum),
        }


def printable(text: str) -> str:
    """Return *text* on one line without control characters, with break points in overlong words."""
    visible = "".join(letter if letter.isprintable() or letter == " " else " " for letter in text)
    composed = unicodedata.normalize("NFC", visible)
    return " ".join(map(_breakable, composed.split())) or DASH


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_UNBROKEN:
        return word
    parts = (word[at : at + LONGEST_UNBROKEN // 2] for at in range(0, len(word), LONGEST_UNBROKEN // 2))
    return ZERO_WIDTH_SPACE.join(parts)


def _joined(*texts: str) -> str:
    return printable(", ".join(text for text in texts if text.strip()))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_INCIDENT else f"{text[: LONGEST_INCIDENT - 1].rstrip()}…"


def _qr_code(url: str) -> str:
    svg = io.BytesIO()
    segno.make(url, error="m", micro=False).save(svg, kind="svg", border=2, xmldecl=False, svgns=True)
    return svg.getvalue().decode("utf-8")
