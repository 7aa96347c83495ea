"""Finding near-duplicates: precision and recall on disguised copies of the item bank, and speed at 20,000.

    python benchmarks/near_duplicates.py

Every item of the bank is copied under a disguise; a copy is found when the index names its original among the
items that are alike. Precision counts what is named besides: an item that is no instance of the same model is
called wrong. Speed is printed beside comparing with every item in turn.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from item_bank.content_files import ItemEntry, load_content
from item_bank.fingerprints import (
    COPY_THRESHOLD,
    THRESHOLD,
    DuplicateIndex,
    alike_pairs,
    fingerprint_of,
    similarity,
)

Content = dict[str, Any]
Disguise = Callable[[Content, random.Random], None]
MANY = 20_000
FORMULA = re.compile(r"\$([^$]+)\$")
LETTERS = "абвгдежзиклмнопрстуфхцчшыэюяңөүҗғқһ"
LOOK_ALIKES = str.maketrans("аеосрх", "aeocpx")


def each_text(content: Content, change: Callable[[str], str]) -> None:
    for text in content["texts"].values():
        text["stem"] = change(text["stem"])
        text["options"] = {name: change(words) for name, words in text["options"].items()}


def case(content: Content, _draw: random.Random) -> None:
    each_text(content, lambda text: text if "$" in text or "`" in text else text.upper())


def look_alikes(content: Content, _draw: random.Random) -> None:
    each_text(content, lambda text: text.translate(LOOK_ALIKES))


def punctuation(content: Content, _draw: random.Random) -> None:
    each_text(content, lambda text: text.replace(". ", " – ").replace("?", " …").replace(", ", "; "))


def word_order(content: Content, _draw: random.Random) -> None:
    def turned(text: str) -> str:
        first, separator, second = text.partition(" ")
        if "$" in text or "`" in text or not separator:
            return text
        half = len(second.split()) // 2
        words = second.split()
        return " ".join([*words[half:], first, *words[:half]])

    for text in content["texts"].values():
        text["stem"] = turned(text["stem"])


def option_order(content: Content, draw: random.Random) -> None:
    names = list(content["texts"]["ru"]["options"])
    order = draw.sample(names, len(names))
    for text in content["texts"].values():
        text["options"] = {name: text["options"][other] for name, other in zip(names, order, strict=True)}
    key = content["answer_key"]
    if key.get("correct") in names:
        key["correct"] = names[order.index(key["correct"])]


def one_word(content: Content, draw: random.Random) -> None:
    for text in content["texts"].values():
        words = text["stem"].split(" ")
        plain = [place for place, word in enumerate(words) if word.isalpha()]
        if plain:
            words[draw.choice(plain)] = "башкача"
        text["stem"] = " ".join(words)


def other_numbers(content: Content, draw: random.Random) -> None:
    digits = "".join(draw.sample("123456789", 9))
    each_text(content, lambda text: text.translate(str.maketrans("123456789", digits)))


def only_language(language: str) -> Disguise:
    def change(content: Content, _draw: random.Random) -> None:
        content["texts"] = {language: content["texts"][language]}

    return change


def disguised(item: ItemEntry, disguise: Disguise, draw: random.Random) -> Content:
    content = deepcopy(item.content.to_data())
    disguise(content, draw)
    return content


DISGUISES: Mapping[str, Disguise] = {
    "upper case": case,
    "look-alike letters": look_alikes,
    "punctuation": punctuation,
    "word order": word_order,
    "option order": option_order,
    "another word": one_word,
    "other numbers": other_numbers,
    "only Kyrgyz": only_language("ky"),
}


def quality(items: tuple[ItemEntry, ...]) -> Iterator[str]:
    index = DuplicateIndex()
    family = {}
    for item in items:
        index.add(item.key, fingerprint_of(item.content.to_data()))
        family[item.key] = item.content.family or item.key
    for name, disguise in DISGUISES.items():
        draw, found, right, wrong = random.Random(7), 0, 0, 0  # noqa: S311 - nothing secret
        for item in items:
            named = index.like(fingerprint_of(disguised(item, disguise, draw)))
            found += any(one.name == item.key for one in named)
            kin = [family[str(one.name)] == family[item.key] for one in named]
            right, wrong = right + sum(kin), wrong + len(kin) - sum(kin)
        yield (
            f"{name:20} recall {found / len(items):6.1%}   precision {right / max(1, right + wrong):6.1%}"
            f"   ({wrong} of {right + wrong} named are neither the original nor of its model)"
        )


def across_languages(items: tuple[ItemEntry, ...]) -> str:
    """A copy in English only, against originals that are in Russian only."""
    index, draw = DuplicateIndex(), random.Random(1)  # noqa: S311 - nothing secret
    told = {}
    for item in items:
        russian = fingerprint_of(disguised(item, only_language("ru"), draw))
        told[item.key] = bool(russian.structure)
        index.add(item.key, russian)
    found = wrong = 0
    for item in items:
        named = index.like(fingerprint_of(disguised(item, only_language("en"), draw)))
        found += any(one.name == item.key for one in named)
        family = item.content.family
        kin = {other.key for other in items if family and other.content.family == family} | {item.key}
        wrong += sum(one.name not in kin for one in named)
    able = sum(told.values())
    return (
        f"translation only      found {found} of {able} items with enough numbers and formulas to tell "
        f"({len(items)} in all), {wrong} wrong"
    )


def another(content: Content, generation: int) -> Content:
    """An item of the same build that says something else: other words, other numbers."""
    draw = random.Random(generation)  # noqa: S311 - nothing secret
    letters = dict(zip("абвгдежзиклмнопрстуфхцчшыэюя", draw.sample(LETTERS, 28), strict=True))
    digits = dict(zip("123456789", draw.sample("123456789", 9), strict=True))
    table = str.maketrans(letters | digits)
    factors = " ".join(draw.sample("abcdefghklmnpqrstuvwxyz", 6))
    made = deepcopy(content)
    each_text(made, lambda text: FORMULA.sub(rf"$\1 {factors}$", text.lower().translate(table)))
    return made


def speed(items: tuple[ItemEntry, ...]) -> Iterator[str]:
    contents = [another(items[n % len(items)].content.to_data(), n // len(items)) for n in range(MANY)]
    started = time.perf_counter()
    prints = {number: fingerprint_of(content) for number, content in enumerate(contents)}
    made = time.perf_counter() - started
    index = DuplicateIndex()
    started = time.perf_counter()
    for name, one in prints.items():
        index.add(name, one)
    indexed = time.perf_counter() - started
    yield f"{MANY} items: fingerprints {made:.1f} s ({1e3 * made / MANY:.2f} ms each), index {indexed:.1f} s"
    looked = [prints[number] for number in range(0, MANY, MANY // 200)]
    started = time.perf_counter()
    for one in looked:
        index.like(one)
    quick = (time.perf_counter() - started) / len(looked)
    started = time.perf_counter()
    for other in prints.values():
        similarity(looked[0], other)
    slow = time.perf_counter() - started
    yield f"one item checked against all: {1e3 * quick:.2f} ms, {slow / quick:.0f} times faster than in turn"
    half = MANY // 2
    started = time.perf_counter()
    left = {number: prints[number] for number in range(half)}
    right = {number: prints[number] for number in range(half, MANY)}
    pairs = sum(1 for _ in alike_pairs(left, right, COPY_THRESHOLD))
    exact = time.perf_counter() - started
    faster = slow * half / exact
    yield f"two pools of {half} compared exactly: {exact:.1f} s, {pairs} pairs, {faster:.0f} times faster"


def main() -> None:
    items = load_content().items
    print(f"{len(items)} items of the bank, alike from {THRESHOLD} on")
    for line in (*quality(items), across_languages(items), *speed(items)):
        print(line)


if __name__ == "__main__":
    main()
