"""How texts in four languages are made findable: folded words, stems for suffixing languages, trigrams.

Kyrgyz and Kazakh words carry long chains of suffixes (бурчтуктарыбыздын), Russian ones change their
endings. The index keeps whole words; a query word is cut down to a stem, and every word that begins with it
is a match. Letters that a Russian keyboard lacks are folded to the ones people type instead of them.
"""

import re
from collections.abc import Iterable
from typing import Final

MOST_WORDS: Final = 8
LONGEST_WORD: Final = 40
FEWEST_STEM_LETTERS: Final = 4
NEAR_ENOUGH: Final = 0.45
"""Least Dice similarity of trigrams at which a word counts as a misspelling of another."""

_LETTERS: Final = str.maketrans("ёңөүғқәұһі", "еноугкаухи")
_WORD: Final = re.compile(r"[^\W_]+")
_COMMAND: Final = re.compile(r"\\[a-zA-Z]+")

# Inflectional endings after folding. A Kyrgyz or Kazakh noun is stem, plural, possessive, case in this
# order, so they come off from the end: at most one of each. A Russian word has one ending.
_CASES: Final = (
    "нын нин нун дын дин дун тын тин тун га ге го ка ке ко на не но ны ни ну ды ди ду ты ти ту да де до "
    "та те то нда нде ндо дан ден дон тан тен тон нан нен нон менен мен бен пен"
)
_POSSESSIVES: Final = (
    "ым им ум ын ин ун м н сы си су ы и у ыбыз ибиз убуз быз биз буз ымыз имиз мыз миз муз "
    "ыныз иниз ныз низ нуз"
)
_PLURALS: Final = "лар лер лор дар дер дор тар тер тор"
_RUSSIAN: Final = (
    "ами ями ого его ому ему ыми ими ах ях ов ев ей ой ий ый ая яя ое ее ые ие ую юю ых их ым им ам ям ом ем "
    "ешь ишь ет ит ют ут ат ят ть ться ия ии ию ием иям иях иями а я о е у ю ы и ь й"
)
_ENGLISH: Final = ("ies", "ing", "es", "ed", "ly", "s")
_RUSSIAN_ENDINGS: Final = tuple(sorted(_RUSSIAN.split(), key=len, reverse=True))
_LAYERS: Final = tuple(
    tuple(sorted(layer.split(), key=len, reverse=True)) for layer in (_CASES, _POSSESSIVES, _PLURALS)
)
_SOFTENED: Final = frozenset("кгпб")
"""Before a vowel к becomes г and п becomes б (китеп, китеби): a stem ends before them."""


def folded(text: str) -> str:
    """Return *text* as it is compared: without case, and with the letters of a Russian keyboard."""
    return " ".join(text.casefold().translate(_LETTERS).split())


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words and numbers of *text* in their order; commands of formulas are none."""
    return tuple(word[:LONGEST_WORD] for word in _WORD.findall(folded(_COMMAND.sub(" ", text))))


def indexed_words(key: str, text: str) -> frozenset[str]:
    """Return what an item is found by: the words of its *text*, and its *key* whole and in parts."""
    parts = key.casefold().split(".")
    tails = (".".join(parts[start:]) for start in range(len(parts)))
    return frozenset((*words_of(text), *words_of(key), *(tail[:LONGEST_WORD] for tail in tails)))


def typed_words(typed: str) -> tuple[str, ...]:
    """Return the words of a search, all of which must be found; a key with dots stays one word."""
    found: list[str] = []
    for piece in typed.split():
        dotted = piece.casefold()
        if re.fullmatch(r"[a-z_][\w-]*(\.[\w-]+)+", dotted, re.ASCII):
            found.append(dotted[:LONGEST_WORD])
        else:
            found += words_of(piece)
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def stem(word: str) -> str:
    """Return the beginning of a folded *word* that its other forms share, at least three letters of it."""
    if any(sign.isdigit() or sign == "." for sign in word):
        return word
    if word.isascii():
        return _without(word, _ENGLISH)
    turkic = word
    for layer in _LAYERS:
        turkic = _without(turkic, layer, FEWEST_STEM_LETTERS - 1)
    cut = min(turkic, _without(word, _RUSSIAN_ENDINGS), key=len)
    return cut[:-1] if len(cut) > FEWEST_STEM_LETTERS and cut[-1] in _SOFTENED else cut


def _without(word: str, endings: tuple[str, ...], fewest: int = FEWEST_STEM_LETTERS) -> str:
    """Return *word* without one ending; a single letter is cut only from a stem that stays long."""
    for ending in endings:
        kept = len(word) - len(ending)
        if word.endswith(ending) and kept >= (fewest if len(ending) > 1 else FEWEST_STEM_LETTERS):
            return word[:kept]
    return word


def trigrams(word: str) -> frozenset[str]:
    """Return the three-letter sequences of *word* with its edges marked."""
    marked = f" {word} "
    return frozenset(marked[start : start + 3] for start in range(len(marked) - 2))


def similarity(first: str, second: str) -> float:
    """Return Dice's coefficient of the trigrams of two words, from 0 to 1."""
    one, other = trigrams(first), trigrams(second)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def nearest(word: str, candidates: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the candidates whose stems look like that of *word*, the most alike first, one of each stem."""
    beginning = stem(word)
    best: dict[str, tuple[float, str]] = {}
    for one in candidates:
        score = similarity(beginning, stem(one))
        if score >= NEAR_ENOUGH:
            best[stem(one)] = min(best.get(stem(one), (0.0, one)), (-score, one))
    return tuple(one for _, one in sorted(best.values())[:most])
