"""The key of a single choice: one correct option, everything or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from item_bank.answer_keys.protocol import (
    FULL_CREDIT,
    NO_CREDIT,
    AnswerKey,
    Judgement,
    misfit,
    read_max_score,
)
from item_bank.errors import InvalidItem
from item_bank.identifiers import Language, OptionId
from item_bank.interactions.protocol import Interaction, Response


@dataclass(frozen=True)
class OptionKey:
    """The one correct option; the item score is 0 or ``max_score``."""

    correct: OptionId
    max_score: int = 1

    @property
    def summary(self) -> str:
        return self.correct

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless the correct option is one of the options."""
        if self.correct not in interaction.option_ids:
            listed = ", ".join(interaction.option_ids)
            raise InvalidItem("item_answer_key", answer=self.correct, options=listed)

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Give full credit for the correct option."""
        return Judgement(FULL_CREDIT if response == (self.correct,) else NO_CREDIT)

    def to_data(self) -> dict[str, object]:
        return {"correct": self.correct, "max_score": self.max_score}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "OptionKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        correct = data.get("correct")
        if not isinstance(correct, str):
            raise InvalidItem("item_field", field="correct", reason="name one option")
        return cls(OptionId(correct), read_max_score(data))


def correct_option(answer_key: AnswerKey) -> OptionId:
    """Return the correct option of a single choice; raises ``InvalidItem`` for other kinds of key."""
    if not isinstance(answer_key, OptionKey):
        raise misfit("only a single choice has one correct option")
    return answer_key.correct
