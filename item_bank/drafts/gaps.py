"""The forms of texts with gaps: the gaps are where the stem says ``{{g1}}``."""

from typing import Final

from item_bank.answer_keys import AnswerKey, SelectionKey
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING
from item_bank.drafts.choices import key_entries, selection_key, weight_fields
from item_bank.drafts.draft import ItemDraft
from item_bank.drafts.forms import MEMBER, Fields, KindForm, ids, ticked
from item_bank.drafts.reading import DraftReader
from item_bank.drafts.tables import MOST, check_uses
from item_bank.gap_markers import gaps_in
from item_bank.identifiers import OptionId
from item_bank.interactions import GapMatchInteraction, InlineChoiceInteraction, Interaction


def gaps_of(draft: ItemDraft) -> tuple[OptionId, ...]:
    """Return the gaps that some stem has, those known before in their order, then the new ones."""
    found = dict.fromkeys(OptionId(gap) for text in draft.texts.values() for gap in gaps_in(text.stem))
    known = [gap for gap in draft.listed("gaps") if gap in found]
    return tuple(dict.fromkeys((*known, *found)))


def gap_list(gap: OptionId) -> str:
    """Return the name of the list with the options of a gap of its own."""
    return f"gap.{gap}"


def _read_gaps(reader: DraftReader) -> tuple[OptionId, ...]:
    gaps = gaps_of(reader.draft)
    for language in reader.languages:
        written = list(gaps_in(reader.draft.texts[language].stem))
        missing = [gap for gap in gaps if gap not in written]
        twice = [gap for gap in gaps if written.count(gap) > 1]
        field = f"{language}.stem"
        if not gaps:
            reader.fault(field, "draft_gaps")
        elif missing:
            reader.fault(field, "draft_gaps_missing", gaps=", ".join(f"{{{{{gap}}}}}" for gap in missing))
        elif twice:
            reader.fault(field, "draft_gaps_twice", gaps=", ".join(f"{{{{{gap}}}}}" for gap in twice))
    return gaps


def _gap_key(reader: DraftReader, gap: OptionId, options: tuple[OptionId, ...]) -> tuple[str, ...]:
    chosen = reader.one_of(f"correct.{gap}", options, "draft_key_gap")
    return (f"{gap} {chosen}",) if chosen else ()


def _correct_entries(key: SelectionKey) -> dict[str, str]:
    pairs = (pair.partition(" ") for pair in key.correct)
    return {f"correct.{gap}": option for gap, _, option in pairs}


def _begin_gap_match(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, GapMatchInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | _correct_entries(key)
    entries |= {"uses": str(interaction.uses), "shuffle": ticked(interaction.shuffle)}
    return Fields({"gaps": interaction.gap_ids, "options": interaction.option_ids}, entries)


def _gap_match(reader: DraftReader) -> GapMatchInteraction | None:
    gaps, words = _read_gaps(reader), reader.used("options", 2, "draft_options")
    if not gaps or len(words) < 2:
        return None
    return GapMatchInteraction(gaps, words, reader.count("uses", 0, MOST, empty=1), reader.flag("shuffle"))


def _gap_match_key(reader: DraftReader, interaction: GapMatchInteraction) -> AnswerKey:
    gaps, words = interaction.gap_ids, interaction.option_ids
    correct = tuple(pair for gap in gaps for pair in _gap_key(reader, gap, words))
    check_uses(reader, interaction, correct)
    parts = weight_fields(f"{gap} {word}" for gap in gaps for word in words)
    return selection_key(reader, interaction.kind, correct, parts)


def _begin_inline(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, InlineChoiceInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | _correct_entries(key) | {"shuffle": ticked(interaction.shuffle)}
    lists = {gap_list(gap): options for gap, options in interaction.gaps.items()}
    return Fields({"gaps": interaction.gap_ids, **lists}, entries)


def _inline(reader: DraftReader) -> InlineChoiceInteraction | None:
    gaps = _read_gaps(reader)
    lists = {gap: reader.used(gap_list(gap), 2, "draft_options") for gap in gaps}
    if not gaps or any(len(own) < 2 for own in lists.values()):
        return None
    return InlineChoiceInteraction(lists, reader.flag("shuffle"))


def _inline_key(reader: DraftReader, interaction: InlineChoiceInteraction) -> AnswerKey:
    lists = interaction.gaps
    correct = tuple(pair for gap, own in lists.items() for pair in _gap_key(reader, gap, own))
    parts = weight_fields(f"{gap} {option}" for gap, own in lists.items() for option in own)
    return selection_key(reader, interaction.kind, correct, parts)


def _blank_gap_match() -> Fields:
    entries = {"rule": ALL_OR_NOTHING, "points": "1", "uses": "1", "shuffle": "1"}
    return Fields({"options": ids("a b c d")}, entries)


GAP_MATCH: Final = KindForm(
    kind=GapMatchInteraction.kind,
    begin=_begin_gap_match,
    blank=_blank_gap_match,
    interaction=_gap_match,
    key=_gap_match_key,
    letters={"options": ""},
)
INLINE_CHOICE: Final = KindForm(
    kind=InlineChoiceInteraction.kind,
    begin=_begin_inline,
    blank=lambda: Fields({}, {"rule": ALL_OR_NOTHING, "points": "1", "shuffle": "1"}),
    interaction=_inline,
    key=_inline_key,
    letters={"gap.*": MEMBER},
    text_lists=("gap.*",),
)
