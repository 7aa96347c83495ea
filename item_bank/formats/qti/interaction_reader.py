"""Interactions of a QTI body as those of the item bank, with the parts of the body that belong to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.declarations import Declaration
from item_bank.formats.qti.names import count, flag
from item_bank.formats.qti.rule_writer import UNIT
from item_bank.gap_markers import gap_marker
from item_bank.identifiers import OptionId
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
from item_bank.interactions.entry import LONGEST_EXTENDED_TEXT, LONGEST_SHORT_TEXT
from item_bank.interactions.hotspot import PICTURE
from item_bank.interactions.protocol import IDENTIFIER
from item_bank.units import find_unit

BLANK: Final = r"\_\_\_\_"
_NUMBERS: Final = ("float", "integer")


@dataclass
class ReadInteraction:
    """An interaction, the texts of its options, and how responses in QTI are written in the item bank.

    ``renamed`` gives our identifier of one in the file; for inline choices its keys are pairs “variable
    option”. ``responses`` are the response variables in the order of the gaps.
    """

    interaction: Interaction
    options: dict[OptionId, str]
    renamed: Mapping[str, OptionId]
    responses: tuple[str, ...]
    media_names: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)


class Names:
    """Identifiers that the item bank takes; others are numbered, and reported."""

    def __init__(self, reader: BodyReader, prefix: str = "o") -> None:
        self._reader = reader
        self._prefix = prefix
        self.found: dict[str, OptionId] = {}

    def give(self, written: str, key: str | None = None) -> OptionId:
        """Return the identifier for ``written``, kept under ``key``; raises ``InvalidImport`` for one that
        is there twice."""
        if (key or written) in self.found:
            raise InvalidImport("import_qti", reason=f"the identifier “{written[:40]}” is there twice")
        taken = set(self.found.values())
        name = OptionId(written)
        if not IDENTIFIER.fullmatch(written) or name in taken or name == PICTURE:
            number = len(self.found) + 1
            while OptionId(f"{self._prefix}{number}") in taken:
                number += 1
            name = OptionId(f"{self._prefix}{number}")
            self._reader.lose("assumed", f"identifier {written}", reading=name)
        self.found[key or written] = name
        return name


def interactions_in(body: Element) -> list[Element]:
    """Return the interaction elements of a body."""
    return [element for element in body.iter() if str(element.tag).endswith("-interaction")]


def read_interaction(
    body: Element, declarations: Mapping[str, Declaration], reader: BodyReader
) -> ReadInteraction:
    """Return the interaction of an item and set up ``reader`` for the stem around it.

    Raises ``InvalidImport`` if the item bank has no such interaction.
    """
    found = [element for element in interactions_in(body) if element.tag != "qti-media-interaction"]
    for button in [element for element in found if element.tag == "qti-end-attempt-interaction"]:
        reader.lose("no_place", "qti-end-attempt-interaction", content=button.get("title", ""))
        reader.skipped.add(id(button))
        found.remove(button)
    kinds = {str(element.tag) for element in found}
    if kinds == {"qti-inline-choice-interaction"}:
        return _inline_choices(found, reader)
    entry_with_unit = [str(element.tag) for element in found] == [
        "qti-text-entry-interaction",
        "qti-inline-choice-interaction",
    ] and found[1].get("response-identifier") == UNIT
    if len(found) != 1 and not entry_with_unit:
        raise InvalidImport("import_qti", reason=_several(found))
    element = found[0]
    if entry_with_unit:
        return _number_with_unit(body, found, reader)
    if element.tag not in _READERS:
        raise InvalidImport("import_qti", reason=f"the item bank has no {element.tag.removeprefix('qti-')}")
    declaration = declarations.get(element.get("response-identifier", ""), Declaration(""))
    read = _READERS[str(element.tag)](element, declaration, reader)
    _stem_keeps(element, reader)
    _lose_attributes(element, reader)
    return read


def _several(found: list[Element]) -> str:
    if not found:
        return "it has no interaction"
    kinds = ", ".join(dict.fromkeys(str(element.tag).removeprefix("qti-") for element in found))
    return f"it has {len(found)} interactions ({kinds}): make an item of each"


def _stem_keeps(element: Element, reader: BodyReader) -> None:
    """Leave of a block interaction its prompt, and the text around gaps, in the stem."""
    if id(element) in reader.replaced or element.tag == "qti-hottext-interaction":
        kept = list(element)
    else:
        kept = [child for child in element if child.tag == "qti-prompt"]
        if element.tag == "qti-gap-match-interaction":
            kept = [child for child in element if child.tag not in ("qti-gap-text", "qti-gap-img")]
    whole = reader.blocks_of
    reader.blocks_of = lambda other: kept if other is element else whole(other)


_KNOWN: Final = frozenset(
    [
        *("response-identifier", "shuffle", "max-choices", "min-choices", "max-associations", "label", "id"),
        *("expected-length", "class", "orientation", "lang", "base", "step", "lower-bound", "upper-bound"),
        *("min-associations", "required", "expected-lines", "style"),
    ]
)


def _lose_attributes(element: Element, reader: BodyReader) -> None:
    for name, value in element.attrib.items():
        if name not in _KNOWN:
            reader.lose("no_place", f"{element.tag} {name}", content=value)
    for child in element.iter():
        if child is not element and flag(child, "fixed"):
            reader.lose("no_place", f"{child.tag} fixed", content=child.get("identifier", ""))
        for name in ("template-identifier", "match-group"):
            if child.get(name):
                reader.lose("no_place", f"{child.tag} {name}", content=child.get(name, ""))


def _options(elements: list[Element], names: Names, reader: BodyReader) -> dict[OptionId, str]:
    return {names.give(element.get("identifier", "")): reader.text(element) for element in elements}


def _choices(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    options = _options(element.findall("qti-simple-choice"), names, reader)
    most, fewest = count(element, "max-choices", 1), count(element, "min-choices")
    shuffle = flag(element, "shuffle")
    interaction: Interaction
    if declaration.cardinality == "single":
        interaction = ChoiceInteraction(tuple(options), shuffle)
    else:
        interaction = MultipleChoiceInteraction(tuple(options), shuffle, fewest, min(most, len(options)))
    return _read(interaction, options, names, element)


def _order(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    options = _options(element.findall("qti-simple-choice"), names, reader)
    if not flag(element, "shuffle"):
        reader.lose("assumed", "shuffle of an order interaction", reading="true")
    for name in ("min-choices", "max-choices"):
        if count(element, name, len(options)) not in (0, len(options)):
            reader.lose("assumed", name, reading="all options")
    return _read(OrderInteraction(tuple(options)), options, names, element)


def _match(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    sides = element.findall("qti-simple-match-set")
    if len(sides) != 2:
        raise InvalidImport("import_qti", reason="a match interaction needs two sets")
    rows, columns = (_options(list(side), names, reader) for side in sides)
    uses = [_uses(list(side), reader) for side in sides]
    most = count(element, "max-associations", 1)
    if most not in (0, len(rows)) and not (uses[0] == 1 and most >= len(rows)):
        reader.lose("no_place", "max-associations", content=str(most))
    per_column = 0 if uses[1] >= len(rows) else uses[1]
    interaction = MatchInteraction(tuple(rows), tuple(columns), uses[0], per_column, flag(element, "shuffle"))
    return _read(interaction, {**rows, **columns}, names, element)


def _associate(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    elements = element.findall("qti-simple-associable-choice")
    options = _options(elements, names, reader)
    interaction = AssociateInteraction(
        tuple(options),
        _uses(elements, reader),
        count(element, "max-associations", 1),
        flag(element, "shuffle"),
    )
    return _read(interaction, options, names, element)


def _uses(elements: list[Element], reader: BodyReader) -> int:
    """Return how often each option may be used; the item bank has one number for all."""
    limits = [count(element, "match-max") for element in elements]
    most = 0 if 0 in limits else max(limits, default=0)
    if len(set(limits)) > 1:
        reader.lose("assumed", f"match-max {', '.join(map(str, limits))}", reading=f"{most} for all")
    return most


def _gap_match(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    words = [child for child in element if child.tag in ("qti-gap-text", "qti-gap-img")]
    names = Names(reader)
    options = _options(words, names, reader)
    uses = _uses(words, reader)
    gaps = [names.give(gap.get("identifier", "")) for gap in element.iter("qti-gap")]
    markers = {
        id(element): gap_marker(gap) for element, gap in zip(element.iter("qti-gap"), gaps, strict=True)
    }
    reader.replaced = {**reader.replaced, **markers}
    interaction = GapMatchInteraction(tuple(gaps), tuple(options), uses, flag(element, "shuffle"))
    return _read(interaction, options, names, element)


def _inline_choices(elements: list[Element], reader: BodyReader) -> ReadInteraction:
    names, gap_names = Names(reader, "option"), Names(reader, "g")
    gaps: dict[OptionId, tuple[OptionId, ...]] = {}
    options: dict[OptionId, str] = {}
    replaced = dict(reader.replaced)
    for element in elements:
        variable = element.get("response-identifier", "")
        gap = gap_names.give(variable.removeprefix("RESPONSE_"), variable)
        own = {}
        for choice in element.findall("qti-inline-choice"):
            written = choice.get("identifier", "")
            own[names.give(written, f"{variable} {written}")] = reader.text(choice)
        gaps[gap] = tuple(own)
        options |= own
        replaced[id(element)] = gap_marker(gap)
        _lose_attributes(element, reader)
    reader.replaced = replaced
    shuffled = {flag(element, "shuffle") for element in elements}
    if len(shuffled) > 1:
        reader.lose("assumed", "shuffle of some gaps", reading="shuffle of all")
    variables = tuple(gap_names.found)
    renamed = {**names.found, **gap_names.found}
    return ReadInteraction(InlineChoiceInteraction(gaps, True in shuffled), options, renamed, variables)


def _entry(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    reader.replaced = {**reader.replaced, id(element): BLANK}
    variable = (element.get("response-identifier", ""),)
    if declaration.base_type in _NUMBERS:
        return ReadInteraction(NumericInteraction(), {}, {}, variable)
    longest = max([len(text) for text in (*declaration.correct, *declaration.mapping)], default=1)
    length = count(element, "expected-length") or 100
    if length < longest:
        reader.lose("assumed", f"expected-length {length}", reading=str(longest))
    length = min(max(length, longest), LONGEST_SHORT_TEXT)
    return ReadInteraction(ShortTextInteraction(length), {}, {}, variable)


def _number_with_unit(body: Element, found: list[Element], reader: BodyReader) -> ReadInteraction:
    units = {}
    for choice in found[1].findall("qti-inline-choice"):
        unit = find_unit("".join(choice.itertext()))
        if unit is None:
            raise InvalidImport("import_qti", reason=f"the unit “{choice.text}” is not known")
        units[choice.get("identifier", "")] = unit.code
    reader.replaced = {**reader.replaced, id(found[0]): BLANK, id(found[1]): ""}
    interaction = NumericInteraction(tuple(units.values()))
    variables = (found[0].get("response-identifier", ""), UNIT)
    return ReadInteraction(interaction, {}, {}, variables, units=units)


def _extended(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    length = count(element, "expected-length") or 10_000
    interaction = ExtendedTextInteraction(min(length, LONGEST_EXTENDED_TEXT))
    return ReadInteraction(interaction, {}, {}, (element.get("response-identifier", ""),))


def _hotspot(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    picture = next((e for e in element.iter() if e.tag in ("img", "object")), None)
    if picture is None:
        raise InvalidImport("import_qti", reason="a hotspot interaction needs a picture")
    source = picture.get("src") or picture.get("data") or ""
    name = reader.files.media_name(source, reader.place.file, reader.item, reader.report)
    if name is None:
        raise InvalidImport("import_qti", reason=f"the picture “{source[:60]}” did not come along")
    options = {PICTURE: _words(picture, name, reader)}
    regions = []
    for position, choice in enumerate(element.findall("qti-hotspot-choice"), start=1):
        region = names.give(choice.get("identifier", ""))
        options[region] = choice.get("hotspot-label") or f"{position}"
        if not choice.get("hotspot-label"):
            reader.lose("assumed", f"name of the region {region}", reading=options[region])
        regions.append(_region(region, choice, picture, reader))
    size = [max(1, count(picture, side, 1)) for side in ("width", "height")]
    most = min(count(element, "max-choices", 1), len(regions))
    interaction = HotspotInteraction(name, size[0], size[1], tuple(regions), most)
    return ReadInteraction(interaction, options, names.found, _variable(element), (name,))


def _words(picture: Element, name: str, reader: BodyReader) -> str:
    words = " ".join((picture.get("alt") or "".join(picture.itertext())).split())
    if not words:
        reader.lose("assumed", "alternative text of the picture", reading=name)
    return words or name


def _region(region: OptionId, choice: Element, picture: Element, reader: BodyReader) -> Region:
    shape = choice.get("shape", "")
    written = [part.strip() for part in choice.get("coords", "").split(",")]
    if shape == "default":
        shape = "rect"
        written = ["0", "0", str(count(picture, "width", 1)), str(count(picture, "height", 1))]
        reader.lose("assumed", f"region {region}", reading="the whole picture")
    if not all(part.removeprefix("-").isdecimal() and len(part) < 8 for part in written):
        raise InvalidImport("import_qti", reason=f"the region “{region}” has coordinates that are no pixels")
    return Region(region, shape, tuple(int(part) for part in written))


def _hottext(element: Element, declaration: Declaration, reader: BodyReader) -> ReadInteraction:
    names = Names(reader)
    words = list(element.iter("qti-hottext"))
    options = _options(words, names, reader)
    shown = zip(words, options.values(), strict=True)
    reader.replaced = {**reader.replaced, **{id(word): f"**{text.strip()}**" for word, text in shown}}
    single = declaration.cardinality == "single"
    interaction: Interaction = (
        ChoiceInteraction(tuple(options), shuffle=False)
        if single
        else MultipleChoiceInteraction(
            tuple(options),
            False,
            count(element, "min-choices"),
            min(count(element, "max-choices", 1), len(words)),
        )
    )
    reader.lose("assumed", "hottext", reading="a choice of the words printed bold in the text")
    return _read(interaction, options, names, element)


def _read(
    interaction: Interaction, options: dict[OptionId, str], names: Names, element: Element
) -> ReadInteraction:
    return ReadInteraction(interaction, options, names.found, _variable(element))


def _variable(element: Element) -> tuple[str, ...]:
    return (element.get("response-identifier", ""),)


_READERS: Final = {
    "qti-choice-interaction": _choices,
    "qti-order-interaction": _order,
    "qti-match-interaction": _match,
    "qti-associate-interaction": _associate,
    "qti-gap-match-interaction": _gap_match,
    "qti-text-entry-interaction": _entry,
    "qti-extended-text-interaction": _extended,
    "qti-hotspot-interaction": _hotspot,
    "qti-hottext-interaction": _hottext,
}
