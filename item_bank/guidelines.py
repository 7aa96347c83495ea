"""Item-writing guidelines that a program can check.

The rules follow Haladyna, Downing and Rodriguez, "A review of multiple-choice item-writing guidelines"
(Applied Measurement in Education 15, 2002), and Haladyna and Rodriguez, *Developing and Validating Test
Items* (2013). They give warnings, not refusals: an author may have a reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.answer_keys import OptionKey, correct_option
from item_bank.identifiers import DECIMAL_COMMA_LANGUAGES, LANGUAGES, Language
from item_bank.item_changes import normalised_wording
from item_bank.items import ItemContent, ItemText
from item_bank.messages import N_
from item_bank.text_zones import Zone, zone_spans
from item_bank.translation_checks import number_differences

SENTENCES: Final[Mapping[str, str]] = {
    "language_missing": N_("The text in this language is missing."),
    "options_alike": N_("Options %(first)s and %(second)s say the same: there must be one correct answer."),
    "all_of_the_above": N_("Replace “all of the above” and “none of the above” by an option with content."),
    "key_longest": N_(
        "The key is much longer (%(length)s characters) than any distractor (%(longest)s): "
        "shorten it, or lengthen a distractor."
    ),
    "options_uneven": N_(
        "The options differ much in length (%(shortest)s to %(longest)s characters): "
        "make them parallel."
    ),
    "absolute_word": N_("The distractor contains the absolute word “%(word)s”, which gives it away."),
    "negative_stem": N_("Emphasise the negation “%(word)s” in the question (**bold**), or ask positively."),
    "punctuation_uneven": N_("Some options end with a full stop and some do not."),
    "numbers_differ": N_(
        "The numbers differ from those of the Russian text: missing %(missing)s, new %(surplus)s."
    ),
    "decimal_comma": N_("Write the decimal comma in the formula as {,}: “%(formula)s”."),
}

KEY_LENGTH_RATIO: Final = 1.6
UNEVEN_LENGTH_RATIO: Final = 3.0
LENGTH_MARGIN: Final = 25
"""Differences of fewer characters than this do not catch the eye."""

# The whole option says so; the same words inside a longer option have content of their own.
_ALL_OR_NONE: Final[Mapping[str, re.Pattern[str]]] = {
    "ky": re.compile(
        r"((жогору|жогорку|көрсөтүл|аталг|бул|ушул)\w*\s+)*(жооптордун\s+)?"
        r"(баары|бардыгы|бардык жооптор|эч бири)(\s+туура)?(\s+эмес)?|туура жооп жок"
    ),
    "ru": re.compile(
        r"(вс[её]|ни один|ни одно|ничего)( из)? ((выше)?(перечисленн|указанн)\w*|этих|них)( вариант\w*)?"
        r"( (верно|неверно))?|(все|оба) (ответы|варианты|ответа|варианта)( (верны|правильны|неверны))?"
        r"|нет (правильного|верного) ответа"
    ),
    "kk": re.compile(
        r"((жоғары|көрсетіл|аталған|осы|бұл)\w*\s+)*(жауаптардың\s+)?(барлығы|бәрі|барлық жауап\w*|ешқайсысы"
        r"|бірде-бірі)(\s+дұрыс)?(\s+емес)?|дұрыс жауап жоқ"
    ),
    "en": re.compile(
        r"(all|none|both|neither) of (the )?(above|these|them|options|answers)( (is|are) (correct|true))?"
        r"|all (answers|options) are (correct|true)|no correct answer"
    ),
}
_ABSOLUTE: Final[Mapping[str, frozenset[str]]] = {
    "ky": frozenset({"дайыма", "ар дайым", "эч качан", "эч кандай", "сөзсүз"}),
    "ru": frozenset({"всегда", "никогда", "никакой", "никакие", "абсолютно", "исключительно"}),
    "kk": frozenset({"әрқашан", "әрдайым", "ешқашан", "ешқандай", "міндетті түрде"}),
    "en": frozenset({"always", "never", "absolutely", "exclusively", "under no circumstances"}),
}
_NEGATION: Final[Mapping[str, re.Pattern[str]]] = {
    "ky": re.compile(r"\b(эмес|тышкары)\b"),
    "ru": re.compile(r"\b(не|кроме|неверн\w+|неправильн\w+|ошибочн\w+)\b"),
    "kk": re.compile(r"\b(емес|басқасы|қоспағанда)\b"),
    "en": re.compile(r"\b(not|except|incorrect|untrue)\b"),
}
_UNBRACED_DECIMAL: Final = re.compile(r"(?<![\d,])\d+,\d+(?![\d,])")
_LAST_QUESTION: Final = re.compile(r"[^.?!:\n]*[?:]\s*$")


@dataclass(frozen=True)
class GuidelineWarning:
    """A departure from a guideline; ``part`` is ``stem``, ``options``, or an option identifier.

    ``code`` is a key of :data:`SENTENCES`, ``params`` the named values of its sentence.
    """

    code: str
    language: Language
    part: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        return SENTENCES[self.code] % self.params


def check_guidelines(
    content: ItemContent, languages: Sequence[Language] = LANGUAGES
) -> tuple[GuidelineWarning, ...]:
    """Return the warnings for ``content`` in the promised ``languages``, in their order."""
    found = [warning for language in languages for warning in _language_warnings(content, language)]
    return (*found, *_numbers(content, languages))


def _numbers(content: ItemContent, languages: Sequence[Language]) -> Iterator[GuidelineWarning]:
    for one in number_differences(content):
        if one.language in languages:
            params = {"missing": ", ".join(one.missing) or "–", "surplus": ", ".join(one.surplus) or "–"}
            yield GuidelineWarning("numbers_differ", one.language, one.part, params)


def _language_warnings(content: ItemContent, language: Language) -> Iterator[GuidelineWarning]:
    text = content.texts.get(language)
    if text is None:
        yield GuidelineWarning("language_missing", language, "stem", {})
        return
    yield from _likeness(text, language)
    if isinstance(content.answer_key, OptionKey):
        yield from _lengths(content, text, language)
        yield from _option_words(content, text, language)
    yield from _negation(text, language)
    yield from _decimal_commas(text, language)


def _likeness(text: ItemText, language: Language) -> Iterator[GuidelineWarning]:
    first_with: dict[str, str] = {}
    for option_id, option in text.options.items():
        wording = normalised_wording(option)
        if wording in first_with:
            params = {"first": first_with[wording], "second": option_id}
            yield GuidelineWarning("options_alike", language, "options", params)
        first_with.setdefault(wording, option_id)
    stops = {option.rstrip().endswith(".") for option in text.options.values()}
    if len(stops) == 2:
        yield GuidelineWarning("punctuation_uneven", language, "options", {})


def _lengths(content: ItemContent, text: ItemText, language: Language) -> Iterator[GuidelineWarning]:
    lengths = {option_id: _visible_length(option) for option_id, option in text.options.items()}
    correct = correct_option(content.answer_key)
    key_length = lengths.pop(correct)
    longest, shortest = max(lengths.values()), min(key_length, *lengths.values())
    if _much_longer(key_length, longest, KEY_LENGTH_RATIO):
        params = {"length": key_length, "longest": longest}
        yield GuidelineWarning("key_longest", language, correct, params)
    elif _much_longer(max(longest, key_length), shortest, UNEVEN_LENGTH_RATIO):
        params = {"shortest": shortest, "longest": max(longest, key_length)}
        yield GuidelineWarning("options_uneven", language, "options", params)


def _visible_length(text: str) -> int:
    """Length as read: the commands of a formula do not count."""
    return len(re.sub(r"\\[a-zA-Z]+|[${}`*]", "", text).strip())


def _much_longer(length: int, other: int, ratio: float) -> bool:
    return length >= ratio * other and length - other >= LENGTH_MARGIN


def _option_words(content: ItemContent, text: ItemText, language: Language) -> Iterator[GuidelineWarning]:
    for option_id, option in text.options.items():
        lowered = option.casefold().strip(" .")
        if _ALL_OR_NONE[language].fullmatch(lowered):
            yield GuidelineWarning("all_of_the_above", language, option_id, {})
        if option_id == correct_option(content.answer_key):
            continue
        for word in sorted(_ABSOLUTE[language]):
            if re.search(rf"\b{word}\b", lowered):
                yield GuidelineWarning("absolute_word", language, option_id, {"word": word})


def _negation(text: ItemText, language: Language) -> Iterator[GuidelineWarning]:
    """Look at the closing question only: a negation in the situation is part of the situation."""
    question = _LAST_QUESTION.search(_running_text(text.stem))
    if question is None:
        return
    # Emphasised or capital negations are what the guideline asks for, and lower-case matching passes them.
    plain = re.sub(r"\*\*.+?\*\*|\([^)]*\)", "", question.group())
    match = _NEGATION[language].search(plain)
    if match is not None:
        yield GuidelineWarning("negative_stem", language, "stem", {"word": match.group()})


def _running_text(text: str) -> str:
    return "".join(
        text[span.start : span.end] if span.zone is Zone.TEXT else "…" for span in zone_spans(text)
    )


def _decimal_commas(text: ItemText, language: Language) -> Iterator[GuidelineWarning]:
    if language not in DECIMAL_COMMA_LANGUAGES:
        return
    for part, written in (("stem", text.stem), *text.options.items(), ("explanation", text.explanation)):
        for span in zone_spans(written):
            formula = written[span.start : span.end]
            if span.zone is Zone.FORMULA and _UNBRACED_DECIMAL.search(formula):
                yield GuidelineWarning("decimal_comma", language, part, {"formula": formula})
