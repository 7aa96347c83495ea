"""The key of everything that is answered with identifiers: sets, pairs and sequences of options."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Final

from item_bank.answer_keys.protocol import (
    FULL_CREDIT,
    NO_CREDIT,
    Judgement,
    misfit,
    read_max_score,
    read_share,
)
from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.field_readers import read_mapping, read_text
from item_bank.identifiers import Language
from item_bank.interactions.gaps import GapMatchInteraction, InlineChoiceInteraction
from item_bank.interactions.match import AssociateInteraction, MatchInteraction
from item_bank.interactions.protocol import Interaction, Response

ALL_OR_NOTHING: Final = "all_or_nothing"
MATCHES: Final = "matches"
MATCHES_MINUS_WRONG: Final = "matches_minus_wrong"
POSITIONS: Final = "positions"
ADJACENT_PAIRS: Final = "adjacent_pairs"
WEIGHTS: Final = "weights"

_SETS: Final = (ALL_OR_NOTHING, MATCHES_MINUS_WRONG, WEIGHTS)
_PAIRS: Final = (ALL_OR_NOTHING, MATCHES, MATCHES_MINUS_WRONG, WEIGHTS)
RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "choice": (WEIGHTS,),
    "multiple_choice": _SETS,
    "hotspot": _SETS,
    "match": _PAIRS,
    "associate": _PAIRS,
    "gap_match": _PAIRS,
    "inline_choice": _PAIRS,
    "order": (ALL_OR_NOTHING, POSITIONS, ADJACENT_PAIRS),
}
"""The scoring rules of each kind of interaction, the usual one first."""


@dataclass(frozen=True)
class SelectionKey:
    """The correct canonical response and the rule that gives credit for parts of it.

    * ``all_or_nothing``: the whole response, or none. The order counts in an order interaction only.
    * ``matches``: the share of correct parts that were given. Only where a wrong part takes the place of a
      right one, so that giving everything does not pay.
    * ``matches_minus_wrong``: correct parts less wrong parts, over the correct ones, never below 0.
    * ``positions``: the share of options in their right place.
    * ``adjacent_pairs``: the share of neighbours in the key that are neighbours in the response.
    * ``weights``: the sum of the weights of the parts given, each once, kept between 0 and 1; parts without
      a weight have none.
    """

    correct: Response
    rule: str = ALL_OR_NOTHING
    max_score: int = 1
    weights: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        return ", ".join(self.correct)

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless key, rule and weights fit the interaction."""
        allowed = RULES.get(interaction.kind, ())
        if self.rule not in allowed:
            raise misfit(f"the scoring rule must be one of {', '.join(allowed) or 'its own'}")
        if not self.correct:
            raise misfit("give the correct response")
        try:
            canonical = interaction.parse_response(list(self.correct))
        except InvalidResponse as error:
            raise misfit(str(error).rstrip(".")) from None
        if canonical != self.correct:
            raise misfit(f"write the correct response as {', '.join(canonical)}")
        if self.rule == MATCHES and not _wrong_takes_place_of_right(interaction, self.correct):
            raise misfit("“matches” would reward giving every pair: use “matches_minus_wrong”")
        self._check_weights(interaction)

    def _check_weights(self, interaction: Interaction) -> None:
        if bool(self.weights) != (self.rule == WEIGHTS):
            raise misfit("give weights with the scoring rule “weights”, and only with it")
        for part in self.weights:
            try:
                canonical = interaction.parse_response([part])
            except InvalidResponse as error:
                if error.code != "response_too_few":
                    raise misfit(str(error).rstrip(".")) from None
                continue
            if canonical != (part,):
                raise misfit(f"write the weight of {part} under {', '.join(canonical)}")
        if self.weights and _weighted(self.correct, self) != FULL_CREDIT:
            raise misfit("the weights of the correct response must add up to 1 or more")

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Return the credit of ``response`` under the rule."""
        return Judgement(_CREDIT[self.rule](response, self))

    def to_data(self) -> dict[str, object]:
        data: dict[str, object] = {
            "correct": list(self.correct),
            "rule": self.rule,
            "max_score": self.max_score,
        }
        if self.weights:
            data["weights"] = {part: str(weight) for part, weight in self.weights.items()}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "SelectionKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        correct = data.get("correct")
        if not isinstance(correct, list) or not all(isinstance(part, str) for part in correct):
            raise InvalidItem("item_field", field="correct", reason="give a list of identifiers")
        weights = read_mapping(data, "weights") if "weights" in data else {}
        return cls(
            tuple(correct),
            read_text(data, "rule"),
            read_max_score(data),
            {part: read_share(weight, "weights") for part, weight in weights.items()},
        )


def _wrong_takes_place_of_right(interaction: Interaction, correct: Response) -> bool:
    if isinstance(interaction, (GapMatchInteraction, InlineChoiceInteraction)):
        return True
    if isinstance(interaction, MatchInteraction):
        return interaction.per_row == 1
    return isinstance(interaction, AssociateInteraction) and interaction.max_pairs == len(correct)


def _all_or_nothing(response: Response, key: SelectionKey) -> Fraction:
    return FULL_CREDIT if response == key.correct else NO_CREDIT


def _matches(response: Response, key: SelectionKey) -> Fraction:
    return Fraction(len(set(response) & set(key.correct)), len(key.correct))


def _matches_minus_wrong(response: Response, key: SelectionKey) -> Fraction:
    hits = len(set(response) & set(key.correct))
    return max(NO_CREDIT, Fraction(2 * hits - len(response), len(key.correct)))


def _positions(response: Response, key: SelectionKey) -> Fraction:
    right = sum(given == expected for given, expected in zip(response, key.correct, strict=True))
    return Fraction(right, len(key.correct))


def _adjacent_pairs(response: Response, key: SelectionKey) -> Fraction:
    return Fraction(len(_neighbours(response) & _neighbours(key.correct)), len(key.correct) - 1)


def _neighbours(options: Sequence[str]) -> set[tuple[str, str]]:
    return set(pairwise(options))


def _weighted(response: Response, key: SelectionKey) -> Fraction:
    total = sum((key.weights.get(part, NO_CREDIT) for part in response), NO_CREDIT)
    return min(FULL_CREDIT, max(NO_CREDIT, total))


_CREDIT: Final[Mapping[str, Callable[[Response, SelectionKey], Fraction]]] = {
    ALL_OR_NOTHING: _all_or_nothing,
    MATCHES: _matches,
    MATCHES_MINUS_WRONG: _matches_minus_wrong,
    POSITIONS: _positions,
    ADJACENT_PAIRS: _adjacent_pairs,
    WEIGHTS: _weighted,
}
