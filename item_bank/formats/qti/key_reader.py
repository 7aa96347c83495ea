"""Answer keys from response declarations and response processing.

A rule of the item bank is recognised by writing it and comparing; the standard templates and the plainest
written rules are understood. Anything else is read as “all or nothing” and reported with its whole text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import lcm
from xml.etree.ElementTree import Element

from item_bank.answer_keys import (
    RULES,
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
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING, WEIGHTS
from item_bank.errors import InvalidImport, InvalidItem, InvalidResponse
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.declarations import Declaration, exact
from item_bank.formats.qti.interaction_reader import ReadInteraction
from item_bank.formats.qti.item_writer import RUBRIC
from item_bank.formats.qti.names import VERSION_3, same_document, serialised
from item_bank.formats.qti.rule_writer import declare, process
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.interactions.hotspot import PICTURE

MATCH_CORRECT, MAP_RESPONSE = "match_correct.xml", "map_response.xml"
MOST_POINTS = 1000


@dataclass
class KeySource:
    """All that a key is read from."""

    item: Element
    read: ReadInteraction
    declarations: Mapping[str, Declaration]
    reader: BodyReader
    language: Language

    @property
    def processing(self) -> Element | None:
        """The response processing."""
        return self.item.find("qti-response-processing")

    @property
    def template(self) -> str:
        """The file name of the template, which is known and never fetched; empty for a written rule."""
        processing = self.processing
        address = "" if processing is None else processing.get("template", "")
        return address.rpartition("/")[2].removesuffix(".xml") + ".xml" if address else ""

    @property
    def declaration(self) -> Declaration:
        """The declaration of the first response; raises ``InvalidImport`` if there is none."""
        if self.read.responses[0] not in self.declarations:
            raise InvalidImport("import_qti", reason="the response is not declared")
        return self.declarations[self.read.responses[0]]


def read_key(source: KeySource) -> AnswerKey:
    """Return the key; raises ``InvalidImport`` if the item does not say what is correct."""
    interaction = source.read.interaction
    if isinstance(interaction, ExtendedTextInteraction):
        return _rubric(source)
    if isinstance(interaction, NumericInteraction):
        return _numeric(source)
    if isinstance(interaction, ShortTextInteraction):
        return _texts(source)
    return _selection(source)


def _selection(source: KeySource) -> AnswerKey:
    interaction = source.read.interaction
    weights = _weights(source)
    correct = _correct(source) or tuple(part for part, weight in weights.items() if weight > 0)
    if not correct:
        raise InvalidImport("import_qti", reason="it does not say which response is correct")
    try:
        canonical = interaction.parse_response(list(correct))
    except InvalidResponse as error:
        raise InvalidImport("import_qti", reason=f"its correct response does not fit: {error}") from None
    for key in _own_rules(source, canonical, weights):
        if _writes(key, source):
            return key
    if weights and source.template == MAP_RESPONSE:
        return _weighted(source, canonical, weights)
    points = _points_for_all(source)
    if points is None:
        if (
            source.processing is not None
            and next(source.processing.iter("qti-map-response"), None) is not None
        ):
            source.reader.lose("assumed", "response processing", reading="its mapping", content=_rule(source))
            return _weighted(source, canonical, weights)
        _assume_all_or_nothing(source)
        points = 1
    return _whole(source, canonical, points)


def _whole(source: KeySource, correct: tuple[str, ...], points: int) -> AnswerKey:
    if isinstance(source.read.interaction, ChoiceInteraction):
        return OptionKey(OptionId(correct[0]), points)
    return SelectionKey(correct, ALL_OR_NOTHING, points)


def _assume_all_or_nothing(source: KeySource) -> None:
    reading = "full credit for the correct response, none for any other"
    source.reader.lose("assumed", "response processing", reading=reading, content=_rule(source))


def _rule(source: KeySource) -> str:
    return "none" if source.processing is None else serialised(source.processing)


def _own_rules(
    source: KeySource, correct: tuple[str, ...], weights: Mapping[str, Fraction]
) -> Iterator[AnswerKey]:
    """Yield the keys of the item bank that the item may have been written from."""
    points = _maximum(source) or 1
    if isinstance(source.read.interaction, ChoiceInteraction):
        yield OptionKey(OptionId(correct[0]), points)
    for rule in RULES.get(source.read.interaction.kind, ()):
        if rule != WEIGHTS:
            yield SelectionKey(correct, rule, points)
        elif weights:
            yield SelectionKey(correct, rule, points, weights)


def _writes(key: AnswerKey, source: KeySource) -> bool:
    """Say whether the key is written exactly as the item's response processing is."""
    if source.processing is None:
        return False
    try:
        key.check(source.read.interaction, (source.language,))
    except InvalidItem:
        return False
    made, mapped = Element("item"), Element("item")
    process(made, source.read.interaction, key, VERSION_3)
    written = made[0]
    if written.get("template"):
        return source.template == MATCH_CORRECT
    if not same_document(written, source.processing):
        return False
    declare(mapped, source.read.interaction, key, source.language)
    return all(
        any(same_document(declared, found) for found in source.item.findall("qti-response-declaration"))
        for declared in mapped
    )


