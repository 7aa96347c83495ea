"""Refuses rule-set data that its schema or its own cross-references contradict.

The schema sees shapes; the checks here see what no schema can: codes that point nowhere, a higher
category with a lower threshold, a time zone that does not exist. Every refusal names the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from testing_center.domain.errors import DomainError
from testing_center.domain.messages import N_

Data = Mapping[str, Any]
Finding = tuple[str, str]
APPEAL_DEADLINE = "appeal_submit"


class InvalidRuleSet(DomainError):
    """The data is not a usable rule set; ``params`` hold ``rule_set``, ``path`` and ``problem``."""

    code: ClassVar[str] = "invalid-rule-set"
    message = N_("Rule set %(rule_set)s cannot be used: %(path)s: %(problem)s. Correct it and load it again.")


def check_rule_set(data: Data) -> None:
    """Raise `InvalidRuleSet` for the first thing wrong with *data* (a parsed JSON document)."""
    name = data.get("id", "?") if isinstance(data, Mapping) else "?"
    error = best_match(_validator().iter_errors(data))
    if error is not None:
        path = "".join(f"/{step}" for step in error.absolute_path) or "/"
        raise InvalidRuleSet(rule_set=name, path=path, problem=error.message)
    for path, problem in _findings(data):
        raise InvalidRuleSet(rule_set=name, path=path, problem=problem)


@cache
def _validator() -> Draft202012Validator:
    text = files("testing_center").joinpath("rule_sets", "schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _findings(data: Data) -> Iterator[Finding]:
    yield from _repeated_codes(data)
    yield from _unknown_categories(data)
    yield from _unknown_references(data)
    yield from _falling_thresholds(data)
    yield from _impossible_dates(data)
    yield from _unknown_places(data)
    yield from _lost_provenance(data)


def _repeated_codes(data: Data) -> Iterator[Finding]:
    for key in ("categories", "test_profiles", "subjects", "sites", "portals", "deadlines", "exemptions"):
        seen: set[str] = set()
        for index, entry in enumerate(data[key]):
            if entry["code"] in seen:
                yield f"/{key}/{index}/code", f"{entry['code']!r} is used twice"
            seen.add(entry["code"])


def _category_references(data: Data) -> Iterator[Finding]:
    for index, portal in enumerate(data["portals"]):
        yield from ((f"/portals/{index}/categories", code) for code in portal["categories"])
    for table, thresholds in data["threshold_tables"].items():
        yield from ((f"/threshold_tables/{table}", code) for code in thresholds)
    for index, exemption in enumerate(data["exemptions"]):
        yield from ((f"/exemptions/{index}/when", code) for code in exemption["when"].get("categories", ()))
    for index, certificate in enumerate(data["language_certificates"]):
        yield from ((f"/language_certificates/{index}/levels", code) for code in certificate["levels"])
    yield from (("/commission_levels", code) for code in data["commission_levels"])
    yield from (("/supplement/monthly", code) for code in (data["supplement"] or {}).get("monthly", ()))


def _unknown_categories(data: Data) -> Iterator[Finding]:
    known = {category["code"] for category in data["categories"]}
    for path, code in _category_references(data):
        if code not in known:
            yield path, f"category {code!r} is not defined"


def _unknown_references(data: Data) -> Iterator[Finding]:
    subjects = {subject["code"] for subject in data["subjects"]}
    for index, profile in enumerate(data["test_profiles"]):
        place = f"/test_profiles/{index}"
        if profile["threshold_table"] not in data["threshold_tables"]:
            yield f"{place}/threshold_table", f"table {profile['threshold_table']!r} is not defined"
        for subject in profile["minutes_by_subject"]:
            if subject not in subjects:
                yield f"{place}/minutes_by_subject", f"subject {subject!r} is not defined"
    units = {rule["code"]: rule["unit"] for rule in data["deadlines"]}
    if data["appeal"]["enabled"] and units.get(APPEAL_DEADLINE) != "minute":
        yield "/deadlines", f"appeals are enabled, so a deadline {APPEAL_DEADLINE!r} in minutes is required"


def _falling_thresholds(data: Data) -> Iterator[Finding]:
    categories = sorted(data["categories"], key=lambda category: (category["audience"], category["rank"]))
    for table, thresholds in data["threshold_tables"].items():
        ranked = [category for category in categories if category["code"] in thresholds]
        for lower, higher in pairwise(ranked):
            same_ladder = lower["audience"] == higher["audience"]
            if same_ladder and thresholds[lower["code"]] > thresholds[higher["code"]]:
                yield (
                    f"/threshold_tables/{table}",
                    f"{higher['code']!r} ranks above {lower['code']!r} but has a lower threshold",
                )


def _impossible_dates(data: Data) -> Iterator[Finding]:
    for index, window in enumerate(data["cycle_windows"]):
        if window["from_date"] > window["to_date"]:
            yield f"/cycle_windows/{index}", "the window ends before it starts"
    if data["valid_to"] is not None and data["valid_to"] < data["valid_from"]:
        yield "/valid_to", "the rule set ends before it starts"
    for day in set(data["calendar"]["extra_holidays"]) & set(data["calendar"]["extra_workdays"]):
        yield "/calendar", f"{day} is both an extra holiday and an extra working day"


def _unknown_places(data: Data) -> Iterator[Finding]:
    try:
        ZoneInfo(data["timezone"])
    except ZoneInfoNotFoundError:
        yield "/timezone", f"time zone {data['timezone']!r} does not exist"
    country = data["calendar"]["holidays_country"]
    if country not in holidays.list_supported_countries():
        yield "/calendar/holidays_country", f"no calendar of public holidays is known for {country!r}"


def _lost_provenance(data: Data) -> Iterator[Finding]:
    for index, entry in enumerate(data["provenance"]):
        for pointer in entry["paths"]:
            if not _resolves(data, pointer):
                yield f"/provenance/{index}/paths", f"{pointer} points to nothing"


def _resolves(data: Any, pointer: str) -> bool:
    for step in pointer.split("/")[1:]:
        if isinstance(data, list):
            if not step.isdigit() or int(step) >= len(data):
                return False
            data = data[int(step)]
        elif isinstance(data, Mapping) and step in data:
            data = data[step]
        else:
            return False
    return True
