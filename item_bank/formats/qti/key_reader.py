"""Answer keys from response declarations and response processing.

A rule of the item bank is recognised by writing it and comparing; the standard templates and the plainest
written rules are understood. Anything else is read as “all or nothing” and reported with its whole text.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import lcm

from item_bank.answer_keys import RULES, AnswerKey, OptionKey, SelectionKey
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING, WEIGHTS
from item_bank.errors import InvalidImport, InvalidResponse
from item_bank.formats.qti.declarations import Declaration
from item_bank.formats.qti.entry_key_reader import numeric_key, rubric_key, text_key
from item_bank.formats.qti.key_source import (
    MAP_RESPONSE,
    MOST_POINTS,
    KeySource,
    assume_all_or_nothing,
    maximum,
    points_for_all,
    writes,
    written_rule,
)
from item_bank.identifiers import OptionId
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.interactions.hotspot import PICTURE


def read_key(source: KeySource) -> AnswerKey:
    """Return the key; raises ``InvalidImport`` if the item does not say what is correct."""
    interaction = source.read.interaction
    if isinstance(interaction, ExtendedTextInteraction):
        return rubric_key(source)
    if isinstance(interaction, NumericInteraction):
        return numeric_key(source)
    if isinstance(interaction, ShortTextInteraction):
        return text_key(source)
    return _selection(source)


def _selection(source: KeySource) -> AnswerKey:
    interaction = source.read.interaction
    weights = _weights(source)
    correct = _correct(source) or tuple(part for part, weight in weights.items() if weight > 0)
    if not correct:
        raise InvalidImport("import_qti", reason="it does not say which response is correct")
    try:
        canonical = interaction.parse_response(list(correct))
    except InvalidResponse as error:
        raise InvalidImport("import_qti", reason=f"its correct response does not fit: {error}") from None
    for key in _own_rules(source, canonical, weights):
        if writes(key, source):
            return key
    if weights and source.template == MAP_RESPONSE:
        return _weighted(source, canonical, weights)
    points = points_for_all(source)
    if points is None:
        rule = source.processing
        if rule is not None and next(rule.iter("qti-map-response"), None) is not None:
            content = written_rule(source)
            source.reader.lose("assumed", "response processing", reading="its mapping", content=content)
            return _weighted(source, canonical, weights)
        assume_all_or_nothing(source)
        points = 1
    return _whole(source, canonical, points)


def _whole(source: KeySource, correct: tuple[str, ...], points: int) -> AnswerKey:
    if isinstance(source.read.interaction, ChoiceInteraction):
        return OptionKey(OptionId(correct[0]), points)
    return SelectionKey(correct, ALL_OR_NOTHING, points)


def _own_rules(
    source: KeySource, correct: tuple[str, ...], weights: Mapping[str, Fraction]
) -> Iterator[AnswerKey]:
    """Yield the keys of the item bank that the item may have been written from."""
    points = maximum(source) or 1
    if isinstance(source.read.interaction, ChoiceInteraction):
        yield OptionKey(OptionId(correct[0]), points)
    for rule in RULES.get(source.read.interaction.kind, ()):
        if rule != WEIGHTS:
            yield SelectionKey(correct, rule, points)
        elif weights:
            yield SelectionKey(correct, rule, points, weights)


def _correct(source: KeySource) -> tuple[str, ...]:
    if not isinstance(source.read.interaction, InlineChoiceInteraction):
        return tuple(_part(source, value) for value in source.declaration.correct)
    return tuple(
        f"{source.read.renamed[variable]} {_known(source, f'{variable} {value}')}"
        for variable in source.read.responses
        for value in source.declarations.get(variable, Declaration("")).correct
    )


def _weights(source: KeySource) -> dict[str, Fraction]:
    """Return the mapped values by our parts of a response; a default value goes to every other option."""
    interaction = source.read.interaction
    if isinstance(interaction, OrderInteraction):
        return {}
    if isinstance(interaction, InlineChoiceInteraction):
        return {
            f"{source.read.renamed[variable]} {_known(source, f'{variable} {value}')}": share
            for variable in source.read.responses
            for value, share in source.declarations.get(variable, Declaration("")).mapping.items()
            if value != "_none"
        }
    declaration = source.declaration
    weights = {
        _part(source, value): share for value, share in declaration.mapping.items() if value != "_none"
    }
    if declaration.default and source.template == MAP_RESPONSE:
        for part in _all_parts(interaction):
            weights.setdefault(part, declaration.default)
    return weights


def _all_parts(interaction: Interaction) -> Iterator[str]:
    """Yield every part that a response may have."""
    if isinstance(interaction, MatchInteraction):
        yield from (f"{row} {column}" for row in interaction.rows for column in interaction.columns)
    elif isinstance(interaction, GapMatchInteraction):
        yield from (f"{gap} {word}" for gap in interaction.gap_ids for word in interaction.option_ids)
    elif isinstance(interaction, AssociateInteraction):
        yield from (f"{first} {second}" for first, second in combinations(interaction.option_ids, 2))
    else:
        yield from (option for option in interaction.option_ids if option != PICTURE)


def _part(source: KeySource, value: str) -> str:
    names = [_known(source, name) for name in value.split(" ")]
    if isinstance(source.read.interaction, GapMatchInteraction):
        names.reverse()
    return " ".join(names)


def _known(source: KeySource, name: str) -> str:
    if name not in source.read.renamed:
        reason = f"its key names “{name[:40]}”, which is not an option"
        raise InvalidImport("import_qti", reason=reason)
    return source.read.renamed[name]


def _weighted(source: KeySource, correct: tuple[str, ...], weights: Mapping[str, Fraction]) -> AnswerKey:
    """Return a key by weights, on a scale on which every mapped value is whole points."""
    interaction = source.read.interaction
    full = sum((weights.get(part, Fraction(0)) for part in correct), Fraction(0))
    if full <= 0:
        raise InvalidImport("import_qti", reason="its correct response has no points")
    canonical = {interaction.parse_response([part])[0]: share for part, share in weights.items()}
    full = _bounded(source, full, weights)
    points = lcm(*(share.denominator for share in (*weights.values(), full))) * full
    if points > MOST_POINTS:
        raise InvalidImport("import_qti", reason="its points are too finely divided")
    if points != full:
        source.reader.lose("rounded", "scale of SCORE", before=f"0 to {full}", after=f"0 to {points} points")
    worth = [share for share in canonical.values() if share]
    if isinstance(interaction, ChoiceInteraction) and worth == [full]:
        return OptionKey(OptionId(correct[0]), int(points))
    shares = {part: share / full for part, share in canonical.items()}
    return SelectionKey(correct, WEIGHTS, int(points), shares)


def _bounded(source: KeySource, full: Fraction, weights: Mapping[str, Fraction]) -> Fraction:
    """Return the full score within the bounds of the mapping; tell if a score below 0 is raised to it."""
    bounds = [source.declarations.get(name, Declaration("")) for name in source.read.responses]
    highest = bounds[0].highest
    if any(share < 0 for share in weights.values()) and bounds[0].lowest != 0:
        source.reader.lose("assumed", "a score below 0", reading="0 points")
    return full if highest is None or highest <= 0 else min(full, highest)
