"""Moodle's questions with gaps in the text: lists in gaps, words to drag, embedded answers."""

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import SelectionKey
from item_bank.errors import InvalidImport
from item_bank.formats.moodle_answers import Answered, points_of, share_of
from item_bank.gap_markers import gap_marker
from item_bank.identifiers import OptionId
from item_bank.interactions import GapMatchInteraction, InlineChoiceInteraction
from item_bank.safe_xml import local_name

_NUMBERED: Final = re.compile(r"\[\[(\d{1,3})\]\]")
_EMBEDDED: Final = re.compile(r"(?<!\\)\{(\d*):([A-Z_]+):((?:\\.|[^}\\]){0,5000})\}", re.DOTALL)
_LISTS: Final = frozenset(
    [*("MULTICHOICE", "MULTICHOICE_V", "MULTICHOICE_H", "MULTICHOICE_S", "MULTICHOICE_VS", "MULTICHOICE_HS"),
     *("MC", "MCV", "MCH", "MCS", "MCVS", "MCHS")]
)  # fmt: skip
_PATTERNS: Final = {
    "gapselect": _NUMBERED,
    "ddwtos": _NUMBERED,
    "cloze": _EMBEDDED,
    "multianswer": _EMBEDDED,
}
_CHOICE: Final = re.compile(r"(?:(?P<right>=)|%(?P<share>-?[\d.]+)%)?(?P<text>.*)", re.DOTALL)


def with_gaps(stem: Element, kind: str) -> Element:
    """Return the stem with our gap markers in the place of Moodle's, for the kinds that have them."""
    pattern = _PATTERNS.get(kind)
    if pattern is None:
        return stem
    copy = deepcopy(stem)
    counter = iter(range(1, 10_000))
    for element in copy.iter():
        if local_name(element) == "text" and element.text:
            element.text = pattern.sub(lambda _: gap_marker(f"g{next(counter)}"), element.text)
    return copy


def _gaps(stem: str, count: int) -> list[int]:
    found = [int(number) for number in _NUMBERED.findall(stem)]
    if not found or not all(1 <= number <= count for number in found):
        raise InvalidImport("import_gaps")
    return found


def inline_lists(stem: str, words: Sequence[tuple[str, str]], *, shuffle: bool) -> Answered:
    """Return an inline choice: each gap offers the words of the group that its own word is in."""
    gaps: dict[OptionId, tuple[OptionId, ...]] = {}
    options: dict[OptionId, str] = {}
    correct = []
    for place, number in enumerate(_gaps(stem, len(words)), start=1):
        gap, group = OptionId(f"g{place}"), words[number - 1][1]
        numbered = [(n, text) for n, (text, its) in enumerate(words, start=1) if its == group]
        own = {OptionId(f"g{place}_{n}"): text for n, text in numbered}
        gaps[gap] = tuple(own)
        options |= own
        correct.append(f"{gap} g{place}_{number}")
    key = SelectionKey(tuple(correct), "matches", len(correct))
    return Answered(InlineChoiceInteraction(gaps, shuffle), key, options)


def gap_words(stem: str, words: Sequence[tuple[str, str]], *, again: bool, shuffle: bool) -> Answered:
    """Return a gap match of one set of words; words in several groups become lists in the gaps."""
    if len({group for _, group in words}) > 1:
        return inline_lists(stem, words, shuffle=shuffle)
    ids = tuple(OptionId(f"o{n}") for n in range(1, len(words) + 1))
    right = _gaps(stem, len(words))
    gaps = tuple(OptionId(f"g{n}") for n in range(1, len(right) + 1))
    correct = tuple(f"{gap} {ids[number - 1]}" for gap, number in zip(gaps, right, strict=True))
    interaction = GapMatchInteraction(gaps, ids, 0 if again else 1, shuffle)
    options = dict(zip(ids, (text for text, _ in words), strict=True))
    return Answered(interaction, SelectionKey(correct, "matches", len(correct)), options)


def open_cloze(stem: str, read: Callable[[str], str]) -> Answered:
    """Return an inline choice of embedded answers; raises ``InvalidImport`` for embedded entries."""
    gaps: dict[OptionId, tuple[OptionId, ...]] = {}
    options: dict[OptionId, str] = {}
    shares: dict[str, Fraction] = {}
    embedded = _EMBEDDED.findall(stem)
    total = sum(int(weight or 1) for weight, _, _ in embedded)
    for place, (weight, kind, answers) in enumerate(embedded, start=1):
        if kind not in _LISTS:
            raise InvalidImport("import_embedded", kind=kind)
        gap = OptionId(f"g{place}")
        for number, (text, share) in enumerate(_embedded_answers(answers, read), start=1):
            option = OptionId(f"g{place}_{number}")
            gaps[gap] = (*gaps.get(gap, ()), option)
            options[option] = text
            if share:
                shares[f"{gap} {option}"] = share * Fraction(int(weight or 1), total)
    return Answered(InlineChoiceInteraction(gaps), _cloze_key(gaps, shares), options)


def _cloze_key(gaps: dict[OptionId, tuple[OptionId, ...]], shares: dict[str, Fraction]) -> SelectionKey:
    best = []
    for gap in gaps:
        own = [part for part in shares if part.startswith(f"{gap} ")]
        if not own:
            raise InvalidImport("import_no_full_credit")
        best.append(max(own, key=lambda part: shares[part]))
    if len(shares) == len(gaps) and len(set(shares.values())) == 1:
        return SelectionKey(tuple(best), "matches", len(best))
    return SelectionKey(tuple(best), "weights", points_of(shares.values()), shares)


def _embedded_answers(written: str, read: Callable[[str], str]) -> list[tuple[str, Fraction]]:
    found = []
    for answer in re.split(r"(?<!\\)~", written):
        match = _CHOICE.fullmatch(re.split(r"(?<!\\)#", answer, maxsplit=1)[0])
        if match is None or not match["text"].strip():
            continue
        share = share_of(match["share"]) if match["share"] else Fraction(bool(match["right"]))
        found.append((read(re.sub(r"\\([~#}=\\])", r"\1", match["text"]).strip()), share))
    return found
