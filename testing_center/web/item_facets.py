"""The facets of the item table in the reader's words: values with their counts, chosen ones first."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, POOLS, SUBJECTS
from item_bank.review import ReviewStatus
from testing_center.domain.item_catalogue import NO, YES
from testing_center.domain.messages import N_
from testing_center.services.item_browser import BankPage
from testing_center.web import bank_words
from testing_center.web.subject_names import NAMES

MOST_SHOWN = 12
HEADINGS = {
    "subject": N_("Subject"),
    "area": N_("Content area"),
    "level": N_("Cognitive level"),
    "pool": N_("Pool"),
    "kind": N_("Kind of item"),
    "calibrated": N_("Calibration"),
    "lacks": N_("Language missing"),
    "dif": N_("Differential functioning"),
    "tag": N_("Tags"),
    "owner": N_("Owner"),
}
_CALIBRATION = {YES: N_("calibrated"), NO: N_("not calibrated")}
_DIF = {"A": N_("A, negligible"), "B": N_("B, moderate"), "C": N_("C, large")}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": bank_words.STATUSES,
    "subject": NAMES,
    "area": NAMES,
    "level": bank_words.LEVELS,
    "pool": bank_words.POOL_WORDS,
    "kind": bank_words.INTERACTIONS,
    "calibrated": _CALIBRATION,
    "dif": _DIF,
}
_ORDER: Mapping[str, tuple[str, ...]] = {
    "status": tuple(status.value for status in ReviewStatus),
    "subject": SUBJECTS,
    "area": tuple(area for areas in AREAS.values() for area in areas),
    "level": LEVELS,
    "pool": POOLS,
    "kind": tuple(bank_words.INTERACTIONS),
    "calibrated": (YES, NO),
    "lacks": LANGUAGES,
    "dif": ("C", "B", "A"),
}


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: how many items there would be with it."""

    value: str
    label: str
    items: int
    chosen: bool


@dataclass(frozen=True)
class ShownFacet:
    """A facet of the table; ``more`` values are left out because they have the fewest items."""

    name: str
    heading: str
    values: tuple[FacetValue, ...]
    more: int

    @property
    def chosen(self) -> bool:
        """Whether one of its values is chosen."""
        return any(value.chosen for value in self.values)


def shown_facets(chosen: Mapping[str, tuple[str, ...]], page: BankPage) -> dict[str, ShownFacet]:
    """Return the facets that can divide what was found, and those of which something is chosen."""
    found = {}
    for name, heading in HEADINGS.items():
        facet = _facet(name, heading, chosen.get(name, ()), page)
        if len(facet.values) > 1 or facet.chosen:
            found[name] = facet
    return found


def _facet(name: str, heading: str, chosen: tuple[str, ...], page: BankPage) -> ShownFacet:
    counts = dict(page.found.facets.get(name, {}))
    for value in chosen:
        counts.setdefault(value, 0)
    order = _ORDER.get(name, ())
    ranked = sorted(counts, key=lambda value: (value not in chosen, -counts[value], value))[:MOST_SHOWN]
    placed = sorted(ranked, key=lambda value: order.index(value) if value in order else len(order))
    values = tuple(
        FacetValue(value, _label(name, value, page), counts[value], value in chosen) for value in placed
    )
    return ShownFacet(name, str(gettext(heading)), values, len(counts) - len(ranked))


def _label(name: str, value: str, page: BankPage) -> str:
    if name == "lacks":
        return bank_words.LANGUAGE_NAMES.get(value, value)
    if name == "owner":
        person = page.people.get(int(value)) if value.isdecimal() else None
        return person.full_name if person else value
    words = _WORDS.get(name, {}).get(value)
    return str(gettext(words)) if words else value