def _maximum(source: KeySource) -> int | None:
    """Return the points that the item declares for a full score, if they are whole."""
    for declaration in source.item.findall("qti-outcome-declaration"):
        written = declaration.get("normal-maximum") if declaration.get("identifier") == "SCORE" else None
        if declaration.get("identifier") == "MAXSCORE":
            written = declaration.findtext("qti-default-value/qti-value")
        if written:
            value = exact(written)
            if value.denominator == 1 and 1 <= value <= MOST_POINTS:
                return int(value)
    return None


def _correct(source: KeySource) -> tuple[str, ...]:
    if not isinstance(source.read.interaction, InlineChoiceInteraction):
        return tuple(_part(source, value) for value in source.declaration.correct)
    return tuple(
        f"{source.read.renamed[variable]} {_known(source, f'{variable} {value}')}"
        for variable in source.read.responses
        for value in source.declarations.get(variable, Declaration("")).correct
    )


def _weights(source: KeySource) -> dict[str, Fraction]:
    """Return the mapped values by our parts of a response; a default value goes to every other option."""
    interaction = source.read.interaction
    if isinstance(interaction, OrderInteraction):
        return {}
    if isinstance(interaction, InlineChoiceInteraction):
        return {
            f"{source.read.renamed[variable]} {_known(source, f'{variable} {value}')}": share
            for variable in source.read.responses
            for value, share in source.declarations.get(variable, Declaration("")).mapping.items()
            if value != "_none"
        }
    declaration = source.declaration
    weights = {
        _part(source, value): share for value, share in declaration.mapping.items() if value != "_none"
    }
    if declaration.default and source.template == MAP_RESPONSE:
        for part in _all_parts(interaction):
            weights.setdefault(part, declaration.default)
    return weights


def _all_parts(interaction: Interaction) -> Iterator[str]:
    """Yield every part that a response may have."""
    if isinstance(interaction, MatchInteraction):
        yield from (f"{row} {column}" for row in interaction.rows for column in interaction.columns)
    elif isinstance(interaction, GapMatchInteraction):
        yield from (f"{gap} {word}" for gap in interaction.gap_ids for word in interaction.option_ids)
    elif isinstance(interaction, AssociateInteraction):
        yield from (f"{first} {second}" for first, second in combinations(interaction.option_ids, 2))
    else:
        yield from (option for option in interaction.option_ids if option != PICTURE)


def _part(source: KeySource, value: str) -> str:
    names = [_known(source, name) for name in value.split(" ")]
    if isinstance(source.read.interaction, GapMatchInteraction):
        names.reverse()
    return " ".join(names)


def _known(source: KeySource, name: str) -> str:
    if name not in source.read.renamed:
        reason = f"its key names “{name[:40]}”, which is not an option"
        raise InvalidImport("import_qti", reason=reason)
    return source.read.renamed[name]


def _weighted(source: KeySource, correct: tuple[str, ...], weights: Mapping[str, Fraction]) -> AnswerKey:
    """Return a key by weights, on a scale on which every mapped value is whole points."""
    interaction = source.read.interaction
    full = sum((weights.get(part, Fraction(0)) for part in correct), Fraction(0))
    if full <= 0:
        raise InvalidImport("import_qti", reason="its correct response has no points")
    canonical = {interaction.parse_response([part])[0]: share for part, share in weights.items()}
    full = _bounded(source, full, weights)
    points = lcm(*(share.denominator for share in (*weights.values(), full))) * full
    if points > MOST_POINTS:
        raise InvalidImport("import_qti", reason="its points are too finely divided")
    if points != full:
        source.reader.lose("rounded", "scale of SCORE", before=f"0 to {full}", after=f"0 to {points} points")
    worth = [share for share in canonical.values() if share]
    if isinstance(interaction, ChoiceInteraction) and worth == [full]:
        return OptionKey(OptionId(correct[0]), int(points))
    shares = {part: share / full for part, share in canonical.items()}
    return SelectionKey(correct, WEIGHTS, int(points), shares)


