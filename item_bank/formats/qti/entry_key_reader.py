"""Keys of what is written: short texts, numbers, and long texts that people score."""

from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element

from item_bank.answer_keys import Criterion, NumericBand, NumericKey, RubricKey, TextKey, TextVariant
from item_bank.errors import InvalidImport, InvalidItem
from item_bank.formats.qti.declarations import Declaration, exact
from item_bank.formats.qti.item_writer import RUBRIC
from item_bank.formats.qti.key_source import (
    MATCH_CORRECT,
    KeySource,
    assume_all_or_nothing,
    maximum,
    points_for_all,
    writes,
    written_rule,
)
from item_bank.identifiers import Language, OptionId


def text_key(source: KeySource) -> TextKey:
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
    points = maximum(source) or lcm(*(share.denominator for share in variants.values()))
    key = TextKey({source.language: accepted}, _minds_case(source, by_correct=by_correct), points)
    if not writes(key, source):
        if not source.template and points_for_all(source) is None:
            reading = "the accepted texts"
            source.reader.lose(
                "assumed", "response processing", reading=reading, content=written_rule(source)
            )
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


def numeric_key(source: KeySource) -> NumericKey:
    declaration = source.declaration
    value = (declaration.correct or tuple(declaration.mapping) or ("",))[0]
    if not value:
        raise InvalidImport("import_qti", reason="it does not say which number is correct")
    points = maximum(source) or 1
    unit = None
    if source.read.units:
        codes = source.declarations.get(source.read.responses[1], Declaration("")).correct
        unit = source.read.units.get(codes[0] if codes else "")
    key = _written_bands(source, unit, points)
    if key is not None and writes(key, source):
        return key
    band = NumericBand(_plain_number(value), *_tolerance(source))
    simple = NumericKey((band,), unit, Fraction(0), points)
    if source.template != MATCH_CORRECT and not _compares_once(source):
        assume_all_or_nothing(source)
    return simple


def _plain_number(written: str) -> str:
    value = exact(written)
    return written.strip().removeprefix("+").lower() if "e" not in written.lower() else str(value)


def _compares_once(source: KeySource) -> bool:
    processing = source.processing
    if processing is None:
        return False
    return len(list(processing.iter("qti-equal"))) == 1 or points_for_all(source) is not None


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


def rubric_key(source: KeySource) -> RubricKey:
    for block in source.item.iter("qti-rubric-block"):
        for table in block.iter("div"):
            if table.get("class") == RUBRIC:
                return RubricKey(tuple(_criterion(row, source.language) for row in table.iter("tr")))
    guidance = [
        source.reader.text(block)
        for block in source.item.iter("qti-rubric-block")
        if "scorer" in block.get("view", "").split()
    ]
    points = maximum(source) or 1
    reading = f"one criterion with {points} points"
    source.reader.lose("assumed", "scoring by people", reading=reading, content=written_rule(source))
    description = "\n\n".join(text for text in guidance if text) or "SCORE"
    return RubricKey((Criterion(OptionId("score"), points, {source.language: description}),))


def _criterion(row: Element, language: Language) -> Criterion:
    cells = ["".join(cell.itertext()) for cell in row]
    if len(cells) != 3 or not cells[1].isdecimal():
        raise InvalidImport("import_qti", reason="its marking rubric is damaged")
    return Criterion(OptionId(cells[0]), int(cells[1]), {language: cells[2]})
