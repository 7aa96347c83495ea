"""Sites, administrations, sittings and bookings of the demonstration."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from testing_center.demo.bank import RELEASE
from testing_center.demo.forms import PinnedForm
from testing_center.domain.administrations import Administration, NewAdministration, NewBooking
from testing_center.domain.appointments import NewAppointment
from testing_center.domain.attestation.rule_sets import RuleSet, load_rule_set
from testing_center.domain.people import Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports.unit_of_work import UnitOfWork
from testing_center.domain.rosters import NewRosterEntry
from testing_center.domain.seat_maps import SeatMap
from testing_center.domain.sites import Room, Shift, Site, Workstation

ROOM_MAP: Final = SeatMap(("SS.SAA", "SS.SSS", "SS.SSS", "SS.SSS"))
"""Twenty seats, two of them accessible, an aisle after the second column."""

ADAPTIVE_POLICY: Final[Mapping[str, Any]] = {
    "adaptive": {
        "minimum_length": 15,
        "maximum_length": 30,
        "standard_error_target": 0.3,
        "randomesque": 5,
    }
}
_QUARTER: Final = timedelta(minutes=15)
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_SEASON: Final = timedelta(days=90)
_ORDER: Final = "118-Т"


@dataclass(frozen=True)
class _Exam:
    """What an administration is about; ``policy`` is empty for a fixed form."""

    names: Mapping[str, str]
    rule_set: RuleSet
    profile: str
    subject: str
    mode: str
    policy: Mapping[str, Any]


@dataclass(frozen=True)
class _Seating:
    """Who sits where: ``candidates`` are sign-in names with claimed category and test language."""

    site: str
    room: str
    delay: timedelta
    candidates: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Forms:
    """The forms that the administrations deliver."""

    informatics: PinnedForm
    math: PinnedForm


def add_sittings(work: UnitOfWork, forms: Forms, people: Mapping[str, Person], now: datetime) -> None:
    """Add three administrations with a sitting each that starts now, and one a week later."""
    rooms = _add_rooms(work)
    pinned = {"informatics": forms.informatics, "math": forms.math}
    for exam, seatings in _plan():
        administration = _add_administration(work, exam, pinned[exam.subject], now)
        for seating in seatings:
            sitting = work.administrations.add_sitting(
                administration.id,
                rooms[seating.site, seating.room].id,
                last_quarter(now) + seating.delay,
            )
            for seat, (name, category, language) in enumerate(seating.candidates, start=1):
                booking = NewBooking(sitting.id, people[name].id, seat, category, language)
                work.administrations.add_booking(booking)
                entry = NewRosterEntry(administration.id, people[name].id, category, language)
                work.rosters.add(entry)
    _appoint(work, people, now)
    _furnish(work)


def _furnish(work: UnitOfWork) -> None:
    """Give every site its shifts and the first room of each a computer at every seat."""
    for site in work.sites.all():
        for starts in (time(9), time(13)):
            work.sites.add_shift(Shift(0, site.id, starts))
        room = work.sites.rooms(site.id)[0]
        for seat in room.seat_map.usable:
            name = f"{site.key.upper()}-{room.name}-{seat:02d}"
            work.workstations.put(Workstation(0, "", room.id, seat, name, f"10.1.{room.id}.{seat}"))


def _appoint(work: UnitOfWork, people: Mapping[str, Person], now: datetime) -> None:
    """Appoint the staff: proctor and technician everywhere, the head of a site in Bishkek alone."""
    today = now.date()
    places = {
        Role.PROCTOR: ("knu", "oshsu", "ntc"),
        Role.TECHNICIAN: ("knu", "oshsu", "ntc"),
        Role.SITE_HEAD: ("knu",),
    }
    for duty, keys in places.items():
        for key in keys:
            site = work.sites.by_key(key)
            if site is not None:
                terms = NewAppointment(
                    people[duty].id, duty, site.id, None, _ORDER, today, today - _DAY, today + _SEASON
                )
                work.appointments.add(terms, people["administrator"].id, now)


def last_quarter(moment: datetime) -> datetime:
    """Return the last full quarter of an hour."""
    return moment - timedelta(
        minutes=moment.minute % (_QUARTER.seconds // 60),
        seconds=moment.second,
        microseconds=moment.microsecond,
    )


def _plan() -> tuple[tuple[_Exam, tuple[_Seating, ...]], ...]:
    kg, kz = load_rule_set("kg-2023"), load_rule_set("kz-2025")
    now = timedelta()
    return (
        (
            _Exam(_INFORMATICS_NAMES, kg, "kg.teacher", "informatics", "fixed", {}),
            (
                _Seating("knu", "101", now, _KNU),
                _Seating("oshsu", "201", _WEEK, (("teacher8", "kg.first", "ky"),)),
            ),
        ),
        (
            _Exam(_MATH_NAMES, kz, "kz.subject", "math", "fixed", {}),
            (
                _Seating(
                    "ntc", "1", now, (("teacher4", "kz.moderator", "kk"), ("teacher5", "kz.expert", "ru"))
                ),
            ),
        ),
        (
            _Exam(_ADAPTIVE_NAMES, kz, "kz.subject", "math", "adaptive", ADAPTIVE_POLICY),
            (
                _Seating(
                    "ntc", "2", now, (("teacher6", "kz.researcher", "kk"), ("teacher7", "kz.moderator", "ru"))
                ),
            ),
        ),
    )


_KNU: Final = (
    ("teacher1", "kg.first", "ky"),
    ("teacher2", "kg.highest", "ru"),
    ("teacher3", "kg.second", "ky"),
)
_ADDRESSES: Final[Mapping[str, Mapping[str, str]]] = {
    "knu": {
        "ky": "Фрунзе көчөсү, 547",
        "ru": "ул. Фрунзе, 547",
        "kk": "Фрунзе көшесі, 547",
        "en": "547 Frunze Street",
    },
    "oshsu": {
        "ky": "Ленин көчөсү, 331",
        "ru": "ул. Ленина, 331",
        "kk": "Ленин көшесі, 331",
        "en": "331 Lenin Street",
    },
}
_INFORMATICS_NAMES: Final = {
    "ky": "Информатика мугалимдеринин аттестациясы (көрсөтмө)",
    "ru": "Аттестация учителей информатики (демонстрация)",
    "kk": "Информатика мұғалімдерін аттестаттау (көрсетілім)",
    "en": "Attestation of informatics teachers (demonstration)",
}
_MATH_NAMES: Final = {
    "ky": "Математика мугалимдеринин билимин баалоо (көрсөтмө)",
    "ru": "Оценка знаний учителей математики (демонстрация)",
    "kk": "Математика мұғалімдерінің білімін бағалау (көрсетілім)",
    "en": "Knowledge test of mathematics teachers (demonstration)",
}
_ADAPTIVE_NAMES: Final = {
    "ky": "Математика мугалимдеринин билимин баалоо, адаптивдүү (көрсөтмө)",
    "ru": "Оценка знаний учителей математики, адаптивный тест (демонстрация)",
    "kk": "Математика мұғалімдерінің білімін бағалау, адаптивті (көрсетілім)",
    "en": "Knowledge test of mathematics teachers, adaptive (demonstration)",
}
_ALMATY: Final = {"ky": "Алматы", "ru": "Алматы", "kk": "Алматы", "en": "Almaty"}
_ROOMS: Final = {"knu": ("101", "102"), "oshsu": ("201",), "ntc": ("1", "2")}


def _add_rooms(work: UnitOfWork) -> dict[tuple[str, str], Room]:
    """Add the sites that the rule sets name; an address is left empty where no law gives one."""
    rooms = {}
    for rule_set in (load_rule_set("kg-2023"), load_rule_set("kz-2025")):
        for known in rule_set.sites:
            cities = _ALMATY if known.city is None else asdict(known.city)
            new = Site(
                0, known.code, asdict(known.name), cities, _ADDRESSES.get(known.code, {}), rule_set.timezone
            )
            site = work.sites.add_site(new)
            for name in _ROOMS[known.code]:
                room = Room(0, site.id, name, ROOM_MAP)
                rooms[known.code, name] = work.sites.add_room(room)
    return rooms


def _add_administration(work: UnitOfWork, exam: _Exam, form: PinnedForm, at: datetime) -> Administration:
    data = form.blueprint.to_data()
    blueprint = work.bank.add_blueprint(form.blueprint.key, data, form.blueprint_hash)
    stored = form.stored(blueprint.id)
    work.bank.add_form(stored, at)
    return work.administrations.add(
        NewAdministration(
            names=exam.names,
            rule_set_id=exam.rule_set.id,
            rule_set_hash=exam.rule_set.content_hash,
            profile=exam.profile,
            subject=exam.subject,
            mode=exam.mode,
            blueprint_id=blueprint.id,
            release_number=RELEASE,
            form_hash=stored.content_hash,
            policy=exam.policy,
            created_at=at,
        )
    )
