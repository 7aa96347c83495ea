"""Answer keys as response declarations and response processing.

``match_correct`` is used where it means the same as our rule; every other rule is written out. A written
rule first computes ``RAW``, the credit before it is kept between 0 and 1, and then gives whole points,
rounded down, as the item bank does; a billionth makes up for binary fractions.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import (
    AnswerKey,
    NumericBand,
    NumericKey,
    OptionKey,
    RubricKey,
    SelectionKey,
    TextKey,
)
from item_bank.answer_keys.selection_key import (
    ADJACENT_PAIRS,
    ALL_OR_NOTHING,
    MATCHES_MINUS_WRONG,
    POSITIONS,
    WEIGHTS,
)
from item_bank.formats.qti.names import QtiVersion, node
from item_bank.identifiers import Language
from item_bank.interactions import (
    AssociateInteraction,
    GapMatchInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
)
from item_bank.quantities import number_value
from item_bank.units import converted

RESPONSE: Final = "RESPONSE"
UNIT: Final = "RESPONSE_UNIT"
_ALMOST: Final = "1e-9"


def gap_response(gap: str) -> str:
    """Return the response variable of a gap of an inline choice."""
    return f"{RESPONSE}_{gap}"


def decimal(value: Fraction) -> str:
    """Return the shortest decimal of the double nearest to ``value``."""
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def unit_identifier(position: int) -> str:
    """Return the identifier under which the unit at ``position`` (from 0) is chosen."""
    return f"unit_{position + 1}"


def declare(item: Element, interaction: Interaction, key: AnswerKey, language: Language) -> None:
    """Append the response declarations of a key."""
    if isinstance(interaction, InlineChoiceInteraction) and isinstance(key, SelectionKey):
        for gap in interaction.gap_ids:
            _declare_gap(item, gap, interaction, key)
        return
    cardinality, base_type = _types(interaction, key)
    declaration = _declaration(item, RESPONSE, cardinality, base_type)
    _correct(declaration, correct_values(interaction, key, language))
    mapped = _mapping(interaction, key, language)
    if mapped:
        _write_mapping(declaration, mapped, default=_default(key), key=key)
    if isinstance(interaction, NumericInteraction) and interaction.units and isinstance(key, NumericKey):
        unit = _declaration(item, UNIT, "single", "identifier")
        _correct(unit, [unit_identifier(interaction.units.index(key.unit or ""))])


def correct_values(interaction: Interaction, key: AnswerKey, language: Language) -> list[str]:
    """Return the values of the correct response as QTI writes them."""
    if isinstance(key, OptionKey):
        return [key.correct]
    if isinstance(key, SelectionKey):
        return [qti_part(interaction, part) for part in key.correct]
    if isinstance(key, TextKey):
        return [variant.text for variant in key.accepted[language] if variant.credit == 1][:1]
    return [decimal(number_value(key.bands[0].value))] if isinstance(key, NumericKey) else []


def qti_part(interaction: Interaction, part: str) -> str:
    """Return a part of a response; in a gap match QTI names the word before the gap."""
    if isinstance(interaction, GapMatchInteraction):
        gap, _, word = part.partition(" ")
        return f"{word} {gap}"
    return part


def process(item: Element, interaction: Interaction, key: AnswerKey, version: QtiVersion) -> None:
    """Append the response processing; a rubric has none, since people score it."""
    if isinstance(key, RubricKey):
        return
    several = isinstance(interaction, InlineChoiceInteraction)
    if key.max_score == 1 and _is_whole(key) and not several:
        node(item, "qti-response-processing", template=f"{version.templates}match_correct.xml")
        return
    processing = node(item, "qti-response-processing")
    if _is_whole(key):
        _score_if(processing, _all_correct(interaction, key), str(key.max_score))
        return
    if isinstance(key, SelectionKey):
        _selection_raw(processing, interaction, key)
    elif isinstance(key, TextKey):
        _set(processing, "RAW", _mapped(RESPONSE, 1))
    elif isinstance(key, NumericKey):
        _numeric_raw(processing, interaction, key)
    _give_points(processing, key.max_score)


def _types(interaction: Interaction, key: AnswerKey) -> tuple[str, str]:
    if isinstance(interaction, (MatchInteraction, GapMatchInteraction)):
        return "multiple", "directedPair"
    if isinstance(interaction, AssociateInteraction):
        return "multiple", "pair"
    if isinstance(interaction, OrderInteraction):
        return "ordered", "identifier"
    if isinstance(key, (NumericKey, TextKey, RubricKey)):
        return "single", "float" if isinstance(key, NumericKey) else "string"
    single = interaction.kind == "choice" or getattr(interaction, "max_choices", 0) == 1
    return ("single" if single and interaction.kind != "multiple_choice" else "multiple"), "identifier"


def _declaration(item: Element, name: str, cardinality: str, base_type: str) -> Element:
    return node(
        item, "qti-response-declaration", identifier=name, cardinality=cardinality, base_type=base_type
    )


def _correct(declaration: Element, values: Sequence[str]) -> None:
    if values:
        correct = node(declaration, "qti-correct-response")
        for value in values:
            node(correct, "qti-value", value)


def _declare_gap(item: Element, gap: str, interaction: InlineChoiceInteraction, key: SelectionKey) -> None:
    declaration = _declaration(item, gap_response(gap), "single", "identifier")
    own = {
        part.partition(" ")[2]: credit
        for part, credit in _selection_mapping(key).items()
        if part.partition(" ")[0] == gap
    }
    _correct(declaration, [part.partition(" ")[2] for part in key.correct if part.startswith(f"{gap} ")])
    if own or key.rule == MATCHES_MINUS_WRONG:
        _write_mapping(declaration, own, default=_default(key), key=key)


def _mapping(interaction: Interaction, key: AnswerKey, language: Language) -> dict[str, Fraction]:
    if isinstance(key, TextKey):
        return {variant.text: variant.credit for variant in reversed(key.accepted[language])}
    if isinstance(key, SelectionKey) and not isinstance(interaction, OrderInteraction):
        return {qti_part(interaction, part): share for part, share in _selection_mapping(key).items()}
    return {}


def _selection_mapping(key: SelectionKey) -> Mapping[str, Fraction]:
    if key.rule == WEIGHTS:
        return key.weights
    return {} if key.rule == ALL_OR_NOTHING else dict.fromkeys(key.correct, Fraction(1))


def _default(key: AnswerKey) -> int:
    return -1 if isinstance(key, SelectionKey) and key.rule == MATCHES_MINUS_WRONG else 0


def _write_mapping(
    declaration: Element, entries: Mapping[str, Fraction], *, default: int, key: AnswerKey
) -> None:
    mapping = node(declaration, "qti-mapping", default_value=str(default))
    for entry, share in entries.items():
        written = node(mapping, "qti-map-entry", map_key=entry, mapped_value=decimal(share))
        if isinstance(key, TextKey):
            written.set("case-sensitive", "true" if key.case_sensitive else "false")
    if not entries:  # a mapping needs an entry: one that cannot be chosen
        node(mapping, "qti-map-entry", map_key="_none", mapped_value="0")


def _is_whole(key: AnswerKey) -> bool:
    return isinstance(key, OptionKey) or (isinstance(key, SelectionKey) and key.rule == ALL_OR_NOTHING)


def _all_correct(interaction: Interaction, key: AnswerKey) -> Element:
    if not isinstance(interaction, InlineChoiceInteraction) or not isinstance(key, SelectionKey):
        return _match_correct(RESPONSE)
    keyed = {part.partition(" ")[0] for part in key.correct}
    tests = [
        _match_correct(gap_response(gap))
        if gap in keyed
        else _of("qti-is-null", _variable(gap_response(gap)))
        for gap in interaction.gap_ids
    ]
    return tests[0] if len(tests) == 1 else _of("qti-and", *tests)


def _match_correct(name: str) -> Element:
    return _of("qti-match", _variable(name), Element("qti-correct", {"identifier": name}))


def _selection_raw(processing: Element, interaction: Interaction, key: SelectionKey) -> None:
    if key.rule in (POSITIONS, ADJACENT_PAIRS):
        _order_raw(processing, interaction.option_ids, key)
        return
    divisor = 1 if key.rule == WEIGHTS else len(key.correct)
    if not isinstance(interaction, InlineChoiceInteraction):
        _set(processing, "RAW", _mapped(RESPONSE, divisor))
        return
    for gap in interaction.gap_ids:
        given = _of("qti-not", _of("qti-is-null", _variable(gap_response(gap))))
        _add_if(processing, given, _mapped(gap_response(gap), divisor))


def _mapped(name: str, divisor: int) -> Element:
    mapped = Element("qti-map-response", {"identifier": name})
    return mapped if divisor == 1 else _of("qti-divide", mapped, _number(divisor))


def _order_raw(processing: Element, options: Sequence[str], key: SelectionKey) -> None:
    if key.rule == POSITIONS:
        parts = [_at(place, option) for place, option in enumerate(key.correct, start=1)]
    else:
        parts = [_neighbours(pair, len(options)) for pair in pairwise(key.correct)]
    for part in parts:
        _add_if(processing, part, _number(Fraction(1, len(parts))))


def _at(place: int, option: str) -> Element:
    index = _of("qti-index", _variable(RESPONSE))
    index.set("n", str(place))
    return _of("qti-match", index, _base("identifier", option))


def _neighbours(pair: tuple[str, str], count: int) -> Element:
    tests = [_of("qti-and", _at(n, pair[0]), _at(n + 1, pair[1])) for n in range(1, count)]
    return tests[0] if len(tests) == 1 else _of("qti-or", *tests)


def _numeric_raw(processing: Element, interaction: Interaction, key: NumericKey) -> None:
    units = interaction.units if isinstance(interaction, NumericInteraction) else ()
    for band in sorted(key.bands, key=lambda band: band.credit):
        if key.without_unit or not units:
            share = band.credit * (key.without_unit if units else 1)
            _set_if(processing, [_holds(band, Fraction(1))], decimal(share))
    for band in sorted(key.bands, key=lambda band: band.credit):
        for position, unit in enumerate(units):
            chosen = _of("qti-match", _variable(UNIT), _base("identifier", unit_identifier(position)))
            factor = converted(Fraction(1), unit, key.unit or unit) or Fraction(1)
            _set_if(processing, [chosen, _holds(band, factor)], decimal(band.credit))


def _holds(band: NumericBand, factor: Fraction) -> Element:
    """Say whether the response, times ``factor``, is within the band; both ends belong to it."""
    value, tolerance = number_value(band.value), number_value(band.tolerance)
    half = tolerance * abs(value) if band.relative else tolerance
    given = _variable(RESPONSE)
    if factor != 1:
        given = _of("qti-product", given, _number(factor))
    equal = _of("qti-equal", given, _number(value))
    width = decimal(half)
    equal.set("tolerance-mode", "absolute" if half or factor != 1 else "exact")
    if factor != 1 and not half:
        width = _ALMOST  # converted binary fractions are seldom exact
    if equal.get("tolerance-mode") == "absolute":
        equal.set("tolerance", f"{width} {width}")
    return equal


def _give_points(processing: Element, max_score: int) -> None:
    kept = _of("qti-max", _number(0), _of("qti-min", _number(1), _variable("RAW")))
    points = _of("qti-product", kept, _number(max_score))
    _set(processing, "SCORE", _whole(_of("qti-sum", points, _base("float", _ALMOST))))


def _whole(value: Element) -> Element:
    return _of("qti-integer-to-float", _of("qti-truncate", value))


def _score_if(processing: Element, test: Element, points: str) -> None:
    condition = node(processing, "qti-response-condition")
    then = node(condition, "qti-response-if")
    then.append(test)
    _set(then, "SCORE", _base("float", points))
    _set(node(condition, "qti-response-else"), "SCORE", _base("float", "0"))


def _set_if(processing: Element, tests: Sequence[Element], share: str) -> None:
    then = node(node(processing, "qti-response-condition"), "qti-response-if")
    then.append(tests[0] if len(tests) == 1 else _of("qti-and", *tests))
    _set(then, "RAW", _base("float", share))


def _add_if(processing: Element, test: Element, share: Element) -> None:
    then = node(node(processing, "qti-response-condition"), "qti-response-if")
    then.append(test)
    _set(then, "RAW", _of("qti-sum", _variable("RAW"), share))


def _set(parent: Element, name: str, value: Element) -> None:
    node(parent, "qti-set-outcome-value", identifier=name).append(value)


def _of(name: str, *children: Element) -> Element:
    element = Element(name)
    element.extend(children)
    return element


def _variable(name: str) -> Element:
    return Element("qti-variable", {"identifier": name})


def _number(value: Fraction | int) -> Element:
    return _base("float", decimal(Fraction(value)))


def _base(base_type: str, value: str) -> Element:
    element = Element("qti-base-value", {"base-type": base_type})
    element.text = value
    return element
