"""The forms of single and multiple choice."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from item_bank.answer_keys import AnswerKey, OptionKey, SelectionKey
from item_bank.answer_keys.protocol import FULL_CREDIT, NO_CREDIT
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING, RULES, WEIGHTS
from item_bank.drafts.draft import OPTION_IDS
from item_bank.drafts.forms import Fields, KindForm, ticked
from item_bank.drafts.reading import DraftReader
from item_bank.identifiers import OptionId
from item_bank.interactions import ChoiceInteraction, Interaction, MultipleChoiceInteraction

FIRST_OPTIONS: Final = OPTION_IDS[:4]


def key_entries(key: AnswerKey) -> dict[str, str]:
    """Return rule, points and weights of a key that has them."""
    rule = key.rule if isinstance(key, SelectionKey) else ALL_OR_NOTHING
    entries = {"rule": rule, "points": str(key.max_score)}
    if isinstance(key, SelectionKey):
        entries |= {weight_field(part): str(weight) for part, weight in key.weights.items()}
    return entries


def weight_field(part: str) -> str:
    """Return the field of the weight of an option, or of a pair joined by a space."""
    return "weight." + part.replace(" ", "~")


def weight_fields(parts: Iterable[str]) -> dict[str, str]:
    """Return the fields of the weights by part."""
    return {part: weight_field(part) for part in parts}


def selection_key(
    reader: DraftReader, kind: str, correct: tuple[str, ...], fields: Mapping[str, str]
) -> SelectionKey:
    """Return the key with the rule that was chosen; ``fields`` says where each part has its weight."""
    rule = reader.one_of("rule", RULES[kind])
    weights: dict[str, Fraction] = {}
    if rule == WEIGHTS:
        weights = reader.weights(fields)
        total = sum((weights.get(part, NO_CREDIT) for part in correct), NO_CREDIT)
        if correct and total < FULL_CREDIT:
            reader.fault("rule", "draft_weights_sum", total=str(total))
    return SelectionKey(correct, rule, reader.points(), weights)


def marked(reader: DraftReader, options: tuple[OptionId, ...], most: int) -> tuple[OptionId, ...]:
    """Return the options whose box ``correct.<option>`` is ticked, at most ``most`` (0: no limit)."""
    found = tuple(option for option in options if reader.flag(f"correct.{option}"))
    if not found:
        reader.fault("correct", "draft_key_some")
    elif most and len(found) > most:
        reader.fault("correct", "draft_key_many", most=most, marked=len(found))
    return found


def _begin_choice(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, ChoiceInteraction)  # noqa: S101 - the form's own kind
    correct = key.correct[0] if isinstance(key, SelectionKey) else getattr(key, "correct", "")
    entries = key_entries(key) | {"correct": correct, "shuffle": ticked(interaction.shuffle)}
    return Fields({"options": interaction.option_ids}, entries)


def _choice(reader: DraftReader) -> ChoiceInteraction | None:
    options = reader.used("options", 2, "draft_options")
    return ChoiceInteraction(options, reader.flag("shuffle")) if len(options) > 1 else None


def _choice_key(reader: DraftReader, interaction: ChoiceInteraction) -> AnswerKey:
    options = interaction.option_ids
    correct = reader.one_of("correct", options, "draft_key")
    if reader.draft.entry("rule") != WEIGHTS:
        return OptionKey(OptionId(correct), reader.points())
    return selection_key(reader, "choice", (correct,), weight_fields(options))


def _begin_multiple(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, MultipleChoiceInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | {f"correct.{option}": "1" for option in key.correct}
    entries |= {
        "shuffle": ticked(interaction.shuffle),
        "min_choices": str(interaction.min_choices),
        "max_choices": str(interaction.max_choices),
    }
    return Fields({"options": interaction.option_ids}, entries)


def _multiple(reader: DraftReader) -> MultipleChoiceInteraction | None:
    options = reader.used("options", 2, "draft_options")
    if len(options) < 2:
        return None
    most = reader.count("max_choices", 0, len(options), empty=0)
    fewest = reader.count("min_choices", 0, most or len(options), empty=0)
    return MultipleChoiceInteraction(options, reader.flag("shuffle"), fewest, most)


def _multiple_key(reader: DraftReader, interaction: MultipleChoiceInteraction) -> AnswerKey:
    correct = marked(reader, interaction.option_ids, interaction.max_choices)
    fewest = interaction.min_choices
    if correct and len(correct) < fewest:
        reader.fault("correct", "draft_key_few", fewest=fewest, marked=len(correct))
    return selection_key(reader, interaction.kind, correct, weight_fields(interaction.option_ids))


CHOICE: Final = KindForm(
    kind=ChoiceInteraction.kind,
    begin=_begin_choice,
    blank=lambda: Fields({"options": FIRST_OPTIONS}, {"rule": ALL_OR_NOTHING, "points": "1", "shuffle": "1"}),
    interaction=_choice,
    key=_choice_key,
    letters={"options": ""},
)
MULTIPLE_CHOICE: Final = KindForm(
    kind=MultipleChoiceInteraction.kind,
    begin=_begin_multiple,
    blank=lambda: Fields(
        {"options": FIRST_OPTIONS},
        {"rule": ALL_OR_NOTHING, "points": "1", "shuffle": "1", "min_choices": "0", "max_choices": "0"},
    ),
    interaction=_multiple,
    key=_multiple_key,
    letters={"options": ""},
)
