"""Near-duplicates are found through every disguise, and the exact search misses none."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.fingerprints import (
    COPY,
    SIBLING,
    DuplicateIndex,
    Fingerprint,
    alike_pairs,
    fingerprint_of,
    similarity,
)
from item_bank.fingerprints.similarity import STRUCTURE
from item_bank.fingerprints.words import folded, words_of

STEM = (
    "В магазине продали 12 тетрадей по цене $15$ сомов и 8 ручек. "
    "Сколько сомов получил магазин за тетради?"
)
OPTIONS = {"a": "180 сомов", "b": "120 сомов", "c": "27 сомов", "d": "96 сомов"}


def content(stem: str = STEM, options: dict[str, str] | None = None, language: str = "ru") -> dict[str, Any]:
    texts = {language: {"stem": stem, "options": options or OPTIONS, "explanation": "12 · 15"}}
    return {
        "interaction": {"kind": "choice", "options": list("abcd")},
        "answer_key": {"kind": "option", "correct": "a"},
        "texts": texts,
    }


ORIGINAL = fingerprint_of(content())


@pytest.mark.parametrize(
    "stem",
    [
        STEM.upper(),
        STEM.replace("о", "o").replace("а", "a").replace("р", "p"),
        STEM.replace(".", " —").replace("?", " …"),
        f"**{STEM}**",
        "Сколько сомов получил магазин за тетради, если в магазине продали 12 тетрадей по цене $15$ сомов "
        "и 8 ручек?",
        STEM.replace("получил", "выручил"),
    ],
    ids=["case", "look-alikes", "punctuation", "markup", "word order", "another word"],
)
def test_a_disguised_copy_is_known(stem: str) -> None:
    found = similarity(ORIGINAL, fingerprint_of(content(stem)))
    assert found.kind == COPY, found


def test_other_numbers_make_a_sibling_and_other_options_in_another_order_a_copy() -> None:
    numbers = {"12": "21", "15": "34", "8 ": "6 ", "180": "714", "120": "204", "27": "55", "96": "126"}
    stem, options = STEM, dict(OPTIONS)
    for old, new in numbers.items():
        stem = stem.replace(old, new)
        options = {name: words.replace(old, new) for name, words in options.items()}
    assert similarity(ORIGINAL, fingerprint_of(content(stem, options))).kind == SIBLING
    turned = dict(zip("abcd", reversed(OPTIONS.values()), strict=True))
    assert similarity(ORIGINAL, fingerprint_of(content(options=turned))).share > 0.99


def test_a_translation_is_known_by_numbers_formulas_and_key() -> None:
    options = {"a": "$x=3$", "b": "$x=-3$", "c": "$x=\\frac{1}{2}$", "d": "$x=2,5$"}
    russian = content("Решите уравнение $5(x-3)=2x + 12$ при $x>0$.", options)
    english = content("Solve $5(x - 3) = 2x+12$, where $x>0$:", options | {"d": "$x=2.5$"}, "en")
    found = similarity(fingerprint_of(russian), fingerprint_of(english))
    assert (found.basis, found.kind) == (STRUCTURE, COPY)
    other = content("Solve $4(x - 1) = 2x+19$, where $x<9$:", options | {"a": "$x=7$"}, "en")
    assert similarity(fingerprint_of(russian), fingerprint_of(other)).share < 0.7


def test_different_items_of_one_subject_are_kept_apart() -> None:
    other = content("Сколько сторон у правильного многоугольника, внутренний угол которого равен 150°?",
                    {"a": "12", "b": "10", "c": "8", "d": "6"})  # fmt: skip
    assert similarity(ORIGINAL, fingerprint_of(other)).share < 0.3


def test_words_typed_on_a_russian_keyboard_are_the_same() -> None:
    assert folded("өңүн") == folded("онун")
    assert words_of("Жооп: 2,50 см").numbers == words_of("Жооп: 2.5 см").numbers == ("2.5",)


@pytest.mark.parametrize(
    "data", [{}, {"texts": None}, {"texts": {"ru": {}}}, {"texts": {"xx": {"stem": "1"}}}]
)
def test_what_is_no_item_yet_has_a_fingerprint(data: dict[str, Any]) -> None:
    found = fingerprint_of(data)
    assert Fingerprint.from_bytes(found.to_bytes()) == found


FEATURES = st.frozensets(st.integers(0, 25), max_size=12)
FINGERPRINTS = st.builds(
    Fingerprint,
    texts=st.dictionaries(st.sampled_from(["ky", "ru"]), FEATURES, max_size=2),
    structure=FEATURES,
    numbers=FEATURES,
)


@given(FINGERPRINTS)
def test_a_fingerprint_is_read_back(fingerprint: Fingerprint) -> None:
    assert Fingerprint.from_bytes(fingerprint.to_bytes()) == fingerprint


@settings(max_examples=150, deadline=None)
@given(
    st.lists(FINGERPRINTS, max_size=8),
    st.lists(FINGERPRINTS, max_size=8),
    st.sampled_from([0.3, 0.5, 0.7, 0.8, 1.0]),
)
def test_the_exact_search_finds_what_comparing_all_finds(
    left: list[Fingerprint], right: list[Fingerprint], threshold: float
) -> None:
    first, second = dict(enumerate(left)), dict(enumerate(right))
    found = [(one, other) for one, other, _ in alike_pairs(first, second, threshold)]
    every = [
        (one, other)
        for one in first
        for other in second
        if similarity(first[one], second[other]).share >= threshold
    ]
    assert found == every


def test_an_index_knows_the_newest_fingerprint_of_a_name() -> None:
    index = DuplicateIndex()
    index.add("old", ORIGINAL)
    index.add("copy", fingerprint_of(content(STEM.replace("получил", "выручил"))))
    index.add("old", fingerprint_of(content("Столица Кыргызстана?", dict.fromkeys("ab", "Бишкек"))))
    assert [one.name for one in index.like(ORIGINAL)] == ["copy"]
    assert list(index.pairs()) == []
