"""Every kind of interaction: canonical form, stable hashes, scoring by identifier under any shuffle."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from item_strategies import IDENTIFIED, PNG, Pair, item_contents
from sample_items import OPTIONS, item_content, item_text

from item_bank.answer_keys import (
    Criterion,
    NumericBand,
    NumericKey,
    OptionKey,
    RubricKey,
    SelectionKey,
    TextKey,
    TextVariant,
)
from item_bank.errors import InvalidItem, InvalidResponse, MarkingNeeded
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import (
    INTERACTIONS,
    AssociateInteraction,
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
from item_bank.items import ItemContent, candidate_view, content_hash
from item_bank.media import media_file
from item_bank.scoring import score_response

RU, KY = Language("ru"), Language("ky")


def ids(text: str) -> tuple[OptionId, ...]:
    return tuple(OptionId(part) for part in text.split())


def credit(response: list[str], key: object, interaction: Interaction, language: Language = RU) -> Fraction:
    return score_response(response, key, interaction, language).credit  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None)
@given(item_contents())
def test_every_kind_survives_json_with_the_same_hash(content: ItemContent) -> None:
    read_back = ItemContent.from_data(json.loads(json.dumps(content.to_data())))
    assert read_back == content
    assert content_hash(read_back) == content_hash(content)


@settings(max_examples=60, deadline=None)
@given(item_contents(), st.randoms())
def test_the_hash_does_not_depend_on_the_order_of_keys(content: ItemContent, random: object) -> None:
    data = content.to_data()
    names = list(data)
    random.shuffle(names)  # type: ignore[attr-defined]
    assert content_hash(ItemContent.from_data({name: data[name] for name in names})) == content_hash(content)


def test_single_choices_keep_the_hash_they_were_published_with() -> None:
    assert content_hash(item_content()) == "7a67f9f764b3e397104d8584d3d993954422aef8b5462dfb0bbbcc0c203f1a36"


@settings(max_examples=200, deadline=None)
@given(IDENTIFIED, st.data(), st.integers(0, 2**40), st.integers(1, 50))
def test_scores_do_not_depend_on_the_order_shown_or_given(
    pair: Pair, data: st.DataObject, seed: int, n: int
) -> None:
    """A candidate who knows the key picks it from any order; a set may be given in any order."""
    interaction, key = pair
    shown = interaction.option_order(seed, n)
    assert sorted(shown) == sorted(interaction.option_ids)
    correct = [key.correct] if isinstance(key, OptionKey) else list(key.correct)  # type: ignore[attr-defined]
    found = [part for part in correct if all(word in (*shown, *interaction.gap_ids) for word in part.split())]
    assert found == correct, "everything the key names is on the screen"
    given_order = correct if interaction.kind == "order" else data.draw(st.permutations(correct))
    scored = score_response(given_order, key, interaction, RU)
    assert (scored.points, scored.credit) == (key.max_score, 1)


@settings(max_examples=150, deadline=None)
@given(IDENTIFIED, st.data())
def test_credit_stays_between_none_and_full(pair: Pair, data: st.DataObject) -> None:
    interaction, key = pair
    raw = data.draw(responses(interaction))
    scored = score_response(raw, key, interaction, RU)
    assert 0 <= scored.credit <= 1
    assert 0 <= scored.points <= key.max_score
    assert scored.points <= scored.credit * key.max_score < scored.points + 1
    assert interaction.parse_response(list(interaction.parse_response(raw))) == interaction.parse_response(
        raw
    )


def responses(interaction: Interaction) -> st.SearchStrategy[list[str]]:
    """Acceptable responses of any quality."""
    if isinstance(interaction, OrderInteraction):
        return st.permutations(list(interaction.option_ids))
    if isinstance(interaction, MatchInteraction):
        return st.tuples(*(st.sampled_from(interaction.columns) for _ in interaction.rows)).map(
            lambda columns: [f"{row} {column}" for row, column in zip(interaction.rows, columns, strict=True)]
        )
    if isinstance(interaction, AssociateInteraction):
        return st.permutations(interaction.option_ids).map(
            lambda mixed: [f"{a} {b}" for a, b in zip(mixed[::2], mixed[1::2], strict=True)]
        )
    if isinstance(interaction, GapMatchInteraction):
        return st.permutations(interaction.option_ids).map(
            lambda words: [f"{gap} {word}" for gap, word in zip(interaction.gap_ids, words, strict=False)]
        )
    if isinstance(interaction, InlineChoiceInteraction):
        return st.tuples(*(st.sampled_from(own) for own in interaction.gaps.values())).map(
            lambda chosen: [f"{gap} {option}" for gap, option in zip(interaction.gaps, chosen, strict=True)]
        )
    known = interaction.region_ids if isinstance(interaction, HotspotInteraction) else interaction.option_ids
    most = 1 if interaction.kind == "choice" else getattr(interaction, "max_choices", 0) or len(known)
    return st.lists(st.sampled_from(known), unique=True, max_size=most)


def test_multiple_choice_rules() -> None:
    interaction = MultipleChoiceInteraction(OPTIONS)
    strict = SelectionKey(("a", "c"))
    partial = SelectionKey(("a", "c"), "matches_minus_wrong", 2)
    weighted = SelectionKey(
        ("a", "c"), "weights", 4, {"a": Fraction(3, 4), "c": Fraction(1, 4), "d": Fraction(-1)}
    )
    table = {
        ("a", "c"): (1, 1, 1),
        ("c",): (0, Fraction(1, 2), Fraction(1, 4)),
        ("a", "b"): (0, 0, Fraction(3, 4)),
        ("a", "b", "c"): (0, Fraction(1, 2), 1),
        ("b", "d"): (0, 0, 0),
        ("a", "b", "c", "d"): (0, 0, 0),
    }
    for response, expected in table.items():
        found = tuple(credit(list(response), key, interaction) for key in (strict, partial, weighted))
        assert found == expected, response


def test_order_rules() -> None:
    interaction = OrderInteraction(OPTIONS)
    keys = [
        SelectionKey(("b", "d", "a", "c"), rule, 3)
        for rule in ("all_or_nothing", "positions", "adjacent_pairs")
    ]
    table = {
        "b d a c": (1, 1, 1),
        "d a c b": (0, 0, Fraction(2, 3)),
        "b a d c": (0, Fraction(1, 2), 0),
        "c a d b": (0, 0, 0),
    }
    for written, expected in table.items():
        assert tuple(credit(written.split(), key, interaction) for key in keys) == expected, written
    assert score_response(["d", "a", "c", "b"], keys[2], interaction, RU).points == 2


def test_a_true_false_table_gives_credit_by_row_and_reads_rows_in_any_order() -> None:
    interaction = MatchInteraction(ids("r1 r2 r3"), ids("true false"))
    key = SelectionKey(("r1 true", "r2 false", "r3 false"), "matches", 3)
    assert score_response(["r3 false", "r1 true", "r2 true"], key, interaction, RU).points == 2
    with pytest.raises(InvalidResponse, match="“r1” at most 1"):
        interaction.parse_response(["r1 true", "r1 false"])
    with pytest.raises(InvalidResponse, match="join two identifiers"):
        interaction.parse_response(["r1"])


def test_associations_have_no_direction() -> None:
    interaction = AssociateInteraction(OPTIONS)
    key = SelectionKey(("a c", "b d"))
    assert credit(["d b", "c a"], key, interaction) == 1
    with pytest.raises(InvalidResponse, match="two different"):
        interaction.parse_response(["a a"])


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("2,5", "2.5"), (" −3 ", "-3"), ("1 250,75", "1250.75"), ("1\u00a0000", "1000"), ("+7", "7"),
        (",5", ".5"),
        ("3/4", "3/4"), ("1,5e3", "1.5e3"), ("1,5·10^3", "1.5*10^3"), ("2 × 10^-2", "2*10^-2"), ("- 4", "-4"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(written: str, canonical: str) -> None:
    assert NumericInteraction().parse_response([written]) == (canonical,)


@pytest.mark.parametrize(
    "written", ["1,234.5", "1.2.3", "семь", "12 34", "1/0", "--1", "5 см", "1e9999", "٣"]
)
def test_what_may_mean_two_numbers_is_no_number(written: str) -> None:
    with pytest.raises(InvalidResponse, match=r"Write one number|another unit"):
        NumericInteraction().parse_response([written])


def test_tolerances_are_exact_and_include_their_ends() -> None:
    key = NumericKey(
        (NumericBand("0.3", "0.1"), NumericBand("0.3", "0.5", False, Fraction(1, 2))), max_score=2
    )
    interaction = NumericInteraction()
    found = {
        text: score_response([text], key, interaction, RU).points
        for text in ("0,4", "0,2", "0,4000001", "0,81")
    }
    assert found == {"0,4": 2, "0,2": 2, "0,4000001": 1, "0,81": 0}
    relative = NumericKey((NumericBand("-200", "0.01", True),))
    assert [credit([text], relative, interaction) for text in ("-202", "-202,01", "200")] == [1, 0, 0]
    thirds = NumericKey((NumericBand("1/3"),))
    assert [credit([text], thirds, interaction) for text in ("1/3", "2/6", "0,333")] == [1, 1, 0]


def test_units_are_converted_and_a_missing_one_is_told() -> None:
    interaction = NumericInteraction(("km/h", "m/s"))
    key = NumericKey((NumericBand("72"),), "km/h", Fraction(1, 2), 2)
    assert credit(["20 м/с"], key, interaction) == 1
    assert credit(["72", "км/ч"], key, interaction) == 1
    bare = score_response(["72"], key, interaction, RU)
    assert (bare.points, [remark.code for remark in bare.remarks]) == (1, ["unit_missing"])
    wrong = score_response(["72 m/s"], key, interaction, RU)
    assert (wrong.points, [remark.code for remark in wrong.remarks]) == (1, ["unit_wrong"])
    assert interaction.parse_response(["20 км/сағ"]) == ("20", "km/h")
    with pytest.raises(InvalidResponse, match="another unit"):
        interaction.parse_response(["20 попугаев"])
    data = NumericInteraction(("B", "KB"))
    assert credit(["2 Кбайт"], NumericKey((NumericBand("2048"),), "B"), data) == 1


def test_short_texts_forgive_typography_but_report_missing_letters() -> None:
    interaction = ShortTextInteraction()
    accepted = {RU: (TextVariant("ёж"), TextVariant("ежик", Fraction(1, 2))), KY: (TextVariant("таң"),)}
    key = TextKey(accepted, max_score=2)
    assert [credit([text], key, interaction) for text in ("Еж", " ёж. ", "ёжик", "уж")] == [
        1,
        1,
        Fraction(1, 2),
        0,
    ]
    typed = score_response(["тан"], key, interaction, KY)
    assert (typed.points, typed.remarks[0].code) == (0, "keyboard_letters")
    assert typed.remarks[0].params == {"given": "тан", "expected": "таң"}
    assert credit(["таң"], key, interaction, RU) == 0, "the variants of the attempt's language count"
    latin = score_response(["eж"], key, interaction, RU)
    assert (latin.points, latin.remarks[0].code) == (0, "keyboard_letters")
    strict = TextKey({RU: (TextVariant("Бишкек"),)}, case_sensitive=True)
    assert score_response(["бишкек"], strict, interaction, RU).remarks[0].code == "letter_case"
    assert credit(["Қаланы"], TextKey({RU: (TextVariant("қаланы"),)}), interaction) == 1


def test_regions_hold_their_points_exactly() -> None:
    regions = (
        Region(OptionId("box"), "rect", (10, 10, 20, 30)),
        Region(OptionId("disc"), "circle", (50, 50, 5)),
        Region(OptionId("egg"), "ellipse", (100, 50, 20, 10)),
        Region(OptionId("arrow"), "poly", (0, 60, 40, 60, 40, 100, 20, 80)),
    )
    interaction = HotspotInteraction("map.png", 200, 100, regions)
    points = {(20, 30): "box", (53, 54): "disc", (54, 54): None, (120, 50): "egg", (116, 57): None,
              (30, 61): "arrow", (10, 75): None, (20, 60): "arrow"}  # fmt: skip
    assert {point: interaction.region_at(*point) for point in points} == points
    with pytest.raises(InvalidItem, match="coordinates of its shape"):
        Region(OptionId("x"), "circle", (1, 2))


def test_an_extended_text_waits_for_its_markers() -> None:
    key = RubricKey((Criterion(OptionId("k1"), 4, {RU: "Полнота"}),))
    assert key.max_score == 4
    with pytest.raises(MarkingNeeded):
        score_response(["Сочинение"], key, ExtendedTextInteraction(), RU)
    assert score_response([" "], key, ExtendedTextInteraction(), RU).points == 0


@pytest.mark.parametrize(
    ("interaction", "key", "sentence"),
    [
        (MultipleChoiceInteraction(OPTIONS), SelectionKey(("a",), "matches"), "rule must be one of"),
        (MultipleChoiceInteraction(OPTIONS), SelectionKey(("c", "a")), "as a, c"),
        (MultipleChoiceInteraction(OPTIONS), SelectionKey(("z",)), "not an option"),
        (MultipleChoiceInteraction(OPTIONS), SelectionKey(("a",), "weights"), "give weights"),
        (
            MultipleChoiceInteraction(OPTIONS),
            SelectionKey(("a",), "weights", 1, {"a": Fraction(1, 2)}),
            "add up to 1",
        ),
        (
            MatchInteraction(ids("r1 r2"), ids("c1 c2"), 2),
            SelectionKey(("r1 c1",), "matches"),
            "giving every pair",
        ),
        (OrderInteraction(OPTIONS), SelectionKey(("a", "b")), "all 4 options in order"),
        (OrderInteraction(OPTIONS), OptionKey(OptionId("z")), "not one of the options"),
        (NumericInteraction(("m",)), NumericKey((NumericBand("1"),)), "unit of the key"),
        (NumericInteraction(), TextKey({RU: (TextVariant("a"),)}), "key of a short text"),
        (ShortTextInteraction(), TextKey({KY: (TextVariant("a"),)}), "full credit in the language “ru”"),
        (ShortTextInteraction(2), TextKey({RU: (TextVariant("abc"),)}), "longer than the entry"),
    ],
)
def test_keys_that_do_not_fit_are_refused_with_the_reason(
    interaction: Interaction, key: object, sentence: str
) -> None:
    with pytest.raises(InvalidItem, match=sentence):
        key.check(interaction, (RU,))  # type: ignore[attr-defined]


def test_gaps_must_be_in_the_text_of_every_language_once() -> None:
    interaction = GapMatchInteraction(ids("g1 g2"), OPTIONS)
    key = SelectionKey(("g1 a", "g2 b"), "matches", 2)
    good = item_text("Первый {{g1}}, второй {{g2}}; формула $\\frac{{1}}{{2}}$.")
    content = item_content(interaction=interaction, answer_key=key, texts={RU: good})
    html = candidate_view(content, RU).stem
    assert '<span class="gap" data-gap="g1"></span>' in html
    assert "<mfrac>" in html
    with pytest.raises(InvalidItem, match="has g1"):
        item_content(interaction=interaction, answer_key=key, texts={RU: good, KY: item_text("Бир {{g1}}")})
    with pytest.raises(InvalidItem, match="has g1, g1, g2"):
        item_content(interaction=interaction, answer_key=key, texts={RU: item_text("{{g1}} {{g1}} {{g2}}")})


def test_pictures_come_with_the_item_and_have_words() -> None:
    reference = media_file("map.png", PNG).reference
    content = item_content(texts={RU: item_text("![Карта](media:map.png) Где Ош?")}, media=(reference,))
    assert f'<img src="/media/{reference.sha256}" alt="Карта">' in candidate_view(content, RU).stem
    with pytest.raises(InvalidItem, match=r"“map\.png”"):
        item_content(texts={RU: item_text("![Карта](media:map.png)")})


@settings(max_examples=60, deadline=None)
@given(item_contents())
def test_the_candidate_never_sees_the_key_of_any_kind(content: ItemContent) -> None:
    language = next(iter(content.texts))
    view = candidate_view(content, language)
    assert set(view.options) == set(content.interaction.option_ids)
    if isinstance(content.answer_key, TextKey):
        assert not {"accepted", "credit"} & set(vars(view))


@pytest.mark.parametrize("kind", sorted(INTERACTIONS))
@pytest.mark.parametrize(
    "damage", [{}, {"option_ids": 5}, {"rows": None, "columns": [1]}, {"gaps": [3]}, {"units": "m"}]
)
def test_damaged_interactions_are_refused_by_field(kind: str, damage: dict[str, object]) -> None:
    with pytest.raises(InvalidItem):
        INTERACTIONS[kind]({"kind": kind, **damage})
