"""The words of the editor: kinds of items, rules of scoring, quantities, shapes, and what keys accept."""

from collections.abc import Mapping

from flask_babel import format_decimal, gettext

from item_bank.drafts import TRUE_FALSE, ItemDraft
from item_bank.identifiers import LANGUAGES
from item_bank.quantities import InvalidNumber, canonical_number, number_value
from item_bank.text_matching import keyboard_folded, normalised
from item_bank.units import UNITS
from testing_center.domain.messages import N_

KINDS: Mapping[str, tuple[str, str]] = {
    "choice": (N_("Single choice"), N_("One of several options is correct.")),
    "multiple_choice": (N_("Multiple choice"), N_("Several options may be correct.")),
    TRUE_FALSE: (N_("True/false table"), N_("Each statement is true or false.")),
    "match": (N_("Match"), N_("Rows are joined with columns of a table.")),
    "order": (N_("Order"), N_("Options are put into the right order.")),
    "associate": (N_("Pairs"), N_("Options of one set are joined in pairs.")),
    "gap_match": (N_("Words into gaps"), N_("Words from one set are put into the gaps of a text.")),
    "inline_choice": (N_("Choice in gaps"), N_("Each gap of a text has a list of its own.")),
    "numeric": (N_("Number"), N_("A number is written, with a tolerance and a unit if wanted.")),
    "short_text": (N_("Short text"), N_("A word or a few are written; you list what is accepted.")),
    "hotspot": (N_("Place in a picture"), N_("A place in a picture is chosen.")),
    "extended_text": (N_("Long text"), N_("A text is written; two markers judge it by a rubric.")),
}
RULES: Mapping[str, tuple[str, str]] = {
    "all_or_nothing": (
        N_("All or nothing"),
        N_("All points for the whole correct response, otherwise none."),
    ),
    "matches": (
        N_("Share of correct parts"),
        N_("Points in proportion to the correct parts; wrong ones cost nothing because they take a place."),
    ),
    "matches_minus_wrong": (
        N_("Correct parts less wrong ones"),
        N_("Each wrong part takes one correct part off, never below 0: marking everything does not pay."),
    ),
    "positions": (
        N_("Right places"),
        N_("Points in proportion to the options that stand in their right place."),
    ),
    "adjacent_pairs": (
        N_("Right neighbours"),
        N_("Points in proportion to neighbours that belong together: one slip does not cost everything."),
    ),
    "weights": (
        N_("Weights"),
        N_("You give each part a weight; their sum, from 0 to 1, is the share of points."),
    ),
}
DIMENSIONS: Mapping[str, str] = {
    "length": N_("Length"),
    "area": N_("Area"),
    "volume": N_("Volume"),
    "mass": N_("Mass"),
    "time": N_("Time"),
    "speed": N_("Speed"),
    "information": N_("Amount of information"),
    "angle": N_("Angle"),
    "share": N_("Percent"),
    "money_kgs": N_("Money, som"),
    "money_kzt": N_("Money, tenge"),
    "force": N_("Force"),
    "energy": N_("Energy"),
    "power": N_("Power"),
    "pressure": N_("Pressure"),
    "voltage": N_("Voltage"),
    "current": N_("Current"),
}
SHAPES: Mapping[str, tuple[str, str]] = {
    "rect": (N_("Rectangle"), N_("left, top, right, bottom")),
    "circle": (N_("Circle"), N_("centre from the left, from the top, radius")),
    "ellipse": (N_("Ellipse"), N_("centre from the left, from the top, horizontal radius, vertical radius")),
    "poly": (N_("Polygon"), N_("from the left, from the top of each corner")),
}


def units_by_dimension() -> dict[str, list[str]]:
    """Return the codes of all units by quantity."""
    found: dict[str, list[str]] = {}
    for unit in UNITS.values():
        found.setdefault(unit.dimension, []).append(unit.code)
    return found


def dimension_of(unit: str) -> str:
    """Return the quantity of a unit, or an empty text."""
    return UNITS[unit].dimension if unit in UNITS else ""


def aids(draft: ItemDraft) -> dict[str, str]:
    """Return what a key accepts, in words, by the field it stands at."""
    if draft.kind == "numeric":
        found = {f"band.{name}.value": _range(draft, name) for name in draft.listed("bands")}
    elif draft.kind == "short_text":
        found = {
            f"{language}.accepted.{name}": _comparison(draft, f"{language}.accepted.{name}")
            for language in LANGUAGES
            for name in draft.listed(f"accepted.{language}")
        }
    else:
        return {}
    return {name: words for name, words in found.items() if words}


def _range(draft: ItemDraft, name: str) -> str:
    field = f"band.{name}"
    try:
        value = number_value(canonical_number(draft.entry(f"{field}.value")))
        tolerance = number_value(canonical_number(draft.entry(f"{field}.tolerance") or "0"))
    except InvalidNumber:
        return ""
    margin = tolerance * abs(value) if draft.entry(f"{field}.measure") == "relative" else tolerance
    low, high = (
        format_decimal(float(end), format="#,##0.######") for end in (value - margin, value + margin)
    )
    if margin == 0:
        return str(gettext("Accepted: exactly %(value)s, however it is written.", value=low))
    return str(gettext("Accepted: from %(low)s to %(high)s.", low=low, high=high))


def _comparison(draft: ItemDraft, field: str) -> str:
    written = draft.entry(field)
    if not written:
        return ""
    strict = bool(draft.entry("case_sensitive"))
    words = str(gettext("Compared as “%(text)s”.", text=normalised(written, case_sensitive=strict)))
    folded = keyboard_folded(written)
    if folded == normalised(written):
        return words
    more = gettext(
        "Written as “%(text)s”, it earns nothing and is reported to a person: letters are missing.",
        text=folded,
    )
    return f"{words} {more}"
