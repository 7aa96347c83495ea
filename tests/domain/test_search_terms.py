"""Words are found in every form in which Kyrgyz, Kazakh, Russian and English write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing_center.domain.search_terms import (
    folded,
    indexed_words,
    nearest,
    similarity,
    stem,
    typed_words,
    words_of,
)


@pytest.mark.parametrize(
    "forms",
    [
        "бурчтук бурчтугу бурчтуктун бурчтуктардын",
        "китеп китеби китептер китептерибиздин",
        "теңдеме теңдемени теңдемелерди теңдеменин",
        "сандардын санды сан",
        "үшбұрыш үшбұрыштың үшбұрыштарымыз",
        "мұғалім мұғалімдер мұғалімнің",
        "оқушы оқушылардың оқушыға",
        "функция функции функциями функцию",
        "треугольник треугольника треугольников",
        "triangle triangles",
    ],
)
def test_a_word_typed_in_any_form_begins_all_its_forms(forms: str) -> None:
    words = words_of(forms)
    assert all(other.startswith(stem(words[0])) for other in words), [stem(word) for word in words]
    shortest = min((stem(word) for word in words), key=len)
    assert all(word.startswith(shortest) for word in words)


def test_letters_that_a_keyboard_lacks_are_folded() -> None:
    assert folded("Үч бурчтуктун ҚАБЫРҒАСЫ, ёлка") == folded("уч бурчтуктун кабыргасы, елка")


@given(st.text(alphabet="абвгдеңөүқғ", min_size=1, max_size=30))
def test_a_stem_is_the_beginning_of_its_word(word: str) -> None:
    (found,) = words_of(word)
    assert found.startswith(stem(found))
    assert len(stem(found)) >= min(len(found), 3)


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_words_of_letters_and_digits(typed: str) -> None:
    for word in typed_words(typed):
        assert word == word.casefold()
        assert all(sign.isalnum() or sign in ".-_" or not sign.isascii() for sign in word)


def test_an_item_is_found_by_the_tail_of_its_key() -> None:
    words = indexed_words("math.algebra.h001", "Сколько $\\frac{1}{2}$?")
    assert {"math.algebra.h001", "algebra.h001", "h001", "algebra", "сколько", "1", "2"} <= words
    assert "frac" not in words
    assert typed_words("algebra.h001 Сколько") == ("algebra.h001", "сколько")


def test_a_misspelling_is_nearer_than_another_word() -> None:
    words = ["треугольника", "треугольником", "трапеция", "угол"]
    assert nearest("триугольник", words)[0].startswith("треугольник")
    assert nearest("квадрат", words) == ()
    assert similarity("сан", "сан") == 1.0
