"""Answer keys as authors write them in one cell: ``b``; ``a, c``; ``a=e, b=f``; ``2.5 ± 0.1 cm``.

Options are called by letters in their order, whatever their identifiers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from item_bank.answer_keys import (
    RULES,
    AnswerKey,
    Criterion,
    NumericBand,
    NumericKey,
    OptionKey,
    RubricKey,
    SelectionKey,
    TextKey,
    TextVariant,
)
from item_bank.answer_keys.protocol import read_share
from item_bank.errors import InvalidImport
from item_bank.gap_markers import gaps_in
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    MultipleChoiceInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.items import ItemText
from item_bank.quantities import InvalidNumber, canonical_number, number_value, split_unit
from item_bank.units import find_unit

LETTERS: Final = tuple(OptionId(letter) for letter in "abcdefghijklmnopqrstuvwx")
_SPLIT: Final = re.compile(r"\s*[,;]\s*")
_PAIR: Final = re.compile(r"(\w+)\s*[=\-–→]+>?\s*(\w+)")
_GAP: Final = re.compile(r"(\w+)\s*=\s*(\w+)\s*\(([^)]*)\)")
_SHARE: Final = re.compile(r"(.*?)\s*\(\s*(\d+(?:/\d+|\.\d+)?)\s*\)")
_TOLERANCE: Final = re.compile(r"±|\+/-|\+-")

Pair = tuple[Interaction, AnswerKey]


@dataclass(frozen=True)
class PlainKey:
    """The cells of one row that say how the item is answered; ``rule`` may be empty for the usual one."""

    kind: str
    correct: str
    rule: str = ""
    points: int = 1
    shuffle: bool = True


def read_plain_key(
    cells: PlainKey,
    options: tuple[OptionId, ...],
    texts: dict[Language, ItemText],
    accepted: dict[Language, str],
) -> Pair:
    """Return the interaction and the key; raises ``InvalidImport`` or ``InvalidItem``."""
    reader = _READERS.get(cells.kind)
    if reader is None:
        raise InvalidImport("import_kind", kind=cells.kind, known=", ".join(_READERS))
    if not cells.correct and cells.kind != "short_text":
        raise InvalidImport("import_cell_missing", column="correct")
    return reader(cells, options, texts, accepted)


def _parts(cells: PlainKey) -> list[str]:
    return [part.strip() for part in _SPLIT.split(cells.correct.strip()) if part.strip()]


def _pairs(cells: PlainKey) -> list[tuple[str, str]]:
    found = []
    for part in _parts(cells):
        match = _PAIR.fullmatch(part)
        if match is None:
            raise InvalidImport("import_key_cell", written=part[:40], expected="pairs like a=d, b=e")
        found.append((match[1], match[2]))
    return found


def _selection(cells: PlainKey, interaction: Interaction, parts: Sequence[str]) -> SelectionKey:
    rule = cells.rule or RULES[interaction.kind][0]
    return SelectionKey(interaction.parse_response(list(parts)), rule, cells.points)


def _choice(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    parts = [part.lower() for part in _parts(cells)]
    if len(parts) != 1:
        expected = "the letter of one option"
        raise InvalidImport("import_key_cell", written=cells.correct[:40], expected=expected)
    return ChoiceInteraction(options, cells.shuffle), OptionKey(OptionId(parts[0]), cells.points)


def _multiple(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    interaction = MultipleChoiceInteraction(options, cells.shuffle)
    return interaction, _selection(cells, interaction, [part.lower() for part in _parts(cells)])


def _order(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    interaction = OrderInteraction(options)
    return interaction, _selection(cells, interaction, [part.lower() for part in _parts(cells)])


def _match(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    pairs = [(row.lower(), column.lower()) for row, column in _pairs(cells)]
    left = {row for row, _ in pairs}
    rows = tuple(option for option in options if option in left)
    columns = tuple(option for option in options if option not in left)
    interaction = MatchInteraction(rows, columns, 1, 0, cells.shuffle)
    return interaction, _selection(cells, interaction, [f"{row} {column}" for row, column in pairs])


def _associate(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    pairs = [f"{first.lower()} {second.lower()}" for first, second in _pairs(cells)]
    interaction = AssociateInteraction(options, 1, len(pairs), cells.shuffle)
    return interaction, _selection(cells, interaction, pairs)


def _gap_match(
    cells: PlainKey, options: tuple[OptionId, ...], texts: dict[Language, ItemText], *_: object
) -> Pair:
    stem = next(iter(texts.values())).stem if texts else ""
    gaps = tuple(OptionId(gap) for gap in gaps_in(stem))
    interaction = GapMatchInteraction(gaps, options, 1, cells.shuffle)
    pairs = [f"{gap} {word.lower()}" for gap, word in _pairs(cells)]
    return interaction, _selection(cells, interaction, pairs)


def _inline_choice(cells: PlainKey, options: tuple[OptionId, ...], *_: object) -> Pair:
    gaps: dict[OptionId, tuple[OptionId, ...]] = {}
    right = []
    for gap, answer, listed in _GAP.findall(cells.correct):
        gaps[OptionId(gap)] = tuple(OptionId(option.lower()) for option in listed.split())
        right.append(f"{gap} {answer.lower()}")
    if not gaps or {option for own in gaps.values() for option in own} - set(options):
        expected = "each gap with its options, like g1=b (a b c)"
        raise InvalidImport("import_key_cell", written=cells.correct[:40], expected=expected)
    interaction = InlineChoiceInteraction(gaps, cells.shuffle)
    return interaction, _selection(cells, interaction, right)


def _numeric(cells: PlainKey, *_: object) -> Pair:
    value, unit = split_unit(_TOLERANCE.split(cells.correct, maxsplit=1)[0].strip())
    tolerance, relative = "0", False
    if match := _TOLERANCE.search(cells.correct):
        tolerance, tail = split_unit(cells.correct[match.end() :].strip())
        relative = tail == "%" and not unit
        unit = unit if relative else unit or tail
    try:
        tolerance = canonical_number(tolerance)
        if relative:
            tolerance = exact_text(number_value(tolerance) / 100)
        band = NumericBand(canonical_number(value), tolerance, relative)
    except InvalidNumber:
        expected = "a number like 2.5 ± 0.1 cm"
        raise InvalidImport("import_key_cell", written=cells.correct[:40], expected=expected) from None
    found = find_unit(unit)
    codes = () if not unit else (found.code if found else unit,)
    return NumericInteraction(codes), NumericKey((band,), codes[0] if codes else None, max_score=cells.points)


def _short_text(
    cells: PlainKey, options: tuple[OptionId, ...], texts: object, accepted: dict[Language, str]
) -> Pair:
    variants = {
        language: tuple(_variant(part) for part in written.split("|") if part.strip())
        for language, written in accepted.items()
    }
    return ShortTextInteraction(), TextKey(variants, max_score=cells.points)


def _variant(written: str) -> TextVariant:
    match = _SHARE.fullmatch(written.strip())
    return TextVariant(match[1], read_share(match[2], "credit")) if match else TextVariant(written.strip())


def _extended_text(
    cells: PlainKey, options: tuple[OptionId, ...], texts: dict[Language, ItemText], *_: object
) -> Pair:
    criteria = []
    for letter, points in _pairs(cells):
        option = OptionId(letter.lower())
        described = {language: text.options.get(option, "") for language, text in texts.items()}
        if not points.isdigit():
            raise InvalidImport("import_key_cell", written=points[:40], expected="points like a=3, b=2")
        criteria.append(Criterion(option, int(points), described))
    return ExtendedTextInteraction(), RubricKey(tuple(criteria))


def exact_text(number: Fraction) -> str:
    """Write a fraction exactly: as a decimal if it ends, as a/b if not."""
    for places in range(30):
        scaled = number * 10**places
        if scaled.denominator == 1:
            digits = f"{abs(scaled.numerator):0{places + 1}d}"
            whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
            return ("-" if number < 0 else "") + whole + (f".{part}" if part else "")
    return f"{number.numerator}/{number.denominator}"


_READERS: Final[Mapping[str, Callable[..., Pair]]] = {
    "choice": _choice,
    "multiple_choice": _multiple,
    "match": _match,
    "order": _order,
    "associate": _associate,
    "gap_match": _gap_match,
    "inline_choice": _inline_choice,
    "numeric": _numeric,
    "short_text": _short_text,
    "extended_text": _extended_text,
}

PLAIN_KINDS: Final = tuple(_READERS)
"""The kinds that a row can describe in its plain cells."""


def plain_correct(interaction: Interaction, key: AnswerKey) -> str:
    """Return the cell that :func:`read_plain_key` reads, as far as one cell can say it."""
    if isinstance(interaction, InlineChoiceInteraction) and isinstance(key, SelectionKey):
        right = dict(part.split(" ") for part in key.correct)
        return ", ".join(
            f"{gap}={right.get(gap, '?')} ({' '.join(options)})" for gap, options in interaction.gaps.items()
        )
    if isinstance(key, NumericKey):
        return _plain_number(key)
    if isinstance(key, RubricKey):
        return ", ".join(f"{each.criterion_id}={each.max_points}" for each in key.criteria)
    if isinstance(key, SelectionKey):
        return ", ".join(part.replace(" ", "=") for part in key.correct)
    return key.summary if isinstance(key, OptionKey) else ""


def _plain_number(key: NumericKey) -> str:
    band = key.bands[0]
    tolerance = number_value(band.tolerance)
    shown = f"{exact_text(tolerance * 100)}%" if band.relative else band.tolerance
    return f"{band.value}{f' ± {shown}' if tolerance else ''} {key.unit or ''}".strip()


def plain_accepted(key: AnswerKey, language: Language) -> str:
    """Return the cell of accepted texts of one language."""
    variants = key.accepted.get(language, ()) if isinstance(key, TextKey) else ()
    return " | ".join(
        each.text if each.credit == 1 else f"{each.text} ({each.credit})" for each in variants
    )
