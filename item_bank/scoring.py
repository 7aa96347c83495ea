"""From a response to an item score: the one way for every kind of interaction.

A response is judged by identifiers, never by positions, so the order in which options were shown cannot
matter. The answer key gives an exact credit from 0 to 1; the item score is the credit's share of the key's
``max_score`` in whole points, rounded down, so that no score promises more than was reached.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from item_bank.answer_keys import AnswerKey, Remark
from item_bank.errors import MarkingNeeded
from item_bank.identifiers import Language
from item_bank.interactions import Interaction


@dataclass(frozen=True)
class ItemScore:
    """Whole points from 0 to ``max_score``, the exact credit behind them, and remarks for a person."""

    points: int
    max_score: int
    credit: Fraction
    remarks: tuple[Remark, ...] = ()


def score_response(
    response: Iterable[str], answer_key: AnswerKey, interaction: Interaction, language: Language
) -> ItemScore:
    """Return the item score of ``response``, given in ``language``; no response scores 0.

    Raises ``InvalidResponse`` if the response does not belong to the interaction, ``MarkingNeeded`` if
    markers have to judge it.
    """
    canonical = interaction.parse_response(list(response))
    if not canonical:
        return ItemScore(0, answer_key.max_score, Fraction(0))
    judgement = answer_key.judge(canonical, interaction, language)
    if judgement.credit is None:
        raise MarkingNeeded("response_marking")
    points = floor(judgement.credit * answer_key.max_score)
    return ItemScore(points, answer_key.max_score, judgement.credit, judgement.remarks)
