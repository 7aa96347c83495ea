"""Response declarations of an item: correct responses and mappings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport

MOST_DIGITS = 40


@dataclass(frozen=True)
class Declaration:
    """What an item declares of one response; ``mapping`` gives the value of each part."""

    identifier: str
    cardinality: str = "single"
    base_type: str = "identifier"
    correct: tuple[str, ...] = ()
    mapping: Mapping[str, Fraction] = field(default_factory=dict)
    default: Fraction = Fraction(0)
    lowest: Fraction | None = None
    highest: Fraction | None = None
    case_sensitive: bool = True
    areas: tuple[Element, ...] = ()


def read_declarations(item: Element) -> dict[str, Declaration]:
    """Return the declarations by identifier; raises ``InvalidImport`` for a value that is no number."""
    found = (_declaration(element) for element in item.findall("qti-response-declaration"))
    return {declaration.identifier: declaration for declaration in found}


def exact(written: str) -> Fraction:
    """Return a number; a long decimal that is a simple fraction in binary writing becomes that fraction.

    Raises ``InvalidImport`` for what is no number.
    """
    try:
        if len(written) > MOST_DIGITS:
            raise ValueError
        value = float(written)
        simple = Fraction(value).limit_denominator(1000)
        return simple if float(simple) == value else Fraction(written.strip())
    except (ValueError, OverflowError):
        raise InvalidImport("import_qti", reason=f"“{written[:40]}” is no number") from None


def _declaration(element: Element) -> Declaration:
    mapping = element.find("qti-mapping")
    entries = [] if mapping is None else mapping.findall("qti-map-entry")
    return Declaration(
        identifier=element.get("identifier", ""),
        cardinality=element.get("cardinality", "single"),
        base_type=element.get("base-type", "identifier"),
        correct=tuple(
            " ".join((value.text or "").split())
            for value in element.findall("qti-correct-response/qti-value")
        ),
        mapping={entry.get("map-key", ""): exact(entry.get("mapped-value", "0")) for entry in entries},
        default=exact("0" if mapping is None else mapping.get("default-value", "0")),
        lowest=_bound(mapping, "lower-bound"),
        highest=_bound(mapping, "upper-bound"),
        case_sensitive=any(entry.get("case-sensitive", "true") == "true" for entry in entries) or not entries,
        areas=tuple(element.iter("qti-area-map-entry")),
    )


def _bound(mapping: Element | None, name: str) -> Fraction | None:
    written = None if mapping is None else mapping.get(name)
    return None if written is None else exact(written)
