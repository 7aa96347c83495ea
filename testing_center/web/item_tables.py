"""The address of the item table: what was asked for, and the links that ask for something else."""

from collections.abc import Collection, Mapping

from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, POOLS, SUBJECTS
from item_bank.review import ReviewStatus
from testing_center.domain.item_catalogue import SORTS, ItemQuery, search_words

LONGEST_SEARCH = 200
MOST_PAGES = 100_000
_CALIBRATED = {"yes": True, "no": False}


def asked(arguments: Mapping[str, str]) -> ItemQuery:
    """Return what an address asks for; what it cannot mean is left out rather than refused."""
    page = arguments.get("page", "")
    subject = _one_of(arguments, "subject", SUBJECTS)
    areas = AREAS[subject] if subject else [area for areas in AREAS.values() for area in areas]
    return ItemQuery(
        words=search_words(arguments.get("search", "")[:LONGEST_SEARCH]),
        subject=subject,
        area=_one_of(arguments, "area", areas),
        level=_one_of(arguments, "level", LEVELS),
        pool=_one_of(arguments, "pool", POOLS),
        status=_one_of(arguments, "status", [status.value for status in ReviewStatus]),
        lacks=_one_of(arguments, "lacks", LANGUAGES),
        calibrated=_CALIBRATED.get(arguments.get("calibrated", "")),
        sort=_one_of(arguments, "sort", SORTS) or "key",
        descending=arguments.get("order") == "descending",
        page=min(int(page), MOST_PAGES) if page.isdecimal() else 1,
    )


def link_arguments(query: ItemQuery, search: str) -> dict[str, str]:
    """Return the arguments that an address of the same table needs, without the page."""
    calibrated = {True: "yes", False: "no"}.get(query.calibrated) if query.calibrated is not None else None
    found = {
        "search": search[:LONGEST_SEARCH],
        "subject": query.subject,
        "area": query.area,
        "level": query.level,
        "pool": query.pool,
        "status": query.status,
        "lacks": query.lacks,
        "calibrated": calibrated,
        "sort": query.sort if query.sort != "key" else None,
        "order": "descending" if query.descending else None,
    }
    return {name: value for name, value in found.items() if value}


def _one_of(arguments: Mapping[str, str], name: str, known: Collection[str]) -> str | None:
    value = arguments.get(name, "")
    return value if value in known else None
