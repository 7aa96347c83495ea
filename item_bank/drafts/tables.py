"""The forms that join rows with columns, and options of one set in pairs."""

from collections.abc import Iterable
from itertools import chain
from typing import Final

from item_bank.answer_keys import AnswerKey, SelectionKey
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING, MATCHES, WEIGHTS
from item_bank.drafts.choices import key_entries, selection_key, weight_fields
from item_bank.drafts.forms import Fields, KindForm, ids, ticked
from item_bank.drafts.reading import DraftReader
from item_bank.errors import InvalidResponse
from item_bank.identifiers import OptionId
from item_bank.interactions import AssociateInteraction, Interaction, MatchInteraction

MOST: Final = 100


def _begin_match(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, MatchInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | {
        "per_row": str(interaction.per_row),
        "per_column": str(interaction.per_column),
        "shuffle": ticked(interaction.shuffle),
    }
    for pair in key.correct:
        row, _, column = pair.partition(" ")
        entries |= (
            {f"correct.{row}": column} if interaction.per_row == 1 else {f"correct.{row}~{column}": "1"}
        )
    return Fields({"rows": interaction.rows, "columns": interaction.columns}, entries)


def _match(reader: DraftReader) -> MatchInteraction | None:
    rows = reader.used("rows", 1, "draft_rows")
    columns = reader.used("columns", 2, "draft_columns")
    if not rows or len(columns) < 2:
        return None
    per_row = reader.count("per_row", 0, MOST, empty=1)
    per_column = reader.count("per_column", 0, MOST, empty=0)
    return MatchInteraction(rows, columns, per_row, per_column, reader.flag("shuffle"))


def _match_key(reader: DraftReader, interaction: MatchInteraction) -> AnswerKey:
    rows, columns = interaction.rows, interaction.columns
    correct = tuple(chain.from_iterable(_row_key(reader, row, interaction) for row in rows))
    if not correct:
        reader.fault(f"correct.{rows[0]}", "draft_key_row")
    check_uses(reader, interaction, correct)
    pairs = weight_fields(f"{row} {column}" for row in rows for column in columns)
    key = selection_key(reader, interaction.kind, correct, pairs)
    if key.rule == MATCHES and interaction.per_row != 1:
        reader.fault("rule", "draft_rule_matches")
    return key


def _row_key(reader: DraftReader, row: OptionId, interaction: MatchInteraction) -> tuple[str, ...]:
    if interaction.per_row != 1:
        return tuple(f"{row} {one}" for one in interaction.columns if reader.flag(f"correct.{row}~{one}"))
    chosen = reader.draft.entry(f"correct.{row}")
    if chosen in interaction.columns:
        return (f"{row} {chosen}",)
    if chosen or reader.draft.entry("rule") != WEIGHTS:
        reader.fault(f"correct.{row}", "draft_key_row")
    return ()


def check_uses(reader: DraftReader, interaction: Interaction, correct: tuple[str, ...]) -> None:
    """Note a key that the interaction itself would not accept as a response."""
    try:
        interaction.parse_response(list(correct))
    except InvalidResponse as error:
        reader.add("correct", error)


def _begin_associate(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, AssociateInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | {
        "uses": str(interaction.uses),
        "max_pairs": str(interaction.max_pairs),
        "shuffle": ticked(interaction.shuffle),
    }
    shown = dict.fromkeys((*key.correct, *key.weights))
    pairs = tuple(OptionId(f"p{number}") for number in range(1, len(shown) + 1))
    for name, pair in zip(pairs, shown, strict=True):
        first, _, second = pair.partition(" ")
        entries |= {f"pair.{name}.first": first, f"pair.{name}.second": second}
        entries[f"pair.{name}.wrong"] = ticked(pair not in key.correct)
        entries[f"pair.{name}.weight"] = str(key.weights.get(pair, ""))
    return Fields({"options": interaction.option_ids, "pairs": pairs}, entries)


def _associate(reader: DraftReader) -> AssociateInteraction | None:
    options = reader.used("options", 2, "draft_options")
    if len(options) < 2:
        return None
    uses = reader.count("uses", 0, MOST, empty=1)
    most = reader.count("max_pairs", 0, MOST, empty=0)
    return AssociateInteraction(options, uses, most, reader.flag("shuffle"))


def _associate_key(reader: DraftReader, interaction: AssociateInteraction) -> AnswerKey:
    pairs = _written_pairs(reader, interaction)
    weighted = reader.draft.entry("rule") == WEIGHTS
    right = [pair for name, pair in pairs.items() if not (weighted and reader.flag(f"pair.{name}.wrong"))]
    if not right:
        reader.fault("correct", "draft_key_pairs")
    check_uses(reader, interaction, tuple(right))
    fields = {pair: f"pair.{name}.weight" for name, pair in pairs.items()}
    key = selection_key(reader, interaction.kind, _sorted_pairs(right, interaction), fields)
    if key.rule == MATCHES and interaction.max_pairs != len(key.correct):
        reader.fault("rule", "draft_rule_matches")
    return key


def _sorted_pairs(pairs: Iterable[str], interaction: AssociateInteraction) -> tuple[str, ...]:
    place = {option: number for number, option in enumerate(interaction.option_ids)}
    return tuple(sorted(pairs, key=lambda pair: [place[OptionId(end)] for end in pair.split()]))


def _written_pairs(reader: DraftReader, interaction: AssociateInteraction) -> dict[str, str]:
    """Return the pairs by the name of their row, each as the interaction writes it; empty rows are unused."""
    found: dict[str, str] = {}
    for name in reader.draft.listed("pairs"):
        first, second = (reader.draft.entry(f"pair.{name}.{end}") for end in ("first", "second"))
        if not first and not second:
            continue
        known = first in interaction.option_ids and second in interaction.option_ids and first != second
        if not known:
            reader.fault(f"pair.{name}.first", "draft_pair")
            continue
        pair = " ".join(sorted((first, second), key=lambda end: interaction.option_ids.index(OptionId(end))))
        if pair in found.values():
            reader.fault(f"pair.{name}.first", "draft_pair_twice")
        found[name] = pair
    return found


def _blank_match() -> Fields:
    entries = {"rule": ALL_OR_NOTHING, "points": "1", "per_row": "1", "per_column": "0", "shuffle": "1"}
    return Fields({"rows": ids("r1 r2 r3"), "columns": ids("c1 c2 c3")}, entries)


def _blank_associate() -> Fields:
    entries = {"rule": ALL_OR_NOTHING, "points": "1", "uses": "1", "max_pairs": "2", "shuffle": "1"}
    return Fields({"options": ids("a b c d"), "pairs": ids("p1 p2")}, entries)


MATCH: Final = KindForm(
    kind=MatchInteraction.kind,
    begin=_begin_match,
    blank=_blank_match,
    interaction=_match,
    key=_match_key,
    letters={"rows": "r", "columns": "c"},
    text_lists=("rows", "columns"),
)
ASSOCIATE: Final = KindForm(
    kind=AssociateInteraction.kind,
    begin=_begin_associate,
    blank=_blank_associate,
    interaction=_associate,
    key=_associate_key,
    letters={"options": "", "pairs": "p"},
)