def _bounded(source: KeySource, full: Fraction, weights: Mapping[str, Fraction]) -> Fraction:
    """Return the full score within the bounds of the mapping; tell if a score below 0 is raised to it."""
    bounds = [source.declarations.get(name, Declaration("")) for name in source.read.responses]
    highest = bounds[0].highest
    if any(share < 0 for share in weights.values()) and bounds[0].lowest != 0:
        source.reader.lose("assumed", "a score below 0", reading="0 points")
    return full if highest is None or highest <= 0 else min(full, highest)


def _points_for_all(source: KeySource) -> int | None:
    """Return the points of a rule that only asks whether the response is the correct one, or ``None``."""
    if source.template == MATCH_CORRECT:
        return 1
    processing = source.processing
    if processing is None or source.template:
        return None
    conditions = [rule for rule in processing if _sets_score(rule)]
    if len(conditions) != 1 or conditions[0].find("qti-response-else-if") is not None:
        return None
    then = conditions[0].find("qti-response-if")
    if then is None or not _asks_for_correct(then[0], source):
        return None
    value = then.find("qti-set-outcome-value[@identifier='SCORE']/qti-base-value")
    points = exact((value.text or "0") if value is not None else "0")
    _lose_other_rules(source, conditions[0])
    return int(points) if points.denominator == 1 and 1 <= points <= MOST_POINTS else None


def _sets_score(rule: Element) -> bool:
    return any(outcome.get("identifier") == "SCORE" for outcome in rule.iter("qti-set-outcome-value"))


def _asks_for_correct(test: Element, source: KeySource) -> bool:
    tests = list(test) if test.tag == "qti-and" else [test]
    asked = set()
    for part in tests:
        variable, correct = part.find("qti-variable"), part.find("qti-correct")
        if part.tag not in ("qti-match", "qti-string-match") or variable is None or correct is None:
            return False
        if variable.get("identifier") != correct.get("identifier"):
            return False
        asked.add(variable.get("identifier"))
    return asked == set(source.read.responses)


def _lose_other_rules(source: KeySource, kept: Element) -> None:
    for rule in source.processing if source.processing is not None else ():
        outcomes = {outcome.get("identifier") for outcome in rule.iter("qti-set-outcome-value")}
        if rule is not kept and not outcomes <= {"MAXSCORE", "FEEDBACK"}:
            source.reader.lose("no_place", "rule of response processing", content=serialised(rule))


def _texts(source: KeySource) -> TextKey:
    declaration = source.declaration
    by_correct = source.template == MATCH_CORRECT or not declaration.mapping
    variants = {text: Fraction(1) for text in declaration.correct}
    full = max(declaration.mapping.values(), default=Fraction(1))
    if not by_correct and full > 0:
        variants = {text: share / full for text, share in declaration.mapping.items() if share > 0}
        for text in declaration.correct:
            variants.setdefault(text, Fraction(1))
    if not variants:
        raise InvalidImport("import_qti", reason="it does not say which text is correct")
    ordered = sorted(variants.items(), key=lambda pair: -pair[1])
    accepted = tuple(TextVariant(text, share) for text, share in ordered)
    points = _maximum(source) or lcm(*(share.denominator for share in variants.values()))
    key = TextKey({source.language: accepted}, _minds_case(source, by_correct=by_correct), points)
    if not _writes(key, source):
        if not source.template and _points_for_all(source) is None:
            reading = "the accepted texts"
            source.reader.lose("assumed", "response processing", reading=reading, content=_rule(source))
        if not by_correct and Fraction(points) != full:
            source.reader.lose(
                "rounded", "scale of SCORE", before=f"0 to {full}", after=f"0 to {points} points"
            )
    return key


def _minds_case(source: KeySource, *, by_correct: bool) -> bool:
    processing = source.processing
    if processing is not None:
        for match in processing.iter("qti-string-match"):
            return match.get("case-sensitive", "true") == "true"
    return True if by_correct else source.declaration.case_sensitive


