"""The fingerprint of an item: sets of hashed features, one for each language and one for none."""

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, TypeGuard

from item_bank.fingerprints.words import NUMBER, Words, words_of
from item_bank.identifiers import LANGUAGES

Features = frozenset[int]

_CODES: Final = {language: number for number, language in enumerate(LANGUAGES)}
_STRUCTURE, _NUMBERS = 14, 15
_STEM_FEATURES: Final = 2
_HEAD: Final = struct.Struct("<BI")


@dataclass(frozen=True)
class Fingerprint:
    """What near-duplicates have in common, as hashes of 64 bits.

    ``texts`` holds the words of stem and options by language, numbers abstracted; ``structure`` what is the
    same in every language: the kind, and numbers, formulas, code and media of stem, options and key;
    ``numbers`` the numbers with their values.
    """

    texts: Mapping[str, Features]
    structure: Features = frozenset()
    numbers: Features = frozenset()

    def to_bytes(self) -> bytes:
        """Return the fingerprint for storage; ``from_bytes`` reads it back."""
        sets = [(_CODES[language], self.texts[language]) for language in LANGUAGES if language in self.texts]
        sets += [(_STRUCTURE, self.structure), (_NUMBERS, self.numbers)]
        return b"".join(
            _HEAD.pack(code, len(found)) + struct.pack(f"<{len(found)}Q", *sorted(found))
            for code, found in sets
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Fingerprint":
        """Read back ``to_bytes``; raises ``struct.error`` for anything else."""
        sets, place = {}, 0
        while place < len(data):
            code, count = _HEAD.unpack_from(data, place)
            place += _HEAD.size
            sets[code] = frozenset(struct.unpack_from(f"<{count}Q", data, place))
            place += 8 * count
        texts = {str(language): sets[code] for language, code in _CODES.items() if code in sets}
        return cls(texts, sets.get(_STRUCTURE, frozenset()), sets.get(_NUMBERS, frozenset()))


def fingerprint_of(content: Mapping[str, Any]) -> Fingerprint:
    """Return the fingerprint of item content as data (``ItemContent.to_data``).

    What the data lacks is left out, so that drafts and content of older formats have fingerprints too.
    """
    written = content.get("texts")
    texts = {code: text for code, text in written.items() if code in _CODES} if _is_map(written) else {}
    taken_apart = {code: _Text.of(text) for code, text in texts.items() if _is_map(text)}
    if not taken_apart:
        return Fingerprint({})
    first = next(taken_apart[language] for language in LANGUAGES if language in taken_apart)
    return Fingerprint(
        {language: _hashed(_word_features(text)) for language, text in taken_apart.items()},
        _hashed(_structure_features(content, first)),
        _hashed(_counted(f"n {number}" for number in first.all_numbers())),
    )


@dataclass(frozen=True)
class _Text:
    """Stem and options of one language, taken apart."""

    stem: Words
    options: Mapping[str, Words]

    @classmethod
    def of(cls, text: Mapping[str, Any]) -> "_Text":
        options = text.get("options")
        written = options if _is_map(options) else {}
        return cls(
            words_of(str(text.get("stem", ""))),
            {name: words_of(str(words)) for name, words in written.items()},
        )

    def all_numbers(self) -> Iterator[str]:
        for part in (self.stem, *self.options.values()):
            yield from part.numbers
            for tokens in (*part.formulas, *part.code):
                yield from (token for token in tokens if token[0].isdigit())


def _word_features(text: _Text) -> Iterator[str]:
    """Words, pairs of neighbours in either order, formulas, and every option as a whole and by its words."""
    yield from _counted(_shingles(text.stem))
    singles = (shingle for words in text.options.values() for shingle in _abstract(words))
    yield from _counted(f"o {shingle}" for shingle in singles)
    yield from _counted(f"O {' '.join(sorted(_abstract(words)))}" for words in text.options.values())


def _shingles(words: Words) -> Iterator[str]:
    yield from _abstract(words)
    for first, second in pairwise(words.words):
        yield f"{min(first, second)} {max(first, second)}"
    for tokens in (*words.formulas, *words.code):
        abstract = [_without_value(token) for token in tokens]
        for pair in pairwise(abstract):
            yield f"f {' '.join(pair)}"


def _abstract(words: Words) -> Iterator[str]:
    yield from words.words
    for tokens in (*words.formulas, *words.code):
        yield from (_without_value(token) for token in tokens)


def _without_value(token: str) -> str:
    return NUMBER if token[0].isdigit() else token


def _structure_features(content: Mapping[str, Any], text: _Text) -> Iterator[str]:
    """What every language has in common; nothing where the stem alone would not tell the item from others."""
    if len(text.stem.numbers) + len(text.stem.formulas) + len(text.stem.code) < _STEM_FEATURES:
        return
    interaction = content.get("interaction")
    if _is_map(interaction):
        yield f"kind {interaction.get('kind')} {len(text.options)}"
    yield from _counted(f"s {number}" for number in text.stem.numbers)
    yield from _counted(f"f {''.join(tokens)}" for tokens in (*text.stem.formulas, *text.stem.code))
    neutral = {name: words.exact() for name, words in text.options.items() if words.neutral}
    yield from _counted(f"o {exact}" for exact in neutral.values())
    yield from (f"k {part}" for part in _key_features(content.get("answer_key"), neutral))
    media = content.get("media")
    for reference in media if isinstance(media, list) else ():
        if _is_map(reference):
            yield f"m {reference.get('sha256')}"


def _key_features(key: object, neutral: Mapping[str, str]) -> Iterator[str]:
    """What the right options say if they say it in no language; of other keys, the numbers."""
    if not _is_map(key):
        return
    right = key.get("correct")
    for name in right if isinstance(right, list) else [right]:
        if str(name) in neutral:
            yield neutral[str(name)]
    bands = key.get("bands")
    for band in bands if isinstance(bands, list) else ():
        if _is_map(band):
            yield str(band.get("value"))


def _counted(features: Iterable[str]) -> Iterator[str]:
    """Make the features of a collection different when they occur several times."""
    seen: Counter[str] = Counter()
    for feature in features:
        seen[feature] += 1
        yield feature if seen[feature] == 1 else f"{feature} {seen[feature]}"


def _hashed(features: Iterable[str]) -> Features:
    return frozenset(map(_hash, features))


@lru_cache(maxsize=1 << 17)
def _hash(feature: str) -> int:
    digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _is_map(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
