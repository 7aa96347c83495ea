"""The address of the item table: what was asked for, and the links that ask for something else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, POOLS, SUBJECTS
from item_bank.review import ReviewStatus
from testing_center.domain.item_catalogue import FACETS, NO, SORTS, YES, ItemQuery
from testing_center.domain.messages import N_
from testing_center.domain.search_terms import typed_words

LONGEST_SEARCH = 200
LONGEST_VALUE = 40
MOST_PAGES = 100_000
MOST_VALUES = 40
COLUMNS: Mapping[str, str] = {
    "subject": N_("Subject"),
    "area": N_("Content area"),
    "level": N_("Level"),
    "pool": N_("Pool"),
    "status": N_("Status"),
    "version": N_("Version"),
    "languages": N_("Languages"),
    "difficulty": N_("Difficulty b"),
    "discrimination": N_("Discrimination a"),
    "p_value": N_("Share right"),
    "item_rest": N_("Item-rest correlation"),
    "fit": N_("Outfit"),
    "dif": N_("DIF"),
    "exposure": N_("Exposure"),
    "responses": N_("Responses"),
    "tags": N_("Tags"),
    "owner": N_("Owner"),
    "changed": N_("Last change (UTC)"),
}
NUMBERS = {
    "version", "difficulty", "discrimination", "p_value", "item_rest", "fit", "exposure", "responses",
}  # fmt: skip
USUAL_COLUMNS = (
    "area", "level", "pool", "status", "version", "languages", "difficulty", "changed",
)  # fmt: skip
_AREA_CODES = frozenset(area for areas in AREAS.values() for area in areas)
_KNOWN: Mapping[str, Callable[[str], bool]] = {
    "status": frozenset(status.value for status in ReviewStatus).__contains__,
    "subject": frozenset(SUBJECTS).__contains__,
    "area": _AREA_CODES.__contains__,
    "level": frozenset(LEVELS).__contains__,
    "pool": frozenset(POOLS).__contains__,
    "kind": str.isidentifier,
    "calibrated": frozenset((YES, NO)).__contains__,
    "lacks": frozenset(LANGUAGES).__contains__,
    "dif": frozenset("ABC").__contains__,
    "owner": lambda value: value.isdecimal() and len(value) < 10,
    "tag": lambda value: 0 < len(value) <= LONGEST_VALUE,
}

Arguments = MultiDict[str, str]


@dataclass(frozen=True)
class TableAddress:
    """What an address asks for; ``typed`` is the search as it was written."""

    query: ItemQuery
    typed: str
    columns: tuple[str, ...]

    def arguments(self, **others: object) -> dict[str, Any]:
        """Return the arguments of the same table without its page, with some that are different.

        A facet is given as its values; None and empty leave an argument out.
        """
        query = self.query
        found: dict[str, Any] = {
            "search": self.typed,
            **{facet: list(values) for facet, values in query.chosen.items()},
            "sort": query.sort if query.sort != "key" else None,
            "order": "descending" if query.descending else None,
            "column": list(self.columns) if self.columns != USUAL_COLUMNS else None,
        }
        return {name: value for name, value in (found | others).items() if value}

    def toggled(self, facet: str, value: str) -> dict[str, Any]:
        """Return the arguments with a value of a facet added, or taken away where it was chosen."""
        chosen = self.query.chosen.get(facet, ())
        without = [one for one in chosen if one != value]
        return self.arguments(**{facet: without if value in chosen else [*chosen, value]})


def asked(arguments: Arguments) -> TableAddress:
    """Return what an address asks for; what it cannot mean is left out rather than refused."""
    page, typed = arguments.get("page", ""), arguments.get("search", "").strip()[:LONGEST_SEARCH]
    sort = arguments.get("sort", "")
    query = ItemQuery(
        words=typed_words(typed),
        chosen={facet: values for facet in FACETS if (values := _values(arguments, facet))},
        sort=sort if sort in SORTS else "key",
        descending=arguments.get("order") == "descending",
        page=min(int(page), MOST_PAGES) if page.isdecimal() else 1,
    )
    columns = tuple(column for column in COLUMNS if column in arguments.getlist("column"))
    return TableAddress(query, typed, columns or USUAL_COLUMNS)


def _values(arguments: Arguments, facet: str) -> tuple[str, ...]:
    known = _KNOWN[facet]
    values = dict.fromkeys(arguments.getlist(facet)[:MOST_VALUES])
    return tuple(value for value in values if known(value))
