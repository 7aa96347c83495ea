from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_items import item_content, item_text

from item_bank.guidelines import check_guidelines
from item_bank.identifiers import Language
from item_bank.translation_checks import number_differences, numbers_in

RU, EN, KY = Language("ru"), Language("en"), Language("ky")


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("Чему равно $2{,}5 + 3$?", "What is $3 + 2.5$?"),
        ("Площадь 2,5 м²", "An area of 2.5 m²"),
        ("1\u00a0000 сомов", "1000 soms"),
        ("$12\\,500$", "$12500$"),
        ("Ни одного числа", "No number"),
    ],
)
def test_the_same_numbers_are_found_in_both_notations(russian: str, english: str) -> None:
    assert numbers_in(russian, RU) == numbers_in(english, EN)


@pytest.mark.parametrize(
    ("russian", "english"), [("25 и 5", "25 and 25"), ("2,5", "25"), ("-5 и 5", "5"), ("1990", "1991")]
)
def test_other_numbers_are_told(russian: str, english: str) -> None:
    assert numbers_in(russian, RU) != numbers_in(english, EN)


def test_the_part_and_the_numbers_are_named_in_a_warning() -> None:
    source = replace(item_text(), stem="Сколько будет 12 + 30?")
    content = item_content(texts={RU: source, KY: replace(source, stem="12 + 3 канча болот?")})
    (difference,) = number_differences(content)
    assert (difference.part, difference.missing, difference.surplus) == ("stem", ("30",), ("3",))
    warnings = [one for one in check_guidelines(content, [RU, KY]) if one.code == "numbers_differ"]
    assert [(one.language, one.part) for one in warnings] == [(KY, "stem")]
    assert "missing 30, new 3" in str(warnings[0])
    assert not [one for one in check_guidelines(content, [RU]) if one.code == "numbers_differ"]


def test_without_a_source_nothing_is_compared() -> None:
    assert number_differences(item_content(texts={KY: item_text()})) == ()


@given(st.lists(st.integers(0, 9999), max_size=6))
def test_the_order_of_the_numbers_does_not_matter(numbers: list[int]) -> None:
    first = " ; ".join(map(str, numbers))
    second = " ; ".join(map(str, reversed(numbers)))
    assert numbers_in(first, RU) == numbers_in(second, EN)
