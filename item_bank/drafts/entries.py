"""The forms of what is written: a number with its tolerance and unit, a short text, a long one."""

from collections.abc import Iterator
from typing import Final

from item_bank.answer_keys import (
    AnswerKey,
    Criterion,
    NumericBand,
    NumericKey,
    RubricKey,
    TextKey,
    TextVariant,
)
from item_bank.answer_keys.protocol import FULL_CREDIT, NO_CREDIT
from item_bank.drafts.draft import tidy
from item_bank.drafts.forms import Fields, KindForm, ids, in_language, ticked
from item_bank.drafts.reading import MOST_POINTS, DraftReader
from item_bank.identifiers import LANGUAGES, Language, OptionId
from item_bank.interactions import (
    ExtendedTextInteraction,
    Interaction,
    NumericInteraction,
    ShortTextInteraction,
)
from item_bank.interactions.entry import LONGEST_EXTENDED_TEXT, LONGEST_SHORT_TEXT
from item_bank.quantities import number_value
from item_bank.units import UNITS, same_dimension

RELATIVE: Final = "relative"


def _begin_numeric(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, NumericInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, NumericKey)  # noqa: S101 - the key of this kind
    names = tuple(OptionId(f"b{number}") for number in range(1, len(key.bands) + 1))
    entries = {"points": str(key.max_score), "unit": key.unit or "", "without_unit": str(key.without_unit)}
    for name, band in zip(names, key.bands, strict=True):
        entries |= {
            f"band.{name}.value": band.value,
            f"band.{name}.tolerance": band.tolerance,
            f"band.{name}.measure": RELATIVE if band.relative else "",
            f"band.{name}.credit": str(band.credit),
        }
    entries |= {f"unit.{unit}": "1" for unit in interaction.units}
    return Fields({"bands": names, "units": tuple(OptionId(unit) for unit in interaction.units)}, entries)


def _numeric(reader: DraftReader) -> NumericInteraction:
    return NumericInteraction(_units(reader))


def _numeric_key(reader: DraftReader, interaction: NumericInteraction) -> AnswerKey:
    bands, names = tuple(_bands(reader)), reader.draft.listed("bands")
    if not bands:
        reader.fault(f"band.{names[0]}.value" if names else "list.bands", "draft_number")
    elif bands[0].credit != FULL_CREDIT:
        reader.fault(f"band.{names[0]}.credit", "draft_first_credit")
    unit = reader.draft.entry("unit") if interaction.units else None
    return NumericKey(bands, unit, reader.share("without_unit", NO_CREDIT), reader.points())


def _bands(reader: DraftReader) -> Iterator[NumericBand]:
    for name in reader.draft.listed("bands"):
        field = f"band.{name}"
        if not reader.draft.entry(f"{field}.value") and not reader.draft.entry(f"{field}.tolerance"):
            continue
        value = reader.number(f"{field}.value")
        tolerance = reader.number(f"{field}.tolerance") if reader.draft.entry(f"{field}.tolerance") else "0"
        credit = reader.share(f"{field}.credit")
        if number_value(tolerance) < 0:
            reader.fault(f"{field}.tolerance", "draft_tolerance")
        elif credit == 0:
            reader.fault(f"{field}.credit", "draft_credit")
        else:
            relative = reader.draft.entry(f"{field}.measure") == RELATIVE
            yield NumericBand(value, tolerance, relative, credit)


def _units(reader: DraftReader) -> tuple[str, ...]:
    """Return the units that may be given: that of the key, and others of its quantity."""
    unit = reader.draft.entry("unit")
    if unit not in UNITS:
        if unit:
            reader.fault("unit", "draft_choice")
        return ()
    known = dict.fromkeys((*reader.draft.listed("units"), *UNITS))
    chosen = tuple(one for one in known if one in UNITS and (one == unit or reader.flag(f"unit.{one}")))
    if not same_dimension(chosen):
        reader.fault("unit", "draft_units")
        return (unit,)
    return chosen


def _begin_short(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, ShortTextInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, TextKey)  # noqa: S101 - the key of this kind
    entries = {
        "points": str(key.max_score),
        "case_sensitive": ticked(key.case_sensitive),
        "max_length": str(interaction.max_length),
    }
    lists = {}
    for language, variants in key.accepted.items():
        names = tuple(OptionId(f"v{number}") for number in range(1, len(variants) + 1))
        lists[f"accepted.{language}"] = names
        for name, variant in zip(names, variants, strict=True):
            entries[in_language(language, "accepted", name)] = variant.text
            entries[in_language(language, "credit", name)] = str(variant.credit)
    return Fields(lists, entries)


def _short(reader: DraftReader) -> ShortTextInteraction:
    return ShortTextInteraction(reader.count("max_length", 1, LONGEST_SHORT_TEXT, empty=100))


