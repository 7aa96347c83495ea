"""Units of measurement and their exact conversion.

Codes are those of SI where there is one; names are what candidates write in Kyrgyz, Russian, Kazakh and
English. A kilobyte is 1024 bytes, as in the school courses of both countries.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True)
class Unit:
    """A unit: ``factor`` of it make one base unit of its dimension's size, exactly."""

    code: str
    dimension: str
    factor: Fraction
    names: tuple[str, ...]


_TABLE: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "length": (
        ("mm", "1/1000", "мм"),
        ("cm", "1/100", "см"),
        ("dm", "1/10", "дм"),
        ("m", "1", "м"),
        ("km", "1000", "км"),
    ),
    "area": (
        ("mm2", "1/1000000", "mm² мм² мм2"),
        ("cm2", "1/10000", "cm² см² см2"),
        ("dm2", "1/100", "dm² дм² дм2"),
        ("m2", "1", "m² м² м2"),
        ("are", "100", "ар"),
        ("ha", "10000", "га"),
        ("km2", "1000000", "km² км² км2"),
    ),
    "volume": (
        ("mm3", "1/1000000000", "mm³ мм³ мм3"),
        ("cm3", "1/1000000", "cm³ см³ см3"),
        ("ml", "1/1000000", "мл"),
        ("dm3", "1/1000", "dm³ дм³ дм3"),
        ("l", "1/1000", "л"),
        ("m3", "1", "m³ м³ м3"),
    ),
    "mass": (
        ("mg", "1/1000000", "мг"),
        ("g", "1/1000", "г гр"),
        ("kg", "1", "кг"),
        ("quintal", "100", "ц"),
        ("t", "1000", "т"),
    ),
    "time": (
        ("ms", "1/1000", "мс"),
        ("s", "1", "с сек sec"),
        ("min", "60", "мин мүн"),
        ("h", "3600", "ч час саат сағ hour hours"),
        ("d", "86400", "сут күн day days"),
    ),
    "speed": (
        ("m/s", "1", "м/с"),
        ("m/min", "1/60", "м/мин"),
        ("km/h", "5/18", "км/ч км/саат км/сағ"),
    ),
    "information": (
        ("bit", "1", "бит bits"),
        ("B", "8", "байт byte bytes"),
        ("KB", "8192", "кбайт кб кіб kib"),
        ("MB", "8388608", "мбайт мб mib"),
        ("GB", "8589934592", "гбайт гб gib"),
        ("TB", "8796093022208", "тбайт тб tib"),
    ),
    "angle": (("deg", "1", "° градус градуса градусов"), ("arcmin", "1/60", "′")),
    "share": (("%", "1/100", "процент процента процентов пайыз"),),
    "money_kgs": (("KGS", "1", "сом сома сомов"), ("tyiyn_kgs", "1/100", "тыйын")),
    "money_kzt": (("KZT", "1", "теңге тенге тг ₸"),),
    "force": (("N", "1", "н ньютон"), ("kN", "1000", "кн")),
    "energy": (("J", "1", "дж джоуль"), ("kJ", "1000", "кдж")),
    "power": (("W", "1", "вт ватт"), ("kW", "1000", "квт")),
    "pressure": (("Pa", "1", "па"), ("kPa", "1000", "кпа")),
    "voltage": (("V", "1", "в вольт"),),
    "current": (("A", "1", "ампер"),),
}


def _units() -> dict[str, Unit]:
    return {
        code: Unit(code, dimension, Fraction(factor), tuple(names.split()))
        for dimension, rows in _TABLE.items()
        for code, factor, names in rows
    }


_CYRILLIC: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяңөүұқғәһі")
_CAPITALS: Final = {
    "N": "Н", "kN": "кН", "J": "Дж", "kJ": "кДж", "W": "Вт", "kW": "кВт", "Pa": "Па", "kPa": "кПа", "V": "В",
    "A": "А", "deg": "°", "%": "%", "KB": "Кбайт", "MB": "Мбайт", "GB": "Гбайт", "TB": "Тбайт",
}  # fmt: skip
_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "min": {"ky": "мүн", "kk": "мин"},
    "h": {"ky": "саат", "kk": "сағ"},
    "d": {"ky": "күн", "kk": "күн"},
    "km/h": {"ky": "км/саат", "kk": "км/сағ"},
    "arcmin": {"en": "′"},
    "KGS": {"en": "som"},
    "tyiyn_kgs": {"en": "tyiyn"},
    "KZT": {"en": "tenge"},
    "are": {"en": "a"},
    "quintal": {"en": "q"},
}

UNITS: Final[Mapping[str, Unit]] = _units()
_BY_NAME: Final[Mapping[str, Unit]] = {name: unit for unit in UNITS.values() for name in unit.names}


def find_unit(written: str) -> Unit | None:
    """Return the unit of a code or a name; codes mind their case (``MB``, ``m``), names do not."""
    plain = written.strip().rstrip(".")
    return UNITS.get(plain) or _BY_NAME.get(plain.casefold())


def unit_label(code: str, language: str) -> str:
    """Return how a unit is written in a text of *language*; codes are written as they are in English."""
    own = _LABELS.get(code, {}).get(language)
    if own is not None:
        return own
    if language == "en":
        return re.sub(r"[23]$", lambda found: "²³"[int(found[0]) - 2], code)
    cyrillic = (name for name in UNITS[code].names if not name.isascii() and name[0].lower() in _CYRILLIC)
    return _CAPITALS.get(code) or next(cyrillic, UNITS[code].names[0])


def same_dimension(codes: Iterable[str]) -> bool:
    """Say whether all codes measure the same quantity."""
    return len({UNITS[code].dimension for code in codes if code in UNITS}) <= 1


def converted(value: Fraction, source: str, target: str) -> Fraction | None:
    """Return ``value`` of ``source`` in ``target``, or ``None`` between different quantities."""
    first, second = UNITS[source], UNITS[target]
    if first.dimension != second.dimension:
        return None
    return value * first.factor / second.factor
