"""The answers of our items as Moodle counts them: a share of the points for each option, or pairs."""

from fractions import Fraction

from item_bank.answer_keys import NumericBand, NumericKey, OptionKey, SelectionKey
from item_bank.errors import InvalidImport
from item_bank.formats.moodle_answers import points_of
from item_bank.formats.places import Place
from item_bank.formats.plain_keys import exact_text
from item_bank.formats.protocol import ExportItem
from item_bank.formats.reports import Report
from item_bank.identifiers import OptionId
from item_bank.quantities import number_value

USUAL_RULES = {"match": "matches", "order": "positions", "inline_choice": "matches", "gap_match": "matches"}
"""How Moodle scores what it does not score by fractions."""


def option_shares(item: ExportItem, report: Report) -> dict[OptionId, Fraction]:
    """Return the share of each option; a rule that fractions cannot say is reported with what was written."""
    key, options = item.content.answer_key, item.content.interaction.option_ids
    if isinstance(key, OptionKey):
        return {option: Fraction(option == key.correct) for option in options}
    if not isinstance(key, SelectionKey):
        raise InvalidImport("export_kind", kind=item.content.interaction.kind, format="moodle")
    if key.rule == "weights":
        lose_points(item, points_of(filter(None, key.weights.values())), report)
        return {option: key.weights.get(option, Fraction(0)) for option in options}
    share = Fraction(1, len(key.correct))
    reading = "shares of the points, wrong options costing as much as right ones earn"
    report.lose(item.key, Place(), "format_simplifies", f"scoring rule {key.rule}", reading=reading)
    lose_points(item, len(key.correct), report)
    return {option: share if option in key.correct else -share for option in options}


def lose_rule(item: ExportItem, report: Report) -> None:
    """Report a rule that is not the one Moodle has for the kind."""
    key, kind = item.content.answer_key, item.content.interaction.kind
    if isinstance(key, SelectionKey) and key.rule != USUAL_RULES.get(kind):
        reading = f"the rule “{USUAL_RULES[kind]}”"
        report.lose(item.key, Place(), "format_simplifies", f"scoring rule {key.rule}", reading=reading)


def lose_points(item: ExportItem, usual: int, report: Report) -> None:
    """Report points that a reader of the file would not give."""
    points = item.content.answer_key.max_score
    if points != usual:
        report.lose(item.key, Place(), "format_lacks", "max_score", content=str(points))


def absolute_band(item: ExportItem, band: NumericBand, report: Report) -> tuple[str, str]:
    """Return value and tolerance as decimals; raises ``InvalidImport`` if a number has no end."""
    value = number_value(band.value)
    tolerance = number_value(band.tolerance) * (abs(value) if band.relative else 1)
    if band.relative and tolerance:
        reading = f"{exact_text(tolerance)}, its size at this value"
        report.lose(item.key, Place(), "format_simplifies", "relative tolerance", reading=reading)
    written = exact_text(value), exact_text(tolerance)
    if "/" in "".join(written):
        raise InvalidImport("export_number", item=item.key, number=band.value)
    return written


def lose_numeric(item: ExportItem, key: NumericKey, report: Report, *, units: bool) -> None:
    """Report what a list of numbers does not say about a numeric key."""
    lose_points(item, points_of(band.credit for band in key.bands), report)
    if key.unit and not units:
        report.lose(item.key, Place(), "format_lacks", "unit", content=key.unit)
    if key.without_unit:
        report.lose(item.key, Place(), "format_lacks", "without_unit", content=str(key.without_unit))
