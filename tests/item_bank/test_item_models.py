import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_items import linear_equation_model

from item_bank.errors import InvalidItemModel
from item_bank.expressions import compile_expression
from item_bank.identifiers import Language
from item_bank.item_models import check_names, compile_variable, generate
from item_bank.items import ItemContent
from item_bank.number_formats import Place, parse_number_format
from item_bank.placeholders import compile_template
from item_bank.text_zones import Zone

RU, EN = Language("ru"), Language("en")
seeds = st.integers(0, 2**63 - 1)


def solution_of_stem(content: ItemContent) -> Fraction:
    """Solve the equation as a reader of the stem would."""
    match = re.fullmatch(r"Solve \$(\d+)x ([+-]) (\d+) = (-?\d+)\$\.", content.texts[EN].stem)
    assert match is not None
    a, sign, b, c = match.groups()
    return Fraction(int(c) - int(sign + b), int(a))


@settings(max_examples=40)
@given(seeds)
def test_the_key_solves_the_printed_equation_and_no_distractor_does(seed: int) -> None:
    for _, content in generate(linear_equation_model(seed)):
        options = content.texts[RU].options
        key = options[content.answer_key.correct]
        assert key == f"${solution_of_stem(content)}$"
        assert len(set(options.values())) == 4
        assert set(content.option_notes) == set(options) - {content.answer_key.correct}


@settings(max_examples=20)
@given(seeds, st.integers(1, 30))
def test_generation_is_reproducible_and_free_of_duplicates(seed: int, instances: int) -> None:
    model = linear_equation_model(seed, instances)
    generated = generate(model)
    assert generated == generate(model)
    assert [key for key, _ in generated] == [f"math.algebra.m01.{n}" for n in range(1, instances + 1)]
    assert len({content.texts[RU].stem for _, content in generated}) == instances
    assert {content.family for _, content in generated} == {model.key}


def test_keys_spread_evenly_over_the_positions() -> None:
    letters = [content.answer_key.correct for _, content in generate(linear_equation_model(instances=20))]
    assert {letter: letters.count(letter) for letter in "abcd"} == dict.fromkeys("abcd", 5)


def test_another_seed_gives_other_instances() -> None:
    assert generate(linear_equation_model(1)) != generate(linear_equation_model(2))


def test_a_distractor_equal_to_the_key_or_without_value_gives_way_to_the_next() -> None:
    model = linear_equation_model()
    first = replace(model.distractors[0], value=compile_expression("x"), error="equals the key")
    second = replace(model.distractors[0], value=compile_expression("1 / (x - x)"), error="no value")
    for _, content in generate(replace(model, distractors=(first, second, *model.distractors))):
        assert not {"equals the key", "no value"} & set(content.option_notes.values())


def test_a_model_that_cannot_keep_its_promise_says_how_far_it_came() -> None:
    model = replace(linear_equation_model(), constraints=(compile_expression("a < 0"),))
    with pytest.raises(InvalidItemModel, match=r"only 0 of 4 .* \(mostly: the constraint “a < 0”\)"):
        generate(model)
    few = replace(
        linear_equation_model(instances=9),
        variables=(
            compile_variable("x", "choice(2, 3)"),
            compile_variable("a", "range(2, 4)"),
            compile_variable("b", "= 5"),
            compile_variable("c", "= a*x + b"),
        ),
    )
    with pytest.raises(InvalidItemModel, match="only 4 of 9 different instances"):
        generate(few)


def test_undefined_names_are_refused_with_the_field() -> None:
    model = replace(linear_equation_model(), answer=compile_expression("y"))
    with pytest.raises(InvalidItemModel, match="“answer”: the variable “y” is not defined"):
        check_names(model)
    early = (compile_variable("c", "= a"), *linear_equation_model().variables)
    with pytest.raises(InvalidItemModel, match=r"variables\.c"):
        check_names(replace(linear_equation_model(), variables=early))
    text = replace(model.texts[RU], option=compile_template("$[[x]]$"))
    with pytest.raises(InvalidItemModel, match=r"ru\.option.*write \[\[value\]\]"):
        check_names(replace(linear_equation_model(), texts={RU: text}))


@pytest.mark.parametrize("source", ["5", "random(1, 2)", "range(3) + [1]x", "a..b"])
def test_variables_are_drawn_or_computed(source: str) -> None:
    with pytest.raises(InvalidItemModel, match="write range"):
        compile_variable("a", source)


@pytest.mark.parametrize(
    ("template", "russian", "english"),
    [
        ("$[[h]]$", "$2{,}5$", "$2.5$"),
        ("[[h]] см", "2,5 см", "2.5 см"),
        ("`[[h]]`", "`2.5`", "`2.5`"),
        ("```\n[[h]]\n```\n[[h]]", "```\n2.5\n```\n2,5", "```\n2.5\n```\n2.5"),
        ("$[[t]]$", r"$-\frac{1}{3}$", r"$-\frac{1}{3}$"),
        ("$[[h:frac]]$", r"$\frac{5}{2}$", r"$\frac{5}{2}$"),
        ("$x [[n:+]]$", "$x - 3$", "$x - 3$"),
        ("$[[one:coef]]x [[one:+coef]]y [[-one:+coef]]z$", "$x + y - z$", "$x + y - z$"),
        ("$[[-one:coef]]x$", "$-x$", "$-x$"),
        ("$[[t:.2]]$", "$-0{,}33$", "$-0.33$"),
        ("$5 - [[n:par]]$", "$5 - (-3)$", "$5 - (-3)$"),
        ("[[['a', 'b'][one]]]", "b", "b"),
        ("$[[[one]]; [[n]]]$", "$[1; -3]$", "$[1; -3]$"),
        ("[['abc'[0:2]:s]]", "ab", "ab"),
        ("[[[1, 'x'] + [n]]]", "[1, 'x', -3]", "[1, 'x', -3]"),
        ("\\$ [[h]]", "\\$ 2,5", "\\$ 2.5"),
    ],
)
def test_placeholders_follow_language_and_zone(template: str, russian: str, english: str) -> None:
    variables = {"h": Fraction(5, 2), "t": Fraction(-1, 3), "n": -3, "one": 1}
    compiled = compile_template(template)
    assert compiled.fill(variables, RU) == russian
    assert compiled.fill(variables, EN) == english


@given(st.fractions(max_denominator=64), st.integers(0, 6))
def test_written_decimals_are_the_rounded_value(value: Fraction, places: int) -> None:
    written = parse_number_format(f".{places}").write(value, Place(EN, Zone.TEXT))
    assert abs(Fraction(written) - value) <= Fraction(1, 2 * 10**places)
    assert len(written.partition(".")[2]) == places


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("[[a:zz]]", "“zz” is not a format"),
        ("[[a", "its ]] is missing"),
        ("[[[1, 2], [3, 4]]", "its ]] is missing"),
        ("[[a +]]", "Correct the expression"),
        ("[[a.b]]", "attribute access"),
        ("[[]]", "it is empty"),
    ],
)
def test_broken_placeholders_are_named(template: str, sentence: str) -> None:
    with pytest.raises(InvalidItemModel, match=re.escape(sentence)):
        compile_template(template)


def test_a_fraction_without_end_belongs_in_a_formula() -> None:
    with pytest.raises(InvalidItemModel, match="can only be written inside"):
        compile_template("[[t]] см").fill({"t": Fraction(1, 3)}, RU)