def _short_key(reader: DraftReader, interaction: ShortTextInteraction) -> AnswerKey:
    longest = interaction.max_length
    accepted = {language: tuple(_variants(reader, language, longest)) for language in reader.languages}
    for language, variants in accepted.items():
        if not any(variant.credit == FULL_CREDIT for variant in variants):
            name = (reader.draft.listed(f"accepted.{language}") or ids("v1"))[0]
            reader.fault(in_language(language, "accepted", name), "draft_accepted")
    return TextKey(accepted, reader.flag("case_sensitive"), reader.points())


def _variants(reader: DraftReader, language: Language, longest: int) -> Iterator[TextVariant]:
    for name in reader.draft.listed(f"accepted.{language}"):
        field, share = in_language(language, "accepted", name), in_language(language, "credit", name)
        text, credit = reader.draft.entry(field), reader.share(share)
        if len(text) > longest:
            reader.fault(field, "draft_text_long", most=longest)
        elif text and credit == 0:
            reader.fault(share, "draft_credit")
        elif text:
            yield TextVariant(text, credit)


def _begin_extended(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, ExtendedTextInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, RubricKey)  # noqa: S101 - the key of this kind
    entries = {
        "max_length": str(interaction.max_length),
        "total_tolerance": str(key.total_tolerance),
        "criterion_tolerance": str(key.criterion_tolerance),
    }
    for criterion in key.criteria:
        name = criterion.criterion_id
        entries[f"criterion.{name}.points"] = str(criterion.max_points)
        for language, words in criterion.descriptions.items():
            entries[in_language(language, "criterion", name)] = words
        for language, levels in criterion.levels.items():
            for points, words in enumerate(levels):
                entries[in_language(language, "level", name, str(points))] = words
    return Fields({"criteria": tuple(one.criterion_id for one in key.criteria)}, entries)


def _extended(reader: DraftReader) -> ExtendedTextInteraction:
    return ExtendedTextInteraction(reader.count("max_length", 1, LONGEST_EXTENDED_TEXT, empty=10_000))


def _extended_key(reader: DraftReader, _interaction: ExtendedTextInteraction) -> AnswerKey:
    criteria = tuple(_criterion(reader, name) for name in reader.draft.listed("criteria"))
    if not criteria:
        reader.fault("list.criteria", "draft_criteria")
    total = reader.count("total_tolerance", 0, MOST_POINTS, empty=1)
    each = reader.count("criterion_tolerance", 0, MOST_POINTS, empty=1)
    return RubricKey(criteria, total, each)


def _criterion(reader: DraftReader, name: OptionId) -> Criterion:
    points = reader.count(f"criterion.{name}.points", 1, 20, empty=1)
    described: dict[Language, str] = {}
    levels: dict[Language, tuple[str, ...]] = {}
    for language in reader.languages:
        field = in_language(language, "criterion", name)
        described[language] = tidy(reader.draft.entry(field))
        reader.text(field, described[language])
        written = [in_language(language, "level", name, str(number)) for number in range(points + 1)]
        words = tuple(tidy(reader.draft.entry(one)) for one in written)
        if any(words):
            levels[language] = words
            for one in (one for one, text in zip(written, words, strict=True) if not text):
                reader.fault(one, "draft_level")
    return Criterion(name, points, described, levels)


def _blank_numeric() -> Fields:
    entries = {
        "points": "1",
        "unit": "",
        "without_unit": "0",
        "band.b1.credit": "1",
        "band.b1.tolerance": "0",
    }
    return Fields({"bands": ids("b1")}, entries)


def _blank_short() -> Fields:
    entries = {"points": "1", "max_length": "100"}
    entries |= {in_language(language, "credit", "v1"): "1" for language in LANGUAGES}
    return Fields({f"accepted.{language}": ids("v1") for language in LANGUAGES}, entries)


def _blank_extended() -> Fields:
    entries = {"max_length": "5000", "total_tolerance": "1", "criterion_tolerance": "1"}
    entries |= {"criterion.k1.points": "3", "criterion.k2.points": "3"}
    return Fields({"criteria": ids("k1 k2")}, entries)


NUMERIC: Final = KindForm(
    kind=NumericInteraction.kind,
    begin=_begin_numeric,
    blank=_blank_numeric,
    interaction=_numeric,
    key=_numeric_key,
    letters={"bands": "b"},
    text_lists=(),
)
SHORT_TEXT: Final = KindForm(
    kind=ShortTextInteraction.kind,
    begin=_begin_short,
    blank=_blank_short,
    interaction=_short,
    key=_short_key,
    letters={"accepted.*": "v"},
    text_lists=(),
)
EXTENDED_TEXT: Final = KindForm(
    kind=ExtendedTextInteraction.kind,
    begin=_begin_extended,
    blank=_blank_extended,
    interaction=_extended,
    key=_extended_key,
    letters={"criteria": "k"},
    text_lists=(),
)
