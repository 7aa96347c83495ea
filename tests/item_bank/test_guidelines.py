from dataclasses import replace

import pytest
from sample_items import OPTIONS, item_content, item_text

from item_bank.guidelines import SENTENCES, check_guidelines
from item_bank.identifiers import LANGUAGES, Language, OptionId
from item_bank.items import ItemContent, ItemText

LONG = "слово " * 12


def content_in(language: str, stem: str, *options: str) -> ItemContent:
    text = ItemText(stem, dict(zip(OPTIONS, options, strict=True)), "explanation")
    return item_content(texts={Language(language): text})


def codes(language: str, stem: str, *options: str) -> list[tuple[str, str]]:
    content = content_in(language, stem, *options)
    return [(warning.code, warning.part) for warning in check_guidelines(content, [Language(language)])]


def test_a_well_written_item_has_no_warnings() -> None:
    assert check_guidelines(item_content()) == ()


def test_missing_languages_are_reported() -> None:
    content = item_content(texts={Language("ru"): item_text()})
    warnings = check_guidelines(content)
    assert [(warning.code, warning.language) for warning in warnings] == [
        ("language_missing", language) for language in LANGUAGES if language != "ru"
    ]


@pytest.mark.parametrize(
    ("language", "option"),
    [
        ("en", "All of the above"),
        ("en", "None of these."),
        ("ru", "Всё перечисленное"),
        ("ru", "Все ответы верны."),
        ("ru", "ни один из указанных"),
        ("ky", "Жогорудагылардын баары"),
        ("ky", "Баары туура"),
        ("kk", "Жоғарыда аталғандардың барлығы"),
        ("kk", "Бәрі дұрыс"),
        ("kk", "Дұрыс жауап жоқ"),
    ],
)
def test_all_and_none_of_the_above_are_found_in_every_language(language: str, option: str) -> None:
    assert ("all_of_the_above", "d") in codes(language, "Stem?", "1", "2", "3", option)


@pytest.mark.parametrize(
    ("language", "option"),
    [("kk", "кем дегенде бірі желіге қосылмаған немесе барлығы жұмыс істейді"), ("en", "none of it matters")],
)
def test_the_same_words_with_content_are_no_departure(language: str, option: str) -> None:
    assert "all_of_the_above" not in dict(codes(language, "Stem?", option, "2", "3", "4"))


def test_a_key_that_is_longest_by_far_gives_itself_away() -> None:
    assert codes("ru", "Что верно?", LONG, "слово", "слово два", "три") == [("key_longest", "a")]
    assert codes("ru", "Что верно?", "слово", LONG, "слово два", "три") == [("options_uneven", "options")]
    assert codes("ru", "Что верно?", LONG, LONG + "раз", LONG + "два", LONG + "три") == []


def test_the_length_of_a_formula_is_what_is_read() -> None:
    assert (
        codes("ru", "Чему равно?", r"$\frac{\sqrt{2}}{\sqrt{3}}+\left(\frac{1}{2}\right)$", "1", "2", "3")
        == []
    )


def test_options_that_say_the_same_are_found() -> None:
    assert ("options_alike", "options") in codes("ru", "Что?", "«да»", "да", "нет", "не знаю")


def test_absolute_words_count_in_distractors_only() -> None:
    assert codes("ru", "Что?", "всегда", "иногда", "часто", "редко") == []
    assert codes("ru", "Что?", "часто", "всегда так", "часто так", "редко") == [("absolute_word", "b")]
    assert codes("kk", "Не?", "жиі", "ешқашан", "кейде", "сирек") == [("absolute_word", "b")]


@pytest.mark.parametrize(
    ("language", "stem", "warned"),
    [
        ("ru", "Что не является функцией?", True),
        ("ru", "Что **не** является функцией?", False),
        ("ru", "Что НЕ является функцией?", False),
        ("ru", "Ученик не решил задачу. Что сделает учитель?", False),
        ("en", "Which is not a number?", True),
        ("ky", "Кайсынысы сан эмес?", True),
        ("kk", "Қайсысы сан емес?", True),
    ],
)
def test_a_negation_in_the_question_must_be_emphasised(language: str, stem: str, warned: bool) -> None:
    assert (("negative_stem", "stem") in codes(language, stem, "1", "2", "3", "4")) is warned


def test_decimal_commas_in_formulas_are_braced() -> None:
    assert codes("ru", "Чему равно $2,5$?", "1", "2", "3", "4") == [("decimal_comma", "stem")]
    assert codes("ru", "Чему равно $2{,}5$, $(1, 2)$ и $\\{1,2,3\\}$?", "1", "2", "3", "4") == []
    assert codes("en", "What is $(2,5)$?", "1", "2", "3", "4") == []


def test_uneven_full_stops_are_noticed() -> None:
    assert codes("ru", "Что?", "Да.", "Нет", "Так", "Иначе") == [("punctuation_uneven", "options")]


def test_every_warning_has_its_sentence() -> None:
    text = replace(item_text(), options={**item_text().options, OptionId("b"): "$3{,}5$"})
    (warning,) = check_guidelines(item_content(texts={Language("ru"): text}), [Language("ru")])
    assert str(warning) == "Options a and b say the same: there must be one correct answer."
    assert all(sentence.endswith((".", "”.")) or "%(" in sentence for sentence in SENTENCES.values())
