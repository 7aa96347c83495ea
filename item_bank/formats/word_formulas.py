"""Formulas of Word (Office Math) as LaTeX, for the structures that school mathematics uses."""

from typing import Final
from xml.etree.ElementTree import Element

from item_bank.safe_xml import local_name

_SIGNS: Final = {
    "×": r"\times ", "·": r"\cdot ", "÷": r"\div ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "±": r"\pm ",
    "∞": r"\infty ", "π": r"\pi ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "φ": r"\varphi ",
    "−": "-", "∈": r"\in ", "∠": r"\angle ", "°": r"^{\circ}", "%": r"\%", "→": r"\to ", "∪": r"\cup ",
    "∩": r"\cap ", "$": r"\$", "#": r"\#", "&": r"\&", "_": r"\_", "{": r"\{", "}": r"\}",
    "\\": r"\backslash ",
}  # fmt: skip
_CONTAINERS: Final = frozenset({"oMath", "oMathPara", "e", "num", "den", "sup", "sub", "deg", "fName"})
_PROPERTIES: Final = frozenset(
    ["ctrlPr", "rPr", "fPr", "sSupPr", "sSubPr", "sSubSupPr", "radPr", "dPr", "funcPr"]
)
_FUNCTIONS: Final = frozenset({"sin", "cos", "tan", "log", "ln", "lg", "lim", "max", "min", "cot"})


class UnknownFormula(ValueError):
    """A structure that has no translation; its name is the message."""


def latex_of(element: Element) -> str:
    """Return the LaTeX of a formula; raises ``UnknownFormula`` naming the structure."""
    tag = local_name(element)
    if tag in _CONTAINERS:
        return "".join(latex_of(child) for child in element if local_name(child) not in _PROPERTIES)
    if tag == "r":
        return "".join(_symbols(child.text or "") for child in element if local_name(child) == "t")
    parts = {local_name(child): child for child in element}
    if tag == "f":
        return rf"\frac{{{latex_of(parts['num'])}}}{{{latex_of(parts['den'])}}}"
    if tag in ("sSup", "sSub", "sSubSup"):
        low = f"_{{{latex_of(parts['sub'])}}}" if "sub" in parts else ""
        high = f"^{{{latex_of(parts['sup'])}}}" if "sup" in parts else ""
        return f"{{{latex_of(parts['e'])}}}{low}{high}"
    if tag == "rad":
        degree = latex_of(parts["deg"]) if "deg" in parts else ""
        return rf"\sqrt{f'[{degree}]' if degree else ''}{{{latex_of(parts['e'])}}}"
    if tag == "func":
        name = latex_of(parts["fName"])
        return f"{chr(92) if name in _FUNCTIONS else ''}{name} {latex_of(parts['e'])}"
    if tag == "d":
        return _delimited(element)
    raise UnknownFormula(tag)


def _delimited(element: Element) -> str:
    begin, end, separator = "(", ")", "|"
    for properties in (child for child in element if local_name(child) == "dPr"):
        signs = {local_name(child): next(iter(child.attrib.values()), "") for child in properties}
        begin, end = signs.get("begChr", begin), signs.get("endChr", end)
        separator = signs.get("sepChr", separator)
    inner = separator.join(latex_of(child) for child in element if local_name(child) == "e")
    braces = {"{": r"\{", "}": r"\}", "": "."}
    return rf"\left{braces.get(begin, begin)} {inner} \right{braces.get(end, end)}"


def _symbols(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)
