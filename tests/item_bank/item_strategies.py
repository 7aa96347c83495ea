"""Hypothesis strategies for items of every kind of interaction, in one to four languages."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

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
from item_bank.identifiers import LANGUAGES, Language, OptionId
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    MultipleChoiceInteraction,
    NumericInteraction,
    OrderInteraction,
    Region,
    ShortTextInteraction,
)
from item_bank.items import ItemContent, ItemText
from item_bank.media import media_file

Pair = tuple[Interaction, AnswerKey]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40

WORDS = st.sampled_from(
    [
        "таң",
        "жооп",
        "тест",
        "сан",
        "өлчөм",
        "үч",
        "қала",
        "число",
        "ёлка",
        "alpha",
        "x < y",
        "a & b",
        "“да”",
        "2 + 2",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
TEXTS = st.one_of(
    SENTENCES,
    st.builds(lambda words, a: f"{words} ${a}{{,}}5x^2 - \\frac{{1}}{{2}}$", SENTENCES, st.integers(1, 99)),
    st.builds(lambda a, b: f"{a}\n\n**{b}**", SENTENCES, SENTENCES),
    st.builds(lambda a, b: f"| {a} | {b} |\n| --- | --- |\n| 1 | 2 |", SENTENCES, SENTENCES),
    st.builds(lambda a: f"{a}:\n\n```\nfor i in range(3):\n    print(i)\n```", SENTENCES),
)


def options(count: int, prefix: str = "o") -> tuple[OptionId, ...]:
    return tuple(OptionId(f"{prefix}{n}") for n in range(1, count + 1))


@st.composite
def single_choices(draw: st.DrawFn) -> Pair:
    ids = options(draw(st.integers(2, 6)))
    interaction = ChoiceInteraction(ids, draw(st.booleans()))
    return interaction, OptionKey(draw(st.sampled_from(ids)), draw(st.integers(1, 3)))


@st.composite
def weighted_choices(draw: st.DrawFn) -> Pair:
    ids = options(draw(st.integers(3, 5)))
    weights = {ids[1]: Fraction(1), ids[0]: Fraction(draw(st.integers(1, 9)), 10)}
    return ChoiceInteraction(ids, draw(st.booleans())), SelectionKey((ids[1],), "weights", 10, weights)


@st.composite
def multiple_choices(draw: st.DrawFn) -> Pair:
    ids = options(draw(st.integers(2, 6)))
    correct = sorted(draw(st.sets(st.sampled_from(ids), min_size=1)), key=ids.index)
    rule = draw(st.sampled_from(["all_or_nothing", "matches_minus_wrong", "weights"]))
    weights = {option: Fraction(1 if option in correct else -1, len(correct)) for option in ids}
    most = draw(st.sampled_from([0, len(ids)]))
    interaction = MultipleChoiceInteraction(ids, draw(st.booleans()), 0, most)
    key = SelectionKey(tuple(correct), rule, len(correct), weights if rule == "weights" else {})
    return interaction, key


@st.composite
def orders(draw: st.DrawFn) -> Pair:
    ids = options(draw(st.integers(2, 6)))
    rule = draw(st.sampled_from(["all_or_nothing", "positions", "adjacent_pairs"]))
    return OrderInteraction(ids), SelectionKey(tuple(draw(st.permutations(ids))), rule, len(ids))


@st.composite
def matches(draw: st.DrawFn) -> Pair:
    rows, columns = options(draw(st.integers(1, 5)), "r"), options(draw(st.integers(2, 4)), "c")
    interaction = MatchInteraction(rows, columns, 1, 0, draw(st.booleans()))
    correct = tuple(f"{row} {draw(st.sampled_from(columns))}" for row in rows)
    rule = draw(st.sampled_from(["all_or_nothing", "matches", "matches_minus_wrong"]))
    return interaction, SelectionKey(correct, rule, len(rows))


@st.composite
def associations(draw: st.DrawFn) -> Pair:
    ids = options(draw(st.sampled_from([2, 4, 6])))
    interaction = AssociateInteraction(ids, 1, len(ids) // 2, draw(st.booleans()))
    mixed = draw(st.permutations(ids))
    pairs = [f"{first} {second}" for first, second in zip(mixed[::2], mixed[1::2], strict=True)]
    rule = draw(st.sampled_from(["all_or_nothing", "matches", "matches_minus_wrong"]))
    return interaction, SelectionKey(interaction.parse_response(pairs), rule, len(pairs))


@st.composite
def gap_matches(draw: st.DrawFn) -> Pair:
    gaps, words = options(draw(st.integers(1, 4)), "g"), options(draw(st.integers(4, 6)))
    interaction = GapMatchInteraction(gaps, words, 1, draw(st.booleans()))
    chosen = draw(st.permutations(words))
    correct = tuple(f"{gap} {word}" for gap, word in zip(gaps, chosen, strict=False))
    return interaction, SelectionKey(correct, draw(st.sampled_from(["all_or_nothing", "matches"])), len(gaps))


@st.composite
def inline_choices(draw: st.DrawFn) -> Pair:
    gaps = options(draw(st.integers(1, 4)), "g")
    lists = {gap: options(draw(st.integers(2, 4)), f"{gap}_") for gap in gaps}
    interaction = InlineChoiceInteraction(lists, draw(st.booleans()))
    correct = tuple(f"{gap} {draw(st.sampled_from(own))}" for gap, own in lists.items())
    return interaction, SelectionKey(correct, draw(st.sampled_from(["all_or_nothing", "matches"])), len(gaps))


@st.composite
def numerics(draw: st.DrawFn) -> Pair:
    units = draw(st.sampled_from([(), ("cm", "m"), ("km/h", "m/s")]))
    value = draw(st.decimals(-1000, 1000, places=2).map(lambda number: f"{number:f}"))
    band = NumericBand(value, draw(st.sampled_from(["0", "0.05", "1"])), draw(st.booleans()))
    near = NumericBand(value, "5", False, Fraction(1, 2))
    bands = draw(st.sampled_from([(band,), (band, near)]))
    share = Fraction(1, 2) if units and draw(st.booleans()) else Fraction(0)
    unit = draw(st.sampled_from(units)) if units else None
    return NumericInteraction(units), NumericKey(bands, unit, share, 2)


def key_texts(languages: Sequence[Language]) -> st.SearchStrategy[TextKey]:
    variants = st.lists(WORDS, min_size=1, max_size=3, unique=True).map(
        lambda words: tuple(TextVariant(word, Fraction(1, n)) for n, word in enumerate(words, start=1))
    )
    accepted = st.fixed_dictionaries(dict.fromkeys(languages, variants))
    return st.builds(TextKey, accepted, st.booleans(), st.integers(1, 2))


def rubrics(languages: Sequence[Language]) -> st.SearchStrategy[RubricKey]:
    texts = st.fixed_dictionaries(dict.fromkeys(languages, SENTENCES))
    ids = st.sampled_from(options(4, "k"))
    criteria = st.lists(
        st.builds(Criterion, ids, st.integers(1, 6), texts), min_size=1, unique_by=lambda c: c.criterion_id
    )
    return st.builds(RubricKey, criteria.map(tuple), st.integers(0, 3), st.integers(0, 2))


@st.composite
def hotspots(draw: st.DrawFn) -> Pair:
    shapes = [
        ("rect", (0, 0, 10, 10)),
        ("circle", (40, 40, 8)),
        ("ellipse", (80, 20, 9, 5)),
        ("poly", (0, 50, 9, 50, 5, 60)),
    ]
    ids = options(draw(st.integers(2, 4)))
    regions = tuple(Region(ids[n], *shapes[n]) for n in range(len(ids)))
    interaction = HotspotInteraction("map.png", 100, 80, regions, draw(st.sampled_from([1, 0])))
    most = 1 if interaction.max_choices == 1 else len(ids)
    correct = sorted(draw(st.sets(st.sampled_from(ids), min_size=1, max_size=most)), key=ids.index)
    return interaction, SelectionKey(tuple(correct), "all_or_nothing")


IDENTIFIED = st.one_of(
    single_choices(), weighted_choices(), multiple_choices(), orders(), matches(), associations(),
    gap_matches(), inline_choices(), hotspots(),
)  # fmt: skip


@st.composite
def item_contents(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> ItemContent:
    """Items of every kind with random texts, one to four languages."""
    languages = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True))
    interaction, key = draw(_pairs(languages))
    media = (media_file("map.png", PNG).reference,) if interaction.kind == "hotspot" else ()
    return ItemContent(
        subject="math",
        area="numbers",
        level="apply",
        interaction=interaction,
        answer_key=key,
        texts={language: draw(item_texts(interaction, texts)) for language in languages},
        media=media,
    )


def _pairs(languages: Sequence[Language]) -> st.SearchStrategy[Pair]:
    short = key_texts(languages).map(lambda key: (ShortTextInteraction(60), key))
    extended = rubrics(languages).map(lambda key: (ExtendedTextInteraction(3000), key))
    return st.one_of(IDENTIFIED, numerics(), short, extended)


@st.composite
def item_texts(draw: st.DrawFn, interaction: Interaction, texts: st.SearchStrategy[str]) -> ItemText:
    gaps = "".join(f"\n\n{draw(SENTENCES)} {{{{{gap}}}}}." for gap in interaction.gap_ids)
    written = {option: draw(SENTENCES) for option in interaction.option_ids}
    return ItemText(draw(texts) + gaps, written, draw(texts))
