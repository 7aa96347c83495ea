import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import InvalidMarkup
from item_bank.markup import formula_to_mathml, render, render_phrase


def test_a_decimal_comma_is_one_number_also_as_the_base_of_a_power() -> None:
    assert "<msup><mn>2,5</mn><mn>2</mn></msup>" in formula_to_mathml("2{,}5^2")
    assert "<mn>2.5</mn>" in formula_to_mathml("2.5")


def test_the_mark_of_a_recurring_decimal_belongs_to_the_number() -> None:
    assert "<mn>0,</mn><mo" in formula_to_mathml("0{,}(27)")
    assert "<mn>0.</mn><mover>" in formula_to_mathml(r"0.\overline{27}")


def test_formulas_become_mathml_and_semicolons_separators() -> None:
    html = render(r"Точка $(1; \frac{1}{2})$")
    assert html.startswith("<p>Точка <math")
    assert '<mo separator="true">;</mo>' in html
    assert "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>" in html


def test_tables_align_by_class_not_by_style() -> None:
    html = render("| x | y |\n|--:|---|\n| 1 | $2$ |")
    assert '<td class="align-right">1</td>' in html
    assert "style" not in html


def test_code_keeps_dollars_and_angle_brackets() -> None:
    html = render("```\nif a < $b:\n```\n`=$A$1`")
    assert "if a &lt; $b:" in html
    assert "<code>=$A$1</code>" in html


def test_an_option_of_one_paragraph_comes_without_its_paragraph() -> None:
    assert render_phrase("*x* см") == "<em>x</em> см"
    assert render_phrase("a\n\nb") == "<p>a</p>\n<p>b</p>"
    assert render_phrase("```\nx\n```").startswith("<pre>")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Цена 5$ или", "Close the formula with a second $"),
        ("![x](y.png)", "Show only images that come with the item"),
        ("[x](https://example.org)", "Remove the link"),
        ("<https://example.org>", "Remove the link"),
        (r"$\frac{1}{2$", r"Correct the formula $\frac{1}{2$: the braces { } are not balanced."),
        (r"$\frac{1}$", "a part of a fraction, root, power or index is missing"),
        (r"$\unknowncommand x$", r"the command \unknowncommand is not known"),
        ("$x^$", "Correct the formula $x^$"),
        ("$a & b$", r"write <, > and & in \text{} as words"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(InvalidMarkup, match=re.escape(sentence)):
        render(text)


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(x)}{x}",
        r"\class{x}{y}",
        r"\color{red}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{<script>alert(1)</script>}",
        r"\unicode{<script>}",
    ],
)
def test_formulas_cannot_carry_foreign_markup(formula: str) -> None:
    with pytest.raises(InvalidMarkup):
        formula_to_mathml(formula)


ALLOWED_TAG = re.compile(
    r"</?(p|br|hr|em|strong|code|pre|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|math|m[a-z]+)"
    r'( (display|stretchy|fence|form|separator|accent|class|start|width|columnalign)="[a-z0-9.-]+"'
    r'| alttext="[^"<>]*")* ?/?>'
)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<a href='//evil'>x</a>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "```html\n<iframe src=x></iframe>\n```",
        '``` "><script>\nx\n```',
        "&lt;script&gt; &#60;script&#62;",
        "| <b onclick=x> | y |\n|---|---|\n| <svg/onload=x> | 2 |",
        "$x < y$ <x onmouseover=alert(1)>",
        "<!-- x --><![CDATA[ <b> ]]><?php ?>",
    ],
)
def test_nothing_an_author_writes_becomes_active_markup(text: str) -> None:
    html = render(text)
    assert "<" not in ALLOWED_TAG.sub("", html)


@given(st.text(st.sampled_from("a1 <>&\"'`$\\{}[]()!*_|/:=\n\u00e4ө"), max_size=60))
def test_any_text_is_safe_or_refused(text: str) -> None:
    try:
        html = render(text)
    except InvalidMarkup:
        return
    assert "<" not in ALLOWED_TAG.sub("", html)
