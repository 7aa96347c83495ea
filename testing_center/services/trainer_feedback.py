"""What the trainer tells once an answer is final: points, what was right, why, and what to look at."""

from dataclasses import dataclass

from item_bank.answer_keys import NumericKey, OptionKey, Remark, SelectionKey, TextKey
from item_bank.identifiers import Language
from item_bank.items import ItemContent
from item_bank.markup import render
from item_bank.media import with_media_addresses
from item_bank.scoring import score_response


@dataclass(frozen=True)
class Feedback:
    """``correct`` is a right response as the item's form shows it, or empty where ``accepted`` says it in
    words; ``explanation`` is safe HTML."""

    points: int
    max_score: int
    correct: tuple[str, ...]
    accepted: tuple[str, ...]
    remarks: tuple[Remark, ...]
    explanation: str

    @property
    def right(self) -> bool:
        """Whether every point was reached."""
        return self.points >= self.max_score


def feedback(content: ItemContent, response: tuple[str, ...], language: Language) -> Feedback:
    """Return what is told of a final *response* that the item's key judges."""
    scored = score_response(response, content.answer_key, content.interaction, language)
    explanation = with_media_addresses(render(content.texts[language].explanation), content.media)
    correct, accepted = _right_response(content, language)
    return Feedback(scored.points, scored.max_score, correct, accepted, scored.remarks, explanation)


def _right_response(content: ItemContent, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    key = content.answer_key
    if isinstance(key, OptionKey):
        return (key.correct,), ()
    if isinstance(key, SelectionKey):
        return key.correct, ()
    if isinstance(key, NumericKey):
        return (key.bands[0].value, key.unit) if key.unit else (key.bands[0].value,), ()
    if isinstance(key, TextKey):
        return (), tuple(variant.text for variant in key.accepted.get(language, ()) if variant.credit == 1)
    return (), ()
