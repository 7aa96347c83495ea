"""Accounts of the demonstration: public passwords, invented people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.domain.ports.repositories import People
from testing_center.passwords import Argon2Passwords

PASSWORD: Final = "synak-demo"  # noqa: S105 - public by design, refused in production
SENTINEL: Final = "administrator"
"""The account whose presence shows that the demonstration was loaded."""


@dataclass(frozen=True)
class DemoAccounts:
    """``rows``: role, sign-in name, password and what to try, for the person at the terminal."""

    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class DemoPerson:
    """An invented person; ``name`` is family name, given name, patronymic."""

    sign_in_name: str
    role: Role
    name: tuple[str, str, str]
    language: str
    post: str
    organisation: str
    document_ending: str
    advice: str


_AGENCY, _BISHKEK, _OSH, _ALMATY = (
    "demo-agency",
    "demo-school-bishkek",
    "demo-school-osh",
    "demo-school-almaty",
)

_ORGANISATIONS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    _AGENCY: (
        "agency",
        {
            "ky": "Тестирлөө агенттиги (көрсөтмө)",
            "ru": "Агентство тестирования (демонстрация)",
            "kk": "Тестілеу агенттігі (көрсетілім)",
            "en": "Testing agency (demonstration)",
        },
    ),
    _BISHKEK: (
        "school",
        {
            "ky": "№ 1 мектеп (көрсөтмө), Бишкек",
            "ru": "Школа № 1 (демонстрация), Бишкек",
            "kk": "№ 1 мектеп (көрсетілім), Бішкек",
            "en": "School No. 1 (demonstration), Bishkek",
        },
    ),
    _OSH: (
        "school",
        {
            "ky": "№ 2 мектеп (көрсөтмө), Ош",
            "ru": "Школа № 2 (демонстрация), Ош",
            "kk": "№ 2 мектеп (көрсетілім), Ош",
            "en": "School No. 2 (demonstration), Osh",
        },
    ),
    _ALMATY: (
        "school",
        {
            "ky": "№ 3 мектеп (көрсөтмө), Алматы",
            "ru": "Школа № 3 (демонстрация), Алматы",
            "kk": "№ 3 мектеп (көрсетілім), Алматы",
            "en": "School No. 3 (demonstration), Almaty",
        },
    ),
}

_INFORMATICS_KY, _INFORMATICS_RU = "Информатика мугалими", "Учитель информатики"
_MATH_KK, _MATH_RU = "Математика мұғалімі", "Учитель математики"
_FIXED_KG = "sit the informatics exam in Bishkek (fixed form), or use the trainer"
_FIXED_KZ = "sit the mathematics exam (fixed form), or use the trainer"
_ADAPTIVE = "sit the mathematics exam (adaptive), or use the trainer"


def _teacher(number: int, name: tuple[str, str, str], work: tuple[str, str, str], advice: str) -> DemoPerson:
    language, post, school = work
    ending = f"{4000 + 137 * number}"
    return DemoPerson(f"teacher{number}", Role.CANDIDATE, name, language, post, school, ending, advice)


def _staff(role: Role, name: tuple[str, str, str], language: str, advice: str) -> DemoPerson:
    return DemoPerson(role.value, role, name, language, "", _AGENCY, "", advice)


PEOPLE: Final = (
    _teacher(1, ("Асанова", "Айгүл", "Бакытовна"), ("ky", _INFORMATICS_KY, _BISHKEK), _FIXED_KG),
    _teacher(2, ("Петрова", "Наталья", "Сергеевна"), ("ru", _INFORMATICS_RU, _BISHKEK), _FIXED_KG),
    _teacher(3, ("Токтосунов", "Нурлан", "Эркинович"), ("ky", _INFORMATICS_KY, _BISHKEK), _FIXED_KG),
    _teacher(4, ("Серікова", "Гүлнұр", "Қайратқызы"), ("kk", _MATH_KK, _ALMATY), _FIXED_KZ),
    _teacher(5, ("Ким", "Андрей", "Викторович"), ("ru", _MATH_RU, _ALMATY), _FIXED_KZ),
    _teacher(6, ("Ахметов", "Дәурен", "Маратұлы"), ("kk", _MATH_KK, _ALMATY), _ADAPTIVE),
    _teacher(7, ("Иванова", "Ольга", "Николаевна"), ("ru", _MATH_RU, _ALMATY), _ADAPTIVE),
    _teacher(
        8,
        ("Мамытова", "Жылдыз", "Асылбековна"),
        ("ky", _INFORMATICS_KY, _OSH),
        "see a sitting booked for next week in Osh, use the trainer",
    ),
    _staff(
        Role.PROCTOR,
        ("Жумабеков", "Талант", "Кубанычович"),
        "ru",
        "check candidates in, start the room, watch the board",
    ),
    _staff(
        Role.SITE_HEAD,
        ("Сыдыкова", "Венера", "Маратовна"),
        "ky",
        "see the rooms and the staff of the site in Bishkek",
    ),
    _staff(
        Role.TECHNICIAN,
        ("Юсупов", "Рустам", "Илхомович"),
        "ru",
        "see which workstations are ready, check one",
    ),
    _staff(
        Role.PSYCHOMETRICIAN,
        ("Ли", "Марина", "Александровна"),
        "ru",
        "look at item statistics, run a calibration",
    ),
    _staff(Role.AUTHOR, ("Бейшенова", "Чолпон", "Садыровна"), "ky", "edit an item, send it to review"),
    _staff(
        Role.TRAINER_AUTHOR,
        ("Сабирова", "Динара", "Маратовна"),
        "ru",
        "import items for the trainer; the exam pool stays hidden",
    ),
    _staff(Role.REVIEWER, ("Оспанов", "Ерлан", "Болатұлы"), "kk", "approve content, verify keys"),
    _staff(
        Role.ADMINISTRATOR,
        ("Орозбаева", "Гүлмира", "Талантовна"),
        "ru",
        "publish a release; plan sittings, import candidates",
    ),
)


def demo_accounts() -> DemoAccounts:
    """Return every account with the public password."""
    return DemoAccounts(tuple((p.role.value, p.sign_in_name, PASSWORD, p.advice) for p in PEOPLE))


def add_people(people: People, at: datetime) -> dict[str, Person]:
    """Add organisations and people; where staff serve is said by their appointments."""
    for key, (kind, names) in _ORGANISATIONS.items():
        people.organisation(key, kind, names)
    passwords = Argon2Passwords()
    return {
        person.sign_in_name: people.add(_new_person(person, passwords.hash(PASSWORD), at))
        for person in PEOPLE
    }


def _new_person(person: DemoPerson, password_hash: str, at: datetime) -> NewPerson:
    family_name, given_name, patronymic = person.name
    return NewPerson(
        sign_in_name=person.sign_in_name,
        password_hash=password_hash,
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        language=person.language,
        roles=(person.role,),
        created_at=at,
        organisation_key=person.organisation,
        post=person.post,
        document_ending=person.document_ending,
    )
