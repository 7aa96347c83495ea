"""MathML of other systems as LaTeX: its annotation if there is one, else what presentation MathML shows."""

from collections.abc import Callable, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidMarkup
from item_bank.markup import formula_to_mathml

_SYMBOLS: Final[Mapping[str, str]] = {
    "×": r"\times ",
    "÷": r"\div ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "≡": r"\equiv ",
    "∞": r"\infty ",
    "∈": r"\in ",
    "∉": r"\notin ",
    "⊂": r"\subset ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∅": r"\emptyset ",
    "→": r"\to ",
    "⇒": r"\Rightarrow ",
    "⇔": r"\Leftrightarrow ",
    "∀": r"\forall ",
    "∃": r"\exists ",
    "∑": r"\sum ",
    "∏": r"\prod ",
    "∫": r"\int ",
    "∂": r"\partial ",
    "∇": r"\nabla ",
    "−": "-",
    "α": r"\alpha ",
    "β": r"\beta ",
    "γ": r"\gamma ",
    "δ": r"\delta ",
    "ε": r"\varepsilon ",
    "θ": r"\theta ",
    "λ": r"\lambda ",
    "μ": r"\mu ",
    "π": r"\pi ",
    "ρ": r"\rho ",
    "σ": r"\sigma ",
    "τ": r"\tau ",
    "φ": r"\varphi ",
    "ω": r"\omega ",
    "Δ": r"\Delta ",
    "Σ": r"\Sigma ",
    "Ω": r"\Omega ",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "#": r"\#",
    "&": r"\&",
    "$": "",
    "_": r"\_",
    "\\": r"\backslash ",
    "∠": r"\angle ",
    "°": r"^{\circ}",
    "′": "'",
    "…": r"\dots ",
    "\u2061": "",
    "\u2062": "",
    "\u2063": "",
}
_FUNCTIONS: Final = ("sin", "cos", "tan", "cot", "log", "ln", "lim", "max", "min", "exp")
_ACCENTS: Final[Mapping[str, str]] = {"¯": "overline", "‾": "overline", "→": "vec", "^": "hat", "˙": "dot"}


def latex_of(math: Element) -> str | None:
    """Return LaTeX that the item bank shows, or ``None`` if the formula has something it cannot say."""
    for annotation in math.iter("annotation"):
        if annotation.get("encoding", "") in ("application/x-tex", "TeX", "LaTeX", "application/x-latex"):
            written = " ".join((annotation.text or "").split())
            if _is_shown(written):
                return written
    try:
        written = " ".join(_row(math).split())
    except KeyError:
        return None
    return written if _is_shown(written) else None


def _is_shown(formula: str) -> bool:
    if not formula or "$" in formula:
        return False
    try:
        formula_to_mathml(formula)
    except InvalidMarkup:
        return False
    return True


def _row(element: Element) -> str:
    return "".join(_latex(child) for child in element if child.tag not in ("annotation", "annotation-xml"))


def _latex(element: Element) -> str:
    """Return the LaTeX of an element; raises ``KeyError`` for one that is not known."""
    return _WRITERS[str(element.tag)](element)


def _word(element: Element) -> str:
    text = (element.text or "").strip()
    if text in _FUNCTIONS:
        return f"\\{text} "
    if len(text) > 1:
        return rf"\mathrm{{{_symbols(text)}}}"
    return _symbols(text)


def _symbols(text: str) -> str:
    return "".join(_SYMBOLS.get(letter, letter) for letter in text)


def _leaf(element: Element) -> str:
    return _symbols((element.text or "").strip())


def _number(element: Element) -> str:
    return (element.text or "").strip().replace(",", "{,}").replace("−", "-")


def _text(element: Element) -> str:
    return rf"\text{{{_symbols(element.text or '')}}}"


def _of(command: str) -> Callable[[Element], str]:
    def write(element: Element) -> str:
        parts = [_latex(child) for child in element]
        return command.format(*parts) if len(parts) == command.count("{{{") else _raise(element)

    return write


def _raise(element: Element) -> str:
    raise KeyError(element.tag)


def _over(element: Element) -> str:
    base, above = list(element)
    accent = _ACCENTS.get((above.text or "").strip())
    return rf"\{accent}{{{_latex(base)}}}" if accent else rf"\overset{{{_latex(above)}}}{{{_latex(base)}}}"


def _fenced(element: Element) -> str:
    opening, closing = element.get("open", "("), element.get("close", ")")
    marks = element.get("separators", ",") or ""
    inner = (marks[:1] or "").join(_latex(child) for child in element)
    return rf"{_symbols(opening)}{inner}{_symbols(closing)}"


def _table(element: Element) -> str:
    rows = [" & ".join(_row(cell) for cell in row) for row in element]
    return r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"


_WRITERS: Final[Mapping[str, Callable[[Element], str]]] = {
    **dict.fromkeys(("mrow", "mstyle", "mpadded", "semantics", "math"), _row),
    "mi": _word,
    "mo": _leaf,
    "mn": _number,
    "mtext": _text,
    "ms": _text,
    "mspace": lambda _: r"\ ",
    "mfrac": _of(r"\frac{{{0}}}{{{1}}}"),
    "msup": _of(r"{{{0}}}^{{{1}}}"),
    "msub": _of(r"{{{0}}}_{{{1}}}"),
    "msubsup": _of(r"{{{0}}}_{{{1}}}^{{{2}}}"),
    "munderover": _of(r"{{{0}}}_{{{1}}}^{{{2}}}"),
    "munder": _of(r"{{{0}}}_{{{1}}}"),
    "mover": _over,
    "msqrt": lambda element: rf"\sqrt{{{_row(element)}}}",
    "mroot": lambda element: rf"\sqrt[{_latex(element[1])}]{{{_latex(element[0])}}}",
    "mfenced": _fenced,
    "mtable": _table,
}