def _numeric(source: KeySource) -> NumericKey:
    declaration = source.declaration
    value = (declaration.correct or tuple(declaration.mapping) or ("",))[0]
    if not value:
        raise InvalidImport("import_qti", reason="it does not say which number is correct")
    points = _maximum(source) or 1
    unit = None
    if source.read.units:
        codes = source.declarations[source.read.responses[1]].correct
        unit = source.read.units.get(codes[0] if codes else "")
    key = _written_bands(source, unit, points)
    if key is not None and _writes(key, source):
        return key
    band = NumericBand(_plain_number(value), *_tolerance(source))
    simple = NumericKey((band,), unit, Fraction(0), points)
    if source.template != MATCH_CORRECT and not _compares_once(source):
        _assume_all_or_nothing(source)
    return simple


def _plain_number(written: str) -> str:
    value = exact(written)
    return written.strip().removeprefix("+").lower() if "e" not in written.lower() else str(value)


def _compares_once(source: KeySource) -> bool:
    processing = source.processing
    if processing is None:
        return False
    return len(list(processing.iter("qti-equal"))) == 1 or _points_for_all(source) is not None


def _tolerance(source: KeySource) -> tuple[str, bool]:
    """Return the tolerance of the one comparison, and whether it is relative (in QTI: in percent)."""
    processing = source.processing
    for equal in processing.iter("qti-equal") if processing is not None else ():
        mode = equal.get("tolerance-mode", "exact")
        sides = equal.get("tolerance", "0").split()
        if mode == "exact" or not sides:
            return "0", False
        widths = [exact(side) for side in sides]
        if len(set(widths)) > 1:
            source.reader.lose("assumed", f"tolerance {' '.join(sides)}", reading=str(max(widths)))
        for name in ("include-lower-bound", "include-upper-bound"):
            if equal.get(name, "true") == "false":
                source.reader.lose("assumed", name, reading="true")
        width = max(widths)
        return str(width / 100 if mode == "relative" else width), mode == "relative"
    return "0", False


def _written_bands(source: KeySource, unit: str | None, points: int) -> NumericKey | None:
    """Return the key that the item bank may have written the rules from."""
    found: dict[tuple[str, str], Fraction] = {}
    bare: dict[tuple[str, str], Fraction] = {}
    chosen = next((name for name, code in source.read.units.items() if code == unit), None)
    for then in source.processing.iter("qti-response-if") if source.processing is not None else ():
        equal = next(then.iter("qti-equal"), None)
        value = None if equal is None else equal.find("qti-base-value")
        share = then.findtext("qti-set-outcome-value[@identifier='RAW']/qti-base-value")
        if equal is None or value is None or share is None or equal.find("qti-product") is not None:
            continue
        width = equal.get("tolerance", "0").split()[0] if equal.get("tolerance-mode") != "exact" else "0"
        names = {base.text for base in then[0].iter("qti-base-value")}
        band = (str(exact(value.text or "")), str(exact(width)))
        if then[0].tag == "qti-equal":
            bare[band] = exact(share)
        elif chosen in names:
            found[band] = exact(share)
    best = found or bare
    if not best:
        return None
    ordered = sorted(best.items(), key=lambda pair: -pair[1])
    bands = tuple(NumericBand(*band, False, share) for band, share in ordered)
    without = bare.get(ordered[0][0], Fraction(0)) if found else Fraction(0)
    try:
        return NumericKey(bands, unit, without, points)
    except InvalidItem:
        return None


def _rubric(source: KeySource) -> RubricKey:
    for block in source.item.iter("qti-rubric-block"):
        for table in block.iter("div"):
            if table.get("class") == RUBRIC:
                return RubricKey(tuple(_criterion(row, source.language) for row in table.iter("tr")))
    guidance = [
        source.reader.text(block)
        for block in source.item.iter("qti-rubric-block")
        if "scorer" in block.get("view", "").split()
    ]
    points = _maximum(source) or 1
    reading = f"one criterion with {points} points"
    source.reader.lose("assumed", "scoring by people", reading=reading, content=_rule(source))
    description = "\n\n".join(text for text in guidance if text) or "SCORE"
    return RubricKey((Criterion(OptionId("score"), points, {source.language: description}),))


def _criterion(row: Element, language: Language) -> Criterion:
    cells = ["".join(cell.itertext()) for cell in row]
    if len(cells) != 3 or not cells[1].isdecimal():
        raise InvalidImport("import_qti", reason="its marking rubric is damaged")
    return Criterion(OptionId(cells[0]), int(cells[1]), {language: cells[2]})
