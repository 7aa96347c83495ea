"""The expected side of a response, and the item score it earns."""

from collections.abc import Mapping
from dataclasses import dataclass

from item_bank.errors import InvalidItem
from item_bank.identifiers import OptionId
from item_bank.interactions import Interaction, Response


@dataclass(frozen=True)
class AnswerKey:
    """The one correct option; the item score runs from 0 to ``max_score``."""

    correct: OptionId
    max_score: int = 1

    def to_data(self) -> dict[str, object]:
        return {"correct": self.correct, "max_score": self.max_score}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "AnswerKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        correct, max_score = data.get("correct"), data.get("max_score")
        if not isinstance(correct, str):
            raise InvalidItem("item_field", field="correct", reason="name one option")
        if type(max_score) is not int or max_score < 1:
            raise InvalidItem("item_field", field="max_score", reason="give a whole number from 1")
        return cls(OptionId(correct), max_score)


def score(response: Response, answer_key: AnswerKey, interaction: Interaction) -> int:
    """Return the item score, 0 or ``answer_key.max_score``; no response scores 0.

    Raises ``InvalidResponse`` if the response does not belong to the interaction.
    """
    chosen = interaction.parse_response(list(response))
    return answer_key.max_score if chosen == (answer_key.correct,) else 0
