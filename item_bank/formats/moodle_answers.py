"""Questions of Moodle's formats as interactions and keys: choices by shares, pairs, numbers, texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Final

from item_bank.answer_keys import (
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
from item_bank.errors import InvalidImport
from item_bank.formats.plain_keys import exact_text
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import (
    ChoiceInteraction,
    ExtendedTextInteraction,
    Interaction,
    MatchInteraction,
    MultipleChoiceInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.quantities import InvalidNumber, canonical_number, number_value

MOST_POINTS: Final = 100
_TRUTH: Final = {
    "ky": ("Туура", "Туура эмес"),
    "ru": ("Верно", "Неверно"),
    "kk": ("Дұрыс", "Дұрыс емес"),
    "en": ("True", "False"),
}


@dataclass(frozen=True)
class Answer:
    """One answer of a question: its text (ours), the share of the points it earns, feedback (ours)."""

    text: str
    credit: Fraction
    feedback: str = ""
    tolerance: str = "0"


@dataclass(frozen=True)
class Answered:
    """How an item is answered, with the texts and notes of its options."""

    interaction: Interaction
    answer_key: AnswerKey
    options: dict[OptionId, str] = field(default_factory=dict)
    notes: dict[OptionId, str] = field(default_factory=dict)


def share_of(percent: str) -> Fraction:
    """Return the exact share that a rounded percentage like 33.33333 stands for.

    Raises ``InvalidImport`` for what is no number from -100 to 100.
    """
    try:
        exact = number_value(canonical_number(percent)) / 100
    except InvalidNumber:
        raise InvalidImport("import_share", share=percent[:20]) from None
    if not -1 <= exact <= 1:
        raise InvalidImport("import_share", share=percent[:20])
    near = exact.limit_denominator(20)
    return near if abs(near - exact) < Fraction(1, 10_000) else exact


def percent_of(share: Fraction) -> str:
    """Return the percentage of a share as Moodle writes it: at most five decimal places."""
    return f"{round(float(share * 100), 5):g}" if (share * 100).denominator != 1 else str(int(share * 100))


def choices(answers: Sequence[Answer], *, single: bool, shuffle: bool = True) -> Answered:
    """Return a single or multiple choice; raises ``InvalidImport`` if no answer earns all the points."""
    ids = tuple(OptionId(chr(97 + n) if len(answers) <= 26 else f"o{n + 1}") for n in range(len(answers)))
    by_id = dict(zip(ids, answers, strict=True))
    options = {option: answer.text for option, answer in by_id.items()}
    notes = {option: answer.feedback for option, answer in by_id.items() if answer.feedback}
    weights = {str(option): answer.credit for option, answer in by_id.items() if answer.credit}
    full = [option for option in ids if weights.get(option) == 1]
    if single:
        if not full:
            raise InvalidImport("import_no_full_credit")
        plain = len(full) == 1 and len(weights) == 1
        points = points_of(weights.values())
        key = OptionKey(full[0]) if plain else SelectionKey((full[0],), "weights", points, weights)
        return Answered(ChoiceInteraction(ids, shuffle), key, options, notes)
    right = tuple(option for option in ids if weights.get(option, 0) > 0)
    if not right:
        raise InvalidImport("import_no_full_credit")
    weighted = SelectionKey(right, "weights", points_of(weights.values()), weights)
    return Answered(MultipleChoiceInteraction(ids, shuffle), weighted, options, notes)


def points_of(weights: Iterable[Fraction]) -> int:
    """Return the fewest points in which every weight is whole, so that rounding down costs nobody; at most
    100."""
    return min(lcm(*(weight.denominator for weight in weights)), MOST_POINTS)


def truth(is_true: bool, language: Language, notes: tuple[str, str] = ("", "")) -> Answered:
    """Return a single choice between true and false, in this order."""
    ids = (OptionId("true"), OptionId("false"))
    options = dict(zip(ids, _TRUTH[language], strict=True))
    kept = {option: note for option, note in zip(ids, notes, strict=True) if note}
    return Answered(ChoiceInteraction(ids, False), OptionKey(ids[0 if is_true else 1]), options, kept)


def matching(pairs: Sequence[tuple[str, str]], *, shuffle: bool = True) -> Answered:
    """Return a match of the left texts with the right ones; a pair without a left text adds a column."""
    columns = list(dict.fromkeys(right for _, right in pairs))
    column_ids = {text: OptionId(f"c{n}") for n, text in enumerate(columns, start=1)}
    rows = [(left, right) for left, right in pairs if left]
    row_ids = tuple(OptionId(f"r{n}") for n in range(1, len(rows) + 1))
    correct = tuple(f"{row} {column_ids[right]}" for row, (_, right) in zip(row_ids, rows, strict=True))
    options = dict(zip(row_ids, (left for left, _ in rows), strict=True))
    options |= {option: text for text, option in column_ids.items()}
    interaction = MatchInteraction(row_ids, tuple(column_ids.values()), 1, 0, shuffle)
    return Answered(interaction, SelectionKey(correct, "matches", max(len(rows), 1)), options)


def ordering(texts: Sequence[str]) -> Answered:
    """Return an order whose right one is that of ``texts``."""
    ids = tuple(OptionId(f"o{n}") for n in range(1, len(texts) + 1))
    key = SelectionKey(ids, "positions", max(len(ids), 1))
    return Answered(OrderInteraction(ids), key, dict(zip(ids, texts, strict=True)))


def numbers(answers: Sequence[Answer], unit: str | None = None) -> Answered:
    """Return a numeric entry; the answer with full credit comes first. Raises ``InvalidImport``."""
    kept = sorted((answer for answer in answers if answer.credit > 0), key=lambda answer: -answer.credit)
    if not kept or kept[0].credit != 1:
        raise InvalidImport("import_no_full_credit")
    bands = tuple(_band(answer) for answer in kept)
    points = points_of(band.credit for band in bands)
    units = () if unit is None else (unit,)
    return Answered(NumericInteraction(units), NumericKey(bands, unit, max_score=points))


def _band(answer: Answer) -> NumericBand:
    try:
        value, tolerance = canonical_number(answer.text), canonical_number(answer.tolerance or "0")
    except InvalidNumber:
        raise InvalidImport("import_number", number=answer.text[:40]) from None
    return NumericBand(value, tolerance, False, answer.credit)


def number_range(low: str, high: str) -> tuple[str, str]:
    """Return the middle and the tolerance of a range, exactly; raises ``InvalidImport``."""
    try:
        first, last = number_value(canonical_number(low)), number_value(canonical_number(high))
    except InvalidNumber:
        raise InvalidImport("import_number", number=f"{low}..{high}"[:40]) from None
    return exact_text((first + last) / 2), exact_text((last - first) / 2)


def short_texts(answers: Sequence[Answer], language: Language, *, case_sensitive: bool = False) -> Answered:
    """Return a short text; raises ``InvalidImport`` for a pattern, which only Moodle understands."""
    kept = tuple(answer for answer in answers if answer.credit > 0)
    for answer in kept:
        if "*" in answer.text:
            raise InvalidImport("import_pattern", written=answer.text[:40])
    if not any(answer.credit == 1 for answer in kept):
        raise InvalidImport("import_no_full_credit")
    points = points_of(answer.credit for answer in kept)
    variants = tuple(TextVariant(answer.text, answer.credit) for answer in kept)
    longest = max(100, *(len(answer.text) for answer in kept))
    return Answered(ShortTextInteraction(longest), TextKey({language: variants}, case_sensitive, points))


def essay(language: Language, points: int, description: str) -> Answered:
    """Return an extended text judged by one criterion."""
    criterion = Criterion(OptionId("whole"), max(points, 1), {language: description})
    return Answered(ExtendedTextInteraction(), RubricKey((criterion,)))
